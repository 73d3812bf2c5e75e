//! The board to work on: columns and what they hold, cards in windows, and what it means to drop some into a column.

use crate::{storage::on_both, world::World};
use kehu::{
    Cause,
    pipeline::{
        Outcome,
        kanban::{Column, Key, Mix, Order, Signal, Wanted, Why},
    },
    record::filter,
};

fn wanted(months: bool, text: &str) -> Wanted {
    Wanted { pipeline: None, months, filter: filter::parse(text).expect("a filter") }
}

fn deal(world: &mut World, pairs: &[(&str, &str)]) -> i64 {
    world.add("deal", pairs)
}

fn deals(world: &mut World) -> [i64; 4] {
    [
        deal(world, &[("name", "Sensors"), ("amount", "120000"), ("close", "2026-04-30")]),
        deal(world, &[("name", "Valves"), ("amount", "80000"), ("close", "2026-05-31")]),
        deal(world, &[("name", "Pumps"), ("amount", "EUR 500"), ("close", "2026-02-10"), ("started", "2026-01-10")]),
        deal(world, &[("name", "Seals")]),
    ]
}

fn stage(world: &mut World, name: &str) -> Key {
    Key::Stage(world.crm.find("stage", name).expect(name))
}

fn column(columns: &[Column], key: Key) -> &Column {
    columns.iter().find(|column| column.key == key).expect("a column")
}

fn names(world: &mut World, wanted: &Wanted, key: Key, offset: u64, limit: u64) -> Vec<String> {
    let cards = world.crm.board_cards(wanted, key, Order::Largest, offset, limit).expect("cards");
    cards.into_iter().map(|card| card.name).collect()
}

on_both! {
    fn columns_by_stage_say_how_many_and_how_much(world) {
        deals(world);
        let qualified = stage(world, "Qualified");
        for filter in ["", "name~e,a,u"] {
            let columns = world.crm.board_columns(&wanted(false, filter)).expect("columns");
            let outcomes: Vec<Outcome> = columns.iter().map(|column| column.outcome).collect();
            assert_eq!(outcomes[3..], [Outcome::Won, Outcome::Lost, Outcome::Shelved]);
            let column = column(&columns, qualified);
            let texts = |amounts: &[kehu::record::Money]| amounts.iter().map(ToString::to_string).collect::<Vec<_>>();
            assert_eq!(column.deals, 4);
            assert_eq!(texts(&column.amounts), ["CNY 200000.00", "EUR 500.00"]);
            assert_eq!(texts(&column.weighted), ["CNY 20000.00", "EUR 50.00"]);
        }
    }

    fn columns_by_month_hold_what_is_open_and_what_has_no_day(world) {
        let [sensors, ..] = deals(world);
        let columns = world.crm.board_columns(&wanted(true, "")).expect("columns");
        let april = Key::Month("2026-04-01".parse().expect("a day"));
        let counts = [Key::Before, april, Key::Never, Key::After].map(|key| column(&columns, key).deals);
        assert_eq!(counts, [1, 1, 1, 0]);
        assert_eq!(columns.len(), 15);
        let board = wanted(true, "");
        assert_eq!(names(world, &board, april, 0, 9), ["Sensors"]);
        assert_eq!(names(world, &board, Key::Before, 0, 9), ["Pumps"]);
        assert_eq!(names(world, &board, Key::Never, 0, 9), ["Seals"]);
        let won = stage(world, "Won");
        world.crm.drop_on_board(&[sensors], won, &Why::default()).expect("wins");
        let columns = world.crm.board_columns(&wanted(true, "")).expect("columns");
        assert_eq!(column(&columns, april).deals, 0, "what is closed is not forecast");
    }

    fn cards_come_in_windows_and_say_what_is_next(world) {
        let [sensors, valves, pumps, _] = deals(world);
        for (id, due) in [(sensors, "2026-03-30T10:00"), (sensors, "2026-04-20T10:00"), (valves, "2026-03-31T18:00"), (pumps, "2026-04-02T10:00")] {
            world.add("activity", &[("subject", "Call them"), ("kind", "call"), ("deal", &format!("D{id}")), ("due", due)]);
        }
        let (board, qualified) = (wanted(false, ""), stage(world, "Qualified"));
        assert_eq!(names(world, &board, qualified, 0, 2).len(), 2);
        let rest = names(world, &board, qualified, 2, 9);
        assert_eq!(rest.len(), 2);
        let cards = world.crm.board_cards(&board, qualified, Order::Name, 0, 9).expect("cards");
        let signals: Vec<(&str, Signal)> = cards.iter().map(|card| (card.name.as_str(), card.signal)).collect();
        assert_eq!(signals, [("Pumps", Signal::Planned), ("Seals", Signal::None), ("Sensors", Signal::Late), ("Valves", Signal::Today)]);
        assert!(cards.iter().all(|card| card.days.is_some() && card.probability == Some(1000)));
        let mix = world.crm.board_mix(&board).expect("counts");
        assert_eq!(mix.get(&qualified), Some(&Mix { late: 1, today: 1, planned: 1, none: 1 }));
        let by_month = world.crm.board_mix(&wanted(true, "name=Sensors,Seals")).expect("counts");
        assert_eq!(by_month.get(&Key::Never), Some(&Mix { none: 1, ..Mix::default() }));
        assert_eq!(world.crm.board_place(&board, qualified, Order::Name, valves).expect("looks"), Some(3));
        assert_eq!(world.crm.board_deals(&board, qualified).expect("looks").len(), 4);
        for signal in Signal::ALL {
            let found = world.crm.board_deals(&wanted(false, signal.filter()), qualified).expect("filters");
            assert_eq!(found.len(), 1, "{}", signal.filter());
        }
    }

    fn dropping_is_one_operation_that_all_or_none_take_part_in(world) {
        let [sensors, valves, ..] = deals(world);
        let (proposal, lost) = (stage(world, "Proposal"), stage(world, "Lost"));
        world.crm.drop_on_board(&[sensors, valves], proposal, &Why::default()).expect("moves");
        assert_eq!(world.names("deal", "stage=Proposal"), ["Sensors", "Valves"]);
        world.crm.undo(None, false).expect("undoes");
        assert_eq!(world.names("deal", "stage=Proposal"), [""; 0]);
        let refused = world.crm.drop_on_board(&[sensors], lost, &Why::default()).expect_err("needs a reason");
        assert_eq!(refused.cause, Cause::Refused);
        let Key::Stage(number) = proposal else { panic!("a stage") };
        world.edit("stage", number, &[("needs", "contact")]);
        world.crm.drop_on_board(&[sensors, valves], proposal, &Why::default()).expect_err("the gate is shut");
        assert_eq!(world.names("deal", "stage=Proposal"), [""; 0]);
        let why = Why { reason: "price".into(), instead: "Nordwind AG".into() };
        world.crm.drop_on_board(&[sensors, valves], lost, &why).expect("loses");
        assert_eq!(world.text("deal", valves, "lost_to"), "Nordwind AG");
        assert_eq!(world.crm.closing_reasons(Outcome::Lost).expect("reasons"), ["price"]);
        assert_eq!(world.crm.closing_reasons(Outcome::Shelved).expect("reasons"), [""; 0]);
    }

    fn a_month_keeps_the_day_as_far_as_it_has_one(world) {
        let [sensors, valves, pumps, seals] = deals(world);
        let month = |text: &str| Key::Month(text.parse().expect("a day"));
        world.crm.drop_on_board(&[sensors, valves], month("2026-06-01"), &Why::default()).expect("moves");
        assert_eq!(world.text("deal", sensors, "close"), "2026-06-30");
        assert_eq!(world.text("deal", valves, "close"), "2026-06-30", "June has no 31st");
        world.crm.drop_on_board(&[pumps, seals], month("2026-03-01"), &Why::default()).expect("moves");
        assert_eq!(world.text("deal", pumps, "close"), "2026-03-31", "the tenth is over");
        assert_eq!(world.text("deal", seals, "close"), "2026-03-31");
        world.crm.drop_on_board(&[pumps], Key::Never, &Why::default()).expect("moves");
        assert_eq!(world.text("deal", pumps, "close"), "");
        let refused = world.crm.drop_on_board(&[pumps], Key::Before, &Why::default()).expect_err("is over");
        assert_eq!(refused.cause, Cause::Refused);
    }

    fn the_brief_names_whoever_decides_and_what_was_last(world) {
        let customer = world.customer("Nordic Instruments GmbH");
        let (ingrid, lars) = (world.contact("Ingrid Larsen", customer), world.contact("Lars", customer));
        let id = deal(world, &[("name", "Sensors"), ("customer", &format!("C{customer}")), ("contact", &format!("P{lars}")), ("competitors", "Nordwind AG")]);
        let brief = world.crm.deal_brief(id).expect("tells");
        assert_eq!(brief.person.map(|person| (person.name, person.decides)), Some(("Lars".to_owned(), false)));
        world.add("deal_contact", &[("deal", &format!("D{id}")), ("contact", &format!("P{ingrid}")), ("role", "decision_maker")]);
        world.add("activity", &[("subject", "Asked"), ("kind", "call"), ("deal", &format!("D{id}")), ("done", "2026-03-20T10:00")]);
        let brief = world.crm.deal_brief(id).expect("tells");
        assert_eq!(brief.person.map(|person| (person.name, person.decides)), Some(("Ingrid Larsen".to_owned(), true)));
        assert_eq!(brief.last.map(|step| step.subject), Some("Asked".to_owned()));
        assert_eq!(brief.competitors, ["Nordwind AG"]);
        assert!(brief.advice.is_some() && brief.next.is_none());
    }
}
