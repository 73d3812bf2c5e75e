//! vCards 2.1, 3.0 and 4.0: people as address books exchange them, read as rows of a table and written.
//!
//! Lines are unfolded as bytes, since many programs fold within a character, and read one card at a time. A parser from
//! elsewhere (`calcard`) wants the whole as text that is unfolded by characters, and brings the time zones of the world.

mod cards;
mod people;
mod property;
mod write;

pub use write::{Version, write_page};

use super::{
    encoding::Found,
    formats::{Format, RowSource, Wishes},
    layout::Layout,
    source::{Source, about},
};
use crate::Result;
use people::People;
use serde_json::{Value, json};
use std::sync::Arc;

/// Cards, and how their text is written.
#[derive(Debug, Clone)]
struct VCard {
    found: Found,
    headings: Vec<String>,
}

/// A file that begins with a card, or calls itself one.
pub(super) fn look(source: &Source, head: &[u8], wishes: &Wishes<'_>) -> Result<Option<Layout>> {
    if !begins(head) && !named(source) {
        return Ok(None);
    }
    let found = Found::look_at_cards(source, wishes.encoding)?;
    let headings = people::headings(source, found)?;
    if headings.is_empty() {
        return Err(about("{file} holds no vCards.", &source.name));
    }
    Ok(Some(Layout::of_records(Arc::new(VCard { found, headings: headings.clone() }), headings)))
}

/// Whether a text is vCards by its first line, in any encoding.
fn begins(head: &[u8]) -> bool {
    let signs = head.iter().filter(|byte| !matches!(byte, 0 | 0xEF | 0xBB | 0xBF | 0xFF | 0xFE));
    let start: Vec<u8> = signs.skip_while(|byte| byte.is_ascii_whitespace()).take(11).copied().collect();
    start.eq_ignore_ascii_case(b"BEGIN:VCARD")
}

/// Whether a file calls itself so.
fn named(source: &Source) -> bool {
    let ending = std::path::Path::new(&source.name).extension().and_then(|ending| ending.to_str());
    ending.is_some_and(|ending| ["vcf", "vcard"].iter().any(|known| ending.eq_ignore_ascii_case(known)))
}

impl Format for VCard {
    fn name(&self) -> &'static str {
        "vcard"
    }

    fn kind(&self) -> Option<&'static str> {
        Some("contact")
    }

    fn facts(&self) -> Vec<(&'static str, Value)> {
        vec![("encoding", json!(self.found.name())), ("bom", json!(self.found.bom > 0))]
    }

    fn words(&self) -> Vec<(&'static str, String)> {
        vec![("encoding", self.found.words())]
    }

    fn rows(&self, source: &Source) -> Result<Box<dyn RowSource>> {
        Ok(Box::new(People::open(source, self.found, self.headings.clone())?))
    }
}
