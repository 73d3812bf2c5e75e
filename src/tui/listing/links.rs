//! What of a record can be opened elsewhere: its web page, a mail to it, a call; nothing else, whatever the data say.

use super::acts;
use crate::{
    crm::Entry,
    record::{Kind, Value},
    tui::{
        command::Cmd,
        modals::{Item, Picker},
        page::Page,
        state::State,
        toast::Tone,
    },
};

/// Offers the addresses of the record; the only one is opened at once.
pub fn open(state: &mut State) -> Vec<Cmd> {
    let Some((kind, id)) = state.top().and_then(Page::subject) else { return Vec::new() };
    acts::reading(kind, id, |state, entry| {
        let mut items = addresses(state, &entry);
        match items.len() {
            0 => {
                let message = crate::Message::new("{record} has no web page, e-mail or phone.");
                state.tell(Tone::Notice, &message.with("record", entry.short()))
            }
            1 => items.pop().map(|item| Cmd::Open(item.value)).into_iter().collect(),
            _ => {
                let title = state.context.pick("Open", "打开");
                let picker = Picker::new(&state.context, title, items, |_, items| {
                    items.into_iter().map(|item| Cmd::Open(item.value)).collect()
                });
                state.show(Box::new(picker))
            }
        }
    })
}

/// What of a record can be opened.
pub fn addresses(state: &State, entry: &Entry) -> Vec<Item> {
    let mut items = Vec::new();
    for (field, value) in entry.schema.fields.iter().zip(&entry.values).filter(|(field, _)| !field.retired) {
        let texts = match value {
            Value::List(several) => several.iter().filter_map(Value::as_text).collect(),
            value => value.as_text().into_iter().collect::<Vec<_>>(),
        };
        let kind = if let Kind::List(item) = &field.kind { item } else { &field.kind };
        for text in texts {
            if let Some(address) = address(kind, text) {
                items.push(Item::new(text, address).detail(state.context.label(field)));
            }
        }
    }
    items
}

/// The address in a scheme that is known to be harmless; none for anything else.
fn address(kind: &Kind, text: &str) -> Option<String> {
    let plain = |letter: char| !letter.is_whitespace() && !letter.is_control() && letter != '"' && letter != '\'';
    let whole = text.chars().all(plain);
    match kind {
        Kind::Email if whole => Some(format!("mailto:{text}")),
        Kind::Phone => {
            let digits: String = text.chars().filter(|sign| sign.is_ascii_digit() || *sign == '+').collect();
            (digits.len() > 2).then(|| format!("tel:{digits}"))
        }
        Kind::Url if whole && (text.starts_with("https://") || text.starts_with("http://")) => Some(text.to_owned()),
        Kind::Url if whole && !text.contains(':') && !text.starts_with('-') => Some(format!("https://{text}")),
        _ => None,
    }
}
