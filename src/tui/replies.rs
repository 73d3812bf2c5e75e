//! `Replies`: what a terminal answers after nobody listens any more (its colours, its name) is no key of a person's, also
//! where it comes in parts. A person's own Esc or Alt-] is held back for a moment at most, and comes through.

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use std::time::{Duration, Instant};

/// What may be the beginning of an answer is a key where nothing follows so soon: nobody types that fast.
const HELD: Duration = Duration::from_millis(50);
/// What is an answer for sure may come in parts so far apart.
const PAUSE: Duration = Duration::from_secs(1);
/// An Esc in its middle is the first half of its end, unless the other half does not come so soon.
const ENDING: Duration = Duration::from_millis(200);
/// The numbers of the answers that tell of colours.
const COLOURS: [&str; 10] = ["4", "5", "10", "11", "12", "13", "14", "17", "19", "21"];

/// What the text so far is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    Keys,
    Perhaps,
    Answer,
    Whole,
}

/// Events on their way from the terminal.
#[derive(Debug, Default)]
pub struct Replies {
    held: Vec<Event>,
    /// The held events as the terminal sent them.
    text: String,
    last: Option<Instant>,
    sure: bool,
}

impl Replies {
    /// Takes an event, and gives back those that are a person's.
    pub fn take(&mut self, event: Event, now: Instant) -> Vec<Event> {
        if matches!(event, Event::Resize(..)) {
            return vec![event];
        }
        let mut out = self.expired(now);
        let Some(sent) = sent(&event).filter(|sent| !self.held.is_empty() || sent.starts_with('\x1b')) else {
            out.extend(self.release());
            out.push(event);
            return out;
        };
        self.text.push_str(&sent);
        self.held.push(event);
        self.last = Some(now);
        match sort(&self.text) {
            Sort::Keys => out.extend(self.release()),
            Sort::Perhaps => {}
            Sort::Answer => self.sure = true,
            Sort::Whole => *self = Self::default(),
        }
        out
    }

    /// Gives back what was held for too long to be an answer.
    pub fn expired(&mut self, now: Instant) -> Vec<Event> {
        match self.patience(now) {
            Some(Duration::ZERO) => self.release(),
            _ => Vec::new(),
        }
    }

    /// How long it is still worth to wait; none where nothing is held.
    #[must_use]
    pub fn patience(&self, now: Instant) -> Option<Duration> {
        let patience = match (self.sure, self.text.ends_with('\x1b')) {
            (true, false) => PAUSE,
            (true, true) => ENDING,
            (false, _) => HELD,
        };
        self.last.map(|last| (last + patience).saturating_duration_since(now))
    }

    /// Ends what is held: what was an answer is gone, and what came after it or was none is a person's.
    pub fn release(&mut self) -> Vec<Event> {
        let known = std::mem::take(self);
        if !known.sure {
            return known.held;
        }
        let mut text = String::new();
        let mut answered = 0;
        for (place, event) in known.held.iter().enumerate() {
            text.push_str(&sent(event).unwrap_or_default());
            if sort(&text) == Sort::Answer && !text.ends_with('\x1b') {
                answered = place + 1;
            }
        }
        known.held.into_iter().skip(answered).collect()
    }
}

/// A key as the terminal sent it, where it may be part of an answer.
fn sent(event: &Event) -> Option<String> {
    let Event::Key(KeyEvent { code, modifiers, kind: KeyEventKind::Press, .. }) = event else { return None };
    let others = *modifiers - KeyModifiers::SHIFT;
    match code {
        KeyCode::Esc if others.is_empty() => Some("\x1b".to_owned()),
        KeyCode::Char('g') if others == KeyModifiers::CONTROL => Some("\x07".to_owned()),
        KeyCode::Char(letter) if others.is_empty() => Some(letter.to_string()),
        KeyCode::Char(letter) if others == KeyModifiers::ALT => Some(format!("\x1b{letter}")),
        _ => None,
    }
}

fn sort(text: &str) -> Sort {
    let Some(rest) = text.strip_prefix('\x1b') else { return Sort::Keys };
    let mut letters = rest.chars();
    match letters.next() {
        None => Sort::Perhaps,
        Some(']') => command(letters.as_str()),
        Some('P') => string(letters.as_str(), &[">|", "!|", "0+r", "1+r", "0$r", "1$r"]),
        Some('_') => string(letters.as_str(), &["G"]),
        Some('[') => control(letters.as_str()),
        Some(_) => Sort::Keys,
    }
}

/// What stands before the end that was sent, and whether it was.
fn ended(text: &str) -> (&str, bool) {
    let end = text.strip_suffix('\x07').or_else(|| text.strip_suffix("\x1b\\"));
    (end.unwrap_or_else(|| text.strip_suffix('\x1b').unwrap_or(text)), end.is_some())
}

/// `11;rgb:1e1e/1e1e/1e1e`: a number, then what it tells of.
fn command(text: &str) -> Sort {
    let Some((number, body)) = text.split_once(';') else {
        return if text.len() < 5 && is_number(text) { Sort::Perhaps } else { Sort::Keys };
    };
    let (body, whole) = ended(body);
    let colour = |letter: char| letter.is_ascii_hexdigit() || "rgba:/;?#".contains(letter);
    let fits = if COLOURS.contains(&number) { body.chars().all(colour) } else { !body.contains(['\x1b', '\x07']) };
    match (is_number(number) && !number.is_empty() && fits, whole) {
        (false, _) => Sort::Keys,
        (true, false) => Sort::Answer,
        (true, true) => Sort::Whole,
    }
}

/// Something that begins with certain signs and tells anything.
fn string(text: &str, beginnings: &[&str]) -> Sort {
    if beginnings.iter().any(|beginning| beginning.starts_with(text)) && !beginnings.contains(&text) {
        return Sort::Perhaps;
    }
    if !beginnings.iter().any(|beginning| text.starts_with(beginning)) {
        return Sort::Keys;
    }
    let (body, whole) = ended(text);
    match (body.contains(['\x1b', '\x07']), whole) {
        (true, _) => Sort::Keys,
        (false, false) => Sort::Answer,
        (false, true) => Sort::Whole,
    }
}

/// `?62;22c`, where its beginning came alone; else it never gets here.
fn control(text: &str) -> Sort {
    let Some(body) = text.strip_prefix(['?', '>']) else {
        return if text.is_empty() { Sort::Perhaps } else { Sort::Keys };
    };
    let (parameters, last) = body.split_at(body.len() - body.chars().next_back().map_or(0, char::len_utf8));
    let allowed = |text: &str| text.chars().all(|letter| letter.is_ascii_digit() || ";$".contains(letter));
    match last.chars().next() {
        None => Sort::Perhaps,
        Some('c' | 'n' | 'y' | 'u') if !parameters.is_empty() && allowed(parameters) => Sort::Whole,
        Some(_) if allowed(body) => Sort::Answer,
        Some(_) => Sort::Keys,
    }
}

fn is_number(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}
