//! vCards 2.1, 3.0 and 4.0: people as address books exchange them, read as rows of a table and written.
//!
//! Lines are unfolded as bytes, since many programs fold within a character, and read one card at a time. A parser from
//! elsewhere (`calcard`) wants the whole as text that is unfolded by characters, and brings the time zones of the world.

mod cards;
mod people;
mod property;
mod write;

pub(super) use people::People;
pub use write::{Version, write_page};

use super::{
    encoding::Found,
    layout::Layout,
    sniff::Dialect,
    source::{Source, about},
};
use crate::Result;

/// Whether a text is vCards by its first line.
#[must_use]
pub(super) fn begins(text: &[u8]) -> bool {
    let text = text.trim_ascii_start();
    text.get(..11).is_some_and(|start| start.eq_ignore_ascii_case(b"BEGIN:VCARD"))
}

/// Whether a file calls itself so.
pub(super) fn named(source: &Source) -> bool {
    let ending = std::path::Path::new(&source.name).extension().and_then(|ending| ending.to_str());
    ending.is_some_and(|ending| ["vcf", "vcard"].iter().any(|known| ending.eq_ignore_ascii_case(known)))
}

/// What the cards of a file say, as the headings of a table; reads all of them.
pub(super) fn look(source: &Source, found: Found) -> Result<Layout> {
    let headings = people::headings(source, found)?;
    if headings.is_empty() {
        return Err(about("{file} holds no vCards.", &source.name));
    }
    let dialect = Dialect::new(b',', b'"', false, b'\n');
    Ok(Layout { found, dialect, heading_line: 1, headings, skipped_before: Vec::new(), cards: true })
}
