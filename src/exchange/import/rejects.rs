//! The file of rejected rows: the original columns, and behind them line, field, code and message.

use super::{options::REJECT_COLUMNS, problem::Problem};
use crate::{
    Cause, Error, Message, Result,
    exchange::{Layout, Row},
};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// Rejected rows on their way to a file, which appears when it is whole, so that it may be the very file that is read.
pub(super) struct Rejects {
    path: PathBuf,
    writer: csv::Writer<NamedTempFile>,
    width: usize,
    /// How many columns are the file's own: a file of rejected rows has the reasons in it already.
    own: usize,
    rows: u64,
}

impl Rejects {
    pub fn open(path: &Path, layout: &Layout) -> Result<Self> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        if !folder.is_dir() {
            let message = Message::new("There is no folder {path}.").with("path", folder.display());
            return Err(Error::new(Cause::NotFound, message));
        }
        let file = NamedTempFile::new_in(folder).map_err(|error| unwritable(path, &error))?;
        let headings = &layout.headings;
        let reasons = headings.len().checked_sub(REJECT_COLUMNS.len());
        let own = reasons
            .filter(|start| headings[*start..].iter().map(String::as_str).eq(REJECT_COLUMNS))
            .unwrap_or(headings.len());
        let mut writer = csv::Writer::from_writer(file);
        let names = headings[..own].iter().map(String::as_str).chain(REJECT_COLUMNS);
        writer.write_record(names).map_err(|error| unwritable(path, &error))?;
        Ok(Self { path: path.to_owned(), writer, width: headings.len(), own, rows: 0 })
    }

    pub fn add(&mut self, row: &Row, problem: &Problem) -> Result<()> {
        let mut cells: Vec<String> = (0..self.own).map(|place| row.get(place).to_owned()).collect();
        if let Some(last) = cells.last_mut() {
            // Cells beyond the headings are kept behind the last one, where a person can put them right.
            for surplus in row.cells().skip(self.width).filter(|cell| !cell.is_empty()) {
                last.push(',');
                last.push_str(surplus);
            }
        }
        let message: Vec<String> =
            problem.each().enumerate().map(|(place, problem)| reason(problem, place > 0)).collect();
        cells.extend([
            problem.line.to_string(),
            problem.field.clone().unwrap_or_default(),
            problem.code.to_owned(),
            message.join(" "),
        ]);
        self.writer.write_record(&cells).map_err(|error| unwritable(&self.path, &error))?;
        self.rows += 1;
        Ok(())
    }

    /// Puts the file in its place; without rows there is none.
    pub fn finish(self) -> Result<()> {
        if self.rows == 0 {
            return Ok(());
        }
        let path = self.path;
        let file = self.writer.into_inner().map_err(|error| unwritable(&path, &error.error()))?;
        file.persist(&path).map_err(|error| unwritable(&path, &error.error))?;
        Ok(())
    }
}

/// The sentence; the first one's field has a column of its own.
fn reason(problem: &Problem, with_field: bool) -> String {
    let field = problem.field.as_ref().filter(|_| with_field).map(|field| format!("{field}: ")).unwrap_or_default();
    let hint = problem.hint.as_ref().map(|hint| format!(" hint: {hint}")).unwrap_or_default();
    format!("{field}{}{hint}", problem.message)
}

fn unwritable(path: &Path, error: &dyn std::fmt::Display) -> Error {
    // The name of a file that merely waits is nobody's business.
    let why = error.to_string();
    let why = why.split(" at path ").next().unwrap_or_default();
    Error::new(
        Cause::Storage,
        Message::new("{path} cannot be written: {why}.").with("path", path.display()).with("why", why),
    )
}
