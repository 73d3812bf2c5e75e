//! vCards: read as their owners would, refused one by one where they are broken, and the same people when they come back.

use crate::{messy_files::real_files, world::World};
use kehu::{
    Result,
    crm::{Query, Sort},
    exchange::{
        CardVersion, Export, Source,
        import::{Import, Options, Outcome, Plan},
        inspect, write_cards,
    },
    record::{Link, Value, types::show},
};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde::Deserialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

fn plan(world: &mut World, path: &Path, rejects: bool) -> Result<Plan> {
    let options = Options {
        create_missing: BTreeSet::from(["customer".to_owned()]),
        rejects: rejects.then(|| std::env::temp_dir().join(format!("kehu-{}-rejects.csv", std::process::id()))),
        ..Options::default()
    };
    Import::plan(&mut world.crm, &Source::open(path)?, Some("contact"), &options, &mut |_| ())
}

fn import(world: &mut World, path: &Path) -> Outcome {
    plan(world, path, true).and_then(|plan| plan.run(&mut world.crm, &mut |_| ())).expect("imports")
}

fn import_text(world: &mut World, text: impl AsRef<[u8]>) -> Outcome {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("people.vcf");
    fs::write(&path, text).expect("writes");
    import(world, &path)
}

fn export(world: &mut World, version: CardVersion) -> String {
    let schema = world.crm.schema("contact").expect("a kind");
    let own = schema.writable().map(|field| field.name.to_string());
    let columns = std::iter::once("uid".to_owned()).chain(own).chain(["customer.name".to_owned()]).collect();
    let mut export = Export::new(&world.crm, Query { columns, ..Query::new("contact") }).expect("exports");
    let mut cards = String::new();
    while let Some(page) = export.next_page(&mut world.crm).expect("reads") {
        cards.push_str(&write_cards(&page, version));
    }
    cards
}

/// Everybody with every field, links by their names.
fn everybody(world: &mut World) -> Vec<String> {
    let schema = world.crm.schema("contact").expect("a kind");
    let names: Vec<String> = schema
        .writable()
        .map(|field| field.name.to_string())
        .chain(["uid".to_owned()])
        .filter(|name| name != "owner")
        .collect();
    let query = Query { columns: names, sort: Sort::parse("id"), ..Query::new("contact") };
    let grid = world.crm.list(&query).expect("lists");
    let cell = |(column, value): (&kehu::record::Column, &Value)| match value {
        Value::Link(Link { title, .. }) => format!("{}={title:?}", column.name),
        value => format!("{}={:?}", column.name, show(&column.kind, value)),
    };
    grid.rows.iter().map(|row| grid.columns.iter().zip(&row.cells).map(cell).collect::<Vec<_>>().join(" ")).collect()
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
struct Expected {
    people: u64,
    rejected: Vec<u64>,
    refused: Option<String>,
    pictures: Vec<String>,
    first: BTreeMap<String, String>,
}

#[test]
fn the_cards_of_other_programs_are_read_as_their_owners_would() {
    let Some(folder) = real_files() else { return };
    let folder = folder.join("vcards/ez-vcard");
    let expectations: BTreeMap<String, Expected> =
        toml::from_str(include_str!("../data/vcards.toml")).expect("expectations");
    for entry in fs::read_dir(&folder).expect("folder").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.path().extension().is_some_and(|ending| ending == "txt") {
            continue;
        }
        let expected = expectations.get(&name).unwrap_or_else(|| panic!("nothing is expected of {name}"));
        let mut world = World::on_sqlite();
        let plan = match (plan(&mut world, &entry.path(), true), &expected.refused) {
            (Ok(plan), None) => plan,
            (Err(error), Some(words)) => {
                assert!(error.to_string().contains(words), "{name}: {error}");
                continue;
            }
            (Ok(_), Some(_)) => panic!("{name} should be refused"),
            (Err(error), None) => panic!("{name}: {error}"),
        };
        assert_eq!(
            plan.first_problems.iter().map(|problem| problem.line).collect::<Vec<_>>(),
            expected.rejected,
            "{name}"
        );
        let warnings: Vec<String> = plan.warnings().iter().map(ToString::to_string).collect();
        let named = |picture: &String| format!("No field fits the heading \"{picture}\", so the column is left out.");
        assert_eq!(warnings, expected.pictures.iter().map(named).collect::<Vec<_>>(), "{name}");
        let outcome = plan.run(&mut world.crm, &mut |_| ()).expect("imports");
        assert_eq!(outcome.created, expected.people, "{name}");
        for (field, text) in &expected.first {
            assert_eq!(world.text("contact", 1, field), *text, "{name}: {field}");
        }
        let again = import(&mut world, &entry.path());
        assert_eq!((again.created, again.updated), (0, 0), "{name}: nothing is new the second time");
        comes_back(&mut world);
    }
}

/// Export and import into an empty database give the same people.
#[track_caller]
fn comes_back(world: &mut World) {
    let before = everybody(world);
    for version in [CardVersion::Three, CardVersion::Four] {
        let cards = export(world, version);
        let longest = cards.split("\r\n").map(str::len).max();
        assert!(longest <= Some(75), "{longest:?}");
        let mut other = World::on_sqlite();
        if !before.is_empty() {
            let outcome = import_text(&mut other, &cards);
            assert_eq!(outcome.rejected, 0, "{:?}\n{cards}", outcome.problems);
        }
        assert_eq!(everybody(&mut other), before, "{cards}");
    }
}

#[test]
fn chinese_cards_of_three_versions_agree_with_what_they_were_made_from() {
    let Some(folder) = real_files() else { return };
    let folder = folder.join("zh_synthetic");
    let text = fs::read_to_string(folder.join("contacts_zh_mixed_expected.json")).expect("reads");
    let expected: Vec<BTreeMap<String, String>> = serde_json::from_str(&text).expect("JSON");
    let mut world = World::on_sqlite();
    let outcome = import(&mut world, &folder.join("contacts_zh_mixed.vcf"));
    assert_eq!((outcome.created, outcome.rejected), (20, 0));
    for (id, person) in (1..).zip(&expected) {
        let of = |name: &str| person.get(name).cloned().unwrap_or_default();
        assert_eq!(world.text("contact", id, "name"), of("family") + &of("given"));
        assert_eq!(world.text("contact", id, "customer"), of("org"));
        assert_eq!(world.text("contact", id, "mobile"), of("tel_e164"));
        assert_eq!(world.text("contact", id, "email"), of("email"));
        assert_eq!(world.text("contact", id, "notes"), of("note"));
        assert_eq!(world.text("contact", id, "department"), of("org_unit"));
    }
    comes_back(&mut world);
    world.crm.undo(outcome.operation, false).expect("undoes");
    assert!(everybody(&mut world).is_empty(), "an import is one operation");
}

#[test]
fn broken_cards_are_rejected_one_by_one() {
    let good = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:王晓明\r\nTEL;TYPE=CELL:13912345678\r\nEND:VCARD\r\n";
    let broken = [
        ("BEGIN:VCARD\nVERSION:3.0\nFN:Nobody's end\n", "no_end"),
        ("BEGIN:VCARD\nVERSION:5.0\nFN:Tomorrow\nEND:VCARD\n", "no_version"),
        ("BEGIN:VCARD\nVERSION:3.0\nFN:Ingrid Larsen\nthis is no property\nEND:VCARD\n", "no_property"),
        ("BEGIN:VCARD\nVERSION:3.0\nNOTE:about whom\nEND:VCARD\n", "nobody"),
        ("BEGIN:VCARD\nVERSION:3.0\nFN:Ingrid\nEMAIL:nowhere\nEND:VCARD\n", "bad_value"),
        ("BEGIN:VCARD\nVERSION:2.1\nFN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=FF=FE=80\nEND:VCARD\n", "undecodable"),
    ];
    for (card, code) in broken {
        let mut world = World::on_sqlite();
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("people.vcf");
        fs::write(&path, format!("{card}{good}")).expect("writes");
        let refused = plan(&mut world, &path, false).expect("reads").run(&mut world.crm, &mut |_| ()).expect("ends");
        assert_eq!((refused.exit_code(), refused.rejected), (5, 1), "{code}");
        let outcome = import(&mut world, &path);
        assert_eq!((outcome.exit_code(), outcome.created), (6, 1), "{code}");
        assert_eq!((outcome.problems[0].code, outcome.problems[0].line), (code, 1));
        assert_eq!(world.names("contact", ""), ["王晓明"]);
    }
}

#[test]
fn a_file_without_cards_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("people.vcf");
    for text in ["name,phone\n", "\n\n", "BEGIN:VCALENDAR\nEND:VCALENDAR\n"] {
        fs::write(&path, text).expect("writes");
        let error = inspect(&path, None).expect_err("no cards");
        assert!(error.to_string().ends_with("holds no vCards."), "{error}");
    }
}

#[test]
fn what_phones_and_programs_write_is_understood() {
    let mut world = World::on_sqlite();
    let gbk = encoding_rs::GBK.encode("BEGIN:VCARD\nVERSION:2.1\nN;CHARSET=GBK:欧阳;建国\nTEL;CELL:13900000001\nADR;WORK:;;滨江路812号;深圳;广东省;518000;中国\nEND:VCARD\n").0.into_owned();
    import_text(&mut world, gbk);
    assert_eq!(world.text("contact", 1, "name"), "欧阳建国");
    assert_eq!(world.text("contact", 1, "address"), "广东省滨江路812号");
    let cards = "junk before\nbegin:vcard\nversion:3.0\nitem1.FN:Lena\\, Berg\nAGENT:\nBEGIN:VCARD\nFN:Somebody else\nEND:VCARD\n\
        IMPP;X-SERVICE-TYPE=WeChat:x-apple:lena_b\nX-QQ:12345\nBDAY;X-APPLE-OMIT-YEAR=1604:1604-02-29\nCATEGORIES:vip,a\\,b\n\
        NICKNAME:Le\nEMAIL;TYPE=HOME:l@home.example\nEMAIL;TYPE=WORK:l@work.example\nend:vcard\n\
        BEGIN:VCARD\nVERSION:3.0\nX-ADDRESSBOOKSERVER-KIND:group\nFN:Friends\nEND:VCARD\n\
        BEGIN:VCARD\nVERSION:3.0\nN:;;;;\nFN:Nordic Instruments\nORG:Nordic Instruments\nTEL:+49 40 123456\nEND:VCARD\n";
    let outcome = import_text(&mut world, cards);
    assert_eq!((outcome.created, outcome.rejected), (2, 0), "a person and a company: {:?}", outcome.problems);
    let of = |field: &str, world: &mut World| world.text("contact", 2, field);
    assert_eq!(of("name", &mut world), "Lena, Berg");
    assert_eq!(of("wechat", &mut world), "lena_b");
    assert_eq!(of("qq", &mut world), "12345");
    assert_eq!(of("birthday", &mut world), "--02-29");
    assert_eq!(of("tags", &mut world), "vip, \"a,b\"");
    assert_eq!(of("email", &mut world), "l@work.example");
    assert_eq!(world.names("customer", ""), ["Nordic Instruments"]);
}

fn words() -> impl Strategy<Value = String> {
    proptest::string::string_regex(
        "[a-zA-Z王李张欧阳é;,:\\\\\"'.=\\-][a-zA-Z0-9 王李伟芳;,:\\\\\"'.=é😀\\-]{0,40}[a-z芳;]",
    )
    .expect("a pattern")
}

fn person() -> impl Strategy<Value = Vec<(&'static str, String)>> {
    let maybe = || proptest::option::of(words());
    let notes = proptest::option::of(proptest::collection::vec(words(), 1..4).prop_map(|lines| lines.join("\n")));
    let names = (words(), maybe(), maybe(), maybe(), maybe(), notes);
    let numbers = (0_u32..9999, any::<bool>(), any::<bool>(), 1_u8..13, 1_u8..29, any::<bool>());
    (names, numbers, proptest::collection::vec(words(), 0..3)).prop_map(|(names, numbers, tags)| {
        let (name, customer, title, department, address, notes) = names;
        let (number, mobile, more, month, day, year) = numbers;
        let mut pairs = vec![("name", name)];
        let said = [
            ("customer", customer),
            ("job_title", title),
            ("department", department),
            ("address", address),
            ("notes", notes),
        ];
        pairs.extend(said.into_iter().filter_map(|(field, text)| text.map(|text| (field, text))));
        if mobile {
            pairs.push(("mobile", format!("1390000{number:04}")));
            pairs.push((
                "birthday",
                if year { format!("1980-{month:02}-{day:02}") } else { format!("--{month:02}-{day:02}") },
            ));
        }
        if more {
            pairs.push(("more_phones", format!("+4940{number:06}, 021-{number:04}转8")));
            pairs.push(("more_emails", format!("a{number}@example.com")));
            pairs.push(("gender", "other".to_owned()));
        }
        pairs.extend((!tags.is_empty()).then(|| {
            ("tags", show(&kehu::record::Kind::tags(), &Value::List(tags.into_iter().map(Value::Text).collect())))
        }));
        pairs
    })
}

#[test]
fn whoever_is_exported_comes_back_the_same() {
    let mut runner = TestRunner::new(Config { cases: 10, ..Config::default() });
    let many = proptest::collection::vec(person(), 1..6);
    runner
        .run(&many, |people| {
            let mut world = World::on_sqlite();
            for mut pairs in people {
                if let Some((_, customer)) = pairs.iter_mut().find(|(field, _)| *field == "customer") {
                    let known = world.crm.add("customer", vec![("name".into(), Value::text(customer.trim()))]);
                    let Ok(id) = known else { continue };
                    *customer = format!("C{id}");
                }
                let pairs: Vec<(&str, &str)> = pairs.iter().map(|(field, text)| (*field, &**text)).collect();
                let Ok(values) = world.values("contact", &pairs) else { continue };
                world.crm.add_where("contact", &values, true).expect("adds");
            }
            comes_back(&mut world);
            Ok(())
        })
        .expect("comes back");
}

#[test]
fn a_card_folded_within_a_character_is_read_and_spoils_no_other() {
    let (start, rest) = "王晓明".as_bytes().split_at(4);
    let cards = [b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:", start, b"\r\n ", rest, b"\r\nEND:VCARD\r\n"].concat();
    let mut world = World::on_sqlite();
    assert_eq!(import_text(&mut world, &cards).created, 1);
    assert_eq!(world.names("contact", ""), ["王晓明"]);
}

#[test]
fn a_card_that_does_not_decode_is_refused_alone() {
    let good = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:李娜\r\nEND:VCARD\r\n".as_bytes();
    let bad = b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Zo\xEB\r\nEND:VCARD\r\n";
    let mut world = World::on_sqlite();
    let outcome = import_text(&mut world, [good, bad].concat());
    assert_eq!((outcome.created, outcome.rejected), (1, 1), "{:?}", outcome.problems);
    assert_eq!((outcome.problems[0].code, outcome.problems[0].line), ("undecodable", 5));
    assert_eq!(world.names("contact", ""), ["李娜"]);
}

#[test]
fn a_note_longer_than_a_row_refuses_its_card_and_no_other() {
    let card = |name: &str, line: &str| format!("BEGIN:VCARD\nVERSION:3.0\nFN:{name}\n{line}\nEND:VCARD\n");
    let long = "word ".repeat(300_000);
    let folded = "NOTE:".to_owned() + &"many words \n ".repeat(120_000);
    let cards = card("Ann", &format!("NOTE:{long}")) + &card("Bo", &folded) + &card("李娜", "NOTE:short");
    let mut world = World::on_sqlite();
    let outcome = import_text(&mut world, cards);
    assert_eq!((outcome.created, outcome.rejected), (1, 2), "{:?}", outcome.problems);
    assert_eq!(outcome.problems.iter().map(|problem| problem.code).collect::<Vec<_>>(), ["too_long", "bad_value"]);
    let picture = card("Cy", &format!("PHOTO;ENCODING=b:{}", "QUFB".repeat(500_000)));
    assert_eq!(import_text(&mut world, picture).created, 1, "pictures are passed over");
}

#[test]
fn a_card_with_endless_numbers_is_refused_at_once() {
    let numbers: Vec<String> = (0..40_000).map(|number| format!("TEL:+4940{number:07}\n")).collect();
    let numbers = numbers.concat();
    let mut world = World::on_sqlite();
    let start = std::time::Instant::now();
    let outcome = import_text(&mut world, format!("BEGIN:VCARD\nVERSION:3.0\nFN:Many\n{numbers}END:VCARD\n"));
    assert_eq!((outcome.created, outcome.rejected), (0, 1));
    assert!(outcome.problems[0].message.to_string().contains("A list has 1000 values at most"));
    assert!(start.elapsed().as_secs() < 60, "no work for each pair of them: {:?}", start.elapsed());
}

#[test]
fn an_impossible_birthday_refuses_its_card_alone() {
    let card = |name: &str, day: &str| format!("BEGIN:VCARD\nVERSION:4.0\nFN:{name}\nBDAY:{day}\nEND:VCARD\n");
    let mut world = World::on_sqlite();
    let outcome = import_text(&mut world, card("Ann", "--0229") + &card("Bo", "19990230") + &card("Cy", "1985-03-04"));
    assert_eq!((outcome.created, outcome.rejected), (2, 1), "{:?}", outcome.problems);
    assert_eq!(outcome.problems[0].line, 6);
}

#[test]
fn control_characters_stay_out_of_cards() {
    let mut world = World::on_sqlite();
    import_text(
        &mut world,
        "BEGIN:VCARD\nVERSION:3.0\nFN:Ev\u{1b}]0;pwn\u{7}il\nTITLE:T\u{9b}31mt\nNOTE:one\\ntwo\nEND:VCARD\n",
    );
    for version in [CardVersion::Three, CardVersion::Four] {
        let cards = export(&mut world, version);
        assert!(!cards.contains(|letter: char| letter.is_control() && !"\r\n".contains(letter)), "{cards:?}");
        assert!(cards.contains("FN:Ev]0\\;pwnil\r\n") && cards.contains("NOTE:one\\ntwo\r\n"), "{cards:?}");
    }
}
