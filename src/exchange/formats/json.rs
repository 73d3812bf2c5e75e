//! JSON: an object a line, objects one after another, a list of objects, or an object that holds such a list.

mod flat;
mod pieces;

use super::{Format, RowSource, Wishes, spool::MOST_COLUMNS};
use crate::{
    Error, Message, Result,
    exchange::{
        encoding::{Found, Utf8Reader},
        layout::Layout,
        row::{Problem, Row},
        source::{Source, about, unreadable},
    },
    record::types,
};
use flat::Flat;
use pieces::{Pieces, Shape};
use serde_json::{Value, json};
use std::{
    collections::{BTreeSet, HashMap, hash_map::Entry},
    sync::Arc,
};

/// How the objects lie in a file, and which keys they have.
#[derive(Debug, Clone)]
struct Json {
    found: Found,
    shape: Shape,
    keys: Arc<HashMap<String, usize>>,
}

/// Objects start with a brace, lists of them with a bracket.
pub(in crate::exchange) fn look(source: &Source, head: &[u8], wishes: &Wishes<'_>) -> Result<Option<Layout>> {
    if !begins(head) {
        return Ok(None);
    }
    let found = Found::look(source, wishes.encoding)?;
    let (sample, whole) = super::text::sample(source, found)?;
    let Some(shape) = Shape::of(&sample, whole) else { return Ok(None) };
    let mut json = Json { found, shape, keys: Arc::default() };
    let (names, fault) = json.gather(source)?;
    match fault {
        Some(fault) if names.is_empty() => return Err(unusable(source, fault)),
        None if names.is_empty() => return Err(about("{file} holds no JSON object.", &source.name)),
        _ => {}
    }
    Ok(Some(Layout::of_records(Arc::new(json), names)))
}

/// A line and what is wrong with it.
type Fault = (u64, Problem);

/// Why a file has nothing that could be read, by the first row that could not.
fn unusable(source: &Source, (line, problem): Fault) -> Error {
    let message = Message::new("{file} holds no JSON object that can be read; line {line}: {problem}");
    Error::bad_value(message.with("file", &source.name).with("line", line).with("problem", problem.message()))
}

/// Whether the first signs are those of an object or of a list of objects, in any encoding.
fn begins(head: &[u8]) -> bool {
    let mut signs = head
        .iter()
        .copied()
        .filter(|byte| !matches!(byte, 0 | 0xEF | 0xBB | 0xBF | 0xFF | 0xFE) && !byte.is_ascii_whitespace());
    matches!((signs.next(), signs.next()), (Some(b'{'), Some(b'"' | b'}')) | (Some(b'['), Some(b'{' | b']')))
}

impl Json {
    /// The keys of all objects in the order in which they first come, and what is wrong with the first that is faulty.
    fn gather(&mut self, source: &Source) -> Result<(Vec<String>, Option<Fault>)> {
        let (mut names, mut places) = (Vec::new(), HashMap::new());
        let mut pieces = self.pieces(source)?;
        let (mut flat, mut fault, mut twins) = (Flat::default(), None, Twins::default());
        while pieces.next().map_err(|error| unreadable(&source.name, &error))? {
            let problem = pieces.problem().or_else(|| flat.read(pieces.text()).err());
            fault = fault.or(problem.map(|problem| (pieces.line(), problem)));
            if problem.is_some_and(|problem| problem != Problem::HalfCharacter) {
                continue;
            }
            for (key, _) in flat.pairs() {
                if !places.contains_key(key) {
                    twins.meet(key, names.len());
                    places.insert(key.clone(), names.len());
                    names.push(key.clone());
                }
            }
            twins.look(flat.pairs(), &names);
            if names.len() > MOST_COLUMNS {
                let limit = Message::new("{file} has more than {count} different keys.");
                return Err(Error::bad_value(limit.with("file", &source.name).with("count", MOST_COLUMNS)));
            }
        }
        self.keys = Arc::new(places);
        for later in twins.together {
            // Called as the second of two columns with one heading, which is left out with a word about it.
            names[later].push_str(" (2)");
        }
        Ok((names, fault))
    }

    fn pieces(&self, source: &Source) -> Result<Pieces<Utf8Reader>> {
        Ok(Pieces::new(self.found.reader(source)?, self.shape))
    }
}

/// Keys that differ in case alone. Different objects may write one key differently, but one object means two things.
#[derive(Default)]
struct Twins {
    folded: HashMap<String, usize>,
    pairs: Vec<(usize, usize)>,
    /// The later ones of those that stand in one object.
    together: BTreeSet<usize>,
}

impl Twins {
    fn meet(&mut self, key: &str, place: usize) {
        match self.folded.entry(types::fold(key)) {
            Entry::Occupied(known) => self.pairs.push((*known.get(), place)),
            Entry::Vacant(free) => _ = free.insert(place),
        }
    }

    fn look(&mut self, object: &[(String, String)], names: &[String]) {
        let says = |place: usize| object.iter().any(|(key, text)| *key == names[place] && !text.is_empty());
        for (earlier, later) in &self.pairs {
            if says(*earlier) && says(*later) {
                self.together.insert(*later);
            }
        }
    }
}

impl Format for Json {
    fn name(&self) -> &'static str {
        if self.shape == Shape::Lines { "ndjson" } else { "json" }
    }

    fn facts(&self) -> Vec<(&'static str, Value)> {
        vec![("encoding", json!(self.found.name())), ("bom", json!(self.found.bom > 0))]
    }

    fn words(&self) -> Vec<(&'static str, String)> {
        vec![("encoding", self.found.words())]
    }

    fn rows(&self, source: &Source) -> Result<Box<dyn RowSource>> {
        Ok(Box::new(JsonRows {
            pieces: self.pieces(source)?,
            keys: self.keys.clone(),
            flat: Flat::default(),
            places: Vec::new(),
            name: source.name.clone(),
            size: source.size.saturating_mul(2),
        }))
    }
}

struct JsonRows {
    pieces: Pieces<Utf8Reader>,
    keys: Arc<HashMap<String, usize>>,
    flat: Flat,
    /// For every column where its value stands among the pairs; kept and filled again.
    places: Vec<Option<usize>>,
    name: String,
    size: u64,
}

impl RowSource for JsonRows {
    fn next(&mut self, row: &mut Row) -> Result<bool> {
        if !self.pieces.next().map_err(|error| unreadable(&self.name, &error))? {
            return Ok(false);
        }
        row.restart(self.pieces.line());
        let problem = self.pieces.problem().or_else(|| self.flat.read(self.pieces.text()).err());
        match problem {
            None => self.spread(row),
            Some(problem) => {
                // What cannot be read is kept as it stands, for a person to put right.
                row.push(&String::from_utf8_lossy(self.pieces.text()).replace('\0', ""));
                row.problem = Some(problem);
            }
        }
        Ok(true)
    }

    fn passed(&self) -> u64 {
        self.pieces.passed()
    }

    fn size(&self) -> u64 {
        self.size
    }
}

impl JsonRows {
    /// Puts the values of the object under the headings.
    fn spread(&mut self, row: &mut Row) {
        self.places.clear();
        self.places.resize(self.keys.len(), None);
        let pairs = self.flat.pairs();
        for (place, (key, _)) in pairs.iter().enumerate() {
            if let Some(slot) = self.keys.get(key).and_then(|column| self.places.get_mut(*column)) {
                *slot = Some(place);
            }
        }
        for place in &self.places {
            row.push(place.map_or("", |place| pairs[place].1.as_str()));
        }
        if row.problem.is_some() {
            row.problem = Some(Problem::NulByte);
        }
    }
}
