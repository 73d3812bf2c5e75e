//! What a record is: its schema, kinds of value, filter language, grids, changes and verbs.

pub mod filter;
mod grid;
mod kind;
mod schema;
pub mod types;
mod value;

pub use grid::{Column, Grid, Row, Total};
pub use kind::{Choice, Kind};
pub use schema::{Field, Schema};
pub use value::{Currency, Link, Money, Value, decimal_text};
