//! The forms there are: for a new record and a known one from the schema, for what a verb asks, and for one answer.

use super::{
    Form, Line, Purpose, Saved, Terms,
    overtaken::{Overtaken, written},
};
use crate::{
    Cause, Crm, Error, Message, Result,
    crm::Entry,
    record::{Ask, Field, Kind, Schema, Value, Values, types},
    tui::{command::Cmd, context::Context, state::State, widgets::Input, words},
};
use std::sync::Arc;

/// A field of a schema with a text in it.
fn line(context: &Context, field: &Field, text: String, echo: String) -> Line {
    let mut line = Line {
        name: field.name.to_string(),
        label: context.label(field).to_owned(),
        help: if context.is_chinese() { context.label(field).to_owned() } else { field.doc.to_string() },
        kind: field.kind.clone(),
        required: field.required && field.default.is_none(),
        input: Input::new(&text),
        before: text,
        echo,
        usual: usual(context, field),
        fault: None,
        given: false,
    };
    if matches!(line.kind, Kind::Choice(_)) {
        line.tell(context);
    }
    line
}

/// What the field holds where nothing is said, as the reader calls it.
fn usual(context: &Context, field: &Field) -> String {
    let Some(said) = field.default.as_deref() else { return String::new() };
    let value = types::parse(&field.kind, said, &context.reading);
    value.map_or_else(|_| said.to_owned(), |value| context.value(&field.kind, &value))
}

/// A field that no schema has.
fn free_line(name: &str, label: String, help: String, kind: Kind, required: bool) -> Line {
    let (input, before, echo) = (Input::default(), String::new(), String::new());
    Line {
        name: name.to_owned(),
        label,
        help,
        kind,
        required,
        input,
        before,
        echo,
        usual: String::new(),
        fault: None,
        given: false,
    }
}

/// A form for a new record, with some fields filled in already.
#[must_use]
pub fn add(state: &State, schema: &Arc<Schema>, given: &[(String, String)]) -> Form {
    let context = &state.context;
    let fields = schema.writable().filter(|field| !field.kept);
    let lines = fields.map(|field| {
        let mut line = line(context, field, String::new(), String::new());
        if let Some((_, text)) = given.iter().find(|(name, _)| *name == *field.name) {
            line.input = Input::new(text);
            line.given = true;
        }
        line
    });
    let kind = schema.kind;
    let save = move |crm: &mut Crm, said: &[(String, String)], terms: Terms| match read(crm, kind, said) {
        Err(faults) => Saved::Faults(faults),
        Ok(values) => match crm.add_where(kind, &values, terms.twice) {
            Ok(id) => Saved::Done { told: format!("+ {}", called(crm, kind, id)), visit: Some((kind, id)) },
            Err(error) => Saved::Faults(vec![(error.field.clone(), error)]),
        },
    };
    let title = format!("{}{}", context.pick("New ", "新增"), context.noun(kind));
    let mut form = Form::new(context, title, lines.collect(), Purpose::Save(Arc::new(save)));
    form.draft = Some(format!("add {kind}"));
    taken_up(state, form)
}

/// A form for a record as it stands.
#[must_use]
pub fn edit(state: &State, entry: &Entry) -> Form {
    let context = &state.context;
    let fields = entry.schema.writable().filter(|field| !field.kept);
    let lines = fields.map(|field| {
        let echo = if let Value::Link(link) = entry.value(&field.name) { link.title } else { String::new() };
        line(context, field, written(entry, field), echo)
    });
    let (kind, id) = (entry.schema.kind, entry.id);
    let chinese = context.is_chinese();
    let save = move |crm: &mut Crm, said: &[(String, String)], terms: Terms| match read(crm, kind, said) {
        Err(faults) => Saved::Faults(faults),
        Ok(values) => changed(crm, kind, id, &values, terms, chinese),
    };
    let title = format!("{} {} {}", context.pick("Edit", "编辑"), entry.short(), entry.title());
    let mut form = Form::new(context, title, lines.collect(), Purpose::Save(Arc::new(save)));
    form.draft = Some(format!("edit {}", entry.short()));
    form.terms.version = Some(entry.version());
    taken_up(state, form)
}

fn changed(crm: &mut Crm, kind: &'static str, id: i64, values: &Values, terms: Terms, chinese: bool) -> Saved {
    match crm.change_where(kind, id, values, terms.version, terms.twice) {
        Ok(save) => {
            let fields: Vec<String> = save.changed.into_iter().map(|(name, _, _)| name).collect();
            Saved::Done { told: saved(crm, kind, id, &fields, chinese), visit: None }
        }
        Err(error) if error.cause == Cause::Conflict && error.field.is_none() => match crm.record(kind, id) {
            Ok(entry) if terms.version.is_some_and(|version| version != entry.version()) => {
                Saved::Overtaken(Overtaken::by(&entry, error))
            }
            _ => Saved::Faults(vec![(None, error)]),
        },
        Err(error) => Saved::Faults(vec![(error.field.clone(), error)]),
    }
}

/// What was saved, as the toast says it: the fields by their labels.
fn saved(crm: &mut Crm, kind: &'static str, id: i64, fields: &[String], chinese: bool) -> String {
    let label = |name: &String| {
        let field = crm.schema(kind).ok().and_then(|schema| schema.field(name).cloned());
        let labels = field.map(|field| if chinese { field.label_zh } else { field.label });
        labels.filter(|label| !label.is_empty()).map_or_else(|| name.clone(), |label| label.to_string())
    };
    let labels: Vec<String> = fields.iter().map(label).collect();
    let called = called(crm, kind, id);
    if chinese {
        return format!("{called} 已保存：{}", labels.join("、"));
    }
    format!("{called} saved: {}", labels.join(", "))
}

/// A record by its ref and name.
fn called(crm: &mut Crm, kind: &'static str, id: i64) -> String {
    let title = crm.title(kind, id).unwrap_or_default();
    crm.schema(kind).map_or_else(|_| title.clone(), |schema| format!("{} {title}", schema.short(id)))
}

/// The texts as values, or what is wrong with each.
fn read(crm: &mut Crm, kind: &str, said: &[(String, String)]) -> Result<Values, Vec<(Option<String>, Error)>> {
    let schema = crm.schema(kind).map_err(|error| vec![(None, error)])?;
    let (mut values, mut faults) = (Values::new(), Vec::new());
    for (name, text) in said {
        let field = crm.field(&schema, name).cloned();
        match field.and_then(|field| crm.parse_value(&field, text)) {
            Ok(value) => values.push((name.clone(), value)),
            Err(error) => faults.push((Some(name.clone()), error)),
        }
    }
    if faults.is_empty() { Ok(values) } else { Err(faults) }
}

/// A form for what a verb asks of some records.
#[must_use]
pub fn verb(state: &State, kind: &'static str, name: &'static str, asks: &'static [Ask], ids: Vec<i64>) -> Form {
    let context = &state.context;
    let help = |doc: &str| if context.is_chinese() { crate::doors::language::help(doc) } else { doc.to_owned() };
    // In Chinese an answer is called after the field of its name, or by what is asked.
    let schema = context.schema(kind);
    let label = |ask: &Ask| {
        let field = schema.as_ref().and_then(|schema| schema.field(ask.name));
        match field.filter(|field| !field.label_zh.is_empty()) {
            _ if !context.is_chinese() => ask.name.replace(['_', '-'], " "),
            Some(field) => field.label_zh.to_string(),
            None => help(ask.doc),
        }
    };
    let lines = asks.iter().map(|ask| free_line(ask.name, label(ask), help(ask.doc), (ask.kind)(), ask.required));
    let called = words::verb(context, kind, name);
    let refs = schema.as_ref().map_or_else(String::new, |schema| {
        let shorts: Vec<String> = ids.iter().take(4).map(|id| schema.short(*id)).collect();
        format!(" {}{}", shorts.join(", "), if ids.len() > 4 { context.glyphs.ellipsis } else { "" })
    });
    let (single, first) = (ids.len() == 1, ids.first().copied().unwrap_or_default());
    let title = format!("{called}{refs}");
    let called = if context.is_chinese() { called } else { name.to_owned() };
    let save = move |crm: &mut Crm, said: &[(String, String)], _: Terms| {
        let done = answers(crm, asks, said).and_then(|values| run(crm, kind, name, &ids, &values));
        match done {
            Ok(refs) => Saved::Done { told: format!("{refs}: {called}"), visit: None },
            Err(error) => Saved::Faults(vec![(error.field.clone(), error)]),
        }
    };
    let one = schema.as_ref().filter(|_| single).map(|schema| schema.short(first));
    let mut form = Form::new(context, title, lines.collect(), Purpose::Save(Arc::new(save)));
    form.draft = one.map(|short| format!("{name} {short}"));
    taken_up(state, form)
}

/// What was answered to the questions of a verb, as values.
fn answers(crm: &mut Crm, asks: &[Ask], said: &[(String, String)]) -> Result<Values> {
    let mut values = Values::new();
    for ask in asks {
        let Some((_, text)) = said.iter().find(|(name, _)| name == ask.name) else { continue };
        let value = match (ask.kind)() {
            Kind::Link(target) => crm.link(&target, text),
            kind => types::parse(&kind, text, crm.reading()),
        };
        values.push((ask.name.to_owned(), value.map_err(|error| error.on_field(ask.name))?));
    }
    Ok(values)
}

/// Runs a verb on some records, as one operation, and says which.
///
/// # Errors
/// Why it is refused of one of them, and then it is done to none.
pub fn run(crm: &mut Crm, kind: &'static str, name: &'static str, ids: &[i64], values: &Values) -> Result<String> {
    let verb = crate::catalog::entry(kind).and_then(|entry| entry.verbs.iter().find(|verb| verb.name == name));
    let Some(verb) = verb else {
        return Err(Error::bad_value(Message::new("{noun} cannot {verb}.").with("noun", kind).with("verb", name)));
    };
    crm.transaction(&format!("{name} {kind}"), |crm| {
        let mut done = Vec::new();
        for id in ids {
            if let Some(reason) = (verb.refused)(crm, *id)? {
                return Err(Error::new(Cause::Refused, reason));
            }
            (verb.run)(crm, *id, values)?;
            done.push((kind, *id));
        }
        crm.label_with_refs(verb.name, &done)
    })?;
    let schema = crm.schema(kind)?;
    let shorts: Vec<String> = ids.iter().take(10).map(|id| schema.short(*id)).collect();
    Ok(shorts.join(", "))
}

/// A form of one field, for a question such as a name; `then` gets the answer.
#[must_use]
pub fn ask(
    context: &Context,
    title: &str,
    kind: Kind,
    text: &str,
    then: impl Fn(&mut State, String) -> Vec<Cmd> + 'static,
) -> Form {
    let mut line = free_line("answer", title.to_owned(), String::new(), kind, false);
    line.input = Input::new(text);
    let then = move |state: &mut State, said: Vec<(String, String)>| {
        said.into_iter().next().map_or_else(Vec::new, |(_, text)| then(state, text))
    };
    let mut form = Form::new(context, title.to_owned(), vec![line], Purpose::Then(Arc::new(then)));
    form.whole = true;
    form
}

/// Takes up what was typed and never saved.
fn taken_up(state: &State, mut form: Form) -> Form {
    if let Some(draft) = form.draft.as_ref().and_then(|key| state.drafts.get(key)) {
        form.take_up(draft, &state.context);
        form.title = format!("{} {}", form.title, state.context.pick("(taken up again)", "（已恢复草稿）"));
    }
    form
}
