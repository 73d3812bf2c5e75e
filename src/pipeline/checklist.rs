//! The checklist of a stage (R48, R49): what it asks for becomes planned activities of the deal, one after the other. The
//! first is planned when the deal comes to the stage, each further one when the one before is done or called off. Leaving
//! the stage calls off what is left; one undo of the move brings it back.

use super::{Deal, DealStep, Stage, memo};
use crate::{
    Result,
    crm::Crm,
    error::{Cause, Error},
    message::Message,
    record::{
        Draft, Id, Kind, Link, Origin, Value,
        types::{self, fold},
    },
    store::Sql,
};
use jiff::ToSpan;

/// No step waits for longer.
const YEARS: i64 = 10;

/// A line of a checklist: when, what sort of thing, and what.
struct Line {
    due: Value,
    sort: String,
    what: String,
}

/// Reads `+2d call: ask who decides`; without a time it is for today, and without a sort it is a task.
fn read(crm: &Crm, said: &str) -> Result<Line> {
    let line = said.trim().trim_start_matches(['-', '*']).trim_start();
    let (first, rest) = line.split_once([' ', '\u{3000}']).unwrap_or((line, ""));
    let timed = first.starts_with(['+', '＋']);
    let after = if timed { fold(first) } else { "today".to_owned() };
    let due = types::parse(&Kind::Timestamp, &after, crm.reading());
    let words = if timed { rest.trim() } else { line };
    let (Ok(due), false) = (due, words.is_empty()) else {
        let message = Message::new("\"{line}\" is no step of a checklist: it says after how many days, and what.");
        return Err(Error::bad_value(message.with("line", line))
            .on_field("to_do")
            .hint(Message::new("write it like \"+2d call: ask who decides\"")));
    };
    in_reach(crm, said, &due)?;
    let said = words.split_once([':', '：']).map(|(sort, what)| (sort, what.trim()));
    let sort = said.filter(|(_, what)| !what.is_empty()).and_then(|(word, what)| Some((sort_of(crm, word)?, what)));
    let (sort, what) = sort.unwrap_or_else(|| ("task".to_owned(), words));
    Ok(Line { due, sort, what: what.to_owned() })
}

/// What is to be done lies ahead, and near enough that somebody will do it.
fn in_reach(crm: &Crm, line: &str, due: &Value) -> Result<()> {
    let today = crm.reading.clock.today();
    let last = today.saturating_add(YEARS.years());
    let (first, last) = types::day_bounds(today, last, &crm.reading)?;
    let signs = line.trim().strip_prefix(['-', '−', '－']);
    let before_today = signs.is_some_and(|rest| rest.starts_with(|sign: char| sign.is_ascii_digit()));
    if !before_today && due.as_text().is_some_and(|due| first.as_str() <= due && due <= last.as_str()) {
        return Ok(());
    }
    let message =
        Message::new("\"{line}\" is for a day that nobody waits for: a step is due today or within {count} years.");
    Err(Error::bad_value(message.with("line", line.trim()).with("count", YEARS))
        .on_field("to_do")
        .hint(Message::new("write it like \"+2d call: ask who decides\"")))
}

/// The kind of activity of that name, in either language; what a merge notes is nothing that anybody plans.
fn sort_of(crm: &Crm, word: &str) -> Option<String> {
    let schema = crm.schema("activity").ok()?;
    let sort = types::parse_choice(schema.field("kind")?.choices(), word, false).ok()?;
    sort.as_text().filter(|sort| *sort != "joined").map(str::to_owned)
}

fn lines(stage: &Stage) -> impl Iterator<Item = &str> {
    let text = stage.to_do.as_ref().map_or("", |text| &**text);
    text.lines().map(str::trim).filter(|line| !line.is_empty())
}

/// Refuses a checklist that cannot be read.
pub(super) fn check(crm: &Crm, draft: &Draft) -> Result<()> {
    let text = draft.changed("to_do").and_then(Value::as_text).unwrap_or_default();
    text.lines().filter(|line| !line.trim().is_empty()).try_for_each(|line| read(crm, line).map(|_| ()))
}

/// What follows from a deal's coming to a stage. Deals that a file brings are where they are since long: they get their
/// checklist by `kehu deal plan`.
pub(super) fn enter(crm: &mut Crm, draft: &Draft) -> Result<()> {
    let (fresh, deal) = (draft.stored.is_empty(), draft.id.unwrap_or_default());
    if draft.origin == Origin::Export || fresh && crm.door == "import" {
        return Ok(());
    }
    let stage = memo::stage(crm, draft.get("stage").as_integer().unwrap_or_default())?;
    if !fresh {
        let former = memo::stage(crm, draft.before("stage").as_integer().unwrap_or_default());
        let former = former.map(|stage| stage.name).unwrap_or_default();
        leave(crm, deal, &format!("{former} → {}", stage.name))?;
    }
    begin(crm, deal, &stage).map(|_| ())
}

/// Drops what is left of the former stage's checklist: what waits goes, what is planned is called off.
fn leave(crm: &mut Crm, deal: i64, why: &str) -> Result<()> {
    let sql = "SELECT id FROM deal_steps WHERE deal = ? AND activity IS NULL AND deleted_at IS NULL ORDER BY id";
    let waiting = crm.numbers(sql, &[Sql::Integer(deal)])?;
    let schema = crm.schema("deal_step")?;
    crm.bin(&schema, &waiting)?;
    let sql = "SELECT a.id FROM deal_steps s JOIN activities a ON a.id = s.activity WHERE s.deal = ? \
               AND s.deleted_at IS NULL AND a.done IS NULL AND a.cancelled IS NULL AND a.deleted_at IS NULL ORDER BY a.id";
    for activity in crm.numbers(sql, &[Sql::Integer(deal)])? {
        let now = Value::Text(crm.now_text());
        let values = vec![("cancelled".to_owned(), now), ("cancelled_because".to_owned(), Value::text(why))];
        crm.change("activity", activity, values, None)?;
    }
    Ok(())
}

/// Writes down what the stage asks for, but for what was done there before, and plans the first of it; says whether there
/// was anything.
fn begin(crm: &mut Crm, deal: i64, stage: &Stage) -> Result<bool> {
    let asked: Vec<String> = lines(stage).map(str::to_owned).collect();
    if asked.is_empty() {
        return Ok(false);
    }
    let known = known_steps(crm, deal, stage.id.number)?;
    let mut made = false;
    for (position, words) in (1..).zip(asked) {
        let line = read(crm, &words)?;
        if known.contains(&line.what) {
            continue;
        }
        let values = vec![
            ("name".to_owned(), Value::Text(line.what)),
            ("deal".to_owned(), Link::to(deal)),
            ("stage".to_owned(), Link::to(stage.id.number)),
            ("position".to_owned(), Value::Integer(position)),
            ("words".to_owned(), Value::Text(words)),
        ];
        crm.write_directly("deal_step", values)?;
        made = true;
    }
    Ok(go_on(crm, deal, None)? || made)
}

/// The steps of a stage that were done already, or are under way.
fn known_steps(crm: &mut Crm, deal: i64, stage: i64) -> Result<Vec<String>> {
    let sql = "SELECT s.name FROM deal_steps s LEFT JOIN activities a ON a.id = s.activity WHERE s.deal = ? \
               AND s.stage = ? AND s.deleted_at IS NULL AND (a.id IS NULL OR a.done IS NOT NULL OR a.cancelled IS NULL)";
    let rows = crm.db.query(sql, &[Sql::Integer(deal), Sql::Integer(stage)])?;
    Ok(rows.iter().map(|row| crate::crm::text(&row[0])).collect())
}

/// Plans the next step that waits, unless one of them is planned already; it follows what was done just now. Says whether
/// there was one.
pub(super) fn go_on(crm: &mut Crm, deal: i64, after: Option<i64>) -> Result<bool> {
    let sql = "SELECT s.id FROM deal_steps s WHERE s.deal = ? AND s.activity IS NULL AND s.deleted_at IS NULL \
               AND NOT EXISTS (SELECT 1 FROM deal_steps o JOIN activities a ON a.id = o.activity WHERE o.deal = s.deal \
               AND o.stage = s.stage AND o.deleted_at IS NULL AND a.done IS NULL AND a.cancelled IS NULL \
               AND a.deleted_at IS NULL) ORDER BY s.position, s.id LIMIT 1";
    match crm.numbers(sql, &[Sql::Integer(deal)])?.first() {
        Some(step) => plan(crm, *step, after).map(|()| true),
        None => Ok(false),
    }
}

/// Makes a step an activity of whoever works on the deal now.
fn plan(crm: &mut Crm, step: i64, after: Option<i64>) -> Result<()> {
    let waiting: DealStep = crm.get(Id::new(step))?;
    let deal: Deal = crm.get(waiting.deal)?;
    let Line { due, sort, what } = read(crm, waiting.words.as_deref().unwrap_or(&waiting.name))?;
    let link = |id: Option<i64>| id.map_or(Value::Null, Link::to);
    let mut values = vec![
        ("subject".to_owned(), Value::Text(what)),
        ("kind".to_owned(), Value::Text(sort)),
        ("due".to_owned(), due),
        ("deal".to_owned(), Link::to(deal.id.number)),
        ("customer".to_owned(), link(deal.customer.map(|customer| customer.number))),
        ("contact".to_owned(), link(still_there(crm, &deal)?)),
        ("owner".to_owned(), link(deal.owner.map(|owner| owner.number))),
        ("follows".to_owned(), link(after)),
    ];
    values.retain(|(_, value)| !value.is_empty());
    let activity = crm.add("activity", values)?;
    crm.set_directly("deal_step", step, "activity", Link::to(activity))
}

/// The person whom we deal with, unless they left or were removed.
fn still_there(crm: &mut Crm, deal: &Deal) -> Result<Option<i64>> {
    let sql = "SELECT id FROM contacts WHERE id = ? AND NOT \"left\" AND deleted_at IS NULL";
    let Some(contact) = deal.contact else { return Ok(None) };
    Ok(crm.numbers(sql, &[Sql::Integer(contact.number)])?.first().copied())
}

/// Goes on with the checklist when a step of it was done or called off.
pub(crate) fn follow(crm: &mut Crm, draft: &Draft) -> Result<()> {
    let closed = ["done", "cancelled"].iter().any(|name| draft.changed(name).is_some_and(|value| !value.is_empty()));
    if draft.schema.kind != "activity" || !closed || draft.is_new() || draft.get("deal").is_empty() {
        return Ok(());
    }
    let activity = draft.id.unwrap_or_default();
    let sql = "SELECT d.id FROM deal_steps s JOIN deals d ON d.id = s.deal WHERE s.activity = ? AND s.stage = d.stage \
               AND s.deleted_at IS NULL AND d.deleted_at IS NULL";
    for deal in crm.numbers(sql, &[Sql::Integer(activity)])? {
        go_on(crm, deal, Some(activity))?;
    }
    Ok(())
}

/// Gives a deal the checklist of its stage where it has none yet: it came by import, or the stage asks for more by now.
pub(super) fn plan_anew(crm: &mut Crm, deal: i64) -> Result<()> {
    let deal: Deal = crm.get(Id::new(deal))?;
    let stage: Stage = crm.get(deal.stage())?;
    if begin(crm, deal.id.number, &stage)? {
        return Ok(());
    }
    let asks = lines(&stage).next().is_some();
    let template = if asks {
        "{deal} has all that {stage} asks for planned or done already."
    } else {
        "{stage} asks for nothing to be done."
    };
    let message = Message::new(template).with("deal", deal.name).with("stage", stage.name);
    let error = Error::new(Cause::Refused, message);
    Err(if asks {
        error
    } else {
        error.hint(
            Message::new("kehu stage edit ST{number} \"to_do=+2d call: ask who decides\"")
                .with("number", stage.id.number),
        )
    })
}
