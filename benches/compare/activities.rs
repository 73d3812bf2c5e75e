//! A life of dealing with the customers of a loaded database: contacts with birthdays, revenues, plans and what was done.
//!
//! `yardstick activities DATABASE COUNT` on what `yardstick load` made. Everything lies around the end of March 2026, and
//! goes by the same numbers at every run: four in a hundred activities are open, of which half are overdue.

use super::filling::{DAY, NOW, fill, instant, scattered, uid};
use kehu::record::Schema;
use kehu::store::{self, Dialect, search_text};
use rusqlite::{Transaction, params};
use std::error::Error;
use std::path::Path;

const KINDS: [&str; 6] = ["call", "wechat", "email", "visit", "note", "meeting"];
const SUBJECTS: [&str; 6] = [
    "Asked for a price",
    "微信沟通了交期",
    "Sent the quote",
    "上门拜访，看了产线",
    "回访样品试用情况",
    "Spoke of the contract",
];

type Outcome = Result<(), Box<dyn Error>>;

/// Adds contacts, revenues and so many activities, with indexes, change rows and search text.
pub fn add(database: &Path, count: i64) -> Outcome {
    let aside = "tbl_name IN ('activities', 'contacts', 'customers') \
                 AND (type = 'trigger' OR type = 'index' AND tbl_name <> 'customers' OR name LIKE '%_also')";
    fill(database, aside, |transaction| {
        let customers: i64 = transaction.query_row("SELECT MAX(id) FROM customers", [], |row| row.get(0))?;
        write_people(transaction, customers)?;
        write_activities(transaction, customers, count)
    })
}

/// Every other customer has a known revenue and a contact, every fourth of whom has told a birthday.
fn write_people(transaction: &Transaction, customers: i64) -> Outcome {
    transaction.execute(
        "UPDATE customers SET annual_revenue = (id * 7919 % 100000) * 100000, annual_revenue_currency = 'CNY', since = '2024-01-01' WHERE id % 2 = 0",
        [],
    )?;
    transaction.execute("UPDATE customers SET since = '2024-01-01'", [])?;
    let mut insert = transaction.prepare(
        "INSERT INTO contacts (uid, created_at, updated_at, name, name_key, customer, \"primary\", \"left\", birthday) \
         VALUES (?1, '2024-01-01T08:00:00Z', '2024-01-01T08:00:00Z', ?2, ?2, ?3, 1, 0, ?4)",
    )?;
    for customer in (2..=customers).step_by(2) {
        let day = scattered(customer) % 336;
        let birthday = format!("19{}-{:02}-{:02}", 60 + day % 40, day / 28 + 1, day % 28 + 1);
        let birthday = (customer % 8 == 0).then_some(birthday);
        insert.execute(params![uid(), format!("contact {customer}"), customer, birthday])?;
    }
    Ok(())
}

fn write_activities(transaction: &Transaction, customers: i64, count: i64) -> Outcome {
    let owners: Vec<i64> = owners(transaction, customers)?;
    let mut insert = transaction.prepare(
        "INSERT INTO activities (uid, created_at, updated_at, created_by, subject, subject_key, kind, direction, customer, owner, due, done) \
         VALUES (?1, ?2, ?2, ?3, ?4, ?5, ?6, 'out', ?7, ?3, ?8, ?9)",
    )?;
    let schema: Schema = <kehu::customers::Activity as kehu::record::Record>::schema();
    let mut search = transaction.prepare(&store::search_write(Dialect::Sqlite, &schema))?;
    for number in 0..count {
        let chance = scattered(number);
        let customer = chance % customers + 1;
        let place = usize::try_from(chance / 7 % 6)?;
        let owner = owners.get(usize::try_from(customer)?).copied().filter(|owner| *owner > 0);
        let open = chance / 64 % 100 < 4;
        let done = NOW - chance / 128 % (3 * 365 * DAY);
        let due = NOW + (chance / 256 % 60 - 30) * DAY + chance / 512 % DAY;
        let (due, done) = if open { (Some(instant(due)), None) } else { (None, Some(instant(done))) };
        let made = done.clone().unwrap_or_else(|| instant(NOW - 40 * DAY));
        let subject = SUBJECTS[place];
        insert.execute(params![
            uid(),
            made,
            owner,
            subject,
            kehu::record::types::fold(subject),
            KINDS[place],
            customer,
            due,
            done
        ])?;
        search.execute(params![transaction.last_insert_rowid(), search_text::tokens(&[], &[subject], &[])])?;
    }
    transaction.execute(
        "INSERT INTO change (op, what, kind, key) SELECT 1, 'insert', 'activity', id FROM activities ORDER BY id",
        [],
    )?;
    Ok(())
}

/// Who looks after each customer, by its number.
fn owners(transaction: &Transaction, customers: i64) -> Result<Vec<i64>, Box<dyn Error>> {
    let mut owners = vec![0; usize::try_from(customers)? + 1];
    let mut statement = transaction.prepare("SELECT id, owner FROM customers WHERE owner IS NOT NULL")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        owners[usize::try_from(row.get::<_, i64>(0)?)?] = row.get(1)?;
    }
    Ok(owners)
}
