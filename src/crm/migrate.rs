//! An older database, brought up to date when it is opened.

use super::{
    conversion::{column_names, to_sql},
    search_rows,
};
use crate::{
    Result,
    message::Message,
    record::{
        Field, Kind, Schema,
        types::{self, Reading},
    },
    store::{self, Added, Database},
};

/// Makes or brings up to date the tables of these kinds; says which version they were, where they were older.
pub(super) fn bring_up_to_date(db: &mut dyn Database, schemas: &[Schema], reading: &Reading) -> Result<Option<i64>> {
    let declared: Vec<&Schema> = schemas.iter().collect();
    store::migrate(db, &declared, &mut |db, added| {
        let mut all = schemas.to_vec();
        crate::views::extend(db, &mut all)?;
        fill_defaults(db, &all, added, reading)?;
        for schema in all.iter().filter(|schema| added.searchable.contains(&schema.kind)) {
            search_rows::rewrite(db, schema)?;
        }
        all.iter().try_for_each(|schema| store::bounds_anew(db, schema))?;
        Ok(())
    })
}

/// What the person who opened it is told.
pub(super) fn brought_up_to_date(version: i64) -> Message {
    Message::new("Brought the tables of this database up to date: version {version} before, {known} now.")
        .with("version", version)
        .with("known", store::VERSION)
}

/// A field that must have a value, or is yes or no, has its default in the rows that were there before it.
fn fill_defaults(db: &mut dyn Database, schemas: &[Schema], added: &Added, reading: &Reading) -> Result<()> {
    for (kind, name) in &added.fields {
        let schema = schemas.iter().find(|schema| schema.kind == *kind);
        let settled = |field: &&Field| field.stored() && (field.required || field.kind == Kind::YesNo);
        let field = schema.and_then(|schema| schema.field(name)).filter(settled);
        let (Some(schema), Some(field)) = (schema, field) else { continue };
        let Some(default) = field.default.as_ref().filter(|_| field.kind.target().is_none()) else { continue };
        let mut cells = Vec::new();
        to_sql(field, &types::parse(&field.kind, default, reading)?, &mut cells);
        let sets: Vec<String> = column_names(field).iter().map(|column| format!("\"{column}\" = ?")).collect();
        db.execute(&format!("UPDATE \"{}\" SET {}", schema.table, sets.join(", ")), &cells)?;
    }
    Ok(())
}
