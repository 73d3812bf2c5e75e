//! Questions to a person; never asked where nobody can answer.

use super::session::Terminal;
use dialoguer::{Confirm, Input};
use kehu::{Cause, Error, Message, Result};

/// Asks yes or no. Where nobody can answer, `--yes` is needed, and the refusal says so.
pub fn confirm(terminal: &Terminal, question: &Message) -> Result<()> {
    if terminal.yes {
        return Ok(());
    }
    if !terminal.interactive_input {
        return Err(Error::new(
            Cause::BadValue,
            Message::new("{question} Nobody can answer here, so --yes is needed.")
                .with("question", terminal.word(question)),
        ));
    }
    let yes =
        Confirm::new().with_prompt(terminal.word(question)).default(false).interact().map_err(|_| interrupted())?;
    if yes { Ok(()) } else { Err(Error::new(Cause::Interrupted, Message::new("Nothing was done."))) }
}

/// Whether a question will be refused, and the refusal read by a program, for which nothing need be shown before it.
pub fn is_refused_to_program(terminal: &Terminal) -> bool {
    terminal.machine() && !terminal.yes && !terminal.interactive_input
}

/// Asks for a value; an empty answer is none.
pub fn value(terminal: &Terminal, prompt: &str) -> Result<Option<String>> {
    if !terminal.interactive_input {
        return Ok(None);
    }
    let text: String = Input::new().with_prompt(prompt).allow_empty(true).interact_text().map_err(|_| interrupted())?;
    Ok(Some(text).filter(|text| !text.trim().is_empty()))
}

/// Demands that a word be typed exactly, for what cannot be undone.
pub fn type_exactly(terminal: &Terminal, word: &str, question: &Message) -> Result<()> {
    let typed = value(terminal, &terminal.word(question))?;
    if typed.as_deref().map(str::trim) == Some(word) {
        return Ok(());
    }
    Err(Error::new(Cause::Interrupted, Message::new("Nothing was done.")))
}

fn interrupted() -> Error {
    Error::new(Cause::Interrupted, Message::new("Nothing was done."))
}
