//! First and last instants that triggers keep beside a kind's records of those that link to them, in the same
//! transaction, whoever writes; a recount proves them.

use super::{Database, Dialect, recount::differing, triggers::Logged};
use crate::{
    error::Result,
    record::{Bounds, End, Schema},
};
use std::fmt::Write;

/// Makes the table of what is kept beside a kind's records, where anything is.
pub(super) fn table(dialect: Dialect, schema: &Schema) -> Vec<String> {
    let Some(bounds) = schema.bounds else { return Vec::new() };
    let (table, text) = (bounds.table, dialect.text());
    let mut columns = vec!["record BIGINT PRIMARY KEY".to_owned()];
    columns.extend(bounds.beside.iter().map(|(name, _)| format!("{name} BIGINT")));
    columns.extend(bounds.ends.iter().map(|end| format!("{} {text}", end.name)));
    // No generated columns: SQLite reads none of those from an index alone.
    columns.extend(bounds.computed.iter().map(|(name, _)| format!("{name} {text}")));
    let ending = if dialect == Dialect::Sqlite { " WITHOUT ROWID" } else { "" };
    vec![
        format!("CREATE TABLE {table} (\n    {}\n){ending}", columns.join(",\n    ")),
        format!("CREATE INDEX \"{table}_index\" ON {table} ({})", bounds.index),
    ]
}

fn names(bounds: &Bounds) -> String {
    let own = bounds.beside.iter().map(|(name, _)| *name);
    let computed = bounds.computed.iter().map(|(name, _)| *name);
    let ends = bounds.ends.iter().map(|end| end.name);
    ["record"].into_iter().chain(own).chain(ends).chain(computed).collect::<Vec<_>>().join(", ")
}

/// The instant of one of the rows `x`.
fn found(end: &End) -> String {
    let way = if end.last { "MAX" } else { "MIN" };
    format!("{way}({})", end.sql.replace("{r}", "x"))
}

/// What is to be kept beside all records of a table, each source read once.
fn recount(bounds: &Bounds, table: &str) -> String {
    let mut cells: Vec<String> = vec!["t.id AS record".to_owned()];
    cells.extend(bounds.beside.iter().map(|(name, sql)| format!("{} AS {name}", sql.replace("{r}", "t"))));
    let mut joins = String::new();
    for (number, (from, link)) in sources(bounds).into_iter().enumerate() {
        let ends: Vec<&End> = bounds.ends.iter().filter(|end| end.from == from).collect();
        let of: Vec<String> = ends.iter().map(|end| format!("{} AS {}", found(end), end.name)).collect();
        let _ = write!(
            joins,
            " LEFT JOIN (SELECT x.\"{link}\" AS record, {} FROM {from} x WHERE x.\"{link}\" IS NOT NULL \
             GROUP BY x.\"{link}\") s{number} ON s{number}.record = t.id",
            of.join(", ")
        );
    }
    let place = |end: &End| sources(bounds).iter().position(|(from, _)| *from == end.from).unwrap_or_default();
    cells.extend(bounds.ends.iter().map(|end| format!("s{}.{}", place(end), end.name)));
    let inner = format!("SELECT {} FROM {table} t{joins}", cells.join(", "));
    let whole = ["k.*"].into_iter().chain(bounds.computed.iter().map(|(_, sql)| *sql));
    format!("SELECT {} FROM ({inner}) k", whole.collect::<Vec<_>>().join(", "))
}

/// The tables that the instants come from, each with its link.
fn sources(bounds: &Bounds) -> Vec<(&'static str, &'static str)> {
    let mut found: Vec<(&str, &str)> = Vec::new();
    for end in bounds.ends {
        if !found.contains(&(end.from, end.link)) {
            found.push((end.from, end.link));
        }
    }
    found
}

/// The columns of a row `{r}` that an expression is made of.
pub(super) fn named(sql: &'static str) -> impl Iterator<Item = &'static str> {
    let name = |part: &'static str| part.split(|sign: char| !sign.is_ascii_alphanumeric() && sign != '_').next();
    sql.split("{r}.").skip(1).filter_map(name)
}

/// Each column once that these expressions are made of, after those that are named.
fn written(first: &[&'static str], expressions: impl Iterator<Item = &'static str>) -> String {
    let mut columns = first.to_vec();
    for name in expressions.flat_map(named) {
        if !columns.contains(&name) {
            columns.push(name);
        }
    }
    let columns: Vec<String> = columns.iter().map(|name| format!("\"{name}\"")).collect();
    columns.join(", ")
}

/// What is written where a row of one table, which bears on the bounds beside another kind's records, comes or goes.
struct Source<'a> {
    bounds: &'a Bounds,
    from: &'a str,
    link: &'static str,
    ends: Vec<&'a End>,
}

impl<'a> Source<'a> {
    /// Those of a kind's table whose columns are there already: an older database gets them later.
    fn all(schema: &'a Schema, columns: &[Logged]) -> Vec<Self> {
        let of = |bounds: &'a Bounds| {
            let (from, link) = sources(bounds).into_iter().find(|(from, _)| *from == schema.table)?;
            let ends: Vec<&End> = bounds.ends.iter().filter(|end| end.from == from).collect();
            let there = |name: &str| columns.iter().any(|column| column.name == name);
            (there(link) && ends.iter().all(|end| named(end.sql).all(there))).then_some(Self {
                bounds,
                from,
                link,
                ends,
            })
        };
        schema.bounds_of.iter().copied().filter_map(of).collect()
    }

    /// A new row moves an end or leaves it, without a look at the others. An undo may bring it back before the record.
    fn enter(&self) -> String {
        let table = self.bounds.table;
        let names: Vec<&str> = self.ends.iter().map(|end| end.name).collect();
        let values: Vec<String> = self.ends.iter().map(|end| end.sql.replace("{r}", "NEW")).collect();
        let sets = self.ends.iter().map(|End { name, last, .. }| {
            let (sign, beyond) = if *last { (">", "''") } else { ("<", "'~'") };
            format!(
                "{name} = CASE WHEN excluded.{name} {sign} COALESCE({table}.{name}, {beyond}) THEN excluded.{name} \
                 ELSE {table}.{name} END"
            )
        });
        let sets: Vec<String> = sets.collect();
        format!(
            "INSERT INTO {table} (record, {}) VALUES (NEW.\"{}\", {}) ON CONFLICT (record) DO UPDATE SET {};\n    {}",
            names.join(", "),
            self.link,
            values.join(", "),
            sets.join(", "),
            self.settle(&format!("NEW.\"{}\"", self.link)),
        )
    }

    /// A row that is linked anew may be so, when something is done again, before the record is there.
    fn make_room(&self) -> String {
        let (table, link) = (self.bounds.table, self.link);
        format!(
            "INSERT INTO {table} (record) SELECT NEW.\"{link}\" WHERE NEW.\"{link}\" IS NOT NULL \
             ON CONFLICT (record) DO NOTHING;"
        )
    }

    /// Reads the ends anew beside the records that these rows link to.
    fn anew(&self, rows: &[&str]) -> String {
        let (table, from, link) = (self.bounds.table, self.from, self.link);
        let names: Vec<&str> = self.ends.iter().map(|end| end.name).collect();
        let found: Vec<String> = self.ends.iter().map(|end| found(end)).collect();
        let records: Vec<String> = rows.iter().map(|row| format!("{row}.\"{link}\"")).collect();
        let records = records.join(", ");
        format!(
            "UPDATE {table} SET ({}) = (SELECT {} FROM {from} x WHERE x.\"{link}\" = {table}.record) \
             WHERE record IN ({records});\n    {}",
            names.join(", "),
            found.join(", "),
            self.settle(&records),
        )
    }

    /// What follows from the ends, which were written just before.
    fn settle(&self, records: &str) -> String {
        let sets = self.bounds.computed.iter().map(|(name, sql)| format!("{name} = {sql}"));
        let sets: Vec<String> = sets.collect();
        format!("UPDATE {} SET {} WHERE record IN ({records});", self.bounds.table, sets.join(", "))
    }

    fn whole(&self, row: &str) -> String {
        let values = self.ends.iter().map(|end| end.sql.replace("{r}", row));
        [format!("{row}.\"{}\"", self.link)].into_iter().chain(values).collect::<Vec<_>>().join(", ")
    }
}

/// The triggers on a kind's table that keep what stands beside its own records and beside those that these link to.
pub(super) fn triggers(dialect: Dialect, schema: &Schema, columns: &[Logged]) -> Vec<String> {
    let mut statements = Vec::new();
    if let Some(bounds) = schema.bounds {
        statements.extend(own(dialect, schema, bounds));
    }
    for bounds in &schema.bounds_of {
        statements.extend(dropped(dialect, schema.table, bounds.table));
    }
    for source in Source::all(schema, columns) {
        let Source { bounds, from, link, .. } = &source;
        let differ = [source.whole("OLD"), source.whole("NEW")];
        let parts = Parts {
            insert: source.enter(),
            insert_if: format!("NEW.\"{link}\" IS NOT NULL"),
            written: written(&[link], source.ends.iter().map(|end| end.sql)),
            update: format!("{}\n    {}", source.make_room(), source.anew(&["OLD", "NEW"])),
            delete: source.anew(&["OLD"]),
        };
        statements.extend(parts.made(dialect, from, bounds.table, &differ));
    }
    statements
}

/// A record gets its row, and the row goes with it.
fn own(dialect: Dialect, schema: &Schema, bounds: &Bounds) -> Vec<String> {
    let kept = bounds.table;
    let own: Vec<&str> = bounds.beside.iter().map(|(name, _)| *name).collect();
    let whole = |row: &str| {
        let cells = bounds.beside.iter().map(|(_, sql)| sql.replace("{r}", row));
        [format!("{row}.id")].into_iter().chain(cells).collect::<Vec<_>>().join(", ")
    };
    let sets: Vec<String> =
        bounds.beside.iter().map(|(name, sql)| format!("{name} = {}", sql.replace("{r}", "NEW"))).collect();
    let parts = Parts {
        insert: format!(
            "INSERT INTO {kept} (record, {}) VALUES ({}) ON CONFLICT (record) DO UPDATE SET {};",
            own.join(", "),
            whole("NEW"),
            sets.join(", ")
        ),
        insert_if: "NEW.id IS NOT NULL".to_owned(),
        written: written(&[], bounds.beside.iter().map(|(_, sql)| *sql)),
        update: format!("UPDATE {kept} SET {} WHERE record = NEW.id;", sets.join(", ")),
        delete: format!("DELETE FROM {kept} WHERE record = OLD.id;"),
    };
    let mut statements = dropped(dialect, schema.table, kept);
    statements.extend(parts.made(dialect, schema.table, kept, &[whole("OLD"), whole("NEW")]));
    statements
}

/// What is done when a row comes, changes and goes.
struct Parts {
    insert: String,
    insert_if: String,
    /// The columns whose change bears on it.
    written: String,
    update: String,
    delete: String,
}

impl Parts {
    fn made(&self, dialect: Dialect, table: &str, kept: &str, [old, new]: &[String; 2]) -> Vec<String> {
        let Self { insert, insert_if, written, update, delete } = self;
        if dialect == Dialect::Sqlite {
            let (insert_if, written) = (format!(" WHEN {insert_if}"), format!("UPDATE OF {written}"));
            let events = [("insert", "INSERT", &*insert_if, insert), ("update", &written, "", update)];
            let made =
                events.into_iter().chain([("delete", "DELETE", "", delete)]).map(|(event, when, condition, body)| {
                    let name = format!("{table}_{kept}_{event}");
                    format!("CREATE TRIGGER \"{name}\" AFTER {when} ON \"{table}\"{condition} BEGIN\n    {body}\nEND")
                });
            return made.collect();
        }
        vec![
            format!(
                "CREATE OR REPLACE FUNCTION \"{table}_{kept}\"() RETURNS TRIGGER LANGUAGE plpgsql AS $kehu$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF {insert_if} THEN
        {insert}
        END IF;
    ELSIF TG_OP = 'DELETE' THEN
        {delete}
    ELSIF ({old}) IS DISTINCT FROM ({new}) THEN
        {update}
    END IF;
    RETURN NULL;
END
$kehu$"
            ),
            format!(
                "CREATE TRIGGER \"{table}_{kept}\" AFTER INSERT OR UPDATE OR DELETE ON \"{table}\" \
                 FOR EACH ROW EXECUTE FUNCTION \"{table}_{kept}\"()"
            ),
        ]
    }
}

fn dropped(dialect: Dialect, table: &str, kept: &str) -> Vec<String> {
    match dialect {
        Dialect::Sqlite => ["insert", "update", "delete"]
            .map(|event| format!("DROP TRIGGER IF EXISTS \"{table}_{kept}_{event}\""))
            .into(),
        Dialect::Postgres => vec![format!("DROP TRIGGER IF EXISTS \"{table}_{kept}\" ON \"{table}\"")],
    }
}

/// Beside how many records something else is kept than a recount finds.
pub(crate) fn wrong_bounds(db: &mut dyn Database, schema: &Schema) -> Result<i64> {
    let Some(bounds) = schema.bounds else { return Ok(0) };
    let recount = recount(bounds, schema.table);
    let kept = format!("SELECT {} FROM {}", names(bounds), bounds.table);
    let all = names(bounds);
    let columns: Vec<&str> = all.split(", ").skip(1).collect();
    differing(db, &["record"], &columns, [&kept, &recount])
}

/// Reads everything anew; stands inside a transaction.
pub(crate) fn bounds_anew(db: &mut dyn Database, schema: &Schema) -> Result<()> {
    let Some(bounds) = schema.bounds else { return Ok(()) };
    let (table, names) = (bounds.table, names(bounds));
    db.execute(&format!("DELETE FROM {table}"), &[])?;
    db.execute(&format!("INSERT INTO {table} ({names}) {}", recount(bounds, schema.table)), &[])?;
    Ok(())
}
