//! Satisfaction: asked once for each solution, in the customer's language, rated once and corrected by the same, and a
//! low rating is somebody's to put right once.

use crate::{
    storage::on_both,
    world::{NOW, World, people, settings},
};
use jiff::{ToSpan, civil, tz::TimeZone};
use kehu::{
    Cause, Crm, Settings,
    clock::Clock,
    record::{Value, Values},
    reports::Part,
    tickets::Rating,
};

/// A handle of Lin's, so many hours later.
fn later(world: &World, hours: i64) -> Crm {
    let zone = TimeZone::get("Asia/Shanghai").expect("the zone is known");
    let now = NOW.parse::<civil::DateTime>().expect("an hour").saturating_add(hours.hours());
    let clock = Clock::fixed(now.to_zoned(zone.clone()).expect("an hour there").timestamp(), zone);
    let mut crm = Crm::open(&world.url, &Settings { clock, ..settings() }).expect("opens");
    crm.sign_in("lin").expect("is known");
    crm
}

/// The small company, a survey in two languages, and solved tickets of 王晓明 and of Ingrid, whom Lukas dealt with.
fn solved(world: &mut World) -> [i64; 2] {
    people(world);
    for (language, subject) in [("zh", "您对 {ticket} 满意吗？"), ("en", "How was {ticket}?")] {
        world.add("survey", &[("language", language), ("subject", subject), ("text", "{name}: {subject} {token}")]);
    }
    let first = ticket(world, "屏幕不亮", "C1", "P1", "mei");
    let second = ticket(world, "No signal", "C2", "P2", "lukas");
    [first, second]
}

fn ticket(world: &mut World, subject: &str, customer: &str, contact: &str, owner: &str) -> i64 {
    let id = world.add(
        "ticket",
        &[("subject", subject), ("customer", customer), ("contact", contact), ("owner", owner), ("kind", "complaint")],
    );
    resolve(world, id);
    id
}

fn resolve(world: &mut World, id: i64) {
    world.edit("ticket", id, &[("status", "resolved"), ("resolution", "exchanged")]);
}

fn reopen(world: &mut World, id: i64) {
    world.edit("ticket", id, &[("status", "open")]);
}

fn rate(crm: &mut Crm, ticket: i64, score: i64) -> kehu::tickets::Rated {
    crm.rate_ticket(ticket, &Rating { score: Some(score), channel: "command", ..Rating::default() }).expect("rates")
}

fn text(value: &Value) -> String {
    value.as_text().unwrap_or_default().to_owned()
}

/// A report's part by the heading of each column, row by row.
fn cells(part: &Part, names: &[&str]) -> Vec<Vec<String>> {
    let show = |row: &Vec<Value>, name: &&str| {
        let place = part.grid.columns.iter().position(|column| column.name == *name).expect(name);
        kehu::record::types::show(&part.grid.columns[place].kind, &row[place])
    };
    part.grid.rows.iter().map(|row| names.iter().map(|name| show(&row.cells, name)).collect()).collect()
}

fn report(crm: &mut Crm, name: &str, asked: &[(&str, &str)]) -> Vec<Part> {
    let values: Values = asked.iter().map(|(name, text)| ((*name).to_owned(), Value::text(*text))).collect();
    (kehu::catalog::report(name).expect("a report").run)(crm, &values).expect("answers")
}

on_both! {
    fn each_solution_is_asked_about_once_in_the_customers_language(world) {
        let [first, _] = solved(world);
        assert!(later(world, 23).ask_satisfaction(None).expect("asks").asked.is_empty(), "not yet");
        let mut crm = later(world, 25);
        assert_eq!(crm.ask_satisfaction(None).expect("asks").asked.len(), 2);
        assert!(crm.ask_satisfaction(None).expect("asks").asked.is_empty(), "once");
        assert_eq!(world.names("outbox", "automatic=yes").len(), 2);
        let chinese = world.names("outbox", "customer=C1").remove(0);
        assert!(chinese.starts_with("您对 T1 满意吗？ [SF-"), "{chinese}");
        assert!(world.text("outbox", 1, "body").starts_with("王晓明: 屏幕不亮 SF-"));
        assert!(world.names("outbox", "customer=C2").remove(0).starts_with("How was T2? [SF-"));
        // Solved a second time, it is asked about a second time.
        reopen(world, first);
        resolve(world, first);
        assert_eq!(later(world, 50).ask_satisfaction(None).expect("asks").asked.len(), 1);
        // What was solved long ago is not asked about any more.
        let old = ticket(world, "Old", "C3", "P3", "mei");
        assert!(later(world, 24 * 30).ask_satisfaction(None).expect("asks").asked.is_empty(), "T{old} is too old");
    }

    fn asking_is_undone_with_its_messages(world) {
        solved(world);
        let before = world.dump();
        let mut crm = later(world, 25);
        crm.ask_satisfaction(None).expect("asks");
        crm.undo(None, false).expect("undoes");
        assert_eq!(world.dump(), before);
    }

    fn a_second_rating_replaces_the_first_and_the_history_keeps_it(world) {
        let [first, _] = solved(world);
        let mut crm = later(world, 1);
        let rated = rate(&mut crm, first, 4);
        let again = rate(&mut crm, first, 5);
        assert_eq!((again.id, again.before), (rated.id, Some(4)));
        assert_eq!(world.text("ticket", first, "rating"), "5");
        let kept = world.crm.history("satisfaction", rated.id).expect("a history");
        assert!(kept.iter().any(|line| line.field == "score" && text(&line.before) == "4" || format!("{line:?}").contains('4')));
        assert_eq!(world.names("satisfaction", "").len(), 1);
        let refused = world.try_add("satisfaction", &[("ticket", "T1"), ("score", "3")]).expect_err("there is one");
        assert_eq!(refused.cause, Cause::Conflict);
        assert!(world.try_edit("satisfaction", rated.id, &[("score", "6")]).is_err());
        crm.undo(None, false).expect("undoes");
        assert_eq!(world.text("ticket", first, "rating"), "4");
    }

    fn a_low_rating_opens_one_task_for_the_superior(world) {
        let [_, second] = solved(world);
        let mut crm = later(world, 1);
        let rated = rate(&mut crm, second, 2);
        let task = rated.recovery.expect("a task");
        // Lukas dealt with it, and Lin is his superior.
        assert_eq!([world.text("activity", task, "owner"), world.text("activity", task, "customer")], ["lin", "Nordic Instruments GmbH"]);
        assert_eq!(world.text("activity", task, "subject"), "2/5 · T2 No signal");
        assert_eq!(rate(&mut crm, second, 1).recovery, None, "once");
        // The next solution is another matter.
        reopen(world, second);
        resolve(world, second);
        assert!(rate(&mut crm, second, 1).recovery.is_some());
        assert_eq!(world.names("activity", "ticket=T2").len(), 2);
    }

    fn what_was_never_solved_is_not_rated(world) {
        people(world);
        let open = world.add("ticket", &[("subject", "Open"), ("customer", "C1")]);
        let refused = world.crm.rate_ticket(open, &Rating { score: Some(5), ..Rating::default() });
        assert_eq!(refused.expect_err("it is open").cause, Cause::Refused);
    }

    fn an_answer_by_mail_or_form_finds_its_question(world) {
        let [first, second] = solved(world);
        later(world, 25).ask_satisfaction(None).expect("asks");
        let [one, two] = [1, 2].map(|id| world.text("satisfaction", id, "token"));
        let mail = format!(
            "From: wangxm@cmb.example\r\nTo: service@x.example\r\nSubject: =?UTF-8?B?5Zue5aSN?=\r\n\
             In-Reply-To: <{one}.0190@kehu.local>\r\nMessage-ID: <a@cmb.example>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n\
             4分，很快\r\n\r\n> 1 2 3 4 5\r\n"
        );
        let mut crm = later(world, 30);
        let taken = crm.receive(&mut mail.as_bytes(), &kehu::tickets::Reception::default(), &mut |_, _| ()).expect("reads");
        assert_eq!(taken[0].taken.ticket(), Some(first));
        assert_eq!([world.text("satisfaction", 1, "score"), world.text("satisfaction", 1, "comment")], ["4", "很快"]);
        assert_eq!(world.names("ticket", "").len(), 2, "no ticket is made of it");
        let form = format!("{{\"token\":\"{}\",\"score\":1,\"product_score\":5,\"comment\":\"too slow\"}}", two.to_lowercase());
        let rated = crm.intake_ratings(form.as_bytes()).expect("takes it in");
        assert!(rated[0].recovery.is_some());
        assert_eq!([world.text("ticket", second, "rating"), world.text("satisfaction", 2, "product_score")], ["1", "5"]);
        let before = world.dump();
        crm.intake_ratings(form.as_bytes()).expect("the same again");
        assert_eq!(world.dump(), before);
        assert_eq!(crm.intake_ratings(b"{\"token\":\"SF-0\",\"score\":3}").expect_err("unknown").cause, Cause::NotFound);
        assert!(crm.intake_ratings(form.replace(":1,", ":7,").as_bytes()).is_err());
    }

    fn the_response_rate_stands_beside_the_score_and_a_few_have_no_percentage(world) {
        people(world);
        world.add("survey", &[("language", "en"), ("subject", "How was it?"), ("text", "{token}")]);
        let tickets: Vec<i64> = (0..6).map(|number| ticket(world, &format!("Case {number}"), "C1", "P1", "mei")).collect();
        ticket(world, "Another", "C2", "P2", "lukas");
        let mut crm = later(world, 25);
        assert_eq!(crm.ask_satisfaction(None).expect("asks").asked.len(), 7);
        for (ticket, score) in tickets.iter().zip([5, 5, 4, 3, 1]) {
            rate(&mut crm, *ticket, score);
        }
        let parts = report(&mut crm, "satisfaction", &[("by", "owner")]);
        let names = ["owner", "asked", "answered", "response_rate", "service_rated", "service_satisfied", "service_rate", "service_average"];
        assert_eq!(
            cells(&parts[0], &names),
            [["陆雅梅", "6", "5", "83.33%", "5", "3", "60.00%", "3.60"], ["Lukas Brandt", "1", "0", "", "0", "0", "", ""]]
        );
        let parts = report(&mut crm, "satisfaction", &[("period", "2026-04")]);
        assert_eq!(cells(&parts[0], &["period", "asked", "service_low"]), [["2026-04", "7", "1"]]);
        let parts = report(&mut crm, "root-cause", &[("period", "2026")]);
        assert_eq!(cells(&parts[0], &["time", "solved", "rated", "rate", "low"]), [["≤ 4 h", "7", "5", "60.00%", "1"]]);
    }

    fn a_rating_comes_with_an_imported_ticket(world) {
        people(world);
        let id = world.add("ticket", &[("subject", "From elsewhere"), ("customer", "C1")]);
        world.edit("ticket", id, &[("rating", "2")]);
        assert_eq!(world.text("satisfaction", 1, "score"), "2");
        assert_eq!(world.text("satisfaction", 1, "ticket"), "From elsewhere");
    }
}

on_both! {
    fn more_complaints_than_chance_explains_are_an_alarm(world) {
        people(world);
        world.edit("customer", 1, &[("region", "华南")]);
        let product = world.add("product", &[("name", "HC-P20")]);
        let complain = |world: &mut World, received: &str| {
            world.add("ticket", &[("subject", "Noise"), ("kind", "complaint"), ("customer", "C1"), ("product", &format!("R{product}")), ("cause", "noise"), ("received", received)]);
        };
        for month in 3..=12 {
            complain(world, &format!("2025-{month:02}-10T10:00"));
        }
        for day in 1..=7 {
            complain(world, &format!("2026-03-{day:02}T10:00"));
        }
        let parts = report(&mut world.crm, "quality-warning", &[("region", "华南")]);
        assert_eq!(cells(&parts[0], &["region", "complaints", "before", "state"]), [["华南", "7", "10", "alarm"]]);
        let titles: Vec<String> = parts.iter().map(|part| part.title.to_string()).collect();
        assert_eq!(titles, ["Control limits", "Months before", "Causes", "Customers concerned", "Who deals with them", "Cases"]);
        assert_eq!(parts[5].grid.rows.len(), 7);
        // Whoever decides is told once a month.
        assert_eq!(world.crm.warn_of_quality().expect("warns"), 1);
        assert_eq!(world.crm.warn_of_quality().expect("warns"), 0);
        assert_eq!(world.names("activity", "owner=lin"), ["⚠ 2026-03 华南 · HC-P20"]);
        let parts = report(&mut world.crm, "complaints", &[("period", "2026-03")]);
        assert_eq!(cells(&parts[0], &["product", "tickets", "complaints", "rate"]), [["HC-P20", "7", "7", "100.00%"]]);
        assert_eq!(cells(&parts[1], &["product", "cause", "complaints", "share"]), [["HC-P20", "noise", "7", "100.00%"]]);
    }
}

#[test]
fn the_ratings_of_another_program_come_with_its_tickets() {
    let Some(data) = std::env::var_os("KEHU_TEST_DATA") else {
        eprintln!("skipped: KEHU_TEST_DATA names no folder");
        return;
    };
    let file = std::path::Path::new(&data).join("support_tickets/tickets_500.csv");
    // Counted apart from the program: how many rows have a rating, and how many of these are 4 or 5.
    let mut reader = csv::Reader::from_path(&file).expect("opens");
    let place = reader.headers().expect("headings").iter().position(|name| name == "Customer Satisfaction Rating");
    let place = place.expect("a column");
    let ratings: Vec<f64> = reader.records().filter_map(|row| row.expect("a row").get(place)?.parse().ok()).collect();
    let satisfied = ratings.iter().filter(|rating| **rating >= 4.0).count();
    let desk = crate::world::Desk::new();
    let file = file.display().to_string();
    desk.run(["ticket", "import", &file, "--create-missing", "customer,product"]).done();
    let listed = desk.say("satisfaction list --limit 0 -f json").json();
    assert_eq!(listed["items"].as_array().expect("a list").len(), ratings.len());
    let told = desk.say("report satisfaction --by ticket.channel -f json").json();
    let sum = |name: &str| told["totals"][name].as_u64().unwrap_or_default();
    assert_eq!((sum("service_rated"), sum("service_satisfied")), (ratings.len() as u64, satisfied as u64));
    assert_eq!(desk.say("activity list --count").done().trim(), "0", "what a low rating led to was done elsewhere");
    desk.say("undo").done();
    assert_eq!(desk.say("satisfaction list --count").done().trim(), "0");
}
