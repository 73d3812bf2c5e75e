//! A record with everything around it on one page: what is planned next, what other kinds add, what belongs to it, and
//! its timeline (R2).

use super::timeline::{Timeline, Wanted};
use crate::{
    Result, catalog,
    crm::{Crm, Entry},
    record::Grid,
};

/// How much of it is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// What a screen has room for.
    Brief,
    /// All there is.
    Full,
}

/// How many events, how many plans among them, and rows a screen has room for.
const EVENTS: usize = 10;
const PLANS: usize = 4;
const ROWS: u64 = 10;

/// A record and what is around it.
#[derive(Debug, Clone)]
pub struct Dossier {
    pub entry: Entry,
    /// What is planned next: one event or none.
    pub next: Timeline,
    /// What other kinds add to the page.
    pub panels: Vec<Section>,
    /// What belongs to it; of the brief page, only what has no panel and stands on no timeline.
    pub belongings: Vec<Section>,
    pub timeline: Timeline,
}

/// A titled table.
#[derive(Debug, Clone)]
pub struct Section {
    pub key: String,
    pub title: String,
    pub title_zh: String,
    pub grid: Grid,
}

impl Crm {
    /// The page of a record.
    ///
    /// # Errors
    /// [`Cause::NotFound`](crate::Cause::NotFound) when there is none of that number.
    pub fn dossier(&mut self, kind: &'static str, id: i64, depth: Depth) -> Result<Dossier> {
        self.at_one_moment(|crm| crm.dossier_now(kind, id, depth))
    }

    fn dossier_now(&mut self, kind: &'static str, id: i64, depth: Depth) -> Result<Dossier> {
        let entry = self.record(kind, id)?;
        let limit = Some(EVENTS).filter(|_| depth == Depth::Brief);
        let plans = limit.map(|_| PLANS);
        let wanted = Wanted { kind: kind.to_owned(), id, limit, plans, ..Wanted::default() };
        let timeline = self.timeline(&wanted)?;
        let next = if kind == "activity" { self.following(id)? } else { timeline.next() };
        Ok(Dossier {
            next,
            panels: self.panels(kind, id, depth)?,
            belongings: self.sections(kind, id, depth)?,
            timeline,
            entry,
        })
    }

    fn panels(&mut self, kind: &str, id: i64, depth: Depth) -> Result<Vec<Section>> {
        let mut found = Vec::new();
        let all = catalog::ENTRIES.iter().flat_map(|entry| entry.panels);
        for panel in all.filter(|panel| panel.of == kind) {
            let grid = (panel.grid)(self, id, Some(ROWS).filter(|_| depth == Depth::Brief))?;
            if !grid.rows.is_empty() {
                let (title, title_zh) = (panel.title.to_owned(), panel.title_zh.to_owned());
                found.push(Section { key: panel.key.to_owned(), title, title_zh, grid });
            }
        }
        Ok(found)
    }

    fn sections(&mut self, kind: &str, id: i64, depth: Depth) -> Result<Vec<Section>> {
        let apart = |other: &str| {
            let entry = catalog::entry(other);
            entry.is_some_and(|entry| entry.event.is_some() || entry.panels.iter().any(|panel| panel.of == kind))
        };
        let grids = match depth {
            Depth::Brief => self.belongings_of(kind, id, Some(ROWS), &|schema| !apart(schema.kind))?,
            Depth::Full => self.belongings_of(kind, id, None, &|_| true)?,
        };
        Ok(grids.into_iter().map(Section::of).collect())
    }
}

impl Section {
    /// A list under the name of its kind.
    #[must_use]
    pub fn of(grid: Grid) -> Self {
        let mut title = grid.noun.replace('_', " ");
        if let Some(first) = title.get_mut(0..1) {
            first.make_ascii_uppercase();
        }
        let entry = catalog::ENTRIES.iter().find(|entry| entry.table == grid.noun);
        let title_zh = entry.map_or(String::new(), |entry| entry.noun_zh.to_owned());
        Self { key: grid.noun.clone(), title, title_zh, grid }
    }
}
