//! How long what people write may be: the same on both databases, said in one sentence wherever it is written.

use crate::{
    storage::on_both,
    world::{Desk, World},
};
use kehu::{
    customers::Note,
    error::Cause,
    record::{Field, Value},
};
use std::{io::Write, process::Stdio};

#[track_caller]
fn refused(done: kehu::Result<i64>, field: &str, words: &str) {
    let error = done.expect_err("is too long");
    assert_eq!((error.cause, error.field.as_deref()), (Cause::BadValue, Some(field)), "{error}");
    let said = error.to_string();
    assert!(said.contains(words), "{said}");
    assert!(said.chars().count() < 200, "{said}");
}

fn add(world: &mut World, kind: &str, pairs: &[(&str, &str)]) -> kehu::Result<i64> {
    let values = pairs.iter().map(|(name, text)| ((*name).to_owned(), Value::text(*text))).collect();
    world.crm.add(kind, values)
}

on_both! {
    fn a_name_has_a_thousand_characters_at_most(world) {
        let name: String = ('a'..='z').chain('0'..='9').cycle().take(1000).collect();
        let id = world.try_add("customer", &[("name", &name)]).expect("fits");
        assert_eq!(world.text("customer", id, "name"), name);
        refused(world.try_add("customer", &[("name", &format!("{name}x"))]), "name", "name has 1001 characters, and 1000 are the most: abc");
        let edited = world.try_edit("customer", id, &[("city", &name.repeat(9))]).map(|save| save.version);
        refused(edited, "city", "city has 9000 characters");
        refused(world.try_add("customer", &[("name", &"客户".repeat(400))]), "name", "name has 2400 bytes, and 2000 are the most");
        world.try_add("customer", &[("name", &"客户".repeat(333))]).expect("fits");
    }

    fn notes_have_a_megabyte_at_most(world) {
        let line: String = (0..30_000).fold(String::new(), |text, number| text + &format!("word {number} of many. "));
        let text = line.repeat(3)[..1 << 20].trim_end().to_owned();
        let id = world.try_add("customer", &[("name", "Acme"), ("notes", &text)]).expect("fits");
        assert_eq!(world.text("customer", id, "notes"), text);
        refused(world.try_add("customer", &[("name", "Bo"), ("notes", &(text + &line))]), "notes", "notes has ");
    }

    fn nul_is_refused_wherever_text_is_written(world) {
        let customer = world.customer("Acme");
        refused(add(world, "customer", &[("name", "a\0b")]), "name", "NUL character");
        let note = Note { sort: "call".into(), about: format!("C{customer}"), text: "a\0b".into(), ..Note::default() };
        let error = world.crm.log(&note).expect_err("refused");
        assert_eq!(error.cause, Cause::BadValue, "{error}");
        assert!(error.to_string().contains("NUL"), "{error}");
        let long = Note { text: format!("{}\0", "x".repeat(3000)), ..note.clone() };
        assert!(world.crm.log(&long).expect_err("refused").to_string().contains("NUL"));
        assert_eq!(world.names("activity", ""), [""; 0]);
    }

    fn a_list_has_a_thousand_values_at_most(world) {
        let tags: Vec<String> = (0..1000).map(|number| format!("tag {number}")).collect();
        let id = world.try_add("customer", &[("name", "Acme"), ("tags", &tags.join(","))]).expect("fits");
        assert_eq!(world.value("customer", id, "tags").items().len(), 1000);
        let error = world.try_add("customer", &[("name", "Bo"), ("tags", &(tags.join(",") + ",one more"))]);
        refused(error, "tags", "A list has 1000 values at most");
        refused(world.try_add("customer", &[("name", "Bo"), ("tags", &"字".repeat(700))]), "tags", "tags has 2100 bytes");
    }
}

#[test]
fn a_field_without_index_may_have_a_thousand_chinese_characters() {
    let field = Field::new("subject", "", kehu::record::Kind::Text);
    assert!(field.within(&Value::text("客".repeat(1000))).is_ok());
    assert!(field.within(&Value::text("客".repeat(1001))).is_err());
}

#[test]
fn what_comes_through_standard_input_is_held_to_it_too() {
    let desk = Desk::new();
    let mut child =
        desk.command(["log", "call", "C1", "-"]).stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("starts");
    child.stdin.take().expect("a pipe").write_all(b"a\0b").expect("writes");
    let output = child.wait_with_output().expect("ends");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("NUL"));
    let long = desk.run(["customer", "add", &format!("name={}", "n".repeat(9000))]);
    assert_eq!(long.code, 2);
    assert!(long.err.contains("name has 9000 characters") && long.err.len() < 300, "{}", long.err);
    std::fs::write(desk.folder().join("long.csv"), format!("name\n{}\nFits Ltd\n", "n".repeat(9000))).expect("writes");
    let kept = desk.say("customer import long.csv --rejects bad.csv");
    assert_eq!(kept.code, 6, "{}", kept.err);
    assert!(kept.err.len() < 1000, "{}", kept.err);
    let note = desk.run(["attach", "C1", "long.csv", "--note", &"n".repeat(120_000)]);
    assert_eq!(note.code, 0, "{}", note.err);
}
