//! A large sales department over the customers of a loaded database: deals on their way through a pipeline, with the
//! history of that way and what was done about them.
//!
//! `yardstick deals DATABASE COUNT` on what `yardstick load` made. Three years to the end of March 2026, by the same
//! numbers at every run: three in ten deals are open, six in ten of those were touched within their stage's days.

use super::filling::{DAY, NOW, fill, instant, scattered, uid};
use kehu::record::Schema;
use kehu::store::{self, Dialect, search_text};
use rusqlite::{Transaction, params};
use std::error::Error;
use std::path::Path;

const LONG_AGO: &str = "2023-01-01T08:00:00Z";

/// Name, probability, outcome, days to rot.
const STAGES: [(&str, i64, &str, Option<i64>); 7] = [
    ("Qualified", 1_000, "open", Some(30)),
    ("Proposal", 3_000, "open", Some(21)),
    ("Trial", 5_500, "open", Some(21)),
    ("Negotiation", 8_000, "open", Some(14)),
    ("Won", 10_000, "won", None),
    ("Lost", 0, "lost", None),
    ("Shelved", 0, "shelved", None),
];
const SUBJECTS: [&str; 4] = ["Line extension", "产线改造", "Spare parts", "年度框架"];
const PRODUCTS: i64 = 12;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// One deal, as chance has it.
struct Deal {
    id: i64,
    started: i64,
    /// When it was closed; open deals never were.
    closed: Option<i64>,
    /// The open stage that it came to, from 1.
    reached: i64,
    /// The stage it is in, from 1.
    stage: i64,
    chance: i64,
}

impl Deal {
    fn of(id: i64) -> Self {
        let chance = scattered(id);
        let reached = 1 + chance % 4;
        let open = chance / 8 % 10 < 3;
        let stage = match chance / 128 % 20 {
            _ if open => reached,
            0..=8 => 5,
            9..=18 => 6,
            _ => 7,
        };
        let age = if open { 10 + chance / 4096 % 170 } else { 60 + chance / 4096 % 1_030 };
        let started = NOW - age * DAY;
        let closed = (!open).then(|| started + (5 + chance / 65_536 % 55) * DAY);
        Self { id, started, closed, reached: if stage == 5 { 4 } else { reached }, stage, chance }
    }

    /// When it came to each stage: the open ones up to the furthest, then the one that closed it.
    fn steps(&self) -> Vec<(i64, i64)> {
        let end = self.closed.unwrap_or(NOW - self.chance / 1024 % 50 * DAY / 2).max(self.started);
        let between = (end - self.started) / self.reached;
        let mut steps: Vec<(i64, i64)> = (0..self.reached).map(|at| (at + 1, self.started + at * between)).collect();
        steps.extend(self.closed.map(|closed| (self.stage, closed)));
        steps
    }
}

/// Adds so many deals with their history, activities on the open ones, change rows and search text.
pub fn add(database: &Path, count: i64) -> Outcome<()> {
    let aside = "tbl_name IN ('deals', 'stage_moves', 'activities') AND (type = 'trigger' AND name LIKE '%_log_%' OR type = 'index')";
    fill(database, aside, |transaction| {
        let sql = "SELECT (SELECT MAX(id) FROM customers), (SELECT MAX(id) FROM users)";
        let (customers, users): (i64, i64) = transaction.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
        write_stages(transaction)?;
        write_deals(transaction, count, customers, users)?;
        write_steps(transaction, count, customers)?;
        write_activities(transaction, count, customers)
    })
}

fn write_stages(transaction: &Transaction) -> Outcome<()> {
    transaction.execute(
        "INSERT INTO pipelines (uid, created_at, updated_at, name, name_key, \"default\", active) \
         VALUES (?1, ?2, ?2, 'Sales', 'sales', 1, 1)",
        params![uid(), LONG_AGO],
    )?;
    for (position, (name, probability, outcome, days)) in (1_i64..).zip(STAGES) {
        transaction.execute(
            "INSERT INTO stages (uid, created_at, updated_at, name, name_key, pipeline, position, probability, outcome, days_to_rot) \
             VALUES (?1, ?2, ?2, ?3, ?4, 1, ?5, ?6, ?7, ?8)",
            params![uid(), LONG_AGO, name, name.to_lowercase(), position, probability, outcome, days],
        )?;
    }
    for number in 1..=PRODUCTS {
        let name = format!("HC-{number}");
        transaction.execute(
            "INSERT INTO products (uid, created_at, updated_at, name, name_key, price, price_currency) VALUES (?1, ?2, ?2, ?3, ?4, ?5, 'CNY')",
            params![uid(), LONG_AGO, name, name.to_lowercase(), number * 1_000_000],
        )?;
    }
    Ok(())
}

fn write_deals(transaction: &Transaction, count: i64, customers: i64, users: i64) -> Outcome<()> {
    let mut insert = transaction.prepare(
        "INSERT INTO deals (uid, created_at, updated_at, name, name_key, customer, owner, pipeline, stage, amount, \
         amount_currency, product, close, started, closed, probability, probability_by, forecast, reached, lost_reason) \
         VALUES (?1, ?2, ?2, ?3, ?4, ?5, ?6, 1, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)",
    )?;
    let schema: Schema = <kehu::pipeline::Deal as kehu::record::Record>::schema();
    let mut search = transaction.prepare(&store::search_write(Dialect::Sqlite, &schema))?;
    for id in 1..=count {
        let deal = Deal::of(id);
        let chance = deal.chance / 7;
        let name = format!("{} {id}", SUBJECTS[usize::try_from(chance % 4)?]);
        let (_, probability, outcome, _) = STAGES[usize::try_from(deal.stage - 1)?];
        let by_hand = outcome == "open" && chance / 4 % 10 == 0;
        let close = deal.closed.unwrap_or(NOW + (chance / 64 % 240 - 30) * DAY);
        let undated = deal.closed.is_none() && chance / 128 % 10 == 0;
        insert.execute(params![
            uid(),
            instant(deal.started),
            name,
            kehu::record::types::fold(&name),
            chance / 16 % customers + 1,
            chance / 32 % users + 1,
            deal.stage,
            (1 + chance / 256 % 400) * 50_000,
            if chance / 512 % 10 == 0 { "EUR" } else { "CNY" },
            chance / 1024 % PRODUCTS + 1,
            (!undated).then(|| day(close)),
            day(deal.started),
            deal.closed.map(day),
            if by_hand { 500 + chance / 2048 % 19 * 500 } else { probability },
            if by_hand { "hand" } else { "stage" },
            ["auto", "auto", "auto", "commit", "best_case"][usize::try_from(chance / 4096 % 5)?],
            deal.reached,
            (outcome == "lost" || outcome == "shelved").then_some("price"),
        ])?;
        search.execute(params![id, search_text::tokens(&[], &[&name], &[])])?;
    }
    log(transaction, "deal", "deals")
}

fn write_steps(transaction: &Transaction, count: i64, customers: i64) -> Outcome<()> {
    let mut insert = transaction.prepare(
        "INSERT INTO stage_moves (uid, created_at, updated_at, title, title_key, deal, customer, origin, stage, at, seconds) \
         VALUES (?1, ?2, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?2, ?9)",
    )?;
    for id in 1..=count {
        let deal = Deal::of(id);
        let customer = deal.chance / 7 / 16 % customers + 1;
        let mut before: Option<(i64, i64)> = None;
        for (stage, at) in deal.steps() {
            let name = STAGES[usize::try_from(stage - 1)?].0;
            let (origin, seconds) = (before.map(|(stage, _)| stage), before.map(|(_, then)| at - then));
            insert.execute(params![
                uid(),
                instant(at),
                name,
                name.to_lowercase(),
                deal.id,
                customer,
                origin,
                stage,
                seconds
            ])?;
            before = Some((stage, at));
        }
    }
    log(transaction, "stage_move", "stage_moves")
}

/// Two touches of every open deal, and a plan for one in ten.
fn write_activities(transaction: &Transaction, count: i64, customers: i64) -> Outcome<()> {
    let mut insert = transaction.prepare(
        "INSERT INTO activities (uid, created_at, updated_at, subject, subject_key, kind, direction, customer, deal, due, done) \
         VALUES (?1, ?2, ?2, ?3, ?4, 'call', 'out', ?5, ?6, ?7, ?8)",
    )?;
    for deal in (1..=count).map(Deal::of).filter(|deal| deal.closed.is_none()) {
        let chance = deal.chance / 11;
        let fresh = if chance % 10 < 6 { chance / 16 % 10 } else { 40 + chance / 16 % 60 };
        let customer = deal.chance / 7 / 16 % customers + 1;
        let planned = (chance / 32 % 10 == 0).then(|| NOW + (chance / 64 % 20 - 5) * DAY);
        let touches = [Some(fresh), Some(fresh + 17)].map(|days| (None, days.map(|days| NOW - days * DAY - 3_600)));
        for (due, done) in touches.into_iter().chain(planned.map(|due| (Some(due), None))) {
            let subject = if due.is_some() { "Call them" } else { "Spoke of the price" };
            insert.execute(params![
                uid(),
                instant(done.unwrap_or(NOW - 9 * DAY)),
                subject,
                subject.to_lowercase(),
                customer,
                deal.id,
                due.map(instant),
                done.map(instant)
            ])?;
        }
    }
    log(transaction, "activity", "activities")
}

fn log(transaction: &Transaction, kind: &str, table: &str) -> Outcome<()> {
    let sql =
        format!("INSERT INTO change (op, what, kind, key) SELECT 1, 'insert', '{kind}', id FROM {table} ORDER BY id");
    transaction.execute(&sql, [])?;
    Ok(())
}

fn day(second: i64) -> String {
    instant(second).chars().take(10).collect()
}
