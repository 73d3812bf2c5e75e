//! Working hours as people write them: `Mon-Fri 09:00-12:00 13:30-18:00; Sat 09:00-12:00`, or `24x7`.

use crate::{Result, error::Error, message::Message, record::types};
use jiff::civil::Weekday;
use std::fmt;

/// How many minutes a day has that no clock change touches.
pub(super) const DAY: u16 = 24 * 60;

/// When people work on a day, in minutes from its midnight; what ends after the next midnight ends beyond 24 hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Window {
    pub from: u16,
    pub to: u16,
}

/// When people work in a usual week, Monday first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hours {
    days: [Vec<Window>; 7],
}

const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// Ways to write that somebody is always there.
const ALWAYS: [&str; 7] = ["24x7", "7x24", "24/7", "7/24", "24×7", "7×24", "always"];

impl Hours {
    /// All hours of all days.
    #[must_use]
    pub fn always() -> Self {
        let mut hours = Self::default();
        hours.days.fill(vec![Window { from: 0, to: DAY }]);
        hours
    }

    /// Reads what a person wrote.
    ///
    /// # Errors
    /// What is neither a day nor a window, windows of no day, days without any, and windows that overlap.
    pub fn parse(text: &str) -> Result<Self> {
        if ALWAYS.contains(&types::fold(text).trim()) {
            return Ok(Self::always());
        }
        let mut hours = Self::default();
        let (mut days, mut filled) = (Vec::<usize>::new(), true);
        for word in words(text) {
            if let Some(window) = window(&word) {
                if days.is_empty() {
                    return Err(mistake(Message::new("{value} stands behind no day.").with("value", word)));
                }
                for day in &days {
                    hours.days[*day].push(window);
                }
                filled = true;
            } else if let Some(more) = days_of(&word) {
                if filled {
                    days.clear();
                }
                days.extend(more);
                filled = false;
            } else {
                return Err(mistake(Message::new("{value} is neither a day nor hours.").with("value", word)));
            }
        }
        if !filled || hours.days.iter().all(Vec::is_empty) {
            return Err(mistake(Message::new("{value} says no working hours.").with("value", text.trim())));
        }
        hours.in_order(text)
    }

    /// Windows of one day alone: `09:00-12:00 13:00-15:00`.
    ///
    /// # Errors
    /// What is no window, and windows that overlap.
    pub fn parse_day(text: &str) -> Result<Vec<Window>> {
        let mut windows = Vec::new();
        for word in words(text) {
            let read = window(&word);
            let wrong = || mistake(Message::new("{value} is no working time of a day.").with("value", word.clone()));
            windows.push(read.ok_or_else(wrong)?);
        }
        if windows.is_empty() {
            return Err(mistake(Message::new("{value} says no working hours.").with("value", text.trim())));
        }
        let mut day = Self::default();
        day.days[0] = windows;
        Ok(std::mem::take(&mut day.in_order(text)?.days[0]))
    }

    /// The windows of a weekday.
    #[must_use]
    pub fn on(&self, day: Weekday) -> &[Window] {
        &self.days[usize::try_from(day.to_monday_zero_offset()).unwrap_or_default()]
    }

    /// The windows of the first day of the week that has any: those of a weekend day on which people work for another.
    #[must_use]
    pub fn usual(&self) -> &[Window] {
        self.days.iter().find(|windows| !windows.is_empty()).map_or(&[], Vec::as_slice)
    }

    #[must_use]
    pub fn is_always(&self) -> bool {
        *self == Self::always()
    }

    /// Sorts the windows of each day; none may begin before the one before it has ended, over midnight neither.
    fn in_order(mut self, text: &str) -> Result<Self> {
        for windows in &mut self.days {
            windows.sort();
        }
        for day in 0..7 {
            let next = self.days[(day + 1) % 7].first().map(|window| window.from + DAY);
            let begins = self.days[day].iter().skip(1).map(|window| window.from).chain(next);
            let overlap = self.days[day].iter().zip(begins).find(|(window, begin)| window.to > *begin);
            if let Some((window, _)) = overlap {
                let message = Message::new("{window} overlaps with the window after it in {value}.");
                return Err(mistake(message.with("window", window).with("value", text.trim())));
            }
        }
        Ok(self)
    }
}

fn mistake(message: Message) -> Error {
    Error::bad_value(message).hint(Message::new(
        "kehu business_calendar add \"Early shift\" --hours \"Mon-Fri 09:00-12:00 13:30-18:00; Sat 09:00-12:00\"",
    ))
}

/// The days and windows, each as one word.
fn words(text: &str) -> Vec<String> {
    let spaced = |letter: char| match letter {
        ',' | ';' | '、' | '\n' => ' ',
        '至' | '到' | '–' | '—' | '~' | '〜' => '-',
        letter => letter,
    };
    let plain: String = types::fold(text).chars().map(spaced).collect();
    let plain = plain.split_whitespace().collect::<Vec<_>>().join(" ").replace(" -", "-").replace("- ", "-");
    plain.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// `09:00-12:30`, `9-18`, `22:00-06:00`.
fn window(word: &str) -> Option<Window> {
    let (from, to) = word.split_once('-')?;
    let (from, to) = (minute(from)?, minute(to)?);
    match from {
        DAY.. => None,
        from if from == to => None,
        from if to < from => Some(Window { from, to: to + DAY }),
        from => Some(Window { from, to }),
    }
}

fn minute(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':').unwrap_or((text, "0"));
    let (hour, minute) = (number(hour)?, number(minute)?);
    (hour < 24 && minute < 60 || hour == 24 && minute == 0).then_some(hour * 60 + minute)
}

fn number(text: &str) -> Option<u16> {
    let plain = matches!(text.len(), 1 | 2) && text.bytes().all(|byte| byte.is_ascii_digit());
    if plain { text.parse().ok() } else { None }
}

/// `mon`, `mon-fri`, `fri-mon`, `周一-周五`, `daily`.
fn days_of(word: &str) -> Option<Vec<usize>> {
    match word {
        "daily" | "每天" | "每日" => return Some((0..7).collect()),
        "weekdays" | "工作日" => return Some((0..5).collect()),
        "weekend" | "weekends" | "周末" => return Some(vec![5, 6]),
        _ => {}
    }
    let (from, to) = word.split_once('-').unwrap_or((word, word));
    let (from, to) = (day(from)?, day(to)?);
    let length = (to + 7 - from) % 7;
    Some((0..=length).map(|step| (from + step) % 7).collect())
}

fn day(word: &str) -> Option<usize> {
    if let Some(place) = DAYS.iter().position(|name| word.len() >= 2 && name.starts_with(word)) {
        return Some(place);
    }
    let bare = ["星期", "礼拜", "周"].iter().find_map(|prefix| word.strip_prefix(prefix)).unwrap_or(word);
    let mut letters = bare.chars();
    let place = match letters.next()? {
        '天' | '七' => 6,
        letter => "一二三四五六日".chars().position(|known| known == letter)?,
    };
    letters.next().is_none().then_some(place)
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What ends at midnight ends at 24:00, and what ends after it says the hour of the next day.
        let to = if self.to > DAY { self.to - DAY } else { self.to };
        write!(f, "{:02}:{:02}-{:02}:{:02}", self.from / 60, self.from % 60, to / 60, to % 60)
    }
}

/// The windows of one day in writing.
pub(super) fn day_text(windows: &[Window]) -> String {
    windows.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

impl fmt::Display for Hours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_always() {
            return f.write_str("24x7");
        }
        let (mut day, mut parts) = (0, Vec::new());
        while day < 7 {
            let alike = self.days[day..].iter().take_while(|windows| **windows == self.days[day]).count();
            if !self.days[day].is_empty() {
                let name = |day: usize| format!("{}{}", DAYS[day][..1].to_uppercase(), &DAYS[day][1..3]);
                let days = if alike > 1 { format!("{}-{}", name(day), name(day + alike - 1)) } else { name(day) };
                parts.push(format!("{days} {}", day_text(&self.days[day])));
            }
            day += alike;
        }
        f.write_str(&parts.join("; "))
    }
}
