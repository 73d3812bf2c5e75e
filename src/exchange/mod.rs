//! Files in and out: reading delimited text as users have it, and mapping its headings to fields.

mod calendar;
mod encoding;
mod export;
mod guess;
mod headings;
pub mod import;
mod inspect;
mod layout;
mod mapping;
mod names;
mod overrides;
mod records;
mod row;
mod rows;
mod sniff;
mod source;
mod target;

pub use calendar::Calendar;
pub use encoding::Found;
pub use export::Export;
pub use headings::{Headings, PeopleRows, Product};
pub use inspect::{Inspection, inspect, inspect_layout, inspect_source};
pub use layout::Layout;
pub use mapping::{Column, Fate, Mapping, People, Replacement};
pub use names::{full_address, full_name};
pub use records::Records;
pub use row::{Problem, Row};
pub use sniff::Dialect;
pub use source::Source;
pub use target::{Part, Target};
