//! What the user says about columns: `--map`, `--map-value`, and mappings kept under a name.

use super::headings::{Headings, fold};
use super::mapping::{Column, Fate, Mapping, Replacement};
use super::target::{Part, Target};
use crate::record::Schema;
use crate::{Error, Message, Result};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

impl Mapping {
    /// `--map "Heading=field"`, several fields with commas, or `skip`. Other columns lose the field.
    pub fn map(&mut self, spec: &str, known: &Headings, schemas: &[&Schema]) -> Result<()> {
        let (place, wanted) = self.split(spec)?;
        let fate = if wanted.trim() == "skip" {
            Fate::Skipped
        } else {
            let targets = wanted.split(',').map(|text| self.target(text, known, schemas));
            Fate::Mapped(targets.collect::<Result<_>>()?)
        };
        self.settle(place, fate);
        self.learn_words(known);
        Ok(())
    }

    /// `--map-value "old=new"`, for one column `"Heading:old=new"`.
    pub fn map_value(&mut self, spec: &str) -> Result<()> {
        let Some((left, new)) = spec.split_once('=') else {
            return Err(Error::bad_value(Message::new("{value} says no replacement.").with("value", spec))
                .hint(Message::new("Write --map-value \"old=new\" or \"Heading:old=new\".")));
        };
        let anywhere =
            |rest: &str| Replacement { heading: None, old: rest.trim().to_owned(), new: new.trim().to_owned() };
        if let Some(rest) = left.trim_start().strip_prefix([':', '：']) {
            self.replaced.push(anywhere(rest));
            return Ok(());
        }
        let column = left.match_indices([':', '：']).find_map(|(at, colon)| {
            let heading = self.place(&left[..at]).map(|place| self.columns[place].heading.clone())?;
            Some((heading, &left[at + colon.len()..]))
        });
        if let (None, Some((heading, _))) = (&column, left.split_once([':', '：'])) {
            let otherwise = Message::new("For a cell with a colon in any column write --map-value \":{value}\".");
            return Err(self.no_column(heading, otherwise.with("value", spec)));
        }
        self.replaced.push(match column {
            Some((heading, old)) => Replacement { heading: Some(heading), ..anywhere(old) },
            None => anywhere(left),
        });
        Ok(())
    }

    /// The column that the left side names, trying each `=` since headings may hold some.
    fn split<'a>(&self, spec: &'a str) -> Result<(usize, &'a str)> {
        for (at, _) in spec.match_indices('=') {
            if let Some(place) = self.place(&spec[..at]) {
                return Ok((place, &spec[at + 1..]));
            }
        }
        let heading = spec.split_once('=').map(|(heading, _)| heading.trim());
        let Some(heading) = heading else {
            return Err(Error::bad_value(Message::new("{value} names no field.").with("value", spec))
                .hint(Message::new("Write --map \"Heading=field\" or \"Heading=skip\".")));
        };
        let columns: Vec<&str> = self.columns.iter().map(|column| &*column.heading).collect();
        let otherwise = Message::new("The columns are {columns}.").with("columns", columns.join(", "));
        Err(self.no_column(heading, otherwise))
    }

    /// There is no such heading; the hint names the nearest, or says something else.
    fn no_column(&self, heading: &str, otherwise: Message) -> Error {
        let near = nearest(heading, self.columns.iter().map(|column| &*column.heading));
        let hint = near.map_or(otherwise, |near| Message::new("Did you mean {value}?").with("value", near));
        Error::bad_value(Message::new("The file has no column {heading}.").with("heading", heading)).hint(hint)
    }

    fn place(&self, heading: &str) -> Option<usize> {
        let exact = self.columns.iter().position(|column| column.heading == heading.trim());
        let folded = fold(heading);
        exact.or_else(|| self.columns.iter().position(|column| !folded.is_empty() && fold(&column.heading) == folded))
    }

    /// The target, refused with the nearest name where there is no such field.
    fn target(&self, text: &str, known: &Headings, schemas: &[&Schema]) -> Result<Target> {
        let target = Target::parse(text)?;
        let fields = fields(&self.kind, known, schemas);
        let path = target.path();
        if fields.contains(&path) || target.field == "uid" {
            return Ok(target);
        }
        let custom = format!("x_{}", target.field);
        if target.record.is_none() && fields.contains(&custom) {
            return Ok(Target { field: custom, ..target });
        }
        let error = Error::bad_value(
            Message::new("A {kind} has no field {field}.").with("kind", &self.kind).with("field", &path),
        );
        Err(match nearest(&path, fields.iter().map(|field| &**field)) {
            Some(near) => error.hint(Message::new("Did you mean {value}?").with("value", near)),
            None => error.hint(Message::new("The fields are {fields}.").with("fields", fields.join(", "))),
        })
    }

    /// What the user says of one column takes the field from those that were only proposed.
    fn settle(&mut self, place: usize, fate: Fate) {
        for (other, column) in self.columns.iter_mut().enumerate() {
            let Fate::Mapped(targets) = &mut column.fate else { continue };
            if other == place || column.said {
                continue;
            }
            targets.retain(|target| target.part != Part::Whole || !fate.targets().contains(target));
            if targets.is_empty() {
                column.fate = Fate::Unmatched;
            }
        }
        if let Some(column) = self.columns.get_mut(place) {
            *column = Column { heading: std::mem::take(&mut column.heading), fate, said: true };
        }
    }

    /// For `--save-map`: what is to be read again with [`Mapping::from_toml`].
    #[must_use]
    pub fn to_toml(&self) -> String {
        let words = |column: &Column| match &column.fate {
            Fate::Mapped(targets) => Some(targets.iter().map(ToString::to_string).collect()),
            Fate::Skipped => Some(vec!["skip".to_owned()]),
            Fate::Unmatched => None,
        };
        let columns = self.columns.iter().filter_map(|column| Some((column.heading.clone(), words(column)?)));
        let values = self.replaced.iter().map(|rule| Value {
            heading: rule.heading.clone(),
            old: rule.old.clone(),
            new: rule.new.clone(),
        });
        let saved = Saved {
            kind: self.kind.clone(),
            product: self.product.clone(),
            columns: columns.collect(),
            values: values.collect(),
        };
        toml::to_string(&saved).unwrap_or_default()
    }

    /// A kept mapping for a file with these headings; columns it does not know are proposed anew.
    pub fn from_toml(text: &str, known: &Headings, headings: &[String], schemas: &[&Schema]) -> Result<Self> {
        let saved: Saved = toml::from_str(text).map_err(|error| {
            Error::bad_value(Message::new("The mapping cannot be read: {reason}.").with("reason", error.message()))
        })?;
        let mut mapping = Self::propose(known, &saved.kind, headings, saved.product.as_deref(), schemas);
        for (heading, words) in &saved.columns {
            let Some(place) = mapping.place(heading) else { continue };
            let fate = if words.iter().any(|word| word == "skip") {
                Fate::Skipped
            } else {
                let targets = words.iter().map(|word| mapping.target(word, known, schemas));
                Fate::Mapped(targets.collect::<Result<_>>()?)
            };
            if let Some(column) = mapping.columns.get_mut(place) {
                (column.fate, column.said) = (fate, true);
            }
        }
        let rules = saved.values.into_iter();
        mapping.replaced = rules.map(|Value { heading, old, new }| Replacement { heading, old, new }).collect();
        mapping.learn_words(known);
        Ok(mapping)
    }
}

/// The paths that may be written: those of the schemas where they are known, else those of the lists.
fn fields(kind: &str, known: &Headings, schemas: &[&Schema]) -> Vec<String> {
    let schema = |kind: &str| schemas.iter().find(|schema| schema.kind == kind);
    let mut fields: Vec<String> = match schema(kind) {
        Some(schema) => schema.writable().map(|field| field.name.to_string()).collect(),
        None => known.fields(kind),
    };
    for linked in ["contact", "customer"].into_iter().filter(|linked| *linked != kind) {
        let names: Vec<String> = match schema(linked) {
            Some(schema) => schema.writable().map(|field| field.name.to_string()).collect(),
            None => known.fields(linked).into_iter().filter(|field| !field.contains('.')).collect(),
        };
        fields.extend(names.into_iter().map(|name| format!("{linked}.{name}")));
    }
    if matches!(kind, "customer" | "contact") {
        fields.extend(["activity.text", "activity.at"].map(str::to_owned));
    }
    fields
}

/// The nearest of the names, if one is near.
fn nearest<'a>(word: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    let likeness = |name: &str| strsim::jaro_winkler(&word, &name.to_lowercase());
    names
        .map(|name| (likeness(name), name))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Saved {
    kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    product: Option<String>,
    #[serde(default)]
    columns: BTreeMap<String, Vec<String>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    values: Vec<Value>,
}

#[derive(Serialize, Deserialize)]
struct Value {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    heading: Option<String>,
    old: String,
    new: String,
}
