//! The last contact that a row tells of: a text and a day become an activity that is done, once.

use super::{
    lane::Lane,
    problem::{Attempt, Problem},
};
use crate::{
    Crm, Result,
    crm::bulk::{Bulk, Inserter, Lookup},
    exchange::{Mapping, Row},
    record::{
        Kind, Link, Schema, Value,
        types::{self, Reading},
    },
    store::Sql,
};
use std::{borrow::Cow, sync::Arc};

/// A subject has so many characters at most; a longer text stands in the notes as a whole.
const SUBJECT: usize = 120;
/// The fields of an activity, in the order in which values are handed over.
const FIELDS: [&str; 7] = ["subject", "kind", "customer", "contact", "owner", "done", "notes"];

/// The columns that tell of the last contact.
pub(super) struct Teller {
    texts: Vec<usize>,
    days: Vec<usize>,
    schema: Arc<Schema>,
    lookup: Lookup,
    by_subject: String,
    /// The kinds of contact that lead a customer to a node.
    leading: Vec<String>,
}

/// What was said or done, and when.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Told {
    pub subject: Value,
    pub done: Value,
    notes: Value,
    kind: &'static str,
}

impl Teller {
    /// None where no column has the text.
    pub fn new(crm: &mut Crm, mapping: &Mapping) -> Result<Option<Self>> {
        let columns = |field: &str| -> Vec<usize> {
            let told = |column: &crate::exchange::Column| {
                let mut targets = column.fate.targets().iter();
                targets.any(|target| target.record.as_deref() == Some("activity") && target.field == field)
            };
            (0..mapping.columns.len()).filter(|place| told(&mapping.columns[*place])).collect()
        };
        let texts = columns("text");
        if texts.is_empty() {
            return Ok(None);
        }
        let schema = crm.schema("activity")?;
        let lookup = Lookup::new(crm.db.dialect(), &schema, schema.field("done").cloned().into_iter().collect());
        let by_subject = lookup.sql("t.customer = ? AND t.subject = ? AND t.deleted_at IS NULL");
        Ok(Some(Self { texts, days: columns("at"), schema, lookup, by_subject, leading: crm.leading("activity")? }))
    }

    /// What the row tells; a day without a text tells nothing.
    pub fn read(&self, mapping: &Mapping, row: &Row, reading: &Reading) -> Attempt<Option<Told>> {
        let text = cell(mapping, row, &self.texts, "text");
        let notes = types::parse(&Kind::LongText, &text, reading)?;
        let Some(whole) = notes.as_text() else { return Ok(None) };
        let line = whole.lines().next().unwrap_or_default();
        let start: String = line.chars().take(SUBJECT).collect();
        let subject = types::parse(&Kind::Text, &start, reading)?;
        if subject.is_empty() {
            return Ok(None);
        }
        let day = cell(mapping, row, &self.days, "at");
        let done = types::parse(&Kind::Timestamp, &day, reading).map_err(|error| {
            let mut problem = Problem::new("bad_value", error.message).on_field("activity.at").at(row.line);
            problem.hint = error.hint.map(|hint| *hint);
            problem
        })?;
        let kind = kind_of(whole);
        let notes = if subject.as_text() == Some(whole) { Value::Null } else { notes };
        Ok(Some(Told { subject, done, notes, kind }))
    }

    /// Whether the customer has it already; without a day any of that subject is it.
    pub fn known(&self, crm: &mut Crm, customer: i64, told: &Told) -> Result<bool> {
        let arguments = [Sql::Integer(customer), Sql::text(told.subject.as_text().unwrap_or_default())];
        let stored = crm.stored(&self.lookup, &self.by_subject, &arguments)?;
        Ok(stored.iter().any(|stored| told.done.is_empty() || stored.values[0].same(&told.done)))
    }

    /// A visit that a row tells of leads its customer to a node as any other does.
    pub fn follow(&self, crm: &mut Crm, customer: i64, told: &Told) -> Result<()> {
        if self.leading.iter().all(|sort| !sort.is_empty() && sort != told.kind) {
            return Ok(());
        }
        let now = crm.now_text();
        crm.advance(customer, "activity", told.kind, told.done.as_text().unwrap_or(&now))
    }

    pub fn inserter(&self, crm: &mut Crm) -> Result<Inserter> {
        let fields = FIELDS.iter().filter_map(|name| self.schema.field(name).cloned()).collect();
        crm.inserter(&self.schema, fields)
    }
}

/// Writes what a row told of a customer, in the name of the row's owner.
pub(super) fn add(
    crm: &mut Crm,
    bulk: &mut Bulk,
    inserter: &mut Inserter,
    told: &Told,
    (customer, contact): (i64, Option<i64>),
    owner: &Value,
) -> Result<()> {
    let me = || crm.actor().map_or(Value::Null, |(id, _)| Link::to(id));
    let owner = if owner.is_empty() { me() } else { owner.clone() };
    let done = if told.done.is_empty() { Value::Text(crm.now_text()) } else { told.done.clone() };
    let values = [
        told.subject.clone(),
        Value::text(told.kind),
        Link::to(customer),
        contact.map_or(Value::Null, Link::to),
        owner,
        done,
        told.notes.clone(),
    ];
    crm.insert_quickly(bulk, inserter, &values).map(|_| ())
}

impl Lane {
    /// The customer and the contact that what the row tells is about; none where the row names no customer.
    pub fn about(&self, id: i64, customer: &Value) -> Option<(i64, Option<i64>)> {
        match (self.kind(), customer) {
            ("customer", _) => Some((id, None)),
            ("contact", Value::Link(link)) => Some((link.id, Some(id))),
            _ => None,
        }
    }
}

fn cell<'a>(mapping: &'a Mapping, row: &'a Row, columns: &[usize], field: &str) -> Cow<'a, str> {
    let target = crate::exchange::Target {
        record: Some("activity".to_owned()),
        field: field.to_owned(),
        part: crate::exchange::Part::Whole,
    };
    let said = columns.iter().map(|column| (*column, row.get(*column))).find(|(_, cell)| !cell.trim().is_empty());
    said.map_or(Cow::Borrowed(""), |(column, cell)| Cow::Owned(mapping.translate(column, &target, cell).into_owned()))
}

/// The kind of contact that the words speak of.
fn kind_of(text: &str) -> &'static str {
    let lower = text.to_lowercase();
    let holds = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    let says = |words: &[&str]| {
        let mut pieces = lower.split(|letter: char| !letter.is_ascii_alphanumeric());
        pieces.any(|piece| words.contains(&piece))
    };
    if holds(&["电话", "電話"]) || says(&["call", "calls", "called", "phone", "phoned"]) {
        "call"
    } else if holds(&["上门", "拜访", "上門", "拜訪"]) || says(&["visit", "visits", "visited"]) {
        "visit"
    } else if holds(&["微信"]) || says(&["wechat"]) {
        "wechat"
    } else if holds(&["邮件", "郵件"]) || says(&["mail", "mails", "mailed", "email", "emails", "emailed"]) {
        "email"
    } else {
        "note"
    }
}

#[cfg(test)]
mod tests {
    use super::kind_of;

    #[test]
    fn the_kind_of_contact_is_taken_from_the_words() {
        for (text, kind) in [
            ("电话沟通了交期", "call"),
            ("Called about prices", "call"),
            ("Recall of lot 7", "note"),
            ("上门拜访", "visit"),
            ("微信报价", "wechat"),
            ("Sent an e-mail", "email"),
        ] {
            assert_eq!(kind_of(text), kind, "{text}");
        }
    }
}
