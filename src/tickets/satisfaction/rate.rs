//! Rating: a second rating of the same solution replaces the first, which its history keeps; the task that a low one
//! opens is opened once.

use super::{Satisfaction, ask::cycle};
use crate::{
    Result,
    crm::{Crm, integer},
    error::{Cause, Error},
    message::Message,
    record::{Draft, Id, Link, Origin, Value, Values, types::timestamp_text},
    store::Sql,
    tickets::{Ticket, TicketStatus},
};
use jiff::ToSpan;

/// How a rating came that stood in a file; what it leads to was done elsewhere.
pub(super) const IMPORT: &str = "import";

/// What somebody says about a solution.
#[derive(Debug, Clone, Default)]
pub struct Rating {
    /// The service.
    pub score: Option<i64>,
    pub product_score: Option<i64>,
    pub comment: Option<String>,
    /// How it came: command, mail, form.
    pub channel: &'static str,
}

/// What became of a rating.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rated {
    pub id: i64,
    /// The rating that it replaces.
    pub before: Option<i64>,
    /// The task that it opened.
    pub recovery: Option<i64>,
}

impl Crm {
    /// Rates the last solution of a ticket, whether anybody was asked or not.
    ///
    /// # Errors
    /// A ticket that was never solved, or a score beyond 1 to 5.
    pub fn rate_ticket(&mut self, id: i64, rating: &Rating) -> Result<Rated> {
        let ticket: Ticket = self.get(Id::new(id))?;
        let solved = matches!(ticket.status, TicketStatus::Resolved | TicketStatus::Closed);
        // Who has opened it again since rates what was solved before.
        let rated = if solved { cycle(&ticket) } else { cycle(&ticket) - 1 };
        if rated == 0 {
            let message = Message::new("{record} is not solved yet, so there is nothing to rate.");
            let hint = Message::new("kehu ticket show T{number}").with("number", id);
            let message = message.with("record", format!("T{id} {}", ticket.subject));
            return Err(Error::new(Cause::Refused, message).hint(hint));
        }
        self.transaction(&format!("Rate T{id} {}", ticket.subject), |crm| {
            let known = crm.satisfaction_of(id, rated)?;
            let known = match known {
                Some(known) => known,
                None => crm.add(
                    "satisfaction",
                    vec![("ticket".to_owned(), Link::to(id)), ("cycle".to_owned(), Value::Integer(rated))],
                )?,
            };
            crm.rate(known, rating)
        })
    }

    /// Writes a rating down where it was asked for.
    ///
    /// # Errors
    /// A rating that says nothing, or a score beyond 1 to 5.
    pub fn rate(&mut self, id: i64, rating: &Rating) -> Result<Rated> {
        let before: Satisfaction = self.get(Id::new(id))?;
        if rating.score.is_none() && rating.product_score.is_none() {
            let message = Message::new("A rating is a number from 1 (bad) to 5 (very good).");
            return Err(Error::bad_value(message).on_field("score"));
        }
        let comment = before.comment.as_ref().map(|text| text.0.as_str());
        let same = rating.score.is_none_or(|score| before.score == Some(score))
            && rating.product_score.is_none_or(|score| before.product_score == Some(score))
            && rating.comment.as_deref().is_none_or(|said| comment == Some(said));
        if same {
            return Ok(Rated { id, before: before.score, recovery: None });
        }
        let mut values: Values = vec![
            ("channel".to_owned(), Value::text(rating.channel)),
            ("rated".to_owned(), Value::Text(self.now_text())),
        ];
        let scores = [("score", rating.score), ("product_score", rating.product_score)];
        values.extend(scores.into_iter().filter_map(|(name, score)| Some((name.to_owned(), Value::Integer(score?)))));
        values.extend(rating.comment.iter().map(|text| ("comment".to_owned(), Value::text(text))));
        self.transaction(&format!("Rate SF{id}"), |crm| {
            crm.change("satisfaction", id, values.clone(), None)?;
            Ok(())
        })?;
        let after: Satisfaction = self.get(Id::new(id))?;
        let recovery = after.recovery.filter(|_| before.recovery.is_none()).map(|id| id.number);
        Ok(Rated { id, before: before.score, recovery })
    }

    /// What was asked or said about one solution of a ticket.
    pub(super) fn satisfaction_of(&mut self, ticket: i64, cycle: i64) -> Result<Option<i64>> {
        let sql =
            "SELECT id FROM satisfactions WHERE ticket = ? AND cycle = ? AND deleted_at IS NULL ORDER BY id LIMIT 1";
        let row = self.db.first(sql, &[Sql::Integer(ticket), Sql::Integer(cycle)])?;
        Ok(row.map(|row| integer(&row[0])))
    }
}

/// What a new one takes over from its ticket; there is one for each solution.
pub(super) fn complete(crm: &mut Crm, draft: &mut Draft, id: i64) -> Result<()> {
    let ticket: Ticket = crm.get(Id::new(id))?;
    if draft.get("cycle").is_empty() {
        draft.set("cycle", Value::Integer(cycle(&ticket)));
    }
    let rated = draft.get("cycle").as_integer().unwrap_or(1);
    if let Some(known) = crm.satisfaction_of(id, rated)? {
        let message = Message::new("T{number} {subject} was asked about or rated already since it was solved.");
        let hint = Message::new("kehu satisfaction edit SF{known} score=5").with("known", known);
        return Err(Error::new(Cause::Conflict, message.with("number", id).with("subject", &ticket.subject)).hint(hint));
    }
    if draft.get("subject").is_empty() {
        draft.set("subject", Value::text(&ticket.subject));
    }
    for (name, of_ticket) in
        [("customer", ticket.customer.map(|id| id.number)), ("owner", ticket.owner.map(|id| id.number))]
    {
        if let Some(number) = of_ticket.filter(|_| draft.get(name).is_empty()) {
            draft.set(name, Link::to(number));
        }
    }
    Ok(())
}

/// A task for the superior of whoever dealt with it, else for them, else for whoever looks after the customer.
pub(super) fn open_recovery(crm: &mut Crm, draft: &Draft, ticket: i64, score: i64) -> Result<i64> {
    let of: Ticket = crm.get(Id::new(ticket))?;
    let dealt = draft.get("owner").as_integer().or(of.owner.map(|owner| owner.number));
    let superior = match dealt {
        Some(owner) => crm.record("user", owner)?.value("manager").as_integer(),
        None => None,
    };
    let keeper = match of.customer {
        Some(customer) => crm.get(customer)?.owner.map(|owner| owner.number),
        None => None,
    };
    let owner = superior.or(dealt).or(keeper).or(crm.actor().map(|(me, _)| me));
    let now = crm.reading().clock.now();
    let due = timestamp_text(now.checked_add(24.hours()).unwrap_or(now));
    let link = |id: Option<i64>| id.map_or(Value::Null, Link::to);
    let mut values: Values = vec![
        ("subject".to_owned(), Value::Text(format!("{score}/5 · T{ticket} {}", of.subject))),
        ("kind".to_owned(), Value::text("task")),
        ("ticket".to_owned(), Link::to(ticket)),
        ("customer".to_owned(), link(of.customer.map(|id| id.number))),
        ("contact".to_owned(), link(of.contact.map(|id| id.number))),
        ("owner".to_owned(), link(owner)),
        ("due".to_owned(), Value::Text(due)),
        ("notes".to_owned(), draft.get("comment")),
    ];
    values.retain(|(_, value)| !value.is_empty());
    crm.add("activity", values)
}

/// A rating that a file brings along with its ticket.
pub(super) fn from_file(crm: &mut Crm, draft: &Draft, ticket: i64, score: i64) -> Result<()> {
    if draft.origin == Origin::Export {
        return Ok(());
    }
    let cycle = draft.get("reopened").as_integer().unwrap_or_default() + 1;
    let at = ["resolved", "closed", "received"].iter().map(|name| draft.get(name)).find(|at| !at.is_empty());
    let rated = at.unwrap_or_else(|| Value::Text(crm.now_text()));
    let mut values: Values = vec![
        ("score".to_owned(), Value::Integer(score)),
        ("rated".to_owned(), rated),
        ("channel".to_owned(), Value::text(if draft.origin == Origin::Person { "command" } else { IMPORT })),
    ];
    if let Some(known) = crm.satisfaction_of(ticket, cycle)? {
        return crm.change("satisfaction", known, values, None).map(drop);
    }
    values.extend([("ticket".to_owned(), Link::to(ticket)), ("cycle".to_owned(), Value::Integer(cycle))]);
    crm.add("satisfaction", values).map(drop)
}
