//! `Context`: what views and updates may look at and never change: theme, signs, language, size, clock, kinds of record.

use super::{
    canvas,
    glyphs::Glyphs,
    theme::{Depth, Ground, Theme},
};
use crate::{
    Error, Message, catalog,
    doors::{
        cell::{Audience, cell_text},
        language::{self, Language},
    },
    record::{Field, Grid, Kind, Schema, Value, types::Reading},
};
use ratatui::layout::Rect;
use std::{cell::Cell, path::PathBuf, sync::Arc};

/// Writes a grid as a file of the format that an ending names: `csv`, `json`, `md`.
pub type Exporter = fn(&Grid, &str, Language) -> crate::Result<Vec<u8>>;

/// What is given to every view and update.
pub struct Context {
    pub theme: Theme,
    /// Whether the terminal is light or dark; none where it does not say.
    pub ground: Option<Ground>,
    pub depth: Depth,
    pub glyphs: Glyphs,
    pub language: Language,
    /// The whole screen.
    pub screen: Rect,
    /// Clock, currency and region, as values are read with.
    pub reading: Reading,
    pub schemas: Vec<Arc<Schema>>,
    /// Who asks.
    pub user: Option<(i64, String)>,
    /// The database, as people call it.
    pub database: String,
    pub mouse: bool,
    pub exporter: Exporter,
    /// Where a file goes of which only the name is said.
    pub here: PathBuf,
    pub(super) numbers: Cell<u64>,
}

impl Context {
    /// A number that no page had before.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.numbers.set(self.numbers.get() + 1);
        self.numbers.get()
    }

    /// Where pages stand: between the two lines of the head and those of the foot, left of the notices.
    #[must_use]
    pub fn body(&self) -> Rect {
        let body = canvas::trimmed(self.screen, 2, if self.screen.height < 20 { 1 } else { 2 });
        Rect { width: body.width - self.rail().width, ..body }
    }

    /// Where notices stand beside every page, on very wide screens.
    #[must_use]
    pub fn rail(&self) -> Rect {
        let body = canvas::trimmed(self.screen, 2, if self.screen.height < 20 { 1 } else { 2 });
        if self.screen.width < 220 {
            return Rect { width: 0, ..body };
        }
        canvas::split(body, body.width - 48).1
    }

    #[must_use]
    pub fn is_chinese(&self) -> bool {
        self.language == Language::Chinese
    }

    /// A word of the screen in the reader's language.
    #[must_use]
    pub fn pick<'t>(&self, english: &'t str, chinese: &'t str) -> &'t str {
        if self.is_chinese() { chinese } else { english }
    }

    /// A sentence in the reader's language.
    #[must_use]
    pub fn say(&self, message: &Message) -> String {
        language::word(message, self.language)
    }

    /// An error as one line: what is wrong.
    #[must_use]
    pub fn fault(&self, error: &Error) -> String {
        let about = error.about.as_ref().map(|about| format!("{}: ", self.say(about))).unwrap_or_default();
        about + &self.say(&error.message)
    }

    #[must_use]
    pub fn label<'f>(&self, field: &'f Field) -> &'f str {
        if self.is_chinese() && !field.label_zh.is_empty() { &field.label_zh } else { &field.label }
    }

    /// What one record of a kind is called.
    #[must_use]
    pub fn noun(&self, kind: &str) -> String {
        let chinese = catalog::entry(kind).map_or("", |entry| entry.noun_zh);
        if self.is_chinese() && !chinese.is_empty() { chinese.to_owned() } else { kind.replace('_', " ") }
    }

    /// What many records of a kind are called, as a title.
    #[must_use]
    pub fn nouns(&self, schema: &Schema) -> String {
        if self.is_chinese() {
            return self.noun(schema.kind);
        }
        let mut letters = schema.table.replace('_', " ").chars().collect::<Vec<_>>().into_iter();
        letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
    }

    #[must_use]
    pub fn schema(&self, kind: &str) -> Option<Arc<Schema>> {
        self.schemas.iter().find(|schema| schema.kind == kind).cloned()
    }

    /// A value as a person reads it; instants in the local time.
    #[must_use]
    pub fn value(&self, kind: &Kind, value: &Value) -> String {
        // What begins with the day has no hour.
        if let (Kind::Timestamp, Value::Text(text)) = (kind, value) {
            let told = self.instant(text);
            return told.strip_suffix(" 00:00").map_or(told.clone(), str::to_owned);
        }
        let audience = if self.is_chinese() { Audience::Chinese } else { Audience::English };
        cell_text(kind, value, audience).into_owned()
    }

    /// An instant in the local time; what is none stays as it is.
    #[must_use]
    pub fn instant(&self, text: &str) -> String {
        let zone = self.reading.clock.zone().clone();
        let read = text.parse::<jiff::Timestamp>();
        read.map_or_else(|_| text.to_owned(), |at| at.to_zoned(zone).strftime("%Y-%m-%d %H:%M").to_string())
    }
}
