//! What follows from a step: the day a deal was closed, why it was lost, how likely it is to be won.

use super::{Outcome, Stage};
use crate::{
    Result,
    crm::Crm,
    error::{Cause, Error},
    message::Message,
    record::{Draft, Origin, Value},
};

/// The reason of a deal that another system had lost without saying why.
pub(super) const IMPORTED: &str = "unknown (imported)";
/// 100 %, in hundredths of a percent.
const CERTAIN: i64 = 10_000;

/// Closes or reopens the deal as the stage says.
pub(super) fn follow(crm: &Crm, draft: &mut Draft, was: Option<Outcome>, stage: &Stage) -> Result<()> {
    if stage.outcome == Outcome::Open {
        draft.set("closed", Value::Null);
        draft.set("lost_reason", Value::Null);
        draft.set("lost_to", Value::Null);
        if draft.is_new() && draft.get("started").is_empty() && crm.door != "import" {
            draft.set("started", Value::text(crm.reading.clock.today().to_string()));
        }
        return Ok(());
    }
    if draft.changed("closed").is_none_or(Value::is_empty) {
        let stands = was.is_none_or(|was| was == stage.outcome);
        let known = Some(draft.get("closed")).filter(|known| stands && !known.is_empty());
        let closed = known.unwrap_or_else(|| closing_day(crm, draft, stage));
        draft.set("closed", closed);
    }
    if stage.outcome == Outcome::Won {
        draft.set("lost_reason", Value::Null);
        draft.set("lost_to", Value::Null);
    } else if draft.get("lost_reason").is_empty() {
        if crm.door != "import" {
            return Err(missing_reason(draft, stage));
        }
        draft.set("lost_reason", Value::text(IMPORTED));
    }
    Ok(())
}

/// Today; what a file says of a deal that is won or lost has happened, and programs that keep one closing date for what is
/// expected and for what became of it mean the latter then.
fn closing_day(crm: &Crm, draft: &Draft, stage: &Stage) -> Value {
    let today = crm.reading.clock.today().to_string();
    let close = draft.get("close");
    let past = close.as_text().is_some_and(|day| day <= today.as_str());
    let decided = matches!(stage.outcome, Outcome::Won | Outcome::Lost);
    if draft.origin == Origin::File && decided && past { close } else { Value::Text(today) }
}

fn missing_reason(draft: &Draft, stage: &Stage) -> Error {
    let verb = if stage.outcome == Outcome::Lost { "lose" } else { "shelve" };
    let command = match draft.id {
        Some(id) => format!("kehu deal {verb} {} --because \"the price\"", draft.schema.short(id)),
        None => format!("kehu deal add {} --lost-reason \"the price\"", said(draft, stage)),
    };
    Error::new(Cause::Refused, Message::new("A deal that goes to {stage} needs a reason.").with("stage", &stage.name))
        .on_field("lost_reason")
        .hint(Message::new("{example}").with("example", command))
}

/// What was said of a deal that is to be added, as flags.
fn said(draft: &Draft, stage: &Stage) -> String {
    let name = draft.get("name").as_text().unwrap_or_default().replace(['"', '\\', '$', '`'], " ");
    let mut flags = vec![format!("\"{name}\" --stage ST{}", stage.id.number)];
    for (field, letter) in [("customer", 'C'), ("contact", 'P'), ("owner", 'U'), ("product", 'R')] {
        flags.extend(draft.changed(field).and_then(Value::as_integer).map(|id| format!("--{field} {letter}{id}")));
    }
    if let Some(Value::Money(money)) = draft.changed("amount") {
        flags.push(format!("--amount \"{} {}\"", money.currency, money.amount()));
    }
    flags.join(" ")
}

/// A probability that somebody set stands until it is handed back; what is closed is certain (behaviour 4).
pub(super) fn keep_probability(crm: &mut Crm, draft: &mut Draft, stage: &Stage, moved: bool) -> Result<()> {
    // An export of another database has both as they were there.
    if draft.origin == Origin::Export && draft.changed("probability").is_some() {
        return Ok(());
    }
    let said = draft.changed("probability").is_some_and(|value| !value.same(&draft.before("probability")));
    let handed_back = draft.changed("probability_by").and_then(Value::as_text) == Some("stage") && !draft.is_new();
    if said && let Some(field) = draft.schema.field("probability") {
        field.within(&draft.get("probability"))?;
    }
    if stage.outcome != Outcome::Open {
        let certain = if stage.outcome == Outcome::Won { CERTAIN } else { 0 };
        draft.set("probability", Value::Integer(certain));
    } else if said && !draft.get("probability").is_empty() && !handed_back {
        let percent = uncertain(crm, draft)?;
        draft.set("probability", Value::Integer(percent));
        draft.set("probability_by", Value::text("hand"));
    } else if handed_back || draft.get("probability").is_empty() || moved && !by_hand(draft) {
        draft.set("probability", stage.probability.map_or(Value::Null, |percent| Value::Integer(percent.0)));
        draft.set("probability_by", Value::text("stage"));
    }
    Ok(())
}

/// What somebody says of an open deal; a file that takes it for certain means as near as it comes.
fn uncertain(crm: &mut Crm, draft: &Draft) -> Result<i64> {
    let percent = draft.get("probability").as_integer().unwrap_or_default();
    if (1..CERTAIN).contains(&percent) {
        return Ok(percent);
    }
    if draft.origin == Origin::Person {
        let message =
            Message::new("An open deal is more than 0 % and less than 100 % likely: 0 % is lost, 100 % is won.");
        let error = Error::new(Cause::Refused, message).on_field("probability");
        return Err(match draft.id {
            Some(id) if percent == CERTAIN => error.hint(Message::new("kehu deal win D{number}").with("number", id)),
            Some(id) => error.hint(Message::new("kehu deal lose D{number} --because \"price\"").with("number", id)),
            None => error,
        });
    }
    crm.notice(Message::new("Open deals of the file that are 0 or 100 % likely count as 0.01 or 99.99 %."));
    Ok(percent.clamp(1, CERTAIN - 1))
}

fn by_hand(draft: &Draft) -> bool {
    draft.get("probability_by").as_text() == Some("hand")
}
