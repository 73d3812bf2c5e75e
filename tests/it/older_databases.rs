//! Databases that an older program made: brought up to date when they are opened, with everything that was in them.

use crate::{
    storage::on_both,
    world::{World, people, settings},
};
use kehu::{
    Cause, Crm, Settings,
    crm::{Deleted, Query, Sort, base_schemas},
    record::Value,
    store::{self, Database, Dialect, Open},
    views::CustomField,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

/// What each table of version 1 had: its columns with their type, `!` behind those that must have a value.
const VERSION_1: &str = include_str!("../data/version_1_columns.txt");

type Tables = BTreeMap<String, BTreeSet<String>>;

fn version_1() -> impl Iterator<Item = (&'static str, Vec<&'static str>)> {
    VERSION_1
        .lines()
        .filter_map(|line| line.split_once(": "))
        .map(|(table, columns)| (table, columns.split(", ").collect()))
}

fn tables_of_version_1() -> Tables {
    let names =
        |columns: Vec<&str>| columns.iter().filter_map(|column| column.split(' ').next()).map(str::to_owned).collect();
    version_1().map(|(table, columns)| (table.to_owned(), names(columns))).collect()
}

/// Tables, their columns, and under `indexes` the names of those.
fn tables(db: &mut dyn Database) -> Tables {
    let (tables, indexes) = match db.dialect() {
        // What full-text search keeps for itself is its own affair.
        Dialect::Sqlite => (
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '%_search_%'",
            "SELECT name FROM sqlite_master WHERE type IN ('index', 'trigger', 'view') AND name NOT LIKE 'sqlite_%'",
        ),
        Dialect::Postgres => (
            "SELECT table_name::TEXT FROM information_schema.tables WHERE table_schema = current_schema()",
            "SELECT indexname::TEXT FROM pg_indexes WHERE schemaname = current_schema()",
        ),
    };
    let mut found = Tables::new();
    for row in db.query(tables, &[]).expect("reads") {
        let table = row[0].as_text().expect("a name").to_owned();
        let columns = store::columns(db, &table).expect("reads").into_iter().map(|column| column.name);
        found.insert(table, columns.collect());
    }
    let names = db.query(indexes, &[]).expect("reads").into_iter();
    found.insert("indexes".into(), names.filter_map(|row| row[0].as_text().map(str::to_owned)).collect());
    found
}

/// Takes a database back to the tables of another version: what is not among the kept ones goes.
fn take_back(url: &str, kept: &Tables) {
    let mut db = store::open(url, Open::default()).expect("opens");
    if db.dialect() == Dialect::Sqlite {
        db.script("PRAGMA foreign_keys = OFF").expect("lets go");
    }
    // Version 1 had no index over several columns that were chosen one by one.
    for name in tables(&mut *db)["indexes"].iter().filter(|name| name.ends_with("_also")) {
        db.script(&format!("DROP INDEX \"{name}\"")).expect("drops an index");
    }
    for mut schema in base_schemas() {
        let Some(columns) = kept.get(schema.table) else { continue };
        let declared = schema.fields.to_vec();
        for field in declared.into_iter().filter(|field| field.computed.is_none() && !field.engine) {
            let there = if field.kind.is_list() {
                kept.contains_key(&schema.list_table(&field))
            } else {
                columns.contains(&*field.name)
            };
            if !there {
                store::drop_column(&mut *db, &schema, &field).expect("drops a column");
                schema.fields.retain(|kept| kept.name != field.name);
            }
        }
    }
    if db.dialect() == Dialect::Sqlite {
        set_lists_apart(&mut *db, Some(kept));
    }
    let custom = |table: &str| base_schemas().iter().any(|schema| table.starts_with(&format!("{}_x_", schema.table)));
    for table in tables(&mut *db).keys().filter(|table| *table != "indexes" && !kept.contains_key(*table)) {
        if !custom(table) {
            let ending = if db.dialect() == Dialect::Sqlite { "" } else { " CASCADE" };
            db.script(&format!("DROP TABLE \"{table}\"{ending}")).expect("drops a table");
        }
    }
    db.script("UPDATE meta SET value = '1' WHERE \"key\" = 'kehu_version'").expect("says so");
}

/// Puts the lists of a SQLite file into tables of their own, as they were until version 3.
fn set_lists_apart(db: &mut dyn Database, kept: Option<&Tables>) {
    let mut lists: Vec<(&'static str, &'static str, String)> = Vec::new();
    for schema in base_schemas() {
        let own = schema.lists().filter(|field| kept.is_none_or(|kept| kept.contains_key(&schema.list_table(field))));
        lists.extend(own.map(|field| (schema.kind, schema.table, field.name.to_string())));
    }
    for row in db.query("SELECT DISTINCT field FROM item WHERE field LIKE '%.x_%'", &[]).expect("reads") {
        let (kind, name) = row[0].as_text().expect("a name").split_once('.').expect("a kind and a name");
        let schema = base_schemas().into_iter().find(|schema| schema.kind == kind).expect("a kind");
        lists.push((schema.kind, schema.table, name.to_owned()));
    }
    db.script("CREATE VIEW log_item AS SELECT what, kind, key, NULL AS position, NULL AS value FROM change")
        .expect("adds");
    for (kind, table, name) in lists {
        let logged = |what: &str, row: &str| {
            format!(
                "INSERT INTO log_item VALUES ('{what}', '{kind}.{name}', {row}.record, {row}.position, {row}.value);"
            )
        };
        let value = if name == "distinct_from" { "BIGINT" } else { "TEXT" };
        db.script(&format!(
            "CREATE TABLE \"{table}_{name}\" (record BIGINT NOT NULL REFERENCES {table}(id) ON DELETE CASCADE,
                 position BIGINT NOT NULL, value {value} NOT NULL, PRIMARY KEY (record, value)) WITHOUT ROWID;
             CREATE INDEX \"{table}_{name}_index\" ON \"{table}_{name}\" (value, record);
             INSERT INTO \"{table}_{name}\" SELECT record, position, value FROM item WHERE field = '{kind}.{name}';
             CREATE TRIGGER \"{table}_{name}_log_insert\" AFTER INSERT ON \"{table}_{name}\" BEGIN {} END;
             CREATE TRIGGER \"{table}_{name}_log_delete\" AFTER DELETE ON \"{table}_{name}\" BEGIN {} END",
            logged("insert", "NEW"),
            logged("delete", "OLD"),
        ))
        .expect("sets a list apart");
    }
    db.script("DROP TABLE item").expect("drops the one table");
    // Their triggers wrote to one view, whatever happened.
    let views = ["log_insert", "log_update", "log_delete"].map(|view| format!("DROP VIEW {view}")).join("; ");
    db.script(&format!("{views}; CREATE VIEW log AS SELECT what, kind, key, before, after FROM change")).expect("adds");
    for schema in base_schemas() {
        let (table, kind) = (schema.table, schema.kind);
        if kept.is_some_and(|kept| !kept.contains_key(table)) {
            continue;
        }
        db.script(&format!(
            "DROP TRIGGER {table}_log_insert; DROP TRIGGER {table}_log_update; DROP TRIGGER {table}_log_delete;
             CREATE TRIGGER \"{table}_log_insert\" AFTER INSERT ON \"{table}\"
             BEGIN INSERT INTO log VALUES ('insert', '{kind}', NEW.id, NULL, NULL); END"
        ))
        .expect("makes the triggers of old");
    }
}

/// The small company, with a custom field and something in the recycle bin.
fn company(world: &mut World) {
    people(world);
    let field = CustomField {
        record_kind: "customer".into(),
        name: "fair".into(),
        value_kind: "text".into(),
        search: true,
        ..CustomField::default()
    };
    field.define(&mut world.crm).expect("defines");
    world.edit("customer", 1, &[("fair", "广交会")]);
    world.crm.remove("customer", 3).expect("removes");
}

/// What the kept columns hold, the folded copies apart.
fn values(crm: &mut Crm, kept: &Tables) -> Vec<String> {
    let mut lines = Vec::new();
    for schema in crm.schemas().to_vec() {
        let Some(columns) = kept.get(schema.table) else { continue };
        // No undo restores the version.
        let names =
            schema.visible().filter(|field| !matches!(&*field.name, "version" | "updated_at")).filter(|field| {
                field.custom || columns.contains(&*field.name) || kept.contains_key(&schema.list_table(field))
            });
        let query = Query {
            columns: names.map(|field| field.name.to_string()).collect(),
            sort: Sort::parse("id"),
            deleted: Deleted::With,
            ..Query::new(schema.kind)
        };
        let grid = crm.list(&query).expect("lists");
        lines.extend(grid.rows.iter().map(|row| format!("{} {:?}", row.short, row.cells)));
    }
    lines
}

/// Takes the company's database back, opens it again, and looks whether anything is lost or missing.
fn comes_forward(world: &mut World, kept: &Tables) {
    company(world);
    let mut db = store::open(&world.url, Open::default()).expect("opens");
    let (today, before) = (tables(&mut *db), values(&mut world.crm, kept));
    drop(db);
    take_back(&world.url, kept);

    let mut crm = world.as_user("lin");
    assert_eq!(crm.notices().len(), 1, "a person is told once");
    let mut db = store::open(&world.url, Open::default()).expect("opens");
    assert_eq!(tables(&mut *db), today);
    assert_eq!(values(&mut crm, kept), before);
    let report = crm.doctor().expect("looks");
    assert!(report.healthy, "{:?}", report.issues);
    assert_eq!(store::version(&mut *db).expect("reads"), Some(store::VERSION));

    std::mem::swap(&mut world.crm, &mut crm);
    let before = values(&mut world.crm, kept);
    world.edit("customer", 1, &[("city", "广州"), ("tags", "vip")]);
    world.contact("周琳", 2);
    let history = world.crm.history("customer", 1).expect("reads");
    let last = history.last().expect("a line");
    assert_eq!(last.label, "Edit customer C1 招商银行深圳分行: city, tags");
    world.crm.undo(None, false).expect("undoes");
    world.crm.undo(None, false).expect("undoes");
    assert_eq!(values(&mut world.crm, kept), before);
    for words in ["招商", "广交会", "wxm"] {
        assert!(!world.found(words).is_empty(), "{words} is found");
    }
}

on_both! {
    fn a_database_of_version_1_is_brought_up_to_date(world) {
        comes_forward(world, &tables_of_version_1());
    }

    fn whatever_a_database_lacks_of_todays_tables_is_added(world) {
        let mut kept = tables_of_version_1();
        for table in ["saved_views", "customers_tags", "contacts_search"] {
            assert!(kept.remove(table).is_some(), "{table} was a table of version 1");
        }
        for (table, column) in [("customers", "annual_revenue"), ("customers", "region"), ("contacts", "customer"), ("activities", "outcome")] {
            assert!(kept.get_mut(table).expect("a table").remove(column), "{table} had {column}");
        }
        comes_forward(world, &kept);
    }

    fn an_older_database_is_not_opened_for_reading_only(world) {
        world.customer("招商银行深圳分行");
        take_back(&world.url, &tables_of_version_1());
        let reading = Settings { read_only: true, create: false, ..settings() };
        let error = Crm::open(&world.url, &reading).err().expect("refuses");
        assert_eq!(error.cause, Cause::Database);
        assert_eq!(error.hint.expect("a hint").to_string(), "Run `kehu status`, which brings it up to date.");
        drop(world.as_user("lin"));
        Crm::open(&world.url, &reading).expect("reads what is up to date");
    }
}

on_both! {
    fn a_field_that_becomes_one_to_find_by_is_folded_and_indexed(world) {
        world.add("customer", &[("name", "Nordic Instruments"), ("city", "HAMBURG")]);
        let mut schemas = base_schemas();
        let field = schemas[0].fields.iter_mut().find(|field| field.name == "city").expect("a field");
        field.matching = true;
        let mut db = store::open(&world.url, Open::default()).expect("opens");
        db.begin().expect("begins");
        store::add_what_is_missing(&mut *db, &schemas.iter().collect::<Vec<_>>()).expect("adds");
        db.commit().expect("commits");
        let row = db.first("SELECT city_key FROM customers", &[]).expect("reads").expect("a row");
        assert_eq!(row[0].as_text(), Some("hamburg"));
        assert!(tables(&mut *db)["indexes"].contains("customers_city_index"));
    }
}

#[test]
fn lists_of_version_3_move_into_one_table_and_their_changes_can_still_be_undone() {
    let mut world = World::on_sqlite();
    people(&mut world);
    let field = CustomField {
        record_kind: "customer".into(),
        name: "fairs".into(),
        value_kind: "tags".into(),
        ..CustomField::default()
    };
    field.define(&mut world.crm).expect("defines");
    world.edit("customer", 1, &[("tags", "vip, 金融"), ("fairs", "广交会, Hannover")]);
    world.edit("customer", 1, &[("tags", "金融, 长期")]);
    world.crm.keep_apart("customer", &[1, 2]).expect("notes");
    let everything = tables(&mut *store::open(&world.url, Open::default()).expect("opens"));
    let before = values(&mut world.crm, &everything);

    let mut db = store::open(&world.url, Open::default()).expect("opens");
    set_lists_apart(&mut *db, None);
    db.script("UPDATE meta SET value = '3' WHERE \"key\" = 'kehu_version'").expect("says so");
    let count = "SELECT COUNT(*) FROM change";
    let changes = db.first(count, &[]).expect("counts");
    drop(db);
    let mut crm = world.as_user("lin");

    let mut db = store::open(&world.url, Open::default()).expect("opens");
    assert_eq!(tables(&mut *db), everything);
    assert_eq!(db.first(count, &[]).expect("counts"), changes, "the move changes nothing, so nothing is logged");
    assert_eq!(values(&mut crm, &everything), before);
    assert!(crm.doctor().expect("looks").healthy);
    let texts = |value: &Value| value.items().iter().filter_map(Value::as_text).collect::<Vec<_>>().join(", ");
    let tags = |crm: &mut Crm| texts(&crm.record("customer", 1).expect("reads").value("tags"));
    crm.undo(None, false).expect("forgets that the two were kept apart");
    crm.undo(None, false).expect("undoes the second edit");
    assert_eq!(tags(&mut crm), "vip, 金融");
    crm.undo(None, false).expect("undoes the first edit");
    assert_eq!(tags(&mut crm), "vip, 银行");
}

#[test]
fn the_file_is_kept_as_it_was_before() {
    let mut world = World::on_sqlite();
    world.customer("招商银行深圳分行");
    take_back(&world.url, &tables_of_version_1());
    drop(world.as_user("lin"));
    let copy = format!("{}.before-{}.bak", world.url, store::VERSION);
    let mut db = store::open(&copy, Open { read_only: true, ..Open::default() }).expect("opens the copy");
    assert_eq!(store::version(&mut *db).expect("reads"), Some(1));
    assert!(Path::new(&copy).exists());
}

/// What cannot be added to: a column of version 1 that is gone, of another type, or need no longer have a value.
#[test]
fn no_column_of_version_1_is_another_one_today() {
    let world = World::on_sqlite();
    let mut db = store::open(&world.url, Open::default()).expect("opens");
    let mut wrong = Vec::new();
    // Lists are in one table now.
    let own = |columns: &[&str]| !columns.iter().any(|column| column.starts_with("record "));
    for (table, columns) in version_1().filter(|(_, columns)| own(columns)) {
        let sql =
            "SELECT trim(name || ' ' || type) || CASE WHEN \"notnull\" THEN '!' ELSE '' END FROM pragma_table_info(?)";
        let today = db.query(sql, &[table.into()]).expect("reads");
        let today: BTreeSet<String> = today.iter().filter_map(|row| row[0].as_text().map(str::to_owned)).collect();
        let lost = columns.iter().filter(|column| !today.contains(**column) && !today.contains(&format!("{column}!")));
        wrong.extend(lost.map(|column| format!("{table}: {column}")));
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}
