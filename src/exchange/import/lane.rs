//! `Lane`: everything that is needed to read the rows of one kind, and what each of them says.

use super::{
    activity::{Teller, Told},
    links::{self, Answer, Links},
    matcher::{Matcher, Scope},
    problem::{Attempt, Problem},
    said::{Cells, Said, Wanted, nameless},
    shape::Shape,
};
use crate::{
    Crm, Message, Result,
    exchange::{Mapping, Row},
    record::{Kind, Link, Schema, Value, Values, types::Reading},
};
use std::sync::Arc;

/// The reading of rows of one kind, with the linked records that they speak of as well.
pub(super) struct Lane {
    pub shape: Shape,
    pub matcher: Matcher,
    /// The contact of a customer's row.
    pub contact: Option<(Shape, Matcher)>,
    /// The customer of a contact's row, for the case that it has to be made.
    company: Option<Shape>,
    /// The columns that tell of the last contact.
    pub teller: Option<Teller>,
    mapping: Mapping,
    customer_link: Option<usize>,
}

/// What one row says. Kept and filled again.
#[derive(Debug, Default, Clone)]
pub(super) struct Spoken {
    pub said: Said,
    pub contact: Said,
    company: Said,
    /// The last contact, where the row tells of it.
    pub told: Option<Told>,
    /// Links, by their place in the shape, whose records this file may bring.
    pub pending: Vec<usize>,
    /// The customer that the contact belongs to is yet to be made.
    pub unborn: bool,
    /// It names an organisation and no person.
    pub customer_alone: bool,
}

/// What is done with a link that leads nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// Nothing is written.
    Check,
    Write,
}

impl Lane {
    pub fn new(
        crm: &mut Crm,
        schema: &Arc<Schema>,
        mapping: Mapping,
        planned: &[String],
        chosen: Option<&str>,
    ) -> Result<Self> {
        let shape = Shape::new(schema, &mapping, None, planned);
        let chosen = chosen.and_then(|name| shape.place(name));
        let matcher = Matcher::new(crm, &shape, chosen)?;
        let speaks_of = |record: &str| mapping.targets().any(|target| target.record.as_deref() == Some(record));
        let mut contact = None;
        if schema.kind == "customer" && speaks_of("contact") {
            let shape = Shape::new(&crm.schema("contact")?, &mapping, Some("contact"), &[]);
            let matcher = Matcher::new(crm, &shape, None)?;
            contact = Some((shape, matcher)).filter(|(shape, _)| shape.title.is_some());
        }
        let company = if schema.kind == "contact" && speaks_of("customer") {
            Some(Shape::new(&crm.schema("customer")?, &mapping, Some("customer"), &[]))
        } else {
            None
        };
        let customer_link = shape.links.iter().position(|slot| shape.slots[*slot].field.name == "customer");
        let teller = if schema.kind == "user" || schema.kind == "branch" { None } else { Teller::new(crm, &mapping)? };
        Ok(Self { shape, matcher, contact, company, teller, mapping, customer_link })
    }

    pub fn kind(&self) -> &'static str {
        self.shape.schema.kind
    }

    /// Forgets that a kind was empty, once something was written.
    pub fn expect_records(&mut self) {
        self.matcher.nothing = false;
        if let Some((_, matcher)) = &mut self.contact {
            matcher.nothing = false;
        }
    }

    /// Reads the row's cells.
    pub fn read(&mut self, row: &Row, reading: &Reading, system: &str, spoken: &mut Spoken) -> Attempt<()> {
        if let Some(problem) = row.problem {
            return Err(Problem::new(problem.code(), problem.message()).at(row.line).into());
        }
        if let Some(problem) = self.broken_cell(row) {
            return Err(problem.into());
        }
        let Self { shape, contact, company, teller, mapping, .. } = self;
        let cells = Cells { mapping, reading, system };
        spoken.pending.clear();
        (spoken.unborn, spoken.customer_alone) = (false, false);
        let mut problems = Vec::new();
        spoken.said.read(shape, row, &cells, &mut problems);
        spoken.contact.values.clear();
        if let Some((shape, _)) = contact {
            spoken.contact.read(shape, row, &cells, &mut problems);
            if spoken.contact.text(shape.title).is_empty() {
                spoken.contact.values.clear();
            }
        }
        if let Some(shape) = company {
            spoken.company.read(shape, row, &cells, &mut problems);
        }
        let nameless_too =
            !problems.is_empty() && shape.schema.kind != "contact" && spoken.said.text(shape.uid).is_empty();
        if nameless_too && shape.title.is_some_and(|title| spoken.said.values[title].is_empty()) {
            problems.push(nameless(shape, row.line));
        }
        Problem::of_all(problems)?;
        spoken.told = teller.as_ref().map_or(Ok(None), |teller| teller.read(mapping, row, reading))?;
        if self.kind() == "contact" {
            self.name_contact(spoken);
        }
        Ok(())
    }

    /// The first cell that holds an error where a field needs a value, unless the user says what to read instead.
    fn broken_cell(&self, row: &Row) -> Option<Problem> {
        row.broken_cells.iter().find_map(|(column, place)| {
            let error = row.get(*column).trim();
            let target = self.mapping.columns.get(*column)?.fate.targets().first()?;
            if self.mapping.translate(*column, target, error) != error {
                return None;
            }
            let message = Message::new("Cell {cell} holds the error {error}.").with("cell", place).with("error", error);
            Some(Problem::new("broken_cell", message).on_field(target.path()).at(row.line))
        })
    }

    /// A row that names an organisation and no person speaks of the customer alone; a person without a name or an
    /// organisation is called by e-mail or phone.
    fn name_contact(&self, spoken: &mut Spoken) {
        let Some(title) = self.shape.title.filter(|title| spoken.said.values[*title].is_empty()) else { return };
        if self.customer_wanted(spoken).is_some_and(|wanted| !wanted.is_empty()) {
            let number = self.shape.external.is_some_and(|slot| !spoken.said.values[slot].is_empty());
            let email = self.shape.place("email").map_or("", |slot| spoken.said.text(Some(slot)));
            // Another system keeps a person there, though nobody knows the name.
            if !number || email.is_empty() {
                spoken.customer_alone = true;
                return;
            }
        }
        let email = self.shape.place("email").map(|slot| spoken.said.values[slot].clone());
        let email = email.filter(|value| !value.is_empty());
        let first = email.or_else(|| spoken.said.addresses(&self.shape).next().map(Value::text));
        if let Some(name) = first {
            spoken.said.values[title] = name;
        }
    }

    /// The customer that a contact's row was found to belong to.
    pub fn customer_of<'s>(&self, spoken: &'s Spoken) -> &'s Value {
        spoken.said.value(self.customer_link.map(|link| self.shape.links[link]))
    }

    pub fn customer_wanted<'s>(&self, spoken: &'s Spoken) -> Option<&'s Wanted> {
        self.customer_link.and_then(|link| spoken.said.wanted.get(link))
    }

    /// Finds what the row points to. `main` is the kind of record that the file brings.
    pub fn link(
        &self,
        crm: &mut Crm,
        links: &mut Links,
        spoken: &mut Spoken,
        mode: Mode,
        main: &str,
        line: u64,
    ) -> Attempt<()> {
        let mut problems = Vec::new();
        for (place, slot) in self.shape.links.iter().enumerate() {
            let wanted = spoken.said.wanted[place].clone();
            if wanted.is_empty() {
                continue;
            }
            let field = &self.shape.slots[*slot].field;
            let kind = field.kind.target().unwrap_or_default();
            let alone = spoken.customer_alone && field.name == "customer" && !wanted.name.is_empty();
            match links.find(crm, kind, &wanted, line)? {
                Answer::Found(id) => spoken.said.values[*slot] = Link::to(id),
                Answer::Several(candidates) => links::several(&field.name, &wanted, candidates)?,
                Answer::Missing => {
                    if kind == main && (mode == Mode::Check || kind == self.kind()) {
                        spoken.pending.push(place);
                    } else if !alone && !links.may_make(kind, &wanted) {
                        problems.push(links::missing(crm, &self.shape, kind, &field.name, &wanted));
                        continue;
                    } else if !problems.is_empty() {
                        // Nothing is made for a row that is not taken.
                        continue;
                    } else if mode == Mode::Check {
                        let fresh = links.plan(kind, &wanted);
                        if alone {
                            // The customer is what the row itself brings, and counts as such.
                            links.made -= u64::from(fresh);
                            spoken.unborn = fresh;
                            continue;
                        }
                    } else {
                        let values = if kind == "customer" { self.company_values(spoken) } else { Values::new() };
                        let id = links.make(crm, kind, &wanted, values)?;
                        spoken.said.values[*slot] = Link::to(id);
                    }
                    spoken.unborn |= field.name == "customer" && spoken.said.values[*slot].is_empty();
                }
            }
        }
        self.link_lists(crm, links, spoken, mode, line, &mut problems)?;
        Problem::of_all(problems)
    }

    /// Finds what the lists of links of a row point to: the members of a team, the followers of a ticket.
    fn link_lists(
        &self,
        crm: &mut Crm,
        links: &mut Links,
        spoken: &mut Spoken,
        mode: Mode,
        line: u64,
        problems: &mut Vec<Problem>,
    ) -> Attempt<()> {
        for (place, slot) in self.shape.slots.iter().enumerate() {
            let (Kind::List(_), Some(kind)) = (&slot.field.kind, slot.field.kind.target()) else { continue };
            let mut found = Vec::new();
            for name in spoken.said.values[place].items().iter().filter_map(Value::as_text) {
                let wanted = Wanted { name: name.to_owned(), ..Wanted::default() };
                match links.find(crm, kind, &wanted, line)? {
                    Answer::Found(id) => found.push(Link::to(id)),
                    Answer::Several(candidates) => links::several(&slot.field.name, &wanted, candidates)?,
                    Answer::Missing if !links.may_make(kind, &wanted) => {
                        problems.push(links::missing(crm, &self.shape, kind, &slot.field.name, &wanted));
                    }
                    Answer::Missing if mode == Mode::Check => {
                        links.plan(kind, &wanted);
                    }
                    Answer::Missing => found.push(Link::to(links.make(crm, kind, &wanted, Values::new())?)),
                }
            }
            spoken.said.values[place] = if found.is_empty() { Value::Null } else { Value::List(found) };
        }
        Ok(())
    }

    /// What the row says of its customer beside the name; without a person in it, its phone and address too.
    fn company_values(&self, spoken: &Spoken) -> Values {
        let mut values = Values::new();
        if let Some(shape) = &self.company {
            gather(&mut values, shape, &spoken.company, &|name| !matches!(name, "name" | "external_ids" | "uid"));
        }
        if spoken.customer_alone {
            let shared = |name: &str| SHARED.contains(&name);
            gather(&mut values, &self.shape, &spoken.said, &shared);
        }
        values
    }

    /// Among whose records the row's name is to be looked for.
    pub fn scope(&self, spoken: &Spoken) -> Scope {
        let Some(link) = self.customer_link.filter(|_| self.kind() == "contact") else { return Scope::Anywhere };
        match &spoken.said.values[self.shape.links[link]] {
            Value::Link(link) => Scope::Customer(link.id),
            _ if spoken.unborn => Scope::Unborn,
            _ => Scope::Nobody,
        }
    }
}

/// Fields that mean the same of a person and of an organisation.
const SHARED: [&str; 13] = [
    "phone",
    "mobile",
    "more_phones",
    "fax",
    "email",
    "more_emails",
    "wechat",
    "qq",
    "address",
    "city",
    "country",
    "postal_code",
    "notes",
];

fn gather(values: &mut Values, shape: &Shape, said: &Said, fits: &dyn Fn(&str) -> bool) {
    for (slot, value) in shape.slots.iter().zip(&said.values) {
        let name = &*slot.field.name;
        if !value.is_empty() && fits(name) && values.iter().all(|(known, _)| known != name) {
            values.push((name.to_owned(), value.clone()));
        }
    }
}
