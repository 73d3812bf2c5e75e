//! `import --inspect`: how a file is read and what its columns mean; needs no database and writes nothing.

use super::super::{output::Format, session::Session};
use kehu::{
    Message, Result,
    exchange::{Fate, Inspection, Layout, Mapping, Source, import::Options, inspect_layout},
};
use serde_json::{Value as Json, json};
use std::fmt::Write;

pub fn run(session: &mut Session, source: &Source, kind: Option<&str>, options: &Options) -> Result<u8> {
    let layout = Layout::look(source, &options.wishes())?;
    let seen = inspect_layout(source, layout)?;
    for warning in &seen.layout.warnings {
        session.terminal.warn(warning);
    }
    let schemas = session.schemas().to_vec();
    let mapping = options.mapping(&seen.layout, kind, &schemas);
    if matches!(session.terminal.format(), Format::Json | Format::Ndjson) {
        let mut object = seen.to_json();
        if let Ok(mapping) = &mapping {
            object["kind"] = json!(mapping.kind);
            object["product"] = json!(mapping.product);
            object["mapping"] = mapping.columns.iter().map(column_json).collect();
        }
        session.print_line(&serde_json::to_string_pretty(&object).unwrap_or_default())?;
        return Ok(0);
    }
    let mut text = layout_text(&seen);
    match &mapping {
        Ok(mapping) => mapping_text(mapping, &mut text),
        Err(error) => session.terminal.warn(&error.message),
    }
    session.write(super::safe(&text).as_bytes())?;
    if let Ok(mapping) = &mapping
        && mapping.targets().any(|target| target.record.as_deref() == Some("activity"))
    {
        session.terminal.warn(&Message::new("What was last talked about has no place yet and is left out."));
    }
    Ok(0)
}

fn words(fate: &Fate) -> String {
    match fate {
        Fate::Mapped(targets) => targets.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
        Fate::Skipped => "(skipped)".to_owned(),
        Fate::Unmatched => "(fits no field)".to_owned(),
    }
}

fn column_json(column: &kehu::exchange::Column) -> Json {
    let targets: Vec<String> = column.fate.targets().iter().map(ToString::to_string).collect();
    let fate = match column.fate {
        Fate::Mapped(_) => "mapped",
        Fate::Skipped => "skipped",
        Fate::Unmatched => "unmatched",
    };
    json!({"heading": column.heading, "fields": targets, "fate": fate})
}

fn layout_text(seen: &Inspection) -> String {
    let layout = &seen.layout;
    let mut text = String::new();
    let _ = writeln!(text, "format        {}", layout.format.name());
    for (name, words) in layout.format.words() {
        let _ = writeln!(text, "{name:<14}{words}");
    }
    if layout.heading_line > 0 {
        let _ = writeln!(text, "heading line  {}", layout.heading_line);
    }
    let _ = writeln!(text, "rows          {}", seen.rows);
    if seen.problems > 0 {
        let _ = writeln!(text, "bad rows      {}", seen.problems);
    }
    for (line, cells) in seen.ragged.iter().take(5) {
        let _ = writeln!(text, "              line {line}: {cells} cells");
    }
    for (line, problem) in seen.faulty.iter().take(5) {
        let _ = writeln!(text, "              line {line}: {}", problem.message());
    }
    for (cell, error) in seen.broken_cells.iter().take(5) {
        let _ = writeln!(text, "broken cell   {cell}: {error}");
    }
    let told = if layout.format.kind().is_some() { 100 } else { 10 };
    for (line, what) in layout.skipped_before.iter().chain(&seen.skipped_after).take(told) {
        let _ = writeln!(text, "skipped       line {line}: {what}");
    }
    text
}

fn mapping_text(mapping: &Mapping, text: &mut String) {
    let _ = writeln!(text, "kind          {}", mapping.kind);
    if let Some(product) = &mapping.product {
        let _ = writeln!(text, "written by    {product}");
    }
    text.push('\n');
    for column in &mapping.columns {
        let _ = writeln!(text, "  {} → {}", column.heading, words(&column.fate));
    }
}
