//! What comes with an e-mail: what is kept lies ready before anything is written, and what is not leaves a line behind.

use crate::{
    Result,
    crm::{Crm, Incoming},
    error::Cause,
    exchange::Letter,
    message::Message,
    store::content::size_text,
};

/// How many of the names of files that are left out are said.
const NAMED: usize = 10;

/// The files of an e-mail.
#[derive(Default)]
pub(super) struct Files {
    pub kept: Vec<Incoming>,
    /// What is said of those that are not.
    left: Vec<Message>,
}

impl Files {
    /// A text with what was left out below it, so that whoever reads it knows that there was more.
    pub fn below(&self, text: &str) -> String {
        let lines = self.left.iter().map(|message| format!("[{message}]"));
        let text = Some(text.to_owned()).filter(|text| !text.is_empty());
        text.into_iter()
            .chain(Some(lines.collect::<Vec<_>>().join("\n")))
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join("\n\n")
    }
}

impl Crm {
    /// Keeps a copy of what came with a letter. What can never be kept is left out; what cannot be kept just now keeps
    /// the letter out, so that it comes again with all that it brings.
    pub(super) fn files_of(&mut self, letter: &Letter, limit: u64) -> Result<Files> {
        let mut files = Files::default();
        for (name, content) in &letter.files {
            let size = content.len() as u64;
            if size > limit {
                let message = Message::new("{name} ({size}) is left out: an attachment has {most} at most.");
                files
                    .left
                    .push(message.with("name", name).with("size", size_text(size)).with("most", size_text(limit)));
                continue;
            }
            match self.stage(&mut content.as_slice(), name, limit) {
                Ok(file) => files.kept.push(file),
                Err(error) if matches!(error.cause, Cause::Refused | Cause::BadValue) => {
                    let message = Message::new("{name}, which came with the e-mail, is left out: {why}");
                    files.left.push(message.with("name", name).with("why", error.to_string()));
                }
                Err(error) => return Err(error),
            }
        }
        if !letter.more_files.is_empty() {
            let named = letter.more_files.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
            let more = if letter.more_files.len() > NAMED { ", …" } else { "" };
            let message =
                Message::new("Only {kept} files of the e-mail are kept; {count} more {count:is|are} left out: {names}");
            let message = message.with("kept", letter.files.len()).with("count", letter.more_files.len());
            files.left.push(message.with("names", format!("{named}{more}")));
        }
        for message in &files.left {
            self.notice(message.clone());
        }
        Ok(files)
    }
}
