//! What is done with an article: put up for review, published, retired; brought back; linked; voted on.

use super::{Article, ArticleState};
use crate::{
    Result,
    crm::Crm,
    message::Message,
    record::{Ask, Id, Kind, Link, Value, Values, Verb},
    reports::parameter,
    tickets::Ticket,
};

impl Article {
    pub(crate) const VERBS: &'static [Verb] = &[
        Verb {
            name: "submit",
            doc: "Puts a draft up for review",
            asks: &[],
            example: "kehu article reopen N1\n  kehu article submit N1",
            refused: |crm, id| only_from(crm, id, &[ArticleState::Draft]),
            run: |crm, id, _| put(crm, id, ArticleState::Review),
        },
        Verb {
            name: "publish",
            doc: "Publishes an article: from now on it is suggested",
            asks: &[],
            example: "kehu article retire N1\n  kehu article publish N1",
            refused: |crm, id| {
                let article: Self = crm.get(Id::new(id))?;
                if article.body.as_ref().is_none_or(|body| body.trim().is_empty()) {
                    return Ok(Some(Message::new("{title} says nothing yet.").with("title", &article.title)));
                }
                only_from(crm, id, &[ArticleState::Draft, ArticleState::Review, ArticleState::Retired])
            },
            run: |crm, id, _| put(crm, id, ArticleState::Published),
        },
        Verb {
            name: "retire",
            doc: "Takes an article out of use; it stays where it is linked",
            asks: &[],
            example: "kehu article retire N1",
            refused: |crm, id| {
                only_from(crm, id, &[ArticleState::Draft, ArticleState::Review, ArticleState::Published])
            },
            run: |crm, id, _| put(crm, id, ArticleState::Retired),
        },
        Verb {
            name: "reopen",
            doc: "Makes a draft of an article again",
            asks: &[],
            example: "kehu article reopen N1",
            refused: |crm, id| {
                only_from(crm, id, &[ArticleState::Review, ArticleState::Published, ArticleState::Retired])
            },
            run: |crm, id, _| put(crm, id, ArticleState::Draft),
        },
        Verb {
            name: "revert",
            doc: "Brings an earlier version of the text back, as a new version",
            asks: &[Ask { name: "to", doc: "The number of the version", kind: || Kind::Integer, required: true }],
            example: "kehu article edit N1 \"title=Something else\"\n  kehu article revert N1 --to 1",
            refused: |_, _| Ok(None),
            run: |crm, id, answers| revert(crm, id, parameter(answers, "to").as_integer().unwrap_or_default()),
        },
        Verb {
            name: "link",
            doc: "Links an article to a ticket that it is about",
            asks: &[Ask { name: "ticket", doc: "The ticket", kind: || Kind::Link("ticket".into()), required: true }],
            example: "kehu article link N1 --ticket T1",
            refused: |_, _| Ok(None),
            run: |crm, id, answers| link(crm, id, parameter(answers, "ticket").as_integer().unwrap_or_default()),
        },
        Verb {
            name: "helpful",
            doc: "Says that an article helped; who said otherwise before changes their mind",
            asks: &[],
            example: "kehu article helpful N1",
            refused: |_, _| Ok(None),
            run: |crm, id, _| vote(crm, id, true),
        },
        Verb {
            name: "unhelpful",
            doc: "Says that an article did not help; who said otherwise before changes their mind",
            asks: &[],
            example: "kehu article unhelpful N1",
            refused: |_, _| Ok(None),
            run: |crm, id, _| vote(crm, id, false),
        },
    ];
}

fn only_from(crm: &mut Crm, id: i64, from: &[ArticleState]) -> Result<Option<Message>> {
    let article: Article = crm.get(Id::new(id))?;
    let message =
        || Message::new("{title} is {state}.").with("title", &article.title).with("state", article.state.key());
    Ok((!from.contains(&article.state)).then(message))
}

fn put(crm: &mut Crm, id: i64, state: ArticleState) -> Result<()> {
    crm.change("article", id, vec![("state".to_owned(), Value::text(state.key()))], None).map(drop)
}

fn revert(crm: &mut Crm, id: i64, number: i64) -> Result<()> {
    let [title, tags, body] = crm.version(id, number)?;
    let tags = tags.split(", ").filter(|tag| !tag.is_empty()).map(Value::text).collect();
    let values: Values = vec![
        ("title".to_owned(), Value::Text(title)),
        ("tags".to_owned(), Value::List(tags)),
        ("body".to_owned(), if body.is_empty() { Value::Null } else { Value::Text(body) }),
    ];
    crm.change("article", id, values, None).map(drop)
}

fn link(crm: &mut Crm, article: i64, ticket: i64) -> Result<()> {
    let _: Ticket = crm.get(Id::new(ticket))?;
    let mut linked = crm.record("ticket", ticket)?.value("articles").items().to_vec();
    if !linked.iter().any(|known| known.as_integer() == Some(article)) {
        linked.push(Link::to(article));
    }
    crm.change("ticket", ticket, vec![("articles".to_owned(), Value::List(linked))], None).map(drop)
}

fn vote(crm: &mut Crm, id: i64, helped: bool) -> Result<()> {
    let Some((me, _)) = crm.actor() else { return Ok(()) };
    let entry = crm.record("article", id)?;
    let without = |name: &str| {
        let items = entry.value(name);
        items.items().iter().filter(|item| item.as_integer() != Some(me)).cloned().collect::<Vec<Value>>()
    };
    let (mut yes, mut no) = (without("helpful"), without("unhelpful"));
    if helped { &mut yes } else { &mut no }.push(Link::to(me));
    let values = vec![("helpful".to_owned(), Value::List(yes)), ("unhelpful".to_owned(), Value::List(no))];
    crm.change("article", id, values, None).map(drop)
}
