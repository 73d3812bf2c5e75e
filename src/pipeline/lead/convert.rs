//! Conversion: a lead becomes a customer, a contact and a deal in one step; what belongs to it belongs to them too, and
//! the lead stays and points on (R40, behaviours 13 and 15).

use super::{JOINS, Lead, LeadStatus, known, refused};
use crate::{
    Result,
    crm::{Crm, refuse_deleted},
    customers::{Customer, duplicates::has_legal_form},
    error::{Cause, Error},
    message::Message,
    record::{Id, Link, Value, Values, types::fold},
};

/// What a lead is to become.
#[derive(Debug, Clone, Default)]
pub struct Conversion {
    pub lead: i64,
    /// The customer that it is; one is looked for, and made where there is none, unless said.
    pub customer: Option<i64>,
    /// The contact that it is.
    pub contact: Option<i64>,
    /// Makes a customer even where a known one is much like it.
    pub anew: bool,
    /// What is said of the deal; none when none is to be made.
    pub deal: Option<Values>,
}

/// What a lead became.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Converted {
    pub customer: i64,
    /// Whether the customer is new.
    pub made: bool,
    pub contact: Option<i64>,
    pub deal: Option<i64>,
    /// How many activities and files they see now.
    pub moved: usize,
}

impl Crm {
    /// Converts a lead, as one operation.
    ///
    /// # Errors
    /// [`Cause::Conflict`] naming a known customer that it probably is; [`Cause::Refused`] for a lead that was converted
    /// or disqualified.
    pub fn convert(&mut self, conversion: &Conversion) -> Result<Converted> {
        self.transaction("Convert lead", |crm| {
            let lead = crm.convertible(conversion.lead)?;
            let done = crm.converted(conversion, &lead)?;
            crm.relabel(&format!("Convert L{} {} to C{}", lead.id.number, lead.name, done.customer))?;
            Ok(done)
        })
    }

    fn convertible(&mut self, id: i64) -> Result<Lead> {
        refuse_deleted(&self.record("lead", id)?)?;
        let lead: Lead = self.get(Id::new(id))?;
        match (lead.status, lead.customer) {
            (LeadStatus::Converted, Some(customer)) => {
                let title = self.title("customer", customer.number)?;
                let message = Message::new("{lead} was converted already: they are C{customer} {title}.");
                Err(refused(message.with("lead", &lead.name).with("customer", customer.number).with("title", title))
                    .hint(Message::new("kehu show C{customer}").with("customer", customer.number)))
            }
            (LeadStatus::Disqualified, _) => {
                let message = Message::new("{lead} is {status}.").with("lead", &lead.name);
                let hint = Message::new("kehu lead reopen L{number}").with("number", id);
                Err(refused(message.with("status", lead.status.key())).hint(hint))
            }
            _ => Ok(lead),
        }
    }

    fn converted(&mut self, conversion: &Conversion, lead: &Lead) -> Result<Converted> {
        let owner = lead.owner.map(|owner| owner.number).or_else(|| self.actor().map(|(me, _)| me));
        let (customer, made) = self.customer_of_lead(conversion, lead, owner)?;
        let contact = self.contact_of_lead(conversion, lead, customer)?;
        let deal = match &conversion.deal {
            Some(said) => Some(self.deal_of_lead(said, lead, (customer, contact, owner))?),
            None => None,
        };
        let link = |id: Option<i64>| id.map_or(Value::Null, Link::to);
        let values = vec![
            ("status".to_owned(), Value::text(LeadStatus::Converted.key())),
            ("converted".to_owned(), Value::Text(self.now_text())),
            ("customer".to_owned(), Link::to(customer)),
            ("contact".to_owned(), link(contact)),
            ("deal".to_owned(), link(deal)),
        ];
        self.change("lead", lead.id.number, values, None)?;
        let moved =
            self.pass_on(lead.id.number, &[("customer", Some(customer)), ("contact", contact), ("deal", deal)])?;
        Ok(Converted { customer, made, contact, deal, moved })
    }

    /// The customer that the lead is: the one that is said, else a new one, unless a known one is much like it.
    fn customer_of_lead(&mut self, conversion: &Conversion, lead: &Lead, owner: Option<i64>) -> Result<(i64, bool)> {
        if let Some(customer) = conversion.customer {
            refuse_deleted(&self.record("customer", customer)?)?;
            return Ok((customer, false));
        }
        let values = self.customer_values(lead, owner)?;
        if !conversion.anew
            && let Some(known) = known::probable(self, lead, &values)?
        {
            return Err(self.known_already(lead, &known)?);
        }
        Ok((self.add_where("customer", &values, conversion.anew)?, true))
    }

    fn known_already(&mut self, lead: &Lead, known: &known::Known) -> Result<Error> {
        let why: Vec<String> = known.reasons.iter().map(Message::to_string).collect();
        let message = Message::new("{lead} is probably C{customer} {title}, which is there already: {why}.")
            .with("lead", lead.company.as_ref().unwrap_or(&lead.name))
            .with("customer", known.customer)
            .with("title", self.title("customer", known.customer)?)
            .with("why", why.join(", "));
        let contact = known.contact.map(|id| format!(" --contact P{id}")).unwrap_or_default();
        let hint =
            Message::new("kehu lead convert L{lead} --customer C{customer}{contact}   (or --new for another one)")
                .with("lead", lead.id.number)
                .with("customer", known.customer)
                .with("contact", contact);
        Ok(Error::new(Cause::Conflict, message).on_field("customer").hint(hint))
    }

    /// What the new customer gets: the company's own facts where the lead is a person there, else all of them.
    fn customer_values(&mut self, lead: &Lead, owner: Option<i64>) -> Result<Values> {
        let entry = self.record("lead", lead.id.number)?;
        let person_there = lead.company.is_some();
        let company = person_there || has_legal_form(&lead.name);
        let mut names = vec!["site", "address", "city", "region", "country", "industry", "source", "tags", "phone"];
        if !person_there {
            names.extend(["mobile", "more_phones", "email", "more_emails", "wechat"]);
        }
        let mut values = vec![
            ("name".to_owned(), Value::text(lead.company.as_ref().unwrap_or(&lead.name))),
            ("entity".to_owned(), Value::text(if company { "company" } else { "person" })),
        ];
        values.extend(names.iter().map(|name| ((*name).to_owned(), entry.value(name))));
        values.extend(owner.map(|owner| ("owner".to_owned(), Link::to(owner))));
        values.retain(|(_, value)| !value.is_empty());
        Ok(values)
    }

    /// The person at the customer; none where the customer is the person.
    fn contact_of_lead(&mut self, conversion: &Conversion, lead: &Lead, customer: i64) -> Result<Option<i64>> {
        let names = ["job_title", "mobile", "email", "more_phones", "more_emails", "wechat"];
        let entry = self.record("lead", lead.id.number)?;
        let told = names.iter().map(|name| ((*name).to_owned(), entry.value(name)));
        let mut values: Values = told.filter(|(_, value)| !value.is_empty()).collect();
        let known = match conversion.contact {
            Some(contact) => Some(contact),
            None => known::contact_of(self, lead, customer)?,
        };
        if let Some(contact) = known {
            let stored = self.record("contact", contact)?;
            refuse_deleted(&stored)?;
            values.retain(|(name, _)| stored.value(name).is_empty());
            self.change_where("contact", contact, &values, None, true)?;
            return Ok(Some(contact));
        }
        let whose: Customer = self.get(Id::new(customer))?;
        if lead.company.is_none() && (fold(&whose.name) == fold(&lead.name) || has_legal_form(&lead.name)) {
            return Ok(None);
        }
        values.extend([("name".to_owned(), Value::text(&lead.name)), ("customer".to_owned(), Link::to(customer))]);
        Ok(Some(self.add_where("contact", &values, conversion.anew)?))
    }

    fn deal_of_lead(
        &mut self,
        said: &Values,
        lead: &Lead,
        (customer, contact, owner): (i64, Option<i64>, Option<i64>),
    ) -> Result<i64> {
        let entry = self.record("lead", lead.id.number)?;
        let mut values = said.clone();
        let mut unless_said = |name: &str, value: Value| {
            if !value.is_empty() && values.iter().all(|(known, _)| known != name) {
                values.push((name.to_owned(), value));
            }
        };
        unless_said("name", Value::text(lead.company.as_ref().unwrap_or(&lead.name)));
        unless_said("customer", Link::to(customer));
        unless_said("contact", contact.map_or(Value::Null, Link::to));
        unless_said("owner", owner.map_or(Value::Null, Link::to));
        for name in ["source", "campaign", "needs"] {
            unless_said(name, entry.value(name));
        }
        self.add("deal", values)
    }

    /// Whatever belongs to the lead belongs to what it became too, where it names no other.
    fn pass_on(&mut self, lead: i64, became: &[(&str, Option<i64>)]) -> Result<usize> {
        let mut moved = 0;
        for kind in JOINS {
            let schema = self.schema(kind)?;
            let all = self.linking(&schema, "lead", lead, None, "customer")?;
            moved += all.len();
            for (field, to) in became.iter().filter(|(field, _)| schema.field(field).is_some()) {
                let Some(to) = to else { continue };
                let links = self.linking(&schema, "lead", lead, None, field)?;
                let empty: Vec<i64> = links.into_iter().filter(|(_, link)| link.is_none()).map(|(id, _)| id).collect();
                self.relink(&schema, field, &empty, Some(*to))?;
            }
        }
        Ok(moved)
    }
}
