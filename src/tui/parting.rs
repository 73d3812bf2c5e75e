//! Leaving: a write that is under way is waited for, unless whoever leaves insists; what is not written stays a draft.

use super::{command::Cmd, state::State, toast::Tone};
use crate::Message;
use std::time::Duration;

/// A write that takes longer is spoken of.
const SLOW: Duration = Duration::from_millis(200);

/// Writes on their way to the database.
#[derive(Debug, Default)]
pub struct Writes {
    pub under_way: usize,
    /// Whether they take so long that it is shown.
    pub slow: bool,
    /// How many came to nothing.
    pub failed: usize,
    /// Whether somebody leaves once all are answered.
    pub(super) awaited: bool,
}

impl State {
    /// Leaves the dashboard, after what is being written; asked again, without it.
    pub fn part(&mut self) -> Vec<Cmd> {
        if self.writes.under_way == 0 || std::mem::replace(&mut self.writes.awaited, true) {
            return vec![Cmd::Quit];
        }
        self.tell(Tone::Error, &waiting())
    }

    /// A write is under way; where it takes long, that is shown.
    pub(super) fn write_begins(&mut self) -> Cmd {
        self.writes.under_way += 1;
        Cmd::wake((0, "slow"), SLOW, |state| {
            state.writes.slow = state.writes.under_way > 0;
            Vec::new()
        })
    }

    /// A write was answered; once all are, whoever waits to leave does.
    pub(super) fn write_ended(&mut self) -> Vec<Cmd> {
        self.writes.slow &= self.writes.under_way > 0;
        if self.writes.awaited && self.writes.under_way == 0 { vec![Cmd::Quit] } else { Vec::new() }
    }

    /// Something was not written: whoever was about to leave stays and hears why.
    pub(super) fn stay(&mut self) {
        self.writes.failed += 1;
        self.wait_no_more();
    }

    /// Nobody is about to leave any more; says whether somebody was.
    pub(super) fn wait_no_more(&mut self) -> bool {
        let said = self.context.say(&waiting());
        self.toasts.retain(|toast| toast.text != said);
        std::mem::take(&mut self.writes.awaited)
    }
}

fn waiting() -> Message {
    Message::new("Waiting for a write to finish before leaving; press again to leave without it, Esc to stay.")
}

/// What is said, after the dashboard, of what was not written.
pub fn last_word(state: &State) -> Option<Message> {
    let records = state.draft_names();
    match (state.writes.failed + state.writes.under_way, records.is_empty()) {
        (0, _) => None,
        (_, true) => Some(Message::new("The last change was not written: the database was not free.")),
        (_, false) => Some(
            Message::new("Not written, but kept: {records}. The dashboard offers it again.").with("records", records),
        ),
    }
}
