//! JSON with the field names of `kehu schema`: one document, one object, or one object a line.

use super::has_refs;
use kehu::record::{Grid, Row, Total, Value};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use std::io::{self, Write};

pub(super) fn write_grid(grid: &Grid, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &List(grid))?;
    writeln!(out)
}

pub(super) fn write_record(grid: &Grid, row: &Row, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &item(grid, row, has_refs(grid)))?;
    writeln!(out)
}

pub(super) fn write_lines(grid: &Grid, out: &mut dyn Write) -> io::Result<()> {
    let refs = has_refs(grid);
    for row in &grid.rows {
        serde_json::to_writer(&mut *out, &item(grid, row, refs))?;
        writeln!(out)?;
    }
    Ok(())
}

fn item<'g>(grid: &'g Grid, row: &'g Row, refs: bool) -> Item<'g> {
    Item { grid, cells: &row.cells, short: if refs { &row.short } else { "" } }
}

/// `{"items":[…],"total":N}`, written row by row.
struct List<'g>(&'g Grid);

impl Serialize for List<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("items", &Items(self.0))?;
        match self.0.total {
            Total::Exactly(total) => map.serialize_entry("total", &total)?,
            Total::MoreThan(total) => {
                map.serialize_entry("total", &None::<u64>)?;
                map.serialize_entry("total_at_least", &total)?;
            }
        }
        if let Some(cells) = &self.0.totals {
            map.serialize_entry("totals", &Item { grid: self.0, cells, short: "" })?;
        }
        map.end()
    }
}

struct Items<'g>(&'g Grid);

impl Serialize for Items<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let refs = has_refs(self.0);
        let mut list = serializer.serialize_seq(Some(self.0.rows.len()))?;
        for row in &self.0.rows {
            list.serialize_element(&item(self.0, row, refs))?;
        }
        list.end()
    }
}

/// One object: the ref, then the columns by their names.
struct Item<'g> {
    grid: &'g Grid,
    cells: &'g [Value],
    short: &'g str,
}

impl Serialize for Item<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if !self.short.is_empty() {
            map.serialize_entry("ref", self.short)?;
        }
        let cells = self.cells.iter().chain(std::iter::repeat(&Value::Null));
        for (column, value) in self.grid.columns.iter().zip(cells) {
            // An empty text is an absent value: null, not "".
            let value = if value.is_empty() { &Value::Null } else { value };
            map.serialize_entry(&column.name, &value.to_json(&column.kind))?;
        }
        map.end()
    }
}
