//! Many records changed at once: a field, a value, a look at what would change, one step of undo.

use super::acts;
use crate::{
    Crm, Message, Result, catalog,
    crm::Save,
    doors::language,
    record::{Kind, Schema, Value, Values},
    tui::{
        command::Cmd,
        context::Context,
        modals::{Confirm, Item, Picker, form},
        state::State,
        toast::Tone,
        words,
    },
};
use std::sync::Arc;

/// How many changes the preview shows.
const SHOWN: usize = 12;

/// Asks what is to become of the marked records.
pub fn begin(state: &mut State) -> Vec<Cmd> {
    let Some((kind, ids)) = acts::meant(state) else { return Vec::new() };
    let Some(schema) = state.context.schema(kind) else { return Vec::new() };
    let context = &state.context;
    let fixed = catalog::entry(kind).is_some_and(|entry| entry.append_only);
    let fields = schema.writable().filter(|field| !field.kept && !field.unique && !fixed);
    let mut items: Vec<Item> = fields
        .map(|field| {
            let label = format!("{} {}", context.pick("Set", "设置"), context.label(field));
            let about = if context.is_chinese() { "" } else { field.doc.as_ref() };
            Item::new(label, format!("field {}", field.name))
                .detail(about)
                .found_as(format!("set {} 设置{}", field.label, field.label_zh))
        })
        .collect();
    for verb in catalog::entry(kind).map_or(&[][..], |entry| entry.verbs) {
        let about = if context.is_chinese() { language::help(verb.doc) } else { verb.doc.to_owned() };
        let label = words::verb(context, kind, verb.name);
        items.push(Item::new(label, format!("verb {}", verb.name)).detail(about).found_as(words::both(verb.name)));
    }
    for id in ["record.delete", "list.export"] {
        if let Some(action) = crate::tui::action::named(id) {
            items.push(Item::both(context, action.label[0], action.label[1], format!("act {id}")));
        }
    }
    let title = format!("{} ({})", context.pick("With the marked records", "批量操作"), ids.len());
    let picker = Picker::new(context, title, items, move |state, items| {
        let value = items.into_iter().next().map(|item| item.value).unwrap_or_default();
        match value.split_once(' ') {
            Some(("field", name)) => ask_value(state, &schema, name, ids),
            Some(("verb", name)) => {
                let verbs = catalog::entry(schema.kind).map_or(&[][..], |entry| entry.verbs);
                let verb = verbs.iter().find(|verb| verb.name == name);
                verb.map_or_else(Vec::new, |verb| acts::run_verb(state, schema.kind, verb.name, ids))
            }
            Some(("act", id)) => state.act(id),
            _ => Vec::new(),
        }
    });
    state.show(Box::new(picker))
}

fn ask_value(state: &mut State, schema: &Arc<Schema>, name: &str, ids: Vec<i64>) -> Vec<Cmd> {
    let Some(field) = schema.field(name).cloned() else { return Vec::new() };
    let (kind, name) = (schema.kind, name.to_owned());
    let label = state.context.label(&field).to_owned();
    let form = form::ask(&state.context, &label, field.kind.clone(), "", move |_, text| {
        let (ids, name) = (ids.clone(), name.clone());
        vec![preview(kind, ids, name, text)]
    });
    state.show(Box::new(form))
}

/// Tries it, takes it back, and shows what it comes to.
fn preview(kind: &'static str, ids: Vec<i64>, field: String, text: String) -> Cmd {
    let (same, again, wanted) = (field.clone(), text.clone(), ids.clone());
    let work = move |crm: &mut Crm| {
        crm.set_dry_run(true);
        let tried = change(crm, kind, &ids, &field, &text);
        crm.set_dry_run(false);
        let changed: Vec<Save> = tried?.into_iter().filter(|save| !save.changed.is_empty()).collect();
        let count = changed.len();
        let mut shown = Vec::new();
        for save in changed.into_iter().take(SHOWN) {
            shown.push((crm.title(kind, save.id)?, save));
        }
        Ok((count, shown))
    };
    Cmd::write(work, move |state, answer| match answer {
        Ok((0, _)) => state
            .tell(Tone::Notice, &Message::new("All {count} that match are so already.").with("count", wanted.len())),
        Ok((count, shown)) => {
            let mut lines: Vec<String> =
                shown.iter().map(|(title, save)| told(&state.context, kind, title, save)).collect();
            if count > lines.len() {
                lines.push(format!("+{}", count - lines.len()));
            }
            let question = Message::new("Change {count} {kind}?").with("count", count).with("kind", noun(kind, count));
            let question = state.context.say(&question);
            let confirm =
                Confirm::new(&state.context, question, lines, move |_| vec![write(kind, wanted, same, again)]);
            state.show(Box::new(confirm))
        }
        Err(error) => state.fault(&error),
    })
}

fn change(crm: &mut Crm, kind: &str, ids: &[i64], field: &str, text: &str) -> Result<Vec<Save>> {
    let schema = crm.schema(kind)?;
    let declared = crm.field(&schema, field)?.clone();
    let values: Values = vec![(field.to_owned(), crm.parse_value(&declared, text)?)];
    crm.change_many(kind, ids, &values)
}

fn write(kind: &'static str, ids: Vec<i64>, field: String, text: String) -> Cmd {
    Cmd::done(
        move |crm| change(crm, kind, &ids, &field, &text),
        move |context, saves| {
            let count = saves.iter().filter(|save| !save.changed.is_empty()).count();
            context.say(&Message::new("Changed {count} {kind}.").with("count", count).with("kind", noun(kind, count)))
        },
    )
}

/// `C3 Acme: Level B (normal) → A (key)`, as the reader calls it.
fn told(context: &Context, kind: &str, title: &str, save: &Save) -> String {
    let Some(schema) = context.schema(kind) else { return title.to_owned() };
    let one = |(name, before, after): &(String, Value, Value)| {
        let field = schema.field(name);
        let label = field.map_or(name.as_str(), |field| context.label(field));
        let kind = field.map_or(Kind::Text, |field| field.kind.clone());
        let shown = |value: &Value| if value.is_empty() { "-".to_owned() } else { context.value(&kind, value) };
        format!("{label} {} {} {}", shown(before), context.glyphs.arrow, shown(after))
    };
    let changes: Vec<String> = save.changed.iter().map(one).collect();
    format!("{} {title}: {}", schema.short(save.id), changes.join(", "))
}

/// What so many of a kind are called.
fn noun(kind: &'static str, count: usize) -> &'static str {
    crate::catalog::entry(kind).filter(|_| count != 1).map_or(kind, |entry| entry.table)
}
