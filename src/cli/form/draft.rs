//! The file that the editor works on, which outlives a failure to save.

use kehu::{Cause, Error, Message, Result};
use std::{
    io::Write,
    path::{Path, PathBuf},
    process::Command,
};

/// A file that only its owner can read.
pub struct DraftFile {
    path: PathBuf,
}

impl DraftFile {
    /// Makes a new file under a name that nobody has taken.
    pub fn new(name: &str, text: &str) -> Result<Self> {
        let folder = std::env::temp_dir();
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut count = 0;
        loop {
            let number = if count == 0 { String::new() } else { format!("-{count}") };
            let path = folder.join(format!("{name}-{}{number}.toml", std::process::id()));
            match options.open(&path) {
                Ok(mut file) => {
                    file.write_all(text.as_bytes()).map_err(|error| failed(&path, &error))?;
                    return Ok(Self { path });
                }
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists && count < 100 => count += 1,
                Err(error) => return Err(failed(&path, &error)),
            }
        }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn write(&self, text: &str) -> Result<()> {
        std::fs::write(&self.path, text).map_err(|error| failed(&self.path, &error))
    }

    /// What stands in the file after the editor has been closed.
    pub fn edited(&self, editor: &str) -> Result<String> {
        let status = opened(editor, &self.path).status().map_err(|error| {
            Error::new(
                Cause::BadValue,
                Message::new("The editor {editor} cannot be started: {why}.").with("editor", editor).with("why", error),
            )
            .hint(Message::new("kehu config set editor nano"))
        })?;
        if !status.success() {
            return Err(Error::new(
                Cause::Interrupted,
                Message::new("The editor {editor} ended with a failure.").with("editor", editor),
            ));
        }
        std::fs::read_to_string(&self.path).map_err(|error| failed(&self.path, &error))
    }

    pub fn remove(self) {
        // A file that stays behind does no harm.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// The editor as the shell would start it, so that it may have arguments and a quoted path.
#[cfg(unix)]
fn opened(editor: &str, path: &Path) -> Command {
    let mut command = Command::new("sh");
    command.arg("-c").arg(format!("{editor} \"$@\"")).arg(editor).arg(path);
    command
}

#[cfg(not(unix))]
fn opened(editor: &str, path: &Path) -> Command {
    let mut words = editor.split_whitespace();
    let mut command = Command::new(words.next().unwrap_or("notepad"));
    command.args(words).arg(path);
    command
}

fn failed(path: &Path, error: &std::io::Error) -> Error {
    Error::new(
        Cause::Storage,
        Message::new("The draft {file} cannot be read or written: {why}.")
            .with("file", path.display())
            .with("why", error),
    )
}
