//! `Said`: what one row says of one record, read cell by cell.

use super::{
    problem::Problem,
    shape::{Shape, Slot, Source},
};
use crate::{
    Message,
    exchange::{Mapping, Part, Row, full_address, full_name},
    record::{
        Kind, MOST_ITEMS, Origin, Value,
        types::{self, Reading},
    },
};
use std::{borrow::Cow, fmt::Write};

/// The values of a shape's slots; null where the row says nothing. Links stand in `wanted` until they are found.
#[derive(Debug, Clone, Default)]
pub(super) struct Said {
    pub values: Vec<Value>,
    /// One for each of the shape's links.
    pub wanted: Vec<Wanted>,
}

/// The record that a link is to point to: by what people call it, by another system's number, or both.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Wanted {
    pub name: String,
    /// `system:number`.
    pub external: String,
    /// The address of a customer, in lower case.
    pub email: String,
}

impl Wanted {
    pub fn is_empty(&self) -> bool {
        self.name.is_empty() && self.external.is_empty() && self.email.is_empty()
    }

    /// What to call it in a sentence.
    pub fn words(&self) -> &str {
        [&self.name, &self.external].into_iter().find(|text| !text.is_empty()).unwrap_or(&self.email)
    }
}

/// How many words of a list are remembered with their values.
const REMEMBERED: usize = 2000;

/// What reading cells depends on.
pub(super) struct Cells<'a> {
    pub mapping: &'a Mapping,
    pub reading: &'a Reading,
    /// The name of the system whose numbers stand in the file, where nothing else is said.
    pub system: &'a str,
}

impl Said {
    pub fn value(&self, slot: Option<usize>) -> &Value {
        slot.and_then(|slot| self.values.get(slot)).unwrap_or(&Value::Null)
    }

    pub fn text(&self, slot: Option<usize>) -> &str {
        self.value(slot).as_text().unwrap_or_default()
    }

    /// A row with a uid comes out of an export of another database.
    pub fn origin(&self, shape: &Shape) -> Origin {
        if self.text(shape.uid).is_empty() { Origin::File } else { Origin::Export }
    }

    /// Every phone and e-mail, phones first.
    pub fn addresses<'a>(&'a self, shape: &'a Shape) -> impl Iterator<Item = &'a str> {
        shape.addresses.iter().flat_map(|slot| {
            match &self.values[*slot] {
                Value::List(items) => items.as_slice(),
                value => std::slice::from_ref(value),
            }
            .iter()
            .filter_map(Value::as_text)
        })
    }

    /// Reads a row; the cells that do not parse are its problems.
    pub fn read(&mut self, shape: &mut Shape, row: &Row, cells: &Cells<'_>, problems: &mut Vec<Problem>) {
        self.values.clear();
        self.values.resize(shape.slots.len(), Value::Null);
        self.wanted.clear();
        let prefix = shape.prefix;
        let mut overflow: Vec<(&'static str, String)> = Vec::new();
        for (place, slot) in shape.slots.iter_mut().enumerate() {
            if let Kind::Link(_) = slot.field.kind {
                self.wanted.push(cells.wanted(slot, row));
                continue;
            }
            if slot.sources.is_empty() {
                continue;
            }
            match cells.value(slot, row, &mut overflow).and_then(|value| slot.field.within(&value).map(|()| value)) {
                Ok(value) => self.values[place] = value,
                Err(error) => {
                    let field = format!("{prefix}{}", slot.field.name);
                    let mut problem = Problem::new("bad_value", error.message).on_field(field).at(row.line);
                    problem.hint = error.hint.map(|hint| *hint);
                    problems.push(problem);
                }
            }
        }
        self.add_numbers(shape, &overflow, cells.reading);
        for (place, slot) in shape.slots.iter().enumerate().filter(|_| !overflow.is_empty()) {
            if let Err(error) = slot.field.of_fitting_length(&self.values[place]) {
                let field = format!("{prefix}{}", slot.field.name);
                problems.push(Problem::new("bad_value", error.message).on_field(field).at(row.line));
            }
        }
    }

    /// No more than what makes a list too long, which is then said.
    fn add_numbers(&mut self, shape: &Shape, overflow: &[(&'static str, String)], reading: &Reading) {
        for (field, text) in overflow.iter().take(2 * MOST_ITEMS + 2) {
            self.add_number(shape, field, text, reading);
        }
    }

    /// Puts a further phone or e-mail where there is room for it: its own field, or the list of further ones.
    fn add_number(&mut self, shape: &Shape, field: &str, text: &str, reading: &Reading) {
        let Some(place) = shape.place(field) else { return };
        let kind = &shape.slots[place].field.kind;
        let item = if let Kind::List(item) = kind { item } else { kind };
        let Ok(value) = types::parse(item, text, reading) else { return };
        if value.is_empty() || self.values.iter().any(|known| *known == value || known.items().contains(&value)) {
            return;
        }
        match &mut self.values[place] {
            Value::List(items) => items.push(value),
            empty @ Value::Null if kind.is_list() => *empty = Value::List(vec![value]),
            empty @ Value::Null => *empty = value,
            _ => {
                let more = if *item == Kind::Email { "more_emails" } else { "more_phones" };
                self.add_number(shape, more, text, reading);
            }
        }
    }
}

impl Cells<'_> {
    fn cell<'r>(&'r self, source: &Source, row: &'r Row) -> Cow<'r, str> {
        let cell = row.get(source.column);
        if cell.is_empty() {
            return Cow::Borrowed("");
        }
        self.mapping.translate(source.column, &source.target, cell)
    }

    /// The first cell of that part which says something.
    fn first<'r>(&'r self, slot: &'r Slot, row: &'r Row, part: &Part) -> Cow<'r, str> {
        let mut cells = slot.sources.iter().filter(|source| source.target.part == *part);
        cells.find_map(|source| Some(self.cell(source, row)).filter(|cell| !cell.is_empty())).unwrap_or_default()
    }

    fn wanted(&self, slot: &Slot, row: &Row) -> Wanted {
        let mut name = self.first(slot, row, &Part::Whole);
        if name.is_empty() {
            name = self.first(slot, row, &Part::Else);
        }
        let (mut external, mut email) = (String::new(), String::new());
        for source in &slot.sources {
            if let Part::External(system) = &source.target.part {
                let cell = self.cell(source, row);
                // Customers go by their address as well as by numbers.
                if system == "email" && slot.field.kind.target() == Some("customer") {
                    let address = types::parse(&Kind::Email, &cell, self.reading).ok();
                    address.as_ref().and_then(Value::as_text).unwrap_or_default().clone_into(&mut email);
                    continue;
                }
                let first = cell.split([';', ',']).next().unwrap_or_default().trim();
                if !first.is_empty() && external.is_empty() {
                    external = format!("{}:{first}", self.system_of(system));
                }
            }
        }
        Wanted { name: name.into_owned(), external, email }
    }

    fn system_of<'s>(&'s self, system: &'s str) -> &'s str {
        if system == "import" { self.system } else { system }
    }

    fn value(&self, slot: &mut Slot, row: &Row, overflow: &mut Vec<(&'static str, String)>) -> crate::Result<Value> {
        if let [source] = slot.sources.as_slice()
            && source.target.part == Part::Whole
        {
            let cell = row.get(source.column);
            if cell.is_empty() {
                return Ok(Value::Null);
            }
            return self.single(slot, row, overflow);
        }
        if slot.field.kind.is_list() {
            return self.list(slot, row);
        }
        let text = self.composed(slot, row, overflow);
        self.parse(slot, &text, overflow)
    }

    /// A field with one column, as most are; words that repeat are read once.
    fn single(&self, slot: &mut Slot, row: &Row, overflow: &mut Vec<(&'static str, String)>) -> crate::Result<Value> {
        let source = &slot.sources[0];
        let repeats = matches!(slot.field.kind, Kind::Choice(_) | Kind::OpenList | Kind::Date | Kind::Timestamp);
        let raw = row.get(source.column);
        if repeats && let Some(value) = slot.memo.get(raw) {
            return Ok(value.clone());
        }
        let text = self.cell(source, row);
        let value = if slot.field.kind.is_list() { self.list(slot, row)? } else { self.parse(slot, &text, overflow)? };
        if repeats && slot.memo.len() < REMEMBERED {
            slot.memo.insert(raw.to_owned(), value.clone());
        }
        Ok(value)
    }

    fn parse(&self, slot: &Slot, text: &str, overflow: &mut Vec<(&'static str, String)>) -> crate::Result<Value> {
        let kind = &slot.field.kind;
        let text = match (kind, slot.sources.first()) {
            (Kind::Date | Kind::Timestamp, Some(source)) => &*self.mapping.clear_day(source.column, text),
            _ => text,
        };
        let more = match kind {
            Kind::Phone => "more_phones",
            Kind::Email => "more_emails",
            _ => return types::parse(kind, text, self.reading),
        };
        if !text.contains([';', '；', ',', '，', '、', '\n', ':']) {
            return types::parse(kind, text, self.reading);
        }
        let mut pieces = self.pieces(text).into_iter();
        let first = pieces.next().unwrap_or_default();
        overflow.extend(pieces.map(|piece| (more, piece.to_owned())));
        types::parse(kind, first, self.reading)
    }

    /// The several values of one cell.
    fn pieces<'t>(&self, text: &'t str) -> Vec<&'t str> {
        let separator = self.mapping.separator.as_deref().unwrap_or(":::");
        let parts = text.split(separator).flat_map(|part| part.split(":::"));
        let pieces = parts.flat_map(|part| part.split([';', '；', ',', '，', '、', '\n']));
        pieces.map(str::trim).filter(|piece| !piece.is_empty()).collect()
    }

    /// Everything that the columns of a list say, each thing once.
    fn list(&self, slot: &Slot, row: &Row) -> crate::Result<Value> {
        let mut items: Vec<Value> = Vec::new();
        for source in &slot.sources {
            let cell = self.cell(source, row);
            if cell.is_empty() {
                continue;
            }
            let value = match &source.target.part {
                Part::External(system) => Value::List(vec![Value::Text(format!("{}:{cell}", self.system_of(system)))]),
                _ => types::parse(&slot.field.kind, &self.tags(slot, &cell), self.reading)?,
            };
            for item in value.items() {
                // One too many is refused later.
                if items.len() <= MOST_ITEMS && !items.contains(item) {
                    items.push(item.clone());
                }
            }
        }
        Ok(if items.is_empty() { Value::Null } else { Value::List(items) })
    }

    /// Tags without those that everybody has, and without the marks that programs put before them.
    fn tags<'t>(&self, slot: &Slot, cell: &'t str) -> Cow<'t, str> {
        let Some(separator) = self.mapping.separator.as_deref() else { return Cow::Borrowed(cell) };
        let tags = slot.field.name == "tags";
        let bare = |piece: &'t str| piece.trim().trim_start_matches(if tags { "* " } else { "" }).trim();
        let dropped = |piece: &&str| {
            let folded = types::fold(piece.trim_start_matches('*'));
            tags && self.mapping.drop.iter().any(|drop| *drop == folded.trim())
        };
        let pieces = cell.split(separator).map(bare).filter(|piece| !piece.is_empty() && !dropped(piece));
        Cow::Owned(pieces.collect::<Vec<_>>().join(";"))
    }

    /// The text of a field that several columns fill.
    fn composed(&self, slot: &Slot, row: &Row, overflow: &mut Vec<(&'static str, String)>) -> String {
        let mut text = self.whole(slot, row, overflow);
        if text.is_empty() {
            text = self.name_or_address(slot, row);
        }
        if text.is_empty() {
            text = self.conditional(slot, row);
        }
        self.labelled(slot, row, &mut text, overflow);
        if text.is_empty() {
            text = self.first(slot, row, &Part::Else).into_owned();
        }
        self.add_notes(slot, row, &mut text);
        text
    }

    /// The first column that says something; further numbers find their place elsewhere.
    fn whole(&self, slot: &Slot, row: &Row, overflow: &mut Vec<(&'static str, String)>) -> String {
        let mut text = String::new();
        for source in slot.sources.iter().filter(|source| source.target.part == Part::Whole) {
            let cell = self.cell(source, row);
            if text.is_empty() {
                text = cell.into_owned();
            } else if !cell.is_empty() {
                match slot.field.kind {
                    Kind::Phone => overflow.push(("more_phones", cell.into_owned())),
                    Kind::Email => overflow.push(("more_emails", cell.into_owned())),
                    _ => {}
                }
            }
        }
        text
    }

    fn name_or_address(&self, slot: &Slot, row: &Row) -> String {
        let part = |part: Part| self.first(slot, row, &part).into_owned();
        let name = full_name(&part(Part::First), &part(Part::Middle), &part(Part::Last));
        if !name.is_empty() {
            return name;
        }
        let lines = slot.sources.iter().filter(|source| matches!(source.target.part, Part::Line(_)));
        let lines: Vec<_> = lines.map(|source| self.cell(source, row)).collect();
        full_address(lines.iter().map(|line| &**line))
    }

    /// `kind=supplier` where the cell says yes; `kind:try` where the field knows the word.
    fn conditional(&self, slot: &Slot, row: &Row) -> String {
        for source in &slot.sources {
            let cell = self.cell(source, row);
            match &source.target.part {
                Part::When(value)
                    if types::parse(&Kind::YesNo, &cell, self.reading).is_ok_and(|yes| yes == Value::Bool(true)) =>
                {
                    return value.clone();
                }
                Part::Try if !cell.is_empty() && types::parse(&slot.field.kind, &cell, self.reading).is_ok() => {
                    return cell.into_owned();
                }
                _ => {}
            }
        }
        String::new()
    }

    /// A number whose column is headed by a label of its own: mobile, fax, home, work.
    fn labelled(&self, slot: &Slot, row: &Row, text: &mut String, overflow: &mut Vec<(&'static str, String)>) {
        for source in slot.sources.iter().filter(|source| source.target.part == Part::Labelled) {
            let label = source.column.checked_sub(1).map_or("", |column| row.get(column)).to_lowercase();
            let cell = self.cell(source, row);
            for piece in self.pieces(&cell) {
                let holds = |words: &[&str]| words.iter().any(|word| label.contains(word));
                let field = if holds(&["mobile", "cell", "手机", "移动", "iphone"]) {
                    "mobile"
                } else if holds(&["fax", "传真"]) {
                    "fax"
                } else if text.is_empty() {
                    text.push_str(piece);
                    continue;
                } else {
                    "more_phones"
                };
                overflow.push((field, piece.to_owned()));
            }
        }
    }

    /// `Heading: cell` on lines of their own.
    fn add_notes(&self, slot: &Slot, row: &Row, text: &mut String) {
        for source in slot.sources.iter().filter(|source| source.target.part == Part::Note) {
            let cell = self.cell(source, row);
            if !cell.is_empty() {
                let heading = self.mapping.columns.get(source.column).map_or("", |column| &*column.heading);
                let joint = if text.is_empty() { "" } else { "\n" };
                let _ = write!(text, "{joint}{heading}: {cell}");
            }
        }
    }
}

/// The record has no name.
pub(super) fn nameless(shape: &Shape, line: u64) -> Problem {
    let title = &shape.schema.title().name;
    Problem::new(
        "missing",
        Message::new("A {kind} needs {fields}.").with("kind", shape.schema.kind).with("fields", title),
    )
    .on_field(format!("{}{title}", shape.prefix))
    .at(line)
}
