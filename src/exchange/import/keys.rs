//! `Keys`: what rows are known by, as numbers, so that a million rows can be compared with each other in little memory.

use std::hash::{DefaultHasher, Hash, Hasher};

/// How many bits a row's number takes; the others are of its key.
const ROW_BITS: u32 = 28;
const ROW_MASK: u64 = (1 << ROW_BITS) - 1;

/// At most so many rows can be told apart.
pub(super) const MOST_ROWS: usize = (1 << ROW_BITS) - 1;

/// A number for texts; that two different ones have the same is as good as impossible, and is checked where it matters.
pub(super) fn hash(parts: &[&str]) -> u64 {
    let mut hasher = DefaultHasher::new();
    parts.hash(&mut hasher);
    hasher.finish()
}

/// Keys of rows, several a row.
#[derive(Default)]
pub(super) struct Keys {
    entries: Vec<u64>,
}

impl Keys {
    pub fn reserve(&mut self, count: usize) {
        self.entries.reserve_exact(count);
    }

    pub fn add(&mut self, row: u32, key: u64) {
        self.entries.push((key & !ROW_MASK) | u64::from(row));
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The rows that share a key with another row.
    pub fn shared(&mut self) -> Vec<u32> {
        self.entries.sort_unstable();
        let mut rows: Vec<u32> = Vec::new();
        for same in self.entries.chunk_by(|one, other| one & !ROW_MASK == other & !ROW_MASK) {
            let row = |entry: &u64| u32::try_from(entry & ROW_MASK).unwrap_or_default();
            if same.iter().any(|entry| row(entry) != row(&same[0])) {
                rows.extend(same.iter().map(row));
            }
        }
        rows
    }

    /// The rows of this that share a key with a row of the other, and those of the other.
    pub fn shared_with(&mut self, other: &mut Self) -> Vec<u32> {
        self.entries.sort_unstable();
        other.entries.sort_unstable();
        let mut rows = Vec::new();
        let mut at = 0;
        for entry in &self.entries {
            let key = entry & !ROW_MASK;
            while other.entries.get(at).is_some_and(|entry| entry & !ROW_MASK < key) {
                at += 1;
            }
            let same = other.entries[at..].iter().take_while(|entry| *entry & !ROW_MASK == key);
            let before = rows.len();
            rows.extend(same.map(|entry| u32::try_from(entry & ROW_MASK).unwrap_or_default()));
            if rows.len() > before {
                rows.push(u32::try_from(entry & ROW_MASK).unwrap_or_default());
            }
        }
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_share_a_key_are_found() {
        let mut keys = Keys::default();
        for (row, name) in ["a", "b", "a", "c"].iter().enumerate() {
            keys.add(u32::try_from(row).expect("small"), hash(&[name]));
        }
        let mut shared = keys.shared();
        shared.sort_unstable();
        assert_eq!(shared, [0, 2]);
        let mut others = Keys::default();
        others.add(9, hash(&["c"]));
        let mut shared = keys.shared_with(&mut others);
        shared.sort_unstable();
        assert_eq!(shared, [3, 9]);
    }
}
