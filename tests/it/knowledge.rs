//! The knowledge base: every save is kept, the fitting article is found in both languages, and what is missing is told.

use crate::{
    storage::on_both,
    world::{World, people},
};
use kehu::{
    Cause,
    record::{Grid, Value, Values},
    tickets::Scope,
};

fn article(world: &mut World, title: &str, language: &str, tags: &str, body: &str) -> i64 {
    world.add(
        "article",
        &[
            ("title", title),
            ("language", language),
            ("tags", tags),
            ("body", body),
            ("state", "published"),
            ("audience", "public"),
        ],
    )
}

/// Four articles in two languages.
fn base(world: &mut World) {
    people(world);
    article(world, "压力变送器零点漂移的处理", "zh", "校准", "无压力时输出不为 4 mA。");
    article(world, "No signal from the flow meter", "en", "grounding", "Check that the pipe is full.");
    article(world, "电磁流量计无信号", "zh", "接地", "先确认满管。");
    article(world, "Firmware", "en", "update", "After an update there may be no signal for a minute. Drift is usual.");
}

fn titles(grid: &Grid) -> Vec<String> {
    grid.rows.iter().map(|row| row.cells[0].as_text().unwrap_or_default().to_owned()).collect()
}

fn search(world: &mut World, words: &str) -> Vec<String> {
    titles(&world.crm.search_articles(words, Scope::Published, 10).expect("searches").grid)
}

fn act(world: &mut World, verb: &str, id: i64, answers: &Values) -> Result<(), String> {
    let verbs = kehu::catalog::entry("article").expect("a kind").verbs;
    let verb = verbs.iter().find(|known| known.name == verb).expect("a verb");
    if let Some(reason) = (verb.refused)(&mut world.crm, id).expect("answers") {
        return Err(reason.to_string());
    }
    world.crm.transaction("act", |crm| (verb.run)(crm, id, answers)).map_err(|error| error.to_string())
}

on_both! {
    fn every_save_of_the_text_is_a_version_that_comes_back(world) {
        base(world);
        world.edit("article", 2, &[("body", "Check that the pipe is full.\nThen the grounding.")]);
        world.edit("article", 2, &[("owner", "mei")]);
        assert_eq!(world.text("article", 2, "edition"), "2", "who looks after it is no text");
        let grid = world.crm.compare_versions(2, None, None).expect("compares");
        let lines: Vec<(&str, &str)> = grid.rows.iter().map(|row| (row.cells[1].as_text().expect("a sign"), row.cells[2].as_text().unwrap_or_default())).filter(|(sign, _)| *sign != "same").collect();
        assert_eq!(lines, [("added", "Then the grounding.")]);
        act(world, "revert", 2, &vec![("to".to_owned(), Value::Integer(1))]).expect("reverts");
        assert_eq!([world.text("article", 2, "body"), world.text("article", 2, "edition")], ["Check that the pipe is full.", "3"]);
        assert_eq!(world.names("article_version", "article=N2").len(), 3);
        let refused = world.crm.compare_versions(2, Some(1), Some(9)).expect_err("there is none");
        assert_eq!(refused.to_string(), "N2 has no version 9; its latest is 3.");
        world.crm.undo(None, false).expect("undoes");
        assert_eq!(world.names("article_version", "article=N2").len(), 2);
        assert_eq!(world.text("article", 2, "edition"), "2");
        assert_eq!(world.try_add("article_version", &[("title", "x"), ("article", "N2"), ("number", "9"), ("at", "today")]).expect_err("by hand").cause, Cause::Refused);
    }

    fn a_word_in_the_title_counts_more_than_one_in_the_text(world) {
        base(world);
        assert_eq!(search(world, "no signal"), ["No signal from the flow meter", "Firmware"]);
        assert_eq!(search(world, "无信号"), ["电磁流量计无信号"]);
        assert_eq!(search(world, "校准"), ["压力变送器零点漂移的处理"]);
        act(world, "retire", 2, &Values::new()).expect("retires");
        assert_eq!(search(world, "no signal"), ["Firmware"]);
        assert_eq!(act(world, "submit", 2, &Values::new()), Err("No signal from the flow meter is retired.".to_owned()));
    }

    fn a_ticket_gets_suggestions_in_its_language_until_they_are_linked(world) {
        base(world);
        let ticket = world.add("ticket", &[("subject", "流量计装好后没有信号，读数跳动"), ("customer", "C1"), ("description", "无信号")]);
        let found = titles(&world.crm.suggest_articles(ticket, 3).expect("suggests"));
        assert_eq!(found.first().map(String::as_str), Some("电磁流量计无信号"));
        act(world, "link", 3, &vec![("ticket".to_owned(), Value::Integer(ticket))]).expect("links");
        act(world, "link", 3, &vec![("ticket".to_owned(), Value::Integer(ticket))]).expect("links once");
        assert_eq!([world.text("ticket", ticket, "articles"), world.text("article", 3, "ticket_count")], ["电磁流量计无信号", "1"]);
        assert!(!titles(&world.crm.suggest_articles(ticket, 3).expect("suggests")).contains(&"电磁流量计无信号".to_owned()));
        let english = world.add("ticket", &[("subject", "There is no signal"), ("customer", "C2")]);
        assert_eq!(titles(&world.crm.suggest_articles(english, 1).expect("suggests")), ["No signal from the flow meter"]);
    }

    fn a_colleague_has_one_vote_and_may_change_their_mind(world) {
        base(world);
        act(world, "helpful", 1, &Values::new()).expect("votes");
        act(world, "helpful", 1, &Values::new()).expect("votes again");
        assert_eq!([world.text("article", 1, "helped"), world.text("article", 1, "not_helped")], ["1", "0"]);
        act(world, "unhelpful", 1, &Values::new()).expect("changes their mind");
        assert_eq!([world.text("article", 1, "helped"), world.text("article", 1, "not_helped")], ["0", "1"]);
    }

    fn what_is_looked_for_in_vain_and_solved_without_an_article_is_a_gap(world) {
        base(world);
        for _ in 0..2 {
            let found = world.crm.search_articles("Bluetooth pairing", Scope::Published, 5).expect("searches");
            assert!(found.near && found.grid.rows.is_empty());
        }
        let ticket = world.add("ticket", &[("subject", "Pairing"), ("customer", "C1"), ("status", "resolved"), ("resolution", "by hand"), ("cause", "app")]);
        let run = kehu::catalog::report("knowledge-gaps").expect("a report").run;
        let parts = run(&mut world.crm, &Values::new()).expect("answers");
        assert_eq!(parts[0].grid.rows[0].cells[..2], [Value::text("Bluetooth pairing"), Value::Integer(2)]);
        assert_eq!(parts[1].grid.rows[0].cells[1..4], [Value::text("app"), Value::Integer(1), Value::Integer(1)]);
        act(world, "link", 1, &vec![("ticket".to_owned(), Value::Integer(ticket))]).expect("links");
        assert!(run(&mut world.crm, &Values::new()).expect("answers")[1].grid.rows.is_empty());
    }
}
