//! Files in and out: reading delimited text as users have it, and mapping its headings to fields.

mod encoding;
mod guess;
mod inspect;
mod layout;
mod records;
mod row;
mod rows;
mod sniff;
mod source;

pub use encoding::Found;
pub use inspect::{Inspection, inspect, inspect_source};
pub use layout::Layout;
pub use records::Records;
pub use row::{Problem, Row};
pub use sniff::Dialect;
pub use source::Source;
