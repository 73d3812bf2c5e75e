//! How long what people write may be: one limit for both databases, checked wherever a value is written.

use super::{Field, Kind, Value};
use crate::{
    error::{Error, Result},
    message::Message,
};

/// Characters of a name, a word, an address: whatever is on one line.
const SHORT: usize = 1_000;
/// Bytes of what has an index: PostgreSQL's take no more than 2,700 in all.
const INDEXED: usize = 2_000;
/// Bytes of a text of several lines; what is longer is a file.
const LONG: usize = 1 << 20;
/// Values of a list.
pub const MOST_ITEMS: usize = 1_000;

impl Field {
    /// Refuses text that is longer than either database could keep and find, a NUL in it, and endless lists.
    ///
    /// # Errors
    /// Names the field, the length and the limit.
    pub fn of_fitting_length(&self, value: &Value) -> Result<()> {
        match value {
            Value::Text(text) => self.text_fits(text),
            Value::List(items) if items.len() > MOST_ITEMS => Err(too_many_items().on_field(&*self.name)),
            Value::List(items) => items.iter().filter_map(Value::as_text).try_for_each(|text| self.text_fits(text)),
            _ => Ok(()),
        }
    }

    fn text_fits(&self, text: &str) -> Result<()> {
        let (name, value) = (&self.name, text);
        if text.as_bytes().contains(&0) {
            let message = Message::new("{field} holds a NUL character, which cannot be kept.");
            return Err(Error::bad_value(message.with("field", name)).on_field(&**name));
        }
        if text.len() <= SHORT {
            return Ok(());
        }
        let (length, limit, message) = if self.kind == Kind::LongText {
            (text.len(), LONG, Message::new("{field} has {length} bytes, and {limit} are the most: {value}"))
        } else if text.chars().count() > SHORT {
            let message = Message::new("{field} has {length} characters, and {limit} are the most: {value}");
            (text.chars().count(), SHORT, message)
        } else if self.has_index() {
            (text.len(), INDEXED, Message::new("{field} has {length} bytes, and {limit} are the most: {value}"))
        } else {
            return Ok(());
        };
        if length <= limit {
            return Ok(());
        }
        let message = message.with("field", name).with("length", length).with("limit", limit).with("value", value);
        Err(Error::bad_value(message).on_field(&**name))
    }

    /// Whether its values stand in an index; those of a list always do.
    fn has_index(&self) -> bool {
        let own = self.index || self.unique || self.matching || self.title;
        own || self.kind.is_list() || self.then.is_some() || self.together.is_some() || self.also.is_some()
    }
}

/// The sentence for a list without end.
pub(super) fn too_many_items() -> Error {
    Error::bad_value(
        Message::new("A list has {limit} values at most, and this one has more.").with("limit", MOST_ITEMS),
    )
}
