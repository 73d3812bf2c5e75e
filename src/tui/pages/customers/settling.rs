//! What is decided on customers: whose they are, with whom they are shared, what they are judged to be, and what becomes
//! of what was planned with them.

use super::{Customers, around::next_of};
use crate::{
    Crm, Error, Message, Result, catalog,
    crm::Query,
    customers::{Assignment, sign_by},
    record::{Kind, Value, Values, filter::Filter},
    tui::{
        command::Cmd,
        listing::acts,
        modals::{
            Item, Picker,
            form::{self, Form, Line, Purpose, Saved, Terms},
        },
        page::Page,
        state::State,
        toast::Tone,
        widgets::Input,
    },
};
use std::sync::Arc;

/// The fields of a judgement, in the order they are asked for.
const JUDGED: [&str; 7] = ["worth", "size", "node", "expected_date", "expected_amount", "expected_quantity", "note"];

/// The planned activity that is meant: the one under the cursor, else what comes next with the customer.
fn with_plan(state: &mut State, then: fn(&mut State, i64, &str) -> Vec<Cmd>) -> Vec<Cmd> {
    if let Some(("activity", id)) = state.top().and_then(Page::subject) {
        let short = state.context.schema("activity").map_or_else(String::new, |schema| schema.short(id));
        return then(state, id, &short);
    }
    let page = state.shown::<Customers>();
    let under = page.and_then(|page| page.around.as_ref()).and_then(|around| around.event());
    let under = under.filter(|event| event.planned && event.kind == "activity");
    if let Some((id, name)) = under.map(|event| (event.id, format!("{} {}", event.short, event.title))) {
        return then(state, id, &name);
    }
    let Some(("customer", customer)) = state.top().and_then(Page::subject) else { return Vec::new() };
    let ask = move |crm: &mut Crm| Ok(crm.timeline(&next_of(customer))?.next());
    vec![Cmd::question((0, "plan"), ask, move |state, answer| match answer {
        Ok(next) => match next.entries.first() {
            Some(entry) => then(state, entry.id, &format!("{} {}", entry.short, entry.title)),
            None => state.tell(Tone::Notice, &Message::new("Nothing is planned with them; a plans something.")),
        },
        Err(error) => state.fault(&error),
    })]
}

/// Done, with what came of it and what comes next.
pub fn done(state: &mut State) -> Vec<Cmd> {
    with_plan(state, |state, id, name| ask_verb(state, "done", id, name))
}

/// To another day, with the reason.
pub fn reschedule(state: &mut State) -> Vec<Cmd> {
    with_plan(state, |state, id, name| ask_verb(state, "move", id, name))
}

fn ask_verb(state: &mut State, name: &'static str, id: i64, about: &str) -> Vec<Cmd> {
    let verbs = catalog::entry("activity").map_or(&[][..], |entry| entry.verbs);
    let Some(verb) = verbs.iter().find(|verb| verb.name == name) else { return Vec::new() };
    let mut form = form::verb(state, "activity", name, verb.asks, vec![id]);
    let word = match name {
        "done" => state.context.pick("Done", "完成"),
        _ => state.context.pick("Reschedule", "改期"),
    };
    let again =
        if form.is_taken_up(state) { state.context.pick(" (taken up again)", "（已恢复草稿）") } else { "" };
    form.title = format!("{word}: {about}{again}");
    state.show(Box::new(form))
}

/// Gives the customers that are meant to a colleague.
pub fn assign(state: &mut State) -> Vec<Cmd> {
    let Some(("customer", ids)) = acts::meant(state) else { return Vec::new() };
    let title = format!("{} ({})", state.context.pick("Assign to", "移交给"), ids.len());
    let picker = Picker::new(&state.context, title, Vec::new(), move |_, items| {
        let Some(user) = items.first().and_then(|item| item.value.parse().ok()) else { return Vec::new() };
        let assignment = Assignment { customers: ids.clone(), to: user, activities: true };
        let name = items.first().map(|item| item.label.clone()).unwrap_or_default();
        vec![Cmd::done(
            move |crm| crm.assign(&assignment),
            move |context, done| {
                let count = done.customers.len();
                let told = Message::new("Assigned {count} {count:customer|customers} to {name}.");
                context.say(&told.with("count", count).with("name", name))
            },
        )]
    });
    state.show(Box::new(picker.asking(Arc::new(colleagues))))
}

fn colleagues(crm: &mut Crm, typed: &str) -> Result<Vec<Item>> {
    let mut parts = vec![crate::record::filter::parse("active=yes")?];
    parts.extend(typed.split_whitespace().map(|word| Filter::Word(word.to_owned())));
    let columns = vec!["name".to_owned(), "login".to_owned()];
    let grid = crm.list(&Query { filter: Filter::And(parts), columns, limit: Some(50), ..Query::new("user") })?;
    let item = |row: &crate::record::Row| {
        let text = |place: usize| row.cells.get(place).and_then(Value::as_text).unwrap_or_default().to_owned();
        Item::new(text(0), row.id.to_string()).detail(text(1))
    };
    Ok(grid.rows.iter().map(item).collect())
}

/// A form for a share of the customer.
pub fn share(state: &mut State) -> Vec<Cmd> {
    let (Some(("customer", id)), Some(schema)) = (state.top().and_then(Page::subject), state.context.schema("share"))
    else {
        return Vec::new();
    };
    let short = state.context.schema("customer").map_or_else(String::new, |schema| schema.short(id));
    let form = form::add(state, &schema, &[("customer".to_owned(), short)]);
    state.show(Box::new(form))
}

/// A form for judging the customers that are meant: worth, size, when and how much, how far.
pub fn qualify(state: &mut State) -> Vec<Cmd> {
    let (Some(("customer", ids)), Some(schema)) = (acts::meant(state), state.context.schema("qualification")) else {
        return Vec::new();
    };
    let context = &state.context;
    let line = |name: &str| {
        let field = schema.field(name)?;
        // A day may be said as a period: this week.
        let kind = if field.kind == Kind::Date { Kind::Text } else { field.kind.clone() };
        let help = if context.is_chinese() { context.label(field).to_owned() } else { field.doc.to_string() };
        Some(Line {
            name: name.to_owned(),
            label: context.label(field).to_owned(),
            help,
            kind,
            required: false,
            input: Input::default(),
            before: String::new(),
            echo: String::new(),
            usual: String::new(),
            fault: None,
            given: false,
        })
    };
    let lines = JUDGED.iter().filter_map(|name| line(name)).collect();
    let title = format!("{} ({})", context.pick("Qualify", "三一客评定"), ids.len());
    let save = move |crm: &mut Crm, said: &[(String, String)], _: Terms| match judge(crm, &ids, said) {
        Ok(told) => Saved::Done { told, visit: None },
        Err(error) => Saved::Faults(vec![(error.field.clone(), error)]),
    };
    let form = Form::new(context, title, lines, Purpose::Save(Arc::new(save)));
    state.show(Box::new(form))
}

fn judge(crm: &mut Crm, ids: &[i64], said: &[(String, String)]) -> Result<String, Error> {
    let schema = crm.schema("qualification")?;
    let mut values = Values::new();
    for (name, text) in said {
        let value = match &**name {
            "expected_date" => Value::text(sign_by(text, crm.reading())?.to_string()),
            name => {
                let field = crm.field(&schema, name)?.clone();
                crm.parse_value(&field, text)?
            }
        };
        values.push((name.clone(), value));
    }
    crm.transaction("Qualify customers", |crm| ids.iter().try_for_each(|id| crm.qualify(*id, &values).map(drop)))?;
    let customer = crm.schema("customer")?;
    let shorts: Vec<String> = ids.iter().take(10).map(|id| customer.short(*id)).collect();
    let words: Vec<&str> = said.iter().map(|(_, text)| text.as_str()).collect();
    Ok(format!("{}: {}", shorts.join(", "), words.join(", ")))
}
