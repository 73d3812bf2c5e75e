//! Intake: a web form or an e-mail makes one lead, or adds to the one that it made before (R39).

use super::LeadStatus;
use crate::{
    Result,
    crm::Crm,
    error::{Cause, Error},
    exchange::{Formed, Letter, Pairs, form_values, forms, posted},
    message::Message,
    record::{
        Kind, Value, Values,
        types::{self, timestamp_text},
    },
    store::Sql,
};

/// Fields that whoever fills a form has no say in; what a form says of them is kept as a note.
const CLOSED: [&str; 17] = [
    "uid",
    "status",
    "owner",
    "score",
    "cost",
    "group",
    "received",
    "assigned",
    "disqualified_because",
    "converted",
    "customer",
    "contact",
    "deal",
    "tags",
    "external_ids",
    "source",
    "campaign",
];

/// More than this is neither a form nor a letter.
const MOST: usize = 64 * 1024 * 1024;

/// What is known of a form or e-mail beside its text.
#[derive(Debug, Clone, Default)]
pub struct Welcome {
    /// How they came to us; `web` for a form and `e-mail` for one unless said.
    pub source: Option<String>,
    pub campaign: Option<String>,
}

/// What became of one form or e-mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    Added(i64),
    Updated(i64),
    /// It was here already.
    Unchanged(i64),
}

impl Taken {
    /// The lead.
    #[must_use]
    pub fn lead(self) -> i64 {
        match self {
            Self::Added(id) | Self::Updated(id) | Self::Unchanged(id) => id,
        }
    }
}

impl Crm {
    /// Takes in forms or an e-mail, as one operation; the same again changes nothing.
    ///
    /// # Errors
    /// What is neither, says nobody's name or address, or holds what no field takes.
    pub fn intake(&mut self, bytes: &[u8], welcome: &Welcome) -> Result<Vec<Taken>> {
        if bytes.len() > MOST {
            let message = Message::new("It has more than {most} MB, which neither a form nor an e-mail has.");
            return Err(Error::bad_value(message.with("most", MOST / 1024 / 1024)));
        }
        let start = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
        if start.is_empty() {
            return Err(Error::bad_value(Message::new("There is nothing in it.")));
        }
        let utf16 = bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff");
        let json = start.starts_with(b"{") || start.starts_with(b"[") || utf16;
        let posted = if json { None } else { posted(start) };
        if json || posted.is_some() {
            let forms = posted.map_or_else(|| forms(bytes), |form| Ok(vec![form]))?;
            return self.take(&format!("Take in {} forms", forms.len()), |crm| {
                let several = forms.len() > 1;
                let entry = |number: usize| several.then(|| Message::new("entry {number}").with("number", number));
                let forms = (1..).zip(&forms);
                forms.map(|(number, pairs)| crm.take_form(pairs, welcome, entry(number).as_ref())).collect()
            });
        }
        let letter = Letter::read(bytes)?;
        if let Some(header) = &letter.machine {
            let message = Message::new("Nothing was taken in: a machine sent this e-mail, as {header} says.");
            return Err(Error::new(Cause::Refused, message.with("header", header)));
        }
        self.take("Take in an e-mail", |crm| Ok(vec![crm.take_letter(&letter, welcome)?]))
    }

    fn take(&mut self, label: &str, mut work: impl FnMut(&mut Self) -> Result<Vec<Taken>>) -> Result<Vec<Taken>> {
        self.transaction(label, |crm| {
            let taken = work(crm)?;
            let changed = taken.iter().filter(|taken| !matches!(taken, Taken::Unchanged(_)));
            let changed: Vec<i64> = changed.map(|taken| taken.lead()).collect();
            crm.score_new_leads(&changed)?;
            if let [Taken::Added(id)] = taken[..] {
                let title = crm.title("lead", id)?;
                crm.relabel(&format!("{label}: L{id} {title}"))?;
            }
            Ok(taken)
        })
    }

    /// One form; of several it is said of which something is said.
    fn take_form(&mut self, pairs: &Pairs, welcome: &Welcome, entry: Option<&Message>) -> Result<Taken> {
        let named = |error: Error| match entry {
            Some(entry) => error.about(entry.clone()),
            None => error,
        };
        let formed = form_values(self, "lead", pairs, &CLOSED).map_err(named)?;
        for (field, text) in &formed.unread {
            let message = match entry {
                Some(_) => Message::new("{entry}: {text} is no {field} and is kept in the notes."),
                None => Message::new("{text} is no {field} and is kept in the notes."),
            };
            let message = message.with("text", text).with("field", field);
            self.notice(entry.into_iter().fold(message, |message, entry| message.with("entry", entry)));
        }
        let welcome = self.tagged(pairs, welcome)?;
        self.take_values(formed, &welcome).map_err(named)
    }

    fn take_values(&mut self, formed: Formed, welcome: &Welcome) -> Result<Taken> {
        let Formed { mut values, unread } = formed;
        self.say_source(&mut values, welcome, "web")?;
        if !says(&values, "name") {
            let unread = || unread.first().map(|(_, text)| text.clone());
            let instead =
                ["company", "email", "mobile", "phone"].iter().find_map(|name| said(&values, name)).or_else(unread);
            let Some(instead) = instead else {
                return Err(Error::bad_value(Message::new("The form says neither a name nor an address or phone."))
                    .on_field("name"));
            };
            values.push(("name".to_owned(), Value::Text(instead)));
        }
        let known = self.lead_of_today(&values)?;
        self.write_lead(known, values)
    }

    fn take_letter(&mut self, letter: &Letter, welcome: &Welcome) -> Result<Taken> {
        let schema = self.schema("lead")?;
        let mut values = Values::new();
        let name = letter.name.clone().unwrap_or_else(|| letter.email.clone());
        let words = if letter.text.is_empty() {
            letter.subject.clone()
        } else {
            format!("{}\n\n{}", letter.subject, letter.text)
        };
        for (name, text) in [("name", &name), ("email", &letter.email), ("needs", &words)] {
            if let Some(field) = schema.field(name) {
                values.push((name.to_owned(), self.parse_value(field, text)?));
            }
        }
        let number = (!letter.id.is_empty()).then(|| format!("email:{}", letter.id));
        if let Some(number) = &number {
            let sql = self.list_of("lead", "external_ids")?.select("l.record", "l.value = ?");
            if let Some(id) = self.numbers(&sql, &[Sql::Text(number.clone())])?.first() {
                return Ok(Taken::Unchanged(*id));
            }
            values.push(("external_ids".to_owned(), Value::List(vec![Value::text(number)])));
        }
        let now = self.reading().clock.now();
        if let Some(sent) = letter.sent.filter(|sent| *sent <= now && sent.as_second() > 0) {
            values.push(("received".to_owned(), Value::Text(timestamp_text(sent))));
        }
        self.say_source(&mut values, welcome, "e-mail")?;
        values.retain(|(_, value)| !value.is_empty());
        let known = self.lead_of_today(&values)?;
        let taken = self.write_lead(known, values)?;
        if let Some(length) = letter.cut {
            let message = Message::new("The text of the e-mail has {length} characters; only the beginning was kept.");
            self.notice(message.with("length", length));
        }
        self.keep_what_came(("lead", taken.lead()), &letter.files, MOST as u64)?;
        Ok(taken)
    }

    /// What the tags of a link say of where somebody came from, unless that is said already: its campaign, and its source
    /// where leads have come from there before.
    fn tagged(&mut self, pairs: &Pairs, welcome: &Welcome) -> Result<Welcome> {
        let tag = |name: &str| {
            let found = pairs.iter().find(|(key, _)| types::fold(key).replace(['-', ' '], "_") == name);
            found.map(|(_, text)| text.trim().to_owned()).filter(|text| !text.is_empty())
        };
        let known = match tag("utm_source") {
            Some(source) => {
                let condition = format!("source=\"{}\"", source.replace('"', "\"\""));
                (self.count_where("lead", &condition)? > 0).then_some(source)
            }
            None => None,
        };
        Ok(Welcome {
            source: welcome.source.clone().or(known),
            campaign: welcome.campaign.clone().or_else(|| tag("utm_campaign")),
        })
    }

    fn say_source(&mut self, values: &mut Values, welcome: &Welcome, usual: &str) -> Result<()> {
        let schema = self.schema("lead")?;
        for (name, text) in
            [("source", welcome.source.as_deref().or(Some(usual))), ("campaign", welcome.campaign.as_deref())]
        {
            if let (Some(field), Some(text)) = (schema.field(name), text) {
                values.push((name.to_owned(), self.parse_value(field, text)?));
            }
        }
        Ok(())
    }

    /// The open lead of the same e-mail, else phone, else name, that came in on the same day.
    fn lead_of_today(&mut self, values: &Values) -> Result<Option<i64>> {
        let instant = said(values, "received").and_then(|text| text.parse::<jiff::Timestamp>().ok());
        let clock = self.reading().clock.clone();
        let day = instant.map_or_else(|| clock.today(), |at| at.to_zoned(clock.zone().clone()).date());
        let (morning, night) = types::day_bounds(day, day, self.reading())?;
        let Some(column) = ["email", "mobile", "phone", "name"].into_iter().find(|name| says(values, name)) else {
            return Ok(None);
        };
        let sql = format!(
            "SELECT id FROM leads WHERE {column} = ? AND received >= ? AND received < ? AND deleted_at IS NULL \
             AND status NOT IN ('{}', '{}') ORDER BY id LIMIT 1",
            LeadStatus::Converted.key(),
            LeadStatus::Disqualified.key()
        );
        let text = said(values, column).unwrap_or_default();
        Ok(self.numbers(&sql, &[Sql::Text(text), Sql::Text(morning), Sql::Text(night)])?.first().copied())
    }

    /// Adds the lead, or what is new of it: longer texts are put below each other, a field that was empty is filled and
    /// one that is said anew is changed.
    fn write_lead(&mut self, known: Option<i64>, values: Values) -> Result<Taken> {
        let Some(id) = known else { return Ok(Taken::Added(self.add_where("lead", &values, true)?)) };
        let entry = self.record("lead", id)?;
        let mut changes = Values::new();
        for (name, value) in values {
            let stored = entry.value(&name);
            let long = entry.schema.field(&name).is_some_and(|field| field.kind == Kind::LongText);
            let new = match (&stored, &value) {
                (Value::Text(old), Value::Text(new)) if long && old.contains(new.as_str()) => continue,
                (Value::Text(old), Value::Text(new)) if long => Value::Text(format!("{old}\n\n{new}")),
                (Value::List(old), Value::List(new)) => {
                    let more = new.iter().filter(|item| !old.contains(item));
                    Value::List(old.iter().chain(more).cloned().collect())
                }
                // What they were called first was written by themselves, or by whoever knows them.
                _ if matches!(&*name, "name" | "received" | "source" | "campaign") && !stored.is_empty() => continue,
                _ => value,
            };
            changes.push((name, new));
        }
        let save = self.change_where("lead", id, &changes, None, true)?;
        Ok(if save.changed.is_empty() { Taken::Unchanged(id) } else { Taken::Updated(id) })
    }
}

fn says(values: &Values, name: &str) -> bool {
    said(values, name).is_some()
}

fn said(values: &Values, name: &str) -> Option<String> {
    values.iter().find(|(known, _)| known == name).and_then(|(_, value)| value.as_text().map(str::to_owned))
}
