//! What stays from one session to the next: where one was, how lists looked, and what was typed and not saved.

use serde_json::{Map, Value as Json};
use std::{
    collections::HashMap,
    io::Write,
    path::{Path, PathBuf},
};

/// A folder of this database's own, where there is one.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    folder: Option<PathBuf>,
}

impl Memory {
    /// In a folder beneath the given one, named after the database.
    #[must_use]
    pub fn new(folder: Option<&Path>, database: &str) -> Self {
        let plain = |letter: char| if letter.is_ascii_alphanumeric() { letter } else { '-' };
        let name: String = database.chars().rev().take(80).map(plain).collect::<Vec<_>>().into_iter().rev().collect();
        Self { folder: folder.map(|folder| folder.join(name)) }
    }

    fn file(&self, name: &str) -> Option<PathBuf> {
        self.folder.as_ref().map(|folder| folder.join(name))
    }

    fn read(&self, name: &str) -> HashMap<String, Json> {
        let text = self.file(name).and_then(|path| std::fs::read_to_string(path).ok());
        text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
    }

    /// What the last session left; nothing where it cannot be read.
    #[must_use]
    pub fn session(&self) -> HashMap<String, Json> {
        self.read("session.json")
    }

    #[must_use]
    pub fn drafts(&self) -> HashMap<String, Json> {
        self.read("drafts.json")
    }

    /// Writes down where one is; nobody is troubled where that fails.
    pub fn keep_session(&self, session: &Json) {
        self.write("session.json", session);
    }

    /// Keeps a draft, or with null forgets it.
    pub fn keep_draft(&self, key: &str, draft: &Json) {
        let mut drafts = self.drafts();
        if draft.is_null() {
            drafts.remove(key);
        } else {
            drafts.insert(key.to_owned(), draft.clone());
        }
        self.write("drafts.json", &Json::Object(drafts.into_iter().collect::<Map<_, _>>()));
    }

    /// A file appears when it is whole, and is its owner's alone.
    fn write(&self, name: &str, value: &Json) {
        let (Some(folder), Some(path)) = (&self.folder, self.file(name)) else { return };
        if std::fs::create_dir_all(folder).is_err() {
            return;
        }
        let written = tempfile::NamedTempFile::new_in(folder).and_then(|mut file| {
            file.write_all(value.to_string().as_bytes())?;
            Ok(file)
        });
        if let Ok(file) = written {
            // The next session begins without it then.
            let _ = file.persist(path);
        }
    }
}
