//! Leaving a company and coming back: the history stays, the primary contact is handed on, a new company gets a new
//! contact that takes along what is the person's own (behaviour 20).

use super::{Contact, Customer};
use crate::{
    Result,
    crm::Crm,
    error::{Cause, Error},
    message::Message,
    record::{Id, Link, Value, Values},
    store::Sql,
};
use jiff::civil::Date;

/// What a person takes along to another company; address, e-mail and position stay behind.
const OWN: [&str; 9] = ["name", "salutation", "gender", "mobile", "wechat", "qq", "birthday", "language", "tags"];

impl Crm {
    /// Marks that a contact left their company on a day, today where none is said; with `to` they become a contact of
    /// that customer too, linked to who they were. Says the new contact's number.
    ///
    /// # Errors
    /// Who has left already, or would go where they are.
    pub fn leave(&mut self, id: i64, on: Option<Date>, to: Option<i64>) -> Result<Option<i64>> {
        let person: Contact = self.get(Id::new(id))?;
        if let (Some(own), Some(to)) = (person.customer, to)
            && own.number == to
        {
            let message = Message::new("{name} works there already.").with("name", &person.name);
            return Err(Error::new(Cause::Refused, message).on_field("to"));
        }
        self.transaction(&format!("{} leaves", person.name), |crm| {
            let day = on.unwrap_or_else(|| crm.reading().clock.today());
            let left =
                vec![("left".to_owned(), Value::Bool(true)), ("left_on".to_owned(), Value::Text(day.to_string()))];
            crm.change("contact", id, left, None)?;
            if person.primary {
                crm.tell_heir(&person)?;
            }
            crm.tell_plans(&person)?;
            to.map(|to| crm.start_again(&person, to)).transpose()
        })
    }

    /// Says whom the customer is asked for now.
    fn tell_heir(&mut self, person: &Contact) -> Result<()> {
        let Some(customer) = person.customer else { return Ok(()) };
        let company: Customer = self.get(customer)?;
        let primary = "SELECT id FROM contacts WHERE customer = ? AND \"primary\" AND deleted_at IS NULL ORDER BY id";
        let heir = self.numbers(primary, &[Sql::Integer(customer.number)])?.first().copied();
        let message = match heir {
            Some(heir) => Message::new("{record} {name} is the primary contact of {customer} now.")
                .with("record", self.schema("contact")?.short(heir))
                .with("name", self.title("contact", heir)?),
            None => Message::new("{customer} has no primary contact any more."),
        };
        self.notice(message.with("customer", company.name));
        Ok(())
    }

    /// Names what is planned with the person still.
    fn tell_plans(&mut self, person: &Contact) -> Result<()> {
        let planned = "SELECT id FROM activities WHERE contact = ? AND done IS NULL AND deleted_at IS NULL ORDER BY id";
        let plans = self.numbers(planned, &[Sql::Integer(person.id.number)])?;
        if plans.is_empty() {
            return Ok(());
        }
        let schema = self.schema("activity")?;
        let named: Vec<String> = plans.iter().take(10).map(|id| schema.short(*id)).collect();
        self.notice(
            Message::new("{count} planned {count:activity is|activities are} with {name} still: {records}.")
                .with("count", plans.len())
                .with("name", &person.name)
                .with("records", named.join(", ")),
        );
        Ok(())
    }

    /// The same person at another company: what is their own, what is remembered about them, and who they were.
    fn start_again(&mut self, person: &Contact, customer: i64) -> Result<i64> {
        let former = self.record("contact", person.id.number)?;
        let mut values: Values = OWN.iter().map(|name| ((*name).to_owned(), former.value(name))).collect();
        values.retain(|(_, value)| !value.is_empty());
        values.push(("customer".to_owned(), Link::to(customer)));
        let id = self.add_where("contact", &values, true)?;
        for kind in ["fact", "occasion"] {
            self.take_along(kind, person.id.number, id)?;
        }
        self.relate(id, "formerly", person.id.number, None)?;
        let message = Message::new("{record} {name} is a contact of {customer} now.")
            .with("record", self.schema("contact")?.short(id))
            .with("name", &person.name)
            .with("customer", self.title("customer", customer)?);
        self.notice(message);
        Ok(id)
    }

    /// Copies what belongs to one contact to another.
    fn take_along(&mut self, kind: &str, from: i64, to: i64) -> Result<()> {
        let schema = self.schema(kind)?;
        let sql = format!("SELECT id FROM {} WHERE contact = ? AND deleted_at IS NULL ORDER BY id", schema.table);
        for id in self.numbers(&sql, &[Sql::Integer(from)])? {
            let entry = self.record(kind, id)?;
            let mut values: Values =
                schema.writable().map(|field| (field.name.to_string(), entry.value(&field.name))).collect();
            values.retain(|(name, value)| !value.is_empty() && name != "contact");
            values.push(("contact".to_owned(), Link::to(to)));
            self.add(kind, values)?;
        }
        Ok(())
    }
}
