//! Sums that triggers keep beside a kind's records, in the same transaction, whoever writes; a recount proves them.

use super::{Database, Dialect, recount::differing};
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
fn values(summary: &Summary, row: &str) -> Vec<String> {
    let value = |key: &crate::record::SummaryKey| {
        let sql = key.sql.replace("{r}", row);
        if key.text { format!("COALESCE({sql}, '')") } else { format!("COALESCE({sql}, -1)") }
    };
    summary.keys.iter().map(value).collect()
}

/// Counts a row in.
fn enter(summary: &Summary, row: &str) -> String {
    let (table, sum) = (summary.table, summary.sum);
    format!(
        "INSERT INTO {table} SELECT {}, 1, COALESCE({row}.{sum}, 0) WHERE {row}.deleted_at IS NULL
    ON CONFLICT ({}) DO UPDATE SET records = {table}.records + 1, {sum} = {table}.{sum} + excluded.{sum};",
        values(summary, row).join(", "),
        names(summary),
    )
}

/// Takes a row out; sums of nothing are not kept.
fn leave(summary: &Summary, row: &str) -> String {
    let (table, sum) = (summary.table, summary.sum);
    let same = format!("({}) = ({}) AND {row}.deleted_at IS NULL", names(summary), values(summary, row).join(", "));
    format!(
        "UPDATE {table} SET records = records - 1, {sum} = {sum} - COALESCE({row}.{sum}, 0) WHERE {same};
    DELETE FROM {table} WHERE {same} AND records = 0;"
    )
}

/// Everything of a row that the sums depend on.
fn whole(summary: &Summary, row: &str) -> String {
    format!("{}, {row}.{}, {row}.deleted_at", values(summary, row).join(", "), summary.sum)
}

/// The triggers that keep the sums.
pub(super) fn triggers(dialect: Dialect, schema: &Schema) -> Vec<String> {
    let Some(summary) = schema.summary else { return Vec::new() };
    let table = schema.table;
    match dialect {
        Dialect::Sqlite => {
            let changed = format!(" WHEN ({}) IS NOT ({})", whole(summary, "OLD"), whole(summary, "NEW"));
            let both = format!("{}\n    {}", leave(summary, "OLD"), enter(summary, "NEW"));
            [("insert", "", enter(summary, "NEW")), ("update", &*changed, both), ("delete", "", leave(summary, "OLD"))]
                .into_iter()
                .flat_map(|(event, condition, body)| {
                    let made = event.to_uppercase();
                    [
                        format!("DROP TRIGGER IF EXISTS \"{table}_sum_{event}\""),
                        format!(
                            "CREATE TRIGGER \"{table}_sum_{event}\" AFTER {made} ON \"{table}\"{condition} BEGIN\n    {body}\nEND"
                        ),
                    ]
                })
                .collect()
        }
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
                whole(summary, "OLD"),
                whole(summary, "NEW"),
                leave(summary, "OLD"),
                enter(summary, "NEW"),
            ),
            format!("DROP TRIGGER IF EXISTS \"{table}_sum\" ON \"{table}\""),
            format!(
                "CREATE TRIGGER \"{table}_sum\" AFTER INSERT OR UPDATE OR DELETE ON \"{table}\" \
                 FOR EACH ROW EXECUTE FUNCTION \"{table}_sum\"()"
            ),
        ],
    }
}

fn recount(summary: &Summary, table: &str) -> String {
    let values = values(summary, "t").join(", ");
    let sum = summary.sum;
    format!(
        "SELECT {values}, COUNT(*), CAST(COALESCE(SUM(t.{sum}), 0) AS BIGINT) FROM {table} t WHERE t.deleted_at IS NULL \
         GROUP BY {values}"
    )
}

/// How many of the sums differ from a recount.
pub(crate) fn wrong_sums(db: &mut dyn Database, schema: &Schema) -> Result<i64> {
    let Some(summary) = schema.summary else { return Ok(0) };
    let recount = recount(summary, schema.table);
    let kept = format!("SELECT {}, records, {} FROM {}", names(summary), summary.sum, summary.table);
    let keys: Vec<&str> = summary.keys.iter().map(|key| key.name).collect();
    differing(db, &keys, &["records", summary.sum], [&kept, &recount])
}

/// Counts everything anew; stands inside a transaction.
pub(crate) fn sum_anew(db: &mut dyn Database, schema: &Schema) -> Result<()> {
    let Some(summary) = schema.summary else { return Ok(()) };
    db.execute(&format!("DELETE FROM {}", summary.table), &[])?;
    db.execute(&format!("INSERT INTO {} {}", summary.table, recount(summary, schema.table)), &[])?;
    Ok(())
}
