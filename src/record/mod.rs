//! What a record is: its schema, kinds of value, filter language, grids, changes and verbs.

mod declare;
mod draft;
mod fields;
pub mod filter;
mod grid;
mod kind;
pub(crate) mod labels;
mod length;
mod schema;
pub mod types;
mod value;
mod verb;

pub(crate) use declare::record;
pub use declare::{Id, Named, Record};
pub use draft::{Draft, Origin, Values};
pub use fields::Fields;
pub use grid::{Column, Grid, Row, Total};
pub use kind::{Choice, Kind};
pub use length::MOST_ITEMS;
pub use schema::{Bounds, End, Field, Schema, Summary, SummaryKey};
pub use value::{Currency, Link, Money, Value, decimal_text};
pub use verb::{Ask, Verb};
