//! What people add to the program itself: custom fields and saved views.

pub(crate) mod custom_field;
mod naming;
pub(crate) mod saved_view;

pub(crate) use custom_field::is_taken;
pub use custom_field::{CustomField, KINDS as FIELD_KINDS};
pub use saved_view::{Arrangement, SavedView};

use crate::{Result, record::Schema, store::Database};

/// Gives the schemas what a database adds to them: its custom fields, and its own nodes of qualification.
pub(crate) fn extend(db: &mut dyn Database, schemas: &mut [Schema]) -> Result<()> {
    custom_field::extend(db, schemas)?;
    crate::customers::node::extend(db, schemas)
}
