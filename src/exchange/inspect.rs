//! `Inspection`: what a file looks like to us, without writing anything.

use super::formats::Wishes;
use super::layout::Layout;
use super::row::{Problem, Row};
use super::source::Source;
use crate::Result;
use serde_json::{Map, Value, json};
use std::path::Path;

/// Files of up to so many rows are shown whole in JSON.
const WHOLE: usize = 1000;
const SAMPLE: usize = 5;
/// At most so many faulty rows are named.
const NAMED: usize = 100;

/// The encoding, the dialect, the headings and the state of the rows.
#[derive(Debug, Clone)]
pub struct Inspection {
    pub layout: Layout,
    pub skipped_after: Vec<(u64, String)>,
    /// Data rows, faulty ones included.
    pub rows: u64,
    pub blank: u64,
    /// Rows with too few or too many cells: line and number of cells.
    pub ragged: Vec<(u64, usize)>,
    /// Rows that cannot be read for another reason.
    pub faulty: Vec<(u64, Problem)>,
    /// Cells that hold an error instead of a value: which, and the error.
    pub broken_cells: Vec<(String, String)>,
    /// How many faulty rows there are in all, ragged ones included.
    pub problems: u64,
    pub sample: Vec<Vec<String>>,
    /// Every row, when there are few.
    items: Option<Vec<Vec<String>>>,
}

/// Reads the whole file and says what is in it.
pub fn inspect(path: &Path, encoding: Option<&str>) -> Result<Inspection> {
    inspect_source(&Source::open(path)?, encoding)
}

/// The same for a source that is open already.
pub fn inspect_source(source: &Source, encoding: Option<&str>) -> Result<Inspection> {
    inspect_layout(source, Layout::look(source, &Wishes { encoding, ..Wishes::default() })?)
}

/// The same where it is known how the file is written.
pub fn inspect_layout(source: &Source, layout: Layout) -> Result<Inspection> {
    let mut records = layout.records(source)?;
    let mut seen = Inspection {
        layout,
        skipped_after: Vec::new(),
        rows: 0,
        blank: 0,
        ragged: Vec::new(),
        faulty: Vec::new(),
        broken_cells: Vec::new(),
        problems: 0,
        sample: Vec::new(),
        items: Some(Vec::new()),
    };
    let mut row = Row::default();
    while records.next(&mut row)? {
        seen.note(&row);
    }
    seen.blank = records.blank;
    seen.skipped_after = records.skipped_after;
    Ok(seen)
}

impl Inspection {
    fn note(&mut self, row: &Row) {
        self.rows += 1;
        if let Some(problem) = row.problem {
            self.problems += 1;
            self.name_problem(row.line, problem);
        }
        for (column, place) in &row.broken_cells {
            if self.broken_cells.len() < NAMED {
                self.broken_cells.push((place.clone(), row.get(*column).to_owned()));
            }
        }
        if self.sample.len() < SAMPLE {
            self.sample.push(owned(row));
        }
        match &mut self.items {
            Some(items) if items.len() < WHOLE => items.push(owned(row)),
            _ => self.items = None,
        }
    }

    fn name_problem(&mut self, line: u64, problem: Problem) {
        match problem {
            Problem::TooFew { cells, .. } | Problem::TooMany { cells, .. } => {
                if self.ragged.len() < NAMED {
                    self.ragged.push((line, cells));
                }
            }
            other => {
                if self.faulty.len() < NAMED {
                    self.faulty.push((line, other));
                }
            }
        }
    }

    /// Every row as an object by heading, when there are few.
    #[must_use]
    pub fn items(&self) -> Option<Vec<Value>> {
        let items = self.items.as_ref()?;
        Some(items.iter().map(|cells| self.object(cells)).collect())
    }

    fn object(&self, cells: &[String]) -> Value {
        let headings = &self.layout.headings;
        let mut object = Map::new();
        for (place, heading) in headings.iter().enumerate() {
            object.insert(heading.clone(), cells.get(place).map_or(Value::Null, |cell| json!(cell)));
        }
        for (place, cell) in cells.iter().enumerate().skip(headings.len()).filter(|(_, cell)| !cell.is_empty()) {
            object.insert(format!("column {}", place + 1), json!(cell));
        }
        Value::Object(object)
    }

    #[must_use]
    pub fn to_json(&self) -> Value {
        let layout = &self.layout;
        let lines = |lines: &[(u64, String)]| -> Value {
            lines.iter().map(|(line, text)| json!({"line": line, "text": text})).collect()
        };
        let mut object = Map::new();
        object.insert("format".to_owned(), json!(layout.format.name()));
        object.extend(layout.format.facts().into_iter().map(|(name, value)| (name.to_owned(), value)));
        let rest = json!({
            "heading_line": layout.heading_line,
            "headings": layout.headings,
            "skipped_before": lines(&layout.skipped_before),
            "skipped_after": lines(&self.skipped_after),
            "rows": self.rows,
            "blank_rows": self.blank,
            "problems": self.problems,
            "ragged": self.ragged.iter().map(|(line, cells)| json!({"line": line, "cells": cells})).collect::<Value>(),
            "faulty": self.faulty.iter().map(|(line, problem)| json!({"line": line, "code": problem.code()})).collect::<Value>(),
            "broken_cells": self.broken_cells.iter().map(|(cell, error)| json!({"cell": cell, "error": error})).collect::<Value>(),
            "sample": self.sample,
        });
        if let Value::Object(rest) = rest {
            object.extend(rest);
        }
        if let Some(items) = self.items() {
            object.insert("items".to_owned(), Value::Array(items));
        }
        Value::Object(object)
    }
}

fn owned(row: &Row) -> Vec<String> {
    row.cells().map(str::to_owned).collect()
}
