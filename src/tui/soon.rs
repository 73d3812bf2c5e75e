//! Whoever answers tickets hears of those whose time is nearly over, once for each deadline, wherever they are.

use super::{command::Cmd, state::State, toast::Tone};
use crate::{
    Crm, Message, Result,
    crm::{Query, Sort},
    record::{Value, filter},
};
use jiff::{SignedDuration, Timestamp};
use std::time::Duration;

const EVERY: Duration = Duration::from_secs(30);
/// How long before its time is over a ticket is spoken of.
const BEFORE: SignedDuration = SignedDuration::from_mins(15);
/// No more at once: more are to be looked for in the queue.
const MOST: u64 = 2;

/// A ticket, what it is about and until when.
type Due = (i64, String, String);

/// Looks for them, and again after a while.
pub fn look(state: &State) -> Cmd {
    let now = state.context.reading.clock.now();
    Cmd::question(
        (0, "soon"),
        move |crm| due(crm, now),
        move |state, found| {
            let mut commands = vec![Cmd::wake((0, "soon"), EVERY, |state| vec![look(state)])];
            for (id, subject, due) in found.unwrap_or_default() {
                let Ok(until) = due.parse::<Timestamp>() else { continue };
                if !state.warned.insert((id, due)) {
                    continue;
                }
                let left = until.duration_since(now).as_mins().max(1);
                let told = Message::new("T{ticket} {subject} breaches in {minutes} min; g r T{ticket} goes there.");
                let told = told.with("ticket", id).with("subject", subject).with("minutes", left);
                commands.extend(state.tell(Tone::Error, &told));
            }
            commands
        },
    )
}

/// My tickets whose time is over soon and not yet.
fn due(crm: &mut Crm, now: Timestamp) -> Result<Vec<Due>> {
    let until = now.checked_add(BEFORE).unwrap_or(now);
    let at = |instant: Timestamp| instant.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let words = format!("owner=me (status=new,open) due>={} due<={}", at(now), at(until));
    let query = Query {
        filter: filter::parse(&words)?,
        columns: vec!["subject".to_owned(), "due".to_owned()],
        sort: Sort::parse("due"),
        limit: Some(MOST),
        paging: true,
        ..Query::new("ticket")
    };
    let text = |cell: Option<&Value>| cell.and_then(Value::as_text).unwrap_or_default().to_owned();
    let rows = crm.list(&query)?.rows;
    Ok(rows.iter().map(|row| (row.id, text(row.cells.first()), text(row.cells.get(1)))).collect())
}
