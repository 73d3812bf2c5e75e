//! JSON as an import format: objects in lines or lists, with all that other programs put into them.

use crate::{
    storage::on_both,
    world::{Desk, World, finished, people},
};
use kehu::exchange::{Inspection, inspect};
use kehu::views::CustomField;
use proptest::prelude::*;
use std::fs;

fn read(bytes: impl AsRef<[u8]>) -> kehu::Result<Inspection> {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("file.txt");
    fs::write(&path, bytes).expect("file");
    inspect(&path, None)
}

fn rows(text: &str) -> (Vec<String>, Vec<Vec<String>>) {
    let seen = read(text).expect("readable");
    assert_eq!(seen.problems, 0, "{text}");
    let rows = serde_json::from_value(seen.to_json()["sample"].clone()).expect("rows");
    (seen.layout.headings, rows)
}

#[test]
fn objects_are_found_in_lines_in_lists_and_one_after_another() {
    let forms = [
        ("{\"name\":\"Acme\"}\n{\"name\":\"Borealis\",\"city\":\"Oslo\"}\n", "ndjson"),
        ("{\"name\":\"Acme\"}\r\n\r\n{\"name\":\"Borealis\",\"city\":\"Oslo\"}", "ndjson"),
        ("[{\"name\":\"Acme\"},{\"name\":\"Borealis\",\"city\":\"Oslo\"}]", "json"),
        ("[\n  {\n    \"name\": \"Acme\"\n  },\n  {\"name\":\"Borealis\",\"city\":\"Oslo\"}\n]\n", "json"),
        ("{\"items\":[\n{\"name\":\"Acme\"},\n{\"name\":\"Borealis\",\"city\":\"Oslo\"}\n],\"total\":2}\n", "json"),
        ("{\"total\":2,\"data\":[{\"name\":\"Acme\"},{\"name\":\"Borealis\",\"city\":\"Oslo\"}]}", "json"),
        ("{\n  \"name\": \"Acme\"\n}\n{\n  \"name\": \"Borealis\",\n  \"city\": \"Oslo\"\n}\n", "json"),
    ];
    for (text, format) in forms {
        assert_eq!(rows(text).0, ["name", "city"], "{text}");
        assert_eq!(rows(text).1, [["Acme", ""], ["Borealis", "Oslo"]], "{text}");
        assert_eq!(read(text).expect("readable").to_json()["format"], format, "{text}");
    }
}

#[test]
fn what_stands_within_an_object_becomes_cells() {
    let text = r#"{"name":"Acme","owner":{"name":"Lin","branch":{"city":"上海"}},"tags":["a","b, c","say \"hi\""],"money":{"amount":"12.50","currency":"EUR"},"none":null,"empty":[],"yes":true,"big":12345678901234567890.123456789,"float":13800138000.0,"small":1.5e3,"people":[{"name":"Zoe","age":3},{"name":"Bo"}],"link":{"ref":"C1","uid":"u-1","title":"Acme"}}"#;
    let (headings, cells) = rows(text);
    let said: Vec<(&str, &str)> =
        headings.iter().map(String::as_str).zip(cells[0].iter().map(String::as_str)).collect();
    assert_eq!(
        said,
        [
            ("name", "Acme"),
            ("owner.name", "Lin"),
            ("owner.branch.city", "上海"),
            ("tags", "a, \"b, c\", say \"hi\""),
            ("money", "EUR 12.50"),
            ("none", ""),
            ("empty", ""),
            ("yes", "true"),
            ("big", "12345678901234567890.123456789"),
            ("float", "13800138000"),
            ("small", "1500"),
            ("people.name", "Zoe, Bo"),
            ("people.age", "3"),
            ("link", "u-1"),
        ]
    );
}

#[test]
fn a_broken_line_is_a_faulty_row_and_the_others_are_read() {
    let deep = format!("{{\"name\":{}1{}}}", "{\"a\":".repeat(40), "}".repeat(40));
    let lines = [
        "{\"name\":\"Acme\"}",
        "{\"name\":\"Borealis\"",
        "[1]",
        "{\"name\":\"a\",\"name\":\"b\"}",
        "{\"name\":\"a\\u0000b\"}",
        "{\"name\":\"raw \0 byte\"}",
        deep.as_str(),
        "",
        "{\"name\":\"Cirrus\"}",
    ];
    let mut bytes = lines.join("\n").into_bytes();
    bytes.extend_from_slice(b"\n{\"name\":\"\xFF\"}\n");
    bytes.extend_from_slice("{\"name\":\"东方贸易有限公司，上海\"}\n".repeat(3).as_bytes());
    let seen = read(bytes).expect("readable");
    let codes: Vec<_> = seen.faulty.iter().map(|(line, problem)| (*line, problem.code())).collect();
    assert_eq!(
        codes,
        [
            (2, "no_json"),
            (3, "no_object"),
            (4, "same_key"),
            (5, "nul_byte"),
            (6, "nul_byte"),
            (7, "too_deep"),
            (10, "undecodable")
        ]
    );
    assert_eq!(seen.rows, 12);
}

#[test]
fn json_is_read_in_any_encoding() {
    let text = "{\"名称\":\"上海东方\"}\n{\"名称\":\"海天\"}\n";
    let wide: Vec<u8> = [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let marked = [b"\xEF\xBB\xBF", text.as_bytes()].concat();
    let gbk = encoding_rs::GBK.encode(&text.repeat(3)).0.into_owned();
    for (bytes, name) in [(wide, "UTF-16LE"), (marked, "UTF-8"), (gbk, "GB18030")] {
        let seen = read(bytes).expect("readable").to_json();
        assert_eq!((seen["encoding"].as_str(), seen["sample"][0][0].as_str()), (Some(name), Some("上海东方")));
    }
}

#[test]
fn endless_keys_and_nests_are_refused_in_little_memory() {
    let keys: Vec<String> = (0..3000).map(|key| format!("{{\"k{key}\":1}}")).collect();
    assert!(read(keys.join("\n")).expect_err("too many keys").to_string().contains("more than 1000 different keys"));
    let nest = format!("{{\"a\":{}", "[".repeat(1_000_000));
    assert_eq!(read(format!("{{\"name\":\"Acme\"}}\n{nest}\n")).expect("readable").problems, 1);
    let long = format!("{{\"name\":\"Acme\"}}\n{{\"name\":\"{}\"}}\n{{\"name\":\"Bo\"}}\n", "x".repeat(6 << 20));
    let seen = read(long).expect("readable");
    assert_eq!((seen.rows, seen.faulty[0].0, seen.faulty[0].1.code()), (3, 2, "too_long"));
    assert!(read("[]").expect_err("nothing").to_string().contains("no JSON object"));
}

#[test]
fn a_line_of_json_comes_in_and_a_bad_one_comes_back() {
    let desk = Desk::new();
    let text = "{\"name\":\"Borealis Ltd\",\"contact\":{\"name\":\"Ann Lee\",\"email\":\"ann@borealis.example\"},\"tags\":[\"fair, 2026\",\"vip\"]}\n\
                {\"name\":\"Cirrus Ltd\",\"level\":\"Z9\"}\n{\"name\":\n";
    fs::write(desk.folder().join("new.jsonl"), text).expect("file");
    let refused = desk.say("customer import new.jsonl");
    assert_eq!(refused.code, 5, "{}", refused.err);
    assert!(refused.err.contains("line 3") || refused.err.contains("Line 3"), "{}", refused.err);
    let kept = desk.say("customer import new.jsonl --rejects bad.csv");
    assert_eq!(kept.code, 6, "{}", kept.err);
    let customer = desk.say("customer show \"Borealis Ltd\" -f json").json();
    assert_eq!(customer["tags"], serde_json::json!(["fair, 2026", "vip"]));
    assert!(desk.say("contact list name~Ann -f json").json().to_string().contains("ann@borealis.example"));
    let bad = fs::read_to_string(desk.folder().join("bad.csv")).expect("rejects");
    assert!(bad.contains("Cirrus Ltd") && bad.contains(",2,level,"), "{bad}");
    assert!(bad.contains("no_json"), "{bad}");
    let again = desk.run(["customer", "import", "new.jsonl", "--rejects", "worse.csv", "-f", "json"]);
    assert!(again.out.contains("\"created\": 0") && again.out.contains("\"unchanged\": 1"), "{}", again.out);
}

#[test]
fn json_from_a_pipe_names_links_as_objects() {
    let desk = Desk::new();
    let text = "[{\"name\":\"Borealis Ltd\",\"owner\":{\"name\":\"Lukas Brandt\"},\"phone\":13800138000}]";
    let path = desk.folder().join("pipe.json");
    fs::write(&path, text).expect("file");
    let mut command = desk.command(["import", "-"]);
    command.stdin(fs::File::open(&path).expect("a pipe"));
    finished(&mut command).done();
    let customer = desk.say("customer show \"Borealis Ltd\" -f json").json();
    assert_eq!((&customer["owner"]["title"], &customer["phone"]), (&"Lukas Brandt".into(), &"+8613800138000".into()));
}

/// A custom field of every kind of value but links, with one that is hard to keep.
const HARD: [(&str, &str, &str); 12] = [
    ("line", "text", "\"quoted\", {and} [more]"),
    ("story", "long-text", "first\nsecond\ttabbed"),
    ("whole", "integer", "9223372036854775807"),
    ("exact", "decimal", "92233720368547758.07"),
    ("portion", "percent", "12.50"),
    ("sum", "money", "JPY 1000000000000"),
    ("agreed", "yes-no", "no"),
    ("day", "date", "0001-01-01"),
    ("feast", "birthday", "--02-29"),
    ("moment", "timestamp", "2026-03-31T09:00:05Z"),
    ("grade", "choice", "gold"),
    ("marks", "tags", "\"a, b\", \"c;d\", \"\"\"e\"\"\", f:::g"),
];

fn define_hard_fields(crm: &mut kehu::Crm) {
    for (name, kind, _) in HARD {
        let field = CustomField {
            record_kind: "customer".into(),
            name: name.into(),
            value_kind: kind.into(),
            scale: (kind == "decimal").then_some(2),
            choices: if kind == "choice" { vec!["gold".into(), "silver".into()] } else { Vec::new() },
            ..CustomField::default()
        };
        field.define(crm).expect(name);
    }
}

/// Every kind that holds records, in an order in which what is pointed to comes first.
fn kinds(world: &mut World) -> Vec<&'static str> {
    let first = ["branch", "user", "customer", "contact"];
    // Fields are defined, not imported.
    let others = world.crm.schemas().iter().map(|schema| schema.kind);
    let others = others.filter(|kind| !first.contains(kind) && *kind != "field");
    let kinds: Vec<&'static str> = first.into_iter().chain(others.collect::<Vec<_>>()).collect();
    kinds
}

fn exported(crm: &mut kehu::Crm, kind: &str) -> String {
    use kehu::{crm::Query, exchange::Export};
    let mut export = Export::new(crm, Query::new(kind)).expect("exports");
    let mut text = String::new();
    while let Some(grid) = export.next_page(crm).expect("a page") {
        for row in &grid.rows {
            let pairs = grid.columns.iter().zip(&row.cells);
            let object: serde_json::Map<String, serde_json::Value> =
                pairs.map(|(column, value)| (column.name.clone(), value.to_json(&column.kind))).collect();
            text += &(serde_json::to_string(&object).expect("JSON") + "\n");
        }
    }
    text
}

on_both! {
    fn what_is_exported_as_json_lines_comes_back_the_same(world) {
        use kehu::exchange::{Source, import::{Import, Options}};
        people(world);
        world.add("activity", &[("subject", "Call, then \"write\""), ("kind", "call"), ("customer", "C1"), ("contact", "P1")]);
        world.edit("customer", 1, &[("tags", "银行, \"a, b\""), ("notes", "first\nsecond"), ("annual_revenue", "EUR 12.50")]);
        define_hard_fields(&mut world.crm);
        let hard: Vec<(String, &str)> = HARD.iter().map(|(name, _, text)| (format!("x_{name}"), *text)).collect();
        let hard: Vec<(&str, &str)> = hard.iter().map(|(name, text)| (name.as_str(), *text)).collect();
        world.edit("customer", 2, &hard);
        let folder = tempfile::tempdir().expect("folder");
        let mut empty = if world.url.contains("://") {
            World::on_postgres().expect("another one")
        } else {
            World::on_sqlite()
        };
        define_hard_fields(&mut empty.crm);
        let mut before = Vec::new();
        for kind in kinds(world) {
            let text = exported(&mut world.crm, kind);
            if text.is_empty() {
                continue;
            }
            let path = folder.path().join(format!("{kind}.ndjson"));
            fs::write(&path, &text).expect("file");
            let source = Source::open(&path).expect("a file");
            let options = Options {
                create_missing: ["user", "branch", "field"].map(str::to_owned).into(),
                ..Options::default()
            };
            let plan = Import::plan(&mut empty.crm, &source, Some(kind), &options, &mut |_| ()).expect("a plan");
            let outcome = plan.run(&mut empty.crm, &mut |_| ()).expect("an import");
            assert!(!outcome.refused, "{kind}: {:?}", outcome.problems);
            before.push((kind, text));
        }
        assert!(before.len() >= 5, "branches, colleagues, customers, contacts, activities");
        for (kind, text) in before {
            assert_eq!(exported(&mut empty.crm, kind), text, "{kind}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn rows_become_json_lines_and_rows_again(rows in proptest::collection::vec(("[^\\x00]{1,12}", "[^\\x00]{0,20}", any::<i64>()), 1..8)) {
        let text: String = rows.iter().map(|(name, note, number)| {
            serde_json::json!({"name": format!("n{name}"), "note": note, "number": number}).to_string() + "\n"
        }).collect();
        let seen = read(&text).expect("readable");
        prop_assert_eq!(seen.problems, 0);
        let items = seen.items().expect("few rows");
        for (item, (name, note, number)) in items.iter().zip(&rows) {
            prop_assert_eq!(&item["name"], &format!("n{name}"));
            prop_assert_eq!(&item["note"], note);
            prop_assert_eq!(&item["number"], &number.to_string());
        }
    }

    #[test]
    fn no_json_makes_the_reader_panic(text in "[\\[\\]{}\":,a0-9.eE\\\\ntu\n -]{0,80}") {
        let _ = read(format!("{{\"name\":1}}\n{text}"));
        let _ = read(format!("[{{\"name\":1}},{text}"));
        let _ = read(format!("{{{text}"));
    }
}

#[test]
fn half_a_character_makes_a_faulty_row_also_where_it_stands_alone() {
    for text in ["{\"name\":\"\\ud800 lone\"}\n", "{\"name\":\"Acme\",\"tags\":[\"a\",\"\\udc00\"]}\n"] {
        let seen = read(text).expect("readable");
        assert_eq!((seen.rows, seen.faulty[0].0, seen.faulty[0].1.code()), (1, 1, "half_character"), "{text}");
        let seen = read(format!("{{\"name\":\"Acme\"}}\n{text}")).expect("readable");
        assert_eq!((seen.rows, seen.problems, seen.faulty[0].0), (2, 1, 2), "{text}");
    }
}

#[test]
fn a_file_with_nothing_to_read_says_what_is_wrong_with_it() {
    let deep = format!("{{\"name\":{}1{}}}\n", "{\"a\":".repeat(40), "}".repeat(40));
    let faults = [
        ("{\"name\":\"a\",\"name\":\"b\"}\n".to_owned(), "line 1: The row says two things under one key."),
        (deep, "line 1: The row holds objects within objects deeper than a record can."),
        (format!("{{\"name\":\"{}\"}}\n", "x".repeat(5 << 20)), "line 1: The row is longer than a row can be."),
        ("{\"\\ud800\":1}\n".to_owned(), "line 1: The row holds half a character"),
    ];
    for (text, said) in faults {
        let error = read(&text).expect_err("nothing to read").to_string();
        assert!(error.contains(said), "{error}");
    }
}

#[test]
fn of_two_keys_that_differ_in_case_the_second_is_left_out_with_a_word() {
    let desk = Desk::new();
    fs::write(desk.folder().join("twins.jsonl"), "{\"name\":\"Ann\",\"Name\":\"Other\"}\n").expect("file");
    let done = desk.say("customer import twins.jsonl");
    assert!(done.err.contains("No field fits the heading \"Name (2)\", so the column is left out."), "{}", done.err);
    // Different objects may write one key differently.
    fs::write(desk.folder().join("mixed.jsonl"), "{\"name\":\"Bo\"}\n{\"Name\":\"Cy\"}\n").expect("file");
    let done = desk.say("customer import mixed.jsonl -f json");
    assert!(done.out.contains("\"created\": 2") && !done.err.contains("left out"), "{}{}", done.out, done.err);
}
