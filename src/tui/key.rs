//! `Key`: one key as it was pressed, read from and written in the words that help and tests use.

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

/// One key with its modifiers; Shift is part of a letter, so it is kept for other keys alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key {
    pub code: KeyCode,
    pub ctrl: bool,
    pub alt: bool,
    pub shift: bool,
}

/// How keys without a letter are called.
const NAMES: [(&str, KeyCode); 27] = [
    ("Enter", KeyCode::Enter),
    ("Esc", KeyCode::Esc),
    ("Tab", KeyCode::Tab),
    ("Backspace", KeyCode::Backspace),
    ("Delete", KeyCode::Delete),
    ("Insert", KeyCode::Insert),
    ("Up", KeyCode::Up),
    ("Down", KeyCode::Down),
    ("Left", KeyCode::Left),
    ("Right", KeyCode::Right),
    ("Home", KeyCode::Home),
    ("End", KeyCode::End),
    ("PgUp", KeyCode::PageUp),
    ("PgDn", KeyCode::PageDown),
    ("Space", KeyCode::Char(' ')),
    ("F1", KeyCode::F(1)),
    ("F2", KeyCode::F(2)),
    ("F3", KeyCode::F(3)),
    ("F4", KeyCode::F(4)),
    ("F5", KeyCode::F(5)),
    ("F6", KeyCode::F(6)),
    ("F7", KeyCode::F(7)),
    ("F8", KeyCode::F(8)),
    ("F9", KeyCode::F(9)),
    ("F10", KeyCode::F(10)),
    ("F11", KeyCode::F(11)),
    ("F12", KeyCode::F(12)),
];

impl Key {
    /// A key without modifiers.
    #[must_use]
    pub fn plain(code: KeyCode) -> Self {
        Self { code, ctrl: false, alt: false, shift: false }
    }

    /// What the terminal reports, unless a key was let go.
    #[must_use]
    pub fn of(event: &KeyEvent) -> Option<Self> {
        if event.kind == KeyEventKind::Release {
            return None;
        }
        let has = |modifier| event.modifiers.contains(modifier);
        let (ctrl, alt) = (has(KeyModifiers::CONTROL), has(KeyModifiers::ALT));
        Some(match event.code {
            KeyCode::BackTab => Self { code: KeyCode::Tab, ctrl, alt, shift: true },
            KeyCode::Char(letter) if ctrl => {
                Self { code: KeyCode::Char(letter.to_ascii_lowercase()), ctrl, alt, shift: false }
            }
            KeyCode::Char(letter) => Self { code: KeyCode::Char(letter), ctrl, alt, shift: false },
            code => Self { code, ctrl, alt, shift: has(KeyModifiers::SHIFT) },
        })
    }

    /// `Ctrl-k`, `Alt-1`, `Shift-Tab`, `PgUp`, `G`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (mut key, mut rest) = (Self::plain(KeyCode::Null), text);
        loop {
            let (part, tail) = match rest.split_once('-') {
                Some((part, tail)) if !tail.is_empty() => (part, tail),
                _ => break,
            };
            match part {
                "Ctrl" => key.ctrl = true,
                "Alt" => key.alt = true,
                "Shift" => key.shift = true,
                _ => return None,
            }
            rest = tail;
        }
        let named = NAMES.iter().find(|(name, _)| *name == rest).map(|(_, code)| *code);
        let mut letters = rest.chars();
        key.code = match (named, letters.next(), letters.next()) {
            (Some(code), _, _) => code,
            (None, Some(letter), None) => KeyCode::Char(letter),
            _ => return None,
        };
        Some(key)
    }

    /// `g g` is two keys.
    #[must_use]
    pub fn sequence(text: &str) -> Vec<Self> {
        text.split(' ').filter_map(Self::parse).collect()
    }

    /// As a footer shows it: `^K`, `M-1`, `S-Tab`, `Enter`.
    #[must_use]
    pub fn label(self) -> String {
        let name = NAMES.iter().find(|(_, code)| *code == self.code).map(|(name, _)| (*name).to_owned());
        let name = match (name, self.code) {
            (Some(name), _) => name,
            (None, KeyCode::Char(letter)) if self.ctrl => letter.to_ascii_uppercase().to_string(),
            (None, KeyCode::Char(letter)) => letter.to_string(),
            _ => "?".to_owned(),
        };
        let sign = |on: bool, sign: &'static str| if on { sign } else { "" };
        format!("{}{}{}{name}", sign(self.ctrl, "^"), sign(self.alt, "M-"), sign(self.shift, "S-"))
    }

    /// Whether it writes a letter where text is typed.
    #[must_use]
    pub fn letter(self) -> Option<char> {
        match self.code {
            KeyCode::Char(letter) if !self.ctrl && !self.alt => Some(letter),
            _ => None,
        }
    }

    /// The key that was meant, where a Chinese input method sends full-width signs; outside text only.
    #[must_use]
    pub fn folded(mut self) -> Self {
        if let KeyCode::Char(letter) = self.code {
            self.code = KeyCode::Char(fold(letter));
        }
        self
    }
}

/// The labels of a sequence such as `g g`.
#[must_use]
pub fn label(sequence: &str) -> String {
    Key::sequence(sequence).into_iter().map(Key::label).collect::<Vec<_>>().join(" ")
}

/// Full-width signs as the keys they stand on.
#[must_use]
pub fn fold(letter: char) -> char {
    match letter {
        '、' => '/',
        '。' => '.',
        '【' => '[',
        '】' => ']',
        '《' => '<',
        '》' => '>',
        '·' => '`',
        '￥' => '$',
        '\u{3000}' => ' ',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(letter) - 0xfee0).unwrap_or(letter),
        other => other,
    }
}

/// Whether it is a letter that only an input method writes.
#[must_use]
pub fn is_composed(letter: char) -> bool {
    matches!(letter, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' | '\u{20000}'..='\u{3ffff}')
}
