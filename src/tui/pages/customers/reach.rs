//! Reaching a customer: calls, mails and pages of the company and of the people who work there.

use crate::{
    Crm, Message, Result,
    crm::{Entry, Query, Sort},
    record::filter,
    tui::{command::Cmd, listing::links, modals::Picker, page::Page, state::State, toast::Tone},
};

/// How many people are offered.
const PEOPLE: u64 = 20;

/// Offers every way there is; the only one is taken at once.
pub fn offer(state: &mut State) -> Vec<Cmd> {
    match state.top().and_then(Page::subject) {
        Some(("customer", id)) => {
            vec![Cmd::question(
                (0, "reach"),
                move |crm| them(crm, id),
                |state, answer| match answer {
                    Ok(entries) => choose(state, &entries),
                    Err(error) => state.fault(&error),
                },
            )]
        }
        Some(_) => links::open(state),
        None => Vec::new(),
    }
}

/// The people who have not left, whom to ask for first before the others, then the company itself.
fn them(crm: &mut Crm, id: i64) -> Result<Vec<Entry>> {
    let query = Query {
        filter: filter::parse(&format!("customer=C{id} left=no"))?,
        sort: Sort::parse("-primary,id"),
        limit: Some(PEOPLE),
        ..Query::new("contact")
    };
    let mut entries = Vec::new();
    for contact in crm.matching(&query)? {
        entries.push(crm.record("contact", contact)?);
    }
    entries.push(crm.record("customer", id)?);
    Ok(entries)
}

fn choose(state: &mut State, entries: &[Entry]) -> Vec<Cmd> {
    let mut items = Vec::new();
    for entry in entries {
        for mut item in links::addresses(state, entry) {
            item.detail = format!("{} {}", entry.title(), item.detail);
            items.push(item);
        }
    }
    match items.len() {
        0 => {
            let short = entries.last().map(Entry::short).unwrap_or_default();
            let message = Message::new("{record} has no web page, e-mail or phone.").with("record", short);
            state.tell(Tone::Notice, &message)
        }
        1 => items.pop().map(|item| Cmd::Open(item.value)).into_iter().collect(),
        _ => {
            let title = state.context.pick("Call, write or look up", "拨号、写信或打开网页");
            let picker = Picker::new(&state.context, title, items, |_, items| {
                items.into_iter().map(|item| Cmd::Open(item.value)).collect()
            });
            state.show(Box::new(picker))
        }
    }
}
