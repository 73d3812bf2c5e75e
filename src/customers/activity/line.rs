//! A note in one line, where there is no command line: `call asked for a price --next "+14d send the quote"`.

use super::Note;
use crate::{
    Result,
    crm::Crm,
    error::Error,
    message::Message,
    record::{Choice, types::fold},
};

/// The flags of `kehu log` that such a line may end with.
const FLAGS: &str = "--next, --at, --minutes, --outcome, --contact, --in";

impl Note {
    /// Reads a line about a record: the word for the kind first, where it begins with one (else it is a note), then what
    /// happened, then flags as `kehu log` takes them; what a flag is given goes on to the next flag, quoted or not.
    ///
    /// # Errors
    /// A flag that there is not.
    pub fn read(crm: &Crm, about: &str, line: &str) -> Result<Self> {
        let mut pieces = pieces(line).into_iter();
        let (sort, text) = sort_and_text(crm, pieces.next().unwrap_or_default().trim())?;
        let mut note = Self { sort, text, about: about.to_owned(), ..Self::default() };
        for piece in pieces {
            let (flag, value) = piece.split_once([' ', '=', '\u{3000}']).unwrap_or((piece, ""));
            note.take(flag.trim_start_matches('-').trim(), unquoted(value))?;
        }
        Ok(note)
    }

    fn take(&mut self, flag: &str, value: &str) -> Result<()> {
        let said = Some(value.to_owned()).filter(|value| !value.is_empty());
        if said.is_none() && matches!(flag, "next" | "at" | "outcome" | "contact") {
            let message = Message::new("--{flag} needs something behind it.").with("flag", flag);
            return Err(Error::bad_value(message).on_field(flag.to_owned()));
        }
        match flag {
            "next" => self.next = said,
            "at" => self.at = said,
            "outcome" => self.outcome = said,
            "contact" => self.contact = said,
            "in" => self.incoming = true,
            "minutes" => {
                let number = value.parse().map_err(|_| {
                    Error::bad_value(Message::new("{value} is no number of minutes.").with("value", value))
                        .on_field("minutes")
                })?;
                self.minutes = Some(number);
            }
            _ => {
                let message = Message::new("There is no --{flag} here; there are {flags}.");
                return Err(Error::bad_value(message.with("flag", flag).with("flags", FLAGS)));
            }
        }
        Ok(())
    }
}

/// What happened, then each flag with what it is given; dashes within quotes begin no flag.
fn pieces(line: &str) -> Vec<&str> {
    let (mut pieces, mut from, mut quoted, mut before) = (Vec::new(), 0, false, ' ');
    for (at, sign) in line.char_indices() {
        let begins =
            line[at..].strip_prefix("--").is_some_and(|rest| rest.starts_with(|l: char| l.is_ascii_alphabetic()));
        if !quoted && begins && before.is_whitespace() {
            pieces.push(&line[from..at]);
            from = at;
        }
        // An apostrophe or an inch in the text quotes nothing; after a flag a quote does.
        match sign {
            '"' if from > 0 => quoted = !quoted,
            '“' if from > 0 => quoted = true,
            '”' => quoted = false,
            _ => {}
        }
        before = sign;
    }
    pieces.push(&line[from..]);
    pieces
}

fn unquoted(value: &str) -> &str {
    let value = value.trim();
    let pairs = [('"', '"'), ('“', '”'), ('\'', '\'')];
    let inside = |(open, close): (char, char)| value.strip_prefix(open)?.strip_suffix(close);
    pairs.into_iter().find_map(inside).unwrap_or(value).trim()
}

/// The kind that the first word says, and the rest: a whole word only, for "We met" is no beginning of `WeChat`. Chinese
/// needs no space behind it: `电话聊了价格`.
fn sort_and_text(crm: &Crm, said: &str) -> Result<(String, String)> {
    let schema = crm.schema("activity")?;
    let choices = schema.field("kind").map_or(&[][..], |field| field.choices());
    let usable = |choice: &&Choice| !choice.retired && choice.key != "joined";
    let (first, rest) = said.split_once(char::is_whitespace).unwrap_or((said, ""));
    let word = fold(first.trim_end_matches([':', '：', ',', '，']));
    let named = |choice: &&Choice| [&choice.key, &choice.label, &choice.label_zh].iter().any(|name| fold(name) == word);
    if let Some(choice) = choices.iter().filter(usable).find(named) {
        let text = if rest.trim().is_empty() { said } else { rest.trim() };
        return Ok((choice.key.to_string(), text.to_owned()));
    }
    let begins = |choice: &&Choice| !choice.label_zh.is_empty() && first.starts_with(&*choice.label_zh);
    let key = choices.iter().filter(usable).find(begins).map_or("note", |choice| &*choice.key);
    Ok((key.to_owned(), said.to_owned()))
}
