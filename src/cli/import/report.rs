//! What an import says: counts as data, problems and warnings for people.

use super::super::{output::Format, session::Session};
use kehu::{
    Cause, Error, Message, Result,
    exchange::import::{Outcome, Plan, Problem},
    record::{Column, Grid, Kind, Row, Total, Value, types},
};
use serde_json::{Value as Json, json};
use std::fmt::Write;

/// How many rows are named.
const NAMED: usize = 20;

/// The counts, in the format that was asked for.
pub fn outcome(session: &mut Session, kind: &str, outcome: &Outcome) -> Result<()> {
    let counts = Counts {
        created: outcome.created,
        updated: outcome.updated,
        unchanged: outcome.unchanged,
        rejected: outcome.rejected,
        linked: outcome.linked,
    };
    if session.terminal.quiet && session.terminal.format.is_none() {
        return Ok(());
    }
    match session.terminal.format() {
        Format::Json => {
            let mut object = counts.json();
            object["operation"] = json!(outcome.operation);
            object["problems"] = outcome.problems.iter().map(|problem| problem_json(session, problem)).collect();
            object["warnings"] = outcome.warnings.iter().map(|warning| json!(session.terminal.word(warning))).collect();
            print_json(session, &object)
        }
        Format::Ids => {
            let schema = session.crm()?.schema(kind)?;
            outcome.records.iter().try_for_each(|id| session.print_line(&schema.short(*id)))
        }
        _ => counts.print(session),
    }
}

/// What a dry run found.
pub fn dry_run(session: &mut Session, plan: &Plan) -> Result<u8> {
    let counts = Counts {
        created: plan.created,
        updated: plan.updated,
        unchanged: plan.unchanged,
        rejected: plan.rejected,
        linked: plan.linked,
    };
    problems(session, &plan.first_problems, plan.rejected);
    warnings(session, &plan.warnings());
    if session.terminal.format() == Format::Json {
        let mut object = counts.json();
        object["dry_run"] = json!(true);
        object["changes"] = plan
            .diffs
            .iter()
            .map(|diff| {
                let fields: serde_json::Map<String, Json> = diff
                    .changes
                    .iter()
                    .map(|(field, kind, before, after)| {
                        (field.clone(), json!([before.to_json(kind), after.to_json(kind)]))
                    })
                    .collect();
                json!({"line": diff.line, "ref": diff.short, "title": diff.title, "fields": fields})
            })
            .collect();
        object["problems"] = plan.first_problems.iter().map(|problem| problem_json(session, problem)).collect();
        print_json(session, &object)?;
    } else {
        if session.terminal.format() == Format::Table {
            let mut text = String::new();
            for diff in &plan.diffs {
                for (field, kind, before, after) in &diff.changes {
                    let (before, after) = (types::show(kind, before), types::show(kind, after));
                    let _ = writeln!(text, "{} {}  {field}: {before} → {after}", diff.short, diff.title);
                }
            }
            session.write(super::safe(&text).as_bytes())?;
        }
        counts.print(session)?;
    }
    session.terminal.warn(&Message::new("Nothing was written (--dry-run)."));
    if plan.refused() { Ok(5) } else { Ok(if plan.rejected > 0 { 6 } else { 0 }) }
}

fn print_json(session: &Session, object: &Json) -> Result<()> {
    let text = serde_json::to_string_pretty(object).unwrap_or_default();
    session.print_line(&text)
}

fn problem_json(session: &Session, problem: &Problem) -> Json {
    json!({
        "line": problem.line,
        "field": problem.field,
        "code": problem.code,
        "message": session.terminal.word(&problem.message),
        "also": problem.also.iter().map(|problem| problem_json(session, problem)).collect::<Json>(),
        "candidates": problem.candidates.iter().map(|(short, title)| json!({"ref": short, "title": title})).collect::<Json>(),
    })
}

/// Names the first rows that cannot be taken, even where all else is silent.
pub fn problems(session: &Session, problems: &[Problem], rejected: u64) {
    if session.terminal.machine() {
        return;
    }
    for problem in problems.iter().take(NAMED).flat_map(Problem::each) {
        let field = problem.field.as_ref().map(|field| format!("{field}: ")).unwrap_or_default();
        let message = session.terminal.word(&problem.message);
        let line =
            Message::new("line {line}: {what}").with("line", problem.line).with("what", format!("{field}{message}"));
        session.terminal.line(&session.terminal.word(&line));
    }
    let more = rejected.saturating_sub(problems.len().min(NAMED) as u64);
    if more > 0 {
        let message = Message::new("and {count} more {count:row|rows}").with("count", more);
        session.terminal.line(&session.terminal.word(&message));
    }
}

/// Why nothing was imported.
/// Why rows cannot be taken, for a program: the line, and the field with its reason.
pub fn by_line(session: &Session, problems: &[Problem]) -> Vec<(String, String)> {
    let one = |problem: &Problem| {
        let reason = session.terminal.word(&problem.message);
        let field = problem.field.as_deref().map(|field| format!("{field}: ")).unwrap_or_default();
        (format!("line {}", problem.line), format!("{field}{reason}"))
    };
    problems.iter().flat_map(Problem::each).map(one).collect()
}

/// The first warnings, and how many more there are.
pub fn warnings(session: &Session, warnings: &[Message]) {
    for warning in warnings.iter().take(TOLD) {
        session.terminal.warn(warning);
    }
    if warnings.len() > TOLD {
        let more = Message::new("And {count} more {count:warning|warnings}.").with("count", warnings.len() - TOLD);
        session.terminal.warn(&more);
    }
}

/// How many warnings are told one by one.
const TOLD: usize = 40;

pub fn refusal(problems: &[Problem], rejected: u64, file: &str) -> Error {
    let message =
        Message::new("Nothing was imported: {count} {count:row|rows} cannot be taken.").with("count", rejected);
    let mut error = Error::new(Cause::Refused, message);
    let first = problems.first();
    if let Some(field) = first.and_then(|problem| problem.field.clone()) {
        error = error.on_field(field);
    }
    match first.and_then(|problem| problem.hint.clone()).filter(|hint| hint.template.starts_with("--")) {
        Some(hint) => error.hint(hint),
        None => error
            .hint(Message::new("--rejects {file} keeps the good rows and writes the others there").with("file", file)),
    }
}

struct Counts {
    created: u64,
    updated: u64,
    unchanged: u64,
    rejected: u64,
    linked: u64,
}

impl Counts {
    fn json(&self) -> Json {
        json!({
            "created": self.created,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "rejected": self.rejected,
            "linked": self.linked,
        })
    }

    fn print(&self, session: &mut Session) -> Result<()> {
        if session.terminal.format() != Format::Table {
            return session.print(&self.grid());
        }
        let template = match (self.rejected, self.linked) {
            (0, 0) => "{created} created, {updated} updated, {unchanged} unchanged.",
            (0, _) => {
                "{created} created, {updated} updated, {unchanged} unchanged; {linked} linked {linked:record|records} made."
            }
            (_, 0) => "{created} created, {updated} updated, {unchanged} unchanged, {rejected} rejected.",
            _ => {
                "{created} created, {updated} updated, {unchanged} unchanged, {rejected} rejected; {linked} linked \
                 {linked:record|records} made."
            }
        };
        let message = Message::new(template)
            .with("created", self.created)
            .with("updated", self.updated)
            .with("unchanged", self.unchanged)
            .with("rejected", self.rejected)
            .with("linked", self.linked);
        session.print_line(&session.terminal.word(&message))
    }

    fn grid(&self) -> Grid {
        let counts = [
            ("created", "Created", "新增", self.created),
            ("updated", "Updated", "更新", self.updated),
            ("unchanged", "Unchanged", "未变", self.unchanged),
            ("rejected", "Rejected", "拒绝", self.rejected),
            ("linked", "Linked records", "关联记录", self.linked),
        ];
        let column = |(name, label, label_zh, _): &(&str, &str, &str, u64)| Column {
            name: (*name).into(),
            label: (*label).into(),
            label_zh: (*label_zh).into(),
            kind: Kind::Integer,
        };
        let cells = counts.iter().map(|(_, _, _, count)| Value::Integer(i64::try_from(*count).unwrap_or(i64::MAX)));
        Grid {
            noun: "imports".into(),
            columns: counts.iter().map(column).collect(),
            rows: vec![Row { cells: cells.collect(), ..Row::default() }],
            totals: None,
            total: Total::Exactly(1),
        }
    }
}
