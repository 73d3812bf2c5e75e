//! Survey: what customers are asked after a solution, how long after it, and in which language.

use crate::{
    Result,
    crm::{Crm, Query, Sort},
    error::Error,
    message::Message,
    record::{
        Draft, Id, filter, record,
        types::{LongText, Open},
    },
    tickets::Queue,
};

record! {
    /// What customers are asked after a solution; nobody is asked while there is none.
    pub struct Survey in "surveys" as "SU" called "survey" {
        /// Subject of the message; {ticket}, {subject} and {name} stand for what they say
        subject: String [title, list],
        /// Language it is written in, such as en or zh; any when empty
        language: Option<Open> [list],
        /// The queue whose customers are asked so; all when empty
        queue: Option<Id<Queue>> [list],
        /// How many hours after the solution they are asked
        hours: i64 [default("24"), min("0"), max("8760"), list],
        /// For how many days after the solution they may still be asked
        days: i64 [default("14"), min("1"), max("3650")],
        /// Whether it is used
        active: bool [default("yes"), list],
        /// What they are asked; {token} stands for the word by which the answer is known again
        text: LongText,
    }
}

/// Without a word to know the answer by, nobody could tell whose it is.
pub(crate) fn check(_: &mut Crm, draft: &mut Draft) -> Result<()> {
    let text = draft.get("text");
    let Some(text) = text.as_text().filter(|_| !draft.deleted()) else { return Ok(()) };
    if text.contains("{token}") {
        return Ok(());
    }
    let message = Message::new("The text names no {token}, by which an answer would be known again.");
    Err(Error::bad_value(message.with("token", "{token}")).on_field("text"))
}

impl Crm {
    /// The surveys that are used.
    pub(super) fn surveys(&mut self) -> Result<Vec<Survey>> {
        let query = Query { filter: filter::parse("active=yes")?, sort: Sort::parse("id"), ..Query::new("survey") };
        self.matching(&query)?.into_iter().map(|id| self.get(Id::new(id))).collect()
    }
}

impl Survey {
    /// How well it fits a ticket of that queue in that language; not at all where it is for others.
    pub(super) fn fits(&self, queue: Option<i64>, language: &str) -> Option<u8> {
        let of_queue = match &self.queue {
            Some(own) if Some(own.number) != queue => return None,
            own => u8::from(own.is_some()),
        };
        let spoken = match &self.language {
            Some(own) if tongue(own) == language => 4,
            Some(_) => 0,
            None => 2,
        };
        Some(spoken + of_queue)
    }
}

/// The two letters of a language for what people call it: `zh-CN`, `中文`, `Chinese`, `英语`.
pub(crate) fn tongue(word: &str) -> String {
    let small = word.trim().to_lowercase();
    match small.split(['-', '_', '.']).next().unwrap_or_default() {
        "zh" | "cn" | "chinese" | "mandarin" => "zh".to_owned(),
        "en" | "english" => "en".to_owned(),
        _ if small.contains('中') || small.contains('汉') => "zh".to_owned(),
        _ if small.contains('英') => "en".to_owned(),
        other => other.chars().take(2).collect(),
    }
}

/// The language that a text is written in, as far as these two go.
pub(crate) fn written_in(text: &str) -> &'static str {
    if text.chars().any(|letter| ('\u{4e00}'..='\u{9fff}').contains(&letter)) { "zh" } else { "en" }
}

#[cfg(test)]
mod tests {
    use super::{tongue, written_in};

    #[test]
    fn a_language_is_known_by_any_of_its_names() {
        for (word, is) in
            [("zh-CN", "zh"), ("中文", "zh"), ("Chinese", "zh"), ("EN_us", "en"), ("英语", "en"), ("Deutsch", "de")]
        {
            assert_eq!(tongue(word), is, "{word}");
        }
        assert_eq!([written_in("屏幕不亮"), written_in("no picture")], ["zh", "en"]);
    }
}
