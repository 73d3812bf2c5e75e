//! `Headings`: what the columns of other people's files are called, read from `headings.toml`.

use super::target::Target;
use crate::{Error, Message, Result};
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};
use unicode_normalization::UnicodeNormalization;

/// The synonyms of every kind, the products and the words that stand for values.
#[derive(Debug, Deserialize)]
pub struct Headings {
    generic: BTreeMap<String, Synonyms>,
    beside: BTreeMap<String, Synonyms>,
    values: BTreeMap<String, BTreeMap<String, Synonyms>>,
    product: Vec<Product>,
}

/// What it is → what people call it.
type Synonyms = BTreeMap<String, Vec<String>>;

/// A program whose exports are known by their headings.
#[derive(Debug, Deserialize)]
pub struct Product {
    pub name: String,
    /// What its rows are here.
    pub kind: String,
    /// Sets of headings; where all of one are there, it is this product's file.
    signs: Vec<Vec<String>>,
    #[serde(default)]
    fields: Synonyms,
    /// What stands between several values in one cell, beside comma and semicolon.
    #[serde(default)]
    pub separator: Option<String>,
    /// Cells that mean nothing.
    #[serde(default)]
    pub blanks: Vec<String>,
    /// Tags that everybody has.
    #[serde(default)]
    pub drop: Vec<String>,
    #[serde(default)]
    pub people: Option<PeopleRows>,
}

/// How rows that are people stand among rows that are companies.
#[derive(Debug, Clone, Deserialize)]
pub struct PeopleRows {
    /// What such a row is instead.
    pub kind: String,
    /// The column that names their company.
    pub company: String,
    /// The columns one of which tells a person.
    #[serde(rename = "type")]
    pub types: Vec<String>,
    /// The words for a person there, folded.
    pub words: Vec<String>,
}

/// What the file says about a heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Meaning {
    Targets(Vec<Target>),
    Skip,
}

/// The meanings of one kind's headings, by folded heading.
pub(super) type Index = HashMap<String, Meaning>;

impl Headings {
    pub fn load() -> Result<Self> {
        toml::from_str(include_str!("headings.toml")).map_err(|error| {
            Error::bad_value(Message::new("The list of headings is broken: {reason}.").with("reason", error.message()))
        })
    }

    /// The product whose signs are among the headings, the one with the longest sign; of that kind, if one is named.
    #[must_use]
    pub fn recognise(&self, headings: &[String], kind: Option<&str>) -> Option<&Product> {
        let folded: Vec<String> = headings.iter().map(|heading| fold(heading)).collect();
        let length = |product: &Product| {
            let held = |sign: &&Vec<String>| sign.iter().all(|heading| folded.contains(&fold(heading)));
            product.signs.iter().filter(held).map(Vec::len).max()
        };
        let known = self.product.iter().filter(|product| kind.is_none_or(|kind| kind == product.kind));
        let found = known.filter_map(|product| length(product).map(|length| (length, product)));
        found.rev().max_by_key(|(length, _)| *length).map(|(_, product)| product)
    }

    #[must_use]
    pub fn product(&self, name: &str, kind: &str) -> Option<&Product> {
        self.product.iter().find(|product| product.name == name && product.kind == kind)
    }

    /// The kind of record that the headings speak of.
    #[must_use]
    pub fn kind_of(&self, headings: &[String]) -> Option<&str> {
        if let Some(product) = self.recognise(headings, None) {
            return Some(&product.kind);
        }
        if Self::tells(headings, TICKETS) {
            return Some("ticket");
        }
        if Self::tells(headings, LEADS) {
            return Some("lead");
        }
        if Self::tells(headings, DEALS) {
            return Some("deal");
        }
        let count = |kind: &str| {
            let index = self.generic(kind);
            let known = |heading: &&String| matches!(index.get(&fold(heading)), Some(Meaning::Targets(_)));
            headings.iter().filter(known).count()
        };
        let kinds = ["branch", "user", "contact", "customer"].map(|kind| (count(kind), kind));
        kinds.into_iter().filter(|(count, _)| *count > 0).max_by_key(|(count, _)| *count).map(|(_, kind)| kind)
    }

    /// Whether all headings of one sign are there.
    fn tells(headings: &[String], signs: &[&[&str]]) -> bool {
        let folded: Vec<String> = headings.iter().map(|heading| fold(heading)).collect();
        let held = |sign: &&[&str]| sign.iter().all(|wanted| folded.iter().any(|heading| heading == wanted));
        signs.iter().any(held)
    }

    pub(super) fn generic(&self, kind: &str) -> Index {
        self.generic.get(kind).map(index).unwrap_or_default()
    }

    pub(super) fn beside(&self, kind: &str) -> Index {
        self.beside.get(kind).map(index).unwrap_or_default()
    }

    /// Every word that stands for a value of that field, folded, with the value.
    pub(super) fn words(&self, kind: &str, field: &str) -> HashMap<String, String> {
        let values = self.values.get(kind).and_then(|fields| fields.get(field));
        let pairs = values.into_iter().flatten();
        pairs.flat_map(|(value, words)| words.iter().map(move |word| (fold(word), value.clone()))).collect()
    }

    /// The field paths that the lists of a kind know.
    pub(super) fn fields(&self, kind: &str) -> Vec<String> {
        let names = self.generic.get(kind).into_iter().flat_map(BTreeMap::keys);
        let mut paths: Vec<String> = names.filter_map(|name| Target::parse(name).ok()).map(|t| t.path()).collect();
        paths.retain(|path| path != "skip");
        paths.dedup();
        paths
    }
}

/// Headings, folded, that tell rows of other sorts: all of one line together.
const TICKETS: &[&[&str]] =
    &[&["ticketid"], &["ticketnumber"], &["subject", "status", "priority"], &["工单编号"], &["工单标题"]];
const DEALS: &[&[&str]] = &[
    &["dealname"],
    &["dealid"],
    &["dealtitle"],
    &["dealstage"],
    &["opportunity"],
    &["opportunityid"],
    &["opportunityname"],
    &["stage", "amount"],
    &["stagename", "amount"],
    &["amount", "closedate"],
    &["商机名称"],
    &["商机编号"],
    &["销售机会"],
];
const LEADS: &[&[&str]] =
    &[&["leadid"], &["leadsource", "status"], &["leadowner"], &["isconverted"], &["线索名称"], &["线索编号"]];

impl Product {
    pub(super) fn index(&self) -> Index {
        index(&self.fields)
    }
}

fn index(synonyms: &Synonyms) -> Index {
    let mut index = Index::new();
    for (target, headings) in synonyms {
        for heading in headings {
            add(&mut index, fold_with(heading, true), target);
        }
    }
    index
}

fn add(index: &mut Index, heading: String, target: &str) {
    let Ok(parsed) = Target::parse(target) else { return };
    if target == "skip" {
        index.entry(heading).or_insert(Meaning::Skip);
        return;
    }
    match index.entry(heading).or_insert_with(|| Meaning::Targets(Vec::new())) {
        Meaning::Targets(targets) if targets.contains(&parsed) => {}
        Meaning::Targets(targets) => targets.push(parsed),
        skip @ Meaning::Skip => *skip = Meaning::Targets(vec![parsed]),
    }
}

/// The meaning of a folded heading, its numbers taken for any number where it is not known as it stands.
pub(super) fn look_up<'a>(index: &'a Index, folded: &str) -> Option<&'a Meaning> {
    index.get(folded).or_else(|| index.get(&any_number(folded)))
}

/// Without case, width, space and punctuation.
pub(super) fn fold(text: &str) -> String {
    fold_with(text, false)
}

fn fold_with(text: &str, keep_number_sign: bool) -> String {
    let kept = |c: &char| c.is_alphanumeric() || (keep_number_sign && *c == '#');
    text.nfkc().filter(kept).flat_map(char::to_lowercase).collect()
}

fn any_number(folded: &str) -> String {
    let mut text = String::with_capacity(folded.len());
    for c in folded.chars() {
        if !c.is_ascii_digit() {
            text.push(c);
        } else if !text.ends_with('#') {
            text.push('#');
        }
    }
    text
}
