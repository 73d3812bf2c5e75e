//! What is done with tickets: taken, given away, put off, solved, closed, opened again, followed.

use super::{Category, Ticket, TicketStatus, incidents, refused};
use crate::{
    Result,
    crm::Crm,
    error::{Cause, Error},
    message::Message,
    record::{Ask, Id, Kind, Link, Value, Values, Verb, types::FieldType},
    reports::parameter,
};

const WHO: Ask = Ask { name: "user", doc: "Who; you unless said", kind: || Kind::Link("user".into()), required: false };
const SUBSTATUS: Ask =
    Ask { name: "because", doc: "What is waited for, in a word", kind: || Kind::OpenList, required: false };

impl Ticket {
    pub(crate) const VERBS: &'static [Verb] = &[
        Verb {
            name: "take",
            doc: "Makes a ticket that is nobody's yours, and begins with it",
            asks: &[],
            example: "kehu ticket take T4",
            refused: |crm, id| {
                let ticket: Self = crm.get(Id::new(id))?;
                let mine = ticket.owner.is_some_and(|owner| crm.actor().is_some_and(|(me, _)| me == owner.number));
                if mine {
                    return Ok(Some(Message::new("{ticket} is yours already.").with("ticket", &ticket.subject)));
                }
                unless(crm, id, &[Category::Open, Category::Paused])
            },
            run: take,
        },
        Verb {
            name: "assign",
            doc: "Gives a ticket to a colleague",
            asks: &[Ask { name: "to", doc: "Who deals with it", kind: || Kind::Link("user".into()), required: true }],
            example: "kehu ticket assign T1 --to su",
            refused: |_, _| Ok(None),
            run: |crm, id, answers| {
                let to = parameter(answers, "to");
                crm.at_work(to.as_integer().unwrap_or_default())?;
                crm.change("ticket", id, vec![("owner".to_owned(), to)], None).map(|_| ())
            },
        },
        Verb {
            name: "pend",
            doc: "Waits for the customer",
            asks: &[SUBSTATUS],
            example: "kehu ticket pend T1 --because \"log files\"",
            refused: |crm, id| unless(crm, id, &[Category::Open, Category::Paused]),
            run: |crm, id, answers| set(crm, id, TicketStatus::Pending, with_reason(answers)),
        },
        Verb {
            name: "hold",
            doc: "Waits for somebody else",
            asks: &[SUBSTATUS],
            example: "kehu ticket hold T1 --because \"spare part\"",
            refused: |crm, id| unless(crm, id, &[Category::Open, Category::Paused]),
            run: |crm, id, answers| set(crm, id, TicketStatus::OnHold, with_reason(answers)),
        },
        Verb {
            name: "resolve",
            doc: "Says how a ticket was solved; a problem takes its open incidents along",
            asks: &[
                Ask { name: "resolution", doc: "What solved it", kind: || Kind::LongText, required: false },
                Ask { name: "cause", doc: "What was behind it", kind: || Kind::OpenList, required: false },
                Ask {
                    name: "incidents",
                    doc: "Whether its open incidents are solved with it; they are unless said",
                    kind: || Kind::YesNo,
                    required: false,
                },
            ],
            example: "kehu ticket resolve T1 --resolution \"The display was exchanged\" --cause \"loose cable\"",
            refused: |crm, id| unless(crm, id, &[Category::Open, Category::Paused]),
            run: resolve,
        },
        Verb {
            name: "close",
            doc: "Closes a ticket for good",
            asks: &[],
            example: "kehu ticket close T6",
            refused: |crm, id| unless(crm, id, &[Category::Open, Category::Paused, Category::Resolved]),
            run: |crm, id, _| set(crm, id, TicketStatus::Closed, Values::new()),
        },
        Verb {
            name: "reopen",
            doc: "Takes up a ticket again that was solved or closed",
            asks: &[],
            example: "kehu ticket close T6\n  kehu ticket reopen T6",
            refused: |crm, id| unless(crm, id, &[Category::Resolved, Category::Closed]),
            run: |crm, id, _| set(crm, id, TicketStatus::Open, Values::new()),
        },
        Verb {
            name: "link",
            doc: "Says of which problem a ticket is one case; solving the problem solves its cases",
            asks: &[Ask {
                name: "problem",
                doc: "The ticket of the problem",
                kind: || Kind::Link("ticket".into()),
                required: true,
            }],
            example: "kehu ticket link T2 --problem T1",
            refused: |_, _| Ok(None),
            run: |crm, id, answers| {
                let problem = parameter(answers, "problem");
                if problem.as_integer() == Some(id) {
                    let message = Message::new("{record} cannot be its own {field}, directly or in a circle.");
                    return Err(refused(message.with("record", format!("T{id}")).with("field", "parent")));
                }
                crm.change("ticket", id, vec![("parent".to_owned(), problem)], None).map(|_| ())
            },
        },
        Verb {
            name: "follow",
            doc: "Shows you, or a colleague, on `kehu today` what becomes of a ticket",
            asks: &[WHO],
            example: "kehu ticket follow T1 --user su",
            refused: |_, _| Ok(None),
            run: |crm, id, answers| followers(crm, id, answers, true),
        },
        Verb {
            name: "unfollow",
            doc: "Takes you, or a colleague, off the followers of a ticket",
            asks: &[WHO],
            example: "kehu ticket follow T1\n  kehu ticket unfollow T1",
            refused: |_, _| Ok(None),
            run: |crm, id, answers| followers(crm, id, answers, false),
        },
    ];
}

fn unless(crm: &mut Crm, id: i64, fitting: &[Category]) -> Result<Option<Message>> {
    let ticket: Ticket = crm.get(Id::new(id))?;
    Ok((!fitting.contains(&ticket.status.category())).then(|| {
        Message::new("{ticket} is {status}.").with("ticket", &ticket.subject).with("status", ticket.status.key())
    }))
}

fn set(crm: &mut Crm, id: i64, status: TicketStatus, mut values: Values) -> Result<()> {
    values.push(("status".to_owned(), status.to_value()));
    crm.change("ticket", id, values, None).map(|_| ())
}

fn with_reason(answers: &Values) -> Values {
    match parameter(answers, "because") {
        Value::Null => Values::new(),
        because => vec![("substatus".to_owned(), because)],
    }
}

/// Of several who take the same ticket at once one gets it, and the others are told who.
fn take(crm: &mut Crm, id: i64, _: &Values) -> Result<()> {
    let ticket: Ticket = crm.get(Id::new(id))?;
    if let Some(owner) = ticket.owner {
        let message = Message::new("{ticket} is {owner}'s.").with("ticket", format!("T{id} {}", ticket.subject));
        let message = message.with("owner", crm.title("user", owner.number)?);
        let hint = Message::new("kehu ticket assign T{number} --to me").with("number", id);
        return Err(Error::new(Cause::Conflict, message).hint(hint));
    }
    let mut values = Values::new();
    if let Some((me, _)) = crm.actor() {
        values.push(("owner".to_owned(), Link::to(me)));
    }
    if ticket.status == TicketStatus::New {
        values.push(("status".to_owned(), TicketStatus::Open.to_value()));
    }
    crm.change("ticket", id, values, None).map(|_| ())
}

/// A ticket is solved by something; what is written there already need not be said again.
fn resolve(crm: &mut Crm, id: i64, answers: &Values) -> Result<()> {
    let ticket: Ticket = crm.get(Id::new(id))?;
    let mut values = Values::new();
    for field in ["resolution", "cause"] {
        match parameter(answers, field) {
            Value::Null => {}
            said => values.push((field.to_owned(), said)),
        }
    }
    if ticket.resolution.is_none() && !values.iter().any(|(field, _)| field == "resolution") {
        let hint = Message::new("kehu ticket resolve T{number} --resolution \"…\"").with("number", id);
        let message = Message::new("What solved {ticket}?").with("ticket", &ticket.subject);
        return Err(refused(message).on_field("resolution").hint(hint));
    }
    set(crm, id, TicketStatus::Resolved, values)?;
    if parameter(answers, "incidents") == Value::Bool(false) {
        return Ok(());
    }
    let solved = incidents::solve(crm, id)?;
    if solved > 0 {
        let message = Message::new("{count} {count:incident was|incidents were} solved with it.");
        crm.notice(message.with("count", solved));
    }
    Ok(())
}

fn followers(crm: &mut Crm, id: i64, answers: &Values, follows: bool) -> Result<()> {
    let who = parameter(answers, "user").as_integer().or_else(|| crm.actor().map(|(me, _)| me));
    let Some(who) = who else { return Ok(()) };
    let ticket: Ticket = crm.get(Id::new(id))?;
    let mut all: Vec<i64> = ticket.followers.iter().map(|user| user.number).filter(|user| *user != who).collect();
    if follows {
        all.push(who);
    }
    let list = if all.is_empty() { Value::Null } else { Value::List(all.into_iter().map(Link::to).collect()) };
    crm.change("ticket", id, vec![("followers".to_owned(), list)], None).map(|_| ())
}
