//! Pairs worth comparing: records that share a key which not too many share.

use super::{
    keys::{Sink, keys},
    profile::Profile,
    score::Frequencies,
};

/// A property that more records share says nothing about any two of them.
const MOST: usize = 40;
/// Two properties together may be shared by more.
const MOST_COMBINED: usize = 200;

/// A key and the place of a record that has it.
type Entry = (u64, u32);

#[derive(Default)]
struct Buckets {
    record: u32,
    single: Vec<Entry>,
    combined: Vec<Entry>,
}

impl Sink for Buckets {
    fn single(&mut self, key: u64) {
        self.single.push((key, self.record));
    }

    fn combined(&mut self, key: u64) {
        self.combined.push((key, self.record));
    }
}

/// The places of each two records that share a key, once, and how often a value is shared that more than two share.
pub(super) fn candidates(profiles: &[Profile]) -> (Vec<(u32, u32)>, Frequencies) {
    let mut buckets = Buckets::default();
    for (place, profile) in (0..).zip(profiles) {
        buckets.record = place;
        keys(profile, &mut buckets);
    }
    let mut pairs: Vec<(u32, u32)> = Vec::new();
    let mut frequencies = Frequencies::default();
    each_bucket(buckets.single, &mut |key, members| {
        if members.len() > 2 {
            frequencies.insert(key, u32::try_from(members.len()).unwrap_or(u32::MAX));
        }
        if members.len() <= MOST {
            push_pairs(members, &mut pairs);
        }
    });
    each_bucket(buckets.combined, &mut |_, members| {
        if members.len() <= MOST_COMBINED {
            push_pairs(members, &mut pairs);
        }
    });
    pairs.sort_unstable();
    pairs.dedup();
    (pairs, frequencies)
}

fn each_bucket(mut entries: Vec<Entry>, each: &mut dyn FnMut(u64, &[Entry])) {
    entries.sort_unstable();
    entries.dedup();
    for bucket in entries.chunk_by(|a, b| a.0 == b.0).filter(|bucket| bucket.len() > 1) {
        each(bucket[0].0, bucket);
    }
}

fn push_pairs(members: &[Entry], pairs: &mut Vec<(u32, u32)>) {
    for (place, (_, a)) in members.iter().enumerate() {
        pairs.extend(members[place + 1..].iter().map(|(_, b)| (*a, *b)));
    }
}
