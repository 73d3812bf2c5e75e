//! What is done to the tickets that are meant: given away, put off, made urgent, done with as a macro says.

use super::Tickets;
use crate::{
    Crm, Message, Result,
    crm::{Query, Sort},
    record::{Kind, Link, Row, Value, Values, filter},
    tui::{
        command::Cmd,
        context::Context,
        listing::acts,
        modals::{Item, Picker, form},
        state::State,
        toast::Tone,
    },
};

const TICKET: &str = "ticket";

/// The tickets that are meant: the marked ones, or the one under the cursor.
fn meant(state: &State) -> Vec<i64> {
    acts::meant(state).map(|(_, ids)| ids).unwrap_or_default()
}

/// Runs a verb of tickets; asks first what it needs to know.
pub fn verb(state: &mut State, name: &'static str) -> Vec<Cmd> {
    let ids = meant(state);
    if ids.is_empty() { Vec::new() } else { acts::run_verb(state, TICKET, name, ids) }
}

/// Names of a kind to choose from, with a second column beside them.
fn names(crm: &mut Crm, kind: &str, condition: &str, beside: Option<&str>) -> Result<Vec<Row>> {
    let columns = std::iter::once("name").chain(beside).map(str::to_owned).collect();
    let filter = filter::parse(condition)?;
    Ok(crm.list(&Query { filter, columns, sort: Sort::parse("name"), limit: Some(500), ..Query::new(kind) })?.rows)
}

fn item(row: &Row) -> Item {
    let name = row.cells.first().and_then(Value::as_text).unwrap_or_default();
    let beside = row.cells.get(1).and_then(Value::as_integer);
    Item::new(name, row.id.to_string()).detail(beside.map_or_else(|| row.short.clone(), |count| count.to_string()))
}

/// Offers records of a kind; `then` gets the number and the name of the chosen one.
fn offer(
    ask: impl Fn(&mut Crm) -> Result<Vec<Row>> + Send + 'static,
    title: [&'static str; 2],
    first: Option<[&'static str; 2]>,
    then: impl FnOnce(&mut State, i64, String) -> Vec<Cmd> + Clone + Send + 'static,
) -> Vec<Cmd> {
    vec![Cmd::question((0, "names"), ask, move |state, answer| match answer {
        Ok(rows) if rows.is_empty() => state.tell(Tone::Notice, &Message::new("There is nothing to choose from yet.")),
        Ok(rows) => {
            let ([english, chinese], context) = (title, &state.context);
            let mut items: Vec<Item> = first.map(|[en, zh]| Item::both(context, en, zh, "0")).into_iter().collect();
            items.extend(rows.iter().map(item));
            let picker = Picker::new(context, context.pick(english, chinese), items, move |state, items| {
                let Some(item) = items.into_iter().next() else { return Vec::new() };
                then(state, item.value.parse().unwrap_or_default(), item.label)
            });
            state.show(Box::new(picker))
        }
        Err(error) => state.fault(&error),
    })]
}

/// Gives them to a colleague who is here.
pub fn assign(state: &mut State) -> Vec<Cmd> {
    let ids = meant(state);
    let ask = |crm: &mut Crm| names(crm, "user", "present=yes", None);
    offer(ask, ["Give to", "转给"], None, move |_, user, name| {
        let answers: Values = vec![("to".to_owned(), Link::to(user))];
        vec![Cmd::done(
            move |crm| form::run(crm, TICKET, "assign", &ids, &answers),
            move |context, refs| format!("{refs}{}{name}", context.pick(": given to ", "：转给")),
        )]
    })
}

/// The choices of a field of tickets, as the reader calls them.
fn choices(context: &Context, name: &str) -> Vec<Item> {
    let Some(schema) = context.schema(TICKET) else { return Vec::new() };
    let Some(Kind::Choice(choices)) = schema.field(name).map(|field| &field.kind) else { return Vec::new() };
    let shown = choices.iter().filter(|choice| !choice.retired);
    shown.map(|choice| Item::of_choice(context, choice)).collect()
}

/// Offers the choices of a field, beginning at what the first of the tickets has now.
fn choose(
    state: &State,
    field: &'static str,
    offer: impl FnOnce(&State, Vec<Item>, Vec<i64>) -> Picker + Clone + Send + 'static,
) -> Vec<Cmd> {
    let ids = meant(state);
    let Some(first) = ids.first().copied() else { return Vec::new() };
    acts::reading(TICKET, first, move |state, entry| {
        let now = entry.value(field).as_text().unwrap_or_default().to_owned();
        let items = choices(&state.context, field);
        let picker = offer(state, items, ids).beginning_at(&now);
        state.show(Box::new(picker))
    })
}

pub fn priority(state: &mut State) -> Vec<Cmd> {
    choose(state, "priority", |state, items, ids| {
        Picker::new(&state.context, state.context.pick("Priority", "优先级"), items, move |_, items| {
            items.into_iter().next().map_or_else(Vec::new, |item| vec![set(ids, "priority", &item)])
        })
    })
}

/// Offers the statuses; each is reached by the verb that leads there.
pub fn status(state: &mut State) -> Vec<Cmd> {
    choose(state, "status", offer_statuses)
}

fn offer_statuses(state: &State, items: Vec<Item>, ids: Vec<i64>) -> Picker {
    Picker::new(&state.context, state.context.pick("Status", "状态"), items, move |state, items| {
        let Some(item) = items.into_iter().next() else { return Vec::new() };
        let name = match item.value.as_str() {
            "resolved" => return acts::run_verb(state, TICKET, "resolve", ids),
            "pending" => "pend",
            "on_hold" => "hold",
            "closed" => "close",
            _ => return vec![set(ids, "status", &item)],
        };
        let label = item.label;
        vec![Cmd::done(
            move |crm| form::run(crm, TICKET, name, &ids, &Values::new()),
            move |_, refs| format!("{refs}: {label}"),
        )]
    })
}

/// Sets one field of all of them, as one operation.
fn set(ids: Vec<i64>, field: &'static str, item: &Item) -> Cmd {
    let (key, label) = (item.value.clone(), item.label.clone());
    let work = move |crm: &mut Crm| {
        crm.transaction(&format!("Change {field}"), |crm| {
            crm.change_many(TICKET, &ids, &vec![(field.to_owned(), Value::text(&key))])?;
            let tickets: Vec<(&'static str, i64)> = ids.iter().map(|id| (TICKET, *id)).collect();
            crm.label_with_refs(&format!("Change {field} of"), &tickets)?;
            let schema = crm.schema(TICKET)?;
            let shorts: Vec<String> = ids.iter().take(10).map(|id| schema.short(*id)).collect();
            Ok(shorts.join(", "))
        })
    };
    Cmd::done(work, move |_, refs| format!("{refs}: {label}"))
}

/// Does with them what a macro says: all of it, with all of them, or nothing.
pub fn run_macro(state: &mut State) -> Vec<Cmd> {
    let ids = meant(state);
    let ask = |crm: &mut Crm| names(crm, "macro", "", None);
    offer(ask, ["Macro", "快捷处理"], None, move |_, number, name| {
        let refs: Vec<String> = ids.iter().take(10).map(|id| format!("T{id}")).collect();
        vec![Cmd::done(move |crm| crm.run_macro(number, &ids), move |_, ()| format!("{}: {name}", refs.join(", ")))]
    })
}

/// Shows the tickets of one queue, or of all.
pub fn queue(_: &mut State) -> Vec<Cmd> {
    let ask = |crm: &mut Crm| names(crm, "queue", "", Some("open_tickets"));
    let all = Some(["All queues", "全部队列"]);
    offer(ask, ["Queue (open tickets)", "队列（未解决工单）"], all, |state, number, name| {
        state.with(|page: &mut Tickets, context| {
            page.queue = Some((number, name)).filter(|(number, _)| *number > 0);
            let mut commands = page.choose(page.chosen(), context);
            commands.push(page.ask_counts(context));
            commands
        })
    })
}
