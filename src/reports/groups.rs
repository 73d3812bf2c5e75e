//! Groups of what is reported, in an order that people read, and the middle of many numbers.

use crate::record::Value;
use std::collections::{BTreeMap, HashMap};

/// Groups in the order in which they came, each with what is summed up for it.
pub(super) struct Groups<T> {
    places: HashMap<Value, usize>,
    pub all: Vec<(Value, T)>,
}

impl<T: Default> Groups<T> {
    pub fn new() -> Self {
        Self { places: HashMap::new(), all: Vec::new() }
    }

    pub fn at(&mut self, key: &Value) -> &mut T {
        let next = self.all.len();
        let place = *self.places.entry(key.clone()).or_insert(next);
        if place == next {
            self.all.push((key.clone(), T::default()));
        }
        &mut self.all[place].1
    }

    /// Months as they follow each other, anything else with the most first; what has no group comes last.
    pub fn sorted(mut self, dated: bool, most: impl Fn(&T) -> i64) -> Vec<(Value, T)> {
        self.all.sort_by(|(a, left), (b, right)| {
            let order = if dated { title(a).cmp(&title(b)) } else { most(right).cmp(&most(left)) };
            a.is_empty().cmp(&b.is_empty()).then(order).then_with(|| title(a).cmp(&title(b)))
        });
        self.all
    }
}

fn title(value: &Value) -> String {
    match value {
        Value::Link(link) => link.title.clone(),
        value => value.as_text().unwrap_or_default().to_owned(),
    }
}

/// The middle two of what there is so many times each; the same twice where there is one in the middle.
pub(super) fn middle(counts: &BTreeMap<i64, i64>) -> Option<(i64, i64)> {
    let all: i64 = counts.values().sum();
    let at = |wanted: i64| {
        let mut passed = 0;
        let found = counts.iter().find(|(_, count)| {
            passed += **count;
            passed > wanted
        });
        found.map(|(value, _)| *value)
    };
    at((all - 1) / 2).zip(at(all / 2))
}
