//! Sums that triggers keep beside a kind's records, in the same transaction, whoever writes; a recount proves them.

use super::{Database, Dialect, bounds::named, recount::differing};
use crate::{
    error::Result,
    record::{Schema, Summary},
};

/// The table of a kind's sums, where it has any.
pub(super) fn table(dialect: Dialect, schema: &Schema) -> Option<String> {
    let summary = schema.summary?;
    let columns = summary.keys.iter().map(|key| {
        let kind = if key.text { dialect.text() } else { "BIGINT" };
        format!("{} {kind} NOT NULL", key.name)
    });
    let columns: Vec<String> = columns.collect();
    let ending = if dialect == Dialect::Sqlite { " WITHOUT ROWID" } else { "" };
    Some(format!(
        "CREATE TABLE {} (\n    {},\n    records BIGINT NOT NULL,\n    {} BIGINT NOT NULL,\n    PRIMARY KEY ({})\n){ending}",
        summary.table,
        columns.join(",\n    "),
        summary.sum,
        names(summary),
    ))
}

fn names(summary: &Summary) -> String {
    summary.keys.iter().map(|key| key.name).collect::<Vec<_>>().join(", ")
}

/// What a row is summed up under. What is empty is kept as -1 or as no text, since keys must have a value.
fn values(dialect: Dialect, summary: &Summary, row: &str) -> Vec<String> {
    let value = |key: &crate::record::SummaryKey| {
        let marks = ["{seconds_from}", "{seconds_to}", "{seconds_end}"].into_iter().zip(dialect.seconds());
        let sql = key.sql.replace("{r}", row).replace("{p}", "p");
        let sql = marks.fold(sql, |sql, (mark, word)| sql.replace(mark, word));
        if key.text { format!("COALESCE({sql}, '')") } else { format!("COALESCE({sql}, -1)") }
    };
    summary.keys.iter().map(value).collect()
}

/// Whether a row counts.
fn counts(summary: &Summary, row: &str) -> String {
    let live = format!("{row}.deleted_at IS NULL");
    if summary.only.is_empty() { live } else { format!("{live} AND {}", summary.only.replace("{r}", row)) }
}

/// The parts of a row, each of which counts.
fn parts(summary: &Summary, word: &str) -> String {
    if summary.parts.is_empty() { String::new() } else { format!(" {word} ({}) p", summary.parts) }
}

/// Counts a row in as often as is said, which may be -1, where such sums are there already or not.
fn enter(dialect: Dialect, summary: &Summary, row: &str, times: &str) -> String {
    let (table, sum) = (summary.table, summary.sum);
    format!(
        "INSERT INTO {table} SELECT {}, {times}, {times} * COALESCE({row}.{sum}, 0){} WHERE {}
    ON CONFLICT ({}) DO UPDATE SET records = {table}.records + excluded.records, {sum} = {table}.{sum} + excluded.{sum};",
        values(dialect, summary, row).join(", "),
        parts(summary, "FROM"),
        counts(summary, row),
        names(summary),
    )
}

/// Takes a row out; sums of nothing are not kept.
fn leave(dialect: Dialect, summary: &Summary, row: &str) -> String {
    // What the parts have in common finds those of all of them.
    let shared = summary.keys.iter().zip(values(dialect, summary, row)).filter(|(key, _)| !key.sql.contains("{p}"));
    let shared: Vec<String> = shared.map(|(key, value)| format!("{} = {value}", key.name)).collect();
    format!(
        "{}\n    DELETE FROM {} WHERE {} AND {} AND records = 0;",
        enter(dialect, summary, row, "-1"),
        summary.table,
        shared.join(" AND "),
        counts(summary, row),
    )
}

/// The columns of a row that the sums depend on.
fn columns(summary: &Summary) -> Vec<&'static str> {
    let said = summary.keys.iter().map(|key| key.sql).chain([summary.only]);
    let mut columns = vec![summary.sum, "deleted_at"];
    for name in said.flat_map(named) {
        if !columns.contains(&name) {
            columns.push(name);
        }
    }
    columns
}

fn of(row: &str, columns: &[&str]) -> String {
    columns.iter().map(|name| format!("{row}.{name}")).collect::<Vec<_>>().join(", ")
}

/// The triggers that keep the sums.
pub(super) fn triggers(dialect: Dialect, schema: &Schema) -> Vec<String> {
    let Some(summary) = schema.summary else { return Vec::new() };
    let (table, columns) = (schema.table, columns(summary));
    match dialect {
        Dialect::Sqlite => in_file(summary, table, &columns),
        Dialect::Postgres => vec![
            format!(
                "CREATE OR REPLACE FUNCTION \"{table}_sum\"() RETURNS TRIGGER LANGUAGE plpgsql AS $kehu$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF ({}) IS NOT DISTINCT FROM ({}) THEN
            RETURN NULL;
        END IF;
    END IF;
    IF TG_OP <> 'INSERT' THEN
    {}
    END IF;
    IF TG_OP <> 'DELETE' THEN
    {}
    END IF;
    RETURN NULL;
END
$kehu$",
                of("OLD", &columns),
                of("NEW", &columns),
                leave(dialect, summary, "OLD"),
                enter(dialect, summary, "NEW", "1"),
            ),
            format!("DROP TRIGGER IF EXISTS \"{table}_sum\" ON \"{table}\""),
            format!(
                "CREATE TRIGGER \"{table}_sum\" AFTER INSERT OR UPDATE OR DELETE ON \"{table}\" \
                 FOR EACH ROW EXECUTE FUNCTION \"{table}_sum\"()"
            ),
        ],
    }
}

/// The triggers of SQLite, which reads the text of all of them whenever a file is opened: those of the table hand what
/// the sums depend on to a view, whose trigger alone knows how to sum.
fn in_file(summary: &Summary, table: &str, columns: &[&str]) -> Vec<String> {
    let kept = summary.table;
    let step = |times: &str, row: &str| format!("INSERT INTO {kept}_step VALUES ({times}, {});", of(row, columns));
    let names = columns.join(", ");
    let (left, entered) = (step("-1", "OLD"), step("1", "NEW"));
    let both = format!("{left}\n    {entered}");
    let mut statements = vec![
        // Sums of nothing are found by it, and taken away.
        format!("CREATE INDEX IF NOT EXISTS \"{kept}_nothing\" ON {kept} (records) WHERE records = 0"),
        format!("DROP VIEW IF EXISTS {kept}_step"),
        format!("CREATE VIEW {kept}_step AS SELECT 1 AS times, {names} FROM {table}"),
        format!(
            "CREATE TRIGGER \"{kept}_step\" INSTEAD OF INSERT ON {kept}_step BEGIN
    {}
    DELETE FROM {kept} WHERE records = 0;
END",
            enter(Dialect::Sqlite, summary, "NEW", "NEW.times"),
        ),
    ];
    for (event, when, body) in [
        ("insert", "INSERT".to_owned(), entered),
        ("update", format!("UPDATE OF {names}"), both),
        ("delete", "DELETE".to_owned(), left),
    ] {
        statements.push(format!("DROP TRIGGER IF EXISTS \"{table}_sum_{event}\""));
        statements
            .push(format!("CREATE TRIGGER \"{table}_sum_{event}\" AFTER {when} ON \"{table}\" BEGIN\n    {body}\nEND"));
    }
    statements
}

fn recount(dialect: Dialect, summary: &Summary, table: &str) -> String {
    let (names, sum) = (names(summary), summary.sum);
    let cells = values(dialect, summary, "t").into_iter().zip(summary.keys);
    let cells: Vec<String> = cells.map(|(value, key)| format!("{value} AS {}", key.name)).collect();
    format!(
        "SELECT {names}, COUNT(*), CAST(COALESCE(SUM(k.summed), 0) AS BIGINT) FROM (SELECT {}, t.{sum} AS summed \
         FROM {table} t{} WHERE {}) k GROUP BY {names}",
        cells.join(", "),
        parts(summary, "CROSS JOIN"),
        counts(summary, "t"),
    )
}

/// How many of the sums differ from a recount.
pub(crate) fn wrong_sums(db: &mut dyn Database, schema: &Schema) -> Result<i64> {
    let Some(summary) = schema.summary else { return Ok(0) };
    let recount = recount(db.dialect(), summary, schema.table);
    let kept = format!("SELECT {}, records, {} FROM {}", names(summary), summary.sum, summary.table);
    let keys: Vec<&str> = summary.keys.iter().map(|key| key.name).collect();
    differing(db, &keys, &["records", summary.sum], [&kept, &recount])
}

/// Counts everything anew; stands inside a transaction.
pub(crate) fn sum_anew(db: &mut dyn Database, schema: &Schema) -> Result<()> {
    let Some(summary) = schema.summary else { return Ok(()) };
    db.execute(&format!("DELETE FROM {}", summary.table), &[])?;
    db.execute(&format!("INSERT INTO {} {}", summary.table, recount(db.dialect(), summary, schema.table)), &[])?;
    Ok(())
}
