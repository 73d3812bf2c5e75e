//! What is answered from an index alone is what a look at every record would say.

use crate::{storage::on_both, world::World};
use kehu::{
    crm::{Deleted, Query, Sort},
    record::{Total, Value, filter},
};

fn query(filter: &str) -> Query {
    Query { filter: filter::parse(filter).expect(filter), ..Query::new("customer") }
}

fn total(world: &mut World, filter: &str) -> Total {
    world.crm.total(&query(filter)).expect(filter)
}

on_both! {
    /// Whatever the spelling of the word, and of those stored.
    fn a_word_of_an_open_list_is_found_in_every_spelling(world) {
        world.add("customer", &[("name", "one"), ("city", "Hamburg")]);
        world.add("customer", &[("name", "two"), ("city", "ＨＡＭＢＵＲＧ")]);
        world.add("customer", &[("name", "three"), ("city", "Lyon")]);
        world.add("customer", &[("name", "four")]);
        assert_eq!(world.names("customer", "city=hamburg"), ["one", "two"]);
        assert_eq!(world.names("customer", "city=HAMBURG,lyon"), ["one", "two", "three"]);
        assert_eq!(world.names("customer", "city!=hamburg"), ["three", "four"]);
        assert_eq!(world.names("customer", "city=Atlantis"), [""; 0]);
        let schema = world.crm.schema("customer").expect("customers");
        let city = schema.field("city").expect("a field").clone();
        assert_eq!(world.crm.words_used(&schema, &city, "ly").expect("words"), ["Lyon"]);
    }

    /// With and without words, before and after some go to the recycle bin.
    fn totals_leave_out_the_recycle_bin(world) {
        let ids: Vec<i64> = (0..5).map(|number| world.customer(&format!("Acme {number}"))).collect();
        assert_eq!(total(world, ""), Total::Exactly(5));
        assert_eq!(total(world, "acme"), Total::Exactly(5));
        world.crm.remove("customer", ids[1]).expect("removes");
        assert_eq!(total(world, ""), Total::Exactly(4));
        assert_eq!(total(world, "acme"), Total::Exactly(4));
        assert_eq!(total(world, "acme lifecycle=potential"), Total::Exactly(4));
        let bin = Query { deleted: Deleted::Only, ..query("") };
        assert_eq!(world.crm.total(&bin).expect("counts"), Total::Exactly(1));
    }

    /// Several words of a choice, its comparisons, and its declared order.
    fn the_newest_of_a_broad_choice_are_the_newest(world) {
        for (number, level) in ["B", "A", "D", "C", "A"].iter().enumerate() {
            world.add("customer", &[("name", &number.to_string()), ("level", level)]);
        }
        let mut newest = |filter: &str, sort: &str| {
            let query = Query { columns: vec!["name".into()], limit: Some(3), sort: Sort::parse(sort), ..query(filter) };
            let grid = world.crm.list(&query).expect(filter);
            grid.rows.iter().map(|row| row.cells[0].as_text().unwrap_or_default().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(newest("level=A,B", ""), ["4", "1", "0"]);
        assert_eq!(newest("level!=A", ""), ["3", "2", "0"]);
        assert_eq!(newest("level>=C", ""), ["3", "2"]);
        assert_eq!(newest("", "level"), ["4", "1", "0"]);
        assert_eq!(newest("", "-level"), ["2", "3", "0"]);
    }

    /// Whichever index leads, and with whatever lies in the recycle bin.
    fn several_conditions_find_what_each_of_them_finds_alone(world) {
        let (levels, cities, steps) = (["A", "B", "C"], ["Hamburg", "HAMBURG", "Lyon", ""], ["potential", "signed"]);
        for number in 0..60 {
            let (level, city, step) = (levels[number % 3], cities[number % 4], steps[number / 7 % 2]);
            let mut said = vec![("name", "Acme"), ("level", level), ("city", city), ("lifecycle", step)];
            said.extend((number % 5 != 0).then_some(("owner", "me")));
            let id = world.add("customer", &said);
            if number % 11 == 0 {
                world.crm.remove("customer", id).expect("removes");
            }
        }
        let parts = ["level=A", "level=A,C", "city=hamburg", "city=Lyon,Hamburg", "lifecycle=signed", "owner=me", "city=Atlantis"];
        for deleted in [Deleted::Without, Deleted::Only, Deleted::With] {
            let mut found = |filter: &str, sort: &str| {
                let asked = Query { sort: Sort::parse(sort), deleted, ..query(filter) };
                let numbers = world.crm.matching(&asked).expect(filter);
                assert_eq!(world.crm.total(&asked).expect(filter), Total::Exactly(numbers.len() as u64), "{filter}");
                numbers
            };
            for one in parts {
                for other in parts {
                    for third in ["", "level=B,C", "name=acme", "name~cm", "city!=Lyon"] {
                        let (ones, others, thirds) = (found(one, ""), found(other, ""), found(third, ""));
                        let both = |id: &i64| others.contains(id) && thirds.contains(id);
                        let wanted: Vec<i64> = ones.into_iter().filter(both).collect();
                        let filter = format!("{one} {other} {third}");
                        assert_eq!(found(&filter, ""), wanted, "{filter} {deleted:?}");
                        let mut sorted = found(&filter, "name");
                        sorted.sort_unstable_by(|one, other| other.cmp(one));
                        assert_eq!(sorted, wanted, "{filter} by name");
                    }
                }
            }
        }
    }
}

#[test]
fn what_two_indexes_know_is_counted_without_a_look_at_any_record() {
    let mut world = World::on_sqlite();
    let many: Vec<_> = (0..4000)
        .map(|number| {
            let level = if number % 2 == 0 { "A" } else { "B" };
            let said = [("name", "Acme"), ("level", level), ("city", "Hamburg")];
            said.map(|(name, value)| (name.to_owned(), Value::text(value))).to_vec()
        })
        .collect();
    world.crm.add_many("customer", &many, false).expect("adds");
    assert_eq!(total(&mut world, "level=A city=Hamburg"), Total::Exactly(2000));
    // Records have to be looked at for a part of a name, which is soon too much.
    assert!(matches!(total(&mut world, "level=A city=Hamburg name~cm"), Total::MoreThan(count) if count < 2000));
}
