//! What a form does with the answer to its save.

use super::{Form, Saved};
use crate::tui::{
    command::Cmd,
    context::Context,
    page::page_as,
    state::State,
    toast::{Toast, Tone},
};

/// Lets the form of that number change.
pub fn with(state: &mut State, number: u64, work: impl FnOnce(&mut Form, &Context) -> Vec<Cmd>) -> Vec<Cmd> {
    state.with_page(number, |page, context| page_as::<Form>(page).map_or_else(Vec::new, |form| work(form, context)))
}

/// The answer of a save.
pub fn came(state: &mut State, number: u64, saved: Saved) -> Vec<Cmd> {
    if !matches!(saved, Saved::Done { .. }) {
        state.stay();
    }
    match saved {
        Saved::Done { told, visit } => {
            let forget = |form: &mut Form, _: &Context| {
                form.draft.clone().map(|key| Cmd::keep_draft(key, serde_json::Value::Null)).into_iter().collect()
            };
            let mut commands = with(state, number, forget);
            state.boxes.retain(|page| page.id() != number);
            commands.extend(state.toast(Toast::new(Tone::Done, told)));
            commands.extend(visit.map(|(kind, id)| Cmd::visit(kind, id)));
            commands
        }
        Saved::Faults(faults) => with(state, number, |form, context| form.faulty(&faults, context)),
        Saved::Overtaken(overtaken) => with(state, number, |form, context| form.overtaken(overtaken, context)),
    }
}
