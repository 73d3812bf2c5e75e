//! Steps that stand in for a history which an export of deals does not bring along, until that is imported too.
//!
//! They are known by their uid, which is made of that of their deal.

use super::reach;
use crate::{
    Result,
    crm::Crm,
    record::{Draft, Value},
    store::Sql,
};
use uuid::Uuid;

/// A deal has at most so many of them; more are steps like any other.
const MOST: u128 = 8;

/// The uids that such steps of a deal have.
fn uids(deal: &str) -> Vec<String> {
    let Ok(deal) = deal.parse::<Uuid>() else { return Vec::new() };
    (1..=MOST).map(|place| Uuid::from_u128(deal.as_u128() ^ place).to_string()).collect()
}

/// The uid of the next such step of a deal, as a value to be written.
pub(super) fn uid(crm: &mut Crm, draft: &Draft) -> Result<Option<(String, Value)>> {
    let taken = steps(crm, draft.id.unwrap_or_default(), draft.get("uid").as_text().unwrap_or_default())?;
    let known: Vec<&str> = taken.iter().map(|(_, uid)| uid.as_str()).collect();
    let free = uids(draft.get("uid").as_text().unwrap_or_default()).into_iter().find(|uid| !known.contains(&&**uid));
    Ok(free.map(|uid| ("uid".to_owned(), Value::Text(uid))))
}

/// The steps of a deal that stand in for others.
fn steps(crm: &mut Crm, deal: i64, uid: &str) -> Result<Vec<(i64, String)>> {
    let uids = uids(uid);
    if uids.is_empty() {
        return Ok(Vec::new());
    }
    let marks = vec!["?"; uids.len()].join(", ");
    let sql = format!("SELECT id, uid FROM stage_moves WHERE deal = ? AND uid IN ({marks})");
    let arguments: Vec<Sql> = std::iter::once(Sql::Integer(deal)).chain(uids.into_iter().map(Sql::Text)).collect();
    let rows = crm.db.query(&sql, &arguments)?;
    Ok(rows.iter().map(|row| (crate::crm::integer(&row[0]), crate::crm::text(&row[1]))).collect())
}

/// A deal that goes on from here goes on from these steps: they are its history now.
pub(super) fn confirm(crm: &mut Crm, draft: &Draft) -> Result<()> {
    let uid = draft.before("uid");
    for (step, _) in steps(crm, draft.id.unwrap_or_default(), uid.as_text().unwrap_or_default())? {
        let uid = crm.new_uid();
        let sql = "UPDATE stage_moves SET uid = ?, version = version + 1 WHERE id = ?";
        crm.db.execute(sql, &[Sql::Text(uid), Sql::Integer(step)])?;
    }
    Ok(())
}

/// The numbers of the steps of a deal that stand in for others.
pub(super) fn numbers(crm: &mut Crm, deal: i64) -> Result<Vec<i64>> {
    Ok(of_deal(crm, deal)?.into_iter().map(|(step, _)| step).collect())
}

fn of_deal(crm: &mut Crm, deal: i64) -> Result<Vec<(i64, String)>> {
    let row = crm.db.first("SELECT uid FROM deals WHERE id = ?", &[Sql::Integer(deal)])?;
    let uid = row.map(|row| crate::crm::text(&row[0])).unwrap_or_default();
    steps(crm, deal, &uid)
}

/// The history of a deal arrives with this step: what stood in for it goes.
pub(super) fn give_way(crm: &mut Crm, deal: i64, arrived: i64) -> Result<()> {
    let mut gone = of_deal(crm, deal)?;
    gone.retain(|(step, _)| *step != arrived);
    for (step, _) in &gone {
        crm.db.execute("DELETE FROM stage_moves WHERE id = ?", &[Sql::Integer(*step)])?;
    }
    if gone.is_empty() { Ok(()) } else { reach::anew(crm, deal) }
}
