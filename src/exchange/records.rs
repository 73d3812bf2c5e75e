//! `Records`: the data rows of a file, with comments, blank rows and footers left out and faulty rows marked.

use super::encoding::Utf8Reader;
use super::layout::{Layout, comment};
use super::row::{Problem, Row};
use super::rows::Rows;
use super::source::{Source, unreadable};
use super::vcard::People;
use crate::Result;
use std::collections::VecDeque;

/// At most so many narrow rows are held back to see whether the file ends with them.
const FOOTER: usize = 20;
/// At most so many skipped lines are kept to be told.
const TOLD: usize = 100;

/// Reads the rows behind the heading.
pub struct Records {
    /// The people of a file of vCards, which has no rows of its own.
    people: Option<Box<People>>,
    rows: Rows<Utf8Reader>,
    name: String,
    width: usize,
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
        let rows = Rows::new(layout.found.reader(source)?, layout.dialect.clone());
        if layout.cards {
            let people = People::open(source, layout.found, layout.headings.clone())?;
            return Ok(Self::new(rows, source, layout, Some(Box::new(people))));
        }
        let mut records = Self::new(rows, source, layout, None);
        while records.spare.line < layout.heading_line {
            let mut row = std::mem::take(&mut records.spare);
            let more = records.raw(&mut row)?;
            records.spare = row;
            if !more {
                break;
            }
        }
        Ok(records)
    }

    fn new(rows: Rows<Utf8Reader>, source: &Source, layout: &Layout, people: Option<Box<People>>) -> Self {
        Self {
            people,
            rows,
            name: source.name.clone(),
            width: layout.headings.len(),
            spare: Row::default(),
            held: VecDeque::new(),
            release: false,
            after_blank: false,
            skipped_after: Vec::new(),
            blank: 0,
        }
    }

    /// Fills `row` with the next data row; false at the end.
    pub fn next(&mut self, row: &mut Row) -> Result<bool> {
        if let Some(people) = &mut self.people {
            return people.next(row, &mut self.skipped_after);
        }
        loop {
            if self.release {
                if let Some(held) = self.held.pop_front() {
                    *row = held;
                    self.judge(row);
                    return Ok(true);
                }
                self.release = false;
            }
            if !self.raw(row)? {
                self.forget_held();
                return Ok(false);
            }
            if self.skipped(row) {
                continue;
            }
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

    /// How many bytes of the text are passed, as UTF-8.
    #[must_use]
    pub fn bytes_read(&self) -> u64 {
        self.people.as_ref().map_or(self.rows.passed, |people| people.bytes_read())
    }

    fn raw(&mut self, row: &mut Row) -> Result<bool> {
        self.rows.next(row).map_err(|error| unreadable(&self.name, &error))
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
        let comment = self.width > 1 && comment(row);
        if comment {
            self.tell(row);
        }
        comment
    }

    /// Whether the file could end with this row as a footer: a total, or a lone text behind a blank row.
    fn may_be_footer(&self, row: &Row) -> bool {
        if self.width < 2 || row.problem.is_some() {
            return false;
        }
        let lone = row.len() == 1;
        (lone && (self.after_blank || footer_words(row.get(0)))) || (total_words(row.get(0)) && figures_only(row))
    }

    fn judge(&self, row: &mut Row) {
        let (cells, headings) = (row.len(), self.width);
        if row.problem.is_some() || cells == headings {
            return;
        }
        if cells < headings {
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

/// Whether all cells but the first are empty or figures.
fn figures_only(row: &Row) -> bool {
    let figure =
        |c: char| c.is_ascii_digit() || matches!(c, '.' | ',' | '-' | '%' | '¥' | '￥' | '$' | '€' | ' ' | '元');
    row.len() > 1 && row.cells().skip(1).all(|cell| cell.trim().chars().all(figure))
}
