//! Mailboxes: many e-mails in one file, read one after the other, however long the file is.

use crate::{Error, Message, Result, error::Cause};
use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use std::io::BufRead;

/// How lines of a text that begin with `From ` were marked, so that none is taken for the next e-mail.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Quoting {
    /// Any number of `>` and `From ` got one more `>`.
    #[default]
    Mboxrd,
    /// Only a bare `From ` got a `>`.
    Mboxo,
}

/// A mailbox that is being read.
pub struct Mailbox<'a> {
    from: &'a mut dyn BufRead,
    quoting: Quoting,
    most: usize,
    /// The line that separates the next e-mail from the one before was read already.
    begun: bool,
    /// When the e-mail that was read last came in, as the line before it says, and the next.
    arrived: Option<Timestamp>,
    next: Option<Timestamp>,
}

/// One e-mail of a mailbox.
pub enum Mail {
    Whole(Vec<u8>),
    /// It has so many bytes, which is too many; it was read over.
    TooLarge(usize),
}

/// Whether a file that begins so is a mailbox.
#[must_use]
pub fn is_mailbox(start: &[u8]) -> bool {
    start.starts_with(b"From ")
}

impl<'a> Mailbox<'a> {
    /// A mailbox of e-mails of at most so many bytes.
    pub fn new(from: &'a mut dyn BufRead, quoting: Quoting, most: usize) -> Self {
        Self { from, quoting, most, begun: false, arrived: None, next: None }
    }

    /// When the e-mail that was read last came in, where the mailbox says so.
    #[must_use]
    pub fn arrived(&self) -> Option<Timestamp> {
        self.arrived
    }

    /// The next e-mail; none at the end.
    ///
    /// # Errors
    /// What cannot be read.
    pub fn next_mail(&mut self) -> Result<Option<Mail>> {
        let mut line = Vec::new();
        while !self.begun {
            line.clear();
            if self.read_line(&mut line)? == 0 {
                return Ok(None);
            }
            self.begun = is_mailbox(&line);
            self.next = arrival(&line);
        }
        self.begun = false;
        self.arrived = self.next;
        let (mut mail, mut length, mut blank) = (Vec::new(), 0_usize, false);
        loop {
            line.clear();
            if self.read_line(&mut line)? == 0 {
                break;
            }
            if blank && is_separator(&line) {
                self.begun = true;
                self.next = arrival(&line);
                break;
            }
            blank = line.iter().all(u8::is_ascii_whitespace);
            length += line.len();
            if length <= self.most {
                mail.extend_from_slice(self.unquoted(&line));
            } else {
                mail = Vec::new();
            }
        }
        if length > self.most {
            return Ok(Some(Mail::TooLarge(length)));
        }
        // The empty line before the next separator belongs to the mailbox.
        for end in [&b"\n"[..], b"\r"] {
            if blank && mail.ends_with(end) {
                mail.truncate(mail.len() - 1);
            }
        }
        Ok(Some(Mail::Whole(mail)))
    }

    /// One line, or a part of one that is longer than any text has them.
    fn read_line(&mut self, line: &mut Vec<u8>) -> Result<usize> {
        const LONGEST: u64 = 1024 * 1024;
        std::io::Read::take(&mut *self.from, LONGEST).read_until(b'\n', line).map_err(|error| {
            Error::new(Cause::Storage, Message::new("The mailbox cannot be read: {why}.").with("why", error))
        })
    }

    fn unquoted<'l>(&self, line: &'l [u8]) -> &'l [u8] {
        let marks = line.iter().take_while(|byte| **byte == b'>').count();
        let most = if self.quoting == Quoting::Mboxo { 1 } else { usize::MAX };
        let quoted = marks > 0 && marks <= most && line[marks..].starts_with(b"From ");
        if quoted { &line[1..] } else { line }
    }
}

/// `From anna@berg.example Mon Mar  4 09:00:00 2024`: a sentence that begins with the word has no time of day in it.
fn is_separator(line: &[u8]) -> bool {
    let digit = |byte: &u8| byte.is_ascii_digit();
    let timed =
        |part: &[u8]| digit(&part[0]) && digit(&part[1]) && part[2] == b':' && digit(&part[3]) && digit(&part[4]);
    line.starts_with(b"From ") && line.windows(5).any(timed)
}

/// When an e-mail came in: `Mon Mar  4 09:00:00 2024` at the end of the line before it.
fn arrival(line: &[u8]) -> Option<Timestamp> {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let line = std::str::from_utf8(line).ok()?;
    let words: Vec<&str> = line.split_whitespace().collect();
    let time = words.iter().rposition(|word| word.len() >= 5 && word.as_bytes()[2] == b':')?;
    let month = MONTHS.iter().position(|month| words.get(time.wrapping_sub(2)) == Some(month))? + 1;
    let day: u8 = words.get(time - 1)?.parse().ok()?;
    let year =
        words[time + 1..].iter().find(|word| word.len() == 4 && word.bytes().all(|byte| byte.is_ascii_digit()))?;
    let clock = if words[time].len() == 5 { format!("{}:00", words[time]) } else { words[time].to_owned() };
    let moment: DateTime = format!("{year}-{month:02}-{day:02}T{clock}").parse().ok()?;
    TimeZone::UTC.to_timestamp(moment).ok()
}
