//! Versions of an article: every save of its text is kept, can be compared with another, and brought back.

use super::{Article, me};
use crate::{
    Result,
    catalog::Panel,
    crm::{Crm, Query, Sort, integer, text},
    error::{Cause, Error},
    message::Message,
    org::User,
    record::{Choice, Column, Draft, Grid, Id, Kind, Link, Origin, Value, filter, record, types::LongText},
    store::Sql,
};
use jiff::Timestamp;
use similar::{ChangeTag, TextDiff};

record! {
    /// The text of an article as it was saved once; written by the program.
    pub struct ArticleVersion in "article_versions" as "AV" called "article_version" {
        /// What it was about
        title: String [title, list],
        /// The article
        article: Id<Article> [index("number"), child, list],
        /// Which of its versions it is, counted from 1
        number: i64 [list],
        /// When it was saved
        at: Timestamp [list],
        /// Who saved it
        author: Option<Id<User>> [list],
        /// The tags that it had
        tags: Option<String>,
        /// What it said
        body: Option<LongText>,
    }
}

/// The versions on the page of their article.
pub(crate) const PANEL: Panel =
    Panel { of: "article", key: "versions", title: "Versions", title_zh: "版本", grid: of_article };

fn of_article(crm: &mut Crm, article: i64, limit: Option<u64>) -> Result<Grid> {
    let query = Query {
        filter: filter::parse(&format!("article=N{article}"))?,
        columns: ["number", "title", "at", "author"].map(str::to_owned).into(),
        sort: Sort::parse("-number"),
        limit,
        ..Query::new("article_version")
    };
    crm.list(&query)
}

/// Versions are written by the program, or come out of another database.
pub(crate) fn check(_: &mut Crm, draft: &mut Draft) -> Result<()> {
    let restored = draft.values.iter().any(|(name, _)| name == "deleted_at");
    if draft.deleted() || restored || draft.origin == Origin::Export {
        return Ok(());
    }
    Err(Error::new(Cause::Refused, Message::new("Versions are kept by the program, not by hand."))
        .hint(Message::new("kehu article edit N1 title=…")))
}

/// Keeps the text of an article as it was just saved.
pub(super) fn keep(crm: &mut Crm, draft: &Draft, id: i64) -> Result<()> {
    let tags = draft.get("tags");
    let tags: Vec<&str> = tags.items().iter().filter_map(Value::as_text).collect();
    let values = vec![
        ("title".to_owned(), draft.get("title")),
        ("article".to_owned(), Link::to(id)),
        ("number".to_owned(), draft.get("edition")),
        ("at".to_owned(), Value::Text(crm.now_text())),
        ("author".to_owned(), me(crm)),
        ("tags".to_owned(), if tags.is_empty() { Value::Null } else { Value::Text(tags.join(", ")) }),
        ("body".to_owned(), draft.get("body")),
    ];
    crm.write_directly("article_version", values).map(drop)
}

/// One line of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    Same,
    Removed,
    Added,
}

impl Crm {
    /// What differs between two versions of an article, line by line with a little around it; the two latest where
    /// nothing is said.
    ///
    /// # Errors
    /// A version that the article never had.
    pub fn compare_versions(&mut self, article: i64, from: Option<i64>, to: Option<i64>) -> Result<Grid> {
        let latest: Article = self.get(Id::new(article))?;
        let to = to.unwrap_or_else(|| latest.edition.unwrap_or(1));
        let from = from.unwrap_or_else(|| (to - 1).max(1));
        let (before, after) = (self.version_text(article, from)?, self.version_text(article, to)?);
        let diff = TextDiff::from_lines(&before, &after);
        let mut rows = Vec::new();
        for group in diff.grouped_ops(3) {
            for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
                let sign = match change.tag() {
                    ChangeTag::Equal => "same",
                    ChangeTag::Delete => "removed",
                    ChangeTag::Insert => "added",
                };
                let number = change.new_index().or(change.old_index()).and_then(|at| i64::try_from(at + 1).ok());
                let line = change.value().trim_end_matches('\n');
                rows.push(vec![number.map_or(Value::Null, Value::Integer), Value::text(sign), Value::text(line)]);
            }
        }
        let word = |key: &'static str, label: &'static str, label_zh: &'static str| Choice {
            key: key.into(),
            label: label.into(),
            label_zh: label_zh.into(),
            retired: false,
        };
        let words = vec![word("same", " ", " "), word("removed", "-", "-"), word("added", "+", "+")];
        let columns = vec![
            Column::new("line", "Line", "行", Kind::Integer),
            Column::new("change", "±", "±", Kind::Choice(words)),
            Column::new("text", "Text", "内容", Kind::Text),
        ];
        Ok(Grid::of("lines", columns, rows))
    }

    /// Title, tags and text of a version as one text.
    fn version_text(&mut self, article: i64, number: i64) -> Result<String> {
        let [title, tags, body] = self.version(article, number)?;
        let tags = if tags.is_empty() { String::new() } else { format!("[{tags}]\n") };
        Ok(format!("# {title}\n{tags}\n{body}\n"))
    }

    /// Title, tags and text of a version.
    pub(super) fn version(&mut self, article: i64, number: i64) -> Result<[String; 3]> {
        let sql = "SELECT title, tags, body FROM article_versions WHERE article = ? AND number = ? AND deleted_at IS NULL \
                   ORDER BY id DESC LIMIT 1";
        let row = self.db.first(sql, &[Sql::Integer(article), Sql::Integer(number)])?;
        if let Some(row) = row {
            return Ok([text(&row[0]), text(&row[1]), text(&row[2])]);
        }
        let most = "SELECT MAX(number) FROM article_versions WHERE article = ? AND deleted_at IS NULL";
        let most = self.db.first(most, &[Sql::Integer(article)])?.map(|row| integer(&row[0])).unwrap_or_default();
        let message = Message::new("N{article} has no version {number}; its latest is {most}.");
        let message = message.with("article", article).with("number", number).with("most", most);
        Err(Error::new(Cause::NotFound, message)
            .hint(Message::new("kehu article_version list article=N{article}").with("article", article)))
    }
}
