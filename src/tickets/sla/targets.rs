//! Targets: how much working time an answer may take, by priority: `urgent 30m, high 2h, normal 4h, low 8h`.

use crate::{Result, error::Error, message::Message, record::types, tickets::Priority};
use std::fmt;

/// The longest target, in seconds: ten thousand hours.
const LONGEST: i64 = 10_000 * 3600;

/// Seconds by priority, the lowest first; none where nothing is promised.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Targets([Option<i64>; 4]);

const PRIORITIES: [Priority; 4] = [Priority::Low, Priority::Normal, Priority::High, Priority::Urgent];
const WORDS: [&[&str]; 4] = [&["low", "低"], &["normal", "普通", "中"], &["high", "高"], &["urgent", "紧急"]];

impl Targets {
    /// Reads what a person wrote: a time for all, or times with the priorities that they are for.
    ///
    /// # Errors
    /// What is neither a priority nor a time.
    pub fn parse(text: &str) -> Result<Self> {
        let folded = types::fold(text).replace([',', ';', '、', ':', '='], " ");
        let (mut targets, mut rest, mut named) = (Self::default(), None, Vec::new());
        for word in folded.split_whitespace() {
            if let Some(place) = WORDS.iter().position(|words| words.contains(&word)) {
                named.push(place);
                continue;
            }
            let Some(seconds) = duration(word) else { return Err(mistake(text, word)) };
            if named.is_empty() {
                rest = Some(seconds);
            }
            for place in named.drain(..) {
                targets.0[place] = Some(seconds);
            }
        }
        if !named.is_empty() || rest.is_none() && targets == Self::default() {
            return Err(mistake(text, text.trim()));
        }
        for target in &mut targets.0 {
            *target = target.or(rest);
        }
        Ok(targets)
    }

    #[must_use]
    pub fn of(&self, priority: Priority) -> Option<i64> {
        self.0[place(priority)]
    }

    /// The priority for which this is longer than the other, where there is any.
    #[must_use]
    pub fn longer_than(&self, other: &Self) -> Option<Priority> {
        let longer = |priority: &&Priority| match (self.of(**priority), other.of(**priority)) {
            (Some(mine), Some(other)) => mine > other,
            _ => false,
        };
        PRIORITIES.iter().find(longer).copied()
    }
}

pub(super) fn place(priority: Priority) -> usize {
    PRIORITIES.iter().position(|known| *known == priority).unwrap_or_default()
}

/// One step more urgent.
pub(super) fn raised(priority: Priority) -> Priority {
    PRIORITIES.get(place(priority) + 1).copied().unwrap_or(Priority::Urgent)
}

fn mistake(text: &str, word: &str) -> Error {
    let message = Message::new("{value} says no working time for each priority: {word}.");
    Error::bad_value(message.with("value", text.trim()).with("word", word))
        .hint(Message::new("Write hours and minutes, for all or by priority: 8h, or urgent 30m, high 2h, 4h."))
}

/// `30m`, `1h30m`, `8小时`, at least a minute.
fn duration(word: &str) -> Option<i64> {
    let plain = word.replace("小时", "h").replace("分钟", "m").replace('时', "h").replace('分', "m");
    let (mut sum, mut number) = (0_i64, String::new());
    for letter in plain.chars() {
        let unit = match letter {
            'h' => 3600,
            'm' => 60,
            digit if digit.is_ascii_digit() => {
                number.push(digit);
                continue;
            }
            _ => return None,
        };
        sum = sum.checked_add(number.parse::<i64>().ok()?.checked_mul(unit)?)?;
        number.clear();
    }
    (number.is_empty() && (60..=LONGEST).contains(&sum)).then_some(sum)
}

/// `1h30m`, and seconds where there are such: `20s`.
#[must_use]
pub fn duration_text(seconds: i64) -> String {
    let (sign, seconds) = (if seconds < 0 { "-" } else { "" }, seconds.abs());
    let parts = [(seconds / 3600, "h"), (seconds % 3600 / 60, "m"), (seconds % 60, "s")];
    let told = parts.iter().filter(|(count, _)| *count > 0).map(|(count, unit)| format!("{count}{unit}"));
    let text = told.collect::<Vec<_>>().concat();
    if text.is_empty() { "0m".to_owned() } else { format!("{sign}{text}") }
}

/// The priorities with times of their own, and last the time that most have, which then needs no word.
impl fmt::Display for Targets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = self.0.iter().all(Option::is_some);
        let often = |target: &Option<i64>| self.0.iter().filter(|other| *other == target).count();
        let rest = self.0.iter().filter(|_| whole).max_by_key(|target| often(target)).copied().flatten();
        let rest = rest.filter(|rest| often(&Some(*rest)) > 1);
        let own = PRIORITIES.iter().rev().filter_map(|priority| {
            let seconds = self.of(*priority).filter(|seconds| Some(*seconds) != rest)?;
            Some(format!("{} {}", priority.key(), duration_text(seconds)))
        });
        let parts: Vec<String> = own.chain(rest.map(duration_text)).collect();
        f.write_str(&parts.join(", "))
    }
}
