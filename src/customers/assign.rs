//! Assigning customers to a colleague, one or fifty thousand, and who looked after one at a time (R11, behaviour 16).

use super::Customer;
use crate::{
    Result, catalog,
    crm::Crm,
    error::{Cause, Error},
    message::Message,
    org::User,
    record::{Id, Kind, Schema},
};
use jiff::Timestamp;
use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
};

/// Who is to look after which customers.
#[derive(Debug, Clone)]
pub struct Assignment {
    pub customers: Vec<i64>,
    pub to: i64,
    /// Whether what the former owners had planned with them goes along.
    pub activities: bool,
}

/// What an assignment did.
#[derive(Debug, Clone, Default)]
pub struct Assigned {
    pub customers: Vec<i64>,
    /// Those that were the new owner's already.
    pub already: usize,
    /// Whose they were, by name, and how many; an empty name for nobody's.
    pub from: Vec<(String, usize)>,
    pub activities: usize,
}

impl Crm {
    /// Gives customers to a colleague, with what is planned with them, as one operation.
    ///
    /// # Errors
    /// [`Cause::Refused`] for a colleague who left, or a customer in the recycle bin.
    pub fn assign(&mut self, assignment: &Assignment) -> Result<Assigned> {
        let name = self.at_work(assignment.to)?;
        self.transaction(&format!("Assign customers to {name}"), |crm| {
            let done = crm.assign_all(assignment)?;
            let shown: Vec<String> = done.customers.iter().take(5).map(|id| format!("C{id}")).collect();
            let more = if done.customers.len() > 5 {
                format!(" and {} more", done.customers.len() - 5)
            } else {
                String::new()
            };
            crm.relabel(&format!("Assign {}{more} to {name}", shown.join(", ")))?;
            Ok(done)
        })
    }

    fn assign_all(&mut self, assignment: &Assignment) -> Result<Assigned> {
        let schema = self.schema("customer")?;
        let owners = self.links_of(&schema, "owner", &assignment.customers)?;
        if let Some(gone) = assignment.customers.iter().find(|id| !owners.contains_key(id)) {
            return Err(Error::new(
                Cause::Refused,
                Message::new("{record} is in the recycle bin.").with("record", schema.short(*gone)),
            )
            .hint(Message::new("kehu customer restore {record}").with("record", schema.short(*gone))));
        }
        let mut former: BTreeMap<Option<i64>, Vec<i64>> = BTreeMap::new();
        for id in &assignment.customers {
            former.entry(owners.get(id).copied().flatten()).or_default().push(*id);
        }
        let already = former.remove(&Some(assignment.to)).map_or(0, |ids| ids.len());
        let mut done = Assigned { already, ..Assigned::default() };
        for (owner, ids) in former {
            self.relink(&schema, "owner", &ids, Some(assignment.to))?;
            catalog::handed(self, owner, &ids, assignment.to)?;
            if let Some(owner) = owner.filter(|_| assignment.activities) {
                done.activities += self.pass_on_plans(&ids, owner, assignment.to)?;
            }
            let name = owner.map(|owner| self.title("user", owner)).transpose()?.unwrap_or_default();
            done.from.push((name, ids.len()));
            done.customers.extend(ids);
        }
        self.forget_shares(&done.customers, assignment.to)?;
        Ok(done)
    }

    /// Gives one colleague what another had planned with customers; what is done stays whose it was.
    fn pass_on_plans(&mut self, customers: &[i64], from: i64, to: i64) -> Result<usize> {
        let mut count = 0;
        for (schema, open) in self.planned_kinds() {
            let plans = self.linking_both(&schema, ("customer", customers), ("owner", from), Some(open))?;
            let plans: Vec<i64> = plans.into_iter().map(|(id, _)| id).collect();
            self.relink(&schema, "owner", &plans, Some(to))?;
            count += plans.len();
        }
        Ok(count)
    }

    /// The kinds that can be planned with a customer and have an owner, and the field that is empty while they are.
    fn planned_kinds(&self) -> Vec<(Arc<Schema>, &'static str)> {
        let links = |schema: &Schema, field: &str, to: &str| {
            schema.field(field).is_some_and(|field| field.kind == Kind::Link(to.to_owned().into()))
        };
        let mut found = Vec::new();
        for schema in self.schemas() {
            if let Some(open) = open_while_empty(schema)
                && links(schema, "owner", "user")
                && links(schema, "customer", "customer")
            {
                found.push((schema.clone(), open));
            }
        }
        found
    }

    /// Who looked after a customer at an instant, as the change log tells: reports give the credit to them.
    ///
    /// # Errors
    /// [`Cause::NotFound`] when there is no such customer.
    pub fn owner_at(&mut self, customer: Id<Customer>, instant: Timestamp) -> Result<Option<Id<User>>> {
        Ok(self.linked_at("customer", customer.number, "owner", instant)?.map(Id::new))
    }
}

/// The field that is empty while a record of this kind is planned; none for kinds that are not planned.
pub(super) fn open_while_empty(schema: &Schema) -> Option<&'static str> {
    let event = crate::catalog::entry(schema.kind)?.event.as_ref()?;
    event.planned.map(|_| event.at)
}

/// Each number once.
pub(super) fn distinct(numbers: impl Iterator<Item = i64>) -> Vec<i64> {
    let mut seen = HashSet::new();
    numbers.filter(|number| seen.insert(*number)).collect()
}
