//! The verbs that every record kind has, and its own.

use super::{
    ask, asked, export, extra, form, import,
    output::Format,
    reads,
    session::{Session, given},
};
use clap::ArgMatches;
use kehu::{
    Cause, Crm, Error, Message, Result, catalog,
    crm::{Query, Save},
    doors::cell::{Audience, cell_text},
    record::{Ask, Kind, Schema, Value, Values, Verb, filter, types},
};
use std::sync::Arc;

/// Runs `kehu NOUN VERB …`.
pub fn run(session: &mut Session, noun: &str, matches: &ArgMatches) -> Result<u8> {
    let schema = session.schemas().iter().find(|schema| schema.kind == noun || schema.table == noun).cloned();
    let (Some(schema), Some((verb, matches))) = (schema, matches.subcommand()) else {
        return Err(super::unanswered(noun, ""));
    };
    if let Some(extra) = extra::find(schema.kind, verb) {
        return (extra.run)(session, matches);
    }
    match verb {
        "add" => add(session, &schema, matches),
        "list" => reads::list(session, &schema, matches),
        "show" => reads::show(session, schema.kind, matches),
        "edit" => edit(session, &schema, matches),
        "rm" => remove(session, schema.kind, matches),
        "restore" => restore(session, schema.kind, matches),
        "purge" => purge(session, schema.kind, matches),
        "history" => reads::history(session, schema.kind, matches),
        "import" => import::run(session, schema.kind, matches),
        "export" => export::run(session, schema.kind, matches),
        verb => own_verb(session, schema.kind, verb, matches),
    }
}

pub fn words<'a>(matches: &'a ArgMatches, name: &str) -> Vec<&'a String> {
    matches.try_get_many::<String>(name).ok().flatten().into_iter().flatten().collect()
}

fn add(session: &mut Session, schema: &Arc<Schema>, matches: &ArgMatches) -> Result<u8> {
    let mut said = flags(schema, matches);
    let title = schema.title().name.to_string();
    for word in words(matches, "values") {
        match pair(schema, word) {
            Some((field, text)) => said.push((field, text.to_owned())),
            None if said.iter().all(|(field, _)| *field != title) => said.push((title.clone(), word.clone())),
            None => return Err(surplus(session, schema, word)?),
        }
    }
    refuse_filter_as_field(schema, &said, matches)?;
    ask_for_missing(session, schema, &mut said)?;
    let allow = matches.get_flag("allow-duplicate");
    let crm = session.crm()?;
    let values = values(crm, schema, &said)?;
    let id = crm.add_where(schema.kind, &values, allow)?;
    let title = values.iter().find(|(name, _)| *name == title).map(|(_, value)| value.clone()).unwrap_or_default();
    let title = match (&title, schema.title().kind.target()) {
        (Value::Link(link), Some(target)) => Value::Text(crm.title(target, link.id)?),
        // Some are called after what they are about.
        (Value::Null, None) if !crm.is_dry_run() => Value::Text(crm.title(schema.kind, id)?),
        _ => title,
    };
    let message = Message::new("Added {record} {title}.")
        .with("record", schema.short(id))
        .with("title", title.as_text().unwrap_or_default());
    session.wrote(&message)?;
    result(session, schema.kind, &[id])
}

/// What is called after its filter takes one that reads like a value of its own only where it is named.
fn refuse_filter_as_field(schema: &Schema, said: &[(String, String)], matches: &ArgMatches) -> Result<()> {
    let title = schema.title();
    if &*title.name != "condition" || said.iter().any(|(name, _)| *name == *title.name) {
        return Ok(());
    }
    let Some(word) = words(matches, "values").into_iter().find(|word| pair(schema, word).is_some()) else {
        return Ok(());
    };
    let message =
        Message::new("{word} says what the {kind} itself has; which records it is for goes after --condition.");
    let message = message.with("word", word).with("kind", schema.kind.replace('_', " "));
    let hint = Message::new("kehu {kind} add --condition \"{word}\"").with("kind", schema.kind).with("word", word);
    Err(Error::bad_value(message).on_field("condition").hint(hint))
}

fn surplus(session: &mut Session, schema: &Schema, word: &str) -> Result<Error> {
    if word.split_once('=').is_some_and(|(name, _)| !name.contains(' ')) {
        return no_field(session, schema, word);
    }
    let error = Error::bad_value(
        Message::new("{word} is one word too many: a {kind} has one name.")
            .with("word", word)
            .with("kind", schema.kind),
    );
    Ok(error.hint(Message::new("put a name of several words in double quotes, and other values as field=value")))
}

/// On a terminal the required fields that are missing are asked for.
fn ask_for_missing(session: &mut Session, schema: &Schema, said: &mut Vec<(String, String)>) -> Result<()> {
    for field in schema.writable().filter(|field| field.required && field.default.is_none()) {
        if said.iter().any(|(name, _)| *name == *field.name) {
            continue;
        }
        if let Some(text) = ask::value(&session.terminal, &field.label)? {
            said.push((field.name.to_string(), text));
        }
    }
    Ok(())
}

/// The fields that were given as flags.
fn flags(schema: &Schema, matches: &ArgMatches) -> Vec<(String, String)> {
    let flag = |field: &kehu::record::Field| {
        let text = matches.try_get_one::<String>(&field.name).ok().flatten()?;
        given(matches, &field.name).then(|| (field.name.to_string(), text.clone()))
    };
    schema.writable().filter_map(flag).collect()
}

/// `field=value`, where there is such a field.
fn pair<'a>(schema: &Schema, word: &'a str) -> Option<(String, &'a str)> {
    let (name, text) = word.split_once('=')?;
    let plain = name.trim().replace('-', "_");
    let field = schema
        .writable()
        .find(|field| field.name == plain || *field.name == format!("x_{plain}") || field.label_zh == name.trim())?;
    Some((field.name.to_string(), text))
}

/// What was said, as values.
pub fn values(crm: &mut Crm, schema: &Schema, said: &[(String, String)]) -> Result<Values> {
    let mut values = Values::new();
    for (name, text) in said {
        let field = crm.field(schema, name)?.clone();
        values.push((name.clone(), crm.parse_value(&field, text)?));
    }
    Ok(values)
}

/// After a write: the refs, or the records, where a format asks for them.
pub fn result(session: &mut Session, kind: &str, ids: &[i64]) -> Result<u8> {
    let asked = session.terminal.format;
    if session.crm()?.is_dry_run() {
        return Ok(0);
    }
    match asked {
        Some(Format::Ids) => {
            let schema = session.crm()?.schema(kind)?;
            for id in ids {
                session.print_line(&schema.short(*id))?;
            }
        }
        Some(Format::Json | Format::Ndjson) => {
            for id in ids {
                reads::print_entry(session, kind, *id)?;
            }
        }
        _ => {}
    }
    Ok(0)
}

fn edit(session: &mut Session, schema: &Arc<Schema>, matches: &ArgMatches) -> Result<u8> {
    let mut said = flags(schema, matches);
    let mut references = Vec::new();
    for word in words(matches, "ref") {
        match pair(schema, word) {
            Some((field, text)) => said.push((field, text.to_owned())),
            None if word.contains('=') => return Err(no_field(session, schema, word)?),
            None => references.push(word.clone()),
        }
    }
    let tags = Tags::of(session.crm()?, matches)?;
    let condition = matches.get_one::<String>("where");
    let expected = matches.get_one::<i64>("if-version").copied();
    let nothing = said.is_empty() && tags.add.is_empty() && tags.remove.is_empty();
    if let Some(condition) = condition {
        if !references.is_empty() {
            return Err(Error::bad_value(Message::new("Name records or say --where, not both.")));
        }
        return edit_where(session, schema, condition, &said, &tags, matches.get_flag("allow-duplicate"));
    }
    if references.is_empty() {
        return Err(Error::bad_value(
            Message::new("Which {kind}? Name one, or several with --where.").with("kind", schema.kind),
        )
        .hint(
            Message::new("kehu {kind} edit {letter}12 field=value")
                .with("kind", schema.kind)
                .with("letter", schema.letter),
        ));
    }
    let mut ids = Vec::new();
    for reference in &references {
        ids.push(session.crm()?.find(schema.kind, reference)?);
    }
    let ids = once(ids);
    if nothing {
        return edit_in_form(session, schema, &ids);
    }
    let allow = matches.get_flag("allow-duplicate");
    let saves = change_all(session.crm()?, schema, &ids, &said, &tags, expected, allow)?;
    tell_saves(session, schema, &saves)?;
    result(session, schema.kind, &ids)
}

fn edit_in_form(session: &mut Session, schema: &Schema, ids: &[i64]) -> Result<u8> {
    match ids {
        [id] if session.terminal.interactive_input => form::edit(session, schema.kind, *id),
        _ => Err(Error::bad_value(Message::new("Nothing to change was said: give field=value pairs or flags.")).hint(
            Message::new("kehu {kind} edit {record} field=value")
                .with("kind", schema.kind)
                .with("record", schema.short(ids[0])),
        )),
    }
}

fn no_field(session: &mut Session, schema: &Schema, word: &str) -> Result<Error> {
    let name = word.split('=').next().unwrap_or_default();
    let crm = session.crm()?;
    Ok(match crm.field(schema, name) {
        Ok(field) => Error::bad_value(Message::new("{field} cannot be set.").with("field", &field.name)).on_field(name),
        Err(error) => error,
    })
}

/// Tags to add and to take away, leaving the others.
struct Tags {
    add: Vec<String>,
    remove: Vec<String>,
}

impl Tags {
    /// The tags of the flags; one flag may name several.
    fn of(crm: &Crm, matches: &ArgMatches) -> Result<Self> {
        let read = |name: &str| {
            let mut tags = Vec::new();
            for text in words(matches, name) {
                let value = types::parse(&Kind::tags(), text, crm.reading())?;
                tags.extend(value.items().iter().filter_map(Value::as_text).map(str::to_owned));
            }
            Ok(tags)
        };
        Ok(Self { add: read("add-tag")?, remove: read("rm-tag")? })
    }

    fn apply(&self, stored: &Value) -> Value {
        let folded = |text: &str| types::fold(text);
        let gone: Vec<String> = self.remove.iter().map(|tag| folded(tag)).collect();
        let kept = |value: &&Value| !gone.contains(&folded(value.as_text().unwrap_or_default()));
        let mut tags: Vec<Value> = stored.items().iter().filter(kept).cloned().collect();
        for tag in &self.add {
            let known = |value: &Value| folded(value.as_text().unwrap_or_default()) == folded(tag);
            if !tags.iter().any(known) {
                tags.push(Value::text(tag.trim()));
            }
        }
        Value::List(tags)
    }
}

/// Changes all named records in one operation.
fn change_all(
    crm: &mut Crm,
    schema: &Arc<Schema>,
    ids: &[i64],
    said: &[(String, String)],
    tags: &Tags,
    expected: Option<i64>,
    allow: bool,
) -> Result<Vec<Save>> {
    let tagged = !tags.add.is_empty() || !tags.remove.is_empty();
    if let [id] = ids {
        let mut values = values(crm, schema, said)?;
        if tagged {
            let stored = crm.record(schema.kind, *id)?.value("tags");
            values.push(("tags".to_owned(), tags.apply(&stored)));
        }
        return Ok(vec![crm.change_where(schema.kind, *id, &values, expected, allow)?]);
    }
    let common = values(crm, schema, said)?;
    crm.change_each(schema.kind, ids, allow, &mut |_, entry| {
        entry.refuse_version(expected)?;
        let mut values = common.clone();
        if tagged {
            values.push(("tags".to_owned(), tags.apply(&entry.value("tags"))));
        }
        Ok(values)
    })
}

fn tell_saves(session: &mut Session, schema: &Schema, saves: &[Save]) -> Result<()> {
    for save in saves {
        let title = session.crm()?.title(schema.kind, save.id)?;
        let record = format!("{} {title}", schema.short(save.id));
        if save.changed.is_empty() {
            session.terminal.say(&Message::new("{record} is so already.").with("record", record));
            continue;
        }
        let message = Message::new("Changed {record}: {changes}.")
            .with("record", record)
            .with("changes", described(schema, save, session.terminal.style().chinese));
        session.wrote(&message)?;
    }
    Ok(())
}

/// `level B → A, city → Shenzhen`.
fn described(schema: &Schema, save: &Save, chinese: bool) -> String {
    let one = |(name, before, after): &(String, Value, Value)| {
        let kind = schema.field(name).map_or(kehu::record::Kind::Text, |field| field.kind.clone());
        let label = schema.field(name).filter(|field| chinese && !field.label_zh.is_empty());
        let name = label.map_or(name.as_str(), |field| &field.label_zh);
        let (before, after) = (worded(&kind, before, chinese), worded(&kind, after, chinese));
        let before = if before.is_empty() { String::new() } else { format!("{before} ") };
        let empty = if chinese { "（空）" } else { "(empty)" };
        format!("{name} {before}→ {}", if after.is_empty() { empty } else { &after })
    };
    save.changed.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// Changes all that match, in one transaction and one step of undo, after showing what it comes to.
fn edit_where(
    session: &mut Session,
    schema: &Arc<Schema>,
    condition: &str,
    said: &[(String, String)],
    tags: &Tags,
    allow: bool,
) -> Result<u8> {
    if said.is_empty() && tags.add.is_empty() && tags.remove.is_empty() {
        return Err(Error::bad_value(Message::new("Nothing to change was said: give field=value pairs or flags.")));
    }
    if condition.trim().is_empty() {
        return Err(Error::bad_value(Message::new("An empty --where would change every record."))
            .hint(Message::new("kehu {kind} edit --where id=1.. field=value").with("kind", schema.kind)));
    }
    let crm = session.crm()?;
    let query = Query { filter: filter::parse(condition)?, ..Query::new(schema.kind) };
    let ids = crm.matching(&query)?;
    if ids.is_empty() {
        session.terminal.warn(&Message::new("No {kind} matches.").with("kind", schema.kind));
        return Ok(0);
    }
    // Trying it first shows what would change, and refuses what would be refused, before anybody is asked; whoever agreed
    // beforehand is told afterwards, at half the work.
    let (dry, agreed) = (crm.is_dry_run(), session.terminal.yes);
    let crm = session.crm()?;
    crm.set_dry_run(dry || !agreed);
    let tried = change_all(crm, schema, &ids, said, tags, None, allow);
    crm.set_dry_run(dry);
    let changed: Vec<Save> = tried?.into_iter().filter(|save| !save.changed.is_empty()).collect();
    if changed.is_empty() {
        session.terminal.warn(&Message::new("All {count} that match are so already.").with("count", ids.len()));
        return Ok(0);
    }
    if dry || agreed || !ask::is_refused_to_program(&session.terminal) {
        preview(session, schema, &changed)?;
    }
    if dry {
        session.terminal.warn(&Message::new("Nothing was written (--dry-run)."));
        return Ok(0);
    }
    let ids: Vec<i64> = changed.iter().map(|save| save.id).collect();
    if !agreed {
        let noun = if ids.len() == 1 { schema.kind } else { schema.table };
        let question = Message::new("Change {count} {kind}?").with("count", ids.len()).with("kind", noun);
        ask::confirm(&session.terminal, &question)?;
        change_all(session.crm()?, schema, &ids, said, tags, None, allow)?;
    }
    let kind = if ids.len() == 1 { schema.kind } else { schema.table };
    session.wrote(&Message::new("Changed {count} {kind}.").with("count", ids.len()).with("kind", kind))?;
    result(session, schema.kind, &ids)
}

fn preview(session: &mut Session, schema: &Schema, saves: &[Save]) -> Result<()> {
    if session.terminal.quiet
        || session.terminal.yes && !session.terminal.interactive_errors && !session.crm()?.is_dry_run()
    {
        return Ok(());
    }
    for save in saves.iter().take(20) {
        let title = session.crm()?.title(schema.kind, save.id)?;
        let changes = described(schema, save, session.terminal.style().chinese);
        session.terminal.line(&format!("{} {title}: {changes}", schema.short(save.id)));
    }
    if saves.len() > 20 {
        session.terminal.warn(&Message::new("… and {count} more.").with("count", saves.len() - 20));
    }
    Ok(())
}

/// Each record once, however often it was named.
fn once(ids: Vec<i64>) -> Vec<i64> {
    let mut seen = std::collections::HashSet::new();
    ids.into_iter().filter(|id| seen.insert(*id)).collect()
}

fn by_refs(session: &mut Session, kind: &str, matches: &ArgMatches) -> Result<Vec<i64>> {
    let references: Vec<String> = words(matches, "ref").into_iter().cloned().collect();
    let crm = session.crm()?;
    let ids: Result<Vec<i64>> = references.iter().map(|reference| crm.find_by_ref(kind, reference)).collect();
    Ok(once(ids?))
}

fn remove(session: &mut Session, kind: &'static str, matches: &ArgMatches) -> Result<u8> {
    let ids = by_refs(session, kind, matches)?;
    let mut along = 0;
    for id in &ids {
        let crm = session.crm()?;
        let short = crm.schema(kind)?.short(*id);
        for dependents in crm.dependents(kind, *id)? {
            along += if dependents.goes_along { dependents.count } else { 0 };
            let template = if dependents.goes_along {
                "{record}: {count} {kind} {count:record goes|records go} along."
            } else {
                "{record}: {count} {kind} {count:record keeps|records keep} it as {field}."
            };
            let message = Message::new(template)
                .with("record", &short)
                .with("count", dependents.count)
                .with("kind", dependents.kind)
                .with("field", dependents.field);
            session.terminal.say(&message);
        }
    }
    if along > 0 || ids.len() > 1 {
        let question = Message::new("Move {count} {count:record|records} to the recycle bin?")
            .with("count", ids.len() as u64 + along);
        ask::confirm(&session.terminal, &question)?;
    }
    let gone = session.crm()?.transaction(&format!("Remove {kind}"), |crm| {
        let mut gone = Vec::new();
        for id in &ids {
            gone.extend(crm.remove(kind, *id)?);
        }
        crm.label_with_refs("Remove", &gone)?;
        Ok(gone)
    })?;
    let shorts = shorts(session, &gone)?;
    session.wrote(&Message::new("Moved to the recycle bin: {records}.").with("records", shorts))?;
    Ok(0)
}

fn shorts(session: &mut Session, records: &[(&'static str, i64)]) -> Result<String> {
    let crm = session.crm()?;
    let mut shorts = Vec::new();
    for (kind, id) in records.iter().take(20) {
        shorts.push(crm.schema(kind)?.short(*id));
    }
    if records.len() > 20 {
        shorts.push(format!("… ({})", records.len()));
    }
    Ok(shorts.join(", "))
}

fn restore(session: &mut Session, kind: &'static str, matches: &ArgMatches) -> Result<u8> {
    let ids = by_refs(session, kind, matches)?;
    let back = session.crm()?.transaction(&format!("Restore {kind}"), |crm| {
        let mut back = Vec::new();
        for id in &ids {
            back.extend(crm.restore(kind, *id)?);
        }
        crm.label_with_refs("Restore", &back)?;
        Ok(back)
    })?;
    let shorts = shorts(session, &back)?;
    session.wrote(&Message::new("Brought back: {records}.").with("records", shorts))?;
    Ok(0)
}

fn purge(session: &mut Session, kind: &'static str, matches: &ArgMatches) -> Result<u8> {
    let ids = by_refs(session, kind, matches)?;
    let crm = session.crm()?;
    let mut going = Vec::new();
    for id in &ids {
        crm.refuse_live(kind, *id)?;
        going.extend(crm.with_belongings(kind, *id)?);
    }
    let shorts = shorts(session, &going)?;
    let question = Message::new("Delete {count} {count:record|records} for good ({records})? This cannot be undone.")
        .with("count", going.len())
        .with("records", shorts);
    ask::confirm(&session.terminal, &question)?;
    if session.terminal.interactive_input && !session.terminal.yes {
        ask::type_exactly(&session.terminal, "purge", &Message::new("Type purge to go on"))?;
    }
    session.crm()?.transaction(&format!("Purge {kind}"), |crm| ids.iter().try_for_each(|id| crm.purge(kind, *id)))?;
    session.wrote(&Message::new("Deleted {count} {count:record|records} for good.").with("count", going.len()))?;
    Ok(0)
}

/// What was answered to the questions of a verb or a report.
///
/// `missing` may still get what was not said from a person.
pub fn answers(
    crm: &mut Crm,
    asker: &str,
    asks: &[Ask],
    matches: &ArgMatches,
    missing: impl Fn(&Ask) -> Result<Option<String>>,
) -> Result<Values> {
    let mut answers = Values::new();
    for ask in asks {
        let said = matches.get_one::<String>(ask.name).cloned();
        if let Some(text) = said.map_or_else(|| missing(ask), |said| Ok(Some(said)))? {
            let value = match (ask.kind)() {
                Kind::Link(kind) => crm.link(&kind, &text)?,
                kind => types::parse(&kind, &text, crm.reading()).map_err(|error| error.on_field(ask.name))?,
            };
            answers.push((ask.name.to_owned(), value));
        } else if ask.required {
            return Err(Error::bad_value(
                Message::new("{verb} needs --{name}.").with("verb", asker).with("name", ask.name.replace('_', "-")),
            ));
        }
    }
    Ok(answers)
}

/// Runs a verb of the kind's own on each of the records.
fn own_verb(session: &mut Session, kind: &'static str, name: &str, matches: &ArgMatches) -> Result<u8> {
    let verbs = catalog::entry(kind).map_or(&[][..], |entry| entry.verbs);
    let Some(verb) = verbs.iter().find(|verb| verb.name == name) else {
        return Err(super::unanswered(kind, name));
    };
    let mut references: Vec<String> = words(matches, "ref").into_iter().cloned().collect();
    let terminal = session.terminal.clone();
    let crm = session.crm()?;
    let place = place_named(crm, kind, verb, matches, &mut references);
    let prompted = |ask: &Ask| match &place {
        Some(place) if ask.name == "to" => Ok(Some(place.clone())),
        _ if ask.required => ask::value(&terminal, ask.doc),
        _ => Ok(None),
    };
    // What cannot be done anyway needs no answers.
    for reference in &references {
        if let Ok(id) = crm.find(kind, reference)
            && let Some(reason) = (verb.refused)(crm, id)?
        {
            return Err(asked::refused(crm, kind, verbs, id, reason)?);
        }
    }
    let answers = match answers(crm, verb.name, verb.asks, matches, prompted) {
        Err(error) if error.hint.is_none() => {
            let hint = asked::again(crm, kind, verb, matches, error.field.as_deref());
            return Err(error.hint(hint));
        }
        answers => answers?,
    };
    let mut done = Vec::new();
    let (mut told, mut elsewhere) = (Vec::new(), false);
    let chinese = terminal.style().chinese;
    crm.transaction(&format!("{name} {kind}"), |crm| {
        done.clear();
        told.clear();
        for reference in &references {
            let id = crm.find(kind, reference)?;
            if let Some(reason) = (verb.refused)(crm, id)? {
                return Err(asked::refused(crm, kind, verbs, id, reason)?);
            }
            let (before, latest) = (crm.record(kind, id)?, crm.latest_change()?);
            (verb.run)(crm, id, &answers)?;
            elsewhere |= crm.latest_change()? > latest;
            told.push(what_changed(&before, &crm.record(kind, id)?, chinese));
            done.push((kind, id));
        }
        crm.label_with_refs(verb.name, &done)
    })?;
    if told.len() <= TOLD && told.iter().all(|told| !told.1.is_empty()) {
        for (record, changes) in told {
            session.wrote(&Message::new("{record}: {changes}.").with("record", record).with("changes", changes))?;
        }
        return Ok(0);
    }
    if let [(record, changes)] = &told[..]
        && changes.is_empty()
        && !elsewhere
        && !verb.asks.is_empty()
    {
        session.terminal.say(&Message::new("{record} is so already.").with("record", record));
        return Ok(0);
    }
    let shorts = shorts(session, &done)?;
    session.wrote(&Message::new("{records}: {verb}.").with("verb", verb.name).with("records", shorts))?;
    Ok(0)
}

/// Where to something is moved, when that is said behind what is moved: `kehu deal move D1 Negotiation`.
fn place_named(
    crm: &mut Crm,
    kind: &str,
    verb: &Verb,
    matches: &ArgMatches,
    references: &mut Vec<String>,
) -> Option<String> {
    let asked = verb.asks.iter().any(|ask| ask.name == "to" && matches!((ask.kind)(), Kind::Text));
    let said = || matches.get_one::<String>("to").is_some();
    let last = references.last().filter(|_| asked && references.len() > 1 && !said())?;
    let numbered = last.ends_with(|letter: char| letter.is_ascii_digit());
    let unknown = !numbered && crm.find(kind, last).is_err_and(|error| error.cause == Cause::NotFound);
    if unknown { references.pop() } else { None }
}

/// A value as it is typed, or in the words of whoever reads Chinese.
pub fn worded(kind: &Kind, value: &Value, chinese: bool) -> String {
    if chinese { cell_text(kind, value, Audience::Chinese).into_owned() } else { types::show(kind, value) }
}

/// Of how many records each is told what a verb changed.
const TOLD: usize = 10;

/// A record's ref and name, and which of its fields a verb changed from what to what.
fn what_changed(before: &kehu::crm::Entry, after: &kehu::crm::Entry, chinese: bool) -> (String, String) {
    let mut changes = Vec::new();
    for field in after.schema.fields.iter().filter(|field| field.writable()) {
        let (old, new) = (before.value(&field.name), after.value(&field.name));
        if old.same(&new) {
            continue;
        }
        let (old, new) = (worded(&field.kind, &old, chinese), worded(&field.kind, &new, chinese));
        let chinese = chinese && !field.label_zh.is_empty();
        let label = if chinese { field.label_zh.to_string() } else { field.label.to_lowercase() };
        changes.push(match (old.is_empty(), new.is_empty()) {
            (true, _) => format!("{label} {new}"),
            (_, true) => format!("{label} {old} → –"),
            _ => format!("{label} {old} → {new}"),
        });
    }
    (format!("{} {}", after.short(), after.title()), changes.join(", "))
}
