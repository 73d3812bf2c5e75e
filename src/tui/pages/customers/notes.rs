//! `Notes`: what was written of one customer and is not in the database yet.

use crate::tui::{context::Context, widgets::Input};
use serde_json::Value as Json;
use std::collections::VecDeque;

/// What stands in the line, what is being written down, and what could not be.
#[derive(Debug, Default)]
pub struct Notes {
    pub input: Input,
    pub saving: Vec<String>,
    /// What came back while something else stood in the line.
    back: VecDeque<String>,
    /// What stands in the line is from an earlier time.
    pub taken_up: bool,
}

impl Notes {
    /// Under which key a draft of it is kept.
    pub fn key(context: &Context, customer: i64) -> String {
        let short = context.schema("customer").map_or_else(String::new, |schema| schema.short(customer));
        format!("note {short}")
    }

    fn is_empty(&self) -> bool {
        self.input.is_empty() && self.saving.is_empty() && self.back.is_empty()
    }

    /// Takes the text out of the line to write it down; what is typed from now on is another note.
    pub fn take(&mut self) -> String {
        let text = std::mem::take(&mut self.input).text();
        self.taken_up = false;
        self.saving.push(text.clone());
        text
    }

    /// A text is in the database.
    pub fn written(&mut self, text: &str) {
        match self.saving.iter().position(|known| known == text) {
            Some(place) => drop(self.saving.remove(place)),
            // The same customer's page, opened anew meanwhile, took it up from the draft.
            None if self.input.text() == text => self.input = Input::default(),
            None => self.back.retain(|known| known != text),
        }
        self.go_on();
    }

    /// A text could not be written down: it comes back into the line, behind what is being typed there.
    pub fn failed(&mut self, text: &str) {
        if let Some(place) = self.saving.iter().position(|known| known == text) {
            self.back.push_front(self.saving.remove(place));
        }
        self.go_on();
    }

    /// What came back stands in the line, once nothing else does.
    pub fn go_on(&mut self) {
        if self.input.is_empty()
            && let Some(text) = self.back.pop_front()
        {
            self.input = Input::new(&text);
            self.taken_up = true;
        }
    }

    /// How many wait behind the one that stands in the line.
    pub fn behind(&self) -> usize {
        self.back.len()
    }

    /// Takes up what an earlier session left, where nothing else was begun.
    pub fn take_up(&mut self, draft: &Json) {
        if self.is_empty() {
            let texts = draft.as_array().into_iter().flatten().filter_map(Json::as_str);
            self.back.extend(texts.map(str::to_owned));
            self.go_on();
        }
    }

    /// Everything that is not in the database; null where there is nothing.
    pub fn as_json(&self) -> Json {
        let line = self.input.text();
        let texts = self.saving.iter().chain(&self.back).chain(Some(&line));
        let texts: Vec<Json> = texts.filter(|text| !text.trim().is_empty()).map(|text| text.as_str().into()).collect();
        if texts.is_empty() { Json::Null } else { Json::Array(texts) }
    }
}
