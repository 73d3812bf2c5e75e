//! Knowledge base: articles in Markdown with states and versions, linked to the tickets that they solved (R112).

mod gap;
mod search;
mod verbs;
mod version;

use crate::{
    Result,
    crm::Crm,
    error::{Cause, Error},
    message::Message,
    org::User,
    products::Product,
    record::{
        Draft, Field, Id, Kind, Link, Origin, Value, record,
        types::{ExternalIds, LongText, Open, Tags},
    },
};
use jiff::Timestamp;

pub use gap::ArticleMiss;
pub(crate) use gap::{PASSING, check as check_miss};
pub use search::{Scope, Search};
pub use version::{ArticleVersion, Change};
pub(crate) use version::{PANEL, check as check_version};

record! {
    /// What is known about a question or a fault, for colleagues or customers.
    pub struct Article in "articles" as "N" called "article" {
        /// What it is about
        title: String [title, search, list],
        /// Draft, in review, published or retired
        state: ArticleState [default("draft"), kept, list],
        /// Language it is written in, such as en or zh
        language: Option<Open> [list],
        /// Whether customers may read it
        audience: Audience [default("internal"), list],
        /// What it is about that we sell
        product: Option<Id<Product>> [list],
        /// Who looks after it
        owner: Option<Id<User>> [default("me")],
        /// Tags
        tags: Tags [search, list],
        /// What it says, in Markdown
        body: Option<LongText> [search],
        /// When it was published
        published: Option<Timestamp> [kept],
        /// Which version of its text this is
        edition: Option<i64> [kept, list],
        /// Colleagues whom it helped
        helpful: Vec<Id<User>> [kept],
        /// Colleagues whom it did not help
        unhelpful: Vec<Id<User>> [kept],
        /// Numbers by which other systems know it, as `system:number`
        external_ids: ExternalIds [unique],
    }
    computed {
        /// How many colleagues it helped
        helped: Kind::Integer => "(SELECT COUNT(*) FROM {list article.helpful} v WHERE v.record = {t}.id)",
        /// How many colleagues it did not help
        not_helped: Kind::Integer => "(SELECT COUNT(*) FROM {list article.unhelpful} v WHERE v.record = {t}.id)",
        /// How many tickets it is linked to
        ticket_count: Kind::Integer =>
            "(SELECT COUNT(*) FROM {list ticket.articles} v JOIN tickets k ON k.id = v.record WHERE v.value = {t}.id \
             AND k.deleted_at IS NULL)",
    }
}

record! {
    /// How far an article has come.
    pub enum ArticleState {
        /// Draft
        Draft = "draft",
        /// In review
        Review = "review",
        /// Published
        Published = "published",
        /// Retired
        Retired = "retired",
    }
}

record! {
    /// Who may read an article.
    pub enum Audience {
        /// Colleagues only
        Internal = "internal",
        /// Customers too
        Public = "public",
    }
}

/// What a ticket gets from articles without knowing of them.
pub(crate) const GIVEN: &str = "ticket";

/// The articles that solved it.
pub(crate) fn fields() -> Vec<Field> {
    let links = Kind::List(Box::new(Kind::Link("article".into())));
    vec![Field::new("articles", "What of the knowledge base is about it", links)]
}

/// The fields whose every save is kept as a version.
const TEXT: [&str; 3] = ["title", "tags", "body"];

fn text_changes(draft: &Draft) -> bool {
    let changes = |name: &&str| draft.changed(name).is_some_and(|value| !value.same(&draft.before(name)));
    draft.is_new() || TEXT.iter().any(changes)
}

/// A text that is saved is another version.
pub(crate) fn check(crm: &mut Crm, draft: &mut Draft) -> Result<()> {
    if draft.deleted() || draft.origin == Origin::Export {
        return Ok(());
    }
    if text_changes(draft) {
        let edition = draft.before("edition").as_integer().unwrap_or_default() + 1;
        draft.set("edition", Value::Integer(edition));
    }
    let published = draft.changed("state").and_then(Value::as_text) == Some("published");
    let body = draft.get("body");
    if published && body.as_text().is_none_or(|body| body.trim().is_empty()) {
        let title = draft.get("title");
        let message = Message::new("{title} says nothing yet.");
        let message = message.with("title", title.as_text().unwrap_or_default());
        return Err(Error::new(Cause::Refused, message).on_field("body"));
    }
    if published && draft.get("published").is_empty() {
        draft.set("published", Value::Text(crm.now_text()));
    }
    Ok(())
}

/// Keeps the version that was saved.
pub(crate) fn settle(crm: &mut Crm, draft: &Draft) -> Result<()> {
    let anew = draft.stored.is_empty() || draft.changed("edition").is_some();
    let Some(id) = draft.id.filter(|_| anew && !draft.deleted() && draft.origin != Origin::Export) else {
        return Ok(());
    };
    version::keep(crm, draft, id)
}

/// Who asks, as a link.
fn me(crm: &Crm) -> Value {
    crm.actor().map_or(Value::Null, |(me, _)| Link::to(me))
}
