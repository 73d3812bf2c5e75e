//! What stands behind a number of a report: the records that it counts or sums, as the list of a kind with a filter.

use super::Part;
use crate::{
    message::Message,
    record::{Kind, Value, types::show},
};

/// What the numbers of a part stand for.
#[derive(Debug, Clone, Default)]
pub enum Behind {
    /// Its rows are records themselves, or name some.
    #[default]
    Rows,
    /// Records of a kind, narrowed by the row and the column of the number.
    Records(Records),
    /// Nothing that could be listed, and why.
    Nothing(&'static str),
}

/// Which records a part counts.
#[derive(Debug, Clone)]
pub struct Records {
    kind: &'static str,
    /// What holds for all of them, in the filter language.
    always: Vec<String>,
    /// Columns whose cells say which records a row is of, and as the value of which field.
    keys: Vec<(String, Said)>,
    narrow: Vec<Narrow>,
}

/// How a cell narrows the records down.
#[derive(Debug, Clone)]
enum Said {
    /// It is the value of that field.
    Field(String),
    /// It stands for these conditions.
    Words(Vec<(Value, String)>),
    /// It is a filter itself.
    Filter,
}

/// What a column counts of the records of its row.
#[derive(Debug, Clone)]
struct Narrow {
    column: String,
    condition: String,
    /// The cell that names the row is a value of this field then.
    field: Option<String>,
    /// Records of another kind; what always holds is not said of those.
    kind: Option<&'static str>,
    /// Whatever the row is of.
    whole: bool,
    /// What the cell that names the row stands for then.
    words: Option<Vec<(Value, String)>>,
}

/// Where a number leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// To one record, by its ref.
    Record(String),
    /// To the records of a kind for which a filter holds.
    List { kind: &'static str, filter: String },
    /// Nowhere, and why.
    Nothing(Message),
}

impl Records {
    #[must_use]
    pub fn of(kind: &'static str) -> Self {
        Self { kind, always: Vec::new(), keys: Vec::new(), narrow: Vec::new() }
    }

    /// That holds for all of them; an empty condition says nothing.
    #[must_use]
    pub fn and(mut self, condition: impl Into<String>) -> Self {
        self.always.push(condition.into());
        self
    }

    /// The cell of that column is the value of a field.
    #[must_use]
    pub fn by(mut self, column: &str, field: &str) -> Self {
        self.keys.push((column.to_owned(), Said::Field(field.to_owned())));
        self
    }

    /// The cell of that column stands for a condition.
    #[must_use]
    pub fn words(mut self, column: &str, words: Vec<(Value, String)>) -> Self {
        self.keys.push((column.to_owned(), Said::Words(words)));
        self
    }

    /// The cell of that column is a filter.
    #[must_use]
    pub fn filter_in(mut self, column: &str) -> Self {
        self.keys.push((column.to_owned(), Said::Filter));
        self
    }

    /// That column counts only those for which this holds too.
    #[must_use]
    pub fn only(mut self, column: &str, condition: impl Into<String>) -> Self {
        self.narrow.push(Narrow {
            column: column.to_owned(),
            condition: condition.into(),
            field: None,
            kind: None,
            whole: false,
            words: None,
        });
        self
    }

    /// As [`Records::only`], and the row is named by another field's value.
    #[must_use]
    pub fn only_by(self, column: &str, condition: impl Into<String>, field: &str) -> Self {
        let mut records = self.only(column, condition);
        if let Some(narrow) = records.narrow.last_mut() {
            narrow.field = Some(field.to_owned());
        }
        records
    }

    /// In that column the cell that names the row stands for other conditions.
    #[must_use]
    pub fn only_words(self, column: &str, words: Vec<(Value, String)>) -> Self {
        let mut records = self.only(column, "");
        if let Some(narrow) = records.narrow.last_mut() {
            narrow.words = Some(words);
        }
        records
    }

    /// That column counts those for which this holds, in every row.
    #[must_use]
    pub fn whole(self, column: &str, condition: impl Into<String>) -> Self {
        let mut records = self.only(column, condition);
        if let Some(narrow) = records.narrow.last_mut() {
            narrow.whole = true;
        }
        records
    }

    /// That column counts records of another kind.
    #[must_use]
    pub fn instead(self, column: &str, kind: &'static str, condition: impl Into<String>, field: &str) -> Self {
        let mut records = self.only_by(column, condition, field);
        if let Some(narrow) = records.narrow.last_mut() {
            narrow.kind = Some(kind);
        }
        records
    }

    fn found(&self, part: &Part, row: Option<usize>, column: &str) -> Found {
        let narrow = self.narrow.iter().find(|narrow| narrow.column == column);
        let other = narrow.and_then(|narrow| narrow.kind);
        let mut parts: Vec<String> = if other.is_some() { Vec::new() } else { self.always.clone() };
        let row = row.filter(|_| !narrow.is_some_and(|narrow| narrow.whole));
        if let Some(cells) = row.and_then(|row| part.grid.rows.get(row)).map(|row| &row.cells) {
            for (name, said) in &self.keys {
                let place = part.grid.columns.iter().position(|column| column.name == *name);
                let Some((place, value)) = place.and_then(|place| Some((place, cells.get(place)?))) else { continue };
                let kind = part.grid.columns.get(place).map_or(&Kind::Text, |column| &column.kind);
                let field = narrow.and_then(|narrow| narrow.field.as_deref());
                match said {
                    Said::Field(usual) => parts.push(equal(field.unwrap_or(usual), kind, value)),
                    Said::Filter => parts.extend(value.as_text().map(str::to_owned)),
                    Said::Words(usual) => {
                        let words = narrow.and_then(|narrow| narrow.words.as_ref()).unwrap_or(usual);
                        match words.iter().find(|(word, _)| word == value) {
                            Some((_, condition)) => parts.push(condition.clone()),
                            None => return Found::Nothing(unlisted()),
                        }
                    }
                }
            }
        }
        parts.extend(narrow.map(|narrow| narrow.condition.clone()));
        parts.retain(|part| !part.trim().is_empty());
        Found::List { kind: other.unwrap_or(self.kind), filter: parts.join(" ") }
    }
}

/// The condition that a field has a value.
fn equal(field: &str, kind: &Kind, value: &Value) -> String {
    match value {
        value if value.is_empty() => format!("{field}:"),
        Value::Link(link) => format!("{field}={}", link.short()),
        value => format!("{field}={}", quoted(&show(kind, value))),
    }
}

/// As one value of the filter language.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\"\""))
}

fn unlisted() -> Message {
    Message::new("No list of records stands behind this number.")
}

impl Part {
    /// Where the number in a row and a column leads; of the totals where no row is meant.
    #[must_use]
    pub fn found(&self, row: Option<usize>, column: usize) -> Found {
        let named = self.grid.columns.get(column).map(|column| column.name.as_str()).unwrap_or_default();
        match &self.behind {
            Behind::Records(records) => records.found(self, row, named),
            Behind::Nothing(why) => Found::Nothing(Message::new(why)),
            Behind::Rows => {
                let cells = row.and_then(|row| self.grid.rows.get(row));
                let link = |value: &Value| if let Value::Link(link) = value { Some(link.short()) } else { None };
                let here = cells.and_then(|row| row.cells.get(column)).and_then(link);
                let own = cells.map(|row| row.short.clone()).filter(|short| !short.is_empty());
                let any = || cells.and_then(|row| row.cells.iter().find_map(link));
                here.or(own).or_else(any).map_or_else(|| Found::Nothing(unlisted()), Found::Record)
            }
        }
    }
}
