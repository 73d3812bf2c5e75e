//! People: the days to remember of them, what they are to each other, what is known of them, and their leaving.

use crate::{storage::on_both, world::World};
use jiff::civil::{Date, date};
use kehu::{
    Cause,
    customers::lunar::LunarDay,
    record::{Grid, Value},
};

/// Who has an occasion on which day, and the number of years.
fn told(grid: &Grid) -> Vec<(String, String, Option<i64>)> {
    let name = |cells: &[Value]| match (&cells[2], &cells[3]) {
        (Value::Link(link), _) | (_, Value::Link(link)) => link.title.clone(),
        _ => String::new(),
    };
    let row =
        |cells: &Vec<Value>| (cells[0].as_text().unwrap_or_default().to_owned(), name(cells), cells[5].as_integer());
    grid.rows.iter().map(|found| row(&found.cells)).collect()
}

fn on(world: &mut World, first: Date, last: Date) -> Vec<String> {
    let grid = world.crm.occasions_between(first, last, None).expect("looks");
    told(&grid).into_iter().map(|(day, who, _)| format!("{day} {who}")).collect()
}

fn remembered(world: &mut World, contact: i64, day: &str) -> i64 {
    world.add("occasion", &[("name", "birthday"), ("contact", &format!("P{contact}")), ("day", day)])
}

fn notices(world: &mut World) -> Vec<String> {
    world.crm.notices().iter().map(ToString::to_string).collect()
}

/// The relations under a contact: word and other person.
fn relations(world: &mut World, contact: i64) -> Vec<(String, String)> {
    let parts = world.crm.belongings("contact", contact).expect("reads");
    let grid = parts.iter().find(|grid| grid.noun == "relations");
    let row = |cells: &Vec<Value>| match (&cells[0], &cells[1]) {
        (Value::Text(told), Value::Link(link)) => (told.clone(), link.title.clone()),
        other => panic!("{other:?}"),
    };
    grid.map(|grid| grid.rows.iter().map(|found| row(&found.cells)).collect()).unwrap_or_default()
}

on_both! {
    fn birthdays_come_by_either_calendar_with_their_years(world) {
        let bank = world.customer("招商银行深圳分行");
        let wang = world.contact("王晓明", bank);
        let ingrid = world.contact("Ingrid Larsen", bank);
        let li = world.contact("李雪", bank);
        world.edit("contact", wang, &[("birthday", "1980-04-03")]);
        world.edit("contact", ingrid, &[("birthday", "--04-01")]);
        remembered(world, li, "农历1978年二月十五");
        let founding = world.add("occasion", &[("customer", "招商银行深圳分行"), ("day", "1987-04-08")]);
        assert_eq!(world.text("occasion", founding, "name"), "founding");
        let grid = world.crm.occasions_between(date(2026, 3, 31), date(2026, 4, 30), None).expect("looks");
        let all = told(&grid);
        let of = |day: &str, who: &str, years: Option<i64>| (day.to_owned(), who.to_owned(), years);
        assert_eq!(all, [
            of("2026-04-01", "Ingrid Larsen", None),
            of("2026-04-02", "李雪", Some(48)),
            of("2026-04-03", "王晓明", Some(46)),
            of("2026-04-08", "招商银行深圳分行", Some(39)),
        ]);
        assert_eq!(on(world, date(2026, 4, 2), date(2026, 4, 2)), ["2026-04-02 李雪"]);
    }

    fn a_day_that_the_year_lacks_is_kept_on_the_last_of_its_month(world) {
        let bank = world.customer("招商银行深圳分行");
        let leapling = world.contact("王晓明", bank);
        world.edit("contact", leapling, &[("birthday", "2000-02-29")]);
        assert_eq!(on(world, date(2027, 2, 25), date(2027, 3, 5)), ["2027-02-28 王晓明"]);
        assert_eq!(on(world, date(2028, 2, 25), date(2028, 3, 5)), ["2028-02-29 王晓明"]);
        let li = world.contact("李雪", bank);
        remembered(world, li, "农历腊月三十");
        assert_eq!(on(world, date(2026, 2, 10), date(2026, 2, 20)), ["2026-02-16 李雪"], "its twelfth month was short");
    }

    fn a_leap_month_counts_where_the_year_has_it(world) {
        let bank = world.customer("招商银行深圳分行");
        let (wang, li) = (world.contact("王晓明", bank), world.contact("李雪", bank));
        remembered(world, wang, "农历闰六月初一");
        remembered(world, li, "农历六月初一");
        assert_eq!(on(world, date(2025, 6, 1), date(2025, 8, 20)), ["2025-06-25 李雪", "2025-07-25 王晓明"]);
        let plain = LunarDay { year: 2026, month: 6, leap: false, day: 1 }.date().expect("a day");
        assert_eq!(on(world, plain, plain), [format!("{plain} 李雪"), format!("{plain} 王晓明")]);
    }

    fn only_those_are_told_who_work_there_still_and_of_whoever_asks(world) {
        world.add("user", &[("name", "陆雅梅"), ("login", "mei")]);
        let bank = world.add("customer", &[("name", "招商银行深圳分行"), ("owner", "mei")]);
        let others = world.customer("Nordic Instruments");
        let (wang, ingrid) = (world.contact("王晓明", bank), world.contact("Ingrid Larsen", others));
        world.edit("contact", wang, &[("birthday", "--04-01")]);
        world.edit("contact", ingrid, &[("birthday", "--04-01")]);
        let mei = world.crm.find("user", "mei").expect("is known");
        let day = date(2026, 4, 1);
        let grid = world.crm.occasions_between(day, day, Some(mei)).expect("looks");
        assert_eq!(told(&grid).len(), 1, "the other's owner is somebody else");
        world.crm.leave(wang, None, None).expect("leaves");
        assert_eq!(on(world, day, day), ["2026-04-01 Ingrid Larsen"]);
        world.crm.remove("customer", others).expect("removes");
        assert!(on(world, day, day).is_empty());
    }

    fn who_wants_to_be_reminded_is_told_before(world) {
        let bank = world.customer("招商银行深圳分行");
        let wang = world.contact("王晓明", bank);
        let id = remembered(world, wang, "04-20");
        let today = date(2026, 4, 10);
        assert!(on(world, today, today).is_empty());
        world.edit("occasion", id, &[("remind", "10")]);
        assert_eq!(on(world, today, today), ["2026-04-20 王晓明"]);
        assert!(on(world, date(2026, 4, 9), date(2026, 4, 9)).is_empty());
        assert!(world.try_edit("occasion", id, &[("remind", "61")]).is_err());
        assert!(world.try_edit("occasion", id, &[("day", "农历十三月初一")]).is_err());
        assert!(world.try_add("occasion", &[("name", "birthday"), ("day", "04-20")]).is_err(), "it is nobody's");
    }

    fn a_relation_is_told_from_both_sides_and_kept_once(world) {
        let bank = world.customer("招商银行深圳分行");
        let (wang, li) = (world.contact("王晓明", bank), world.contact("李雪", bank));
        let id = world.crm.relate(wang, "reports to", li, None).expect("relates");
        let of = |word: &str, who: &str| vec![(word.to_owned(), who.to_owned())];
        assert_eq!(relations(world, wang), of("reports-to", "李雪"));
        assert_eq!(relations(world, li), of("manages", "王晓明"));
        for (one, word, other) in [(wang, "reports-to", li), (li, "manages", wang), (li, "reports to", wang)] {
            let error = world.crm.relate(one, word, other, None).expect_err("is there already");
            assert_eq!(error.cause, Cause::Conflict);
            assert_eq!(error.to_string(), format!("RL{id} says already: 王晓明 reports to 李雪."));
        }
        assert_eq!(world.crm.relate(wang, "spouse", wang, None).expect_err("nobody").cause, Cause::Refused);
        assert!(world.crm.relate(wang, "rivals", li, None).is_err());
        world.crm.remove("contact", li).expect("removes");
        assert!(relations(world, wang).is_empty(), "it went along");
        world.crm.undo(None, false).expect("undoes");
        assert_eq!(relations(world, wang), of("reports-to", "李雪"));
        world.crm.remove("relation", id).expect("removes");
        world.crm.relate(li, "manages", wang, None).expect("may be said again");
        assert_eq!(relations(world, wang), of("reports-to", "李雪"));
    }

    fn leaving_hands_on_what_others_need_and_keeps_the_history(world) {
        let (bank, other) = (world.customer("招商银行深圳分行"), world.customer("Nordic Instruments"));
        let (wang, li) = (world.contact("王晓明", bank), world.contact("李雪", bank));
        world.edit("contact", wang, &[("mobile", "13912345678"), ("email", "wangxm@cmb.example"), ("wechat", "wxm")]);
        world.add("fact", &[("text", "likes tea"), ("about", "drinks"), ("contact", &format!("P{wang}"))]);
        remembered(world, wang, "农历八月十五");
        let plan = world.add("activity", &[
            ("subject", "Visit"), ("kind", "visit"), ("contact", &format!("P{wang}")), ("due", "+3d"),
        ]);
        notices(world);
        let before = world.dump();
        let new = world.crm.leave(wang, Some(date(2026, 3, 1)), Some(other)).expect("leaves").expect("goes on");
        assert_eq!(notices(world), [
            format!("P{li} 李雪 is the primary contact of 招商银行深圳分行 now."),
            format!("1 planned activity is with 王晓明 still: A{plan}."),
            format!("P{new} 王晓明 is a contact of Nordic Instruments now."),
        ]);
        assert_eq!(world.text("contact", wang, "left_on"), "2026-03-01");
        assert_eq!(world.text("contact", wang, "customer"), "招商银行深圳分行");
        assert_eq!(world.text("contact", wang, "email"), "wangxm@cmb.example");
        assert_eq!(world.text("contact", new, "mobile"), "+8613912345678");
        assert_eq!(world.text("contact", new, "wechat"), "wxm");
        assert_eq!(world.text("contact", new, "email"), "", "the address was the bank's");
        assert_eq!(world.names("fact", &format!("contact=P{new}")), ["likes tea"]);
        assert_eq!(world.names("occasion", &format!("contact=P{new}")), ["birthday"]);
        assert_eq!(relations(world, new), [("formerly".to_owned(), "王晓明".to_owned())]);
        assert_eq!(relations(world, wang), [("now".to_owned(), "王晓明".to_owned())]);
        assert_eq!(world.crm.operations(None).expect("lists").first().map(|line| line.label.clone()),
            Some("王晓明 leaves".to_owned()));
        world.crm.undo(None, false).expect("undoes");
        assert_eq!(world.dump(), before, "as if nobody had left");
    }

    fn whoever_comes_back_works_there_again(world) {
        let bank = world.customer("招商银行深圳分行");
        let wang = world.contact("王晓明", bank);
        world.crm.leave(wang, None, None).expect("leaves");
        assert_eq!(notices(world).last().map(String::as_str), Some("招商银行深圳分行 has no primary contact any more."));
        world.add("activity", &[("subject", "Visit"), ("contact", &format!("P{wang}")), ("due", "+3d"), ("kind", "visit")]);
        assert_eq!(notices(world), ["王晓明 has left the company; whom else is it planned with?"]);
        world.edit("contact", wang, &[("left", "no")]);
        assert_eq!(world.text("contact", wang, "left_on"), "");
        assert_eq!(world.value("contact", wang, "primary"), Value::Bool(true));
        world.edit("contact", wang, &[("left_on", "2026-02-01")]);
        assert_eq!(world.value("contact", wang, "left"), Value::Bool(true), "a day of leaving says so");
    }
}
