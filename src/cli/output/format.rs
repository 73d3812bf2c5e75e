//! The words for the formats.

use kehu::{Error, Message};
use std::str::FromStr;

/// What `--format` takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Table,
    Json,
    /// One JSON object a line.
    Ndjson,
    Csv,
    Tsv,
    Markdown,
    Html,
    /// The refs alone.
    Ids,
    /// vCards, of contacts alone.
    Vcf,
}

impl Format {
    pub const ALL: [Self; 9] =
        [Self::Table, Self::Json, Self::Ndjson, Self::Csv, Self::Tsv, Self::Markdown, Self::Html, Self::Ids, Self::Vcf];

    /// The word on the command line.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Json => "json",
            Self::Ndjson => "ndjson",
            Self::Csv => "csv",
            Self::Tsv => "tsv",
            Self::Markdown => "md",
            Self::Html => "html",
            Self::Ids => "ids",
            Self::Vcf => "vcf",
        }
    }

    /// Whether errors should be JSON too.
    #[must_use]
    pub fn is_json(self) -> bool {
        matches!(self, Self::Json | Self::Ndjson)
    }
}

impl FromStr for Format {
    type Err = Error;

    fn from_str(word: &str) -> Result<Self, Error> {
        Self::ALL.into_iter().find(|format| format.word().eq_ignore_ascii_case(word)).ok_or_else(|| {
            Error::bad_value(Message::new("`{word}` is not an output format.").with("word", word))
                .hint(Message::new("The formats are table, json, ndjson, csv, tsv, md, html, ids and vcf."))
        })
    }
}

impl clap::ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.word()))
    }
}
