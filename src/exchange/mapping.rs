//! `Mapping`: which column of a file fills which fields, as proposed from its headings.

use super::headings::{Headings, Index, Meaning, PeopleRows, fold, look_up};
use super::target::{Part, Target};
use crate::record::{Kind, Schema};
use crate::{Error, Message, Result};
use std::borrow::Cow;
use std::collections::HashMap;

/// What becomes of each column, in the order of the file.
#[derive(Debug, Clone)]
pub struct Mapping {
    pub kind: String,
    /// The program that wrote the file, if it was recognised.
    pub product: Option<String>,
    pub columns: Vec<Column>,
    /// What stands between several values in one cell, beside comma and semicolon.
    pub separator: Option<String>,
    /// Cells that mean nothing.
    pub blanks: Vec<String>,
    /// Tags that are left out, folded.
    pub drop: Vec<String>,
    /// Rows that are records of another kind.
    pub people: Option<People>,
    /// The user's own replacements, first of all.
    pub(super) replaced: Vec<Replacement>,
    /// Words that stand for values, by field path.
    pub(super) words: HashMap<String, HashMap<String, String>>,
    /// The order of day and month in each column, where the file shows it.
    pub(super) day_orders: Vec<Option<super::DayOrder>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    pub heading: String,
    pub fate: Fate,
    /// Said by the user, not proposed.
    pub said: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    Mapped(Vec<Target>),
    /// Left out knowingly.
    Skipped,
    /// Nobody knows what it is.
    Unmatched,
}

/// `--map-value`: a cell of that text, in that column or in any, is read as another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replacement {
    pub heading: Option<String>,
    pub old: String,
    pub new: String,
}

/// Rows whose company is named and whose type says person are contacts of that company.
#[derive(Debug, Clone)]
pub struct People {
    pub company: usize,
    pub type_column: usize,
    pub words: Vec<String>,
    pub mapping: Box<Mapping>,
}

impl Mapping {
    /// The fields that each heading most likely means: those of a custom field of that name, of the product that
    /// wrote the file, of our own names, of any program. Fields that a given schema lacks are left out.
    #[must_use]
    pub fn propose(
        known: &Headings,
        kind: &str,
        headings: &[String],
        product: Option<&str>,
        schemas: &[&Schema],
    ) -> Self {
        let product = match product {
            Some(name) => known.product(name, kind),
            None => known.recognise(headings, Some(kind)),
        };
        let generic = known.generic(kind);
        let index = product.map(super::headings::Product::index).unwrap_or_default();
        let finder = Finder { kind, product: index, generic, schemas };
        let columns = headings.iter().map(|heading| finder.column(heading)).collect();
        let mut mapping = Self {
            kind: kind.to_owned(),
            product: product.map(|product| product.name.clone()),
            columns,
            separator: product.and_then(|product| product.separator.clone()),
            blanks: product.map(|product| product.blanks.clone()).unwrap_or_default(),
            drop: product.map(|product| product.drop.clone()).unwrap_or_default(),
            people: None,
            replaced: Vec::new(),
            words: HashMap::new(),
            day_orders: Vec::new(),
        };
        mapping.add_beside(&known.beside(kind), &finder);
        mapping.learn_words(known);
        if let Some(rows) = product.and_then(|product| product.people.as_ref()) {
            mapping.people = people(known, rows, headings, mapping.product.as_deref(), schemas);
        }
        mapping
    }

    /// Columns that also speak of the contact, where the file names one.
    fn add_beside(&mut self, beside: &Index, finder: &Finder) {
        if !self.targets().any(|target| target.record.as_deref() == Some("contact") && target.field == "name") {
            return;
        }
        for column in &mut self.columns {
            let Fate::Mapped(targets) = &mut column.fate else { continue };
            let Some(Meaning::Targets(more)) = look_up(beside, &fold(&column.heading)) else { continue };
            targets.extend(more.iter().filter(|target| finder.exists(target)).cloned());
        }
    }

    pub(super) fn learn_words(&mut self, known: &Headings) {
        let mut words = HashMap::new();
        for target in self.targets() {
            let kind = target.record.as_deref().unwrap_or(&self.kind);
            words.entry(target.path()).or_insert_with(|| known.words(kind, &target.field));
        }
        words.retain(|_, words| !words.is_empty());
        self.words = words;
    }

    /// Every target of every column.
    pub fn targets(&self) -> impl Iterator<Item = &Target> {
        self.columns.iter().flat_map(|column| column.fate.targets())
    }

    /// The headings that nobody knows.
    pub fn unmatched(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().filter(|column| column.fate == Fate::Unmatched).map(|column| &*column.heading)
    }

    /// One sentence for each column that is left out for want of a field.
    #[must_use]
    pub fn warnings(&self) -> Vec<Message> {
        let sentence = |heading| {
            Message::new("No field fits the heading \"{heading}\", so the column is left out.").with("heading", heading)
        };
        self.unmatched().map(sentence).collect()
    }

    /// The flags that would settle every column.
    #[must_use]
    pub fn flags_needed(&self) -> Vec<String> {
        self.unmatched().map(|heading| format!("--map \"{heading}=skip\"")).collect()
    }

    /// Refuses a mapping that fits nothing, or gives no record its name.
    pub fn check(&self, title: &str) -> Result<()> {
        let hint = || {
            Message::new("Say what a column is: --map \"{heading}={field}\".")
                .with("heading", self.columns.first().map_or("", |column| &*column.heading))
                .with("field", title)
        };
        if self.targets().next().is_none() {
            let sentence = Message::new("No column fits a field of a {kind}.").with("kind", &self.kind);
            return Err(Error::bad_value(sentence).hint(hint()));
        }
        let named = |target: &Target| target.record.is_none() && (target.field == title || target.field == "uid");
        if !self.targets().any(named) {
            let sentence = Message::new("No column gives the {field} of a {kind}.").with("field", title);
            return Err(Error::bad_value(sentence.with("kind", &self.kind)).on_field(title).hint(hint()));
        }
        Ok(())
    }

    /// What the cell of that column says to that field: the user's replacement, the field's word for it, or itself.
    #[must_use]
    pub fn translate<'a>(&'a self, column: usize, target: &Target, cell: &'a str) -> Cow<'a, str> {
        let cell = cell.trim();
        if self.blanks.iter().any(|blank| blank == cell) {
            return Cow::Borrowed("");
        }
        if let Some(new) = self.replacement(column, cell) {
            return Cow::Borrowed(new);
        }
        let Some(words) = (!self.words.is_empty()).then(|| self.words.get(&*path(target))).flatten() else {
            return Cow::Borrowed(cell);
        };
        words.get(&fold(cell)).map_or(Cow::Borrowed(cell), |value| Cow::Borrowed(value))
    }

    fn replacement(&self, column: usize, cell: &str) -> Option<&str> {
        if self.replaced.is_empty() {
            return None;
        }
        let heading = self.columns.get(column).map(|column| &*column.heading);
        let fits = |rule: &&Replacement| rule.heading.is_none() || rule.heading.as_deref() == heading;
        let rule = self.replaced.iter().filter(fits).find(|rule| rule.old == cell || fold(&rule.old) == fold(cell));
        rule.map(|rule| &*rule.new)
    }
}

/// The field path without copying where the field is the record's own.
fn path(target: &Target) -> Cow<'_, str> {
    if target.record.is_none() { Cow::Borrowed(&target.field) } else { Cow::Owned(target.path()) }
}

impl Fate {
    #[must_use]
    pub fn targets(&self) -> &[Target] {
        match self {
            Self::Mapped(targets) => targets,
            _ => &[],
        }
    }
}

/// Knows what a heading may mean.
pub(super) struct Finder<'a> {
    kind: &'a str,
    product: Index,
    generic: Index,
    schemas: &'a [&'a Schema],
}

impl Finder<'_> {
    fn column(&self, heading: &str) -> Column {
        Column { heading: heading.to_owned(), fate: self.fate(heading), said: false }
    }

    fn fate(&self, heading: &str) -> Fate {
        let folded = fold(heading);
        let meaning = self.custom(&folded).or_else(|| self.meant(&self.product, &folded));
        let meaning = meaning.or_else(|| self.own_name(heading.trim()));
        let meaning = meaning.or_else(|| self.meant(&self.generic, &folded)).or_else(|| self.label(&folded));
        let meaning = meaning.or_else(|| self.linked(heading.trim()));
        match meaning {
            Some(Meaning::Targets(targets)) => Fate::Mapped(targets),
            Some(Meaning::Skip) => Fate::Skipped,
            None => Fate::Unmatched,
        }
    }

    fn schema(&self, kind: &str) -> Option<&Schema> {
        self.schemas.iter().find(|schema| schema.kind == kind).copied()
    }

    /// Whether the schema, if it is known, has the field and lets it be set.
    fn exists(&self, target: &Target) -> bool {
        let kind = target.record.as_deref().unwrap_or(self.kind);
        if kind == "activity" && target.record.is_some() {
            return matches!(&*target.field, "text" | "at") && matches!(self.kind, "customer" | "contact");
        }
        let Some(schema) = self.schema(kind) else { return true };
        target.field == "uid" || schema.field(&target.field).is_some_and(crate::record::Field::writable)
    }

    fn meant(&self, index: &Index, folded: &str) -> Option<Meaning> {
        match look_up(index, folded)? {
            Meaning::Skip => Some(Meaning::Skip),
            Meaning::Targets(targets) => {
                let targets: Vec<Target> = targets.iter().filter(|target| self.exists(target)).cloned().collect();
                (!targets.is_empty()).then_some(Meaning::Targets(targets))
            }
        }
    }

    fn custom(&self, folded: &str) -> Option<Meaning> {
        let field = self.schema(self.kind)?.writable().filter(|field| field.custom).find(|field| {
            let names = [&*field.name, field.name.trim_start_matches("x_"), &field.label, &field.label_zh];
            names.iter().any(|name| !name.is_empty() && fold(name) == folded)
        })?;
        Some(Meaning::Targets(vec![Target::whole(&field.name)]))
    }

    /// Our own export's headings: a field's name, or a path over a link.
    fn own_name(&self, heading: &str) -> Option<Meaning> {
        let target = Target::parse(heading).ok().filter(|target| target.part == Part::Whole)?;
        let kind = target.record.as_deref().unwrap_or(self.kind);
        let known = self.schema(kind).is_some() && self.exists(&target);
        known.then(|| Meaning::Targets(vec![target]))
    }

    /// What a linked record is called, as JSON and lists with columns over links have it: `owner.name`.
    fn linked(&self, heading: &str) -> Option<Meaning> {
        let (link, field) = heading.split_once('.')?;
        let field_of = self.schema(self.kind)?.field(link).filter(|field| field.writable())?;
        let Kind::Link(kind) = &field_of.kind else { return None };
        let named = matches!(field, "name" | "uid" | "ref")
            || self.schema(kind).is_some_and(|schema| *schema.title().name == *field);
        named.then(|| Meaning::Targets(vec![Target::whole(link)]))
    }

    fn label(&self, folded: &str) -> Option<Meaning> {
        let field = self.schema(self.kind)?.writable().find(|field| {
            [&*field.name, &field.label, &field.label_zh].iter().any(|name| !name.is_empty() && fold(name) == folded)
        })?;
        Some(Meaning::Targets(vec![Target::whole(&field.name)]))
    }
}

fn people(
    known: &Headings,
    rows: &PeopleRows,
    headings: &[String],
    product: Option<&str>,
    schemas: &[&Schema],
) -> Option<People> {
    let place = |wanted: &str| headings.iter().position(|heading| fold(heading) == fold(wanted));
    let company = place(&rows.company)?;
    let type_column = rows.types.iter().find_map(|wanted| place(wanted))?;
    let mapping = Mapping::propose(known, &rows.kind, headings, product, schemas);
    Some(People { company, type_column, words: rows.words.clone(), mapping: Box::new(mapping) })
}

impl People {
    /// Whether the row with these two cells is a person of a company.
    #[must_use]
    pub fn is_person(&self, company: &str, type_cell: &str) -> bool {
        !company.trim().is_empty() && self.words.contains(&fold(type_cell))
    }
}
