//! The help: every key that counts here, to look for and to run; and the log of what was said.

use super::{Item, Picker};
use crate::tui::{action, context::Context, key, state::State, toast::Tone, words};

/// What can be done here, by context; Enter does it.
pub fn help(state: &State) -> Picker {
    let contexts = state.contexts();
    let mut items = Vec::new();
    for context in &contexts {
        for action in action::all().filter(|action| action.context == *context) {
            let keys: Vec<String> = action.keys.iter().map(|keys| key::label(keys)).collect();
            let mut item = Item::new(format!("{:<16} {}", keys.join(" "), action.help(&state.context)), action.id);
            item.detail = words::place(&state.context, context);
            item.hidden = format!("{} {}", action.label.join(" "), action.help.join(" "));
            item.reason = (action.enabled)(state).err().map(|reason| state.context.say(&reason));
            items.push(item);
        }
    }
    let title = state.context.pick("Keys that count here", "此处可用的按键");
    Picker::new(&state.context, title, items, |state, items| {
        items.first().map_or_else(Vec::new, |item| state.act(&item.value.clone()))
    })
}

/// Everything that was said, the latest first; Enter copies it.
pub fn messages(state: &State, context: &Context) -> Picker {
    let line = |toast: &crate::tui::toast::Toast| {
        Item::new(format!("{} {:<2} {}", toast.at, toast.sign(), toast.text), toast.text.clone())
    };
    let items = state.messages.iter().rev().map(line).collect();
    Picker::new(context, context.pick("Messages", "消息记录"), items, |state, items| {
        items.first().map_or_else(Vec::new, |item| super::super::frame::copy(state, item.value.clone(), Tone::Notice))
    })
}
