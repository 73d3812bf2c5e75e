//! Files in and out: reading tables of several formats as users have them, and mapping their headings to fields.

mod calendar;
mod encoding;
mod export;
mod form;
mod formats;
mod guess;
mod headings;
pub mod import;
mod inspect;
mod layout;
mod letter;
mod mapping;
mod names;
mod overrides;
mod records;
mod row;
mod rows;
mod sniff;
mod source;
mod target;
mod vcard;

pub use calendar::Calendar;
pub use export::Export;
pub use form::{Formed, Pairs, form_values, forms, posted};
pub use formats::{Format, RowSource, Table, Wishes};
pub use headings::{Headings, PeopleRows, Product};
pub use inspect::{Inspection, inspect, inspect_layout, inspect_source};
pub use layout::Layout;
pub use letter::Letter;
pub use mapping::{Column, Fate, Mapping, People, Replacement};
pub use names::{full_address, full_name};
pub use records::Records;
pub use row::{Problem, Row};
pub use source::Source;
pub use target::{Part, Target};
pub use vcard::{Version as CardVersion, write_page as write_cards};
