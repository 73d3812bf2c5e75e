//! `Source`: the file to read, opened with a clear word about what is no table of any kind.

use crate::{Cause, Error, Message, Result};
use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

/// A file that can be read several times; standard input is spooled to one by the door.
#[derive(Debug, Clone)]
pub struct Source {
    path: PathBuf,
    /// What people call it in messages.
    pub name: String,
    pub size: u64,
}

impl Source {
    /// Refuses what is missing, a directory, empty, or plainly no table.
    pub fn open(path: &Path) -> Result<Self> {
        Self::named(path, &path.display().to_string())
    }

    /// The same under another name, for a spooled stream.
    pub fn named(path: &Path, name: &str) -> Result<Self> {
        let meta = std::fs::metadata(path).map_err(|error| unreadable(name, &error))?;
        if meta.is_dir() {
            return Err(about("{file} is a directory, not a file.", name));
        }
        let source = Self { path: path.to_owned(), name: name.to_owned(), size: meta.len() };
        source.refuse_other_formats()?;
        Ok(source)
    }

    /// Where it lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A fresh reader from the first byte.
    pub fn reader(&self) -> Result<File> {
        File::open(&self.path).map_err(|error| unreadable(&self.name, &error))
    }

    /// The first bytes, as many as are there.
    pub fn head(&self, limit: usize) -> Result<Vec<u8>> {
        let mut head = Vec::new();
        let limit = u64::try_from(limit).unwrap_or(u64::MAX);
        self.reader()?.take(limit).read_to_end(&mut head).map_err(|error| unreadable(&self.name, &error))?;
        Ok(head)
    }

    fn refuse_other_formats(&self) -> Result<()> {
        let head = self.head(4096)?;
        if head.is_empty() {
            return Err(about("{file} is empty.", &self.name));
        }
        match known_format(&head) {
            Some(template) => {
                let hint = if template.contains("jCard") {
                    Message::new("Save or export it as a vCard (.vcf), and import that file.")
                } else {
                    Message::new("Save or export it as CSV, and import that file.")
                };
                Err(about(template, &self.name).hint(hint))
            }
            None => Ok(()),
        }
    }
}

/// An error about the file as a whole.
pub(super) fn about(template: &'static str, name: &str) -> Error {
    Error::bad_value(Message::new(template).with("file", name))
}

/// What the system said, in our words.
pub(super) fn unreadable(name: &str, error: &io::Error) -> Error {
    match error.kind() {
        ErrorKind::NotFound => Error::new(Cause::NotFound, Message::new("There is no file {file}.").with("file", name)),
        ErrorKind::PermissionDenied => about("{file} may not be read by you.", name),
        _ => {
            Error::bad_value(Message::new("{file} cannot be read: {reason}.").with("file", name).with("reason", error))
        }
    }
}

/// The sentence for a format that is known by its first bytes.
fn known_format(head: &[u8]) -> Option<&'static str> {
    let magic: [(&[u8], &'static str); 12] = [
        (b"%PDF", "{file} is a PDF document, not a text file."),
        (b"SQLite format 3\0", "{file} is an SQLite database, not a text file."),
        (b"\x89PNG", "{file} is a picture, not a text file."),
        (b"\xFF\xD8\xFF", "{file} is a picture, not a text file."),
        (b"GIF8", "{file} is a picture, not a text file."),
        (b"\x1F\x8B", "{file} is a compressed file, not a text file."),
        (b"\x28\xB5\x2F\xFD", "{file} is a compressed file, not a text file."),
        (b"7z\xBC\xAF", "{file} is a compressed file, not a text file."),
        (b"Rar!\x1A", "{file} is a compressed file, not a text file."),
        (b"\x7FELF", "{file} is a program, not a text file."),
        (b"{\\rtf", "{file} is an RTF document, not a text file."),
        (b"[\"vcard\"", "{file} holds a jCard, a vCard in JSON, which is not read; vCards are."),
    ];
    if let Some((_, template)) = magic.iter().find(|(start, _)| head.starts_with(start)) {
        return Some(template);
    }
    markup(head).then_some("{file} is a web page or XML, not delimited text.")
}

/// "Excel" files of web programs are often HTML tables.
fn markup(head: &[u8]) -> bool {
    let text = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii_start();
    let start = text.get(..text.len().min(9)).unwrap_or_default().to_ascii_lowercase();
    ["<html", "<!doctype", "<?xml", "<table", "<meta", "<head"].iter().any(|tag| start.starts_with(tag.as_bytes()))
}
