//! `Folder`: contents as files, each under its hash: `ab/abcdef…`. The same beside a database, a backup or an export.

use super::{
    Found, Sink,
    staged::{BLOCK, Staged, WAITING, hex},
};
use crate::{
    error::Result,
    store::{beside, from_file},
};
use sha2::{Digest, Sha256};
use std::{
    fs::{self, File},
    io::{ErrorKind, Read},
    path::{Path, PathBuf},
};

/// A folder of contents; it need not be there yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    #[must_use]
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// That of a database or a backup: `kehu.db.files`.
    #[must_use]
    pub fn beside(file: &Path) -> Self {
        Self { path: beside(file, ".files") }
    }

    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where a content rests. Only what is a hash is looked for, so that no name leads out of the folder.
    #[must_use]
    pub fn file(&self, hash: &str) -> Option<PathBuf> {
        is_hash(hash).then(|| self.path.join(&hash[..2]).join(hash))
    }

    /// Makes the folder for its owner alone.
    pub(super) fn make(&self) -> Result<()> {
        private_folder(&self.path)
    }

    #[must_use]
    pub fn size(&self, hash: &str) -> Option<u64> {
        let found = fs::symlink_metadata(self.file(hash)?).ok()?;
        found.is_file().then_some(found.len())
    }

    /// Hands out a content and says whether it was whole.
    pub fn read(&self, hash: &str, sink: &mut Sink) -> Result<Found> {
        let Some(path) = self.file(hash) else { return Ok(Found::Missing) };
        let mut file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Found::Missing),
            Err(error) => return Err(from_file(&error, &path)),
        };
        let (mut hasher, mut block) = (Sha256::new(), vec![0; BLOCK]);
        loop {
            match file.read(&mut block) {
                Ok(0) => break,
                Ok(count) => {
                    hasher.update(&block[..count]);
                    sink(&block[..count])?;
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(from_file(&error, &path)),
            }
        }
        Ok(if hex(&hasher.finalize()) == hash { Found::Whole } else { Found::Altered })
    }

    /// Whether a content is there and is what its hash says.
    pub fn holds(&self, hash: &str) -> Result<bool> {
        Ok(self.read(hash, &mut |_| Ok(()))? == Found::Whole)
    }

    /// Gives a staged copy its place; what stood there was altered.
    pub fn take_in(&self, staged: &Staged) -> Result<()> {
        let Some(to) = self.file(&staged.hash) else { return Ok(()) };
        let folder = to.parent().unwrap_or(&self.path);
        private_folder(folder)?;
        fs::rename(staged.file.path(), &to).map_err(|error| from_file(&error, staged.file.path()))?;
        sync(folder);
        sync(&self.path);
        Ok(())
    }

    /// Copies a content from another folder, unless it is here and whole; says whether it is here then.
    pub fn fetch(&self, from: &Self, hash: &str) -> Result<bool> {
        if self.holds(hash)? {
            return Ok(true);
        }
        let Some(source) = from.file(hash) else { return Ok(false) };
        let Ok(mut file) = File::open(&source) else { return Ok(false) };
        let staged = Staged::read(&mut file, &source.display().to_string(), u64::MAX, Some(self))?;
        if staged.hash != hash {
            return Ok(false);
        }
        self.take_in(&staged)?;
        Ok(true)
    }

    /// Gives a content a second name in another folder, where both are on one disk; copies it elsewhere.
    pub fn share(&self, to: &Self, hash: &str) -> Result<()> {
        let (Some(from), Some(there)) = (self.file(hash), to.file(hash)) else { return Ok(()) };
        if !from.exists() || there.exists() {
            return Ok(());
        }
        to.make()?;
        private_folder(there.parent().unwrap_or(to.path()))?;
        if fs::hard_link(&from, &there).is_err() {
            to.fetch(self, hash)?;
        }
        Ok(())
    }

    /// The hashes of all contents in it, in their order.
    #[must_use]
    pub fn list(&self) -> Vec<String> {
        let name = |entry: fs::DirEntry| entry.file_name().to_str().map(str::to_owned);
        let inner = |folder: String| {
            let entries = fs::read_dir(self.path.join(&folder)).ok().into_iter().flatten().flatten();
            entries.filter_map(name).filter(move |hash| is_hash(hash) && hash.starts_with(&folder))
        };
        let folders = fs::read_dir(&self.path).ok().into_iter().flatten().flatten().filter_map(name);
        let mut found: Vec<String> = folders.filter(|folder| folder.len() == 2).flat_map(inner).collect();
        found.sort_unstable();
        found
    }

    pub fn remove(&self, hash: &str) -> Result<()> {
        let Some(path) = self.file(hash) else { return Ok(()) };
        match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(from_file(&error, &path)),
            _ => {}
        }
        // Folders go when they are empty, and stay when they are not.
        let _ = path.parent().map(fs::remove_dir);
        let _ = fs::remove_dir(&self.path);
        Ok(())
    }

    /// Waiting copies, of those that are looked for, that nobody holds any more: whoever made them was interrupted.
    #[must_use]
    pub fn left_behind(&self, wanted: impl Fn(&Path) -> bool) -> Vec<PathBuf> {
        let entries = fs::read_dir(&self.path).ok().into_iter().flatten().flatten();
        let waiting = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(WAITING));
        let free = |path: &PathBuf| File::open(path).is_ok_and(|file| file.try_lock().is_ok());
        waiting.map(|entry| entry.path()).filter(|path| wanted(path)).filter(free).collect()
    }
}

fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

/// A folder that only its owner may look into.
fn private_folder(path: &Path) -> Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|error| from_file(&error, path))
}

/// A new name must survive a power cut too; where a folder cannot be synced there is nothing else to do.
fn sync(folder: &Path) {
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
}
