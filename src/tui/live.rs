//! What others write shows within seconds: the number of the latest change is asked for again and again.

use super::{command::Cmd, state::State};
use std::time::Duration;

const EVERY: Duration = Duration::from_secs(2);

/// Looks again after a while, and so on.
pub fn watch() -> Cmd {
    Cmd::wake((0, "live"), EVERY, |_| vec![look()])
}

/// Reads everything on the screen again where anything was written since; the cursor stays on its record.
pub fn look() -> Cmd {
    Cmd::question((0, "live"), crate::Crm::latest_change, |state, latest| {
        let mut commands = vec![watch()];
        if let Ok(latest) = latest {
            let first = state.seen == 0;
            if latest != state.seen && !first {
                commands.extend(state.refresh());
            }
            state.seen = latest;
        }
        commands
    })
}

/// From now on somebody waits: a spinner turns where it takes long.
pub fn spin() -> Cmd {
    Cmd::wake((0, "spinner"), Duration::from_millis(120), turn)
}

fn turn(state: &mut State) -> Vec<Cmd> {
    if state.waiting == 0 {
        state.spinning = None;
        return Vec::new();
    }
    state.spinning = Some(state.spinning.map_or(0, |turns| turns + 1));
    vec![spin()]
}
