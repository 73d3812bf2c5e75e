//! What can be done to the record that is meant, whatever its kind.

use crate::{
    Cause, Crm, Error, Message, Result, catalog,
    crm::Entry,
    record::{Kind, Value, Values, types},
    tui::{
        command::{Cmd, Editor},
        context::Context,
        frame,
        modals::{Confirm, Item, Picker, form},
        page::Page,
        state::State,
        toast::Tone,
        words,
    },
};
use serde_json::{Value as Json, json};

const ACTIVITY: &str = "activity";
/// With whom, and on what, something is planned.
const WHOM: [&str; 4] = ["customer", "contact", "deal", "lead"];

fn subject(state: &State) -> Option<(&'static str, i64)> {
    state.top().and_then(Page::subject)
}

/// The records that are meant, of one kind: the marked ones, or the one under the cursor.
pub fn meant(state: &State) -> Option<(&'static str, Vec<i64>)> {
    let (kind, id) = subject(state)?;
    let marked = state.top().map(Page::marked).unwrap_or_default();
    if !marked.is_empty() {
        return Some((kind, marked));
    }
    let listed = state.top().and_then(|page| page.listing()).filter(|listing| listing.schema.kind == kind);
    let ids = listed.map(super::Listing::meant).filter(|ids| !ids.is_empty());
    Some((kind, ids.unwrap_or_else(|| vec![id])))
}

pub fn open(state: &mut State) -> Vec<Cmd> {
    subject(state).map_or_else(Vec::new, |(kind, id)| state.visit(kind, id))
}

/// Reads a record, then does something with it.
pub fn reading(
    kind: &'static str,
    id: i64,
    then: impl FnOnce(&mut State, Entry) -> Vec<Cmd> + Clone + Send + 'static,
) -> Vec<Cmd> {
    vec![Cmd::question(
        (0, "record"),
        move |crm| crm.record(kind, id),
        move |state, answer| match answer {
            Ok(entry) => then(state, entry),
            Err(error) => state.fault(&error),
        },
    )]
}

pub fn can_add(state: &State) -> Result<(), Message> {
    let Some(listing) = state.top().and_then(|page| page.listing()) else {
        return Err(Message::new("There is no list here."));
    };
    let automatic = catalog::entry(listing.schema.kind).is_some_and(|entry| entry.automatic);
    if automatic { Err(Message::new("Records of this kind are written by the program alone.")) } else { Ok(()) }
}

/// A form for a new record; what the list is limited to is filled in.
pub fn new(state: &mut State) -> Vec<Cmd> {
    let Some(listing) = state.top().and_then(|page| page.listing()) else { return Vec::new() };
    let given: Vec<(String, String)> =
        listing.base.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned())).into_iter().collect();
    let form = form::add(state, &listing.schema, &given);
    state.show(Box::new(form))
}

pub fn edit(state: &mut State) -> Vec<Cmd> {
    let Some((kind, id)) = subject(state) else { return Vec::new() };
    if catalog::entry(kind).is_some_and(|entry| entry.append_only) {
        return state.tell(Tone::Notice, &Message::new("What was written of this kind stays as it is."));
    }
    reading(kind, id, |state, entry| {
        let form = form::edit(state, &entry);
        state.show(Box::new(form))
    })
}

pub fn can_have_activities(state: &State) -> Result<(), Message> {
    let kind = subject(state).map(|(kind, _)| kind).unwrap_or_default();
    let activity = state.context.schema("activity");
    let linked = activity.is_some_and(|schema| schema.fields.iter().any(|field| field.name == kind));
    if linked || kind == ACTIVITY {
        return Ok(());
    }
    Err(Message::new("Activities are kept with customers, contacts, leads and deals."))
}

/// Plans something with the record that is meant; of an activity with those it was with.
pub fn activity(state: &mut State) -> Vec<Cmd> {
    let Some((kind, id)) = subject(state) else { return Vec::new() };
    if kind == ACTIVITY {
        return reading(kind, id, |state, entry| {
            let whom = WHOM.iter().filter_map(|name| match entry.value(name) {
                Value::Link(link) => Some(((*name).to_owned(), link.short())),
                _ => None,
            });
            plan(state, whom.collect())
        });
    }
    let short = state.context.schema(kind).map_or_else(String::new, |schema| schema.short(id));
    plan(state, vec![(kind.to_owned(), short)])
}

/// A form for something to be done, with whom it is said already.
pub fn plan(state: &mut State, whom: Vec<(String, String)>) -> Vec<Cmd> {
    let Some(schema) = state.context.schema(ACTIVITY) else { return Vec::new() };
    // Without a day it would be a note of what was done.
    let mut given = vec![("due".to_owned(), state.context.pick("tomorrow", "明天").to_owned())];
    let task = schema.field("kind").map(|field| state.context.value(&field.kind, &Value::text("task")));
    given.extend(task.map(|task| ("kind".to_owned(), task)));
    given.extend(whom);
    let form = form::add(state, &schema, &given);
    state.show(Box::new(form))
}

/// What else can be done: the kind's own verbs, each with the reason where it cannot be done now.
pub fn verbs(state: &mut State) -> Vec<Cmd> {
    let Some((kind, ids)) = meant(state) else { return Vec::new() };
    let Some(entry) = catalog::entry(kind) else { return Vec::new() };
    let first = ids.first().copied().unwrap_or_default();
    let ask =
        move |crm: &mut Crm| entry.verbs.iter().map(|verb| (verb.refused)(crm, first)).collect::<Result<Vec<_>>>();
    vec![Cmd::question((0, "verbs"), ask, move |state, answer| match answer {
        Ok(reasons) => offer_verbs(state, kind, ids, &reasons),
        Err(error) => state.fault(&error),
    })]
}

fn offer_verbs(state: &mut State, kind: &'static str, ids: Vec<i64>, reasons: &[Option<Message>]) -> Vec<Cmd> {
    let Some(entry) = catalog::entry(kind) else { return Vec::new() };
    let context = &state.context;
    let help = |text: &str| if context.is_chinese() { crate::doors::language::help(text) } else { text.to_owned() };
    let mut items: Vec<Item> = entry
        .verbs
        .iter()
        .zip(reasons)
        .map(|(verb, reason)| {
            // Written as what stands below it.
            let label = words::verb(context, kind, verb.name).to_lowercase();
            let mut item = Item::new(label, verb.name).detail(help(verb.doc));
            item.hidden = words::both(verb.name);
            item.reason = reason.as_ref().map(|reason| context.say(reason));
            item
        })
        .collect();
    // What is done to records of this kind alone, such as merging customers.
    let own = format!("of-{kind}");
    for action in crate::tui::action::all().filter(|action| action.context == own) {
        items.push(Item::both(context, action.label[0], action.label[1], action.id).detail(action.help(context)));
    }
    for id in ["record.edit", "record.activity", "record.copy", "record.note", "record.delete", "record.restore"] {
        if let Some(action) = crate::tui::action::named(id) {
            items.push(Item::both(context, action.label[0], action.label[1], id).detail(action.help(context)));
        }
    }
    let title = format!("{} ({})", context.pick("Actions", "操作"), ids.len());
    let picker = Picker::new(context, title, items, move |state, items| {
        let Some(item) = items.into_iter().next() else { return Vec::new() };
        match entry.verbs.iter().find(|verb| verb.name == item.value) {
            Some(verb) => run_verb(state, kind, verb.name, ids),
            None => state.act(&item.value),
        }
    });
    state.show(Box::new(picker))
}

/// Asks what the verb needs to know, and runs it.
pub fn run_verb(state: &mut State, kind: &'static str, name: &'static str, ids: Vec<i64>) -> Vec<Cmd> {
    let verb = catalog::entry(kind).and_then(|entry| entry.verbs.iter().find(|verb| verb.name == name));
    let Some(verb) = verb else { return Vec::new() };
    if verb.asks.is_empty() {
        let told = move |context: &Context, refs: String| {
            let called = if context.is_chinese() { words::verb(context, kind, name) } else { name.to_owned() };
            format!("{refs}: {called}")
        };
        return vec![Cmd::done(move |crm| form::run(crm, kind, name, &ids, &Values::new()), told)];
    }
    let form = form::verb(state, kind, name, verb.asks, ids);
    state.show(Box::new(form))
}

pub fn delete(state: &mut State) -> Vec<Cmd> {
    let Some((kind, ids)) = meant(state) else { return Vec::new() };
    let count = move |crm: &mut Crm| {
        let mut along = 0;
        for id in &ids {
            along += crm.dependents(kind, *id)?.iter().filter(|one| one.goes_along).map(|one| one.count).sum::<u64>();
        }
        Ok((ids.clone(), along))
    };
    vec![Cmd::question((0, "dependents"), count, move |state, answer| match answer {
        Ok((ids, along)) if ids.len() <= 20 && along <= 20 => vec![removal(kind, ids)],
        Ok((ids, along)) => {
            let question = Message::new("Move {count} {count:record|records} to the recycle bin?")
                .with("count", ids.len() as u64 + along);
            let question = state.context.say(&question);
            let confirm = Confirm::new(&state.context, question, Vec::new(), move |_| vec![removal(kind, ids)]);
            let kept = Message::new("Nothing was deleted: y says yes, Enter what is lit.");
            state.show(Box::new(confirm.else_saying(kept)))
        }
        Err(error) => state.fault(&error),
    })]
}

fn removal(kind: &'static str, ids: Vec<i64>) -> Cmd {
    let work = move |crm: &mut Crm| {
        crm.transaction(&format!("Remove {kind}"), |crm| {
            let mut gone = Vec::new();
            for id in &ids {
                gone.extend(crm.remove(kind, *id)?);
            }
            crm.label_with_refs("Remove", &gone)?;
            shorts(crm, &gone)
        })
    };
    Cmd::write(work, |state, answer| match answer {
        Ok(shorts) => {
            let mut commands = state.listing(|listing, _| {
                listing.marks.clear();
                Vec::new()
            });
            let told = Message::new("Moved to the recycle bin: {records}.").with("records", shorts);
            commands.extend(state.tell(Tone::Done, &told));
            commands
        }
        Err(error) => state.fault(&error),
    })
}

fn shorts(crm: &Crm, records: &[(&'static str, i64)]) -> Result<String> {
    let short = |(kind, id): &(&'static str, i64)| Ok(crm.schema(kind)?.short(*id));
    let mut shorts = records.iter().take(10).map(short).collect::<Result<Vec<_>>>()?;
    if records.len() > 10 {
        shorts.push(format!("+{}", records.len() - 10));
    }
    Ok(shorts.join(", "))
}

pub fn restore(state: &mut State) -> Vec<Cmd> {
    let Some((kind, ids)) = meant(state) else { return Vec::new() };
    let work = move |crm: &mut Crm| {
        crm.transaction(&format!("Restore {kind}"), |crm| {
            let mut back = Vec::new();
            for id in &ids {
                back.extend(crm.restore(kind, *id)?);
            }
            crm.label_with_refs("Restore", &back)?;
            shorts(crm, &back)
        })
    };
    vec![Cmd::done(work, |context, shorts| {
        context.say(&Message::new("Brought back: {records}.").with("records", shorts))
    })]
}

/// Offers the values of the record; the chosen one goes to the clipboard.
pub fn copy(state: &mut State) -> Vec<Cmd> {
    let Some((kind, id)) = subject(state) else { return Vec::new() };
    reading(kind, id, |state, entry| {
        let context = &state.context;
        let mut items = vec![Item::new(entry.short(), entry.short()).detail(context.pick("ref", "编号"))];
        for (field, value) in entry.schema.fields.iter().zip(&entry.values) {
            let text = context.value(&field.kind, value);
            if !text.is_empty() && !field.retired {
                items.push(Item::new(text.clone(), text).detail(context.label(field)));
            }
        }
        let row: Vec<String> = items.iter().map(|item| item.value.replace(['\t', '\n'], " ")).collect();
        items.push(Item::new(context.pick("The whole row, with tabs", "整行（制表符分隔）"), row.join("\t")));
        let picker = Picker::new(context, context.pick("Copy", "复制"), items, |state, items| {
            items.into_iter().next().map_or_else(Vec::new, |item| frame::copy(state, item.value, Tone::Notice))
        });
        state.show(Box::new(picker))
    })
}

/// Writes the notes of the record in the person's own editor.
pub fn note(state: &mut State) -> Vec<Cmd> {
    let Some((kind, id)) = subject(state) else { return Vec::new() };
    reading(kind, id, move |state, entry| {
        let field = entry.schema.writable().find(|field| field.kind == Kind::LongText && !field.kept).cloned();
        let Some(field) = field else {
            return state.tell(Tone::Notice, &Message::new("A record of this kind has no notes."));
        };
        let before = types::show(&field.kind, &entry.value(&field.name));
        let (key, version) = (format!("editor {}", entry.short()), entry.version());
        let text = gone_on_with(state.drafts.get(&key), &before);
        let then = move |state: &mut State, written: Result<String>| match written {
            Ok(written) if written.trim_end() == before.trim_end() => vec![Cmd::keep_draft(key, Json::Null)],
            Ok(written) => {
                let draft = json!({ "text": written, "before": before });
                let save = save_note(kind, id, (field.name.to_string(), key.clone()), written, version);
                vec![Cmd::keep_draft(key, draft), save]
            }
            Err(error) => state.fault(&error),
        };
        vec![Cmd::Edit(Editor { text, ending: ".md", then: Box::new(then) })]
    })
}

/// What was written and could not be saved, behind what somebody else wrote since; else the notes as they are.
fn gone_on_with(draft: Option<&Json>, now: &str) -> String {
    let said = |name: &str| draft.and_then(|draft| draft.get(name)).and_then(Json::as_str);
    match (said("text"), said("before")) {
        (Some(text), Some(before)) if before == now => text.to_owned(),
        (Some(text), _) => format!("{now}\n\n{text}"),
        (None, _) => now.to_owned(),
    }
}

fn save_note(kind: &'static str, id: i64, (field, key): (String, String), text: String, version: i64) -> Cmd {
    let work = move |crm: &mut Crm| {
        let schema = crm.schema(kind)?;
        let declared = crm.field(&schema, &field)?.clone();
        let value = crm.parse_value(&declared, text.trim_end())?;
        crm.change(kind, id, vec![(field, value)], Some(version))?;
        Ok::<_, Error>((schema.short(id), crm.title(kind, id)?))
    };
    Cmd::write(work, |state, answer| match answer {
        Ok((short, title)) => {
            let told = Message::new("Changed {record}.").with("record", format!("{short} {title}"));
            let mut commands = state.tell(Tone::Done, &told);
            commands.push(Cmd::keep_draft(key, Json::Null));
            commands
        }
        Err(error) if error.cause == Cause::Interrupted => Vec::new(),
        Err(error) => {
            let mut commands = state.fault(&error);
            commands.extend(state.tell(Tone::Notice, &Message::new("What you wrote is kept: E goes on with it.")));
            commands
        }
    })
}
