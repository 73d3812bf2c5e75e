//! The important changes of the record itself, from the change log, and when it was added.

use super::{Entry, Place, Wanted, asked::Asked};
use crate::{
    Result,
    crm::{Crm, HistoryLine},
    record::{Kind, Value, types},
};

/// Changes stand below whatever else happened at the same moment.
const CHANGES: usize = usize::MAX - 1;

impl Crm {
    pub(super) fn changed(&mut self, wanted: &Wanted, asked: &Asked, limit: Option<usize>) -> Result<Vec<Entry>> {
        let (from, until) = self.bounds(wanted)?;
        let most = limit.unwrap_or(usize::MAX);
        let inside = |place: &Place| {
            place.moment >= from && place.moment <= until && wanted.after.as_ref().is_none_or(|after| place > after)
        };
        let mut found = Vec::new();
        if !asked.fields.is_empty() {
            self.standing_changes(&wanted.kind, wanted.id, &mut |_, change, line| {
                if asked.fields.contains(&line.field) {
                    let entry = of_change(change, line);
                    if inside(&entry.place) {
                        found.push(entry);
                    }
                }
                Ok(found.len() < most)
            })?;
        }
        if asked.added {
            found.extend(self.added(wanted)?.filter(|entry| inside(&entry.place)));
        }
        Ok(found)
    }

    /// The first and the last instant that are asked for, as they are stored.
    fn bounds(&self, wanted: &Wanted) -> Result<(String, String)> {
        let (from, to) = wanted.period;
        let start = from.map(|day| types::day_bounds(day, day, self.reading())).transpose()?;
        let end = to.map(|day| types::day_bounds(day, day, self.reading())).transpose()?;
        Ok((start.unwrap_or_default().0, end.map_or_else(|| "9999".to_owned(), |(_, end)| end)))
    }

    fn added(&mut self, wanted: &Wanted) -> Result<Option<Entry>> {
        let entry = self.record(&wanted.kind, wanted.id)?;
        let at = entry.value("created_at").as_text().unwrap_or_default().to_owned();
        let who = if let Value::Link(link) = entry.value("created_by") { link.title } else { String::new() };
        let place = Place { planned: false, moment: at.clone(), rank: usize::MAX, id: 0 };
        Ok(Some(Entry { sort: "added".to_owned(), title: entry.title(), ..blank(at, who, place) }))
    }
}

fn of_change(change: i64, line: HistoryLine) -> Entry {
    let place = Place { planned: false, moment: line.at.clone(), rank: CHANGES, id: change };
    let title = format!("{} → {}", types::show(&line.kind, &line.before), types::show(&line.kind, &line.after));
    let kind = match line.kind {
        Kind::Link(_) => Kind::Text,
        kind => kind,
    };
    let named = |value: Value| if let Value::Link(link) = value { Value::Text(link.title) } else { value };
    let change = Some((kind, named(line.before), named(line.after)));
    Entry { sort: line.field, title: title.trim().to_owned(), change, ..blank(line.at, line.actor, place) }
}

fn blank(at: String, who: String, place: Place) -> Entry {
    Entry {
        at,
        planned: false,
        overdue: false,
        called_off: false,
        kind: "change",
        id: 0,
        short: String::new(),
        sort: String::new(),
        title: String::new(),
        details: Vec::new(),
        contact: None,
        who,
        said: Vec::new(),
        change: None,
        place,
    }
}
