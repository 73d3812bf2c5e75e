//! How likely two records are one: evidence for and against, weighed in bits and added up.
//!
//! This is the model of Fellegi and Sunter (*A Theory for Record Linkage*, 1969): a field that agrees adds the logarithm
//! of how much more often it does so in records that are one than in records that are not, a field that differs takes
//! away likewise, a field that one of them lacks says nothing. The weights are fixed, so that a pair has the same score
//! in a database of ten and of a million; a value that many records share counts for less (Winkler, *Frequency-Based
//! Matching*, 1989).

use super::{
    likeness::{numbers, one_slip, shared_pairs},
    name::Name,
    profile::{Profile, Traits},
};
use crate::message::Message;
use std::collections::HashMap;

/// From here on a pair is listed, and a new record warned of.
pub const LIKELY: f64 = 0.5;
/// From here on hardly anybody would doubt it.
pub const SURE: f64 = 0.95;

/// What must be outweighed: of a thousand pairs that share anything at all one is the same.
const DOUBT: f64 = 10.0;
/// No name says more than this, however long.
const NAME: f64 = 13.0;

/// How often a key is shared, where more than two share it.
pub(super) type Frequencies = HashMap<u64, u32>;

/// Compares the records of one kind.
pub(super) struct Judge<'a> {
    pub traits: &'a Traits,
    pub frequencies: Frequencies,
}

/// Evidence added up, and the reasons where somebody wants to read them.
struct Evidence<'r> {
    bits: f64,
    reasons: Option<&'r mut Vec<Message>>,
}

impl Evidence<'_> {
    fn add(&mut self, bits: f64) {
        self.bits += bits;
    }

    fn because(&mut self, bits: f64, reason: impl FnOnce() -> Message) {
        self.bits += bits;
        if let Some(reasons) = &mut self.reasons {
            reasons.push(reason());
        }
    }
}

impl Judge<'_> {
    /// From 0 to 1, and why where that is asked for.
    pub fn score(&self, a: &Profile, b: &Profile, reasons: Option<&mut Vec<Message>>) -> f64 {
        let mut evidence = Evidence { bits: 0.0, reasons };
        self.numbers(a, b, &mut evidence);
        self.addresses(a, b, &mut evidence);
        self.marks(a, b, &mut evidence);
        person(a, b, &mut evidence);
        self.name(a, b, &mut evidence);
        self.place(a, b, &mut evidence);
        1.0 / (1.0 + (DOUBT - evidence.bits).exp2())
    }

    /// What is lost because others have the value too.
    fn common(&self, tag: u8, value: &str) -> f64 {
        self.frequencies.get(&super::keys::hash(tag, value)).map_or(0.0, |count| (f64::from(*count) / 2.0).log2())
    }

    fn numbers(&self, a: &Profile, b: &Profile, evidence: &mut Evidence) {
        match (&a.tax, &b.tax) {
            (Some(x), Some(y)) if x == y => {
                evidence.because(16.0, || Message::new("the same tax number {value}").with("value", x.to_uppercase()));
            }
            (Some(_), Some(_)) => evidence.add(-12.0),
            _ => {}
        }
        if a.numbers.is_empty() || b.numbers.is_empty() {
            return;
        }
        let mut shared = 0.0;
        for x in &a.numbers {
            let Some(y) = b.numbers.iter().find(|y| ends_alike(&x.digits, &y.digits)) else { continue };
            // A colleague's desk has the same number; a pocket has not.
            let desk = self.traits.people && !(x.mobile && y.mobile);
            let whole = x.digits == y.digits;
            let bits = match (desk, whole) {
                (true, _) => 5.0,
                (_, true) => 12.0 - self.common(b'f', &x.digits),
                (_, false) => 8.0,
            };
            let bits = if shared > 0.0 { 3.0 } else { bits.max(0.0) };
            shared += bits;
            evidence.because(bits, || Message::new("the same phone {value}").with("value", &x.digits));
        }
        if shared == 0.0 {
            evidence.add(-1.5);
        }
    }

    fn addresses(&self, a: &Profile, b: &Profile, evidence: &mut Evidence) {
        let email = a.emails.iter().find(|email| b.emails.contains(email));
        let domain = a.domains.iter().find(|domain| b.domains.contains(domain));
        if let Some(email) = email {
            let bits = 13.0 - self.common(b'e', email);
            evidence.because(bits, || Message::new("the same e-mail {value}").with("value", email));
        } else if let Some(domain) = domain {
            let bits = if self.traits.people { 1.0 } else { 5.0 - self.common(b'o', domain) };
            evidence.because(bits.max(0.0), || Message::new("the same domain {value}").with("value", domain));
        } else if !a.emails.is_empty() && !b.emails.is_empty() {
            evidence.add(-1.0);
        }
        if let Some(chat) = a.chats.iter().find(|chat| b.chats.contains(chat)) {
            evidence.because(11.0, || Message::new("the same chat name {value}").with("value", chat));
        } else if self.traits.people && !a.chats.is_empty() && !b.chats.is_empty() {
            evidence.add(-1.0);
        }
    }

    /// The custom fields that records are recognised by.
    fn marks(&self, a: &Profile, b: &Profile, evidence: &mut Evidence) {
        for (place, (x, y)) in a.marks.iter().zip(&b.marks).enumerate() {
            let (Some(x), Some(y)) = (x, y) else { continue };
            let field = || self.traits.marks.get(place).map_or("", |field| field.name.trim_start_matches("x_"));
            if x == y {
                let bits = 11.0 - self.common(super::keys::mark(place), x);
                evidence.because(bits.max(0.0), || {
                    Message::new("the same {field} {value}").with("field", field()).with("value", x)
                });
            } else if x.len().min(y.len()) >= 6 && one_slip(x, y) {
                evidence.because(5.0, || {
                    Message::new("nearly the same {field} {value}, {other}")
                        .with("field", field())
                        .with("value", x)
                        .with("other", y)
                });
            } else {
                evidence.add(-4.0);
            }
        }
    }

    fn name(&self, one: &Profile, other: &Profile, evidence: &mut Evidence) {
        let (a, b) = (&one.name, &other.name);
        if a.is_empty() || b.is_empty() {
            return;
        }
        let told = weight(&a.core).min(weight(&b.core));
        let spoken = |name: &Name| name.pinyin.clone().unwrap_or_else(|| name.core.clone());
        if a.core == b.core {
            evidence.because(told - self.common(b'n', &a.core), || Message::new("the same name"));
        } else if !self.traits.people && one.at_home().is_some_and(|home| other.at_home() == Some(home)) {
            evidence.because(told - 2.0, || Message::new("the same name but for the city"));
        } else if numbers(&a.core) != numbers(&b.core) {
            // Branch 2 is not branch 3.
            evidence.add(-3.0);
        } else if a.sorted.is_some() && a.sorted == b.sorted {
            evidence.because(told - 1.0, || Message::new("the same name in another order"));
        } else if (a.pinyin.is_some() || b.pinyin.is_some()) && spoken(a) == spoken(b) {
            evidence.because(told - 3.0, || Message::new("a name that sounds the same"));
        } else if one_slip(&a.core, &b.core) {
            evidence.because((told - doubt_of_slip(&a.core, &b.core)).max(0.0), || {
                Message::new("a name that differs by one letter")
            });
        } else {
            self.partly(a, b, told, evidence);
        }
    }

    fn partly(&self, a: &Name, b: &Name, told: f64, evidence: &mut Evidence) {
        let alike = shared_pairs(&a.core, &b.core);
        let (short, long) = if a.core.len() < b.core.len() { (a, b) } else { (b, a) };
        if alike >= 0.8 {
            evidence.because(told / 2.0, || Message::new("a similar name"));
        } else if long.core.contains(&short.core) && weight(&short.core) >= 4.0 {
            evidence.because(3.0, || Message::new("one name within the other"));
        } else if alike >= 0.6 {
            evidence.because(2.0, || Message::new("a similar name"));
        } else if alike < 0.4 {
            evidence.add(if self.traits.people { -4.0 } else { -3.0 });
        }
    }

    fn place(&self, a: &Profile, b: &Profile, evidence: &mut Evidence) {
        if let (Some(x), Some(y)) = (&a.address, &b.address) {
            let same_house = numbers(x) == numbers(y);
            let alike = if x == y { 1.0 } else { shared_pairs(x, y) };
            if same_house && alike >= 0.75 {
                let bits = 7.0 - self.common(b'a', x);
                evidence.because(bits.max(0.0), || Message::new("the same address"));
            } else if same_house && alike >= 0.5 {
                evidence.because(3.0, || Message::new("a similar address"));
            } else if alike < 0.75 {
                evidence.add(-1.0);
            }
        }
        for (x, y, bits) in [(&a.city, &b.city, 1.5), (&a.postcode, &b.postcode, 2.0)] {
            match (x, y) {
                (Some(x), Some(y)) if x == y => evidence.add(bits),
                (Some(x), Some(y)) if one_slip(x, y) => evidence.add(bits / 2.0),
                (Some(_), Some(_)) => evidence.add(-1.0),
                _ => {}
            }
        }
    }
}

fn person(a: &Profile, b: &Profile, evidence: &mut Evidence) {
    match (&a.birthday, &b.birthday) {
        (Some(x), Some(y)) if x == y => {
            evidence.because(8.0, || Message::new("the same birthday {value}").with("value", x));
        }
        (Some(_), Some(_)) => evidence.add(-3.0),
        _ => {}
    }
    match (a.company, b.company) {
        (Some(x), Some(y)) if x == y => evidence.because(3.0, || Message::new("the same customer")),
        (Some(_), Some(_)) => evidence.add(-1.5),
        _ => {}
    }
}

/// How much a name tells: a Chinese character far more than a letter.
fn weight(core: &str) -> f64 {
    core.chars().map(|letter| if letter >= '\u{2e80}' { 3.5 } else { 1.1 }).sum::<f64>().min(NAME)
}

/// How much a name says less that differs by one letter: little in a long name of Latin letters, much where each
/// character is a word, and most where one letter makes another person.
fn doubt_of_slip(a: &str, b: &str) -> f64 {
    let latin = a.is_ascii() && b.is_ascii();
    let length = a.chars().count().min(b.chars().count());
    match (latin, length) {
        (true, 10..) => 2.5,
        (true, 6..) | (false, 4..) => 5.0,
        _ => 7.0,
    }
}

/// Whole, or but for the country or area code.
fn ends_alike(a: &str, b: &str) -> bool {
    a == b || a.len().min(b.len()) >= 8 && (a.ends_with(b) || b.ends_with(a) || a[a.len() - 8..] == b[b.len() - 8..])
}
