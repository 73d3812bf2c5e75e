//! What a timeline promises: every kind of event in one order, filtered, in pages, on both databases.

use crate::{
    storage::on_both,
    world::{World, people},
};
use kehu::customers::{Depth, timeline::Wanted};

fn of_customer(id: i64) -> Wanted {
    Wanted { kind: "customer".to_owned(), id, ..Wanted::default() }
}

/// The events in short: what sort, about what.
fn told(world: &mut World, wanted: &Wanted) -> Vec<String> {
    let timeline = world.crm.timeline(wanted).expect("a timeline");
    timeline.entries.iter().map(|entry| format!("{} {}", entry.sort, entry.title)).collect()
}

/// C1 with three plans and three deeds of several days.
fn busy(world: &mut World) {
    people(world);
    for (subject, kind, field, when) in [
        ("called about the price", "call", "done", "2026-02-10 10:00"),
        ("visited the plant", "visit", "done", "2026-03-05 14:00"),
        ("wrote them", "email", "done", "2026-01-15 09:00"),
        ("send the quote", "task", "due", "2026-04-14 09:00"),
        ("call back", "call", "due", "2026-03-20 09:00"),
        ("think about them", "task", "", ""),
    ] {
        let mut pairs = vec![("subject", subject), ("kind", kind), ("contact", "P1")];
        if !field.is_empty() {
            pairs.push((field, when));
        }
        world.add("activity", &pairs);
    }
    world.add("activity", &[("subject", "of another customer"), ("kind", "call"), ("customer", "C2")]);
}

on_both! {
    /// Soonest first, without a date last; then what happened, newest first, with the changes of the record itself.
    fn what_is_planned_stands_on_top(world) {
        busy(world);
        world.edit("customer", 1, &[("level", "B"), ("city", "珠海")]);
        let expected = [
            "call call back",
            "task send the quote",
            "task think about them",
            "level A → B",
            "added 招商银行深圳分行",
            "visit visited the plant",
            "node visit",
            "call called about the price",
            "email wrote them",
        ];
        assert_eq!(told(world, &of_customer(1)), expected, "a change of the city is of no importance");
        let timeline = world.crm.timeline(&of_customer(1)).expect("a timeline");
        let first = &timeline.entries[0];
        assert!(first.planned && first.overdue && first.short == "A5" && first.who == "lin", "{first:?}");
        assert_eq!(first.contact.as_ref().expect("somebody").title, "王晓明");
        assert!(!timeline.entries[1].overdue, "it is planned for later");
        assert_eq!(timeline.next().entries[0].title, "call back");
        assert!(world.crm.timeline(&of_customer(4)).expect("a timeline").next().entries.is_empty());
    }

    fn only_the_sorts_and_the_days_that_are_asked_for_are_told(world) {
        busy(world);
        world.edit("customer", 1, &[("owner", "mei")]);
        let of = |words: &[&str]| Wanted { sorts: words.iter().map(|word| (*word).to_owned()).collect(), ..of_customer(1) };
        assert_eq!(told(world, &of(&["call"])), ["call call back", "call called about the price"]);
        assert_eq!(told(world, &of(&["电话"])), ["call call back", "call called about the price"]);
        assert_eq!(told(world, &of(&["visit", "Owner"])), ["owner lin → 陆雅梅", "visit visited the plant"]);
        assert_eq!(told(world, &of(&["change"])), ["owner lin → 陆雅梅", "added 招商银行深圳分行"]);
        assert_eq!(told(world, &of(&["activities"])).len(), 6);
        let error = world.crm.timeline(&of(&["telegram"])).expect_err("there is no such sort");
        assert_eq!(error.exit_code(), 2);
        assert!(error.to_string().contains("call"), "{error}");
        for (span, expected) in [
            ("2026-02..2026-03-10", &["visit visited the plant", "node visit", "call called about the price"][..]),
            ("..2026-01", &["email wrote them"]),
            ("2026-04", &["task send the quote"]),
            ("2027", &[]),
        ] {
            let period = world.crm.span(span).expect("a period");
            assert_eq!(told(world, &Wanted { period, ..of_customer(1) }), expected, "{span}");
        }
        assert!(world.crm.span("2026-05..2026-03").is_err());
        assert!(world.crm.span("soon").is_err());
    }

    /// However small the pages.
    fn pages_together_are_the_whole(world) {
        busy(world);
        for subject in ["first", "second", "third"] {
            world.add("activity", &[("subject", subject), ("customer", "C1"), ("done", "2026-02-10 10:00")]);
            world.add("activity", &[("subject", subject), ("customer", "C1"), ("due", "2026-04-14 09:00"), ("kind", "task")]);
        }
        world.edit("customer", 1, &[("level", "C")]);
        world.edit("customer", 1, &[("level", "D")]);
        let whole = told(world, &of_customer(1));
        assert_eq!(whole.len(), 16);
        for size in [1, 2, 3, 7] {
            let (mut seen, mut after) = (Vec::new(), None);
            loop {
                let page = Wanted { limit: Some(size), after: after.clone(), ..of_customer(1) };
                let timeline = world.crm.timeline(&page).expect("a page");
                seen.extend(timeline.entries.iter().map(|entry| format!("{} {}", entry.sort, entry.title)));
                assert_eq!(timeline.more, seen.len() < whole.len(), "after {}", seen.len());
                if !timeline.more {
                    break;
                }
                after = timeline.entries.last().map(|entry| entry.place.clone());
            }
            assert_eq!(seen, whole, "pages of {size}");
        }
    }

    fn judgements_are_told_in_the_words_of_the_reader(world) {
        people(world);
        let judged = world.values("qualification", &[
            ("worth", "valuable"), ("size", "large"), ("node", "visit"),
            ("expected_date", "2026-05-31"), ("expected_amount", "12万"), ("expected_quantity", "3"),
        ]).expect("parses");
        world.crm.qualify(1, &judged).expect("judges");
        kehu::customers::customer_bought(&mut world.crm, 1, "2026-03-31".parse().expect("a day")).expect("signs");
        let lapse = kehu::catalog::entry("customer").and_then(|entry| entry.verbs.iter().find(|verb| verb.name == "lapse"));
        let why = vec![("because".to_owned(), kehu::record::Value::text("moved"))];
        world.crm.transaction("lapse", |crm| (lapse.expect("a verb").run)(crm, 1, &why)).expect("lapses");
        let timeline = world.crm.timeline(&of_customer(1)).expect("a timeline");
        let lines = |chinese: bool| {
            let grid = timeline.brief(chinese);
            let place = grid.columns.iter().position(|column| column.name == "title").expect("a column");
            grid.rows.iter().map(|row| row.cells[place].as_text().unwrap_or_default().to_owned()).collect::<Vec<_>>()
        };
        for (chinese, words) in [
            (false, ["Valuable", "Large", "First visit", "2026-05-31, CNY 120000.00, 3"]),
            (true, ["有价值", "大单", "初访", "2026-05-31, CNY 120000.00, 3"]),
        ] {
            for word in words {
                assert!(lines(chinese).iter().any(|line| line == word), "{word}: {:?}", lines(chinese));
            }
        }
        let sorts: Vec<&str> = timeline.entries.iter().map(|entry| entry.sort.as_str()).collect();
        assert!(sorts.contains(&"lifecycle"), "{sorts:?}");
        assert!(["lapsed_from", "signed_by", "level_by"].iter().all(|field| !sorts.contains(field)), "{sorts:?}");
    }

    fn what_was_undone_did_not_happen(world) {
        people(world);
        world.edit("customer", 1, &[("level", "D")]);
        world.crm.undo(None, false).expect("undoes");
        assert_eq!(told(world, &of_customer(1)), ["added 招商银行深圳分行"]);
        world.crm.redo().expect("does again");
        assert_eq!(told(world, &of_customer(1)), ["level A → D", "added 招商银行深圳分行"]);
    }

    fn a_contact_has_a_timeline_of_their_own(world) {
        busy(world);
        world.crm.change("contact", 1, vec![("left".into(), kehu::record::Value::Bool(true))], None).expect("leaves");
        let wanted = Wanted { kind: "contact".to_owned(), id: 1, ..Wanted::default() };
        let told = told(world, &wanted);
        assert!(told.contains(&"left no → yes".to_owned()), "{told:?}");
        assert!(told.contains(&"visit visited the plant".to_owned()), "{told:?}");
        assert!(!told.iter().any(|line| line.contains("another")), "{told:?}");
    }

    /// A screen shows little, the dossier everything; what was removed is told of no more.
    fn a_dossier_tells_all_there_is(world) {
        busy(world);
        for number in 0..20 {
            world.add("activity", &[("subject", &format!("note {number}")), ("customer", "C1")]);
        }
        world.crm.remove("activity", 2).expect("removes");
        let brief = world.crm.dossier("customer", 1, Depth::Brief).expect("a page");
        assert_eq!((brief.timeline.entries.len(), brief.timeline.more), (10, true));
        assert_eq!(brief.next.entries[0].title, "call back");
        assert_eq!(brief.panels[0].key, "contacts");
        let full = world.crm.dossier("customer", 1, Depth::Full).expect("a dossier");
        assert_eq!(full.timeline.entries.len(), 27);
        assert!(full.timeline.entries.iter().all(|entry| entry.title != "visited the plant"));
        let activities = full.belongings.iter().find(|section| section.key == "activities").expect("activities");
        assert_eq!(activities.grid.rows.len(), 25);
        assert_eq!(world.crm.dossier("customer", 99, Depth::Brief).expect_err("nobody").exit_code(), 3);
    }
}
