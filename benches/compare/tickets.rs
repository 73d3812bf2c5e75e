//! A busy help desk over the customers of a loaded database: tickets of three years with their clocks, what was said in
//! the open ones, and what customers thought of every other solution.
//!
//! `compare tickets DATABASE COUNT` on what `compare load` made. Three years to the end of March 2026, by the same numbers
//! at every run: of the last three weeks four in five are open, of older ones three in two hundred; one in eight came late.

use super::filling::{DAY, NOW, fill, instant, scattered, uid};
use kehu::record::{Schema, types::fold};
use kehu::store::{self, Dialect, search_text};
use rusqlite::{Transaction, params};
use std::error::Error;
use std::path::Path;

const LONG_AGO: &str = "2023-01-01T08:00:00Z";
const HOUR: i64 = 3_600;

/// Name, condition, first response and solution, and the seconds of both for tickets of normal priority.
type Policy = (&'static str, Option<&'static str>, &'static str, &'static str, i64, i64);

const POLICIES: [Policy; 3] = [
    ("Key customers", Some("customer.level=A"), "urgent 15m, high 30m, 1h", "urgent 2h, high 4h, 8h", HOUR, 8 * HOUR),
    ("Repairs", Some("kind=repair"), "4h", "72h", 4 * HOUR, 72 * HOUR),
    (
        "Standard",
        None,
        "urgent 30m, high 1h, normal 2h, 4h",
        "urgent 4h, high 8h, normal 24h, 48h",
        2 * HOUR,
        24 * HOUR,
    ),
];
const QUEUES: i64 = 8;
const KINDS: [&str; 6] = ["inquiry", "complaint", "quality", "repair", "return", "inquiry"];
const PRIORITIES: [&str; 8] = ["low", "normal", "normal", "normal", "normal", "high", "high", "urgent"];
const SUBJECTS: [&str; 4] = ["Pump makes noise", "水泵异响", "Where is the invoice", "屏幕不亮，请尽快处理"];

type Outcome<T> = Result<T, Box<dyn Error>>;

/// One ticket, as chance has it.
struct Case {
    id: i64,
    chance: i64,
    received: i64,
    first_target: i64,
    target: i64,
    answered: Option<i64>,
    solved: Option<i64>,
}

impl Case {
    fn of(id: i64, count: i64) -> Self {
        let chance = scattered(id);
        let age = (count - id) * (3 * 365 * DAY) / count + chance % HOUR;
        let received = NOW - age;
        let open = if age < 21 * DAY { chance / 8 % 5 < 4 } else { chance / 8 % 200 < 3 };
        let (.., first_target, target) = POLICIES[policy(chance)];
        // Within up to one and a half times what was promised, most of them early.
        let part = |of: i64, chance: i64| of * (chance % 100) * (chance / 128 % 150) / 10_000 + 60;
        let answered = received + part(first_target, chance / 512);
        let solved = answered + part(target, chance / 4096);
        let silent = open && age < DAY && chance / 2048 % 2 == 0;
        Self {
            id,
            chance,
            received,
            first_target,
            target,
            answered: (!silent && answered < NOW).then_some(answered),
            solved: (!open && solved < NOW).then_some(solved),
        }
    }

    fn status(&self) -> &'static str {
        match (self.solved, self.answered) {
            (Some(solved), _) if NOW - solved > 14 * DAY => "closed",
            (Some(_), _) => "resolved",
            (None, None) => "new",
            (None, Some(_)) => ["open", "pending", "open", "on_hold"][place(self.chance / 32, 4)],
        }
    }
}

fn place(chance: i64, of: i64) -> usize {
    usize::try_from(chance % of).unwrap_or_default()
}

/// One ticket in ten is a key customer's, one in ten a repair.
fn policy(chance: i64) -> usize {
    place(chance / 16, 10).min(2)
}

/// Adds so many tickets; the sums over them are kept on the way.
pub fn add(database: &Path, count: i64) -> Outcome<()> {
    let aside = "tbl_name IN ('tickets', 'ticket_messages', 'satisfactions') \
                 AND (type = 'trigger' AND name LIKE '%_log_%' OR type = 'index')";
    fill(database, aside, |transaction| {
        let sql = "SELECT (SELECT MAX(id) FROM customers), (SELECT MAX(id) FROM users)";
        let (customers, users): (i64, i64) = transaction.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
        write_desk(transaction)?;
        write_tickets(transaction, count, customers, users)?;
        write_messages(transaction, count, customers, users)?;
        write_ratings(transaction, count, customers, users)
    })
}

fn write_desk(transaction: &Transaction) -> Outcome<()> {
    transaction.execute(
        "INSERT INTO business_calendars (uid, created_at, updated_at, name, name_key, hours, zone, \"default\") \
         VALUES (?1, ?2, ?2, 'Office', 'office', 'Mon-Fri 09:00-12:00 13:30-18:00', 'Asia/Shanghai', 1)",
        params![uid(), LONG_AGO],
    )?;
    for (position, (name, condition, first, solution, ..)) in (1_i64..).zip(POLICIES) {
        transaction.execute(
            "INSERT INTO sla_policies (uid, created_at, updated_at, name, name_key, condition, position, \"default\", \
             calendar, first_response, resolution) VALUES (?1, ?2, ?2, ?3, ?4, ?5, ?6, ?7, 1, ?8, ?9)",
            params![uid(), LONG_AGO, name, fold(name), condition, position, condition.is_none(), first, solution],
        )?;
    }
    for number in 1..=QUEUES {
        let name = format!("Team {number}");
        transaction.execute(
            "INSERT INTO queues (uid, created_at, updated_at, name, name_key) VALUES (?1, ?2, ?2, ?3, ?4)",
            params![uid(), LONG_AGO, name, fold(&name)],
        )?;
    }
    Ok(())
}

fn write_tickets(transaction: &Transaction, count: i64, customers: i64, users: i64) -> Outcome<()> {
    let mut insert = transaction.prepare(
        "INSERT INTO tickets (uid, created_at, updated_at, subject, subject_key, kind, status, priority, customer, queue, \
         owner, received, first_response, resolved, policy, due, first_due, resolve_due, first_breached, \
         resolve_breached, paused_since, reopened, reassigned, escalate_at, description) VALUES (?1, ?2, ?2, ?3, ?4, ?5, \
         ?6, ?7, ?8, ?9, ?10, ?2, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23)",
    )?;
    let schema: Schema = <kehu::tickets::Ticket as kehu::record::Record>::schema();
    let mut search = transaction.prepare(&store::search_write(Dialect::Sqlite, &schema))?;
    for id in 1..=count {
        let case = Case::of(id, count);
        let (chance, status) = (case.chance / 7, case.status());
        let subject = format!("{} {id}", SUBJECTS[place(chance, 4)]);
        let (first_due, due) = (case.received + case.first_target, case.received + case.target);
        let runs = matches!(status, "new" | "open");
        let late = |end: Option<i64>, due: i64| (end.unwrap_or(NOW - HOUR) > due).then_some(due);
        let next = if case.answered.is_some() { due } else { first_due.min(due) };
        insert.execute(params![
            uid(),
            instant(case.received),
            subject,
            fold(&subject),
            KINDS[place(chance / 4, 6)],
            status,
            PRIORITIES[place(chance / 32, 8)],
            chance / 256 % customers + 1,
            chance / 16 % QUEUES + 1,
            (status != "new").then(|| chance / 512 % users + 1),
            case.answered.map(instant),
            case.solved.map(instant),
            i64::try_from(policy(case.chance))? + 1,
            runs.then(|| instant(next)),
            instant(first_due),
            instant(due),
            late(case.answered.or(case.solved), first_due).map(instant),
            late(case.solved, due).map(instant),
            (!runs).then(|| instant(case.solved.or(case.answered).unwrap_or(NOW))),
            (chance / 1024 % 20 == 0).then_some(1),
            (chance / 2048 % 10 == 0).then_some(1 + chance / 4096 % 3),
            (runs && next > NOW - HOUR).then(|| instant(next)),
            "It began yesterday, and we have tried what the manual says. 昨天开始的，已按说明书处理过。",
        ])?;
        search.execute(params![id, search_text::tokens(&[], &[&subject], &[])])?;
    }
    log(transaction, "ticket", "tickets")
}

/// A question and an answer in each ticket that is open.
fn write_messages(transaction: &Transaction, count: i64, customers: i64, users: i64) -> Outcome<()> {
    let mut insert = transaction.prepare(
        "INSERT INTO ticket_messages (uid, created_at, updated_at, subject, subject_key, ticket, customer, at, direction, \
         author, channel, body) VALUES (?1, ?2, ?2, ?3, ?4, ?5, ?6, ?2, ?7, ?8, 'email', ?9)",
    )?;
    for case in (1..=count).map(|id| Case::of(id, count)).filter(|case| case.solved.is_none()) {
        let chance = case.chance / 7;
        let said = [(Some(case.received), "in", "It does not start any more."), (case.answered, "out", "We will see.")];
        for (at, direction, body) in said {
            let Some(at) = at else { continue };
            let (subject, customer) = (SUBJECTS[place(chance, 4)], chance / 256 % customers + 1);
            let author = (direction == "out").then(|| chance / 512 % users + 1);
            insert.execute(params![
                uid(),
                instant(at),
                subject,
                fold(subject),
                case.id,
                customer,
                direction,
                author,
                body
            ])?;
        }
    }
    log(transaction, "ticket_message", "ticket_messages")
}

/// Every other solution was asked about, and every third of those was rated.
fn write_ratings(transaction: &Transaction, count: i64, customers: i64, users: i64) -> Outcome<()> {
    let mut insert = transaction.prepare(
        "INSERT INTO satisfactions (uid, created_at, updated_at, subject, subject_key, ticket, customer, owner, cycle, \
         score, product_score, asked, rated) VALUES (?1, ?2, ?2, ?3, ?4, ?5, ?6, ?7, 1, ?8, ?9, ?2, ?10)",
    )?;
    for case in (1..=count).step_by(2).map(|id| Case::of(id, count)) {
        let Some(solved) = case.solved else { continue };
        let chance = case.chance / 7;
        let (asked, subject) = (solved + DAY, SUBJECTS[place(chance, 4)]);
        let rated = (chance / 64 % 3 == 0).then_some(asked + chance / 128 % (3 * DAY));
        insert.execute(params![
            uid(),
            instant(asked),
            subject,
            fold(subject),
            case.id,
            chance / 256 % customers + 1,
            chance / 512 % users + 1,
            rated.map(|_| [5, 4, 4, 5, 3, 2, 5, 1][place(chance / 32, 8)]),
            rated.filter(|_| chance % 2 == 0).map(|_| [4, 5, 3, 4][place(chance / 16, 4)]),
            rated.map(instant),
        ])?;
    }
    log(transaction, "satisfaction", "satisfactions")
}

fn log(transaction: &Transaction, kind: &str, table: &str) -> Outcome<()> {
    let sql =
        format!("INSERT INTO change (op, what, kind, key) SELECT 1, 'insert', '{kind}', id FROM {table} ORDER BY id");
    transaction.execute(&sql, [])?;
    Ok(())
}
