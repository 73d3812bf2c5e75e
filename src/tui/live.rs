//! What others write shows within seconds: the number of the latest change is asked for again and again.

use super::{command::Cmd, state::State, toast::Tone};
use crate::{Crm, Message, Result, record::Schema};
use std::{sync::Arc, time::Duration};

const EVERY: Duration = Duration::from_secs(2);

/// Looks again after a while, and so on.
pub fn watch() -> Cmd {
    Cmd::wake((0, "live"), EVERY, |_| vec![look()])
}

/// Reads everything on the screen again where anything was written since; the cursor stays on its record.
pub fn look() -> Cmd {
    Cmd::question((0, "live"), news, |state, news| {
        let mut commands = vec![watch()];
        match news {
            Ok(news) => {
                commands.extend(take(state, news));
                state.lost = None;
            }
            // Once is enough.
            Err(error) if state.lost.as_ref() != Some(&error) => {
                commands.extend(state.fault(&error));
                state.lost = Some(error);
            }
            Err(_) => {}
        }
        commands
    })
}

/// What others did: the number of their latest change, and the kinds of record where those changed.
struct News {
    latest: i64,
    schemas: Option<Vec<Arc<Schema>>>,
}

fn news(crm: &mut Crm) -> Result<News> {
    let renewed = crm.renew()?;
    let latest = crm.latest_change()?;
    Ok(News { latest, schemas: renewed.then(|| crm.schemas().to_vec()) })
}

fn take(state: &mut State, news: News) -> Vec<Cmd> {
    let back = state.lost.is_some();
    let changed = news.latest != state.seen && state.seen != 0;
    state.seen = news.latest;
    let mut commands = Vec::new();
    if back {
        commands.extend(state.tell(Tone::Notice, &Message::new("The database is there again.")));
    }
    let renewed = news.schemas.is_some();
    if let Some(schemas) = news.schemas {
        state.context.schemas = schemas;
        commands.push(Cmd::Renew);
    }
    if changed || renewed || back {
        commands.extend(state.refresh());
    }
    commands
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
