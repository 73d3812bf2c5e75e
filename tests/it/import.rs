//! Imports and exports: what a careful user may rely on.

use kehu::clock::Clock;
use kehu::crm::Query;
use kehu::exchange::import::{Import, Options, Outcome, Plan, resume, unfinished};
use kehu::exchange::{Export, Source};
use kehu::record::types::show;
use kehu::record::{Currency, Kind, Link, Value};
use kehu::{Crm, Result, Settings};
use proptest::prelude::*;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;
use tempfile::TempDir;

struct World {
    folder: TempDir,
    crm: Crm,
}

fn settings() -> Settings {
    let now = "2026-03-31T01:00:00Z".parse().expect("an instant");
    Settings {
        clock: Clock::fixed(now, jiff::tz::TimeZone::UTC),
        currency: Currency(*b"CNY"),
        region: "CN".to_owned(),
        silence: kehu::customers::Silence::default(),
        door: "cli",
        create: true,
        read_only: false,
        wait: Duration::from_secs(5),
        mail_from: None,
    }
}

fn opened(path: &str) -> Crm {
    let mut crm = Crm::open(path, &settings()).expect("a database");
    crm.sign_in("maria").expect("the first user");
    crm
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("folder");
        let crm = opened(&folder.path().join("kehu.db").display().to_string());
        Self { folder, crm }
    }

    /// One on each of the two databases, where there are both.
    fn everywhere() -> impl Iterator<Item = Self> {
        let postgres = crate::postgres_server::fresh_database().map(|url| {
            let folder = tempfile::tempdir().expect("folder");
            Self { crm: opened(&url), folder }
        });
        std::iter::once(Self::new()).chain(postgres)
    }

    fn file(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, text).expect("written");
        path
    }

    fn plan(&mut self, kind: &str, path: &Path, options: &Options) -> Result<Plan> {
        Import::plan(&mut self.crm, &Source::open(path)?, Some(kind), options, &mut |_| {})
    }

    fn try_import(&mut self, kind: &str, path: &Path, options: &Options) -> Result<Outcome> {
        let plan = self.plan(kind, path, options)?;
        plan.run(&mut self.crm, &mut |_| {})
    }

    fn import(&mut self, kind: &str, path: &Path, options: &Options) -> Outcome {
        self.try_import(kind, path, options).expect("an import")
    }

    fn import_text(&mut self, kind: &str, text: &str) -> Outcome {
        let path = self.file("rows.csv", text);
        self.import(kind, &path, &Options::default())
    }

    fn export(&mut self, kind: &str) -> String {
        exported(&mut self.crm, kind)
    }

    /// Everything that is kept of records and their changes.
    fn everything(&mut self) -> String {
        let kinds = ["customer", "contact", "activity", "user", "branch", "field"];
        let records: String = kinds.iter().map(|kind| self.export(kind)).collect();
        format!("{records}{:?}", self.crm.operations(None).expect("operations"))
    }

    fn find(&mut self, kind: &str, name: &str) -> i64 {
        self.crm.find(kind, name).expect(name)
    }

    fn value(&mut self, kind: &str, name: &str, field: &str) -> Value {
        let id = self.find(kind, name);
        self.crm.record(kind, id).expect("a record").value(field)
    }

    fn text(&mut self, kind: &str, name: &str, field: &str) -> String {
        let id = self.find(kind, name);
        let entry = self.crm.record(kind, id).expect("a record");
        let kind = entry.schema.field(field).expect("a field").kind.clone();
        show(&kind, &entry.value(field))
    }
}

/// CSV as `kehu export` writes it.
fn exported(crm: &mut Crm, kind: &str) -> String {
    let mut export = Export::new(crm, Query::new(kind)).expect("an export");
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut headed = false;
    while let Some(grid) = export.next_page(crm).expect("a page") {
        if !std::mem::replace(&mut headed, true) {
            writer.write_record(grid.columns.iter().map(|column| &column.name)).expect("headings");
        }
        for row in &grid.rows {
            let cells = grid.columns.iter().zip(&row.cells).map(|(column, value)| show(&column.kind, value));
            writer.write_record(cells).expect("a row");
        }
    }
    String::from_utf8(writer.into_inner().expect("bytes")).expect("UTF-8")
}

fn making(kinds: &[&str]) -> Options {
    Options { create_missing: kinds.iter().map(|kind| (*kind).to_owned()).collect(), ..Options::default() }
}

fn counts(outcome: &Outcome) -> (u64, u64, u64, u64) {
    (outcome.created, outcome.updated, outcome.unchanged, outcome.rejected)
}

const CUSTOMERS: &str = "Name,Phone,City,Level,Tags,Contact name,Contact email\n\
    Acme,+49 40 66969 001,Hamburg,A,\"vip,fair\",Jo Doe,jo@acme.example\n\
    Borealis,,Oslo,,,,\n\
    东方贸易,021-80000001,上海,B（普通客户）,老客户,李明,li@dongfang.example\n";

#[test]
fn the_same_file_again_changes_nothing() {
    let mut world = World::new();
    let first = world.import_text("customer", CUSTOMERS);
    assert_eq!((counts(&first), first.linked, first.exit_code()), ((3, 0, 0, 0), 2, 0));
    let before = world.everything();
    let again = world.import_text("customer", CUSTOMERS);
    assert_eq!((counts(&again), again.linked, again.operation), ((0, 0, 3, 0), 0, None));
    assert_eq!(world.everything(), before);
    let runs = world.crm.import_runs().expect("runs");
    assert_eq!(runs.iter().map(|run| (run.created, run.unchanged)).collect::<Vec<_>>(), [(0, 3), (3, 0)]);
    assert_eq!((&*runs[0].file, runs[0].sha256.len(), &*runs[0].actor), ("rows.csv", 64, "maria"));
}

#[test]
fn an_import_is_one_operation_and_undo_takes_all_of_it_back() {
    let mut world = World::new();
    world.import_text("customer", "Name,Phone,City\nAcme,+49 40 66969 001,Bremen\n");
    let before: Vec<String> = ["customer", "contact", "user"].iter().map(|kind| world.export(kind)).collect();
    let outcome = world.import_text("customer", CUSTOMERS);
    assert_eq!(counts(&outcome), (2, 1, 0, 0));
    assert_eq!(world.text("customer", "Acme", "city"), "Hamburg");
    assert_eq!(world.crm.search("borealis", 5).expect("found").rows.len(), 1);
    world.crm.undo(outcome.operation, false).expect("undone");
    let after: Vec<String> = ["customer", "contact", "user"].iter().map(|kind| world.export(kind)).collect();
    assert_eq!(after, before);
    assert!(world.crm.search("borealis", 5).expect("searched").rows.is_empty());
    assert_eq!(counts(&world.import_text("customer", CUSTOMERS)), (2, 1, 0, 0));
}

#[test]
fn one_bad_row_keeps_all_from_being_written() {
    let mut world = World::new();
    let outcome = world
        .import_text("customer", "name,email,level\nAcme,jo@acme.example,A\nBad,nonsense,A\nWorse,x@y.example,Z\n,,\n");
    assert!(outcome.refused);
    assert_eq!((outcome.exit_code(), outcome.rejected), (5, 2));
    let told: Vec<_> =
        outcome.problems.iter().map(|problem| (problem.line, problem.field.as_deref(), problem.code)).collect();
    assert_eq!(told, [(3, Some("email"), "bad_value"), (4, Some("level"), "bad_value")]);
    assert_eq!(world.crm.count_where("customer", "").expect("counted"), 0);
    assert_eq!(world.crm.import_runs().expect("runs")[0].exit_code, Some(5));
}

#[test]
fn rejected_rows_come_back_mended() {
    let mut world = World::new();
    let rejects = world.folder.path().join("rejects.csv");
    let options = Options { rejects: Some(rejects.clone()), ..Options::default() };
    let path = world.file("rows.csv", "name,email,odd\nAcme,jo@acme.example,1\nBad,nonsense,\"2,3\"\nShort\n");
    let outcome = world.import("customer", &path, &options);
    assert_eq!((counts(&outcome), outcome.exit_code()), ((1, 0, 0, 2), 6));
    let text = fs::read_to_string(&rejects).expect("rejects");
    assert!(
        text.starts_with("name,email,odd,line,field,code,message\nBad,nonsense,\"2,3\",3,email,bad_value,"),
        "{text}"
    );
    assert!(text.contains("\nShort,,,4,,too_few_cells,"), "{text}");
    fs::write(&rejects, text.replace("nonsense", "ok@bad.example")).expect("mended");
    let outcome = world.import("customer", &rejects, &options);
    assert_eq!(counts(&outcome), (2, 0, 0, 0));
    assert_eq!(world.crm.count_where("customer", "").expect("counted"), 3);
}

#[test]
fn links_lead_to_later_rows_and_what_nobody_answers_is_rejected() {
    let mut world = World::new();
    let outcome = world.import_text("customer", "account,subsidiary_of\nChild,Holding\nHolding,Group\nGroup,\n");
    assert_eq!(counts(&outcome), (3, 0, 0, 0));
    assert_eq!(world.text("customer", "Child", "parent"), "Holding");
    assert_eq!(world.text("customer", "Holding", "parent"), "Group");
    let outcome = world.import_text("customer", "account,subsidiary_of\nAnother,Nobody\n");
    assert_eq!((outcome.refused, outcome.problems[0].code, outcome.problems[0].line), (true, "not_found", 2));
    let path = world.file("rows.csv", "account,subsidiary_of\nAnother,Nobody\n");
    let outcome = world.import("customer", &path, &making(&["customer"]));
    assert_eq!((outcome.created, outcome.linked), (1, 1));
    assert_eq!(world.text("customer", "Another", "parent"), "Nobody");
}

#[test]
fn where_number_and_name_disagree_the_number_wins_with_a_warning() {
    let mut world = World::new();
    world.import_text("customer", "Record ID,Company name\n9001,Acme\n9002,Borealis\n");
    let contacts = "Record ID,First Name,Last Name,Company Name,Associated Company ID\n1,Jo,Doe,Old Acme,9001\n2,Al,Roe,Borealis,9002\n";
    let outcome = world.import_text("contact", contacts);
    assert_eq!(counts(&outcome), (2, 0, 0, 0));
    assert_eq!(world.text("contact", "Jo Doe", "customer"), "Acme");
    assert_eq!(outcome.warnings.len(), 1);
    assert!(outcome.warnings[0].to_string().contains("Old Acme"));
    assert_eq!(counts(&world.import_text("contact", contacts)), (0, 0, 2, 0));
}

#[test]
fn namesakes_are_told_apart_by_their_phones() {
    let mut world = World::new();
    let text = "name,phone,city\n王伟,13900000001,北京\n王伟,13900000002,上海\n";
    assert_eq!(counts(&world.import_text("customer", text)), (2, 0, 0, 0));
    assert_eq!(counts(&world.import_text("customer", text)), (0, 0, 2, 0));
    let outcome = world.import_text("customer", "name,level\n王伟,A\n");
    assert_eq!((outcome.problems[0].code, outcome.problems[0].candidates.len()), ("ambiguous", 2));
    assert_eq!(counts(&world.import_text("customer", "name,phone,level\n王伟,139 0000 0002,A\n")), (0, 1, 0, 0));
}

#[test]
fn rows_of_one_file_that_speak_of_the_same_record_agree_or_are_rejected() {
    let mut world = World::new();
    let text = "name,phone,city,level\nAcme,1234567,Hamburg,\nAcme,1234567,Hamburg,\nAcme,1234567,,A\n";
    let outcome = world.import_text("customer", text);
    assert_eq!((counts(&outcome), outcome.warnings.len()), ((1, 1, 1, 0), 1));
    assert_eq!(world.text("customer", "Acme", "level"), "A");
    assert_eq!(counts(&world.import_text("customer", text)), (0, 0, 3, 0));
    let outcome = world.import_text("customer", "name,phone,city\nNova,7654321,Kiel\nNova,7654321,Jena\n");
    assert_eq!((outcome.problems[0].code, outcome.problems[0].line), ("duplicate_in_file", 3));
    let outcome = world.import_text("customer", "name,customer id\nOne,7\nTwo,7\n");
    assert_eq!((outcome.problems[0].code, outcome.problems[0].field.as_deref()), ("duplicate_in_file", Some("name")));
}

#[test]
fn several_contacts_of_one_customer_stand_in_rows_of_their_own() {
    let mut world = World::new();
    let text =
        "name,phone,contact name,contact email\nAcme,1234567,Jo,jo@acme.example\nAcme,1234567,Al,al@acme.example\n";
    let outcome = world.import_text("customer", text);
    assert_eq!((outcome.created, outcome.linked), (1, 2));
    assert_eq!(world.text("customer", "Acme", "contact_count"), "2");
    assert_eq!(world.text("customer", "Acme", "primary_contact"), "Jo");
    assert_eq!(counts(&world.import_text("customer", text)), (0, 0, 2, 0));
}

#[test]
fn the_last_contact_becomes_an_activity_once() {
    World::everywhere().for_each(the_last_contact_is_told_once);
}

fn the_last_contact_is_told_once(mut world: World) {
    world.crm.add("user", vec![("name".into(), Value::text("李婷"))]).expect("a colleague");
    let rows = "客户名称,联系人,最近沟通时间,沟通内容,归属人\n\
        Acme,Jo,2026/3/30 14:26,电话沟通了交期,李婷\n\
        Acme,Mo,2026/3/30 14:26,电话沟通了交期,李婷\n\
        Acme,Mo,2026/3/31,上门拜访,李婷\n\
        Borealis,,2026/3/30,,\n";
    let outcome = world.import_text("customer", rows);
    assert_eq!((counts(&outcome), outcome.linked), ((2, 2, 0, 0), 4));
    assert_eq!(world.crm.count_where("activity", "").expect("counted"), 2);
    for (field, value) in [("kind", "call"), ("customer", "Acme"), ("owner", "李婷"), ("done", "2026-03-30T14:26")] {
        let said = world.text("activity", "电话沟通了交期", field);
        assert!(said.starts_with(value), "{field}: {said}");
    }
    assert_eq!(world.import_text("customer", rows).operation, None);
    let more = rows.replace("2026/3/31,上门拜访", "2026/4/1,微信报价");
    let added = world.import_text("customer", &more);
    assert_eq!((added.created, added.linked), (0, 1));
    world.crm.undo(added.operation, false).expect("undone");
    world.crm.undo(outcome.operation, false).expect("undone");
    assert_eq!(world.crm.count_where("activity", "").expect("counted"), 0);
    let mapped =
        Options { maps: ["Was=activity.text", "When=activity.at"].map(str::to_owned).to_vec(), ..Options::default() };
    let path = world.file("mapped.csv", "Name,Company,Was,When\nJo,,nothing,today\n");
    assert_eq!(world.import("contact", &path, &mapped).linked, 0);
    let path = world.file("mapped.csv", "Name,Was,When\nAcme,Called,2026-03-01\n");
    assert_eq!(world.import("customer", &path, &mapped).linked, 1);
}

#[test]
fn an_organisation_without_a_person_makes_the_customer_alone() {
    let mut world = World::new();
    let rows = "Name,Company,Phone\n,Acme,\n,Acme,\n";
    let outcome = world.import_text("contact", rows);
    assert_eq!((counts(&outcome), outcome.linked), ((1, 0, 1, 0), 0));
    assert_eq!(counts(&world.import_text("contact", rows)), (0, 0, 2, 0));
    assert_eq!(world.crm.count_where("contact", "").expect("counted"), 0);
    world.crm.undo(outcome.operation, false).expect("undone");
    assert_eq!(world.crm.count_where("customer", "").expect("counted"), 0);
}

#[test]
fn an_empty_cell_changes_nothing_and_lists_only_grow() {
    let mut world = World::new();
    world.import_text("customer", CUSTOMERS);
    let path = world.file("rows.csv", "name,phone,city,tags\nAcme,+494066969001,,new\n");
    assert_eq!(counts(&world.import("customer", &path, &Options::default())), (0, 1, 0, 0));
    assert_eq!(world.text("customer", "Acme", "city"), "Hamburg");
    assert_eq!(world.text("customer", "Acme", "tags"), "vip, fair, new");
    let clearing = Options { clear_empty: true, ..Options::default() };
    assert_eq!(counts(&world.import("customer", &path, &clearing)), (0, 1, 0, 0));
    assert_eq!(world.value("customer", "Acme", "city"), Value::Null);
}

#[test]
fn what_a_row_matches_and_what_becomes_of_a_match_can_be_said() {
    let mut world = World::new();
    world.import_text("customer", "name,email\nAcme,jo@acme.example\n");
    let path = world.file("rows.csv", "name,email\nAcme Europe,jo@acme.example\n");
    let by_email = Options { match_field: Some("email".into()), ..Options::default() };
    let skipping = Options { on_match: kehu::exchange::import::OnMatch::Skip, ..by_email.clone() };
    assert_eq!(counts(&world.import("customer", &path, &skipping)), (0, 0, 1, 0));
    let strict = Options { on_match: kehu::exchange::import::OnMatch::Error, ..by_email.clone() };
    assert_eq!(world.import("customer", &path, &strict).problems[0].code, "exists");
    assert_eq!(counts(&world.import("customer", &path, &by_email)), (0, 1, 0, 0));
    assert_eq!(world.crm.count_where("customer", "").expect("counted"), 1);
    world.find("customer", "Acme Europe");
}

#[test]
fn chinese_headings_in_an_old_encoding_are_understood() {
    let mut world = World::new();
    let text = "客户名称,联系人,手机,归属人,客户状态,最近沟通时间,沟通内容\n海天贸易有限公司,陈静,13900000001,李婷,成交,2026/3/1 9:00,约了演示\n";
    let path = world.file("gbk.csv", encoding_rs::GBK.encode(text).0);
    let outcome = world.import("customer", &path, &making(&["user"]));
    assert_eq!((counts(&outcome), outcome.linked), ((1, 0, 0, 0), 3));
    assert_eq!(world.text("customer", "海天贸易有限公司", "lifecycle"), "signed");
    assert_eq!(world.text("customer", "海天贸易有限公司", "owner"), "李婷");
    assert_eq!(world.text("contact", "陈静", "mobile"), "+8613900000001");
    let path = world.file("utf8.csv", text);
    assert_eq!(counts(&world.import("customer", &path, &making(&["user"]))), (0, 0, 1, 0));
}

#[test]
fn columns_that_fit_nothing_become_fields_where_that_is_wanted() {
    let mut world = World::new();
    let path = world.file("rows.csv", "name,保单号,Remarks of ours\nAcme,P-17,\"two\nlines\"\n");
    for _ in 0..2 {
        let outcome = world.import("customer", &path, &making(&["field"]));
        assert_eq!(outcome.created, 1);
        assert_eq!(world.text("customer", "Acme", "x_bao_dan_hao"), "P-17");
        assert_eq!(world.text("customer", "Acme", "x_remarks_of_ours"), "two\nlines");
        assert_eq!(counts(&world.import("customer", &path, &making(&["field"]))), (0, 0, 1, 0));
        world.crm.undo(outcome.operation, false).expect("undone");
        assert!(world.crm.schema("customer").expect("schema").field("x_bao_dan_hao").is_none());
    }
}

#[test]
fn a_dry_run_says_what_would_change() {
    let mut world = World::new();
    world.import_text("customer", CUSTOMERS);
    let path = world.file("rows.csv", "name,phone,city\nAcme,+494066969001,Bremen\nNova,,Kiel\n");
    let plan = world.plan("customer", &path, &Options { details: true, ..Options::default() }).expect("a plan");
    assert_eq!((plan.created, plan.updated, plan.unchanged, plan.rejected), (1, 1, 0, 0));
    let changes = &plan.diffs[0].changes;
    assert_eq!((&*plan.diffs[0].title, &*changes[0].0), ("Acme", "city"));
    assert_eq!((&changes[0].2, &changes[0].3), (&Value::text("Hamburg"), &Value::text("Bremen")));
}

/// The program itself, with nothing of this machine's environment.
fn kehu(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_kehu"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("HOME", folder)
        .env("USER", "maria")
        .output()
        .expect("kehu runs")
}

#[test]
fn a_quiet_import_says_nothing_unless_a_format_is_asked_for() {
    let folder = tempfile::tempdir().expect("folder");
    fs::write(folder.path().join("rows.csv"), CUSTOMERS).expect("written");
    let silent = kehu(folder.path(), &["customer", "import", "rows.csv", "-q"]);
    assert_eq!((silent.status.code(), silent.stdout, silent.stderr), (Some(0), Vec::new(), Vec::new()));
    let asked = kehu(folder.path(), &["customer", "import", "rows.csv", "-q", "-f", "json"]);
    assert!(!asked.stdout.is_empty());
}

#[test]
fn a_dry_run_leaves_the_database_as_it_is_and_needs_none() {
    let folder = tempfile::tempdir().expect("folder");
    let place = folder.path();
    fs::write(place.join("rows.csv"), CUSTOMERS).expect("written");
    let output = kehu(place, &["--db", "k.db", "customer", "import", "rows.csv", "--dry-run"]);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "3 created, 0 updated, 0 unchanged; 2 linked records made.\n");
    assert!(!place.join("k.db").exists());
    assert!(kehu(place, &["--db", "k.db", "customer", "import", "rows.csv"]).status.success());
    let before = fs::read(place.join("k.db")).expect("bytes");
    fs::write(place.join("rows.csv"), format!("{CUSTOMERS}Nova,,Kiel,,,,\n")).expect("written");
    let output = kehu(place, &["--db", "k.db", "customer", "import", "rows.csv", "--dry-run"]);
    assert!(String::from_utf8_lossy(&output.stdout).ends_with("1 created, 0 updated, 3 unchanged.\n"));
    assert_eq!(fs::read(place.join("k.db")).expect("bytes"), before);
}

#[test]
fn a_killed_import_is_told_of_and_finished_or_taken_back() {
    for finish in [true, false] {
        let folder = tempfile::tempdir().expect("folder");
        let place = folder.path();
        let mut rows = String::from("name,mobile,city\n");
        for row in 0..30_000_u64 {
            rows.push_str(
                &["Customer ", &row.to_string(), ",", &(13_900_000_000 + row).to_string(), ",Ulm\n"].concat(),
            );
        }
        fs::write(place.join("rows.csv"), rows).expect("written");
        let mut child = Command::new(env!("CARGO_BIN_EXE_kehu"))
            .args(["--db", "k.db", "customer", "import", "rows.csv"])
            .current_dir(place)
            .env_clear()
            .env("HOME", place)
            .env("USER", "maria")
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .expect("kehu runs");
        let path = place.join("k.db").display().to_string();
        let mut passed = 0;
        for _ in 0..3000 {
            std::thread::sleep(Duration::from_millis(10));
            let runs =
                Crm::open(&path, &Settings { create: false, ..settings() }).and_then(|mut crm| crm.import_runs());
            passed = runs.ok().and_then(|runs| runs.first().map(|run| run.passed)).unwrap_or_default();
            if passed > 0 {
                break;
            }
        }
        child.kill().expect("killed");
        child.wait().expect("gone");
        assert!(passed > 0 && passed < 30_000, "{passed}");
        let told = kehu(place, &["--db", "k.db", "customer", "list", "--count"]);
        assert!(String::from_utf8_lossy(&told.stderr).contains("kehu import resume"), "{told:?}");
        let mut crm = Crm::open(&path, &settings()).expect("opened");
        let run = unfinished(&mut crm).expect("asked").expect("an unfinished import");
        if finish {
            let (_, outcome) = resume(&mut crm, &mut |_| {}).expect("resumed");
            assert_eq!((counts(&outcome), outcome.operation), ((30_000, 0, 0, 0), run.operation));
            assert_eq!(crm.count_where("customer", "").expect("counted"), 30_000);
            assert_eq!(crm.search("13900029999", 5).expect("searched").rows.len(), 1);
        }
        assert!(unfinished(&mut crm).expect("asked").is_none() == finish);
        crm.undo(run.operation, false).expect("undone");
        assert_eq!(crm.count_where("customer", "").expect("counted"), 0);
        assert!(unfinished(&mut crm).expect("asked").is_none());
    }
}

fn come_back(world: &mut World, kinds: &[&str]) {
    come_back_into(World::new(), world, kinds);
}

fn come_back_into(mut other: World, world: &mut World, kinds: &[&str]) {
    for kind in kinds {
        let text = world.export(kind);
        let path = other.file("export.csv", &text);
        let outcome = other.import(kind, &path, &making(&["user", "branch", "field"]));
        assert!(!outcome.refused, "{:?}", outcome.problems);
        assert_eq!(other.export(kind), text);
        assert_eq!(counts(&other.import(kind, &path, &making(&["user", "branch", "field"]))).2, outcome.created);
    }
}

#[test]
fn what_is_exported_comes_back_the_same() {
    let mut world = World::new();
    let owner = world.crm.add("user", vec![("name".into(), Value::text("李婷"))]).expect("a colleague");
    world.import_text("customer", CUSTOMERS);
    let path = world
        .file("more.csv", "name,owner,parent,policy no,notes\nChild,李婷,Acme,P-1,\"=1+1, said \"\"he\"\"\nbye\"\n");
    world.import("customer", &path, &making(&["field"]));
    let id = world.find("customer", "Acme");
    let child = world.find("customer", "Child");
    for (field, value) in [("since", Value::Null), ("owner", Link::to(owner)), ("parent", Link::to(child))] {
        // Nobody is the parent of their own parent.
        let whose = if field == "parent" { world.find("customer", "Borealis") } else { id };
        world.crm.change("customer", whose, vec![(field.to_owned(), value)], None).expect("changed");
    }
    come_back(&mut world, &["customer", "contact"]);
}

#[test]
fn customers_of_one_name_come_back_as_two() {
    let mut world = World::new();
    let dup = || vec![("name".to_owned(), Value::text("Dup"))];
    for _ in 0..2 {
        world.crm.add("customer", dup()).expect("a namesake");
    }
    for other in World::everywhere() {
        come_back_into(other, &mut world, &["customer"]);
    }
    // Even where a namesake is there already.
    let mut other = World::new();
    other.crm.add("customer", dup()).expect("a namesake");
    let outcome = other.import_text("customer", &world.export("customer"));
    assert_eq!(counts(&outcome), (2, 0, 0, 0));
}

#[test]
fn branches_and_colleagues_take_over_what_a_new_database_begins_with() {
    let mut world = World::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/data");
    for (kind, name) in [("branch", "branches"), ("user", "users")] {
        world.import(kind, &folder.join(format!("{name}.csv")), &Options::default());
    }
    let office = world.find("branch", "Head office");
    world.crm.change("branch", office, vec![("name".into(), Value::text("总部"))], None).expect("renamed");
    world.import_text("customer", "name,owner\nAcme,maria\n");
    let kinds = ["branch", "user", "customer", "contact"];
    let worlds = World::everywhere().map(|other| (other, false)).chain(World::everywhere().map(|other| (other, true)));
    for (mut other, begun) in worlds {
        if begun {
            other.import_text("customer", "name\nFirst\n");
            let first = other.find("customer", "First");
            other.crm.remove("customer", first).expect("removed");
        }
        for kind in kinds {
            let path = other.file("export.csv", world.export(kind));
            let outcome = other.import(kind, &path, &Options::default());
            assert!(!outcome.refused, "{kind}: {:?}", outcome.problems);
            assert_eq!(other.export(kind), world.export(kind));
            assert_eq!(other.import(kind, &path, &Options::default()).operation, None);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn any_text_that_is_kept_comes_back_the_same(
        rows in proptest::collection::vec(("[ -~é客户\n]{1,20}", "[ -~，；客\n\"]{0,30}", "[a-zA-Z,;\" 客]{0,12}"), 1..4)
    ) {
        let mut world = World::new();
        let schema = world.crm.schema("customer").expect("schema");
        let reading = world.crm.reading().clone();
        let parsed = |kind: &Kind, text: &str| kehu::record::types::parse(kind, text, &reading).expect("any text");
        for (name, notes, tag) in rows {
            let values: Vec<(String, Value)> = [("name", name), ("notes", notes), ("tags", tag)]
                .into_iter()
                .map(|(field, text)| (field.to_owned(), parsed(&schema.field(field).expect("a field").kind, &text)))
                .collect();
            // A name of blanks is none.
            if !values[0].1.is_empty() {
                world.crm.add("customer", values).expect("added");
            }
        }
        come_back(&mut world, &["customer"]);
    }
}

fn twice(world: &mut World, kind: &str, path: &Path, options: &Options, created: Option<u64>) {
    let kinds = ["customer", "contact", "user", "branch", "activity"];
    let before: Vec<String> = kinds.iter().map(|kind| world.export(kind)).collect();
    let outcome = world.import(kind, path, options);
    assert!(!outcome.refused, "{}: {:?}", path.display(), outcome.problems);
    if let Some(created) = created {
        assert_eq!(outcome.created, created, "{}", path.display());
    }
    let standing = world.everything();
    let again = world.import(kind, path, options);
    assert_eq!((again.created, again.updated, again.linked, again.operation), (0, 0, 0, None), "{}", path.display());
    assert_eq!(world.everything(), standing, "{}", path.display());
    world.crm.undo(outcome.operation, false).expect("undone");
    let after: Vec<String> = kinds.iter().map(|kind| world.export(kind)).collect();
    // The first write also made the first user, who stays.
    if before[2].lines().count() > 1 {
        assert_eq!(after, before, "{}", path.display());
    }
    world.crm.redo().expect("done again");
}

#[test]
fn the_example_company_comes_in_whole() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/data");
    let mut world = World::new();
    let files = [
        ("branch", "branches", 3),
        ("user", "users", 13),
        ("customer", "customers_east_china", 113),
        ("customer", "customers_south_china", 53),
        ("customer", "companies_europe", 51),
        ("contact", "contacts_europe", 62),
        ("customer", "partners", 20),
    ];
    for (kind, name, rows) in files {
        twice(&mut world, kind, &folder.join(format!("{name}.csv")), &Options::default(), Some(rows));
    }
    come_back(&mut world, &["customer", "contact"]);
}

#[test]
fn real_files_come_in_once_and_go_without_a_trace() {
    let Some(folder) = super::messy_files::real_files() else { return };
    let users = making(&["user"]);
    let more = making(&["user", "customer"]);
    let plain = Options::default();
    let each = [
        ("customer", "maven_crm/accounts.csv", &plain, 85),
        ("customer", "northwind/customers.csv", &plain, 93),
        ("customer", "zh_synthetic/customers_gbk.csv", &users, 1000),
        ("customer", "gosales/go_retailers.csv", &plain, 562),
    ];
    for (kind, file, options, created) in each {
        let mut world = World::new();
        twice(&mut world, kind, &folder.join(file), options, Some(created));
        if file.contains("gbk") {
            let other = folder.join("zh_synthetic/customers_utf8.csv");
            assert_eq!(counts(&world.import(kind, &other, options)), (0, 0, 1000, 0));
        }
    }
    let mut world = World::new();
    let exports = [
        ("customer", "hubspot_companies.csv", &users),
        ("contact", "hubspot_contacts.csv", &more),
        ("customer", "odoo_res_partner.csv", &plain),
        ("contact", "pipedrive_people.csv", &more),
        ("contact", "google_contacts_new.csv", &more),
        ("contact", "outlook_contacts_en_cp1252.csv", &more),
    ];
    for (kind, file, options) in exports {
        twice(&mut world, kind, &folder.join("crm_export_headers").join(file), options, None);
    }
}
