//! Policy: how fast tickets are to be answered and solved, and which tickets that is said of (R107, spec 8.3).

use super::{
    BusinessCalendar, Targets,
    business_calendar::{one_default, refuse_default},
};
use crate::{
    Result,
    catalog::Panel,
    crm::{Crm, Query, Sort},
    error::{Cause, Error},
    message::Message,
    record::{Draft, Grid, Id, Link, Value, filter, record, types::LongText},
};

record! {
    /// How fast tickets are to be answered and solved.
    pub struct SlaPolicy in "sla_policies" as "SP" called "sla_policy" {
        /// Name shown everywhere
        name: String [title, search, list],
        /// Which tickets, in the filter language; all when empty
        condition: Option<String> [list],
        /// Where it stands: the first policy that fits a ticket holds
        position: Option<i64> [list],
        /// Whether it holds where no other fits, whatever its condition says
        default: bool [default("no"), list],
        /// Whose working time counts; the default calendar unless said, round the clock where there is none
        calendar: Option<Id<BusinessCalendar>> [list],
        /// Until when a customer has the first answer, in working time: 4h, or urgent 30m, high 2h, 4h
        first_response: Option<String> [list],
        /// Until when a customer who wrote again has an answer
        next_response: Option<String> [list],
        /// Until when the ticket is solved
        resolution: Option<String> [list],
        /// What else is worth knowing
        notes: Option<LongText>,
    }
    computed {
        /// How many tickets that are not solved it holds for
        open_tickets: crate::record::Kind::Integer =>
            "(SELECT COUNT(*) FROM tickets k WHERE k.policy = {t}.id AND k.status IN ('new', 'open', 'pending', 'on_hold') \
             AND k.deleted_at IS NULL)",
    }
}

/// The fields that say how fast.
pub(super) const TARGETS: [&str; 3] = ["first_response", "next_response", "resolution"];

/// What happens as time runs out, on the page of a policy.
pub(crate) const PANEL: Panel =
    Panel { of: "sla_policy", key: "steps", title: "Escalation", title_zh: "升级规则", grid: steps_of };

fn steps_of(crm: &mut Crm, policy: i64, limit: Option<u64>) -> Result<Grid> {
    let query = Query {
        filter: filter::parse(&format!("policy=SP{policy}"))?,
        columns: ["clock", "percent", "tell", "user", "reassign", "queue", "raise"].map(str::to_owned).into(),
        sort: Sort::parse("clock,percent,id"),
        limit,
        ..Query::new("sla_step")
    };
    crm.list(&query)
}

pub(crate) fn check(crm: &mut Crm, draft: &mut Draft) -> Result<()> {
    if draft.deleted() {
        let default = draft.before("default") == Value::Bool(true);
        return if default { refuse_default(crm, draft, "sla_policy") } else { tell_of_open_tickets(crm) };
    }
    can_be_asked(crm, draft)?;
    promises(draft)?;
    if draft.is_new()
        && draft.get("calendar").is_empty()
        && let Some(calendar) = crm.default_calendar()?
    {
        draft.set("calendar", Link::to(calendar));
    }
    if draft.is_new() && draft.get("position").is_empty() {
        let last = crm.numbers("SELECT COALESCE(MAX(position), 0) FROM sla_policies WHERE deleted_at IS NULL", &[])?;
        draft.set("position", Value::Integer(last.first().copied().unwrap_or_default() + 1));
    }
    // One that is for some tickets only does not become the one for all others by itself.
    let for_all = draft.get("condition").is_empty();
    one_default(crm, draft, "sla_policies", for_all)
}

/// Refuses a condition that could not be asked of tickets.
fn can_be_asked(crm: &mut Crm, draft: &Draft) -> Result<()> {
    let condition = draft.get("condition");
    let filter = filter::parse(condition.as_text().unwrap_or_default()).map_err(|error| error.on_field("condition"))?;
    let columns = vec!["id".into()];
    crm.list(&Query { filter, limit: Some(1), paging: true, columns, ..Query::new("ticket") })
        .map(|_| ())
        .map_err(|error| error.on_field("condition"))
}

/// A policy promises something, and no answer later than the solution.
fn promises(draft: &mut Draft) -> Result<()> {
    let mut read = [Targets::default(); 3];
    for (place, field) in TARGETS.iter().enumerate() {
        let value = draft.get(field);
        let Some(text) = value.as_text() else { continue };
        read[place] = Targets::parse(text).map_err(|error| error.on_field(*field))?;
        draft.set(field, Value::text(read[place].to_string()));
    }
    if read.iter().all(|targets| *targets == Targets::default()) {
        let message = Message::new("A policy promises a first answer, a next answer or a solution within some time.");
        return Err(Error::bad_value(message)
            .on_field("resolution")
            .hint(Message::new("kehu sla_policy add \"Key customers\" --first-response 1h --resolution 8h")));
    }
    for (place, field) in TARGETS.iter().enumerate().take(2) {
        if let Some(priority) = read[place].longer_than(&read[2]) {
            let message =
                Message::new("An answer within {answer} would come after the solution within {solution} ({priority}).")
                    .with("answer", read[place])
                    .with("solution", read[2])
                    .with("priority", priority.key());
            return Err(Error::new(Cause::Refused, message).on_field(*field));
        }
    }
    Ok(())
}

/// The former default is it no longer; open tickets keep their deadlines until somebody says otherwise.
pub(crate) fn settle(crm: &mut Crm, draft: &Draft) -> Result<()> {
    super::business_calendar::settle(crm, draft)?;
    if let Some(calendar) = draft.changed("calendar").and_then(Value::as_integer) {
        crm.tell_of_no_working_time(calendar)?;
    }
    let telling = ["condition", "calendar", "first_response", "next_response", "resolution", "default"];
    let changed = telling.iter().any(|field| draft.changed(field).is_some());
    if changed && !crm.by_verb { tell_of_open_tickets(crm) } else { Ok(()) }
}

fn tell_of_open_tickets(crm: &mut Crm) -> Result<()> {
    if crm.door != "import" && crm.has_open_tickets()? {
        crm.notice(Message::new("Open tickets keep their deadlines until: kehu sla_policy apply"));
    }
    Ok(())
}

impl Crm {
    fn has_open_tickets(&mut self) -> Result<bool> {
        let sql = "SELECT id FROM tickets WHERE status IN ('new', 'open', 'pending', 'on_hold') AND deleted_at IS NULL LIMIT 1";
        Ok(!self.numbers(sql, &[])?.is_empty())
    }
}
