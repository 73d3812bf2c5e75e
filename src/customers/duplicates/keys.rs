//! Keys: records that share none of these are never compared, so that a hundred thousand take seconds and not days.

use super::profile::Profile;
use std::hash::{DefaultHasher, Hasher};

/// The longest text of which every letter is left out once.
const LONGEST: usize = 30;

/// Hands out keys: on one property each, or on two together, which alone would be shared by too many.
pub(super) trait Sink {
    fn single(&mut self, key: u64);
    fn combined(&mut self, key: u64);
}

/// The number that stands for a value of one sort.
pub(super) fn hash(tag: u8, value: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write_u8(tag);
    hasher.write(value.as_bytes());
    hasher.finish()
}

fn both(tag: u8, one: &str, other: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write_u8(tag);
    hasher.write(one.as_bytes());
    hasher.write_u8(0xff);
    hasher.write(other.as_bytes());
    hasher.finish()
}

/// The tag of a custom field.
pub(super) fn mark(place: usize) -> u8 {
    128 + u8::try_from(place % 64).unwrap_or_default()
}

/// Every key of a record.
pub(super) fn keys(profile: &Profile, sink: &mut dyn Sink) {
    name(profile, sink);
    for number in &profile.numbers {
        sink.single(hash(b'f', &number.digits));
        let start = number.digits.len().saturating_sub(8);
        sink.single(hash(b's', &number.digits[start..]));
    }
    let plain = [(b'e', &profile.emails), (b'o', &profile.domains), (b'c', &profile.chats)];
    for (tag, values) in plain {
        for value in values {
            sink.single(hash(tag, value));
        }
    }
    profile.tax.iter().for_each(|tax| sink.single(hash(b't', tax)));
    if let Some(address) = profile.address.as_ref().filter(|address| address.len() >= 8) {
        sink.single(hash(b'a', address));
    }
    for (place, value) in profile.marks.iter().enumerate() {
        let Some(value) = value else { continue };
        sink.single(hash(mark(place), value));
        let initial: String = profile.name.core.chars().take(1).collect();
        sink.combined(both(mark(place), value, &initial));
        if value.len() >= 6 {
            without_one(value, &mut |rest| sink.single(hash(mark(place) + 64, rest)));
        }
    }
}

fn name(profile: &Profile, sink: &mut dyn Sink) {
    let name = &profile.name;
    if name.is_empty() {
        return;
    }
    sink.single(hash(b'n', &name.core));
    let spoken = name.pinyin.as_ref().unwrap_or(&name.core);
    sink.single(hash(b'p', spoken));
    name.sorted.iter().for_each(|sorted| sink.single(hash(b'w', sorted)));
    if let Some((bare, city)) = profile.at_home() {
        sink.combined(both(b'h', &bare, city));
    }
    let company = profile.company.map(|id| id.to_string());
    for other in [&profile.city, &profile.postcode, &profile.address, &company].into_iter().flatten() {
        sink.combined(both(b'n', &name.core, other));
        sink.combined(both(b'p', spoken, other));
    }
    let enough = if name.core.is_ascii() { 6 } else { 4 };
    if name.core.chars().take(enough).count() == enough {
        without_one(&name.core, &mut |rest| sink.single(hash(b'd', rest)));
    }
}

/// The text, and the text without each of its letters: two that differ by one wrong, missing or swapped letter have one
/// of these in common.
fn without_one(text: &str, each: &mut dyn FnMut(&str)) {
    each(text);
    let mut rest = String::with_capacity(text.len());
    for (at, letter) in text.char_indices().take(LONGEST) {
        rest.clear();
        rest.push_str(&text[..at]);
        rest.push_str(&text[at + letter.len_utf8()..]);
        each(&rest);
    }
}
