//! `Export`: records as an import reads them back, a page at a time.
//!
//! Every field that may be set, custom ones too, after the uid; links by uid; never number, version, or who changed what
//! when. The order is that in which the records were made, so that an import into an empty database makes them in the
//! same one.

use crate::{
    Crm, Result,
    crm::{Query, Sort},
    record::{Grid, Kind, Link, Value},
};

/// How many records are held at a time.
const PAGE: u64 = 500;

/// Records on their way out.
pub struct Export {
    query: Query,
    last: Option<i64>,
    ended: bool,
}

impl Export {
    /// The records that the query selects; its columns, or every field that may be set.
    ///
    /// # Errors
    /// A kind that there is none of.
    pub fn new(crm: &Crm, query: Query) -> Result<Self> {
        let schema = crm.schema(&query.kind)?;
        let mut columns = query.columns.clone();
        if columns.is_empty() {
            columns.push("uid".to_owned());
            columns.extend(schema.writable().map(|field| field.name.to_string()));
        }
        let sort = vec![Sort { path: "id".to_owned(), descending: false }];
        Ok(Self { query: Query { columns, sort, limit: Some(PAGE), paging: true, ..query }, last: None, ended: false })
    }

    /// The next records; none at the end. The first page comes even when it is empty, for its headings.
    ///
    /// # Errors
    /// As [`Crm::list`].
    pub fn next_page(&mut self, crm: &mut Crm) -> Result<Option<Grid>> {
        if self.ended {
            return Ok(None);
        }
        self.query.after = self.last.or(Some(0));
        let mut grid = crm.list(&self.query)?;
        self.ended = (grid.rows.len() as u64) < PAGE;
        if grid.rows.is_empty() && self.last.is_some() {
            return Ok(None);
        }
        self.last = grid.rows.last().map(|row| row.id).or(self.last);
        for column in &mut grid.columns {
            column.kind = by_uid(&column.kind);
        }
        for cell in grid.rows.iter_mut().flat_map(|row| &mut row.cells) {
            to_uid(cell);
        }
        Ok(Some(grid))
    }
}

fn by_uid(kind: &Kind) -> Kind {
    match kind {
        Kind::Link(_) => Kind::Text,
        Kind::List(item) if item.target().is_some() => Kind::List(Box::new(Kind::Text)),
        kind => kind.clone(),
    }
}

fn to_uid(cell: &mut Value) {
    match cell {
        Value::Link(Link { uid, .. }) => *cell = Value::Text(std::mem::take(uid)),
        Value::List(items) => items.iter_mut().for_each(to_uid),
        _ => {}
    }
}
