//! What custom fields promise: no name that a flag has, and nothing that cannot come back but what was removed.

use super::super::tree;
use kehu::{
    Crm, Settings,
    clock::Clock,
    record::{Currency, Id, Value, Values},
    views::CustomField,
};
use std::time::Duration;

fn crm() -> Crm {
    let settings = Settings {
        clock: Clock::fixed("2026-03-31T01:00:00Z".parse().unwrap(), jiff::tz::TimeZone::UTC),
        currency: Currency(*b"CNY"),
        region: "CN".into(),
        silence: kehu::customers::Silence::default(),
        door: "test",
        create: true,
        read_only: false,
        wait: Duration::from_secs(1),
        mail_from: None,
    };
    let mut crm = Crm::open(":memory:", &settings).unwrap();
    crm.sign_in("lu").unwrap();
    crm
}

fn field(name: &str, kind: &str) -> CustomField {
    CustomField {
        record_kind: "customer".into(),
        name: name.into(),
        value_kind: kind.into(),
        label: None,
        label_zh: None,
        choices: if kind == "choice" { vec!["gold".into(), "silver=Silber".into()] } else { Vec::new() },
        target: (kind == "link").then(|| kehu::record::types::Open("user".into())),
        scale: None,
        search: kind == "text",
        matching: kind == "text",
        retired: false,
        ..CustomField::default()
    }
}

fn set(crm: &mut Crm, customer: i64, name: &str, text: &str) {
    let schema = crm.schema("customer").unwrap();
    let value = crm.parse_value(schema.field(name).unwrap(), text).unwrap();
    crm.change("customer", customer, vec![(name.into(), value)], None).unwrap();
}

fn customer(crm: &mut Crm) -> i64 {
    let values: Values = vec![("name".into(), Value::text("Acme"))];
    crm.add("customer", values).unwrap()
}

#[test]
fn no_custom_field_takes_the_name_of_a_field_or_flag() {
    let mut crm = crm();
    let root = tree::root(crm.schemas(), &tree::Wanted::All);
    let customers = root.get_subcommands().find(|command| command.get_name() == "customer").unwrap();
    let mut names: Vec<String> = vec!["id".into(), "contact".into(), "help".into(), "version".into()];
    // Commands and verbs of their own have no flags for fields.
    let verbs = kehu::catalog::entry("customer").unwrap().verbs;
    let of_fields = |command: &&clap::Command| {
        let name = command.get_name();
        crate::cli::extra::find("customer", name).is_none() && verbs.iter().all(|verb| verb.name != name)
    };
    for command in customers.get_subcommands().filter(of_fields).chain([&root]) {
        names.extend(command.get_arguments().filter_map(|flag| flag.get_long()).map(|flag| flag.replace('-', "_")));
    }
    for name in names {
        assert!(field(&name, "text").define(&mut crm).is_err(), "{name} was not refused");
    }
}

#[test]
fn every_kind_of_field_can_be_added_undone_and_added_again_empty() {
    let samples = [
        ("text", "a"),
        ("money", "EUR 3"),
        ("tags", "a,b"),
        ("choice", "gold"),
        ("link", "lu"),
        ("yes-no", "yes"),
        ("decimal", "1.5"),
    ];
    let next = samples.iter().cycle().skip(1);
    for ((kind, sample), (second, other)) in samples.into_iter().zip(next).chain([(samples[1], &samples[1])]) {
        let mut crm = crm();
        let id = customer(&mut crm);
        field("extra", kind).define(&mut crm).unwrap();
        let adding = crm.operations(Some(1)).unwrap()[0].id;
        set(&mut crm, id, "x_extra", sample);
        crm.undo(Some(adding), false).unwrap();
        assert!(crm.schema("customer").unwrap().field("x_extra").is_none());
        field("extra", second).define(&mut crm).unwrap_or_else(|error| panic!("{kind} then {second}: {error}"));
        assert!(crm.record("customer", id).unwrap().value("x_extra").is_empty(), "{kind} then {second}");
        set(&mut crm, id, "x_extra", other);
        assert!(!crm.record("customer", id).unwrap().value("x_extra").is_empty());
    }
}

#[test]
fn retiring_hides_a_field_and_can_be_undone() {
    let mut crm = crm();
    let id = customer(&mut crm);
    let added = field("motto", "text").define(&mut crm).unwrap();
    set(&mut crm, id, "x_motto", "onward");
    CustomField::retire(&mut crm, added, true).unwrap();
    assert!(crm.schema("customer").unwrap().field("x_motto").unwrap().retired);
    crm.undo(None, false).unwrap();
    assert!(!crm.schema("customer").unwrap().field("x_motto").unwrap().retired);
    assert_eq!(crm.record("customer", id).unwrap().value("x_motto"), Value::text("onward"));
}

#[test]
fn what_was_removed_is_gone_and_neither_undo_nor_an_older_undo_stumbles() {
    for kind in ["text", "money", "tags", "link"] {
        let mut crm = crm();
        let id = customer(&mut crm);
        let added = field("motto", kind).define(&mut crm).unwrap();
        let sample = match kind {
            "money" => "3",
            "link" => "lu",
            _ => "a",
        };
        set(&mut crm, id, "x_motto", sample);
        let setting = crm.operations(Some(1)).unwrap()[0].id;
        CustomField::drop_for_good(&mut crm, Id::new(added.number)).unwrap();
        assert!(crm.schema("customer").unwrap().field("x_motto").is_none());
        let removing = crm.operations(Some(1)).unwrap()[0].id;
        assert!(crm.undo(Some(removing), false).is_err(), "{kind}: a removal was undone");
        // Undoing what set it has nothing left to do, or says so; it must not fail in the store.
        if let Err(error) = crm.undo(Some(setting), false) {
            assert_ne!(error.cause, kehu::Cause::Storage, "{kind}: {error}");
        }
        assert!(crm.record("customer", id).is_ok());
        field("motto", kind).define(&mut crm).unwrap();
        set(&mut crm, id, "x_motto", sample);
        assert!(crm.doctor().unwrap().healthy, "{:?}", crm.doctor().unwrap().issues);
    }
}

#[test]
fn an_undo_of_a_purge_is_refused_and_leaves_the_database_healthy() {
    let mut crm = crm();
    let id = customer(&mut crm);
    crm.remove("customer", id).unwrap();
    crm.purge("customer", id).unwrap();
    let purging = crm.operations(Some(1)).unwrap()[0].id;
    let undone = crm.undo(Some(purging), false);
    assert!(undone.as_ref().is_err_and(|error| error.cause == kehu::Cause::Conflict), "{undone:?}");
    assert!(crm.doctor().unwrap().healthy);
}
