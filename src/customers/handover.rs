//! Handing over what a leaving colleague looks after: everything open, listed and moved in one operation (X6).
//!
//! A link field to a colleague counts when it is called `owner` or `manager`, in any kind. What is done keeps its owner,
//! since the credit is theirs: of kinds that can be planned or closed only what is open moves, and kinds that tell only of
//! what happened stay as they are.

use super::{
    assign::{distinct, open_while_empty},
    responsible::is_responsible,
    share::Access,
};
use crate::{
    Result, catalog,
    crm::{Crm, Query},
    error::{Cause, Error},
    message::Message,
    record::{
        Column, Field, Grid, Kind, Link, Schema, Value,
        filter::{Filter, Operand, Operator, Test},
    },
};
use std::{collections::HashSet, sync::Arc};

/// Who takes over from whom, and what of it.
#[derive(Debug, Clone)]
pub struct Handover {
    pub from: i64,
    pub to: i64,
    /// Only these customers and what belongs to them.
    pub customers: Filter,
    /// Whether the former owner may go on reading the customers.
    pub keep_reading: bool,
}

/// The open records of one kind that somebody is responsible for by one field.
#[derive(Debug, Clone)]
pub struct Duty {
    pub schema: Arc<Schema>,
    pub field: String,
    pub ids: Vec<i64>,
}

impl Duty {
    /// What duties come to, as a grid.
    #[must_use]
    pub fn grid(duties: &[Self], chinese: bool) -> Grid {
        let columns = vec![
            Column::new("kind", "Kind", "对象", Kind::Text),
            Column::new("as", "As", "身份", Kind::Text),
            Column::new("count", "Count", "数量", Kind::Integer),
        ];
        let row = |duty: &Self| {
            let noun = catalog::entry(duty.schema.kind).map_or("", |entry| entry.noun_zh);
            let field = duty.schema.field(&duty.field);
            let (noun, label) = match (chinese, field) {
                (true, Some(field)) => (noun, field.label_zh.to_string()),
                _ => (duty.schema.table, duty.field.clone()),
            };
            let count = i64::try_from(duty.ids.len()).unwrap_or(i64::MAX);
            vec![Value::text(noun), Value::Text(label), Value::Integer(count)]
        };
        Grid::of("duties", columns, duties.iter().map(row).collect())
    }
}

impl Crm {
    /// Everything open that a colleague is responsible for, or what of it concerns certain customers; what they may
    /// still read as a former owner is none of it.
    ///
    /// # Errors
    /// A filter that does not fit customers.
    pub fn duties(&mut self, user: i64, customers: &Filter) -> Result<Vec<Duty>> {
        let mut found = Vec::new();
        for schema in self.schemas().to_vec() {
            let open = open_while_empty(&schema);
            let entry = catalog::entry(schema.kind);
            let unfinished = entry.and_then(|entry| entry.unfinished);
            // What the program has written down is about a day that has passed.
            let told = entry.is_some_and(|entry| entry.append_only || entry.automatic);
            let happened =
                told || open.is_none() && unfinished.is_none() && entry.is_some_and(|entry| entry.event.is_some());
            let named = matches!(schema.kind, "share" | "lead_rule");
            let mine = |field: &&Field| is_responsible(field) || named && field.name == "user";
            for field in schema.fields.iter().filter(mine).filter(|_| !happened) {
                let customer = match schema.kind {
                    "customer" => "id",
                    _ if schema.field("customer").is_some() => "customer",
                    _ => "id",
                };
                let mut rows = self.linking(&schema, &field.name, user, open, customer)?;
                if schema.kind == "share" {
                    let filter = crate::record::filter::parse(&format!("user=U{user} state=current former=no"))?;
                    let current: HashSet<i64> =
                        self.matching(&Query { filter, ..Query::new("share") })?.into_iter().collect();
                    rows.retain(|(id, _)| current.contains(id));
                }
                if let Some(unfinished) = unfinished {
                    let filter = crate::record::filter::parse(&format!("{}=U{user} {unfinished}", field.name))?;
                    let left: HashSet<i64> =
                        self.matching(&Query { filter, ..Query::new(schema.kind) })?.into_iter().collect();
                    rows.retain(|(id, _)| left.contains(id));
                }
                let of_customers = customer == "customer" || schema.kind == "customer";
                let ids = self.concerning(rows, of_customers, customers)?;
                if !ids.is_empty() {
                    found.push(Duty { schema: schema.clone(), field: field.name.to_string(), ids });
                }
            }
        }
        Ok(found)
    }

    /// Those of some records whose customers match.
    fn concerning(&mut self, rows: Vec<(i64, Option<i64>)>, of_customers: bool, filter: &Filter) -> Result<Vec<i64>> {
        if *filter == Filter::All {
            return Ok(rows.into_iter().map(|(id, _)| id).collect());
        }
        let mut matching = HashSet::new();
        let customers = distinct(rows.iter().filter_map(|(_, customer)| *customer).filter(|_| of_customers));
        for customers in customers.chunks(300) {
            let values = customers.iter().map(|id| Operand::Value(id.to_string())).collect();
            let named = Test { path: vec!["id".to_owned()], operator: Operator::Equal, values };
            let filter = Filter::And(vec![filter.clone(), Filter::Test(named)]);
            matching.extend(self.matching(&Query { filter, ..Query::new("customer") })?);
        }
        let fits = |(id, customer): (i64, Option<i64>)| customer.filter(|id| matching.contains(id)).map(|_| id);
        Ok(rows.into_iter().filter_map(fits).collect())
    }

    /// Refuses a successor who is the one that leaves.
    ///
    /// # Errors
    /// [`Cause::Refused`], naming them.
    pub fn refuse_successor(&mut self, from: i64, to: i64) -> Result<()> {
        if from != to {
            return Ok(());
        }
        let message = Message::new("{name} cannot take over from themselves.").with("name", self.title("user", from)?);
        Err(Error::new(Cause::Refused, message).on_field("to"))
    }

    /// Hands everything open, or what concerns certain customers, to a colleague, as one operation.
    ///
    /// # Errors
    /// [`Cause::Refused`] for a successor who left, or who is the same.
    pub fn hand_over(&mut self, handover: &Handover) -> Result<Vec<Duty>> {
        let to = self.at_work(handover.to)?;
        let from = self.title("user", handover.from)?;
        self.refuse_successor(handover.from, handover.to)?;
        self.transaction(&format!("Hand over from {from} to {to}"), |crm| {
            let duties = crm.duties(handover.from, &handover.customers)?;
            for duty in &duties {
                match duty.schema.kind {
                    "share" => crm.pass_on_shares(duty, handover)?,
                    "user" => crm.pass_on_people(duty, handover)?,
                    // Whoever gets a lead has it since then.
                    "lead" => {
                        let to = vec![(duty.field.clone(), Link::to(handover.to))];
                        crm.change_many("lead", &duty.ids, &to)?;
                    }
                    _ => crm.relink(&duty.schema, &duty.field, &duty.ids, Some(handover.to))?,
                }
            }
            let owned = duties.iter().filter(|duty| duty.schema.kind == "customer" && duty.field == "owner");
            for duty in owned {
                catalog::handed(crm, Some(handover.from), &duty.ids, handover.to)?;
                crm.forget_shares(&duty.ids, handover.to)?;
                if handover.keep_reading {
                    crm.keep_reading(&duty.ids, handover.from)?;
                }
            }
            Ok(duties)
        })
    }

    /// What was shared with the one is shared with the other, unless it is theirs or shared with them already.
    fn pass_on_shares(&mut self, duty: &Duty, handover: &Handover) -> Result<()> {
        let customers = self.links_of(&duty.schema, "customer", &duty.ids)?;
        let all = distinct(customers.values().copied().flatten());
        let schema = self.schema("customer")?;
        let owners = self.links_of(&schema, "owner", &all)?;
        let theirs = self.linking_both(&duty.schema, ("customer", &all), ("user", handover.to), None)?;
        let (mut moving, mut moot) = (Vec::new(), Vec::new());
        for id in &duty.ids {
            let customer = customers.get(id).copied().flatten().unwrap_or_default();
            let known = theirs.iter().find(|(_, shared)| *shared == Some(customer)).map(|(id, _)| *id);
            match known {
                Some(known) => {
                    self.widen(*id, known)?;
                    moot.push(*id);
                }
                None if owners.get(&customer).copied().flatten() == Some(handover.to) => moot.push(*id),
                None => moving.push(*id),
            }
        }
        self.bin(&duty.schema, &moot)?;
        self.relink(&duty.schema, "user", &moving, Some(handover.to))
    }

    /// Of two shares of one customer the wider right and the later end hold; one that has ended gives neither.
    pub(super) fn widen(&mut self, from: i64, into: i64) -> Result<()> {
        let (from, into) = (self.record("share", from)?, self.record("share", into)?);
        if self.is_past(&from.value("until")) {
            return Ok(());
        }
        let ended = self.is_past(&into.value("until"));
        let write = Value::text(Access::Write.key());
        if into.value("access") != from.value("access") && (ended || from.value("access") == write) {
            self.set_directly("share", into.id, "access", from.value("access"))?;
        }
        let (theirs, ours) = (from.value("until"), into.value("until"));
        if !ours.is_empty() && (theirs.is_empty() || theirs.as_text() > ours.as_text()) {
            self.set_directly("share", into.id, "until", theirs)?;
        }
        Ok(())
    }

    /// Those who reported to the one report to the other; whoever stands above the other, or is them, moves up to the
    /// one's own manager, so that nobody comes to report to themselves.
    fn pass_on_people(&mut self, duty: &Duty, handover: &Handover) -> Result<()> {
        let above = self.above(handover.to)?;
        let up = self.record("user", handover.from)?.value("manager").as_integer();
        let up = match up.filter(|up| *up != handover.to) {
            Some(up) if self.record("user", up)?.is_deleted() => None,
            up => up,
        };
        for id in &duty.ids {
            let to = if *id == handover.to || above.contains(id) { up } else { Some(handover.to) };
            let value = to.map_or(Value::Null, Link::to);
            self.change("user", *id, vec![(duty.field.clone(), value)], None)?;
        }
        Ok(())
    }

    /// Everybody whom a colleague reports to, directly or not.
    fn above(&mut self, user: i64) -> Result<HashSet<i64>> {
        let mut found = HashSet::new();
        let mut next = self.record("user", user)?.value("manager").as_integer();
        while let Some(manager) = next.filter(|manager| found.insert(*manager)) {
            next = self.record("user", manager)?.value("manager").as_integer();
        }
        Ok(found)
    }
}
