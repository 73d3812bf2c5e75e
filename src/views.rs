//! What people add to the program itself: custom fields and saved views.

pub(crate) mod custom_field;
pub(crate) mod saved_view;

pub use custom_field::{CustomField, KINDS as FIELD_KINDS};
pub(crate) use custom_field::{extend, is_taken};
pub use saved_view::SavedView;
