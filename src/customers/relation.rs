//! Relation: what two people are to each other, one row that is told from both sides in the right words (R27, R30).

use super::Contact;
use crate::{
    Result,
    crm::{Crm, integer, text},
    error::{Cause, Error},
    message::Message,
    record::{
        Choice, Column, Draft, Grid, Id, Kind, Link, Row, Total, Value, record,
        types::{self, LongText},
    },
    store::Sql,
};

record! {
    /// What two people are to each other.
    pub struct Relation in "relations" as "RL" called "relation" {
        /// What the first is to the second
        kind: RelationKind [list],
        /// The first person
        contact: Option<Id<Contact>> [index, child, list],
        /// The second person
        other: Option<Id<Contact>> [index, child, list],
        /// What else is worth knowing
        notes: Option<LongText>,
    }
}

record! {
    /// What one person is to another.
    pub enum RelationKind {
        /// Reports to
        ReportsTo = "reports-to",
        /// Assistant of
        AssistantOf = "assistant-of",
        /// Spouse of
        SpouseOf = "spouse-of",
        /// Parent of
        ParentOf = "parent-of",
        /// Sibling of
        SiblingOf = "sibling-of",
        /// Friend of
        FriendOf = "friend-of",
        /// Colleague of
        ColleagueOf = "colleague-of",
        /// Former colleague of
        FormerColleagueOf = "former-colleague-of",
        /// Introduced by
        IntroducedBy = "introduced-by",
        /// Formerly
        Formerly = "formerly",
        /// Knows
        Knows = "knows",
    }
}

/// The other side of the relations that are not alike from both: word, English, Chinese.
const REVERSE: [(&str, &str, &str, &str); 5] = [
    ("reports-to", "manages", "Manages", "下属有"),
    ("assistant-of", "assisted-by", "Assisted by", "助理有"),
    ("parent-of", "child-of", "Child of", "父母是"),
    ("introduced-by", "introduced", "Introduced", "介绍了"),
    ("formerly", "now", "Now", "现为"),
];

/// The words of both sides.
pub(crate) fn words(crm: &Crm) -> Result<Vec<Choice>> {
    let schema = crm.schema("relation")?;
    let mut words = schema.field("kind").map(|field| field.choices().to_vec()).unwrap_or_default();
    words.extend(REVERSE.map(|(_, key, label, label_zh)| Choice {
        key: key.into(),
        label: label.into(),
        label_zh: label_zh.into(),
        retired: false,
    }));
    Ok(words)
}

/// The word for the second person, seen from the first.
fn reversed(key: &str) -> &str {
    REVERSE.iter().find(|(own, ..)| *own == key).map_or(key, |(_, reverse, ..)| reverse)
}

impl Crm {
    /// Notes what one person is to another, in the words of either side: "reports to", "manages", 下属.
    ///
    /// # Errors
    /// An unknown word; a person related to themselves; a relation that is there already, from whichever side.
    pub fn relate(&mut self, person: i64, word: &str, other: i64, notes: Option<&str>) -> Result<i64> {
        let word = types::parse_choice(&words(self)?, word, false)?;
        let key = word.as_text().unwrap_or_default();
        let forward = REVERSE.iter().find(|(_, reverse, ..)| *reverse == key).map(|(own, ..)| *own);
        let (first, second) = if forward.is_some() { (other, person) } else { (person, other) };
        let values = vec![
            ("kind".to_owned(), Value::text(forward.unwrap_or(key))),
            ("contact".to_owned(), Link::to(first)),
            ("other".to_owned(), Link::to(second)),
            ("notes".to_owned(), notes.map_or(Value::Null, Value::text)),
        ];
        self.add("relation", values)
    }
}

/// Two people, not one, who are not so related already from either side.
pub(crate) fn check(crm: &mut Crm, draft: &mut Draft) -> Result<()> {
    let (Some(first), Some(second)) = (draft.get("contact").as_integer(), draft.get("other").as_integer()) else {
        return Err(Error::bad_value(
            Message::new("A {kind} needs {fields}.").with("kind", "relation").with("fields", "contact, other"),
        )
        .on_field("other"));
    };
    if first == second {
        let name = crm.title("contact", first)?;
        return Err(Error::new(
            Cause::Refused,
            Message::new("{name} cannot be related to themselves.").with("name", name),
        )
        .on_field("other"));
    }
    let kind = draft.get("kind");
    let kind = kind.as_text().unwrap_or_default();
    let same = "SELECT id, contact FROM relations WHERE kind = ? AND ((contact = ? AND other = ?) \
                OR (contact = ? AND other = ?)) AND id <> ? AND deleted_at IS NULL ORDER BY id LIMIT 1";
    let people = [first, second, second, first, draft.id.unwrap_or_default()].map(Sql::Integer);
    let arguments: Vec<Sql> = std::iter::once(Sql::text(kind)).chain(people).collect();
    match crm.db.first(same, &arguments)? {
        None => Ok(()),
        Some(row) => Err(there_already(crm, &row, kind, first, second)?),
    }
}

fn there_already(crm: &mut Crm, row: &[Sql], kind: &str, first: i64, second: i64) -> Result<Error> {
    let (first, second) = if integer(&row[1]) == first { (first, second) } else { (second, first) };
    let words = words(crm)?;
    let word = words.iter().find(|choice| choice.key == kind).map_or(kind, |choice| &*choice.label).to_lowercase();
    let message = Message::new("{record} says already: {first} {relation} {second}.")
        .with("record", crm.schema("relation")?.short(integer(&row[0])))
        .with("first", crm.title("contact", first)?)
        .with("relation", word)
        .with("second", crm.title("contact", second)?);
    Ok(Error::new(Cause::Conflict, message).on_field("other"))
}

/// The relations of a contact, each in the words of their side.
pub(crate) fn under(crm: &mut Crm, kind: &str, id: i64) -> Result<Option<Grid>> {
    if kind != "contact" {
        return Ok(None);
    }
    let sql = "SELECT r.id, r.kind, r.contact, p.id, p.name, k.id, k.name, r.notes FROM relations r \
               JOIN contacts p ON p.id = CASE WHEN r.contact = ? THEN r.other ELSE r.contact END \
               LEFT JOIN customers k ON k.id = p.customer \
               WHERE (r.contact = ? OR r.other = ?) AND r.deleted_at IS NULL ORDER BY r.id LIMIT 50";
    let rows = crm.db.query(sql, &[Sql::Integer(id), Sql::Integer(id), Sql::Integer(id)])?;
    if rows.is_empty() {
        return Ok(None);
    }
    let columns = vec![
        Column::new("relation", "Relation", "关系", Kind::Choice(words(crm)?)),
        Column::new("contact", "Contact", "联系人", Kind::Link("contact".into())),
        Column::new("customer", "Customer", "客户", Kind::Link("customer".into())),
        Column::new("notes", "Notes", "备注", Kind::Text),
    ];
    let rows: Vec<Row> = rows.iter().map(|row| told(row, id)).collect();
    let total = Total::Exactly(rows.len() as u64);
    Ok(Some(Grid { noun: "relations".to_owned(), columns, rows, totals: None, total }))
}

fn told(row: &[Sql], side: i64) -> Row {
    let link = |at: usize, letter: &'static str| {
        let link = || Link { id: integer(&row[at]), title: text(&row[at + 1]), uid: String::new(), letter };
        if row[at].is_null() { Value::Null } else { Value::Link(link()) }
    };
    let kind = text(&row[1]);
    let word = if integer(&row[2]) == side { &*kind } else { reversed(&kind) };
    let notes = row[7].as_text().map_or(Value::Null, Value::text);
    let id = integer(&row[0]);
    Row { id, short: format!("RL{id}"), cells: vec![Value::text(word), link(3, "P"), link(5, "C"), notes] }
}
