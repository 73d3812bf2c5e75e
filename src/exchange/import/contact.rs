//! The contact that a customer's row speaks of: known by name among the customer's contacts.

use super::{
    matcher::{Matcher, Scope},
    problem::{Attempt, Fault},
    said::Said,
    shape::Shape,
};
use crate::{Crm, crm::bulk::Stored};

/// The contact of that name at that customer. Several of one name are told apart as people are, and where that does
/// not help the oldest is meant.
pub(super) fn find(
    crm: &mut Crm,
    shape: &Shape,
    matcher: &Matcher,
    said: &Said,
    customer: i64,
) -> Attempt<Option<Stored>> {
    if matcher.nothing {
        return Ok(None);
    }
    let mut named = matcher.of_customer(crm, shape, said, customer)?;
    if named.len() > 1 {
        match matcher.find(crm, shape, said, Scope::Customer(customer)) {
            Ok(Some(found)) => return Ok(Some(found)),
            Err(Fault::All(error)) => return Err(Fault::All(error)),
            Ok(None) | Err(Fault::Row(_)) => {}
        }
    }
    Ok(if named.is_empty() { None } else { Some(named.swap_remove(0)) })
}
