//! `Problem`: why a row cannot be taken, in a sentence for people and a word for programs.

use crate::{Cause, Error, Message};

/// Why a row is rejected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The line of the file on which the row starts.
    pub line: u64,
    /// The field it is about, as a mapping names it: `contact.mobile`.
    pub field: Option<String>,
    /// The stable word: `bad_value`, `missing`, `not_found`, `ambiguous`, `duplicate`, `exists` …
    pub code: &'static str,
    pub message: Message,
    pub hint: Option<Message>,
    /// What an ambiguous row could have meant: ref and title.
    pub candidates: Vec<(String, String)>,
    /// What else is wrong with the row.
    pub also: Vec<Problem>,
}

impl Problem {
    #[must_use]
    pub fn new(code: &'static str, message: Message) -> Self {
        Self { line: 0, field: None, code, message, hint: None, candidates: Vec::new(), also: Vec::new() }
    }

    #[must_use]
    pub fn on_field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    #[must_use]
    pub fn hint(mut self, hint: Message) -> Self {
        self.hint = Some(hint);
        self
    }

    #[must_use]
    pub fn at(mut self, line: u64) -> Self {
        self.line = line;
        self.also.iter_mut().for_each(|problem| problem.line = line);
        self
    }

    /// Everything that is wrong with one row, as one problem.
    pub(super) fn of_all(problems: Vec<Self>) -> Attempt<()> {
        let mut problems = problems.into_iter();
        match problems.next() {
            None => Ok(()),
            Some(mut first) => {
                first.also.extend(problems);
                Err(first.into())
            }
        }
    }

    /// Each thing that is wrong with the row.
    pub fn each(&self) -> impl Iterator<Item = &Self> {
        std::iter::once(self).chain(&self.also)
    }

    /// The refs and names it could have meant, as one text.
    #[must_use]
    pub fn choices(&self) -> String {
        let named = self.candidates.iter().map(|(short, title)| format!("{short} {title}"));
        named.collect::<Vec<_>>().join(", ")
    }

    /// What the engine said of one row; a fault of the database itself is none of the row's.
    pub(super) fn of(error: Error) -> Result<Self, Error> {
        let code = match error.cause {
            Cause::BadValue => "bad_value",
            Cause::NotFound => "not_found",
            Cause::Ambiguous => "ambiguous",
            Cause::Conflict => "duplicate",
            Cause::Refused => "refused",
            _ => return Err(error),
        };
        Ok(Self {
            line: 0,
            field: error.field,
            code,
            message: error.message,
            hint: error.hint.map(|hint| *hint),
            candidates: error.candidates,
            also: Vec::new(),
        })
    }
}

/// A fault of the database, or of the row at hand.
#[derive(Debug)]
pub(super) enum Fault {
    Row(Box<Problem>),
    All(Error),
}

pub(super) type Attempt<T> = Result<T, Fault>;

impl From<Problem> for Fault {
    fn from(problem: Problem) -> Self {
        Self::Row(Box::new(problem))
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        match Problem::of(error) {
            Ok(problem) => Self::Row(Box::new(problem)),
            Err(error) => Self::All(error),
        }
    }
}
