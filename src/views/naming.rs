//! What names fields of other kinds: rules, and gates of stages. A field that they name stays.

use crate::{
    Result, catalog,
    crm::Crm,
    error::{Cause, Error},
    message::Message,
    record::{Draft, Origin},
};

/// A record by its kind and number.
type Naming = (&'static str, i64);

/// The records that name what is no field, as the fields are now.
pub(super) fn broken(crm: &mut Crm) -> Result<Vec<Naming>> {
    let mut found = Vec::new();
    for entry in catalog::ENTRIES.iter().filter(|entry| entry.names_fields) {
        let sql = format!("SELECT id FROM \"{}\" WHERE deleted_at IS NULL ORDER BY id", entry.table);
        for id in crm.numbers(&sql, &[])? {
            let record = crm.record(entry.kind, id)?;
            let (schema, stored) = (record.schema.clone(), record.values);
            let mut draft =
                Draft { schema, id: Some(id), stored, values: Vec::new(), removing: false, origin: Origin::Person };
            match (entry.check)(crm, &mut draft) {
                Err(error) if matches!(error.cause, Cause::Storage | Cause::Busy | Cause::Interrupted) => {
                    return Err(error);
                }
                Err(_) => found.push((entry.kind, id)),
                Ok(()) => {}
            }
        }
    }
    Ok(found)
}

/// Refuses what a field's going would break that was whole before.
pub(super) fn refuse_needed(crm: &mut Crm, field: &str, before: &[Naming]) -> Result<()> {
    crm.reload_fields()?;
    let Some((kind, id)) = broken(crm)?.into_iter().find(|record| !before.contains(record)) else { return Ok(()) };
    let (short, title) = (crm.schema(kind)?.short(id), crm.title(kind, id)?);
    let message = Message::new("{record} {title} names the field {name}, so it stays.");
    let message = message.with("record", &short).with("title", title).with("name", field);
    let hint = Message::new("kehu {kind} show {record}").with("kind", kind).with("record", short);
    Err(Error::new(Cause::Refused, message).hint(hint))
}
