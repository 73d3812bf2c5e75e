//! `Error`: what went wrong, in terms of what the reader can do about it.

use crate::message::Message;
use std::fmt;

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What the reader can do about an error; each has its exit code (COMMANDS part 8).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// Disk full, read-only, a storage fault: 1.
    Storage,
    /// A word or value that does not parse, an unreadable format, a configuration fault: 2.
    BadValue,
    /// No database yet, or one that cannot be used (newer, not a database): 2.
    Database,
    /// Nothing of that name (a file too): 3.
    NotFound,
    /// A name that fits several records; they are in `candidates`: 3.
    Ambiguous,
    /// A duplicate, changed by somebody else since, a refused undo: 4.
    Conflict,
    /// The value parses but a rule of the business refuses it: 5.
    Refused,
    /// Some rows were written and some rejected: 6.
    Partial,
    /// Not allowed for this user, or an unknown user: 8.
    NotAllowed,
    /// The database is held by another process; try again: 75.
    Busy,
    /// The person said stop: 130.
    Interrupted,
}

impl Cause {
    /// The process exit code.
    #[must_use]
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Storage => 1,
            Self::BadValue | Self::Database => 2,
            Self::NotFound | Self::Ambiguous => 3,
            Self::Conflict => 4,
            Self::Refused => 5,
            Self::Partial => 6,
            Self::NotAllowed => 8,
            Self::Busy => 75,
            Self::Interrupted => 130,
        }
    }

    /// The stable word that scripts read in a JSON error.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Storage => "storage",
            Self::BadValue => "bad_value",
            Self::Database => "database",
            Self::NotFound => "not_found",
            Self::Ambiguous => "ambiguous",
            Self::Conflict => "conflict",
            Self::Refused => "refused",
            Self::Partial => "partial",
            Self::NotAllowed => "not_allowed",
            Self::Busy => "busy",
            Self::Interrupted => "interrupted",
        }
    }

    /// Whether the same call may succeed a moment later.
    #[must_use]
    pub fn retryable(self) -> bool {
        matches!(self, Self::Busy)
    }
}

/// One clear sentence, the field it speaks of, and a hint that can be run as printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    pub cause: Cause,
    pub message: Message,
    pub field: Option<String>,
    pub hint: Option<Box<Message>>,
    /// What an ambiguous name could have meant: ref and title.
    pub candidates: Vec<(String, String)>,
    /// Of which of many it speaks, where many are worked on together.
    pub about: Option<Box<Message>>,
}

impl Error {
    #[must_use]
    pub fn new(cause: Cause, message: Message) -> Self {
        Self { cause, message, field: None, hint: None, candidates: Vec::new(), about: None }
    }

    /// Shorthand for the most frequent error: a value that does not parse.
    #[must_use]
    pub fn bad_value(message: Message) -> Self {
        Self::new(Cause::BadValue, message)
    }

    #[must_use]
    pub fn on_field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    #[must_use]
    pub fn hint(mut self, hint: Message) -> Self {
        self.hint = Some(Box::new(hint));
        self
    }

    /// Says of which of many it speaks, unless that is said already.
    #[must_use]
    pub fn about(mut self, about: Message) -> Self {
        self.about.get_or_insert_with(|| Box::new(about));
        self
    }

    #[must_use]
    pub fn exit_code(&self) -> u8 {
        self.cause.exit_code()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(about) = &self.about {
            write!(f, "{about}: ")?;
        }
        self.message.fmt(f)
    }
}

impl std::error::Error for Error {}
