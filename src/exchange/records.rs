//! `Records`: the data rows of a file, with comments, blank rows and footers left out and faulty rows marked.

use super::formats::{RowSource, Table};
use super::layout::{Layout, comment};
use super::row::{Problem, Row};
use super::source::Source;
use crate::Result;
use std::collections::VecDeque;

/// At most so many narrow rows are held back to see whether the file ends with them.
const FOOTER: usize = 20;
/// At most so many skipped lines are kept to be told.
const TOLD: usize = 100;

/// Reads the rows behind the heading.
pub struct Records {
    rows: Box<dyn RowSource>,
    table: Table,
    width: usize,
    /// The line of the row before.
    line: u64,
    spare: Row,
    /// Narrow rows that are a footer if the file ends with them.
    held: VecDeque<Row>,
    /// The row behind the held ones, once it is known that they are data.
    release: bool,
    after_blank: bool,
    /// Comments among the rows and lines behind the last one.
    pub skipped_after: Vec<(u64, String)>,
    /// Rows without a word in them.
    pub blank: u64,
}

impl Records {
    pub(super) fn open(source: &Source, layout: &Layout) -> Result<Self> {
        let mut records = Self {
            rows: layout.format.rows(source)?,
            table: layout.format.table(),
            width: layout.headings.len(),
            line: layout.heading_end,
            spare: Row::default(),
            held: VecDeque::new(),
            release: false,
            after_blank: false,
            skipped_after: Vec::new(),
            blank: 0,
        };
        records.pass_heading(layout.heading_end)?;
        Ok(records)
    }

    fn pass_heading(&mut self, end: u64) -> Result<()> {
        while self.spare.line < end {
            let mut row = std::mem::take(&mut self.spare);
            let more = self.rows.next(&mut row)?;
            self.spare = row;
            if !more {
                return Ok(());
            }
        }
        // Sheets leave out rows without cells, also the last one of a heading.
        if self.spare.line > end {
            self.held.push_back(std::mem::take(&mut self.spare));
            self.release = true;
        }
        Ok(())
    }

    /// Fills `row` with the next data row; false at the end.
    pub fn next(&mut self, row: &mut Row) -> Result<bool> {
        loop {
            if self.release {
                if let Some(held) = self.held.pop_front() {
                    *row = held;
                    self.judge(row);
                    return Ok(true);
                }
                self.release = false;
            }
            let more = self.rows.next(row)?;
            self.skipped_after.append(&mut self.rows.told());
            if !more {
                self.forget_held();
                return Ok(false);
            }
            let gap = row.line > self.line + 1;
            self.line = row.line;
            if self.skipped(row) {
                continue;
            }
            self.after_blank |= gap && self.table == Table::Sheet;
            if self.held.is_empty() && !self.may_be_footer(row) {
                self.after_blank = false;
                self.judge(row);
                return Ok(true);
            }
            self.release = !self.may_be_footer(row) || self.held.len() >= FOOTER;
            self.after_blank &= !self.release;
            self.held.push_back(std::mem::take(row));
        }
    }

    /// How many rows there seem to be in all, by what so many of them took; rather too many than too few.
    #[must_use]
    pub fn estimate(&self, rows: u64) -> u64 {
        self.rows.size().saturating_mul(rows) / self.rows.passed().max(1)
    }

    /// Blank rows and comments.
    fn skipped(&mut self, row: &Row) -> bool {
        if row.problem.is_some() {
            return false;
        }
        if row.is_blank() {
            self.blank += 1;
            self.after_blank = true;
            return true;
        }
        let comment = self.width > 1 && self.table != Table::Exact && comment(row);
        if comment {
            self.tell(row);
        }
        comment
    }

    /// Whether the file could end with this row as a footer: a total, or a lone text behind a blank row.
    fn may_be_footer(&self, row: &Row) -> bool {
        if self.width < 2 || row.problem.is_some() || self.table == Table::Exact {
            return false;
        }
        if self.table == Table::Text {
            let lone = row.len() == 1 && (self.after_blank || footer_words(row.get(0)));
            return lone || (row.len() > 1 && total_words(row.get(0)) && figures_only(row.cells().skip(1)));
        }
        // In a sheet every row ends early that says little, so that a lone name must say more to be none.
        let mut said = row.cells().map(str::trim).filter(|cell| !cell.is_empty());
        let first = said.next().unwrap_or_default();
        let lone = row.said() == 1 && self.after_blank && footer_words(first);
        lone || (total_words(first) && figures_only(said))
    }

    fn judge(&self, row: &mut Row) {
        let (cells, headings) = (row.len(), self.width);
        if let Some(Problem::TooMany { headings: known, .. }) = &mut row.problem {
            *known = headings;
        }
        if row.problem.is_some() || cells == headings {
            return;
        }
        if cells < headings {
            if self.table != Table::Text {
                return;
            }
            row.problem = Some(Problem::TooFew { cells, headings });
        } else if row.filled() > headings {
            row.problem = Some(Problem::TooMany { cells, headings });
        }
    }

    fn forget_held(&mut self) {
        while let Some(row) = self.held.pop_front() {
            self.tell(&row);
        }
    }

    fn tell(&mut self, row: &Row) {
        if self.skipped_after.len() < TOLD {
            self.skipped_after.push((row.line, row.joined()));
        }
    }
}

/// What a line behind the table starts with.
fn footer_words(text: &str) -> bool {
    let text = text.trim().to_lowercase();
    let starts = [
        "total",
        "grand total",
        "sum:",
        "count",
        "copyright",
        "©",
        "confidential",
        "generated",
        "report",
        "exported",
        "end of",
        "---",
        "===",
        "***",
        "合计",
        "总计",
        "小计",
        "总数",
        "共",
        "总共",
        "以上",
        "导出",
        "制表",
        "打印",
        "说明",
        "备注：",
        "备注:",
        "注：",
        "注:",
    ];
    starts.iter().any(|start| text.starts_with(start))
}

/// The words for a sum, alone in the first cell.
fn total_words(text: &str) -> bool {
    let word = text.trim().trim_end_matches([':', '：']).to_lowercase();
    matches!(word.as_str(), "total" | "totals" | "grand total" | "sum" | "合计" | "总计" | "小计" | "总数" | "汇总")
}

/// Whether all these cells are empty or figures.
fn figures_only<'c>(mut cells: impl Iterator<Item = &'c str>) -> bool {
    let figure =
        |c: char| c.is_ascii_digit() || matches!(c, '.' | ',' | '-' | '%' | '¥' | '￥' | '$' | '€' | ' ' | '元');
    cells.all(|cell| cell.trim().chars().all(figure))
}
