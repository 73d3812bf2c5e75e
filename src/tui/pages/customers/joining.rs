//! Two records that are one customer: finding them, looking at what a merge would do, and doing it, or saying that they
//! are not the same (R13).

use super::Customers;
use crate::{
    Crm, Message, Result,
    crm::Query,
    customers::{
        duplicates::{Hunt, LIKELY},
        merge::{Differing, Merge, Merged},
    },
    record::{
        Schema, Value,
        filter::{self, Filter},
        types,
    },
    tui::{
        command::Cmd,
        context::Context,
        modals::{Confirm, Item, Picker},
        page::Page,
        state::State,
        toast::Tone,
    },
};
use std::sync::Arc;

/// How many pairs are offered.
const PAIRS: usize = 100;
/// How many letters of a value are shown.
const SHOWN: usize = 60;

/// The records that look like the same as this one, or any other that is typed.
pub fn merge(state: &mut State) -> Vec<Cmd> {
    let Some(("customer", id)) = state.top().and_then(Page::subject) else { return Vec::new() };
    let title = state
        .context
        .pick("Is the same as (the likeliest first; type for any other)", "与哪一个相同（最像的在前；可输入查找）");
    let picker = Picker::new(&state.context, title, Vec::new(), move |_, items| {
        let other = items.first().and_then(|item| item.value.parse().ok());
        other.map_or_else(Vec::new, |other| ask_which_stays(id, other))
    });
    let source =
        move |crm: &mut Crm, typed: &str| if typed.trim().is_empty() { alike(crm, id) } else { named(crm, id, typed) };
    state.show(Box::new(picker.asking(Arc::new(source))))
}

/// All pairs that look alike.
pub fn duplicates(_: &mut State) -> Vec<Cmd> {
    let hunt = Hunt { among: Query::new("customer"), least: LIKELY, limit: PAIRS };
    let ask = move |crm: &mut Crm| {
        let found = crm.duplicates(&hunt)?;
        let ids: Vec<i64> = found.pairs.iter().flat_map(|pair| [pair.first, pair.second]).collect();
        Ok((found, crm.links("customer", &ids)?))
    };
    vec![Cmd::question((0, "pairs"), ask, |state, answer| {
        let (found, links) = match answer {
            Ok(answer) => answer,
            Err(error) => return state.fault(&error),
        };
        if found.pairs.is_empty() {
            return state.tell(Tone::Notice, &Message::new("No two look alike."));
        }
        let context = &state.context;
        let name = |id: i64| links.get(&id).map_or_else(String::new, |link| format!("{} {}", link.short(), link.title));
        let item = |pair: &crate::customers::duplicates::Suspicion| {
            let reasons: Vec<String> = pair.reasons.iter().map(|reason| context.say(reason)).collect();
            let label = format!("{} / {}", name(pair.first), name(pair.second));
            Item::new(label, format!("{} {}", pair.first, pair.second)).detail(reasons.join(", "))
        };
        let items: Vec<Item> = found.pairs.iter().map(item).collect();
        let title = format!("{} ({})", context.pick("Look alike", "疑似重复"), found.total);
        let picker = Picker::new(context, title, items, |_, items| {
            let pair = items.first().and_then(|item| item.value.split_once(' '));
            let pair = pair.and_then(|(one, other)| Some((one.parse().ok()?, other.parse().ok()?)));
            pair.map_or_else(Vec::new, |(one, other)| ask_which_stays(one, other))
        });
        state.show(Box::new(picker))
    })]
}

fn alike(crm: &mut Crm, id: i64) -> Result<Vec<Item>> {
    let among = Query { filter: filter::parse(&format!("id={id}"))?, ..Query::new("customer") };
    let found = crm.duplicates(&Hunt { among, least: LIKELY, limit: 20 })?;
    let other =
        |pair: &crate::customers::duplicates::Suspicion| if pair.first == id { pair.second } else { pair.first };
    let ids: Vec<i64> = found.pairs.iter().map(other).collect();
    let links = crm.links("customer", &ids)?;
    let item = |pair: &crate::customers::duplicates::Suspicion| {
        let link = links.get(&other(pair))?;
        let reasons: Vec<String> = pair.reasons.iter().map(ToString::to_string).collect();
        Some(Item::new(format!("{} {}", link.short(), link.title), link.id.to_string()).detail(reasons.join(", ")))
    };
    Ok(found.pairs.iter().filter_map(item).collect())
}

fn named(crm: &mut Crm, id: i64, typed: &str) -> Result<Vec<Item>> {
    let words = typed.split_whitespace().map(|word| Filter::Word(word.to_owned())).collect();
    let columns = vec!["name".to_owned(), "city".to_owned()];
    let grid = crm.list(&Query { filter: Filter::And(words), columns, limit: Some(30), ..Query::new("customer") })?;
    let item = |row: &crate::record::Row| {
        let text = |place: usize| row.cells.get(place).and_then(Value::as_text).unwrap_or_default().to_owned();
        Item::new(format!("{} {}", row.short, text(0)), row.id.to_string()).detail(text(1))
    };
    Ok(grid.rows.iter().filter(|row| row.id != id).map(item).collect())
}

/// Which of the two stays, or that they are two.
fn ask_which_stays(one: i64, other: i64) -> Vec<Cmd> {
    let ask = move |crm: &mut Crm| {
        let schema = crm.schema("customer")?;
        let name = |crm: &mut Crm, id: i64| {
            Ok::<_, crate::Error>(format!("{} {}", schema.short(id), crm.title("customer", id)?))
        };
        Ok([name(crm, one)?, name(crm, other)?])
    };
    vec![Cmd::question((0, "pair"), ask, move |state, answer| {
        let names = match answer {
            Ok(names) => names,
            Err(error) => return state.fault(&error),
        };
        let context = &state.context;
        let into = |name: &String| context.say(&Message::new("Merge into {record}").with("record", name));
        let [first, second] = &names;
        let items = vec![
            Item::new(into(first), "first"),
            Item::new(into(second), "second"),
            Item::new(context.say(&Message::new("Not the same")), "apart"),
        ];
        let title = names.join(" / ");
        let picker =
            Picker::new(context, title, items, move |_, items| match items.first().map(|item| item.value.as_str()) {
                Some("first") => vec![preview(one, other)],
                Some("second") => vec![preview(other, one)],
                Some("apart") => vec![Cmd::done(
                    move |crm| crm.keep_apart("customer", &[one, other]),
                    move |context, ()| {
                        context.say(&Message::new("{records} are not the same.").with("records", names.join(", ")))
                    },
                )],
                _ => Vec::new(),
            });
        state.show(Box::new(picker))
    })]
}

fn of(winner: i64, loser: i64) -> Merge {
    Merge { kind: "customer".to_owned(), winner, losers: vec![loser], prefer: Vec::new() }
}

/// Tries it, takes it back, and shows what it comes to.
fn preview(winner: i64, loser: i64) -> Cmd {
    let work = move |crm: &mut Crm| {
        crm.set_dry_run(true);
        let tried = crm.merge(&of(winner, loser));
        crm.set_dry_run(false);
        let schema = crm.schema("customer")?;
        let title = crm.title("customer", winner)?;
        Ok((tried?, format!("{} {title}", schema.short(winner)), schema.short(loser)))
    };
    Cmd::write(work, move |state, answer| match answer {
        Ok((merged, into, gone)) => {
            let context = &state.context;
            let question = Message::new("Merge {losers} into {winner}?").with("losers", &gone).with("winner", &into);
            let question = context.say(&question);
            let lines = lines(context, &merged);
            let confirm = Confirm::new(context, question, lines, move |state| go(state, winner, loser, into, gone));
            state.show(Box::new(confirm))
        }
        Err(error) => state.fault(&error),
    })
}

/// Merges; whoever looked at the one that is gone looks at the one that stays.
fn go(state: &State, winner: i64, loser: i64, into: String, gone: String) -> Vec<Cmd> {
    let page = state.page().and_then(crate::tui::page::page_of::<Customers>);
    let alone = page.is_some_and(|page| page.listing.is_none() && page.customer() == Some(loser));
    vec![Cmd::write(
        move |crm| crm.merge(&of(winner, loser)),
        move |state, answer| match answer {
            Ok(_) => {
                let told = Message::new("Merged {losers} into {winner}.").with("losers", gone).with("winner", into);
                let mut commands = state.tell(Tone::Done, &told);
                if alone {
                    let page = super::super::of_record(&state.context, "customer", winner);
                    commands.extend(state.replace(page));
                }
                commands
            }
            Err(error) => state.fault(&error),
        },
    )]
}

/// What becomes of everything, a line each.
fn lines(context: &Context, merged: &Merged) -> Vec<String> {
    let Some(schema) = context.schema("customer") else { return Vec::new() };
    let label =
        |name: &str| schema.field(name).map_or_else(|| name.to_owned(), |field| context.label(field).to_owned());
    let mut lines: Vec<String> = merged.differing.iter().map(|other| doubt(context, &schema, other)).collect();
    for change in &merged.changes {
        let (before, after) = (types::show(&change.kind, &change.before), types::show(&change.kind, &change.after));
        let before = if before.is_empty() { String::new() } else { format!("{} ", short(&before)) };
        lines.push(format!("{}: {before}{} {}", label(&change.field), context.glyphs.arrow, short(&after)));
    }
    for moved in &merged.moved {
        let told = Message::new("  {count} {kind} {count:record|records} moved ({field}).");
        let schema = context.schema(moved.kind);
        let field = schema.as_ref().and_then(|schema| schema.field(&moved.field));
        let field = field.map_or_else(|| moved.field.clone(), |field| context.label(field).to_owned());
        let told = told.with("count", moved.count).with("kind", context.noun(moved.kind)).with("field", field);
        lines.push(context.say(&told).trim().to_owned());
    }
    for kept in &merged.kept {
        let told = Message::new("  kept in a note: {field} of {record}: {value}").with("field", label(&kept.field));
        let told = told.with("record", schema.short(kept.loser)).with("value", short(&kept.value));
        lines.push(context.say(&told).trim().to_owned());
    }
    lines
}

fn doubt(context: &Context, schema: &Schema, differing: &Differing) -> String {
    let values = differing.values.iter().map(|(id, value)| format!("{} {value}", schema.short(*id)));
    let template = if differing.unique {
        "They differ in {field}, so they are probably not the same: {values}."
    } else {
        "They belong to different records as {field}: {values}."
    };
    let field = schema.field(&differing.field).map_or(differing.field.as_str(), |field| context.label(field));
    let message = Message::new(template).with("field", field).with("values", values.collect::<Vec<_>>().join(", "));
    format!("! {}", context.say(&message))
}

fn short(text: &str) -> String {
    crate::tui::text::cut(&text.split_whitespace().collect::<Vec<_>>().join(" "), SHOWN, "…")
}
