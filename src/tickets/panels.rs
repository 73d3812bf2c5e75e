//! Tickets on the pages of others, and what was said and is to be done on their own.

use crate::{
    Result,
    catalog::{Hold, Panel},
    crm::{Crm, Query, Sort},
    record::{Grid, filter},
};

/// What a customer waits for just now, on its page.
pub(crate) const OPEN: Panel = Panel {
    of: "customer",
    key: "open_tickets",
    title: "Open tickets",
    title_zh: "未解决工单",
    grid: open_of_customer,
};

/// What was said in a ticket, in order.
pub(crate) const CONVERSATION: Panel =
    Panel { of: "ticket", key: "conversation", title: "Conversation", title_zh: "往来", grid: conversation };

/// What is to be done for a ticket.
pub(crate) const CHECKLIST: Panel =
    Panel { of: "ticket", key: "ticket_steps", title: "Checklist", title_zh: "清单", grid: checklist };

/// The cases of a problem, and what followed or was split from a ticket.
pub(crate) const INCIDENTS: Panel =
    Panel { of: "ticket", key: "linked_tickets", title: "Linked tickets", title_zh: "相关工单", grid: linked };

/// Whoever waits for an answer is not left alone.
pub(crate) const HOLD: Hold = Hold {
    key: "open-ticket",
    label: "A ticket is open",
    label_zh: "有未解决工单",
    sql: "EXISTS (SELECT 1 FROM tickets k WHERE k.customer = c.id AND k.deleted_at IS NULL \
          AND k.status NOT IN ('resolved', 'closed'))",
    waivable: false,
};

fn listed(
    crm: &mut Crm,
    kind: &'static str,
    condition: &str,
    columns: &[&str],
    sort: &str,
    limit: Option<u64>,
) -> Result<Grid> {
    let query = Query {
        filter: filter::parse(condition)?,
        columns: columns.iter().map(|name| (*name).to_owned()).collect(),
        sort: Sort::parse(sort),
        limit,
        ..Query::new(kind)
    };
    crm.list(&query)
}

fn open_of_customer(crm: &mut Crm, customer: i64, limit: Option<u64>) -> Result<Grid> {
    let condition = format!("customer=C{customer} status=new,open,pending,on_hold");
    listed(crm, "ticket", &condition, &["subject", "status", "priority", "owner", "received"], "received,id", limit)
}

fn conversation(crm: &mut Crm, ticket: i64, _: Option<u64>) -> Result<Grid> {
    let columns = ["at", "direction", "said_by", "body", "minutes", "files"];
    listed(crm, "ticket_message", &format!("ticket=T{ticket}"), &columns, "at,id", None)
}

fn checklist(crm: &mut Crm, ticket: i64, limit: Option<u64>) -> Result<Grid> {
    listed(crm, "ticket_step", &format!("ticket=T{ticket}"), &["name", "done", "done_by"], "position,id", limit)
}

fn linked(crm: &mut Crm, ticket: i64, limit: Option<u64>) -> Result<Grid> {
    let mut others = vec![format!("parent=T{ticket}"), format!("follows=T{ticket}")];
    let entry = crm.record("ticket", ticket)?;
    for field in ["parent", "follows"] {
        others.extend(entry.value(field).as_integer().map(|id| format!("id={id}")));
    }
    let columns = ["subject", "status", "owner", "parent", "follows"];
    listed(crm, "ticket", &others.join(" or "), &columns, "id", limit)
}
