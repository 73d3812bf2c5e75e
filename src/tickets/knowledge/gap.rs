//! Gaps: what was looked for in the knowledge base and is not in it.

use crate::{
    Result,
    crm::{Crm, integer},
    error::{Cause, Error},
    message::Message,
    record::{Draft, Origin, Value, record, types::fold},
    store::Sql,
};
use jiff::Timestamp;

record! {
    /// Words that somebody looked for in the knowledge base in vain; written by the program.
    pub struct ArticleMiss in "article_misses" as "AM" called "article_miss" {
        /// What was looked for
        words: String [title, list],
        /// How often
        times: i64 [list],
        /// When it was looked for last
        last: Timestamp [list],
    }
}

/// The door of what is only noted on the way: whoever undoes their latest work means no such note.
pub(crate) const PASSING: &str = "passing";

/// More than this is no search but a text.
const LONGEST: usize = 120;

pub(crate) fn check(_: &mut Crm, draft: &mut Draft) -> Result<()> {
    let restored = draft.values.iter().any(|(name, _)| name == "deleted_at");
    if draft.deleted() || restored || draft.origin == Origin::Export {
        return Ok(());
    }
    Err(Error::new(Cause::Refused, Message::new("What was looked for in vain is written by the program, not by hand."))
        .hint(Message::new("kehu report knowledge-gaps")))
}

impl Crm {
    /// Writes down that nothing was found; who cannot write just now searches all the same.
    pub(super) fn note_miss(&mut self, words: &str) -> Result<()> {
        let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
        // Signs alone are no words that an article could lack.
        if !words.contains(char::is_alphanumeric) || words.chars().count() > LONGEST || self.is_dry_run() {
            return Ok(());
        }
        let done = self.through_door(PASSING, |crm| {
            crm.transaction(&format!("Look for \"{words}\" in vain"), |crm| crm.count_miss(&words))
        });
        match done {
            Err(error) if matches!(error.cause, Cause::Busy | Cause::Storage | Cause::NotAllowed) => Ok(()),
            done => done,
        }
    }

    fn count_miss(&mut self, words: &str) -> Result<()> {
        let now = self.now_text();
        let sql = "SELECT id FROM article_misses WHERE words_key = ? AND deleted_at IS NULL LIMIT 1";
        if let Some(row) = self.db.first(sql, &[Sql::Text(fold(words))])? {
            let sql = "UPDATE article_misses SET times = times + 1, last = ?, updated_at = ?, version = version + 1 WHERE id = ?";
            let arguments = [Sql::Text(now.clone()), Sql::Text(now), Sql::Integer(integer(&row[0]))];
            return self.db.execute(sql, &arguments).map(drop);
        }
        let values = vec![
            ("words".to_owned(), Value::text(words)),
            ("times".to_owned(), Value::Integer(1)),
            ("last".to_owned(), Value::Text(now)),
        ];
        self.write_directly("article_miss", values).map(drop)
    }
}
