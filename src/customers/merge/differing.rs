//! What makes it doubtful that records are one: another tax number, another company.

use crate::{
    crm::Entry,
    record::{Field, Kind, types},
};

/// A field of which no record can have two values, and that has several among those that are merged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Differing {
    pub field: String,
    /// Nobody else has the same value: two values are probably two who are real.
    pub unique: bool,
    /// Each record that has a value, with it: links by ref and title.
    pub values: Vec<(i64, String)>,
}

/// Where the records contradict each other.
pub(super) fn among(winner: &Entry, losers: &[Entry]) -> Vec<Differing> {
    let telling = |field: &&Field| {
        let alone = field.unique || field.child && matches!(field.kind, Kind::Link(_));
        alone && field.writable() && !field.automatic && !field.kind.is_list()
    };
    let mut found = Vec::new();
    for field in winner.schema.fields.iter().filter(telling) {
        let records = std::iter::once(winner).chain(losers).filter(|entry| !entry.value(&field.name).is_empty());
        let values: Vec<_> = records.map(|entry| (entry.id, entry.value(&field.name))).collect();
        if values.iter().any(|(_, value)| !value.same(&values[0].1)) {
            let shown = |value| match value {
                crate::record::Value::Link(link) => format!("{} {}", link.short(), link.title),
                value => types::show(&field.kind, &value),
            };
            let values = values.into_iter().map(|(id, value)| (id, shown(value))).collect();
            found.push(Differing { field: field.name.to_string(), unique: field.unique, values });
        }
    }
    found
}
