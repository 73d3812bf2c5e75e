//! `Grid`: a typed table of values, what every list, report and export is before a door gives it a format.

use super::{Kind, Value};

/// Columns with kinds, rows of values, and how many rows there are in all.
#[derive(Debug, Clone, Default)]
pub struct Grid {
    /// What the rows are, plural: `customers`.
    pub noun: String,
    pub columns: Vec<Column>,
    pub rows: Vec<Row>,
    /// Totals of the columns, when asked for.
    pub totals: Option<Vec<Value>>,
    pub total: Total,
}

/// How many rows match in all, of which the grid may hold the first few.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Total {
    Exactly(u64),
    /// Counting further would need a scan.
    MoreThan(u64),
}

impl Default for Total {
    fn default() -> Self {
        Self::Exactly(0)
    }
}

#[derive(Debug, Clone)]
pub struct Column {
    /// The field path: `owner.name`.
    pub name: String,
    /// The English heading.
    pub label: String,
    /// The Chinese heading; empty when there is none.
    pub label_zh: String,
    pub kind: Kind,
}

/// One row; `short` is the ref of the record it shows, empty for a report's row.
#[derive(Debug, Clone, Default)]
pub struct Row {
    pub id: i64,
    pub short: String,
    pub cells: Vec<Value>,
}

impl Column {
    #[must_use]
    pub fn new(name: impl Into<String>, label: &str, label_zh: &str, kind: Kind) -> Self {
        Self { name: name.into(), label: label.to_owned(), label_zh: label_zh.to_owned(), kind }
    }
}

impl Grid {
    /// All rows there are, none of them a record.
    #[must_use]
    pub fn of(noun: &str, columns: Vec<Column>, rows: Vec<Vec<Value>>) -> Self {
        let total = Total::Exactly(rows.len() as u64);
        let rows = rows.into_iter().map(|cells| Row { cells, ..Row::default() }).collect();
        Self { noun: noun.to_owned(), columns, rows, totals: None, total }
    }
}
