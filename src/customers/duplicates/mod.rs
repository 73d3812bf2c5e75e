//! Duplicates: records of one kind that are probably one, with a score and its reasons (R13, X7).
//!
//! Keys bring together what may be the same (`keys`), a judge weighs each such pair (`score`). What people said is
//! not the same stays apart (`distinct`). New records are looked at as they are written (`watch`).

mod distinct;
mod keys;
mod likeness;
mod name;
mod pairs;
mod profile;
mod score;
mod simplify;
mod watch;

pub use score::{LIKELY, SURE};
pub use watch::Watch;
pub(crate) use watch::look;

use crate::{
    Result,
    crm::{Crm, Query},
    message::Message,
    record::Link,
};
use profile::Traits;
use score::Judge;
use std::collections::HashSet;

/// Whether a name ends or begins as the law demands of companies: GmbH, Ltd, 有限公司.
pub(crate) fn has_legal_form(name: &str) -> bool {
    name::Name::of(name, true).core != name::Name::of(name, false).core
}

/// Two records that are probably one.
#[derive(Debug, Clone, PartialEq)]
pub struct Suspicion {
    /// From 0 to 1.
    pub score: f64,
    /// The older of the two.
    pub first: i64,
    pub second: i64,
    pub reasons: Vec<Message>,
}

/// Which pairs are wanted.
#[derive(Debug, Clone)]
pub struct Hunt {
    /// At least one of the two is among these.
    pub among: Query,
    /// The lowest score.
    pub least: f64,
    /// At most so many, the likeliest first; 0 for all.
    pub limit: usize,
}

/// What was found: some pairs, and how many there are.
#[derive(Debug, Clone, Default)]
pub struct Found {
    pub pairs: Vec<Suspicion>,
    pub total: usize,
}

impl Crm {
    /// Pairs of records of a kind that are probably one, the likeliest first.
    ///
    /// # Errors
    /// A kind that is never merged, or a filter that does not fit it.
    pub fn duplicates(&mut self, hunt: &Hunt) -> Result<Found> {
        let schema = self.schema(&hunt.among.kind)?;
        super::merge::refuse_kind(&schema)?;
        let among = match &hunt.among.filter {
            crate::record::filter::Filter::All => None,
            _ => Some(self.matching(&hunt.among)?.into_iter().collect::<HashSet<i64>>()),
        };
        let traits = Traits::of(&schema);
        let apart = self.apart(&schema)?;
        let profiles = self.profiles(&schema, &traits, "", &[])?;
        let (candidates, frequencies) = pairs::candidates(&profiles);
        let judge = Judge { traits: &traits, frequencies };
        let wanted = |a: i64, b: i64| {
            among.as_ref().is_none_or(|among| among.contains(&a) || among.contains(&b)) && !apart.contains(&(a, b))
        };
        let mut scored = Vec::new();
        for (a, b) in candidates {
            let (a, b) = (&profiles[a as usize], &profiles[b as usize]);
            let score = judge.score(a, b, None);
            if score >= hunt.least && wanted(a.id, b.id) {
                scored.push((score, a, b));
            }
        }
        scored.sort_by(|x, y| y.0.total_cmp(&x.0).then((x.1.id, x.2.id).cmp(&(y.1.id, y.2.id))));
        let total = scored.len();
        let limit = if hunt.limit == 0 { total } else { hunt.limit };
        let explained = |(score, a, b): (f64, &profile::Profile, &profile::Profile)| {
            let mut reasons = Vec::new();
            judge.score(a, b, Some(&mut reasons));
            Suspicion { score, first: a.id, second: b.id, reasons }
        };
        Ok(Found { pairs: scored.into_iter().take(limit).map(explained).collect(), total })
    }

    /// The records of these numbers as links, with what people know them by.
    ///
    /// # Errors
    /// Storage faults.
    pub fn links(&mut self, kind: &str, ids: &[i64]) -> Result<std::collections::HashMap<i64, Link>> {
        let schema = self.schema(kind)?;
        let mut links = std::collections::HashMap::with_capacity(ids.len());
        for ids in ids.chunks(400) {
            let marks = vec!["?"; ids.len()].join(", ");
            let sql =
                format!("SELECT id, \"{}\", uid FROM \"{}\" WHERE id IN ({marks})", schema.title().name, schema.table);
            let arguments: Vec<crate::store::Sql> = ids.iter().map(|id| (*id).into()).collect();
            for mut row in self.db.query(&sql, &arguments)? {
                let id = crate::crm::integer(&row[0]);
                links
                    .insert(id, Link { id, title: row[1].take_text(), uid: row[2].take_text(), letter: schema.letter });
            }
        }
        Ok(links)
    }
}
