//! `import runs`, `import resume`, and the word about an import that was never finished.

use super::super::session::Session;
use kehu::{
    Message, Result,
    exchange::import::{self, ImportRun},
    record::{Column, Grid, Kind, Row, Total, Value},
};

pub fn list(session: &mut Session) -> Result<u8> {
    let runs = session.crm()?.import_runs()?;
    let column = |(name, label, label_zh, kind): (&str, &str, &str, Kind)| Column {
        name: name.into(),
        label: label.into(),
        label_zh: label_zh.into(),
        kind,
    };
    let columns = [
        ("run", "Run", "编号", Kind::Integer),
        ("at", "At", "时间", Kind::Timestamp),
        ("who", "Who", "谁", Kind::Text),
        ("kind", "Kind", "类别", Kind::Text),
        ("file", "File", "文件", Kind::Text),
        ("created", "Created", "新增", Kind::Integer),
        ("updated", "Updated", "更新", Kind::Integer),
        ("unchanged", "Unchanged", "未变", Kind::Integer),
        ("rejected", "Rejected", "拒绝", Kind::Integer),
        ("linked", "Linked", "关联", Kind::Integer),
        ("seconds", "Seconds", "秒", Kind::Decimal { scale: 3 }),
        ("exit", "Exit", "退出码", Kind::Integer),
        ("state", "State", "状态", Kind::Text),
        ("operation", "Operation", "操作", Kind::Integer),
        ("sha256", "SHA-256", "SHA-256", Kind::Text),
    ];
    let rows: Vec<Row> = runs.iter().map(|run| Row { cells: cells(run), ..Row::default() }).collect();
    let total = Total::Exactly(rows.len() as u64);
    let columns = columns.map(column).into();
    session.print(&Grid { noun: "imports".into(), columns, rows, totals: None, total })?;
    Ok(0)
}

fn cells(run: &ImportRun) -> Vec<Value> {
    let count = |count: u64| Value::Integer(i64::try_from(count).unwrap_or(i64::MAX));
    let number = |number: Option<i64>| number.map_or(Value::Null, Value::Integer);
    vec![
        Value::Integer(run.id),
        Value::text(&*run.at),
        Value::text(&*run.actor),
        Value::text(&*run.kind),
        Value::text(&*run.file),
        count(run.created),
        count(run.updated),
        count(run.unchanged),
        count(run.rejected),
        count(run.linked),
        count(run.milliseconds),
        number(run.exit_code),
        Value::text(&*run.state),
        number(run.operation),
        Value::text(&*run.sha256),
    ]
}

pub fn resume(session: &mut Session) -> Result<u8> {
    let bar = super::bar(session);
    let done = import::resume(session.crm()?, &mut |progress| super::advance(&bar, progress));
    bar.finish_and_clear();
    let (run, outcome) = done?;
    session.terminal.say(&Message::new("Finished the import of {file}.").with("file", &run.file));
    super::answer(session, &run.kind, &outcome, &import::Options::default())
}

/// Says that an import is unfinished, where a database is open and that is so.
pub fn tell_unfinished(session: &mut Session) {
    let Some(crm) = session.opened() else { return };
    let Ok(Some(run)) = import::unfinished(crm) else { return };
    let message = Message::new("The import of {file} ({at}) is unfinished: `kehu import resume` finishes it, `kehu undo {operation}` takes it back.")
        .with("file", &run.file)
        .with("at", &run.at)
        .with("operation", run.operation.unwrap_or_default());
    session.terminal.warn(&message);
}
