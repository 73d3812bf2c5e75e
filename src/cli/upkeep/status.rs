//! `status`: where the database is, how large, what is in it and what happened last.

use super::super::{output::Format, session::Session};
use clap::ArgMatches;
use kehu::{
    Message, Result,
    crm::Status,
    record::{Column, Grid, Kind, Value},
};
use serde_json::{Map, Value as Json, json};

/// Says how the database stands.
pub fn status(session: &mut Session, _: &ArgMatches) -> Result<u8> {
    let status = session.crm()?.status()?;
    let me = session.crm()?.actor().map(|(_, name)| name.to_owned());
    if session.terminal.machine() {
        session.print_line(&json_text(session, &object(&status, me.as_deref())))?;
        return Ok(0);
    }
    let rows = lines(&status, me.as_deref())
        .into_iter()
        .map(|(name, value)| vec![Value::Text(session.terminal.word(&name)), Value::Text(value)])
        .collect();
    let columns =
        vec![Column::new("what", "What", "项目", Kind::Text), Column::new("value", "Value", "值", Kind::Text)];
    session.print(&Grid::of("lines", columns, rows))?;
    Ok(0)
}

/// JSON as the chosen format writes it: readable, or on one line.
pub fn json_text(session: &Session, object: &Json) -> String {
    match session.terminal.format() {
        Format::Ndjson => object.to_string(),
        _ => format!("{object:#}"),
    }
}

fn object(status: &Status, me: Option<&str>) -> Json {
    let records: Map<String, Json> = status
        .counts
        .iter()
        .map(|count| (count.kind.to_owned(), json!({"live": count.live, "removed": count.removed})))
        .collect();
    json!({
        "database": status.url,
        "bytes": status.bytes,
        "version": status.version,
        "program": env!("CARGO_PKG_VERSION"),
        "user": me,
        "users": count_of(status, "user"),
        "records": records,
        "attached": {"files": status.attached.0, "bytes": status.attached.1},
        "last_operation": status.last_operation.as_ref().map(|operation| json!({
            "operation": operation.id,
            "at": operation.at,
            "who": operation.actor,
            "what": operation.label,
        })),
        "last_backup": status.last_backup.as_ref().map(|(at, path)| json!({"at": at, "path": path})),
    })
}

fn count_of(status: &Status, kind: &str) -> u64 {
    status.counts.iter().find(|count| count.kind == kind).map_or(0, |count| count.live)
}

fn lines(status: &Status, me: Option<&str>) -> Vec<(Message, String)> {
    let mut lines = vec![
        (Message::new("database"), status.url.clone()),
        (Message::new("size"), size(status.bytes)),
        (Message::new("version of the tables"), status.version.to_string()),
        (Message::new("you are"), me.unwrap_or("-").to_owned()),
    ];
    for count in &status.counts {
        let removed = if count.removed > 0 { format!(" (+{} removed)", count.removed) } else { String::new() };
        lines.push((Message::new("{plural}").with("plural", count.plural), format!("{}{removed}", count.live)));
    }
    if status.attached.0 > 0 {
        let (files, bytes) = status.attached;
        lines.push((Message::new("attached files"), format!("{files} ({})", size(bytes))));
    }
    if let Some(operation) = &status.last_operation {
        let who = if operation.actor.is_empty() { &operation.door } else { &operation.actor };
        let text = format!("{} {who}: {}", operation.at, operation.label);
        lines.push((Message::new("last operation"), text));
    }
    let backup = status.last_backup.as_ref().map_or_else(|| "-".to_owned(), |(at, path)| format!("{at} {path}"));
    lines.push((Message::new("last backup"), backup));
    lines
}

/// `1536` bytes are `1.5 KB`.
pub fn size(bytes: u64) -> String {
    let mut tenths = bytes.saturating_mul(10);
    for unit in ["bytes", "KB", "MB", "GB"] {
        if tenths < 10_240 || unit == "GB" {
            let part = if unit == "bytes" { String::new() } else { format!(".{}", tenths % 10) };
            return format!("{}{part} {unit}", tenths / 10);
        }
        tenths /= 1024;
    }
    String::new()
}
