//! The report on trends: what it tells of today is what lists tell, and every number leads to what it counts.

use crate::{storage::on_both, world::World};
use kehu::{
    record::Value,
    reports::{Found, Part},
};

fn trends(world: &mut World, of: &str) -> Vec<Part> {
    let report = kehu::catalog::report("trends").expect("a report");
    (report.run)(&mut world.crm, &vec![("of".to_owned(), Value::text(of))]).expect("runs")
}

fn last(part: &Part, name: &str) -> Option<i64> {
    let place = part.grid.columns.iter().position(|column| column.name == name).expect("a column");
    match part.grid.rows.last().and_then(|row| row.cells.get(place)) {
        Some(Value::Integer(number)) => Some(*number),
        Some(Value::Money(money)) => Some(money.minor),
        _ => None,
    }
}

fn deal(world: &mut World, name: &str, pairs: &[(&str, &str)]) -> i64 {
    world.add("deal", &[&[("name", name), ("owner", "lin")], pairs].concat())
}

fn win(world: &mut World, id: i64) {
    let verbs = kehu::catalog::entry("deal").expect("a kind").verbs;
    let verb = verbs.iter().find(|verb| verb.name == "win").expect("a verb");
    (verb.run)(&mut world.crm, id, &Vec::new()).expect("wins");
}

on_both! {
    fn what_is_open_now_is_what_the_list_of_deals_says_and_earlier_months_are_reckoned_back(world) {
        crate::world::people(world);
        deal(world, "Gate sensors", &[("amount", "1000"), ("started", "2026-01-05")]);
        let cold = deal(world, "Cold store", &[("amount", "500"), ("started", "2026-02-05")]);
        deal(world, "Boiler", &[("amount", "70"), ("started", "2026-03-05")]);
        deal(world, "Pumps", &[("amount", "EUR 9"), ("started", "2026-03-06")]);
        win(world, cold);
        let parts = trends(world, "all");
        assert_eq!((last(&parts[0], "deals"), last(&parts[0], "amount")), (Some(3), Some(107_000)));
        assert_eq!((last(&parts[1], "won"), last(&parts[1], "revenue")), (Some(1), Some(50_000)));
        let february = parts[0].grid.rows.iter().find(|row| row.cells[0] == Value::text("2026-02")).expect("a month");
        assert_eq!(february.cells[1], Value::Integer(2), "what was won since was open then");
        for part in &parts {
            for row in 0..part.grid.rows.len() {
                let Found::List { kind, filter } = part.found(Some(row), 1) else { panic!("leads nowhere") };
                let count = part.grid.rows[row].cells[1].as_integer();
                let found = world.crm.count_where(kind, &filter).expect("counts");
                let title = part.title.template;
                // A rate counts what was won in its first column.
                assert_eq!(i64::try_from(found).ok(), count, "{title} row {row}: {filter}");
            }
        }
    }

    fn a_team_is_everybody_below_and_mine_is_mine_alone(world) {
        crate::world::people(world);
        world.add("deal", &[("name", "Mei's"), ("owner", "mei"), ("amount", "30")]);
        deal(world, "Lin's", &[("amount", "4")]);
        assert_eq!(last(&trends(world, "mine")[0], "amount"), Some(400));
        assert_eq!(last(&trends(world, "team")[0], "amount"), Some(3_400));
        let mut mei = world.as_user("mei");
        assert_eq!(mei.people(true).expect("reads"), [2], "nobody reports to Mei");
    }
}
