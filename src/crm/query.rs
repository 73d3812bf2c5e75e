//! What to list: the question that lists, counts and groups answer.

use crate::record::filter::Filter;

/// What to list.
#[derive(Debug, Clone)]
pub struct Query {
    pub kind: String,
    pub filter: Filter,
    /// Field paths; empty for the usual ones.
    pub columns: Vec<String>,
    pub sort: Vec<Sort>,
    pub limit: Option<u64>,
    /// Leave out so many from the top, of a list that has a limit.
    pub offset: Option<u64>,
    /// Only records beyond this number, in the order of the numbers.
    pub after: Option<i64>,
    pub deleted: Deleted,
    /// From the last to the first.
    pub reversed: bool,
    pub group_by: Vec<String>,
    /// Count all that match, however many there are.
    pub exact: bool,
    /// One page of many: nobody asks how many match in all.
    pub paging: bool,
}

impl Query {
    /// All records of a kind, newest first.
    #[must_use]
    pub fn new(kind: &str) -> Self {
        Self {
            kind: kind.to_owned(),
            filter: Filter::All,
            columns: Vec::new(),
            sort: Vec::new(),
            limit: None,
            offset: None,
            after: None,
            deleted: Deleted::Without,
            reversed: false,
            group_by: Vec::new(),
            exact: false,
            paging: false,
        }
    }
}

/// One field to sort by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sort {
    pub path: String,
    pub descending: bool,
}

impl Sort {
    /// `name`, `-amount` or `amount:desc`, several with commas.
    #[must_use]
    pub fn parse(text: &str) -> Vec<Self> {
        let one = |part: &str| {
            let part = part.trim();
            let (path, descending) =
                match (part.strip_prefix('-'), part.strip_suffix(":desc"), part.strip_suffix(":asc")) {
                    (Some(path), _, _) | (_, Some(path), _) => (path, true),
                    (_, _, Some(path)) => (path, false),
                    _ => (part, false),
                };
            Self { path: path.to_owned(), descending }
        };
        text.split(',').filter(|part| !part.trim().is_empty()).map(one).collect()
    }
}

/// Whether records in the recycle bin are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Deleted {
    #[default]
    Without,
    With,
    Only,
}
