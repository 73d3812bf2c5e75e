//! Saved views: a filter, columns and an order under a name, shared by the command line and the dashboard.

use crate::{
    Result,
    crm::{Crm, Query, Sort},
    error::{Cause, Error},
    message::Message,
    record::{Draft, Value, filter, record},
};

record! {
    /// A list under a name: filter, columns and order.
    pub struct SavedView in "saved_views" as "VW" called "view" {
        /// Name to call it by
        name: String [title, list],
        /// The kind of record it lists
        record_kind: String [index, list],
        /// Which records, in the filter language
        filter: Option<String> [list],
        /// Which fields, with commas
        columns: Option<String> [list],
        /// In which order
        sort: Option<String> [list],
    }
}

/// A view's parts must be readable by the kind that it lists, and its name be the only one.
pub(crate) fn check(crm: &mut Crm, draft: &mut Draft) -> Result<()> {
    let kind = draft.get("record_kind").as_text().unwrap_or_default().to_owned();
    let schema = crm.schema(&kind)?;
    draft.set("record_kind", Value::text(schema.kind));
    let word = |name: &str| draft.get(name).as_text().unwrap_or_default().to_owned();
    let query = query(schema.kind, &word("filter"), &word("columns"), &word("sort"))?;
    crm.total(&query)?;
    crm.list(&Query { limit: Some(1), ..query })?;
    let renamed = |name: &Value| draft.before("name").as_text() != name.as_text();
    let named = draft.is_new() || draft.changed("name").is_some_and(renamed);
    if named && crm.view(schema.kind, &word("name")).is_ok() {
        return Err(Error::new(
            Cause::Conflict,
            Message::new("There is a view {name} of {kind} already.")
                .with("name", word("name"))
                .with("kind", schema.kind),
        )
        .on_field("name"));
    }
    Ok(())
}

fn query(kind: &str, condition: &str, columns: &str, sort: &str) -> Result<Query> {
    let names = columns.split(',').map(str::trim).filter(|name| !name.is_empty());
    Ok(Query {
        filter: filter::parse(condition)?,
        columns: names.map(str::to_owned).collect(),
        sort: Sort::parse(sort),
        ..Query::new(kind)
    })
}

impl Crm {
    /// The list that a saved view stands for.
    ///
    /// # Errors
    /// [`Cause::NotFound`] when the kind has no view of that name.
    pub fn view(&mut self, kind: &str, name: &str) -> Result<Query> {
        let schema = self.schema("view")?;
        for id in self.candidates(&schema, name, false)? {
            let entry = self.record("view", id)?;
            let word = |field: &str| entry.value(field).as_text().unwrap_or_default().to_owned();
            if word("record_kind") == kind && !entry.is_deleted() {
                return query(kind, &word("filter"), &word("columns"), &word("sort"));
            }
        }
        Err(Error::new(
            Cause::NotFound,
            Message::new("There is no view {name} of {kind}.").with("name", name).with("kind", kind),
        )
        .hint(Message::new("kehu view list")))
    }
}
