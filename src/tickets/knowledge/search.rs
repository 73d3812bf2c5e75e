//! Looking for articles: a word in the title says more than one among the tags, that more than one in the text, and a
//! rare word more than one that many articles have.

use super::Article;
use crate::{
    Result,
    crm::{Crm, search_match},
    record::{Column, Grid, Id, Kind, Row, Schema, Total, Value},
    store::search_text,
    tickets::{Ticket, satisfaction},
};
use std::collections::{BTreeSet, HashMap};

/// How much a word says by where it stands.
const TITLE: f64 = 8.0;
const TAGS: f64 = 4.0;
const BODY: f64 = 1.0;
/// Whoever asks in a language would rather read it.
const OWN_LANGUAGE: f64 = 1.3;
/// More words of a question are not looked at.
const MOST_WORDS: usize = 48;
/// More articles than these are not compared.
const MOST: usize = 80;

/// Words that tell nothing about a question; Chinese needs none, since its pairs that are everywhere count for little.
const EMPTY: [&str; 40] = [
    "the", "and", "for", "with", "that", "this", "from", "are", "was", "were", "has", "have", "had", "not", "but",
    "you", "your", "our", "can", "could", "will", "would", "does", "did", "how", "what", "when", "why", "where", "who",
    "is", "it", "in", "on", "of", "to", "at", "we", "my", "please",
];

/// Which articles are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scope {
    /// What is published, for colleagues.
    #[default]
    Published,
    /// What is published for customers.
    Public,
    /// All but what was retired.
    All,
}

/// What was found.
#[derive(Debug, Clone)]
pub struct Search {
    pub grid: Grid,
    /// No article has all of the words; those found come near.
    pub near: bool,
}

/// One article with how well it fits.
struct Hit {
    id: i64,
    score: f64,
    title: String,
    language: String,
    state: String,
    audience: String,
}

impl Crm {
    /// The articles that words lead to, the best first. A search in vain is written down as a gap.
    ///
    /// # Errors
    /// Storage faults.
    pub fn search_articles(&mut self, words: &str, scope: Scope, limit: usize) -> Result<Search> {
        let schema = self.schema("article")?;
        let dialect = self.db.dialect();
        let all = match search_match(dialect, &schema, words) {
            Some((matches, argument)) => {
                let sql = format!("SELECT t.id FROM articles t WHERE t.id IN ({matches}) AND {}", within(scope));
                self.numbers(&sql, &[argument])?
            }
            None => Vec::new(),
        };
        let near = all.is_empty();
        if near {
            self.note_miss(words)?;
        }
        let only = if near { None } else { Some(all.into_iter().collect::<BTreeSet<i64>>()) };
        let hits = self.ranked(words, scope, only.as_ref(), &[])?;
        Ok(Search { grid: grid_of(&schema, hits, limit), near })
    }

    /// The articles that may solve a ticket, by its words; those that are linked to it already are left out.
    ///
    /// # Errors
    /// Storage faults.
    pub fn suggest_articles(&mut self, id: i64, limit: usize) -> Result<Grid> {
        let ticket: Ticket = self.get(Id::new(id))?;
        let said = ticket.description.as_ref().map(|text| text.0.as_str()).unwrap_or_default();
        let product = match ticket.product {
            Some(product) => self.title("product", product.number)?,
            None => String::new(),
        };
        let words = format!("{} {product} {said}", ticket.subject);
        let linked: Vec<i64> =
            self.record("ticket", id)?.value("articles").items().iter().filter_map(Value::as_integer).collect();
        let hits = self.ranked(&words, Scope::Published, None, &linked)?;
        let schema = self.schema("article")?;
        Ok(grid_of(&schema, hits, limit))
    }

    fn ranked(&mut self, words: &str, scope: Scope, only: Option<&BTreeSet<i64>>, without: &[i64]) -> Result<Vec<Hit>> {
        let tokens = tokens_of(words);
        let weights = self.weights(&tokens, scope)?;
        let mut sums: HashMap<i64, f64> = HashMap::new();
        for (_, rarity, ids) in &weights {
            let wanted = |id: &&i64| only.is_none_or(|only| only.contains(id)) && !without.contains(id);
            for id in ids.iter().filter(wanted) {
                *sums.entry(*id).or_default() += rarity;
            }
        }
        let mut best: Vec<(i64, f64)> = sums.into_iter().collect();
        best.sort_by(|left, right| right.1.total_cmp(&left.1).then(left.0.cmp(&right.0)));
        best.truncate(MOST);
        let language = satisfaction::written_in(words);
        let mut hits = Vec::with_capacity(best.len());
        for (id, _) in best {
            hits.extend(self.hit(id, &weights, language, only.is_some())?);
        }
        hits.sort_by(|left, right| right.score.total_cmp(&left.score).then(left.id.cmp(&right.id)));
        Ok(hits)
    }

    /// Each word with how much it tells, and the articles that have it.
    fn weights(&mut self, tokens: &[String], scope: Scope) -> Result<Vec<(String, f64, Vec<i64>)>> {
        let schema = self.schema("article")?;
        let dialect = self.db.dialect();
        let count = format!("SELECT COUNT(*) FROM articles t WHERE {}", within(scope));
        let all = self.numbers(&count, &[])?.first().copied().unwrap_or_default();
        let mut weights = Vec::new();
        for token in tokens {
            let Some((matches, argument)) = search_match(dialect, &schema, token) else { continue };
            let sql = format!("SELECT t.id FROM articles t WHERE t.id IN ({matches}) AND {}", within(scope));
            let ids = self.numbers(&sql, &[argument])?;
            if !ids.is_empty() {
                weights.push((token.clone(), rarity(all, ids.len()), ids));
            }
        }
        Ok(weights)
    }

    /// How well one article fits; not at all where but one word of many is in its text alone.
    fn hit(
        &mut self,
        id: i64,
        weights: &[(String, f64, Vec<i64>)],
        language: &str,
        asked_for: bool,
    ) -> Result<Option<Hit>> {
        let article: Article = self.get(Id::new(id))?;
        let title = tokens_in(&article.title);
        let tags = tokens_in(&article.tags.0.join(" "));
        let (mut score, mut found, mut prominent) = (0.0, 0, false);
        for (token, rarity, _) in weights.iter().filter(|(_, _, ids)| ids.contains(&id)) {
            let stands = |among: &[String]| among.iter().any(|word| word.starts_with(token.as_str()));
            let place = if stands(&title) {
                TITLE
            } else if stands(&tags) {
                TAGS
            } else {
                BODY
            };
            prominent |= place > BODY;
            found += 1;
            score += rarity * place;
        }
        if !asked_for && !prominent && found < 2 {
            return Ok(None);
        }
        let spoken = article.language.as_deref().unwrap_or_default();
        if !spoken.is_empty() && satisfaction::tongue(spoken) == language {
            score *= OWN_LANGUAGE;
        }
        Ok(Some(Hit {
            id,
            score,
            title: article.title,
            language: spoken.to_owned(),
            state: article.state.key().to_owned(),
            audience: article.audience.key().to_owned(),
        }))
    }
}

/// What is looked at, as SQL on `t`.
fn within(scope: Scope) -> &'static str {
    match scope {
        Scope::Published => "t.state = 'published' AND t.deleted_at IS NULL",
        Scope::Public => "t.state = 'published' AND t.audience = 'public' AND t.deleted_at IS NULL",
        Scope::All => "t.state <> 'retired' AND t.deleted_at IS NULL",
    }
}

/// Inverse document frequency (Robertson and Spärck Jones, 1976), never below nothing.
fn rarity(all: i64, having: usize) -> f64 {
    let (all, having) = (as_float(all), as_float(i64::try_from(having).unwrap_or(i64::MAX)));
    (1.0 + (all - having + 0.5) / (having + 0.5)).ln()
}

#[expect(clippy::cast_precision_loss, reason = "a count of articles, to weigh words by")]
fn as_float(number: i64) -> f64 {
    number as f64
}

/// The words and pairs of characters of a text, as the index has them.
fn tokens_in(text: &str) -> Vec<String> {
    search_text::tokens(&[], &[text], &[]).split(' ').filter(|token| !token.is_empty()).map(str::to_owned).collect()
}

/// Those of a question that tell something, each once.
fn tokens_of(words: &str) -> Vec<String> {
    let all = tokens_in(words);
    let lone = all.len() == 1;
    let mut told: Vec<String> = Vec::new();
    for token in all {
        let short = token.chars().count() < 2 && !lone;
        if !short && !EMPTY.contains(&token.as_str()) && !told.contains(&token) {
            told.push(token);
        }
        if told.len() == MOST_WORDS {
            break;
        }
    }
    told
}

fn grid_of(schema: &Schema, hits: Vec<Hit>, limit: usize) -> Grid {
    let kind = |name: &str| schema.field(name).map_or(Kind::Text, |field| field.kind.clone());
    let columns = vec![
        Column::new("title", "Title", "标题", Kind::Text),
        Column::new("language", "Language", "语言", Kind::Text),
        Column::new("state", "State", "状态", kind("state")),
        Column::new("audience", "Audience", "读者", kind("audience")),
        Column::new("relevance", "Relevance", "相关度", Kind::Decimal { scale: 1 }),
    ];
    let total = Total::Exactly(hits.len() as u64);
    let row = |hit: Hit| Row {
        id: hit.id,
        short: format!("N{}", hit.id),
        cells: vec![
            Value::Text(hit.title),
            if hit.language.is_empty() { Value::Null } else { Value::Text(hit.language) },
            Value::Text(hit.state),
            Value::Text(hit.audience),
            Value::Integer(tenths(hit.score)),
        ],
    };
    let rows = hits.into_iter().take(limit).map(row).collect();
    Grid { noun: "articles".to_owned(), columns, rows, totals: None, total }
}

#[expect(clippy::cast_possible_truncation, reason = "a score of some hundreds")]
fn tenths(score: f64) -> i64 {
    (score * 10.0).round() as i64
}
