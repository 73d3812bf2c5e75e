//! The winner's values after a merge: what it lacks comes from the losers, lists are united, long texts joined, and what
//! differs is kept as a note.

use super::{Merge, Merged};
use crate::{
    Result,
    crm::{Crm, Entry},
    error::Error,
    message::Message,
    record::{Draft, Field, Kind, Origin, Schema, Value, types},
};
use std::sync::Arc;

/// Taken as one block from one record, never field by field: a street of one town in another is nowhere (Odoo's rule).
const ADDRESS: [&str; 4] = ["country", "city", "address", "postal_code"];
/// Of two life cycles the one further on counts; who lapsed here and buys there has not lapsed.
const LIFE_CYCLE: [&str; 4] = ["potential", "lapsed", "signed", "repeat"];

/// One field of the winner that changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    pub field: String,
    pub kind: Kind,
    pub before: Value,
    pub after: Value,
}

/// A value of a loser that no field of the winner could take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    pub loser: i64,
    pub field: String,
    pub value: String,
}

/// The winner as it becomes.
struct Folding<'a> {
    schema: Arc<Schema>,
    values: Vec<Value>,
    merge: &'a Merge,
    kept: Vec<Kept>,
}

impl Crm {
    /// Folds the losers' values into the winner, one after the other.
    pub(super) fn fold_values(
        &mut self,
        merge: &Merge,
        winner: &Entry,
        losers: &[Entry],
        done: &mut Merged,
    ) -> Result<()> {
        let schema = winner.schema.clone();
        let mut folding = Folding { schema: schema.clone(), values: winner.values.clone(), merge, kept: Vec::new() };
        folding.check_preferences(self)?;
        self.forget_losers(&mut folding, losers);
        for loser in losers {
            folding.take_address(loser);
            for place in 0..schema.fields.len() {
                let field = &schema.fields[place];
                if folding.is_stranger(field, loser) {
                    folding.keep(place, &loser.values[place], loser.id);
                    continue;
                }
                if &*field.name == "waiting_since" {
                    folding.wait_on(place, loser);
                    continue;
                }
                let own = field.kind == Kind::Link(schema.kind.into()) && !loser.values[place].is_empty();
                if own && !field.automatic && self.would_circle(&mut folding, field, place, loser)? {
                    continue;
                }
                folding.take(place, &loser.values[place], loser);
            }
        }
        let pairs = schema.fields.iter().zip(folding.values).zip(&winner.values);
        let pairs = pairs.filter(|((_, after), before)| !before.same(after));
        let values: Vec<(String, Value)> = pairs.map(|((field, after), _)| (field.name.to_string(), after)).collect();
        let mut draft = Draft {
            schema: schema.clone(),
            id: Some(winner.id),
            stored: winner.values.clone(),
            values,
            removing: false,
            origin: Origin::Person,
        };
        for (name, before, after) in self.update_draft(&mut draft, true)?.changed {
            let kind = schema.field(&name).map_or(Kind::Text, |field| field.kind.clone());
            done.changes.push(Change { field: name, kind, before, after });
        }
        done.kept.extend(folding.kept);
        Ok(())
    }

    /// The winner's own links to a loser, which would be links to itself.
    #[expect(clippy::unused_self, reason = "stands beside what asks the database the same")]
    fn forget_losers(&self, folding: &mut Folding, losers: &[Entry]) {
        let gone = |value: &Value| value.as_integer().is_some_and(|id| losers.iter().any(|loser| loser.id == id));
        for (field, value) in folding.schema.fields.iter().zip(&mut folding.values) {
            if field.engine || field.kind.target() != Some(folding.schema.kind) {
                continue;
            }
            match value {
                Value::Link(_) if gone(value) => *value = Value::Null,
                Value::List(items) => items.retain(|item| !gone(item)),
                _ => {}
            }
        }
    }

    /// Whether a loser's parent is one of those that are merged, or stands below the winner.
    fn would_circle(&mut self, folding: &mut Folding, field: &Field, place: usize, loser: &Entry) -> Result<bool> {
        let Some(id) = loser.values[place].as_integer() else { return Ok(false) };
        let others = [folding.merge.losers.as_slice(), &[folding.merge.winner]].concat();
        if others.contains(&id) {
            return Ok(true);
        }
        let chain = self.chain(&folding.schema.clone(), field, id)?;
        let below = chain.iter().any(|id| others.contains(id));
        if below {
            folding.keep(place, &loser.values[place], loser.id);
        }
        Ok(below)
    }
}

impl Folding<'_> {
    fn check_preferences(&self, crm: &Crm) -> Result<()> {
        for (name, loser) in &self.merge.prefer {
            let field = crm.field(&self.schema, name)?;
            if !field.writable() || field.kind.is_list() {
                let message = Message::new("{field} is not a value that one record gives: lists are united.");
                return Err(Error::bad_value(message.with("field", name)).on_field(name.as_str()));
            }
            if !self.merge.losers.contains(loser) && *loser != self.merge.winner {
                let message = Message::new("{record} is none of those that are merged.");
                return Err(Error::bad_value(message.with("record", self.schema.short(*loser))));
            }
        }
        Ok(())
    }

    fn prefers(&self, name: &str, loser: i64) -> bool {
        self.merge.prefer.iter().any(|(field, from)| field == name && *from == loser)
    }

    /// The block of a loser, where it is preferred, or says all that the winner's says and more.
    fn take_address(&mut self, loser: &Entry) {
        let places: Vec<usize> = ADDRESS.iter().filter_map(|name| self.schema.index_of(name)).collect();
        let preferred = ADDRESS.iter().any(|name| self.prefers(name, loser.id));
        let within = places.iter().all(|place| {
            let mine = &self.values[*place];
            mine.is_empty() || mine.same(&loser.values[*place])
        });
        for place in places {
            let (mine, theirs) = (self.values[place].clone(), &loser.values[place]);
            if mine.same(theirs) {
                continue;
            }
            if preferred || within {
                self.keep(place, &mine, self.merge.winner);
                self.values[place] = theirs.clone();
            } else {
                self.keep(place, theirs, loser.id);
            }
        }
    }

    /// What one field becomes.
    fn take(&mut self, place: usize, theirs: &Value, loser: &Entry) {
        let schema = self.schema.clone();
        let field = &schema.fields[place];
        let name = &*field.name;
        let skipped = ADDRESS.contains(&name) || matches!(name, "primary" | "left");
        if field.engine || field.computed.is_some() || field.automatic && !field.kind.is_list() || skipped {
            return;
        }
        let mine = self.values[place].clone();
        if theirs.is_empty() || mine.same(theirs) {
            return;
        }
        if field.kind.is_list() {
            self.unite(place, theirs);
        } else if self.prefers(name, loser.id) {
            self.values[place] = theirs.clone();
            self.put_aside(place, &mine, self.merge.winner);
        } else if mine.is_empty() {
            if !self.has_further(field, theirs) {
                self.values[place] = theirs.clone();
            }
        } else if let Some(better) = better(field, &mine, theirs) {
            self.values[place] = better;
        } else if field.default.as_deref() != Some(types::show(&field.kind, theirs).as_str()) {
            // What every record gets that nothing is said of says nothing.
            self.put_aside(place, theirs, loser.id);
        }
    }

    /// Whether it is a contact of another customer than the one that the winner has.
    fn is_stranger(&self, field: &Field, loser: &Entry) -> bool {
        let Some(customer) = self.schema.index_of("customer").filter(|_| &*field.name == "contact") else {
            return false;
        };
        let (mine, theirs) = (&self.values[customer], &loser.values[customer]);
        !self.prefers("contact", loser.id) && !mine.is_empty() && !mine.same(theirs)
    }

    /// A customer who waits for an answer still waits for it: since the earliest time at which they asked.
    fn wait_on(&mut self, place: usize, loser: &Entry) {
        let of = |name: &str| self.schema.index_of(name);
        let (Some(answered), Some(status)) = (of("first_response"), of("status")) else { return };
        let waits = matches!(loser.values[status].as_text(), Some("new" | "open"));
        let since = match &loser.values[place] {
            Value::Null if loser.values[answered].is_empty() => loser.value("received"),
            since => since.clone(),
        };
        // Until the first answer, the clock of that one runs.
        if !waits || since.is_empty() || self.values[answered].is_empty() {
            return;
        }
        let earlier = self.values[place].as_text().is_none_or(|mine| since.as_text().is_some_and(|since| since < mine));
        if earlier {
            self.values[place] = since;
        }
    }

    /// A value that the field cannot hold: among the further ones where there are such, else in the note.
    fn put_aside(&mut self, place: usize, value: &Value, from: i64) {
        let schema = self.schema.clone();
        let field = &schema.fields[place];
        if value.is_empty() {
            return;
        }
        match further(field).and_then(|name| schema.index_of(name)) {
            Some(_) if self.has_further(field, value) => {}
            Some(list) => self.unite(list, &Value::List(vec![value.clone()])),
            None => self.keep(place, value, from),
        }
    }

    /// Whether a phone or e-mail is known already, in whichever field.
    fn has_further(&self, field: &Field, value: &Value) -> bool {
        let same_kind = |other: &Field| match &other.kind {
            Kind::List(item) => **item == field.kind,
            kind => *kind == field.kind && &*other.name != "fax",
        };
        further(field).is_some()
            && self
                .schema
                .fields
                .iter()
                .zip(&self.values)
                .any(|(other, known)| same_kind(other) && (known == value || known.items().contains(value)))
    }

    fn unite(&mut self, place: usize, theirs: &Value) {
        let own = |value: &Value| {
            let itself = [self.merge.losers.as_slice(), &[self.merge.winner]].concat();
            let among = self.schema.fields[place].kind.target() == Some(self.schema.kind);
            among && value.as_integer().is_some_and(|id| itself.contains(&id))
        };
        let folded = |value: &Value| value.as_text().map(types::fold);
        let mut items = self.values[place].items().to_vec();
        for item in theirs.items().iter().filter(|item| !own(item)) {
            let known = items
                .iter()
                .any(|known| known.same(item) || folded(known).is_some_and(|text| Some(text) == folded(item)));
            if !known {
                items.push(item.clone());
            }
        }
        self.values[place] = Value::List(items);
    }

    fn keep(&mut self, place: usize, value: &Value, loser: i64) {
        let field = &self.schema.fields[place];
        if !value.is_empty() {
            let value = types::show(&field.kind, value);
            self.kept.push(Kept { loser, field: field.name.to_string(), value });
        }
    }
}

/// The list that takes a further phone or e-mail.
fn further(field: &Field) -> Option<&'static str> {
    match field.kind {
        Kind::Phone if field.name != "fax" => Some("more_phones"),
        Kind::Email => Some("more_emails"),
        _ => None,
    }
}

/// Of two values the one that says more, for the fields where that can be told.
fn better(field: &Field, mine: &Value, theirs: &Value) -> Option<Value> {
    let (Value::Text(mine), Value::Text(theirs)) = (mine, theirs) else { return None };
    let stage = |word: &String| LIFE_CYCLE.iter().position(|known| known == word);
    match (&field.kind, &*field.name) {
        (Kind::LongText, _) if mine.contains(theirs.as_str()) => Some(Value::text(mine)),
        (Kind::LongText, _) => Some(Value::Text(format!("{mine}\n\n{theirs}"))),
        // What came in twice came in first when the first of it did, and was answered when either was.
        (Kind::Date, "since") | (Kind::Timestamp, "received" | "first_response") => Some(Value::text(mine.min(theirs))),
        // Of what waits for somebody else and what waits for us, the whole waits for us.
        (Kind::Choice(_), "status")
            if matches!((mine.as_str(), theirs.as_str()), ("pending" | "on_hold", "new" | "open")) =>
        {
            Some(Value::text("open"))
        }
        (Kind::Choice(_), "lifecycle") => Some(Value::text(if stage(mine) < stage(theirs) { theirs } else { mine })),
        _ => None,
    }
}
