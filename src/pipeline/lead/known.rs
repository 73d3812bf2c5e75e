//! Whom a lead most probably is among the customers and contacts that are known already (behaviour 13).

use super::Lead;
use crate::{
    Result,
    crm::{Crm, integer},
    message::Message,
    record::{Draft, Value, Values},
    store::Sql,
};

/// A customer that a lead probably is, the contact there if one has its address, and why.
pub(super) struct Known {
    pub customer: i64,
    pub contact: Option<i64>,
    pub reasons: Vec<Message>,
}

/// The customer, and the contact there, who have an e-mail or phone of these values.
pub(crate) fn by_address(crm: &mut Crm, value: &dyn Fn(&str) -> Value) -> Result<Option<(i64, Option<i64>)>> {
    let mut tests = Vec::new();
    let mut arguments = Vec::new();
    for (said, columns) in
        [("email", &["email"][..]), ("mobile", &["mobile", "phone"]), ("phone", &["mobile", "phone"])]
    {
        let Value::Text(text) = value(said) else { continue };
        for column in columns {
            tests.push(format!("t.{column} = ?"));
            arguments.push(Sql::Text(text.clone()));
        }
    }
    if tests.is_empty() {
        return Ok(None);
    }
    // Further addresses in a question of their own: beside the others they would keep both databases from an index.
    let email: Vec<Sql> = value("email").as_text().map(Sql::text).into_iter().collect();
    for kind in ["contact", "customer"] {
        let more = crm.list_of(kind, "more_emails")?.select("l.record", "l.value = ?");
        let more = format!("t.id IN ({more})");
        for (test, arguments) in [(&tests.join(" OR "), &arguments), (&more, &email)] {
            let found = if arguments.is_empty() { None } else { one_of(crm, kind, test, arguments)? };
            if found.is_some() {
                return Ok(found);
            }
        }
    }
    Ok(None)
}

/// The first contact, with the customer, or the first customer, of whom that is true.
fn one_of(crm: &mut Crm, kind: &str, test: &str, arguments: &[Sql]) -> Result<Option<(i64, Option<i64>)>> {
    if kind == "contact" {
        let sql = format!(
            "SELECT t.customer, t.id FROM contacts t JOIN customers c ON c.id = t.customer AND c.deleted_at IS NULL \
             WHERE t.deleted_at IS NULL AND ({test}) ORDER BY t.\"left\", t.id LIMIT 1"
        );
        let row = crm.db.first(&sql, arguments)?;
        return Ok(row.map(|row| (integer(&row[0]), Some(integer(&row[1])))));
    }
    let sql = format!("SELECT t.id FROM customers t WHERE t.deleted_at IS NULL AND ({test}) ORDER BY t.id LIMIT 1");
    Ok(crm.numbers(&sql, arguments)?.first().map(|id| (*id, None)))
}

/// By e-mail or phone, else by the name and place of the customer that would be made.
pub(super) fn probable(crm: &mut Crm, lead: &Lead, customer: &Values) -> Result<Option<Known>> {
    let entry = crm.record("lead", lead.id.number)?;
    if let Some((customer, contact)) = by_address(crm, &|field| entry.value(field))? {
        let reason = Message::new("the same e-mail or phone");
        return Ok(Some(Known { customer, contact, reasons: vec![reason] }));
    }
    let schema = crm.schema("customer")?;
    let draft = Draft {
        schema,
        id: None,
        stored: Vec::new(),
        values: customer.clone(),
        removing: false,
        origin: crate::record::Origin::Person,
    };
    let found = crm.suspect(&draft)?;
    Ok(found.map(|(customer, reasons)| Known { customer, contact: None, reasons }))
}

/// The contact of a customer who has an e-mail, a phone or the name of the lead.
pub(super) fn contact_of(crm: &mut Crm, lead: &Lead, customer: i64) -> Result<Option<i64>> {
    let mut tests = vec!["name_key = ?".to_owned()];
    let mut arguments = vec![Sql::Integer(customer), Sql::Text(crate::record::types::fold(&lead.name))];
    if let Some(email) = &lead.email {
        tests.push("email = ?".to_owned());
        arguments.push(Sql::Text(email.0.clone()));
    }
    for number in [&lead.mobile, &lead.phone].into_iter().flatten() {
        tests.push("mobile = ?".to_owned());
        arguments.push(Sql::Text(number.0.clone()));
    }
    let sql = format!(
        "SELECT id FROM contacts WHERE customer = ? AND deleted_at IS NULL AND ({}) ORDER BY \"left\", id LIMIT 1",
        tests.join(" OR ")
    );
    Ok(crm.numbers(&sql, &arguments)?.first().copied())
}
