//! Share: a customer shown to a colleague who does not own it, for reading or writing, until a day or for good (R12).

use super::Customer;
use crate::{
    Result,
    catalog::Panel,
    crm::{Crm, Query, Sort},
    error::{Cause, Error},
    message::Message,
    org::User,
    record::{Choice, Draft, Grid, Id, Kind, Link, Record, Value, filter, record, types},
};
use jiff::civil::Date;

record! {
    /// A customer shown to a colleague beside the owner.
    pub struct Share in "shares" as "SH" called "share" {
        /// The customer that is shared
        customer: Id<Customer> [index, child, list],
        /// The colleague it is shared with
        user: Id<User> [index, list],
        /// Whether they may only read, or write too
        access: Access [default("read"), list],
        /// The last day on which they may; empty for good
        until: Option<Date> [list],
        /// Whether it is what a former owner keeps after handing the customer over
        former: bool [default("no")],
    }
    computed {
        /// Whether it holds today
        state: state_kind() => "(CASE WHEN {t}.until < '{day}' THEN 'expired' ELSE 'current' END)",
    }
}

/// With whom a customer is shared, on its page.
pub(crate) const PANEL: Panel =
    Panel { of: "customer", key: "shares", title: "Shared with", title_zh: "共享给", grid: of_customer };

fn of_customer(crm: &mut Crm, customer: i64, limit: Option<u64>) -> Result<Grid> {
    let query = Query {
        filter: filter::parse(&format!("customer=C{customer}"))?,
        columns: ["user", "access", "until", "state"].map(str::to_owned).into(),
        sort: Sort::parse("id"),
        limit,
        ..Query::new("share")
    };
    crm.list(&query)
}

record! {
    /// What a colleague may do with a customer that is shared with them.
    pub enum Access {
        /// Read
        Read = "read",
        /// Write
        Write = "write",
    }
}

/// Whether a share holds by the clock; computed, never stored.
fn state_kind() -> Kind {
    let choice = |key: &'static str, label: &'static str| Choice {
        key: key.into(),
        label: label.into(),
        label_zh: "".into(),
        retired: false,
    };
    Kind::Choice(vec![choice("current", "Current"), choice("expired", "Expired")])
}

/// A share goes to a colleague who works here and is not the owner, once, and not to a day that has passed.
pub(crate) fn check(crm: &mut Crm, draft: &mut Draft) -> Result<()> {
    let (Some(customer), Some(user)) = (draft.get("customer").as_integer(), draft.get("user").as_integer()) else {
        return Ok(());
    };
    if draft.deleted() {
        return Ok(());
    }
    if draft.is_new() || draft.changed("user").is_some() || draft.changed("customer").is_some() {
        let colleague = crm.at_work(user)?;
        if crm.record("customer", customer)?.value("owner").as_integer() == Some(user) {
            return Err(Error::new(
                Cause::Refused,
                Message::new("{name} looks after that customer anyhow.").with("name", colleague),
            )
            .on_field("user"));
        }
        if let Some(other) = crm.share_of(customer, user)?.filter(|other| Some(*other) != draft.id) {
            return Err(Error::new(
                Cause::Conflict,
                Message::new("{share} shares that customer with {name} already.")
                    .with("share", draft.schema.short(other))
                    .with("name", colleague),
            )
            .on_field("user")
            .hint(Message::new("kehu share edit {share} access=write").with("share", draft.schema.short(other))));
        }
    }
    let today = crm.reading().clock.today().to_string();
    if let Some(until) = draft.changed("until").and_then(Value::as_text).filter(|until| **until < *today) {
        return Err(Error::new(Cause::Refused, Message::new("{until} has passed already.").with("until", until))
            .on_field("until"));
    }
    Ok(())
}

impl Crm {
    /// Shares a customer with a colleague; what is shared with them already gets the new right and end.
    ///
    /// # Errors
    /// As adding a share: not with who left, nor with the owner, nor until a day that has passed.
    pub fn share(&mut self, customer: i64, user: i64, access: Access, until: Option<Date>) -> Result<i64> {
        let label = format!("Share C{customer} with {}", self.title("user", user)?);
        self.transaction(&label, |crm| {
            let share = Share { customer: Id::new(customer), user: Id::new(user), access, until, ..Share::default() };
            let values = share.values().into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
            match crm.share_of(customer, user)? {
                Some(known) => crm.change("share", known, values, None).map(|save| save.id),
                None => crm.add("share", values),
            }
        })
    }

    /// Takes a share back.
    ///
    /// # Errors
    /// [`Cause::NotFound`] when the customer is not shared with that colleague.
    pub fn unshare(&mut self, customer: i64, user: i64) -> Result<i64> {
        let name = self.title("user", user)?;
        let Some(share) = self.share_of(customer, user)? else {
            return Err(Error::new(
                Cause::NotFound,
                Message::new("C{customer} is not shared with {name}.").with("customer", customer).with("name", name),
            )
            .hint(Message::new("kehu share list customer=C{customer}").with("customer", customer)));
        };
        self.transaction(&format!("No longer share C{customer} with {name}"), |crm| crm.remove("share", share))?;
        Ok(share)
    }

    /// The live share of a customer with a colleague, whether it still holds or not.
    pub(super) fn share_of(&mut self, customer: i64, user: i64) -> Result<Option<i64>> {
        let schema = self.schema("share")?;
        let found = self.linking_both(&schema, ("customer", &[customer]), ("user", user), None)?;
        Ok(found.first().map(|(id, _)| *id))
    }

    /// The name of a colleague, who must work here.
    ///
    /// # Errors
    /// [`Cause::Refused`] for one who left or was removed.
    pub(crate) fn at_work(&mut self, user: i64) -> Result<String> {
        let entry = self.record("user", user)?;
        if entry.is_deleted() || entry.value("active") != Value::Bool(true) {
            return Err(Error::new(
                Cause::Refused,
                Message::new("{name} no longer works here.").with("name", entry.title()),
            )
            .on_field("user")
            .hint(Message::new("kehu user list active=yes")));
        }
        Ok(entry.title())
    }

    /// Gives somebody who looked after customers the right to go on reading them, where they have none.
    pub(crate) fn keep_reading(&mut self, customers: &[i64], user: i64) -> Result<usize> {
        let schema = self.schema("share")?;
        let known = self.linking_both(&schema, ("customer", customers), ("user", user), None)?;
        let known: std::collections::HashSet<i64> = known.into_iter().filter_map(|(_, customer)| customer).collect();
        let read = Value::text(Access::Read.key());
        let row = |customer: &i64| vec![Link::to(*customer), Link::to(user), read.clone(), Value::Bool(true)];
        let rows: Vec<Vec<Value>> = customers.iter().filter(|id| !known.contains(id)).map(row).collect();
        self.add_all("share", &["customer", "user", "access", "former"], &rows)?;
        Ok(rows.len())
    }

    /// Takes away what is shared with somebody who has come to look after it.
    pub(crate) fn forget_shares(&mut self, customers: &[i64], owner: i64) -> Result<usize> {
        let schema = self.schema("share")?;
        let moot = self.linking_both(&schema, ("customer", customers), ("user", owner), None)?;
        let moot: Vec<i64> = moot.into_iter().map(|(id, _)| id).collect();
        self.bin(&schema, &moot)?;
        Ok(moot.len())
    }

    /// Whether a last day has passed.
    pub(crate) fn is_past(&self, until: &Value) -> bool {
        let Ok(Value::Text(today)) = types::parse(&Kind::Date, "today", self.reading()) else { return false };
        until.as_text().is_some_and(|until| *until < *today)
    }
}
