//! What both databases promise: each promise is one body, run on both.

use crate::postgres_server::fresh_database;
use kehu::error::{Cause, Result};
use kehu::record::{Field, Kind, Schema};
use kehu::store::{
    Begin, Database, Dialect, List, Open, Sql, Undone, add_column, begin_bulk, begin_operation, drop_column, end_bulk,
    end_operation, migrate, open, undo, version,
};
use kehu::upkeep::{backup, doctor, repair, restore};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::borrow::Cow;
use std::cell::RefCell;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Runs one body on both databases.
macro_rules! on_both {
    ($($(#[$about:meta])* fn $name:ident($world:ident) $body:block)*) => {
        $(
            $(#[$about])*
            mod $name {
                use super::*;

                fn promise($world: &mut World) $body

                #[test]
                fn on_sqlite() {
                    promise(&mut World::on_sqlite());
                }

                #[test]
                fn on_postgres() {
                    if let Some(mut world) = World::on_postgres() {
                        promise(&mut world);
                    }
                }
            }
        )*
    };
}

pub(crate) use on_both;

/// A database with three kinds of records in it.
struct World {
    url: String,
    folder: tempfile::TempDir,
    db: Box<dyn Database>,
    schemas: Vec<Schema>,
}

const WRITER: Open = Open { create: true, read_only: false, wait: Duration::from_secs(5) };

impl World {
    fn on_sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let url = folder.path().join("kehu.db").display().to_string();
        Self::at(url, folder)
    }

    fn on_postgres() -> Option<Self> {
        Some(Self::at(fresh_database()?, tempfile::tempdir().expect("a folder")))
    }

    fn at(url: String, folder: tempfile::TempDir) -> Self {
        let schemas = vec![user(), customer(), contact()];
        let mut db = open(&url, WRITER).expect("opens");
        migrate(&mut *db, &schemas.iter().collect::<Vec<_>>(), &mut |_, _| Ok(())).expect("makes its tables");
        Self { url, folder, db, schemas }
    }

    fn path(&self) -> PathBuf {
        PathBuf::from(&self.url)
    }

    fn is_sqlite(&self) -> bool {
        self.db.dialect() == Dialect::Sqlite
    }

    /// One operation in one transaction.
    fn operation(&mut self, label: &str, work: impl FnOnce(&mut dyn Database) -> Result<()>) -> i64 {
        operation(&mut *self.db, label, work).expect(label)
    }

    fn try_undo(&mut self, op: i64, keep_newer: bool) -> Result<(i64, Undone)> {
        let db = &mut *self.db;
        db.begin()?;
        let begin = Begin { label: "undo", actor: None, actor_name: "Mei", door: "cli", at: "2026-04-01T08:00:00Z" };
        let new_op = begin_operation(db, &begin)?;
        let undone = undo(db, &self.schemas.iter().collect::<Vec<_>>(), op, new_op, keep_newer);
        match undone {
            Ok(undone) if undone.done => {
                end_operation(db)?;
                db.commit()?;
                Ok((new_op, undone))
            }
            other => {
                db.rollback()?;
                Ok((new_op, other?))
            }
        }
    }

    fn undo(&mut self, op: i64) -> i64 {
        let (new_op, undone) = self.try_undo(op, false).expect("undoes");
        assert!(undone.done, "nothing stands in the way: {:?}", undone.conflicts);
        new_op
    }

    /// Everything in the records' tables but what an undo may change: the version and when a row was last changed.
    fn state(&mut self) -> Vec<Vec<Sql>> {
        let mut state = Vec::new();
        let lists = if self.is_sqlite() { "item" } else { "customers_tags" };
        for table in ["users", "customers", "contacts", lists] {
            let columns: Vec<String> = kehu::store::columns(&mut *self.db, table)
                .expect("columns")
                .into_iter()
                .map(|column| format!("\"{}\"", column.name))
                .filter(|name| name != "\"version\"" && name != "\"updated_at\"")
                .collect();
            let order: Vec<String> = (1..=columns.len()).map(|place| place.to_string()).collect();
            let sql = format!("SELECT {} FROM {table} ORDER BY {}", columns.join(", "), order.join(", "));
            state.extend(self.db.query(&sql, &[]).expect("rows"));
        }
        state
    }

    fn number(&mut self, sql: &str) -> i64 {
        self.db.first(sql, &[]).expect(sql).expect("a row")[0].as_integer().expect("a number")
    }
}

fn operation(db: &mut dyn Database, label: &str, work: impl FnOnce(&mut dyn Database) -> Result<()>) -> Result<i64> {
    db.begin()?;
    let begin = Begin { label, actor: Some(1), actor_name: "Mei", door: "cli", at: "2026-03-31T09:00:00Z" };
    let op = begin_operation(db, &begin)?;
    if let Err(error) = work(db) {
        db.rollback()?;
        return Err(error);
    }
    end_operation(db)?;
    db.commit()?;
    Ok(op)
}

fn schema(kind: &'static str, table: &'static str, letter: &'static str, mut fields: Vec<Field>) -> Schema {
    fields.extend(Schema::engine_fields(false));
    Schema {
        kind,
        table,
        letter,
        doc: "",
        fields: kehu::record::Fields::by(move || fields),
        belongs_to: |_| false,
        summary: None,
        bounds: None,
        bounds_of: Vec::new(),
        yields: "",
        few: false,
    }
}

fn user() -> Schema {
    schema("user", "users", "U", vec![Field::new("name", "", Kind::Text).flag("title", None)])
}

fn customer() -> Schema {
    let required = |mut field: Field| {
        field.required = true;
        field
    };
    schema(
        "customer",
        "customers",
        "C",
        vec![
            required(Field::new("name", "", Kind::Text).flag("title", None).flag("search", None)),
            Field::new("email", "", Kind::Email).flag("match", None),
            Field::new("vip", "", Kind::YesNo),
            Field::new("order", "", Kind::Integer),
            Field::new("revenue", "", Kind::Money),
            Field::new("owner", "", Kind::Link(Cow::Borrowed("user"))),
            Field::new("main_contact", "", Kind::Link(Cow::Borrowed("contact"))),
            Field::new("tags", "", Kind::tags()),
        ],
    )
}

fn contact() -> Schema {
    schema(
        "contact",
        "contacts",
        "P",
        vec![
            Field::new("name", "", Kind::Text).flag("title", None),
            Field::new("customer", "", Kind::Link(Cow::Borrowed("customer"))),
        ],
    )
}

/// Adds a row with its name, and says under which number.
fn add(db: &mut dyn Database, table: &str, name: &str) -> Result<i64> {
    let sql = format!(
        "INSERT INTO {table} (uid, created_at, updated_at, name, name_key) VALUES (?, ?, ?, ?, kehu_fold(?)) RETURNING id"
    );
    let uid = format!("{table}-{name}");
    let day = "2026-03-31T09:00:00Z";
    let row = db.first(&sql, &[uid.into(), day.into(), day.into(), name.into(), name.into()])?;
    Ok(row.expect("a row")[0].as_integer().expect("a number"))
}

fn tag(db: &mut dyn Database, record: i64, position: i64, value: &str) -> Result<()> {
    let insert = tags(db.dialect()).insert();
    db.execute(&insert, &[record.into(), position.into(), value.into()])?;
    Ok(())
}

/// Where the tags of customers are.
fn tags(dialect: Dialect) -> List {
    let schema = customer();
    List::of(dialect, &schema, schema.field("tags").expect("a field"))
}

fn set(db: &mut dyn Database, table: &str, id: i64, column: &str, value: impl Into<Sql>) -> Result<()> {
    let sql = format!("UPDATE {table} SET \"{column}\" = ?, version = version + 1 WHERE id = ?");
    db.execute(&sql, &[value.into(), id.into()])?;
    Ok(())
}

/// A customer with a contact, an owner, tags and money.
fn lin_trading(world: &mut World) -> (i64, i64) {
    let mut made = (0, 0);
    world.operation("add Lin Trading", |db| {
        let owner = add(db, "users", "Mei Wang")?;
        let customer = add(db, "customers", "Lin Trading 林氏贸易")?;
        let contact = add(db, "contacts", "Lin Fang")?;
        set(db, "contacts", contact, "customer", customer)?;
        set(db, "customers", customer, "main_contact", contact)?;
        set(db, "customers", customer, "owner", owner)?;
        set(db, "customers", customer, "vip", true)?;
        set(db, "customers", customer, "revenue", 9_007_199_254_740_993_i64)?;
        set(db, "customers", customer, "revenue_currency", "CNY")?;
        tag(db, customer, 1, "贸易")?;
        tag(db, customer, 2, "quoted \"and\" \\ odd\u{1}")?;
        made = (customer, contact);
        Ok(())
    });
    made
}

on_both! {
    fn undo_of_an_insert_leaves_nothing(world) {
        let before = world.state();
        lin_trading(world);
        let op = world.number("SELECT MAX(id) FROM operation");
        assert_ne!(world.state(), before);
        world.undo(op);
        assert_eq!(world.state(), before);
    }

    fn a_bulk_insert_is_logged_and_undone_like_any_other(world) {
        lin_trading(world);
        let before = world.state();
        let schemas = world.schemas.clone();
        let mut op = 0;
        world.operation("import", |db| {
            op = db.first("SELECT id FROM current_operation", &[])?.expect("an operation")[0].as_integer().expect("a number");
            let bulk = begin_bulk(db, &[&schemas[1]])?;
            for name in ["Acme Robotics", "Bauer GmbH"] {
                let customer = add(db, "customers", name)?;
                tag(db, customer, 1, "fair")?;
                let contact = add(db, "contacts", name)?;
                set(db, "contacts", contact, "customer", customer)?;
            }
            assert_eq!(end_bulk(db, &bulk, op)?, 2);
            Ok(())
        });
        let logged = "SELECT COUNT(*) FROM change WHERE what = 'insert' AND kind IN ('customer', 'contact') AND op = ";
        assert_eq!(world.number(&format!("{logged}{op}")), 4);
        world.undo(op);
        assert_eq!(world.state(), before);
    }

    fn undo_of_an_update_restores_old_values_and_their_keys(world) {
        let (customer, _) = lin_trading(world);
        let before = world.state();
        let op = world.operation("edit", |db| {
            set(db, "customers", customer, "name", "ＬIN Group")?;
            set(db, "customers", customer, "name_key", "lin group")?;
            set(db, "customers", customer, "name", "Lin Holding")?;
            set(db, "customers", customer, "vip", Sql::Null)?;
            set(db, "customers", customer, "order", 7)?;
            set(db, "customers", customer, "revenue", 1)
        });
        let version = world.number("SELECT version FROM customers");
        world.undo(op);
        assert_eq!(world.state(), before);
        assert_eq!(world.number("SELECT version FROM customers"), version + 1, "an undo is a change");
    }

    fn undo_of_a_delete_brings_back_the_row_and_its_tags(world) {
        let (customer, contact) = lin_trading(world);
        let before = world.state();
        let op = world.operation("purge", |db| {
            set(db, "customers", customer, "main_contact", Sql::Null)?;
            db.execute("DELETE FROM contacts WHERE id = ?", &[contact.into()])?;
            db.execute("DELETE FROM customers WHERE id = ?", &[customer.into()])?;
            Ok(())
        });
        let tags = tags(world.db.dialect()).select("COUNT(*)", "TRUE");
        assert_eq!(world.number(&tags), 0, "tags go with their record");
        world.undo(op);
        assert_eq!(world.state(), before);
    }

    fn undo_of_tags_restores_them_in_their_order(world) {
        let (customer, _) = lin_trading(world);
        let before = world.state();
        let op = world.operation("retag", |db| {
            let tags = tags(db.dialect());
            db.execute(&tags.delete("value = ?"), &["贸易".into()])?;
            db.execute(&tags.update("position = 9", "TRUE"), &[])?;
            tag(db, customer, 1, "VIP")
        });
        world.undo(op);
        assert_eq!(world.state(), before);
    }

    fn a_later_change_is_reported_and_nothing_is_done(world) {
        let (customer, _) = lin_trading(world);
        let rename = world.operation("rename", |db| {
            set(db, "customers", customer, "name", "Lin Group")?;
            set(db, "customers", customer, "order", 5)
        });
        world.operation("rename again", |db| set(db, "customers", customer, "name", "Lin AG"));
        let before = world.state();
        let (_, undone) = world.try_undo(rename, false).expect("answers");
        assert!(!undone.done);
        assert_eq!(undone.conflicts.len(), 1);
        assert_eq!((undone.conflicts[0].kind, undone.conflicts[0].key), ("customer", customer));
        assert_eq!(undone.conflicts[0].why.to_string(), "Its field name was changed again since.");
        assert_eq!(world.state(), before);
    }

    fn keep_newer_undoes_the_rest(world) {
        let (customer, _) = lin_trading(world);
        let edit = world.operation("edit", |db| {
            set(db, "customers", customer, "name", "Lin Group")?;
            set(db, "customers", customer, "order", 5)
        });
        world.operation("rename again", |db| set(db, "customers", customer, "name", "Lin AG"));
        let (_, undone) = world.try_undo(edit, true).expect("answers");
        assert!(undone.done);
        assert_eq!(undone.conflicts.len(), 1);
        assert_eq!(world.number("SELECT COUNT(*) FROM customers WHERE name = 'Lin AG' AND \"order\" IS NULL"), 1);
    }

    fn keep_newer_keeps_what_kept_rows_point_to(world) {
        let import = world.operation("import", |db| {
            for name in ["Acme Robotics", "Bauer GmbH", "Lin Trading"] {
                let customer = add(db, "customers", name)?;
                let contact = add(db, "contacts", name)?;
                set(db, "contacts", contact, "customer", customer)?;
            }
            Ok(())
        });
        world.operation("rename a contact", |db| {
            db.execute("UPDATE contacts SET name = 'Erika Bauer' WHERE name = 'Bauer GmbH'", &[])?;
            Ok(())
        });
        let (_, undone) = world.try_undo(import, false).expect("answers");
        assert!(!undone.done);
        let (_, undone) = world.try_undo(import, true).expect("answers");
        assert!(undone.done);
        assert_eq!(undone.conflicts.len(), 2, "the contact, and the customer it points to");
        assert_eq!(world.number("SELECT COUNT(*) FROM contacts"), 1);
        assert_eq!(world.number("SELECT COUNT(*) FROM customers WHERE name = 'Bauer GmbH'"), 1);
    }

    fn edits_of_other_fields_do_not_disturb_an_undo(world) {
        let (customer, _) = lin_trading(world);
        let rename = world.operation("rename", |db| set(db, "customers", customer, "name", "Lin Group"));
        world.operation("order", |db| set(db, "customers", customer, "order", 5));
        world.undo(rename);
        let kept = "SELECT COUNT(*) FROM customers WHERE name = 'Lin Trading 林氏贸易' AND \"order\" = 5";
        assert_eq!(world.number(kept), 1);
    }

    fn a_row_that_others_point_to_is_not_taken_away(world) {
        let added = world.operation("add", |db| add(db, "customers", "Acme Robotics").map(drop));
        let customer = world.number("SELECT id FROM customers");
        world.operation("add a contact", |db| {
            let contact = add(db, "contacts", "Ada")?;
            set(db, "contacts", contact, "customer", customer)
        });
        let (_, undone) = world.try_undo(added, false).expect("answers");
        assert!(!undone.done);
        assert_eq!(undone.conflicts[0].why.to_string(), "P1 points to it.");
    }

    fn an_undone_operation_no_longer_stands_in_the_way(world) {
        let before = world.state();
        let (customer, _) = lin_trading(world);
        let added = world.number("SELECT MAX(id) FROM operation");
        let rename = world.operation("rename", |db| set(db, "customers", customer, "name", "Lin Group"));
        let (_, undone) = world.try_undo(added, false).expect("answers");
        assert!(!undone.done, "the rename stands");
        world.undo(rename);
        world.undo(added);
        assert_eq!(world.state(), before);
        let again = world.try_undo(added, false).expect_err("it was undone already");
        assert_eq!(again.cause, Cause::Conflict);
        assert_eq!(world.try_undo(999_999, false).expect_err("no such").cause, Cause::NotFound);
    }

    fn undoing_an_undo_is_a_redo(world) {
        let before = world.state();
        lin_trading(world);
        let added = world.number("SELECT MAX(id) FROM operation");
        let after = world.state();
        let undone = world.undo(added);
        let redone = world.undo(undone);
        assert_eq!(world.state(), after);
        assert_eq!(world.number(&format!("SELECT COUNT(*) FROM operation WHERE id = {added} AND undone_by IS NULL")), 1);
        world.undo(redone);
        assert_eq!(world.state(), before);
    }

    fn writes_from_elsewhere_are_logged(world) {
        let (customer, _) = lin_trading(world);
        let before = world.state();
        world.db.execute("UPDATE customers SET name = 'Hacked', vip = NULL", &[]).expect("writes");
        let op = world.number("SELECT MAX(id) FROM operation WHERE door = 'outside'");
        assert_eq!(world.number(&format!("SELECT COUNT(*) FROM change WHERE op = {op} AND what = 'update'")), 1);
        assert_eq!(world.number("SELECT COUNT(*) FROM current_operation"), 0);
        let logged = format!("SELECT before, after FROM change WHERE op = {op} AND key = {customer}");
        let row = world.db.first(&logged, &[]).expect("reads").expect("a change");
        assert_eq!(row[0].as_text(), Some("{\"name\":\"Lin Trading 林氏贸易\",\"vip\":true}"));
        assert_eq!(row[1].as_text(), Some("{\"name\":\"Hacked\",\"vip\":null}"));
        world.undo(op);
        assert_eq!(world.state(), before);
    }

    fn versions_and_keys_alone_are_not_worth_a_change(world) {
        let (customer, _) = lin_trading(world);
        let op = world.operation("touch", |db| {
            set(db, "customers", customer, "updated_at", "2027-01-01T00:00:00Z")?;
            set(db, "customers", customer, "name_key", "lin")
        });
        assert_eq!(world.number(&format!("SELECT COUNT(*) FROM change WHERE op = {op}")), 0);
        assert!(kehu::store::abandon_operation(&mut *world.db, op).expect("forgets it"));
    }

    fn busy_writers_wait_and_are_served(world) {
        world.operation("add", |db| add(db, "users", "Mei Wang").map(drop));
        let url = world.url.clone();
        let writers: Vec<_> = (0..4).map(|writer| {
            let url = url.clone();
            std::thread::spawn(move || {
                let mut db = open(&url, WRITER).expect("opens");
                for round in 0..5 {
                    operation(&mut *db, "add", |db| {
                        db.execute("UPDATE users SET version = version + 1", &[])?;
                        std::thread::sleep(Duration::from_millis(3));
                        add(db, "customers", &format!("customer {writer} {round}")).map(drop)
                    }).expect("is served");
                }
            })
        }).collect();
        for writer in writers {
            writer.join().expect("finishes");
        }
        assert_eq!(world.number("SELECT version FROM users"), 21);
    }

    fn who_waits_too_long_hears_that_it_is_busy(world) {
        world.db.begin().expect("begins");
        let options = Open { wait: Duration::from_millis(60), ..WRITER };
        let mut other = open(&world.url, options).expect("opens");
        let started = Instant::now();
        let error = other.begin().expect_err("is busy");
        assert_eq!(error.cause, Cause::Busy);
        assert!(started.elapsed() >= Duration::from_millis(60));
        world.db.rollback().expect("rolls back");
        other.begin().expect("now it is free");
        other.rollback().expect("rolls back");
    }

    fn duplicates_and_loose_links_are_conflicts(world) {
        let (customer, _) = lin_trading(world);
        for sql in [
            "INSERT INTO users (uid, created_at, updated_at) VALUES ('users-Mei Wang', '', '')".to_owned(),
            "UPDATE customers SET owner = 4711".to_owned(),
            format!("DELETE FROM customers WHERE id = {customer}"),
        ] {
            assert_eq!(world.db.execute(&sql, &[]).expect_err(&sql).cause, Cause::Conflict, "{sql}");
        }
        let error = world.db.execute("UPDATE customers SET name = NULL", &[]).expect_err("a name is required");
        assert_eq!(error.cause, Cause::BadValue);
    }

    fn values_come_back_as_they_were_given(world) {
        let sql = "SELECT CAST(? AS BIGINT), CAST(? AS TEXT), CAST(? AS BIGINT), '?', SUM(id) FROM users";
        add(&mut *world.db, "users", "Mei").expect("adds");
        let row = world.db.first(sql, &[Sql::Integer(i64::MIN), Sql::text("客户"), Sql::Null]).expect("answers");
        let expected = [Sql::Integer(i64::MIN), Sql::text("客户"), Sql::Null, Sql::text("?"), Sql::Integer(1)];
        assert_eq!(row.expect("a row"), expected);
        let folded = world.db.first("SELECT kehu_fold(?)", &["  ÄCME ＧmbH ".into()]).expect("answers");
        assert_eq!(folded.expect("a row"), [Sql::text("äcme gmbh")]);
    }

    fn custom_columns_are_logged_and_can_go_again(world) {
        let (customer, _) = lin_trading(world);
        let schemas = world.schemas.clone();
        let all: Vec<&Schema> = schemas.iter().collect();
        let mut custom = [
            Field::new("x_budget", "", Kind::Money),
            Field::new("x_signed", "", Kind::YesNo).flag("index", None),
            Field::new("x_partner", "", Kind::Link(Cow::Borrowed("customer"))),
            Field::new("x_sizes", "", Kind::List(Box::new(Kind::Integer))),
        ];
        for field in &mut custom {
            field.custom = true;
            let db = &mut *world.db;
            db.begin().expect("begins");
            add_column(db, &schemas[1], field, &all).expect("adds the column");
            db.commit().expect("commits");
        }
        let before = world.state();
        let op = world.operation("edit", |db| {
            set(db, "customers", customer, "x_budget", 100)?;
            set(db, "customers", customer, "x_signed", true)?;
            set(db, "customers", customer, "x_partner", customer)
        });
        world.undo(op);
        assert_eq!(world.state(), before);
        let op = world.operation("edit", |db| {
            set(db, "customers", customer, "x_budget", 100)?;
            set(db, "customers", customer, "order", 4)
        });
        for field in &custom {
            let db = &mut *world.db;
            db.begin().expect("begins");
            drop_column(db, &schemas[1], field).expect("drops the column");
            db.commit().expect("commits");
        }
        world.undo(op);
        assert_eq!(world.number("SELECT COUNT(*) FROM customers WHERE \"order\" IS NULL"), 1);
    }

    fn a_database_is_made_once_when_two_make_it(world) {
        let urls = if world.is_sqlite() {
            (0..4).map(|round| world.folder.path().join(format!("new{round}.db")).display().to_string()).collect()
        } else {
            vec![fresh_database().expect("a database")]
        };
        for url in urls {
            let makers: Vec<_> = (0..4).map(|_| {
                let url = url.clone();
                std::thread::spawn(move || {
                    let mut db = open(&url, WRITER)?;
                    migrate(&mut *db, &[&user(), &customer(), &contact()], &mut |_, _| Ok(()))
                })
            }).collect();
            for maker in makers {
                maker.join().expect("finishes").expect("succeeds");
            }
        }
    }

    fn undoing_everything_means_that_nothing_happened(world) {
        let mut runner = TestRunner::new(Config { cases: 12, failure_persistence: None, ..Config::default() });
        let operations = prop::collection::vec(prop::collection::vec(act(), 1..6), 1..8);
        let shared = RefCell::new((world, 0));
        let outcome = runner.run(&operations, |operations| {
            let (world, count) = &mut *shared.borrow_mut();
            let before = world.state();
            let mut done = Vec::new();
            for acts in operations {
                done.push(world.operation("acts", |db| {
                    for act in &acts {
                        *count += 1;
                        act.perform(db, *count)?;
                    }
                    Ok(())
                }));
            }
            for op in done.into_iter().rev() {
                world.undo(op);
            }
            prop_assert_eq!(world.state(), before);
            Ok(())
        });
        outcome.expect("nothing happened");
    }

    fn the_doctor_finds_what_a_foreign_shell_did(world) {
        lin_trading(world);
        let schemas = world.schemas.clone();
        let schemas: Vec<&Schema> = schemas.iter().collect();
        let db = &mut *world.db;
        let write = kehu::store::search_write(db.dialect(), schemas[1]);
        for text in ["lin trading", "林氏 氏贸"] {
            db.execute(&write, &[Sql::Integer(1), text.into()]).expect("writes the search text");
        }
        let report = doctor(db, &schemas).expect("looks");
        assert!(report.healthy, "{:?}", report.issues);
        let drop = if db.dialect() == Dialect::Sqlite {
            "DROP TRIGGER contacts_log_insert"
        } else {
            "DROP TRIGGER contacts_log ON contacts"
        };
        db.script(drop).expect("drops");
        db.execute("UPDATE customers SET name = 'Hacked'", &[]).expect("writes");
        db.execute("INSERT INTO current_operation (id) VALUES (1)", &[]).expect("writes");
        db.execute(&kehu::store::search_delete(db.dialect(), schemas[1]), &[Sql::Integer(1)]).expect("deletes");
        let report = doctor(db, &schemas).expect("looks");
        assert!(!report.healthy);
        assert_eq!(report.issues.len(), 4, "{:?}", report.issues);
        repair(db, &schemas).expect("repairs");
        let report = doctor(db, &schemas).expect("looks");
        assert_eq!(report.issues.len(), 1, "only the search text is left: {:?}", report.issues);
    }
}

/// One thing that somebody does; numbers choose among what is there.
#[derive(Debug, Clone)]
enum Act {
    Add(String),
    AddContact(usize),
    Rename(usize, String),
    Pay(usize, i64),
    Promote(usize, Option<bool>),
    Introduce(usize, usize),
    Tag(usize, String),
    Untag(usize),
    Shuffle,
    Purge(usize),
    Replace(usize),
}

fn act() -> impl Strategy<Value = Act> {
    let text = || "[a-zA-Z\u{1}'\"{}:,\\\\ 客户é😀]{1,6}";
    prop_oneof![
        text().prop_map(Act::Add),
        any::<usize>().prop_map(Act::AddContact),
        (any::<usize>(), text()).prop_map(|(which, name)| Act::Rename(which, name)),
        (any::<usize>(), any::<i64>()).prop_map(|(which, amount)| Act::Pay(which, amount)),
        (any::<usize>(), any::<Option<bool>>()).prop_map(|(which, vip)| Act::Promote(which, vip)),
        (any::<usize>(), any::<usize>()).prop_map(|(customer, contact)| Act::Introduce(customer, contact)),
        (any::<usize>(), text()).prop_map(|(which, tag)| Act::Tag(which, tag)),
        any::<usize>().prop_map(Act::Untag),
        Just(Act::Shuffle),
        any::<usize>().prop_map(Act::Purge),
        any::<usize>().prop_map(Act::Replace),
    ]
}

fn choose(db: &mut dyn Database, table: &str, which: usize) -> Result<Option<i64>> {
    let ids = db.query(&format!("SELECT id FROM {table} ORDER BY id"), &[])?;
    Ok(if ids.is_empty() { None } else { ids[which % ids.len()][0].as_integer() })
}

impl Act {
    fn perform(&self, db: &mut dyn Database, count: i64) -> Result<()> {
        if let Self::Add(name) = self {
            let id = add(db, "customers", &format!("{count} {name}"))?;
            return tag(db, id, 1, name);
        }
        let which = match self {
            Self::AddContact(which)
            | Self::Rename(which, _)
            | Self::Pay(which, _)
            | Self::Promote(which, _)
            | Self::Introduce(which, _)
            | Self::Tag(which, _)
            | Self::Untag(which)
            | Self::Purge(which)
            | Self::Replace(which) => which,
            Self::Add(_) | Self::Shuffle => &0,
        };
        let Some(customer) = choose(db, "customers", *which)? else { return Ok(()) };
        match self {
            Self::AddContact(_) => {
                let contact = add(db, "contacts", &count.to_string())?;
                set(db, "contacts", contact, "customer", customer)
            }
            Self::Rename(_, name) => {
                set(db, "customers", customer, "name", name.as_str())?;
                db.execute("UPDATE customers SET name_key = kehu_fold(name) WHERE id = ?", &[customer.into()]).map(drop)
            }
            Self::Pay(_, amount) => set(db, "customers", customer, "revenue", *amount),
            Self::Promote(_, vip) => set(db, "customers", customer, "vip", *vip),
            Self::Introduce(_, contact) => {
                let contact = choose(db, "contacts", *contact)?;
                set(db, "customers", customer, "main_contact", contact)
            }
            Self::Tag(_, value) => {
                let sql = format!("{} ON CONFLICT DO NOTHING", tags(db.dialect()).insert());
                db.execute(&sql, &[customer.into(), count.into(), value.as_str().into()]).map(drop)
            }
            Self::Untag(_) => {
                let untag = tags(db.dialect()).delete("record = ?");
                db.execute(&untag, &[customer.into()]).map(drop)
            }
            Self::Shuffle => {
                let shuffle = tags(db.dialect()).update("position = 100 - position", "TRUE");
                db.execute(&shuffle, &[]).map(drop)
            }
            Self::Purge(_) => purge(db, customer),
            Self::Replace(_) => {
                purge(db, customer)?;
                let sql = "INSERT INTO customers (id, uid, created_at, updated_at, name, name_key) VALUES (?, ?, '', '', 'other', 'other')";
                db.execute(sql, &[customer.into(), format!("replaced-{count}").into()]).map(drop)
            }
            Self::Add(_) => Ok(()),
        }
    }
}

fn purge(db: &mut dyn Database, customer: i64) -> Result<()> {
    let theirs = "(SELECT id FROM contacts WHERE customer = ?)";
    db.execute(
        &format!("UPDATE customers SET main_contact = NULL WHERE id = ? OR main_contact IN {theirs}"),
        &[customer.into(), customer.into()],
    )?;
    db.execute("DELETE FROM contacts WHERE customer = ?", &[customer.into()])?;
    db.execute("DELETE FROM customers WHERE id = ?", &[customer.into()])?;
    Ok(())
}

// What only a file can promise.

#[cfg(unix)]
#[test]
fn a_new_file_is_its_owners_alone_with_all_that_lies_beside_it() {
    use std::os::unix::fs::PermissionsExt;
    let mut world = World::on_sqlite();
    lin_trading(&mut world);
    backup(&mut *world.db, &world.folder.path().join("copy.bak"), false).expect("backs up");
    let mut names = Vec::new();
    for file in std::fs::read_dir(world.folder.path()).expect("the folder").flatten() {
        let mode = file.metadata().expect("its mode").permissions().mode() & 0o777;
        names.push(file.file_name().into_string().expect("a name"));
        assert_eq!(mode, 0o600, "{names:?}");
    }
    names.sort();
    assert_eq!(names, ["copy.bak", "kehu.db", "kehu.db-shm", "kehu.db-wal"]);
}

#[test]
fn a_read_makes_no_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("none/kehu.db");
    for options in [Open::default(), Open { read_only: true, create: true, ..Open::default() }] {
        let error = open(&path.display().to_string(), options).err().expect("refuses");
        assert_eq!(error.cause, Cause::Database);
        assert!(error.hint.is_some());
    }
    assert_eq!(std::fs::read_dir(folder.path()).expect("the folder").count(), 0);
}

#[test]
fn a_newer_database_is_refused() {
    let mut world = World::on_sqlite();
    world.db.execute("UPDATE meta SET value = '99' WHERE key = 'kehu_version'", &[]).expect("writes");
    let error = migrate(&mut *world.db, &[], &mut |_, _| Ok(())).expect_err("refuses");
    assert_eq!(error.cause, Cause::Database);
    assert!(error.to_string().starts_with("This database was made by a newer kehu"), "{error}");
    assert_eq!(version(&mut *world.db).expect("reads"), Some(99));
}

#[test]
fn files_of_others_are_refused_and_not_touched() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = folder.path().join("letter.txt");
    std::fs::write(&text, "Dear Sir or Madam, this is a letter and not a database at all.".repeat(40)).expect("writes");
    let other = folder.path().join("other.db");
    let connection = rusqlite::Connection::open(&other).expect("opens");
    connection.execute_batch("CREATE TABLE songs (title TEXT); INSERT INTO songs VALUES ('Lili')").expect("writes");
    drop(connection);
    for path in [text, other] {
        let before = std::fs::read(&path).expect("reads");
        let error = open(&path.display().to_string(), WRITER)
            .and_then(|mut db| migrate(&mut *db, &[&user()], &mut |_, _| Ok(())))
            .expect_err("refuses");
        assert_eq!(error.cause, Cause::Database);
        assert_eq!(error.to_string(), "This file is not a kehu database.");
        assert_eq!(std::fs::read(&path).expect("reads"), before);
    }
}

#[test]
fn a_backup_restored_is_the_same_database() {
    let mut world = World::on_sqlite();
    let (customer, _) = lin_trading(&mut world);
    let before = world.state();
    let copy = world.folder.path().join("kehu.bak");
    backup(&mut *world.db, &copy, false).expect("backs up");
    assert_eq!(backup(&mut *world.db, &copy, false).expect_err("it is there").cause, Cause::Conflict);
    world.operation("rename", |db| set(db, "customers", customer, "name", "Lin Group"));
    let after = world.state();

    let wait = Duration::from_millis(30);
    assert_eq!(restore(&copy, &world.path(), wait).expect_err("it is in use").cause, Cause::Busy);
    assert_eq!(world.state(), after);
    world.db = open(":memory:", WRITER).expect("lets go of the file");
    let restored = restore(&copy, &world.path(), wait).expect("restores");
    world.db = open(&world.url, WRITER).expect("opens");
    assert_eq!(world.state(), before);
    world.operation("rename", |db| set(db, "customers", customer, "name", "Lin AG"));

    let kept = restored.kept.expect("the old one is kept").display().to_string();
    world.db = open(&kept, WRITER).expect("opens the old one");
    assert_eq!(world.state(), after);
}

#[test]
fn a_restore_wants_a_whole_backup_of_ours() {
    let mut world = World::on_sqlite();
    lin_trading(&mut world);
    let copy = world.folder.path().join("kehu.bak");
    backup(&mut *world.db, &copy, false).expect("backs up");
    let target = world.folder.path().join("target.db");
    let restored = |path: &std::path::Path| restore(path, &target, Duration::ZERO).map_err(|error| error.cause);
    let whole = std::fs::read(&copy).expect("reads");
    std::fs::write(&copy, &whole[..whole.len() / 2]).expect("tears it");
    assert_eq!(restored(&copy), Err(Cause::Database));
    std::fs::write(&copy, "").expect("empties it");
    assert_eq!(restored(&copy), Err(Cause::Database));
    assert_eq!(restored(&world.folder.path().join("none")), Err(Cause::NotFound));
    assert!(!target.exists());
    std::fs::write(&copy, &whole).expect("mends it");
    assert!(restored(&copy).is_ok());
    std::fs::write(&target, "not a database").expect("spoils it");
    assert!(restored(&copy).is_ok(), "a damaged database can be replaced");
}

#[test]
fn postgres_names_its_own_tools_for_backups() {
    let Some(mut world) = World::on_postgres() else { return };
    let error = backup(&mut *world.db, &world.folder.path().join("copy"), false).expect_err("refuses");
    assert_eq!(error.cause, Cause::Refused);
    assert!(error.hint.expect("a hint").to_string().contains("pg_dump"));
    assert_eq!(std::fs::read_dir(world.folder.path()).expect("the folder").count(), 0);
}
