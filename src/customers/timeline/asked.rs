//! Which kinds and sorts of event a timeline is asked for, by the words that people use for them.

use super::Wanted;
use crate::{
    Result,
    catalog::{self, Event},
    crm::Crm,
    error::Error,
    message::Message,
    record::{Choice, Field, Kind, Schema, types::fold},
};
use std::sync::Arc;

/// A kind whose records stand on the timeline.
pub(super) struct Source {
    pub schema: Arc<Schema>,
    pub event: &'static Event,
    /// The field that links to the record, or through which record it is linked: `contact.customer`.
    pub link: Vec<String>,
    /// Only these sorts; empty for all.
    pub sorts: Vec<String>,
}

/// What was asked for, as kinds and fields.
pub(super) struct Asked {
    pub sources: Vec<Source>,
    /// The fields of the record itself whose changes are told.
    pub fields: Vec<String>,
    /// Whether it is told when the record was added.
    pub added: bool,
    pub words: Vec<Choice>,
    pub kinds: Vec<Choice>,
}

/// How records of a kind stand on the timelines of another, and the path of the link that leads there.
pub(super) fn event_of(schema: &Schema, kind: &str) -> Option<(&'static Event, Vec<String>)> {
    let event = catalog::entry(schema.kind)?.event.as_ref()?;
    let links = |field: &Field, to: &str| field.name == to && field.kind == Kind::Link(to.to_owned().into());
    if schema.fields.iter().any(|field| links(field, kind)) {
        return Some((event, vec![kind.to_owned()]));
    }
    // What is known of a contact alone belongs to their customer's timeline too.
    let through = kind == "customer" && schema.fields.iter().any(|field| links(field, "contact"));
    through.then(|| (event, vec!["contact".to_owned(), kind.to_owned()]))
}

/// What the program keeps for itself beside the change that is told anyway.
const BOOKKEEPING: [&str; 3] = ["lapsed_from", "signed_by", "level_by"];

/// The activities that follow another one.
pub(super) fn after(schema: Arc<Schema>) -> Option<Source> {
    let event = catalog::entry(schema.kind)?.event.as_ref()?;
    Some(Source { schema, event, link: vec!["follows".to_owned()], sorts: Vec::new() })
}

/// Changes of these fields say something about the business: what the record is called, and what it is by its choices,
/// yes or no, and links.
fn tells(field: &Field) -> bool {
    let said = matches!(field.kind, Kind::Choice(_) | Kind::Link(_) | Kind::YesNo) || field.title;
    said && field.stored() && !field.engine && !BOOKKEEPING.contains(&&*field.name)
}

impl Asked {
    pub fn of(crm: &Crm, wanted: &Wanted) -> Result<Self> {
        let subject = crm.schema(&wanted.kind)?;
        let mut asked =
            Self { sources: Vec::new(), fields: Vec::new(), added: true, words: Vec::new(), kinds: Vec::new() };
        for schema in crm.schemas() {
            if let Some((event, link)) = event_of(schema, subject.kind) {
                asked.sources.push(Source { schema: schema.clone(), event, link, sorts: Vec::new() });
            }
        }
        for source in &asked.sources {
            asked.words.extend(words_of(source));
            asked.kinds.push(noun(source.schema.kind));
        }
        asked.fields = subject.fields.iter().filter(|field| tells(field)).map(|field| field.name.to_string()).collect();
        for field in subject.fields.iter().filter(|field| tells(field)) {
            asked.words.push(word(&field.name, &field.label, &field.label_zh));
        }
        asked.words.push(word("added", "Added", "新建"));
        asked.kinds.push(word("change", "Change", "变更"));
        if !wanted.sorts.is_empty() {
            asked.pick(&wanted.sorts)?;
        }
        Ok(asked)
    }

    /// Leaves only what the words mean: a kind of record, a sort of event, a field, or `change` for all fields.
    fn pick(&mut self, words: &[String]) -> Result<()> {
        let mut fields = Vec::new();
        let mut whole = vec![false; self.sources.len()];
        (self.added, self.fields) = (false, std::mem::take(&mut self.fields));
        for said in words.iter().map(|said| fold(said)) {
            let mut known = false;
            for (source, whole) in self.sources.iter_mut().zip(&mut whole) {
                let noun_zh = catalog::entry(source.schema.kind).map_or("", |entry| entry.noun_zh);
                if [source.schema.kind, source.schema.table, noun_zh].contains(&&*said) {
                    (*whole, known) = (true, true);
                }
                let sorts = sorts_of(source).iter().filter(|choice| means(choice, &said));
                let sorts: Vec<String> = sorts.map(|choice| choice.key.to_string()).collect();
                known |= !sorts.is_empty();
                source.sorts.extend(sorts);
            }
            if ["change", "changes", "变更"].contains(&&*said) {
                (fields, self.added, known) = (self.fields.clone(), true, true);
            }
            if said == "added" || said == "新建" {
                (self.added, known) = (true, true);
            }
            let named = self
                .fields
                .iter()
                .filter(|name| self.words.iter().any(|word| word.key == **name && means(word, &said)));
            let named: Vec<String> = named.cloned().collect();
            known |= !named.is_empty();
            fields.extend(named);
            if !known {
                return Err(self.unknown(&said));
            }
        }
        self.fields = fields;
        let mut whole = whole.into_iter();
        self.sources.retain_mut(|source| {
            let whole = whole.next().unwrap_or_default();
            if whole {
                source.sorts.clear();
            }
            whole || !source.sorts.is_empty()
        });
        Ok(())
    }

    fn unknown(&self, said: &str) -> Error {
        let mut words: Vec<&str> = self.sources.iter().map(|source| source.schema.kind).collect();
        words.push("change");
        for word in &self.words {
            if !words.contains(&&*word.key) {
                words.push(&word.key);
            }
        }
        Error::bad_value(
            Message::new("{word} is no sort of event; there are {words}.")
                .with("word", said)
                .with("words", words.join(", ")),
        )
        .on_field("kind")
    }
}

fn means(choice: &Choice, said: &str) -> bool {
    [&choice.key, &choice.label, &choice.label_zh].iter().any(|word| !word.is_empty() && fold(word) == said)
}

/// The closed list of the field that says what sort of event a record is.
fn sorts_of(source: &Source) -> &[Choice] {
    source.event.sort.and_then(|name| source.schema.field(name)).map_or(&[], |field| field.choices())
}

pub(super) fn words_of(source: &Source) -> Vec<Choice> {
    let sorts = sorts_of(source);
    if !sorts.is_empty() {
        return sorts.to_vec();
    }
    vec![noun(source.schema.kind)]
}

/// What a kind of record is called.
fn noun(kind: &str) -> Choice {
    let mut label = kind.replace('_', " ");
    if let Some(first) = label.get_mut(0..1) {
        first.make_ascii_uppercase();
    }
    word(kind, &label, catalog::entry(kind).map_or("", |entry| entry.noun_zh))
}

fn word(key: &str, label: &str, label_zh: &str) -> Choice {
    Choice {
        key: key.to_owned().into(),
        label: label.to_owned().into(),
        label_zh: label_zh.to_owned().into(),
        retired: false,
    }
}
