//! The e-mail addresses of a selection, each once: those of customers and of the people who still work there (R14).

use crate::{
    Result,
    crm::{Crm, Query, integer, text},
    record::{Column, Grid, Kind, Link, Row, Schema, Total, Value, types::fold},
    store::Sql,
};
use std::collections::{HashMap, HashSet};

/// What a field is called by which somebody asked not to be written to: the declared one, or one of somebody's own.
const OPT_OUT: [&str; 4] = ["opt_out", "no_mail", "x_opt_out", "x_no_mail"];

/// The addresses found so far, with whom each belongs to.
#[derive(Debug, Clone, Default)]
pub struct Addresses {
    seen: HashSet<String>,
    rows: Vec<Row>,
}

/// Somebody who has addresses.
struct Owner {
    id: i64,
    short: String,
    name: Value,
    customer: Value,
    emails: Vec<String>,
}

impl Crm {
    /// The addresses of the customers or contacts that a query finds: name, e-mail, customer. Of a customer those of its
    /// contacts too, or, if only the primary ones are wanted, one: that of the primary contact, else its own.
    ///
    /// # Errors
    /// As [`Crm::list`].
    pub fn addresses(&mut self, query: &Query, primary_only: bool) -> Result<Grid> {
        let schema = self.schema(&query.kind)?;
        let more = if schema.kind == "contact" { &["customer", "left", "primary"][..] } else { &[] };
        let opt_out = opt_out(&schema);
        let columns = ["name", "email", "more_emails"].iter().chain(more).copied().chain(opt_out.iter().copied());
        let query = Query { columns: columns.map(str::to_owned).collect(), ..query.clone() };
        let mut found = Addresses::default();
        self.pages(&query, &mut |crm, page| {
            let willing =
                |row: &&Row| !row.cells.iter().rev().take(opt_out.len()).any(|cell| *cell == Value::Bool(true));
            let rows = page.rows.iter().filter(willing);
            if schema.kind == "contact" {
                rows.filter_map(|row| person(row, primary_only)).for_each(|owner| found.take(&owner, primary_only));
                return Ok(());
            }
            found.customers(crm, rows.collect(), primary_only)
        })?;
        Ok(found.grid())
    }

    /// The people who work for these customers, the primary contact of each first.
    fn people_of(&mut self, customers: &[i64]) -> Result<Vec<(i64, bool, Owner)>> {
        let contacts = self.schema("contact")?;
        let refused = opt_out(&contacts).into_iter().map(|name| format!(" AND p.\"{name}\" IS NOT TRUE"));
        let refused = refused.collect::<String>();
        let marks = vec!["?"; customers.len()].join(", ");
        let works = format!("p.customer IN ({marks}) AND p.deleted_at IS NULL AND NOT p.\"left\"{refused}");
        let arguments: Vec<Sql> = customers.iter().map(|id| Sql::Integer(*id)).collect();
        let sql = format!(
            "SELECT p.id, p.customer, p.\"primary\", p.name, p.email FROM contacts p WHERE {works} ORDER BY p.\"primary\" DESC, p.id"
        );
        let mut places: HashMap<i64, usize> = HashMap::new();
        let mut people = Vec::new();
        for row in self.db.query(&sql, &arguments)? {
            let emails = Some(text(&row[4])).filter(|email| !email.is_empty()).into_iter().collect();
            let (id, name) = (integer(&row[0]), Value::Text(text(&row[3])));
            let owner = Owner { id, short: contacts.short(id), name, customer: Value::Null, emails };
            places.insert(id, people.len());
            people.push((integer(&row[1]), integer(&row[2]) != 0, owner));
        }
        let list = self.list_of("contact", "more_emails")?;
        let sql = format!(
            "SELECT l.record, l.value FROM {} l JOIN contacts p ON p.id = l.record WHERE {} AND {works} \
             ORDER BY l.record, l.position",
            list.table(),
            list.belongs("l")
        );
        for row in self.db.query(&sql, &arguments)? {
            if let Some(place) = places.get(&integer(&row[0])) {
                let (_, _, owner): &mut (i64, bool, Owner) = &mut people[*place];
                owner.emails.push(text(&row[1]));
            }
        }
        Ok(people)
    }
}

/// The fields by which those of a kind ask not to be written to, as far as it has any.
pub(crate) fn opt_out(schema: &Schema) -> Vec<&'static str> {
    let field = |name: &&&str| schema.field(name).is_some_and(|field| field.kind == Kind::YesNo && !field.retired);
    OPT_OUT.iter().filter(field).copied().collect()
}

/// A contact by itself; nobody who has left.
fn person(row: &Row, primary_only: bool) -> Option<Owner> {
    let yes = |place: usize| row.cells[place] == Value::Bool(true);
    if yes(4) || primary_only && !yes(5) {
        return None;
    }
    Some(Owner { customer: row.cells[3].clone(), ..owner(row) })
}

fn owner(row: &Row) -> Owner {
    let emails = std::iter::once(&row.cells[1]).chain(row.cells[2].items());
    Owner {
        id: row.id,
        short: row.short.clone(),
        name: row.cells[0].clone(),
        customer: Value::Null,
        emails: emails.filter_map(Value::as_text).map(str::to_owned).collect(),
    }
}

impl Addresses {
    fn customers(&mut self, crm: &mut Crm, rows: Vec<&Row>, primary_only: bool) -> Result<()> {
        let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
        let mut working: HashMap<i64, Vec<(bool, Owner)>> = HashMap::new();
        for (customer, primary, owner) in if ids.is_empty() { Vec::new() } else { crm.people_of(&ids)? } {
            working.entry(customer).or_default().push((primary, owner));
        }
        for row in rows {
            let company = owner(row);
            let title = company.name.as_text().unwrap_or_default().to_owned();
            let link = Value::Link(Link { id: row.id, title, uid: String::new(), letter: "C" });
            let company = Owner { customer: link.clone(), ..company };
            let people = working.remove(&row.id).unwrap_or_default();
            if primary_only {
                let asked_first = people.into_iter().find(|(primary, owner)| *primary && !owner.emails.is_empty());
                let person = asked_first.map(|(_, owner)| Owner { customer: link, ..owner });
                self.take(&person.unwrap_or(company), true);
                continue;
            }
            self.take(&company, false);
            for (_, owner) in people {
                self.take(&Owner { customer: link.clone(), ..owner }, false);
            }
        }
        Ok(())
    }

    /// The addresses that are not there yet, however they are spelled.
    fn take(&mut self, owner: &Owner, first_only: bool) {
        for email in owner.emails.iter().take(if first_only { 1 } else { usize::MAX }) {
            if self.seen.insert(fold(email)) {
                let cells = vec![owner.name.clone(), Value::text(email), owner.customer.clone()];
                self.rows.push(Row { id: owner.id, short: owner.short.clone(), cells });
            }
        }
    }

    fn grid(self) -> Grid {
        Grid {
            noun: "addresses".to_owned(),
            columns: vec![
                Column::new("name", "Name", "名称", Kind::Text),
                Column::new("email", "E-mail", "邮箱", Kind::Email),
                Column::new("customer", "Customer", "客户", Kind::Link("customer".into())),
            ],
            total: Total::Exactly(self.rows.len() as u64),
            rows: self.rows,
            totals: None,
        }
    }
}
