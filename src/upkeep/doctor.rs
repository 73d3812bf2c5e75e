//! `doctor`: looks for what is wrong with the database, and changes nothing.

use crate::error::Result;
use crate::message::Message;
use crate::record::Schema;
use crate::store::{
    Database, Dialect, VERSION, columns, list_columns, logged, lost_items, missing_shared, missing_triggers, version,
    wrong_bounds, wrong_sums,
};
use serde::Serialize;

/// What the doctor found.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    pub healthy: bool,
    pub message: Message,
    pub issues: Vec<Message>,
    /// What lies about and does no harm.
    pub leftovers: Vec<Message>,
    /// What would put it right.
    pub actions: Vec<Message>,
}

/// How many of the newest rows are looked at where all would take long.
const SAMPLE: i64 = 1000;

/// Examines the database; `schemas` are all kinds, custom fields included.
pub fn doctor(db: &mut dyn Database, schemas: &[&Schema]) -> Result<Report> {
    let mut visit = Visit { db, issues: Vec::new(), leftovers: Vec::new(), actions: Vec::new() };
    visit.tables_version()?;
    visit.file()?;
    visit.unfinished_operation()?;
    let missing = missing_shared(visit.db)?;
    visit.triggers(missing);
    for schema in schemas {
        if visit.columns(schema)? {
            let missing = missing_triggers(visit.db, schema)?;
            visit.triggers(missing);
            visit.items(schema, schemas)?;
            visit.keys(schema)?;
            visit.search(schema)?;
            visit.log(schema)?;
            visit.sums(schema)?;
            if schema.kind == "attachment" {
                visit.contents(schema)?;
            }
            if schema.kind == "deal_line" {
                visit.worth()?;
            }
        }
    }
    Ok(visit.report())
}

pub(super) struct Visit<'a> {
    pub(super) db: &'a mut dyn Database,
    issues: Vec<Message>,
    pub(super) leftovers: Vec<Message>,
    actions: Vec<Message>,
}

impl Visit<'_> {
    fn report(self) -> Report {
        let healthy = self.issues.is_empty();
        let message = if healthy {
            Message::new("The database is healthy.")
        } else {
            Message::new("The database has {count} {count:fault|faults}.").with("count", self.issues.len())
        };
        Report { healthy, message, issues: self.issues, leftovers: self.leftovers, actions: self.actions }
    }

    pub(super) fn advise(&mut self, action: &'static str) {
        let action = Message::new(action);
        if !self.actions.contains(&action) {
            self.actions.push(action);
        }
    }

    pub(super) fn found(&mut self, issue: Message, action: &'static str) {
        self.found_so(issue, Message::new(action));
    }

    pub(super) fn found_so(&mut self, issue: Message, action: Message) {
        self.issues.push(issue);
        if !self.actions.contains(&action) {
            self.actions.push(action);
        }
    }

    fn count(&mut self, sql: &str) -> Result<i64> {
        Ok(self.db.first(sql, &[])?.and_then(|row| row[0].as_integer()).unwrap_or(0))
    }

    fn tables_version(&mut self) -> Result<()> {
        let version = version(self.db)?;
        if version != Some(VERSION) {
            let issue = Message::new("The tables are version {version}, this program knows {known}.")
                .with("version", version.unwrap_or(0))
                .with("known", VERSION);
            self.found(issue, "Open the database for writing once, which brings it up to date.");
        }
        Ok(())
    }

    /// The pages of the file and the links between rows; PostgreSQL watches over both by itself.
    fn file(&mut self) -> Result<()> {
        if self.db.dialect() != Dialect::Sqlite {
            return Ok(());
        }
        for row in self.db.query("PRAGMA integrity_check(20)", &[])? {
            let detail = row[0].as_text().unwrap_or_default();
            if detail != "ok" {
                let issue = Message::new("The file is damaged: {detail}.").with("detail", detail);
                self.found(issue, "Run `kehu restore` with a backup.");
            }
        }
        for row in self.db.query("SELECT \"table\", rowid, parent FROM pragma_foreign_key_check LIMIT 20", &[])? {
            let issue = Message::new("Row {row} of table {table} points to a row of {parent} that does not exist.")
                .with("row", row[1].as_integer().unwrap_or(0))
                .with("table", row[0].as_text().unwrap_or_default())
                .with("parent", row[2].as_text().unwrap_or_default());
            self.found(issue, "Correct or clear the link.");
        }
        Ok(())
    }

    fn unfinished_operation(&mut self) -> Result<()> {
        for row in self.db.query("SELECT id FROM current_operation", &[])? {
            let issue = Message::new("Operation {op} was never finished, so later changes are logged under it.");
            self.found(issue.with("op", row[0].as_integer().unwrap_or(0)), "Finish the operation.");
        }
        if self.count("SELECT COUNT(*) FROM bulk")? > 0 {
            self.found(
                Message::new("A bulk insert was never finished, so new rows go unlogged."),
                "Finish the operation.",
            );
        }
        Ok(())
    }

    /// Whether the tables are as the schema wants them; without them there is nothing further to look at.
    fn columns(&mut self, schema: &Schema) -> Result<bool> {
        let present = columns(self.db, schema.table)?;
        let wanted = logged(schema).into_iter().map(|column| column.name);
        let mut missing: Vec<String> = wanted
            .filter(|name| !present.iter().any(|column| column.name == *name))
            .map(|name| format!("{}.{name}", schema.table))
            .collect();
        for field in schema.lists() {
            if list_columns(self.db, schema, field)?.is_empty() {
                missing.push(schema.list_table(field));
            }
        }
        let kept = [schema.summary.map(|summary| summary.table), schema.bounds.map(|bounds| bounds.table)];
        for table in kept.into_iter().flatten() {
            if missing.is_empty() && columns(self.db, table)?.is_empty() {
                missing.push(table.to_owned());
            }
        }
        for name in &missing {
            let issue = Message::new("The column or table {name} is missing.").with("name", name);
            self.found(issue, "Run `kehu restore` with a backup.");
        }
        Ok(missing.is_empty())
    }

    fn triggers(&mut self, names: Vec<String>) {
        for name in names {
            let issue = Message::new("The trigger {name}, which logs changes, is missing or out of date.");
            self.found(issue.with("name", name), "Make the triggers anew.");
        }
    }

    /// Values of lists that are nobody's, or that link to nothing.
    fn items(&mut self, schema: &Schema, schemas: &[&Schema]) -> Result<()> {
        for field in schema.lists() {
            let target = schemas.iter().find(|other| field.kind.target() == Some(other.kind));
            let lost = lost_items(self.db, schema, field, target.map(|target| target.table))?;
            if lost > 0 {
                let issue =
                    Message::new("{count} values of the list {list} belong or point to a record that does not exist.");
                self.found(
                    issue.with("count", lost).with("list", format!("{}.{}", schema.kind, field.name)),
                    "Correct or clear the link.",
                );
            }
        }
        Ok(())
    }

    /// Folded copies that do not fit their values: somebody wrote past this program.
    fn keys(&mut self, schema: &Schema) -> Result<()> {
        let newest = format!("(SELECT * FROM {} ORDER BY id DESC LIMIT {SAMPLE}) AS newest", schema.table);
        for field in schema.fields.iter().filter(|field| field.has_key()) {
            let name = &field.name;
            let fold = self.db.dialect().fold(&format!("\"{name}\""));
            let wrong =
                self.count(&format!("SELECT COUNT(*) FROM {newest} WHERE \"{name}_key\" IS DISTINCT FROM {fold}"))?;
            if wrong > 0 {
                let issue = Message::new("{count} records of {table} cannot be found by their {field}.")
                    .with("count", wrong)
                    .with("table", schema.table)
                    .with("field", name);
                self.found(issue, "Fold the keys anew.");
            }
        }
        Ok(())
    }

    fn search(&mut self, schema: &Schema) -> Result<()> {
        if !schema.searchable() {
            return Ok(());
        }
        let table = schema.table;
        let live = self.count(&format!("SELECT COUNT(*) FROM {table} WHERE deleted_at IS NULL"))?;
        let indexed = self.count(&format!("SELECT COUNT(*) FROM {table}_search"))?;
        if live != indexed {
            let issue = Message::new("The search text of {table} covers {indexed} records instead of {live}.")
                .with("table", table)
                .with("indexed", indexed)
                .with("live", live);
            self.found(issue, "Write the search text anew.");
        }
        Ok(())
    }

    /// What is summed up beside the records, against a recount.
    fn sums(&mut self, schema: &Schema) -> Result<()> {
        let wrong = wrong_sums(self.db, schema)?;
        if wrong > 0 {
            let issue = Message::new("{count} sums over {table} differ from a recount.")
                .with("count", wrong)
                .with("table", schema.table);
            self.found(issue, "Count the sums anew.");
        }
        let wrong = wrong_bounds(self.db, schema)?;
        if wrong > 0 {
            let issue = Message::new("The first and last times kept of {count} {table} differ from a recount.")
                .with("count", wrong)
                .with("table", schema.table);
            self.found(issue, "Read the first and last times anew.");
        }
        if schema.kind == "deal" {
            let bare = self.count(&format!("SELECT COUNT(*) FROM deals t WHERE {}", crate::pipeline::WITHOUT_STEPS))?;
            if bare > 0 {
                let issue = Message::new("{count} {count:deal has|deals have} no stage history.");
                self.found(issue.with("count", bare), "Begin the stage history.");
            }
            let far = self.count(&format!("SELECT COUNT(*) FROM deals t WHERE {}", crate::pipeline::WRONG_REACH))?;
            if far > 0 {
                let issue = Message::new("How far {count} deals came is not what their stage history says.");
                self.found(issue.with("count", far), "Read the stage history anew.");
            }
        }
        Ok(())
    }

    /// A row made twice without being deleted in between: a foreign shell's REPLACE escapes the delete trigger.
    fn log(&mut self, schema: &Schema) -> Result<()> {
        let kind = schema.kind;
        let replaced = self.count(&format!(
            "SELECT COUNT(*) FROM (SELECT key FROM change WHERE kind = '{kind}' AND what <> 'update' GROUP BY key \
             HAVING SUM(CASE what WHEN 'insert' THEN 1 ELSE -1 END) > 1) AS twice"
        ))?;
        if replaced > 0 {
            let issue = Message::new("{count} records of {table} were replaced without a trace of what they held.")
                .with("count", replaced)
                .with("table", schema.table);
            self.found(issue, "Compare them with a backup.");
        }
        Ok(())
    }
}
