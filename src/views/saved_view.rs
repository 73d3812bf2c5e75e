//! Saved views: a filter, columns and an order under a name, and how somebody likes a report; shared by the command line
//! and the dashboard.

use crate::{
    Result, catalog,
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
        /// What is answered to a report's questions, as JSON
        parameters: Option<String>,
    }
}

/// A view of a report is of this kind, with the report's name behind it.
const REPORT: &str = "report ";

/// How somebody likes a report: what is answered to its questions, and which columns.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Arrangement {
    pub answers: Vec<(String, String)>,
    pub columns: Option<String>,
}

/// A view's parts must be readable by the kind that it lists, and its name be the only one.
pub(crate) fn check(crm: &mut Crm, draft: &mut Draft) -> Result<()> {
    let kind = draft.get("record_kind").as_text().unwrap_or_default().to_owned();
    if kind.strip_prefix(REPORT).is_some_and(|name| catalog::report(name).is_some()) {
        return Ok(());
    }
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

    /// Keeps how the person who asks likes a report, in place of what they kept under that name.
    ///
    /// # Errors
    /// Storage faults.
    pub fn keep_arrangement(&mut self, report: &str, name: &str, liked: &Arrangement) -> Result<i64> {
        let answers: serde_json::Map<String, serde_json::Value> =
            liked.answers.iter().map(|(name, text)| (name.clone(), text.clone().into())).collect();
        let view = SavedView {
            name: name.to_owned(),
            record_kind: format!("{REPORT}{report}"),
            columns: liked.columns.clone(),
            parameters: Some(serde_json::Value::Object(answers).to_string()),
            ..SavedView::default()
        };
        self.transaction(&format!("Keep the {report} report as {name}"), |crm| {
            let me = crm.actor().map(|(id, _)| id);
            match crm.arrangements(report, name)?.into_iter().find(|(_, maker)| *maker == me) {
                None => crm.insert(&view).map(|id| id.number),
                Some((id, _)) => {
                    let values = [("columns", &view.columns), ("parameters", &view.parameters)];
                    let value = |text: &Option<String>| text.as_ref().map_or(Value::Null, Value::text);
                    let values = values.map(|(name, text)| (name.to_owned(), value(text)));
                    crm.change("view", id, values.into(), None).map(|_| id)
                }
            }
        })
    }

    /// How a report is liked under that name: by the person who asks, else by anybody.
    ///
    /// # Errors
    /// [`Cause::NotFound`] when nobody kept it under that name.
    pub fn arrangement(&mut self, report: &str, name: &str) -> Result<Arrangement> {
        let me = self.actor().map(|(id, _)| id);
        let kept = self.arrangements(report, name)?;
        let Some((id, _)) = kept.iter().find(|(_, maker)| *maker == me).or(kept.first()) else {
            let message = Message::new("There is no view {name} of {kind}.").with("name", name);
            return Err(Error::new(Cause::NotFound, message.with("kind", format!("{REPORT}{report}")))
                .hint(Message::new("kehu view list")));
        };
        let entry = self.record("view", *id)?;
        let text = entry.value("parameters").as_text().unwrap_or("{}").to_owned();
        let object: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&text).unwrap_or_default();
        let answers = object.into_iter().filter_map(|(name, value)| Some((name, value.as_str()?.to_owned())));
        Ok(Arrangement { answers: answers.collect(), columns: entry.value("columns").as_text().map(str::to_owned) })
    }

    /// The views of a report under that name, with who made them.
    fn arrangements(&mut self, report: &str, name: &str) -> Result<Vec<(i64, Option<i64>)>> {
        let schema = self.schema("view")?;
        let mut found = Vec::new();
        for id in self.candidates(&schema, name, false)? {
            let entry = self.record("view", id)?;
            let kind = entry.value("record_kind");
            if kind.as_text().and_then(|kind| kind.strip_prefix(REPORT)) == Some(report) && !entry.is_deleted() {
                found.push((id, entry.value("created_by").as_integer()));
            }
        }
        Ok(found)
    }
}
