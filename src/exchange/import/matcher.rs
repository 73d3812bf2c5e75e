//! `Matcher`: which stored record a row speaks of, and what the row would change of it.

use super::{
    problem::{Attempt, Problem},
    said::{Said, Wanted},
    shape::Shape,
};
use crate::{
    Crm, Message, Result,
    crm::bulk::{Lookup, Stored},
    record::{Field, Kind, Value, types},
    store::Sql,
};

/// Finds the stored records of one kind.
pub(super) struct Matcher {
    lookup: Lookup,
    /// No record of the kind is there at all, so none need be looked for.
    pub nothing: bool,
    by_uid: String,
    by_title: String,
    by_title_of_customer: String,
    by_title_of_nobody: String,
    by_external: Option<String>,
    external: Option<Field>,
    unique: Vec<(usize, String)>,
    chosen: Option<(usize, String)>,
    /// Where phones and e-mails stand among the stored values; lists are read apart.
    addresses: Vec<(usize, Field)>,
    title: Field,
}

/// Among whose records a name is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    Anywhere,
    Customer(i64),
    Nobody,
    /// The customer is yet to be made, so nothing of theirs is there.
    Unborn,
}

impl Matcher {
    /// `chosen` is the field of `--match`.
    pub fn new(crm: &mut Crm, shape: &Shape, chosen: Option<usize>) -> Result<Self> {
        let schema = &shape.schema;
        let mut fields: Vec<Field> = shape
            .slots
            .iter()
            .map(|slot| {
                let mut field = slot.field.clone();
                if slot.planned {
                    // Without a column nothing is stored yet.
                    field.computed = Some("NULL".into());
                }
                field
            })
            .collect();
        let mut addresses = Vec::new();
        for name in ["phone", "mobile", "email", "more_phones", "more_emails"] {
            let Some(field) = schema.field(name) else { continue };
            let place = fields.iter().position(|known| known.name == field.name).unwrap_or_else(|| {
                fields.push(field.clone());
                fields.len() - 1
            });
            addresses.push((place, field.clone()));
        }
        let nothing = !crm.has_any(schema)?;
        let lookup = Lookup::new(crm.db.dialect(), schema, fields);
        let title = schema.title().clone();
        let key = if title.has_key() { "_key" } else { "" };
        let named = format!("t.\"{}{key}\" = ? AND t.deleted_at IS NULL", title.name);
        let external = schema.field("external_ids").cloned();
        Ok(Self {
            nothing,
            by_uid: lookup.sql("t.uid = ?"),
            by_title_of_customer: lookup.sql(&format!("{named} AND t.customer = ?")),
            by_title_of_nobody: lookup.sql(&format!("{named} AND t.customer IS NULL")),
            by_title: lookup.sql(&named),
            by_external: external.as_ref().map(|field| lookup.by_field(field)),
            external,
            unique: shape.unique.iter().map(|slot| (*slot, lookup.by_field(&shape.slots[*slot].field))).collect(),
            chosen: chosen.map(|slot| (slot, lookup.by_field(&shape.slots[slot].field))),
            addresses,
            title,
            lookup,
        })
    }

    /// The record that the row speaks of: by uid, else the chosen field, else numbers of other systems and unique
    /// fields, else the name with what tells namesakes apart.
    pub fn find(&self, crm: &mut Crm, shape: &Shape, said: &Said, scope: Scope) -> Attempt<Option<Stored>> {
        if self.nothing {
            return Ok(None);
        }
        if let Some(found) = self.by_uid(crm, shape, said)? {
            return Ok(Some(found));
        }
        if let Some((slot, sql)) = &self.chosen {
            return self.by_chosen(crm, shape, said, *slot, sql);
        }
        if let Some(found) = self.by_number(crm, shape, said)? {
            return Ok(Some(found));
        }
        if shape.kept {
            return self.said_before(crm, shape, said);
        }
        self.by_name(crm, shape, said, scope)
    }

    /// Of records that are kept as they were written, the one that says all that the row says.
    fn said_before(&self, crm: &mut Crm, shape: &Shape, said: &Said) -> Attempt<Option<Stored>> {
        let Some(link) = shape.slots.iter().position(|slot| slot.field.child) else { return Ok(None) };
        if said.values[link].is_empty() || !said.text(shape.uid).is_empty() {
            return Ok(None);
        }
        let sql = self.lookup.by_field(&shape.slots[link].field);
        let argument = Lookup::argument(&shape.slots[link].field, &said.values[link]);
        for stored in crm.stored(&self.lookup, &sql, &[argument])? {
            if compare(crm, shape, said, &stored, false)?.is_empty() {
                return Ok(Some(stored));
            }
        }
        Ok(None)
    }

    fn by_uid(&self, crm: &mut Crm, shape: &Shape, said: &Said) -> Attempt<Option<Stored>> {
        let uid = said.text(shape.uid);
        if uid.is_empty() {
            return Ok(None);
        }
        let found = crm.stored(&self.lookup, &self.by_uid, &[Sql::Text(uid.to_lowercase())])?.pop();
        let standing = match &found {
            Some(found) if found.deleted => crm.standing(&shape.schema, found.id)?,
            _ => return Ok(found),
        };
        match found {
            Some(found) if standing != found.id => {
                Ok(crm.stored(&self.lookup, &self.lookup.sql("t.id = ?"), &[Sql::Integer(standing)])?.pop())
            }
            Some(found) => {
                let short = shape.schema.short(found.id);
                let message = Message::new("{record} is in the recycle bin.").with("record", &short);
                let hint = Message::new("kehu {kind} restore {record}").with("kind", shape.schema.kind);
                Err(Problem::new("deleted", message).on_field("uid").hint(hint.with("record", short)).into())
            }
            found => Ok(found),
        }
    }

    fn by_chosen(&self, crm: &mut Crm, shape: &Shape, said: &Said, slot: usize, sql: &str) -> Attempt<Option<Stored>> {
        let field = &shape.slots[slot].field;
        let value = said.value(Some(slot));
        if value.is_empty() {
            let message = Message::new("The row has no {field} to recognise a {kind} by.");
            let message = message.with("field", &field.name).with("kind", shape.schema.kind);
            return Err(Problem::new("missing", message).on_field(&*field.name).into());
        }
        let values = if field.kind.is_list() { value.items() } else { std::slice::from_ref(value) };
        let mut found: Vec<Stored> = Vec::new();
        for value in values {
            for stored in crm.stored(&self.lookup, sql, &[Lookup::argument(field, value)])? {
                if found.iter().all(|known| known.id != stored.id) {
                    found.push(stored);
                }
            }
        }
        if found.len() > 1 { Err(ambiguous(crm, shape, &found).into()) } else { Ok(found.pop()) }
    }

    /// By numbers of other systems and by unique fields, all of which must mean the same record.
    fn by_number(&self, crm: &mut Crm, shape: &Shape, said: &Said) -> Attempt<Option<Stored>> {
        let mut found: Option<Stored> = None;
        if let Some(sql) = &self.by_external {
            for number in said.value(shape.external).items() {
                for stored in crm.stored(&self.lookup, sql, &[Sql::text(number.as_text().unwrap_or_default())])? {
                    merge(crm, shape, &mut found, stored, "external_ids", number)?;
                }
            }
        }
        for (slot, sql) in &self.unique {
            let field = &shape.slots[*slot].field;
            let value = said.value(Some(*slot));
            if value.is_empty() {
                continue;
            }
            for stored in crm.stored(&self.lookup, sql, &[Lookup::argument(field, value)])? {
                if found.is_none() && self.other_number(crm, shape, said, &stored)? {
                    return Err(held(crm, shape, &stored, &field.name, value).into());
                }
                merge(crm, shape, &mut found, stored, &field.name, value)?;
            }
        }
        Ok(found)
    }

    fn by_name(&self, crm: &mut Crm, shape: &Shape, said: &Said, scope: Scope) -> Attempt<Option<Stored>> {
        let name = said.value(shape.title);
        if name.is_empty() {
            return Ok(None);
        }
        let name = Lookup::argument(&self.title, name);
        let namesakes = match scope {
            Scope::Unborn => return Ok(None),
            Scope::Anywhere => crm.stored(&self.lookup, &self.by_title, &[name])?,
            Scope::Nobody => crm.stored(&self.lookup, &self.by_title_of_nobody, &[name])?,
            Scope::Customer(id) => crm.stored(&self.lookup, &self.by_title_of_customer, &[name, Sql::Integer(id)])?,
        };
        let mut possible = Vec::with_capacity(namesakes.len());
        if !shape.named {
            // The one that says all that the row says is the same again.
            for stored in namesakes.into_iter().filter(|_| said.value(shape.external).is_empty()) {
                if compare(crm, shape, said, &stored, false)?.is_empty() {
                    return Ok(Some(stored));
                }
            }
            return Ok(None);
        }
        for stored in namesakes {
            if !differs(shape, said, &stored)
                && !self.other_number(crm, shape, said, &stored)?
                && (said.text(shape.uid).is_empty() || takes_over(crm, shape, said, &stored)?)
            {
                possible.push(stored);
            }
        }
        if possible.is_empty() {
            possible.extend(self.lone_head_office(crm, shape, said)?);
        }
        if possible.is_empty() {
            return Ok(None);
        }
        self.among(crm, shape, said, possible)
    }

    /// The head office of a database without any other branch, for an export's head office of another name.
    fn lone_head_office(&self, crm: &mut Crm, shape: &Shape, said: &Said) -> Result<Option<Stored>> {
        let top = shape.schema.kind == "branch" && said.wanted.iter().all(Wanted::is_empty);
        if !top || said.text(shape.uid).is_empty() {
            return Ok(None);
        }
        let mut branches = crm.stored(&self.lookup, &self.lookup.sql("t.deleted_at IS NULL"), &[])?;
        let Some(only) = branches.pop().filter(|_| branches.is_empty()) else { return Ok(None) };
        Ok(if takes_over(crm, shape, said, &only)? { Some(only) } else { None })
    }

    /// The contacts of a customer that bear the row's name.
    pub fn of_customer(&self, crm: &mut Crm, shape: &Shape, said: &Said, customer: i64) -> Result<Vec<Stored>> {
        let name = Lookup::argument(&self.title, said.value(shape.title));
        crm.stored(&self.lookup, &self.by_title_of_customer, &[name, Sql::Integer(customer)])
    }

    /// Of namesakes the one that shares a phone or e-mail; a row without any fits a lone namesake, and so does a row
    /// with some where the namesake has none. Of several the one that holds all that the row says.
    fn among(&self, crm: &mut Crm, shape: &Shape, said: &Said, namesakes: Vec<Stored>) -> Attempt<Option<Stored>> {
        let addresses: Vec<&str> = said.addresses(shape).collect();
        let mut fitting = Vec::new();
        if addresses.is_empty() {
            fitting = namesakes;
        } else {
            let mut bare = Vec::new();
            for stored in namesakes {
                match self.shares_address(crm, shape, &stored, &addresses)? {
                    Some(true) => fitting.push(stored),
                    Some(false) => {}
                    None => bare.push(stored),
                }
            }
            if fitting.is_empty() {
                fitting = bare;
            }
        }
        if fitting.len() > 1 {
            for place in 0..fitting.len() {
                if compare(crm, shape, said, &fitting[place], false)?.is_empty() {
                    return Ok(Some(fitting.swap_remove(place)));
                }
            }
            return Err(ambiguous(crm, shape, &fitting).into());
        }
        Ok(fitting.pop())
    }

    /// Whether the record has one of these phones or e-mails; none when it has none at all.
    fn shares_address(
        &self,
        crm: &mut Crm,
        shape: &Shape,
        stored: &Stored,
        addresses: &[&str],
    ) -> Result<Option<bool>> {
        let mut any = false;
        for (place, _) in self.addresses.iter().filter(|(_, field)| !field.kind.is_list()) {
            if let Some(text) = stored.values[*place].as_text() {
                any = true;
                if addresses.contains(&text) {
                    return Ok(Some(true));
                }
            }
        }
        for (_, field) in self.addresses.iter().filter(|(_, field)| field.kind.is_list()) {
            let values = crm.list_values(&shape.schema, field, stored.id)?;
            any |= !values.is_empty();
            if values.iter().filter_map(Value::as_text).any(|text| addresses.contains(&text)) {
                return Ok(Some(true));
            }
        }
        Ok(any.then_some(false))
    }

    /// Whether a system of the row's knows the record by another number.
    fn other_number(&self, crm: &mut Crm, shape: &Shape, said: &Said, stored: &Stored) -> Result<bool> {
        let numbers = said.value(shape.external).items();
        let (Some(field), false) = (&self.external, numbers.is_empty()) else { return Ok(false) };
        let known = crm.list_values(&shape.schema, field, stored.id)?;
        let system =
            |value: &Value| value.as_text().and_then(|text| text.split_once(':')).map(|(system, _)| system.to_owned());
        Ok(numbers.iter().any(|number| {
            !known.contains(number)
                && known.iter().any(|other| system(other).is_some() && system(other) == system(number))
        }))
    }
}

/// Whether the row takes over a record that nobody made but the first write to the database: an export's own first user
/// and head office. Beside these a row with a uid is known by no name: a namesake is another row's record.
pub(super) fn takes_over(crm: &mut Crm, shape: &Shape, said: &Said, stored: &Stored) -> Result<bool> {
    let Some(slot) = shape.uid.filter(|_| matches!(shape.schema.kind, "user" | "branch")) else { return Ok(false) };
    let other = !said.values[slot].is_empty() && said.values[slot] != stored.values[slot];
    Ok(other && crm.made_at_the_start(&shape.schema, stored.id)?)
}

/// Whether a unique field is another one there, or it belongs to something else: the lines of two deals, the stages of
/// two pipelines.
fn differs(shape: &Shape, said: &Said, stored: &Stored) -> bool {
    let owners =
        (0..shape.slots.len()).filter(|slot| shape.slots[*slot].field.child && shape.slots[*slot].field.required);
    shape.unique.iter().copied().chain(owners).any(|slot| {
        let (said, stored) = (said.value(Some(slot)), &stored.values[slot]);
        !said.is_empty() && !stored.is_empty() && !said.same(stored)
    })
}

/// What the row would change: the slots and their values to be. A list gains what the row says and loses nothing;
/// an empty cell changes nothing unless `clear` says so.
pub(super) fn compare(
    crm: &mut Crm,
    shape: &Shape,
    said: &Said,
    stored: &Stored,
    clear: bool,
) -> Result<Vec<(usize, Value)>> {
    let mut changes = Vec::new();
    for (place, slot) in shape.slots.iter().enumerate() {
        if slot.field.engine {
            continue;
        }
        let value = &said.values[place];
        if value.is_empty() {
            let mapped = clear && !slot.sources.is_empty() && !slot.field.required;
            let wanted =
                shape.links.iter().position(|link| *link == place).is_some_and(|link| !said.wanted[link].is_empty());
            if mapped && !wanted && !slot.field.kind.is_list() && !stored.values[place].is_empty() {
                changes.push((place, Value::Null));
            }
            continue;
        }
        if let Kind::List(_) = slot.field.kind {
            let mut items =
                if slot.planned { Vec::new() } else { crm.list_values(&shape.schema, &slot.field, stored.id)? };
            let before = items.len();
            for item in value.items() {
                let alike = |known: &Value| known.same(item) || same_word(known, item);
                if !items.iter().any(alike) {
                    items.push(item.clone());
                }
            }
            if items.len() > before {
                changes.push((place, Value::List(items)));
            }
        } else if !stored.values[place].same(value) {
            changes.push((place, value.clone()));
        }
    }
    Ok(changes)
}

fn ambiguous(crm: &mut Crm, shape: &Shape, found: &[Stored]) -> Problem {
    let message = Message::new("The row could mean several records: {candidates}.");
    let mut problem = Problem::new("ambiguous", message).on_field(shape.name(shape.title.unwrap_or_default()));
    for stored in found.iter().take(5) {
        let title = crm.title(shape.schema.kind, stored.id).unwrap_or_default();
        problem.candidates.push((shape.schema.short(stored.id), title));
    }
    problem.message = problem.message.clone().with("candidates", problem.choices());
    problem
}

fn same_word(one: &Value, other: &Value) -> bool {
    matches!((one.as_text(), other.as_text()), (Some(one), Some(other)) if types::fold(one) == types::fold(other))
}

/// Two numbers of one row must not mean two records.
fn merge(
    crm: &mut Crm,
    shape: &Shape,
    found: &mut Option<Stored>,
    stored: Stored,
    field: &str,
    value: &Value,
) -> Attempt<()> {
    match found {
        Some(known) if known.id != stored.id => Err(held(crm, shape, &stored, field, value).into()),
        Some(_) => Ok(()),
        None => {
            *found = Some(stored);
            Ok(())
        }
    }
}

/// Somebody else holds a value that only one may have.
fn held(crm: &mut Crm, shape: &Shape, holder: &Stored, field: &str, value: &Value) -> Problem {
    let short = shape.schema.short(holder.id);
    let title = crm.title(shape.schema.kind, holder.id).unwrap_or_default();
    let message = Message::new("{holder} {title} has the {field} {value} already.")
        .with("holder", &short)
        .with("title", title)
        .with("field", field)
        .with("value", value.as_text().unwrap_or_default());
    Problem::new("duplicate", message)
        .on_field(format!("{}{field}", shape.prefix))
        .hint(Message::new("kehu show {holder}").with("holder", short))
}
