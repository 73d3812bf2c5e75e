//! The world that the tests live in: a fixed hour, a small company, the library's handle, and the program itself.

use crate::postgres_server::fresh_database;
use jiff::{civil, tz::TimeZone};
use kehu::{
    Crm, Result, Settings,
    clock::Clock,
    crm::{Deleted, Query, Save, Sort},
    record::{Currency, Value, Values, filter},
    store,
};
use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
    time::Duration,
};
use tempfile::TempDir;

/// The hour at which everything happens, as `--now` takes it, in Shanghai.
pub const NOW: &str = "2026-03-31T09:00";

fn clock() -> Clock {
    let zone = TimeZone::get("Asia/Shanghai").expect("the zone is known");
    let now = NOW.parse::<civil::DateTime>().expect("an hour").to_zoned(zone.clone()).expect("an hour there");
    Clock::fixed(now.timestamp(), zone)
}

pub fn settings() -> Settings {
    Settings {
        clock: clock(),
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

/// A database, and the handle of Lin, who made it.
pub struct World {
    pub crm: Crm,
    pub url: String,
    _folder: TempDir,
}

impl World {
    pub fn on_sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        Self::at(folder.path().join("kehu.db").display().to_string(), folder)
    }

    pub fn on_postgres() -> Option<Self> {
        Some(Self::at(fresh_database()?, tempfile::tempdir().expect("a folder")))
    }

    fn at(url: String, folder: TempDir) -> Self {
        let mut crm = Crm::open(&url, &settings()).expect("opens");
        crm.sign_in("lin").expect("the first who comes may come in");
        Self { crm, url, _folder: folder }
    }

    /// Another handle on the same database, in somebody's name.
    pub fn as_user(&self, name: &str) -> Crm {
        let mut crm = Crm::open(&self.url, &settings()).expect("opens again");
        crm.sign_in(name).expect("is known");
        crm
    }

    /// A statement by somebody who knows nothing of this program.
    pub fn outside(&self, sql: &str) {
        let mut db = store::open(&self.url, store::Open::default()).expect("opens");
        db.script(sql).expect(sql);
    }

    /// Values as a person writes them.
    pub fn values(&mut self, kind: &str, pairs: &[(&str, &str)]) -> Result<Values> {
        let schema = self.crm.schema(kind)?;
        let mut values = Values::new();
        for (name, text) in pairs {
            let field = self.crm.field(&schema, name)?.clone();
            values.push((field.name.to_string(), self.crm.parse_value(&field, text)?));
        }
        Ok(values)
    }

    pub fn try_add(&mut self, kind: &str, pairs: &[(&str, &str)]) -> Result<i64> {
        let values = self.values(kind, pairs)?;
        self.crm.add(kind, values)
    }

    pub fn add(&mut self, kind: &str, pairs: &[(&str, &str)]) -> i64 {
        self.try_add(kind, pairs).expect("adds")
    }

    pub fn customer(&mut self, name: &str) -> i64 {
        self.add("customer", &[("name", name)])
    }

    pub fn contact(&mut self, name: &str, customer: i64) -> i64 {
        self.add("contact", &[("name", name), ("customer", &format!("C{customer}"))])
    }

    pub fn try_edit(&mut self, kind: &str, id: i64, pairs: &[(&str, &str)]) -> Result<Save> {
        let values = self.values(kind, pairs)?;
        self.crm.change(kind, id, values, None)
    }

    pub fn edit(&mut self, kind: &str, id: i64, pairs: &[(&str, &str)]) {
        self.try_edit(kind, id, pairs).expect("edits");
    }

    pub fn value(&mut self, kind: &str, id: i64, field: &str) -> Value {
        self.crm.record(kind, id).expect("is there").value(field)
    }

    /// The value of a field in writing, links by their title.
    pub fn text(&mut self, kind: &str, id: i64, field: &str) -> String {
        let entry = self.crm.record(kind, id).expect("is there");
        let kind = entry.schema.field(field).expect("a field").kind.clone();
        kehu::record::types::show(&kind, &entry.value(field))
    }

    /// The names of those that match, in the order of their numbers.
    pub fn try_names(&mut self, kind: &str, filter: &str) -> Result<Vec<String>> {
        let title = self.crm.schema(kind)?.title().name.to_string();
        let query =
            Query { filter: filter::parse(filter)?, columns: vec![title], sort: Sort::parse("id"), ..Query::new(kind) };
        let grid = self.crm.list(&query)?;
        Ok(grid.rows.iter().map(|row| row.cells[0].as_text().unwrap_or_default().to_owned()).collect())
    }

    pub fn names(&mut self, kind: &str, filter: &str) -> Vec<String> {
        self.try_names(kind, filter).unwrap_or_else(|error| panic!("{filter}: {error}"))
    }

    /// The refs that a search finds.
    pub fn found(&mut self, words: &str) -> Vec<String> {
        let grid = self.crm.search(words, 20).expect("searches");
        grid.rows.iter().map(|row| row.short.clone()).collect()
    }

    /// Every record with every value but its version and when it was last changed, which no undo restores.
    pub fn dump(&mut self) -> Vec<String> {
        dump(&mut self.crm)
    }
}

/// As [`World::dump`], through any handle.
pub fn dump(crm: &mut Crm) -> Vec<String> {
    let mut lines = Vec::new();
    for schema in crm.schemas().to_vec() {
        let kept = |name: &&str| !matches!(*name, "version" | "updated_at");
        let names = schema.visible().map(|field| &*field.name).filter(kept);
        let query = Query {
            columns: names.map(str::to_owned).collect(),
            sort: Sort::parse("id"),
            deleted: Deleted::With,
            ..Query::new(schema.kind)
        };
        for row in crm.list(&query).expect("lists").rows {
            lines.push(format!("{} {:?}", row.short, row.cells));
        }
    }
    lines
}

/// What a run of the program left behind.
#[derive(Debug)]
pub struct Output {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Output {
    /// The output, of a command that must have worked.
    #[track_caller]
    pub fn done(self) -> String {
        assert_eq!(self.code, 0, "{}{}", self.out, self.err);
        self.out
    }

    #[track_caller]
    pub fn json(self) -> serde_json::Value {
        serde_json::from_str(&self.done()).expect("JSON")
    }

    /// The error as a program reads it.
    #[track_caller]
    pub fn error(&self) -> serde_json::Value {
        assert_eq!(self.out, "", "an error prints no data");
        serde_json::from_str::<serde_json::Value>(&self.err).expect(&self.err)["error"].clone()
    }
}

/// A desk with the program on it: a folder, and Lin's database of the small company in it.
pub struct Desk {
    folder: TempDir,
}

impl Desk {
    /// With the small company.
    pub fn new() -> Self {
        let desk = Self::empty();
        std::fs::write(desk.database(), company()).expect("lays out the company");
        desk
    }

    /// With no database yet.
    pub fn empty() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder") }
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn database(&self) -> PathBuf {
        self.folder().join("kehu.db")
    }

    /// The program, about to run: nobody's environment, Lin's name, this database.
    pub fn command<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kehu"));
        command
            .args(arguments)
            .env_clear()
            .env("HOME", self.folder())
            .env("KEHU_DB", self.database())
            .env("KEHU_USER", "lin")
            .env("KEHU_NOW", NOW)
            .env("TZ", "Asia/Shanghai")
            .env("LANG", "C")
            .current_dir(self.folder())
            .stdin(Stdio::null());
        command
    }

    pub fn run<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Output {
        finished(&mut self.command(arguments))
    }

    /// Runs words that are separated by spaces.
    pub fn say(&self, line: &str) -> Output {
        self.run(words(line))
    }

    /// A statement by somebody who knows nothing of this program.
    pub fn outside(&self, sql: &str) {
        let mut db = store::open(&self.database().display().to_string(), store::Open::default()).expect("opens");
        db.script(sql).expect(sql);
    }

    /// The library's handle on the same database.
    pub fn crm(&self) -> Crm {
        let mut crm = Crm::open(&self.database().display().to_string(), &settings()).expect("opens");
        crm.sign_in("lin").expect("is known");
        crm
    }
}

pub fn finished(command: &mut Command) -> Output {
    let output = command.output().expect("the program starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    Output { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
}

/// The words of a command line in which nothing is quoted but by a pair of double quotes.
pub fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let (mut word, mut quoted, mut begun) = (String::new(), false, false);
    for letter in line.chars() {
        match letter {
            '"' => (quoted, begun) = (!quoted, true),
            ' ' if !quoted => {
                if begun {
                    words.push(std::mem::take(&mut word));
                }
                begun = false;
            }
            letter => {
                word.push(letter);
                begun = true;
            }
        }
    }
    if begun {
        words.push(word);
    }
    words
}

/// The small company as a file, made once: two branches, four colleagues, four customers, four contacts.
fn company() -> &'static [u8] {
    static COMPANY: OnceLock<Vec<u8>> = OnceLock::new();
    COMPANY.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("kehu.db");
        let mut world = World::at(path.display().to_string(), tempfile::tempdir().expect("a folder"));
        people(&mut world);
        // The last to go leaves everything in the one file.
        drop(world);
        std::fs::read(path).expect("reads")
    })
}

/// U1 Lin at B1 head office, U2 Mei, U3 Lukas at B2 Hamburg, U4 Chen who left; C1-C4 with P1-P4.
pub fn people(world: &mut World) {
    // With the first write Lin and head office are made.
    let hamburg = world.add("branch", &[("name", "Hamburg"), ("code", "HH"), ("city", "Hamburg")]);
    world.edit("branch", hamburg, &[("parent", "B1")]);
    world.add("user", &[("name", "陆雅梅"), ("login", "mei"), ("branch", "B1"), ("manager", "lin")]);
    world.add("user", &[("name", "Lukas Brandt"), ("login", "lukas"), ("branch", "Hamburg"), ("manager", "lin")]);
    world.add("user", &[("name", "陈志强"), ("login", "chen"), ("active", "no")]);
    for (pairs, contact) in COMPANY {
        let id = world.add("customer", pairs);
        let customer = format!("C{id}");
        world.add("contact", &[contact, &[("customer", customer.as_str())]].concat());
    }
}

type Pairs = &'static [(&'static str, &'static str)];

const COMPANY: [(Pairs, Pairs); 4] = [
    (
        &[
            ("name", "招商银行深圳分行"),
            ("level", "A"),
            ("city", "深圳"),
            ("phone", "0755-88882345"),
            ("annual_revenue", "3亿"),
            ("owner", "lin"),
            ("tags", "vip,银行"),
            ("since", "2025-11-03"),
        ],
        &[("name", "王晓明"), ("mobile", "13912345678"), ("email", "wangxm@cmb.example"), ("job_title", "采购经理")],
    ),
    (
        &[
            ("name", "Nordic Instruments GmbH"),
            ("level", "B"),
            ("city", "Hamburg"),
            ("country", "Germany"),
            ("email", "info@nordic-instruments.example"),
            ("annual_revenue", "EUR 18500000"),
            ("owner", "lukas"),
            ("since", "2026-03-23"),
        ],
        &[("name", "Ingrid Larsen"), ("email", "ingrid@nordic-instruments.example"), ("birthday", "--03-15")],
    ),
    (
        &[
            ("name", "Acme Robotics"),
            ("level", "B"),
            ("email", "hello@acme.example"),
            ("owner", "mei"),
            ("tags", "fair"),
        ],
        &[("name", "Zoe Acker"), ("email", "zoe@acme.example")],
    ),
    (
        &[("name", "苏州精密机械有限公司"), ("city", "苏州"), ("phone", "+86 512 6555 0188"), ("since", "2026-01-15")],
        &[("name", "王晓明"), ("mobile", "18600001111")],
    ),
];
