//! What the keys of the customers do: opening, turning, stepping along, and narrowing the timeline.

use super::{Customers, Focus, around::Part};
use crate::{
    Message,
    tui::{
        command::Cmd,
        context::Context,
        modals::{Item, Picker, form},
        page::Page,
        pages::record::actions as record,
        state::State,
    },
};

/// Beside the list where there is room, else on a page of its own.
pub fn open(state: &mut State) -> Vec<Cmd> {
    let Some(page) = state.shown::<Customers>() else { return Vec::new() };
    let Some(id) = page.customer() else { return Vec::new() };
    if state.context.body().width < super::WIDE {
        return state.visit("customer", id);
    }
    state.with(|page: &mut Customers, context| {
        page.focus = Focus::Around;
        page.start(context)
    })
}

pub fn turn(state: &mut State, by: i64) -> Vec<Cmd> {
    state.with(|page: &mut Customers, context| {
        let to = page.around.as_ref().map(|around| around.turned(by));
        to.map_or_else(Vec::new, |to| page.go_to_part(to, context))
    })
}

pub fn go(state: &mut State, by: i64) -> Vec<Cmd> {
    state.with(|page: &mut Customers, context| {
        let number = page.number;
        page.around.as_mut().map_or_else(Vec::new, |around| around.go_by(by, number, context))
    })
}

/// Along the list beside, or the one that the page was opened from.
pub fn step(state: &mut State, by: i64) -> Vec<Cmd> {
    let beside = state.shown::<Customers>().is_some_and(|page| page.listing.is_some());
    if !beside {
        return record::along(state, by);
    }
    let number = state.shown::<Customers>().and_then(|page| page.listing.as_ref()).map(|listing| listing.number);
    number.map_or_else(Vec::new, |number| state.with_listing(number, |listing, context| listing.go_by(by, context)))
}

pub fn an_event(state: &State) -> Result<(), Message> {
    let page = state.shown::<Customers>();
    let event = page.and_then(|page| page.around.as_ref()).and_then(|around| around.event());
    match event {
        Some(event) if !event.short.is_empty() => Ok(()),
        Some(_) => Err(Message::new("This is a change of the customer itself; the tab History tells all of them.")),
        None => Err(Message::new("There is no record under the cursor.")),
    }
}

pub fn event(state: &mut State) -> Vec<Cmd> {
    let page = state.shown::<Customers>();
    let event = page.and_then(|page| page.around.as_ref()).and_then(|around| around.event());
    let event = event.map(|event| (event.kind, event.id));
    event.map_or_else(Vec::new, |(kind, id)| state.visit(kind, id))
}

/// Offers the kinds of record that belong to a customer, and adds one of them to this one.
pub fn new(state: &mut State) -> Vec<Cmd> {
    let Some(around) = state.shown::<Customers>().and_then(|page| page.around.as_ref()) else { return Vec::new() };
    let context = &state.context;
    let customer = context.schema("customer").map_or_else(String::new, |schema| schema.short(around.id));
    let items = around.parts.iter().filter_map(|part| match part {
        Part::Related { listing, field, .. } => {
            let kind = listing.schema.kind;
            let item = Item::new(context.noun(kind), format!("{kind} {field}")).found_as(kind);
            let beside = listing.schema.field(field).filter(|field| field.name != "customer");
            Some(item.detail(beside.map_or("", |field| context.label(field))))
        }
        _ => None,
    });
    let title = format!("{} {customer}", context.pick("New, with", "新增，客户"));
    let picker = Picker::new(context, title, items.collect(), move |state, items| {
        let value = items.into_iter().next().map(|item| item.value).unwrap_or_default();
        let (kind, field) = value.split_once(' ').unwrap_or_default();
        let Some(schema) = state.context.schema(kind) else { return Vec::new() };
        let form = form::add(state, &schema, &[(field.to_owned(), customer)]);
        state.show(Box::new(form))
    });
    state.show(Box::new(picker))
}

/// Kinds of event to choose from, and periods; what is chosen is kept while one goes from customer to customer.
pub fn filter(state: &mut State) -> Vec<Cmd> {
    let Some(around) = state.shown::<Customers>().and_then(|page| page.around.as_ref()) else { return Vec::new() };
    let context = &state.context;
    let mut items: Vec<Item> = Vec::new();
    let periods = [
        ("-7d..", "Last 7 days", "近 7 天"),
        ("-30d..", "Last 30 days", "近 30 天"),
        ("-365d..", "Last year", "近一年"),
    ];
    for (value, english, chinese) in periods {
        items.push(Item::both(context, english, chinese, format!("={value}")).detail(context.pick("period", "时间")));
    }
    let other = Item::both(context, "Another period", "其他时间段", "=?")
        .detail(context.pick("2026-01..2026-03", "2026-01..2026-03"));
    items.push(other);
    for sort in &around.sorts {
        let chinese = context.is_chinese() && !sort.label_zh.is_empty();
        let label = if chinese { sort.label_zh.to_string() } else { sort.label.to_string() };
        items.push(Item::new(label, sort.key.to_string()).found_as(format!("{} {}", sort.label, sort.label_zh)));
    }
    let mut chosen = around.chosen.clone();
    chosen.extend((!around.period.is_empty()).then(|| format!("={}", around.period)));
    let title = context.pick("Timeline: Space chooses", "时间线筛选：空格选择");
    let number = state.shown::<Customers>().map(|page| page.number).unwrap_or_default();
    let picker = Picker::new(context, title, items, move |state, items| {
        let (periods, sorts): (Vec<Item>, Vec<Item>) = items.into_iter().partition(|item| item.value.starts_with('='));
        let sorts: Vec<String> = sorts.into_iter().map(|item| item.value).collect();
        let period = periods.last().and_then(|item| item.value.strip_prefix('=')).unwrap_or_default().to_owned();
        if period != "?" {
            return narrow(state, number, sorts, period);
        }
        let title = state.context.pick("Period", "时间段");
        let form = form::ask(&state.context, title, crate::record::Kind::Text, "-90d..", move |state, text| {
            narrow(state, number, sorts.clone(), text.trim().to_owned())
        });
        state.show(Box::new(form))
    });
    state.show(Box::new(picker.several(chosen)))
}

fn narrow(state: &mut State, number: u64, sorts: Vec<String>, period: String) -> Vec<Cmd> {
    state.with_page(number, |page, context: &Context| {
        let Some(page) = crate::tui::page::page_as::<Customers>(page) else { return Vec::new() };
        if let Some(around) = &mut page.around {
            (around.chosen, around.period, around.cursor) = (sorts, period, 0);
            if !matches!(around.part(), Some(Part::Timeline)) {
                around.part = around.parts.iter().position(|part| matches!(part, Part::Overview)).unwrap_or_default();
            }
        }
        page.ask_around(context)
    })
}
