//! Satisfaction: asked once for each time that a ticket was solved, rated from 1 to 5, and what a low rating leads to
//! (R108, R117, behaviour 23).

mod ask;
mod intake;
mod rate;
pub(crate) mod survey;

use super::Ticket;
use crate::{
    Result,
    catalog::{Event, Panel},
    crm::{Crm, Query, Sort},
    customers::{Activity, Customer},
    org::User,
    record::{
        Column, Draft, Field, Grid, Id, Kind, Origin, Value, filter, record,
        types::{LongText, Open},
    },
    store::Sql,
};
use jiff::Timestamp;

pub use ask::Asked;
pub use rate::{Rated, Rating};
pub use survey::Survey;
pub(crate) use survey::check as check_survey;
pub(crate) use survey::{tongue, written_in};

record! {
    /// What a customer was asked about a solution, and answered.
    pub struct Satisfaction in "satisfactions" as "SF" called "satisfaction" {
        /// What it is about; the subject of its ticket unless said
        subject: Option<String> [title, list],
        /// The ticket that was solved
        ticket: Id<Ticket> [index, child, list],
        /// The customer of the ticket
        customer: Option<Id<Customer>> [index, child],
        /// Who dealt with the ticket
        owner: Option<Id<User>> [list],
        /// Which of the ticket's solutions it is about, counted from 1
        cycle: Option<i64> [kept],
        /// How they rate the service, from 1 to 5
        score: Option<i64> [min("1"), max("5"), list],
        /// How they rate the product that it is about, from 1 to 5
        product_score: Option<i64> [min("1"), max("5"), list],
        /// What they say about it
        comment: Option<LongText> [search, list],
        /// When they were asked
        asked: Option<Timestamp> [kept, list],
        /// When they answered
        rated: Option<Timestamp> [kept, list],
        /// How the answer came: command, mail, form, import
        channel: Option<Open>,
        /// The word by which an answer is known again
        token: Option<String> [kept, index],
        /// What is done about a low rating
        recovery: Option<Id<Activity>> [kept],
    }
    computed {
        /// When they were asked, or else answered
        at: Kind::Timestamp => "COALESCE({t}.asked, {t}.rated)",
    }
}

/// What was asked and said about a ticket, on its page.
pub(crate) const PANEL: Panel =
    Panel { of: "ticket", key: "satisfactions", title: "Satisfaction", title_zh: "满意度", grid: of_ticket };

fn of_ticket(crm: &mut Crm, ticket: i64, limit: Option<u64>) -> Result<Grid> {
    let query = Query {
        filter: filter::parse(&format!("ticket=T{ticket}"))?,
        columns: ["cycle", "asked", "rated", "score", "product_score", "comment", "recovery"].map(str::to_owned).into(),
        sort: Sort::parse("id"),
        limit,
        ..Query::new("satisfaction")
    };
    crm.list(&query)
}

/// How satisfied a customer is with the service, on its page.
pub(crate) const OF_CUSTOMER: Panel =
    Panel { of: "customer", key: "satisfaction_rate", title: "Satisfaction", title_zh: "满意度", grid: of_customer };

/// One line; none where nobody was asked and nobody said anything.
fn of_customer(crm: &mut Crm, customer: i64, _: Option<u64>) -> Result<Grid> {
    let sql = format!(
        "SELECT COUNT(asked), COUNT(score), COUNT(CASE WHEN score >= {SATISFIED} THEN 1 END), COUNT(CASE WHEN score <= \
         {LOW} THEN 1 END), MAX(rated) FROM satisfactions WHERE customer = ? AND deleted_at IS NULL"
    );
    let row = crm.db.first(&sql, &[Sql::Integer(customer)])?.unwrap_or_default();
    let count = |place: usize| row.get(place).map(crate::crm::integer).unwrap_or_default();
    let (asked, rated, satisfied, low) = (count(0), count(1), count(2), count(3));
    let column = |name: &'static str, label, label_zh, kind| Column::new(name, label, label_zh, kind);
    let columns = vec![
        column("asked", "Asked", "询问数", Kind::Integer),
        column("rated", "Rated", "评价数", Kind::Integer),
        column("satisfied", "Satisfied", "满意数", Kind::Integer),
        column("rate", "Satisfied, %", "满意率", Kind::Percent),
        column("low", "Low", "低分数", Kind::Integer),
        column("last", "Last rated", "最近评价", Kind::Timestamp),
    ];
    let last = row.get(4).and_then(Sql::as_text).map_or(Value::Null, Value::text);
    let numbers = [asked, rated, satisfied].map(Value::Integer).into_iter();
    let cells = numbers.chain([crate::reports::share(satisfied, rated), Value::Integer(low), last]).collect();
    Ok(Grid::of("satisfaction", columns, if asked + rated > 0 { vec![cells] } else { Vec::new() }))
}

/// A rating up to this one opens a task to win the customer back.
const LOW: i64 = 2;

/// A rating from this one on counts as satisfied (of five, as ISO 10004 has it, the upper two).
pub(crate) const SATISFIED: i64 = 4;

/// An answer stands on the customer's timeline.
pub(crate) const EVENT: Event =
    Event { at: "rated", planned: None, sort: None, tells: &["subject", "score", "comment"], together: 3 };

/// What a ticket gets from ratings without knowing of them.
pub(crate) const GIVEN: &str = "ticket";

/// The last rating; kept, so that files bring it along and a queue can be sorted by it.
pub(crate) fn fields() -> Vec<Field> {
    let mut rating = Field::new("rating", "How the customer rated it the last time, from 1 to 5", Kind::Integer);
    (rating.kept, rating.min, rating.max) = (true, Some(1), Some(5));
    vec![rating]
}

/// Completes a rating from its ticket; a second one for the same solution is refused.
pub(crate) fn check(crm: &mut Crm, draft: &mut Draft) -> Result<()> {
    if draft.deleted() {
        return Ok(());
    }
    let scored =
        ["score", "product_score"].iter().any(|name| draft.changed(name).is_some_and(|value| !value.is_empty()));
    if scored && draft.changed("rated").is_none() && draft.origin == Origin::Person {
        draft.set("rated", Value::Text(crm.now_text()));
    }
    if !draft.is_new() || draft.origin == Origin::Export {
        return Ok(());
    }
    let Some(ticket) = draft.get("ticket").as_integer() else { return Ok(()) };
    rate::complete(crm, draft, ticket)
}

/// The ticket shows its last rating, and a low one is somebody's to put right.
pub(crate) fn settle(crm: &mut Crm, draft: &Draft) -> Result<()> {
    if draft.deleted() || draft.origin == Origin::Export {
        return Ok(());
    }
    let (Some(id), Some(score)) = (draft.id, draft.changed("score").and_then(Value::as_integer)) else {
        return Ok(());
    };
    let ticket = draft.get("ticket").as_integer().unwrap_or_default();
    let shown = crm.record("ticket", ticket)?.value("rating");
    if !shown.same(&Value::Integer(score)) {
        crm.set_directly("ticket", ticket, "rating", Value::Integer(score))?;
    }
    if score > LOW || !draft.get("recovery").is_empty() || draft.get("channel").as_text() == Some(rate::IMPORT) {
        return Ok(());
    }
    let recovery = rate::open_recovery(crm, draft, ticket, score)?;
    crm.set_directly("satisfaction", id, "recovery", crate::record::Link::to(recovery))
}

/// A ticket that comes with a rating, as other programs export it, has been rated.
pub(crate) fn follow(crm: &mut Crm, draft: &Draft) -> Result<()> {
    if draft.schema.kind != GIVEN || draft.deleted() {
        return Ok(());
    }
    let (Some(ticket), Some(score)) = (draft.id, draft.changed("rating").and_then(Value::as_integer)) else {
        return Ok(());
    };
    rate::from_file(crm, draft, ticket, score)
}
