//! What the reports on deals ask alike, and how the answers are read.

use super::parameter;
use crate::{
    crm::Crm,
    error::{Error, Result},
    message::Message,
    record::{
        Ask, Choice, Kind, Values,
        types::{fold, parse_date},
    },
};
use jiff::civil::Date;

pub(super) const WHERE: Ask =
    Ask { name: "where", doc: "Only deals that match, in the filter language", kind: || Kind::Text, required: false };
pub(super) const PIPELINE: Ask = Ask {
    name: "pipeline",
    doc: "Only the deals of this pipeline (those of all)",
    kind: || Kind::Text,
    required: false,
};
pub(super) const AS_OF: Ask = Ask {
    name: "as-of",
    doc: "As it stood at the end of that day; a deal that was closed since counts with its product's list price",
    kind: || Kind::Date,
    required: false,
};
pub(super) const CURRENCY: Ask = Ask {
    name: "currency",
    doc: "Whose amounts are summed; those in others are left out and counted",
    kind: || Kind::Text,
    required: false,
};
pub(super) const BY: Ask = Ask {
    name: "by",
    doc: "owner, manager, branch, product, category, industry, source, reason, competitor, month, quarter, or a field",
    kind: || Kind::Text,
    required: false,
};

/// In which time.
pub(super) const fn time(doc: &'static str) -> Ask {
    Ask { name: "period", doc, kind: || Kind::Text, required: false }
}

/// Words to choose from, each with its label in English and Chinese.
pub(super) fn words(words: &[(&'static str, &'static str, &'static str)]) -> Kind {
    let choice = |(key, label, label_zh): &(&'static str, &'static str, &'static str)| Choice {
        key: (*key).into(),
        label: (*label).into(),
        label_zh: (*label_zh).into(),
        retired: false,
    };
    Kind::Choice(words.iter().map(choice).collect())
}

/// The word that was chosen; the first unless said.
pub(super) fn chosen<'w>(values: &Values, name: &str, words: &[&'w str]) -> Result<&'w str> {
    one_of(parameter(values, name).as_text().unwrap_or(words[0]), words, name)
}

/// What a word of a parameter may be, refused with the words there are.
pub(super) fn one_of<'w>(said: &str, words: &[&'w str], name: &str) -> Result<&'w str> {
    let folded = fold(said);
    words.iter().find(|word| **word == folded).copied().ok_or_else(|| {
        Error::bad_value(
            Message::new("{value} is not one of {words}.").with("value", said).with("words", words.join(", ")),
        )
        .on_field(name)
    })
}

/// The day that a text names.
pub(super) fn day(crm: &Crm, said: Option<&str>) -> Result<Option<Date>> {
    Ok(said.map(|text| parse_date(text, &crm.reading().clock)).transpose()?.flatten())
}
