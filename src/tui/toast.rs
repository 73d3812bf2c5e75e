//! Toasts: short words on what just happened; all of them stay in the message log.

use std::time::Duration;

/// How a toast is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Something was done, and can be undone.
    Done,
    Notice,
    /// Stays until it is dismissed.
    Error,
}

/// One message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toast {
    pub number: u64,
    pub tone: Tone,
    pub text: String,
    /// When it came, in local time.
    pub at: String,
}

impl Toast {
    #[must_use]
    pub fn new(tone: Tone, text: String) -> Self {
        Self { number: 0, tone, text, at: String::new() }
    }

    /// How long it is shown; an error until somebody has seen it.
    #[must_use]
    pub fn lasts(&self) -> Option<Duration> {
        match self.tone {
            Tone::Done => Some(Duration::from_secs(8)),
            Tone::Notice => Some(Duration::from_secs(4)),
            Tone::Error => None,
        }
    }

    /// Its sign, so that no colour is needed to tell it.
    #[must_use]
    pub fn sign(&self) -> &'static str {
        match self.tone {
            Tone::Done => "ok",
            Tone::Notice => "i",
            Tone::Error => "!",
        }
    }
}
