//! What lists promise: order, pages, groups, totals and saved views, on both databases.

use crate::{
    storage::on_both,
    world::{World, people},
};
use kehu::{
    crm::{Deleted, Query, Sort},
    error::Cause,
    record::{Currency, Grid, Money, Total, Value, filter},
};

fn sorted(world: &mut World, sort: &str) -> String {
    let query = Query { columns: vec!["name".into()], sort: Sort::parse(sort), ..Query::new("customer") };
    refs(&world.crm.list(&query).expect(sort))
}

fn refs(grid: &Grid) -> String {
    grid.rows.iter().map(|row| row.short.clone()).collect::<Vec<_>>().join(" ")
}

fn money(minor: i64, currency: &str) -> Value {
    Value::Money(Money { minor, currency: Currency(currency.as_bytes().try_into().expect("three letters")) })
}

on_both! {
    fn a_list_can_begin_further_down(world) {
        people(world);
        let query = Query { limit: Some(2), sort: Sort::parse("id"), ..Query::new("customer") };
        let from = |offset| Query { offset: Some(offset), ..query.clone() };
        assert_eq!(refs(&world.crm.list(&from(1)).expect("lists")), "C2 C3");
        assert_eq!(refs(&world.crm.list(&from(3)).expect("lists")), "C4");
        assert_eq!(refs(&world.crm.list(&from(9)).expect("lists")), "");
        assert_eq!(world.crm.matching(&from(2)).expect("lists"), [3, 4]);
    }

    fn a_list_read_from_its_end_is_the_same_list(world) {
        people(world);
        world.customer("苏州工禾");
        for (sort, words) in [("", ""), ("", "a"), ("name", ""), ("-level,name", ""), ("city", ""), ("-id", ""), ("since", "有限")] {
            let filter = filter::parse(words).expect(words);
            let query = Query { filter, sort: Sort::parse(sort), ..Query::new("customer") };
            let forwards = refs(&world.crm.list(&query).expect(sort));
            let backwards = refs(&world.crm.list(&Query { reversed: true, ..query.clone() }).expect(sort));
            let turned: Vec<&str> = backwards.rsplit(' ').collect();
            assert_eq!(turned.join(" "), forwards, "by {sort:?} with {words:?}");
            let last = Query { reversed: true, limit: Some(2), offset: Some(1), paging: true, ..query };
            let last = refs(&world.crm.list(&last).expect(sort));
            assert!(backwards.contains(&last), "{last} in {backwards}");
        }
    }

    fn one_letter_finds_the_newest_of_many_as_the_index_does(world) {
        people(world);
        let far = if world.url.starts_with("postgres") {
            "SELECT setval(pg_get_serial_sequence('customers', 'id'), 30000)"
        } else {
            "UPDATE sqlite_sequence SET seq = 30000 WHERE name = 'customers'"
        };
        world.outside(far);
        for number in 0..40 {
            let name = ["Zeta Werke", "北京云图", "Acme", "Quellmann"][number % 4];
            world.add("customer", &[("name", &format!("{name} {number}")), ("phone", &format!("0755-8888{:04}", number * 7))]);
        }
        let id = world.customer("Zapp");
        world.crm.remove("customer", id).expect("removes");
        for words in ["z", "Z", "b", "8", "88", "q", "x", "z level=A", "w city=深圳"] {
            let query = Query { filter: filter::parse(words).expect(words), limit: Some(5), offset: Some(1), ..Query::new("customer") };
            let walked = refs(&world.crm.list(&query).expect(words));
            let asked = refs(&world.crm.list(&Query { sort: Sort::parse("-id"), ..query.clone() }).expect(words));
            assert_eq!(walked, asked, "{words}");
            let query = Query { limit: None, offset: None, paging: true, ..query };
            let exactly = world.crm.total(&Query { exact: true, ..query.clone() }).expect(words);
            assert_eq!(world.crm.total(&query).expect(words), exactly, "{words}");
        }
    }

    fn whoever_watches_sees_that_something_was_written(world) {
        people(world);
        let before = world.crm.latest_change().expect("reads");
        assert_eq!(world.crm.latest_change().expect("reads"), before);
        world.edit("customer", 1, &[("city", "Bremen")]);
        assert!(world.crm.latest_change().expect("reads") > before);
    }

    fn a_question_that_nobody_waits_for_is_stopped_and_the_next_one_is_answered(world) {
        people(world);
        world.crm.interrupter().stop_statement();
        let query = Query { limit: Some(1), ..Query::new("customer") };
        // A server may take the word for the question that comes next; asked again, that one is answered.
        let answer = world.crm.list(&query).or_else(|_| world.crm.list(&query));
        assert_eq!(refs(&answer.expect("lists")), "C4");
    }

    fn a_list_is_sorted_as_people_mean_it(world) {
        people(world);
        for (sort, expected) in [
            ("", "C4 C3 C2 C1"),
            ("id", "C1 C2 C3 C4"),
            ("name", "C3 C2 C1 C4"),
            ("level", "C1 C3 C2 C4"),
            ("-level", "C3 C2 C1 C4"),
            ("level:desc,id", "C2 C3 C1 C4"),
            ("owner", "C1 C2 C3 C4"),
            ("-owner", "C3 C2 C1 C4"),
            ("owner.branch", "C2 C3 C1 C4"),
            ("since", "C1 C4 C2 C3"),
            ("-contact_count,id", "C1 C2 C3 C4"),
        ] {
            assert_eq!(sorted(world, sort), expected, "{sort}");
        }
        let query = Query { sort: Sort::parse("tags"), ..Query::new("customer") };
        assert_eq!(world.crm.list(&query).expect_err("has several values").cause, Cause::BadValue);
    }

    fn a_long_list_is_read_page_by_page_whatever_is_added_meanwhile(world) {
        world.crm.transaction("Add many", |crm| {
            (0..1203).try_for_each(|number| crm.add("customer", vec![("name".into(), Value::Text(format!("Nr {number}")))]).map(drop))
        }).expect("adds");
        let query = Query { columns: vec!["name".into()], ..Query::new("customer") };
        let (mut seen, mut pages) = (Vec::new(), 0);
        world.crm.pages(&query, &mut |crm, grid| {
            pages += 1;
            seen.extend(grid.rows.iter().map(|row| row.id));
            crm.add("customer", vec![("name".into(), Value::text("newcomer"))]).map(drop)
        }).expect("reads");
        assert!(pages >= 3, "{pages}");
        assert_eq!(seen, (1..=1203).rev().collect::<Vec<i64>>());
        let page = Query { after: Some(5), limit: Some(3), ..query.clone() };
        assert_eq!(refs(&world.crm.list(&page).expect("lists")), "C4 C3 C2");
        let upwards = Query { sort: Sort::parse("id"), ..page };
        assert_eq!(refs(&world.crm.list(&upwards).expect("lists")), "C6 C7 C8");
    }

    fn a_limited_list_knows_how_many_there_are(world) {
        people(world);
        let query = Query { limit: Some(2), ..Query::new("customer") };
        let grid = world.crm.list(&query).expect("lists");
        assert_eq!((refs(&grid).as_str(), grid.total), ("C4 C3", Total::Exactly(4)));
        assert_eq!(world.crm.count_where("customer", "level=B").expect("counts"), 2);
    }

    fn groups_are_counted_and_amounts_of_one_currency_summed(world) {
        people(world);
        world.add("customer", &[("name", "Beta"), ("level", "B"), ("annual_revenue", "1.5万"), ("employees", "7")]);
        let query = Query {
            group_by: vec!["level".into()],
            columns: vec!["annual_revenue".into(), "employees".into()],
            ..Query::new("customer")
        };
        let grid = world.crm.list(&query).expect("groups");
        let level = |word: &str| Value::text(word);
        let rows: Vec<Vec<Value>> = grid.rows.iter().map(|row| row.cells.clone()).collect();
        assert_eq!(rows[0], [level("B"), Value::Integer(3), money(1_500_000, "CNY"), Value::Integer(7)]);
        assert!(rows.contains(&vec![level("A"), Value::Integer(1), money(30_000_000_000, "CNY"), Value::Null]), "{rows:?}");
        let totals = grid.totals.expect("totals");
        assert_eq!(totals, [Value::Null, Value::Integer(5), money(30_001_500_000, "CNY"), Value::Integer(7)]);
        let told: Vec<String> = world.crm.notices().iter().map(ToString::to_string).collect();
        assert!(told.iter().any(|line| line.contains("annual_revenue") && line.contains("1 ")), "the euros: {told:?}");
        let home = Query { filter: filter::parse("level=A").expect("reads"), ..query };
        world.crm.list(&home).expect("groups");
        assert!(world.crm.notices().is_empty(), "nothing was left out there");
    }

    fn groups_may_be_links_and_months_are_not_guessed(world) {
        people(world);
        let grouped = |path: &str| Query { group_by: vec![path.to_owned()], ..Query::new("customer") };
        let grid = world.crm.list(&grouped("owner.branch")).expect("groups");
        let titles: Vec<String> = grid
            .rows
            .iter()
            .map(|row| match &row.cells[0] {
                Value::Link(link) => format!("{} {:?}", link.title, row.cells[1].as_integer()),
                other => format!("{other:?} {:?}", row.cells[1].as_integer()),
            })
            .collect();
        assert!(titles.contains(&"Hamburg Some(1)".to_owned()) && titles.contains(&"Head office Some(2)".to_owned()), "{titles:?}");
        assert_eq!(world.crm.list(&grouped("tags")).expect_err("has several values").cause, Cause::BadValue);
        assert_eq!(world.crm.list(&grouped("levle")).expect_err("is no field").cause, Cause::BadValue);
    }

    fn a_saved_view_is_a_list_under_a_name(world) {
        people(world);
        let view = [("name", "Key"), ("record_kind", "customers"), ("filter", "level=A..B"), ("columns", "name,owner.name"), ("sort", "-name")];
        world.add("view", &view);
        let query = world.crm.view("customer", "key").expect("is there");
        let grid = world.crm.list(&query).expect("lists");
        assert_eq!(refs(&grid), "C1 C2 C3");
        assert_eq!(grid.columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>(), ["name", "owner.name"]);
        for (field, wrong) in [("filter", "levle=A"), ("columns", "nmae"), ("sort", "tags"), ("record_kind", "wish")] {
            let mut pairs = view.to_vec();
            pairs.retain(|(name, _)| *name != field && *name != "name");
            pairs.extend([("name", "Wrong"), (field, wrong)]);
            assert_eq!(world.try_add("view", &pairs).expect_err(wrong).cause, Cause::BadValue, "{wrong}");
        }
        assert_eq!(world.try_add("view", &view).expect_err("is there already").cause, Cause::Conflict);
        world.edit("view", 1, &[("filter", "level=A")]);
        assert_eq!(world.crm.view("contact", "Key").expect_err("is of customers").cause, Cause::NotFound);
        world.crm.remove("view", 1).expect("removes");
        assert_eq!(world.crm.view("customer", "Key").expect_err("is gone").cause, Cause::NotFound);
    }

    fn the_recycle_bin_is_a_list_too(world) {
        people(world);
        world.crm.remove("customer", 3).expect("removes");
        let query = Query { deleted: Deleted::Only, ..Query::new("customer") };
        assert_eq!(refs(&world.crm.list(&query).expect("lists")), "C3");
        assert_eq!(sorted(world, "id"), "C1 C2 C4");
    }
}

#[test]
fn counting_ends_where_it_would_become_work() {
    let world = World::on_sqlite();
    let mut db = kehu::store::open(&world.url, kehu::store::Open::default()).expect("opens");
    let numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 100000) SELECT i FROM n";
    let (count, all) = db.count_within(numbers, &[], 10_000).expect("counts");
    assert!(!all && count > 100 && count < 10_000, "{count}");
    assert_eq!(db.count_within(&format!("{numbers} LIMIT 20"), &[], 10_000).expect("counts"), (20, true));
    assert_eq!(
        db.query(&format!("SELECT COUNT(*) FROM ({numbers})"), &[]).expect("goes on")[0][0].as_integer(),
        Some(100_000)
    );
    assert!(!db.reads_indexes_alone("SELECT 1 FROM customers WHERE city = 'x' AND notes = 'y'", &[]).expect("looks"));
    assert!(
        db.reads_indexes_alone("SELECT 1 FROM customers WHERE city = 'x' AND deleted_at IS NULL", &[]).expect("looks")
    );
}
