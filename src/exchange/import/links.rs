//! `Links`: the records that rows point to, found by what the file calls them, and made where that was asked for.

use super::{
    problem::{Attempt, Problem},
    said::Wanted,
    shape::Shape,
};
use crate::{
    Cause, Crm, Error, Message, Result,
    crm::Query,
    record::{Value, Values, types},
};
use std::collections::{BTreeSet, HashMap, HashSet};

/// What a name leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    Found(i64),
    Missing,
    Several(Vec<(String, String)>),
}

/// How many names are remembered.
const REMEMBERED: usize = 20_000;

#[derive(Default)]
pub(super) struct Links {
    /// Colleagues and branches, who are named again and again.
    known: HashMap<(String, String), Answer>,
    /// Whether colleagues work here still, for those whom rows make responsible.
    at_work: HashMap<i64, bool>,
    /// The kinds that may be made.
    pub make: BTreeSet<String>,
    /// What the check would make, by kind and folded name.
    planned: HashSet<u64>,
    /// How many records were made, or would be.
    pub made: u64,
    pub warnings: Vec<Message>,
    /// How many warnings there were in all.
    pub warned: u64,
}

impl Links {
    pub fn new(make: &BTreeSet<String>) -> Self {
        Self { make: make.clone(), ..Self::default() }
    }

    /// The record of that kind that a link means.
    pub fn find(&mut self, crm: &mut Crm, kind: &str, wanted: &Wanted, line: u64) -> Result<Answer> {
        if kind == "customer" {
            return self.customer(crm, wanted, line);
        }
        let key = (kind.to_owned(), format!("{}\n{}", wanted.external, wanted.name));
        if let Some(answer) = self.known.get(&key) {
            return Ok(answer.clone());
        }
        let mut answer = Answer::Missing;
        if !wanted.external.is_empty() {
            answer = named(crm, kind, &format!("ext:{}", wanted.external))?;
        }
        if answer == Answer::Missing && !wanted.name.is_empty() {
            answer = named(crm, kind, &wanted.name)?;
        }
        if self.known.len() < REMEMBERED && answer != Answer::Missing {
            self.known.insert(key, answer.clone());
        }
        Ok(answer)
    }

    /// Why a colleague cannot be made responsible for anything; nothing for one who works here.
    pub fn gone(&mut self, crm: &mut Crm, user: i64) -> Result<Option<Error>> {
        if self.at_work.get(&user) == Some(&true) {
            return Ok(None);
        }
        match crm.at_work(user) {
            Err(error) if error.cause == Cause::Refused => Ok(Some(error)),
            known => {
                self.at_work.insert(user, known.is_ok());
                known.map(|_| None)
            }
        }
    }

    /// Another system's number wins over the name, and the disagreement is told. A namesake that the same system knows
    /// by another number is somebody else.
    fn customer(&mut self, crm: &mut Crm, wanted: &Wanted, line: u64) -> Result<Answer> {
        if !wanted.external.is_empty() {
            let answer = named(crm, "customer", &format!("ext:{}", wanted.external))?;
            if let Answer::Found(id) = answer {
                self.compare_names(crm, id, wanted, line)?;
            }
            if answer != Answer::Missing {
                return Ok(answer);
            }
        }
        if !wanted.email.is_empty()
            && let Some((id, _)) = crate::pipeline::lead::by_address(crm, &|field| match field {
                "email" => Value::text(&*wanted.email),
                _ => Value::Null,
            })?
        {
            return Ok(Answer::Found(id));
        }
        if wanted.name.is_empty() {
            return Ok(Answer::Missing);
        }
        let answer = named(crm, "customer", &wanted.name)?;
        if let Answer::Found(id) = answer
            && !wanted.email.is_empty()
        {
            // Two people of one name have an address each.
            let known = crm.record("customer", id)?.value("email");
            return Ok(if known.is_empty() { answer } else { Answer::Missing });
        }
        let Some((system, _)) = wanted.external.split_once(':') else { return Ok(answer) };
        let schema = crm.schema("customer")?;
        let Some(field) = schema.field("external_ids") else { return Ok(answer) };
        if let Answer::Found(id) = answer {
            let start = format!("{system}:");
            let numbers = crm.list_values(&schema, field, id)?;
            if numbers.iter().any(|number| number.as_text().is_some_and(|text| text.starts_with(&start))) {
                return Ok(Answer::Missing);
            }
        }
        Ok(answer)
    }

    fn compare_names(&mut self, crm: &mut Crm, id: i64, wanted: &Wanted, line: u64) -> Result<()> {
        if wanted.name.is_empty() {
            return Ok(());
        }
        let title = crm.title("customer", id)?;
        if types::fold(&title) != types::fold(&wanted.name) {
            let short = crm.schema("customer")?.short(id);
            self.warn(
                Message::new("Line {line}: {number} is {record} {title}, not {name}; the number wins.")
                    .with("line", line)
                    .with("number", &wanted.external)
                    .with("record", short)
                    .with("title", title)
                    .with("name", &wanted.name),
            );
        }
        Ok(())
    }

    pub fn warn(&mut self, message: Message) {
        self.warned += 1;
        if self.warnings.len() < 20 {
            self.warnings.push(message);
        }
    }

    /// Whether a record of that kind may be made for a name that leads nowhere.
    pub fn may_make(&self, kind: &str, wanted: &Wanted) -> bool {
        self.make.contains(kind) && !(wanted.name.is_empty() && wanted.email.is_empty())
    }

    /// The check counted what would be made; from now on what is made counts.
    pub fn forget_plan(&mut self) {
        self.planned.clear();
        (self.made, self.warned) = (0, 0);
        self.warnings.clear();
    }

    /// Counts a record that would be made, once.
    pub fn plan(&mut self, kind: &str, wanted: &Wanted) -> bool {
        let who = match (&*wanted.external, &*wanted.email) {
            ("", "") => types::fold(&wanted.name),
            ("", email) => email.to_owned(),
            (external, _) => external.to_owned(),
        };
        let fresh = self.planned.insert(super::keys::hash(&[kind, &who]));
        self.made += u64::from(fresh);
        fresh
    }

    /// Makes the record that a link is to point to.
    pub fn make(&mut self, crm: &mut Crm, kind: &str, wanted: &Wanted, values: Values) -> Result<i64> {
        let mut values = values;
        let name = if wanted.name.is_empty() { &wanted.email } else { &wanted.name };
        if kind == "customer" && !wanted.email.is_empty() && values.iter().all(|(field, _)| field != "email") {
            values.push(("email".into(), Value::text(&*wanted.email)));
        }
        if is_uid(name) {
            // An export names colleagues by uid: one of that uid is made, and their own file gives the name.
            values.push(("uid".into(), Value::text(name.to_lowercase())));
            values.push(("name".into(), Value::text(name)));
        } else if kind == "user" && name.contains('@') {
            values.push(("email".into(), Value::text(name.to_lowercase())));
            values.push(("name".into(), Value::text(name.split('@').next().unwrap_or(name))));
        } else {
            values.push(("name".into(), Value::text(name)));
        }
        if !wanted.external.is_empty() {
            values.push(("external_ids".into(), Value::List(vec![Value::text(&wanted.external)])));
        }
        self.made += 1;
        crm.add_where(kind, &values, true)
    }
}

fn named(crm: &mut Crm, kind: &str, name: &str) -> Result<Answer> {
    let schema = crm.schema(kind)?;
    let found = crm.candidates(&schema, name, false)?;
    Ok(match found[..] {
        [] => Answer::Missing,
        [id] => Answer::Found(id),
        _ => {
            let mut several = Vec::new();
            for id in found.iter().take(5) {
                several.push((schema.short(*id), crm.title(kind, *id)?));
            }
            Answer::Several(several)
        }
    })
}

fn is_uid(text: &str) -> bool {
    text.len() == 36 && uuid::Uuid::try_parse(text).is_ok()
}

/// A link leads nowhere; where something is called nearly so, that is suggested.
pub(super) fn missing(crm: &mut Crm, shape: &Shape, kind: &str, field: &str, wanted: &Wanted) -> Problem {
    let said = |template| Message::new(template).with("kind", kind).with("what", wanted.words());
    // What cannot be asked for a suggestion is no reason to say anything else.
    let (message, hint) = match likely(crm, kind, &wanted.name).unwrap_or_default() {
        Some(near) => (
            said("There is no {kind} {what}; is {near} meant?").with("near", &near),
            Message::new("--map-value \"{what}={near}\" reads it so").with("what", &wanted.name).with("near", near),
        ),
        None => (said("There is no {kind} {what}."), made_by(crm, shape, kind, wanted)),
    };
    Problem::new("not_found", message).on_field(field).hint(hint)
}

/// What makes the missing record: the import itself, or a command before it.
fn made_by(crm: &mut Crm, shape: &Shape, kind: &str, wanted: &Wanted) -> Message {
    if super::options::MAKEABLE.contains(&kind) {
        // All that the columns lead to, or the next try would tell of the next kind. A file that names colleagues names
        // their branches as a rule.
        let led_to = |made: &str| shape.slots.iter().any(|slot| slot.field.kind.target() == Some(made));
        let named = |made: &&&str| match **made {
            "branch" => led_to("branch") || led_to("user"),
            made => made == kind || led_to(made) && made != shape.schema.kind,
        };
        let kinds: Vec<&str> = super::options::MAKEABLE.iter().filter(named).copied().collect();
        return Message::new("--create-missing {kinds} makes what is missing").with("kinds", kinds.join(","));
    }
    let name = wanted.name.replace(['"', '\\', '$', '`'], " ");
    let command = match (kind, pipeline(crm)) {
        ("stage", Some(pipeline)) => format!("kehu stage add \"{name}\" --pipeline PL{pipeline}"),
        ("stage", None) => format!("kehu pipeline add Sales && kehu stage add \"{name}\" --pipeline Sales"),
        _ => format!("kehu {kind} add \"{name}\""),
    };
    Message::new("{example}").with("example", command)
}

/// The usual pipeline, if there is one.
fn pipeline(crm: &mut Crm) -> Option<i64> {
    crate::pipeline::pipeline::usual(crm).ok().flatten().map(|id| id.number)
}

/// How many names are looked through for a suggestion.
const LOOKED_AT: u64 = 500;

/// The record whose name is the likeliest misspelling, of a kind that has few.
fn likely(crm: &mut Crm, kind: &str, name: &str) -> Result<Option<String>> {
    let few = matches!(kind, "product" | "stage" | "pipeline" | "user" | "branch");
    if name.is_empty() || !few {
        return Ok(None);
    }
    let schema = crm.schema(kind)?;
    // Colleagues go by their login as well, products by their number.
    let also = ["login", "code"].into_iter().filter(|name| schema.field(name).is_some());
    let columns = std::iter::once(&*schema.title().name).chain(also).map(str::to_owned).collect();
    let query = Query { columns, limit: Some(LOOKED_AT), paging: true, ..Query::new(kind) };
    let grid = crm.list(&query)?;
    let bare = |text: &str| types::fold(text).replace([' ', '-', '_', '.'], "");
    let wanted = bare(name);
    let names = || grid.rows.iter().flat_map(|row| &row.cells).filter_map(Value::as_text);
    if let Some(same) = names().find(|known| bare(known) == wanted) {
        return Ok(Some(same.to_owned()));
    }
    Ok(crate::crm::nearest(name, names()).map(str::to_owned))
}

/// A link leads to several records.
pub(super) fn several(field: &str, wanted: &Wanted, candidates: Vec<(String, String)>) -> Attempt<()> {
    let mut problem =
        Problem::new("ambiguous", Message::new("{what} could mean several records: {candidates}.")).on_field(field);
    problem.candidates = candidates;
    problem.message = problem.message.clone().with("what", wanted.words()).with("candidates", problem.choices());
    Err(problem.into())
}
