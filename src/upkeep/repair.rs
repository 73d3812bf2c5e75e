//! `repair`: puts right what the store can put right by itself.

use crate::error::Result;
use crate::message::Message;
use crate::record::Schema;
use crate::store::{
    Database, bounds_anew, missing_shared, missing_triggers, refresh_shared, refresh_triggers, sum_anew, wrong_bounds,
    wrong_sums,
};

/// Makes triggers and keys anew and ends an unfinished operation; stands inside a transaction. Says what it did.
/// Search text is the engine's to write.
pub fn repair(db: &mut dyn Database, schemas: &[&Schema]) -> Result<Vec<Message>> {
    let mut done = Vec::new();
    if db.execute("DELETE FROM current_operation", &[])? + db.execute("DELETE FROM bulk", &[])? > 0 {
        done.push(Message::new("Ended an unfinished operation."));
    }
    if !missing_shared(db)?.is_empty() {
        refresh_shared(db)?;
        done.push(Message::new("Made the triggers of {table} anew.").with("table", "change"));
    }
    for schema in schemas {
        if !missing_triggers(db, schema)?.is_empty() {
            refresh_triggers(db, &[schema])?;
            done.push(Message::new("Made the triggers of {table} anew.").with("table", schema.table));
        }
        let folded = fold_keys(db, schema)?;
        if folded > 0 {
            let message = Message::new("Folded {count} keys of {table} anew.");
            done.push(message.with("count", folded).with("table", schema.table));
        }
        if wrong_sums(db, schema)? > 0 {
            sum_anew(db, schema)?;
            done.push(Message::new("Counted the sums over {table} anew.").with("table", schema.table));
        }
        if wrong_bounds(db, schema)? > 0 {
            bounds_anew(db, schema)?;
            done.push(Message::new("Read the first and last times of {table} anew.").with("table", schema.table));
        }
        if schema.kind == "attachment" {
            done.extend(super::contents::mend(db, schema)?);
        }
    }
    Ok(done)
}

fn fold_keys(db: &mut dyn Database, schema: &Schema) -> Result<u64> {
    let mut folded = 0;
    for field in schema.fields.iter().filter(|field| field.has_key()) {
        let name = &field.name;
        let fold = db.dialect().fold(&format!("\"{name}\""));
        let table = schema.table;
        folded += db.execute(
            &format!("UPDATE {table} SET \"{name}_key\" = {fold} WHERE \"{name}_key\" IS DISTINCT FROM {fold}"),
            &[],
        )?;
    }
    Ok(folded)
}
