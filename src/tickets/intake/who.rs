//! Who writes: the contact and customer of an address, or one of us.

use crate::{
    Result,
    crm::{Crm, integer, text},
    pipeline::lead,
    record::{Kind, Value, types},
    store::Sql,
};
use std::collections::HashMap;

/// Whoever wrote, as far as they are known.
#[derive(Debug, Clone, Default)]
pub(super) struct Sender {
    pub customer: Option<i64>,
    pub contact: Option<i64>,
}

impl Crm {
    /// The contact and the customer who have that e-mail or phone.
    pub(super) fn known_sender(&mut self, email: Option<&str>, phone: Option<&str>) -> Result<Sender> {
        let read = |kind: &Kind, text: Option<&str>| {
            text.and_then(|text| types::parse(kind, text, self.reading()).ok()).unwrap_or_default()
        };
        let (email, phone) = (read(&Kind::Email, email), read(&Kind::Phone, phone));
        let value = |field: &str| match field {
            "email" => email.clone(),
            "phone" | "mobile" => phone.clone(),
            _ => Value::Null,
        };
        let found = lead::by_address(self, &value)?;
        Ok(found.map_or_else(Sender::default, |(customer, contact)| Sender { customer: Some(customer), contact }))
    }

    /// The colleague who has that address.
    pub(super) fn colleague_of(&mut self, email: &str) -> Result<Option<i64>> {
        let sql = "SELECT id FROM users WHERE email = ? AND deleted_at IS NULL ORDER BY id LIMIT 1";
        Ok(self.numbers(sql, &[Sql::Text(email.to_lowercase())])?.first().copied())
    }

    /// The queue that gets the e-mails to the first of these addresses that has one.
    pub(super) fn queue_of(&mut self, addresses: &[String]) -> Result<Option<i64>> {
        let sql = "SELECT address, id FROM queues WHERE address IS NOT NULL AND deleted_at IS NULL ORDER BY id DESC";
        let queues: HashMap<String, i64> =
            self.db.query(sql, &[])?.iter().map(|row| (text(&row[0]), integer(&row[1]))).collect();
        Ok(addresses.iter().find_map(|address| queues.get(address)).copied())
    }

    /// Whether e-mails of ours go out from that address.
    pub(super) fn is_ours(&mut self, email: &str) -> Result<bool> {
        let email = email.to_lowercase();
        Ok(self.own_address.as_ref() == Some(&email) || self.queue_of(&[email])?.is_some())
    }
}
