//! `Staged`: a copy of a file that is read, hashed and on the disk, and waits for its place.

use super::Folder;
use crate::{
    error::{Cause, Error, Result},
    message::Message,
    store::from_file,
};
use sha2::{Digest, Sha256};
use std::{
    fmt::Write as _,
    fs::File,
    io::{Read, Write},
    path::Path,
    time::Duration,
};
use tempfile::{Builder, NamedTempFile};

/// How the names of waiting copies begin.
pub(super) const WAITING: &str = ".incoming-";

/// How long a waiting copy that nobody holds is left alone, from when something was written to it last.
const PATIENCE: Duration = Duration::from_mins(10);

/// How much is read at a time.
pub(super) const BLOCK: usize = 1 << 20;

/// How many of the first bytes tell what sort of file it is.
const HEAD: usize = 8192;

/// A copy that goes away with this value, unless it was given its place.
pub struct Staged {
    pub hash: String,
    pub size: u64,
    /// The first bytes, by which the sort of file is known.
    pub head: Vec<u8>,
    pub(super) file: NamedTempFile,
}

impl Staged {
    /// Reads everything there is, up to `limit` bytes; `room` is the folder where it is going to rest, if it is one.
    ///
    /// # Errors
    /// What cannot be read, is larger than the limit, or does not fit on the disk.
    pub fn read(from: &mut dyn Read, name: &str, limit: u64, room: Option<&Folder>) -> Result<Self> {
        let file = waiting_file(room)?;
        let mut staged = Self { hash: String::new(), size: 0, head: Vec::new(), file };
        let mut hasher = Sha256::new();
        let mut block = vec![0; BLOCK];
        loop {
            let count = match from.read(&mut block) {
                Ok(0) => break,
                Ok(count) => count,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(unreadable(name, &error)),
            };
            staged.take(&block[..count], &mut hasher)?;
            if staged.size > limit {
                return Err(too_large(name, limit));
            }
        }
        staged.file.as_file().sync_all().map_err(|error| from_file(&error, staged.file.path()))?;
        staged.hash = hex(&hasher.finalize());
        Ok(staged)
    }

    fn take(&mut self, bytes: &[u8], hasher: &mut Sha256) -> Result<()> {
        hasher.update(bytes);
        self.size += bytes.len() as u64;
        let room = HEAD.saturating_sub(self.head.len()).min(bytes.len());
        self.head.extend_from_slice(&bytes[..room]);
        self.file.as_file_mut().write_all(bytes).map_err(|error| from_file(&error, self.file.path()))
    }

    pub(super) fn reader(&self) -> Result<File> {
        self.file.reopen().map_err(|error| from_file(&error, self.file.path()))
    }
}

/// An empty file that only its owner can read, held so that nobody takes it for one that was left behind.
fn waiting_file(room: Option<&Folder>) -> Result<NamedTempFile> {
    let mut builder = Builder::new();
    builder.prefix(WAITING);
    let Some(room) = room else {
        return builder.tempfile().map_err(|error| cannot_wait(&error));
    };
    room.make()?;
    let file = builder.tempfile_in(room.path()).map_err(|error| from_file(&error, room.path()))?;
    forget_the_dead(room, file.as_file());
    // A file system without locks has no way to tell; its waiting copies are merely taken for left behind.
    let _ = file.as_file().try_lock();
    Ok(file)
}

/// Takes away what somebody who was interrupted left behind a while ago; how long that is, the disk itself says.
fn forget_the_dead(room: &Folder, newest: &File) {
    let made = |file: &File| file.metadata().and_then(|found| found.modified()).ok();
    let Some(now) = made(newest) else { return };
    let old = |path: &Path| {
        let then = std::fs::symlink_metadata(path).and_then(|found| found.modified()).ok();
        then.and_then(|then| now.duration_since(then).ok()).is_some_and(|age| age > PATIENCE)
    };
    for path in room.left_behind(old) {
        // What cannot be taken away stays for the doctor.
        let _ = std::fs::remove_file(path);
    }
}

fn cannot_wait(error: &std::io::Error) -> Error {
    Error::new(Cause::Storage, Message::new("A file cannot be kept for the moment: {why}.").with("why", error.kind()))
}

fn unreadable(name: &str, error: &std::io::Error) -> Error {
    Error::new(Cause::Storage, Message::new("{path} cannot be read: {why}.").with("path", name).with("why", error))
}

fn too_large(name: &str, limit: u64) -> Error {
    Error::new(
        Cause::Refused,
        Message::new("{path} is larger than an attachment may be ({limit}).")
            .with("path", name)
            .with("limit", size_text(limit)),
    )
    .hint(Message::new("kehu config set attachment_limit \"1 GB\""))
}

/// `1536` bytes are `1.5 KB`, and 104857600 are `100 MB`.
#[must_use]
pub fn size_text(bytes: u64) -> String {
    let mut tenths = bytes.saturating_mul(10);
    for unit in ["bytes", "KB", "MB"] {
        if tenths < 10_240 {
            return in_tenths(tenths, unit);
        }
        tenths /= 1024;
    }
    in_tenths(tenths, "GB")
}

fn in_tenths(tenths: u64, unit: &str) -> String {
    let part = if tenths.is_multiple_of(10) { String::new() } else { format!(".{}", tenths % 10) };
    format!("{}{part} {unit}", tenths / 10)
}

/// Bytes in hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text
}
