//! What a workbook may ask for: measured before anything of it is unpacked, and again while it is, since archives lie.

mod scan;

use crate::{
    Error, Message, Result,
    exchange::source::{Source, about, unreadable},
};
use scan::Scan;
use std::{
    fs::File,
    io::{BufReader, Read},
};
use zip::{ZipArchive, read::ZipFile};

type Archive = ZipArchive<BufReader<File>>;

const MEBIBYTE: u64 = 1024 * 1024;
/// All text of a workbook, unpacked. Half a million rows of twenty columns are less, and it is read twice, which
/// should take seconds and not minutes.
const WHOLE: u64 = 512 * MEBIBYTE;
/// The texts of all cells, which the reader holds in memory, where short ones take three times as much.
const STRINGS: u64 = 64 * MEBIBYTE;
/// Styles, relations, the list of sheets: what is read whole beside the texts and the sheets.
const OTHER: u64 = 16 * MEBIBYTE;
/// What packs better than this is no table that anybody wrote; real sheets pack to a tenth, dull ones to a fiftieth.
const RATIO: u64 = 150;
/// Parts below this may pack as well as they like.
const SMALL: u64 = 16 * MEBIBYTE;
/// A workbook has a few dozen parts; every name costs memory.
const PARTS: usize = 20_000;
/// One cell with its fonts. Excel allows 32,767 characters.
const CELL: u64 = MEBIBYTE;
/// Excel allows 65,490 formats of cells; each takes about a kilobyte in memory.
const FORMATS: u64 = 65_536;

/// Refuses what is no workbook, broken, or asks for more than it may; says how many groups of cells were made one.
pub(super) fn check(source: &Source) -> Result<u64> {
    count_parts(source)?;
    let mut archive = ZipArchive::new(BufReader::new(source.reader()?)).map_err(|_| broken(source))?;
    refuse_other_documents(source, &names(source, &archive)?)?;
    let mut merged = 0;
    for (place, kind) in measure(source, &mut archive)? {
        let part = archive.by_index(place).map_err(|_| broken(source))?;
        merged += scan(source, part, kind)?;
    }
    Ok(merged)
}

/// The sentence for documents of the old kind: protected workbooks are such too.
pub(super) fn old_document(source: &Source) -> Result<Error> {
    let head = source.head(4 * 1024 * 1024)?;
    let wide: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    if head.windows(wide.len()).any(|part| part == wide) {
        return Ok(protected(source));
    }
    let hint = Message::new("Save it as .xlsx or CSV, and import that file.");
    Ok(about("{file} is a workbook of old Excel (.xls) or another Office document.", &source.name).hint(hint))
}

pub(super) fn protected(source: &Source) -> Error {
    about("{file} is protected with a password.", &source.name)
        .hint(Message::new("Open it, take the password off, save it, and import that file."))
}

/// What the reader of archives says of it helps nobody who has a workbook that does not open.
fn broken(source: &Source) -> Error {
    about("{file} is a broken workbook: it was cut off or damaged on its way.", &source.name)
        .hint(Message::new("Open it in a spreadsheet program, save it as .xlsx or CSV, and import that file."))
}

fn too_large(source: &Source, bytes: u64) -> Error {
    let message = Message::new("{file} unpacks to {size} MiB, which is more than a workbook may.");
    Error::bad_value(message.with("file", &source.name).with("size", bytes / MEBIBYTE))
        .hint(Message::new("Save the sheet as CSV, and import that file."))
}

/// Counts the parts by their mark, since the reader of archives makes room for all of them first.
fn count_parts(source: &Source) -> Result<()> {
    let mut file = BufReader::with_capacity(64 * 1024, source.reader()?);
    let (mut count, mut matched, mut block) = (0, 0, vec![0; 64 * 1024]);
    loop {
        let length = file.read(&mut block).map_err(|error| unreadable(&source.name, &error))?;
        for byte in &block[..length] {
            matched = match (matched, byte) {
                (_, b'P') => 1,
                (1, b'K') => 2,
                (2, 1) => 3,
                (3, 2) => {
                    count += 1;
                    0
                }
                _ => 0,
            };
        }
        if count > PARTS {
            return Err(about("{file} has more parts than a workbook has.", &source.name));
        }
        if length == 0 {
            return Ok(());
        }
    }
}

fn names(source: &Source, archive: &Archive) -> Result<Vec<String>> {
    let name = |name: Result<std::borrow::Cow<'_, str>, zip::result::ZipError>| match name {
        Ok(name) => Ok(name.to_lowercase().replace('\\', "/")),
        Err(_) => Err(broken(source)),
    };
    archive.file_names().map(name).collect()
}

fn refuse_other_documents(source: &Source, names: &[String]) -> Result<()> {
    let holds = |wanted: &str| names.iter().any(|name| name == wanted);
    let starts = |folder: &str| names.iter().any(|name| name.starts_with(folder));
    let save_it = || Message::new("Save it as .xlsx or CSV, and import that file.");
    if holds("xl/workbook.bin") {
        return Err(about("{file} is a binary workbook (.xlsb).", &source.name).hint(save_it()));
    }
    if holds("content.xml") && holds("mimetype") {
        return Err(about("{file} is an OpenDocument file.", &source.name).hint(save_it()));
    }
    if starts("word/") || starts("ppt/") {
        return Err(about("{file} is a document, not a workbook.", &source.name));
    }
    if starts("xl/") || holds("[content_types].xml") {
        return Ok(());
    }
    Err(about("{file} is a zip archive, not a workbook.", &source.name))
}

/// What is text, by its place in the archive; its size is what the archive says.
fn measure(source: &Source, archive: &mut Archive) -> Result<Vec<(usize, Kind)>> {
    let (mut texts, mut whole) = (Vec::new(), 0_u64);
    for (place, name) in names(source, archive)?.into_iter().enumerate() {
        let Some(kind) = Kind::of(&name) else { continue };
        let part = archive.by_index_raw(place).map_err(|_| broken(source))?;
        whole = whole.saturating_add(part.size());
        let packed_well = part.size() > SMALL && part.size() / RATIO > part.compressed_size();
        if part.size() > kind.limit() || whole > WHOLE || packed_well {
            return Err(too_large(source, part.size().max(whole)));
        }
        texts.push((place, kind));
    }
    Ok(texts)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Sheet,
    Strings,
    Styles,
    Relations,
    Other,
}

impl Kind {
    /// None for what is never read: pictures, charts, macros.
    fn of(name: &str) -> Option<Self> {
        let unread =
            ["docprops/", "customxml/", "xl/media", "xl/drawings", "xl/charts", "xl/pivot", "xl/printersettings"];
        if unread.iter().any(|folder| name.starts_with(folder)) {
            return None;
        }
        let ending = |end: &str| name.ends_with(end);
        match () {
            () if ending("sharedstrings.xml") => Some(Self::Strings),
            () if ending("styles.xml") => Some(Self::Styles),
            () if ending(".rels") => Some(Self::Relations),
            () if name.contains("sheet") && ending(".xml") => Some(Self::Sheet),
            () if ending(".xml") => Some(Self::Other),
            () => None,
        }
    }

    fn limit(self) -> u64 {
        match self {
            Self::Sheet => WHOLE,
            Self::Strings => STRINGS,
            _ => OTHER,
        }
    }
}

/// Unpacks a part without keeping it and looks what its reader would have to hold at once.
fn scan<R: Read>(source: &Source, mut part: ZipFile<'_, R>, kind: Kind) -> Result<u64> {
    let (mut scan, mut block, mut relations) = (Scan::default(), vec![0; 64 * 1024], Vec::new());
    let mut length = 0_u64;
    loop {
        let count = part.read(&mut block).map_err(|_| broken(source))?;
        if count == 0 {
            break;
        }
        // The archive's reader itself stops at the size that is declared.
        length += count as u64;
        let bytes = &block[..count];
        scan.read(bytes);
        if kind == Kind::Relations {
            relations.extend_from_slice(bytes);
        }
        if matches!(kind, Kind::Sheet | Kind::Strings) && scan.longest > CELL {
            return Err(about("{file} has a cell with more text than a cell can hold.", &source.name));
        }
        if kind == Kind::Sheet && scan.beyond {
            return Err(about("{file} has a cell beyond the last row or column of a sheet.", &source.name));
        }
        if kind == Kind::Styles && (scan.formats > FORMATS || scan.longest_value > 4096) {
            return Err(about("{file} has more formats than a workbook can.", &source.name));
        }
    }
    // The reader makes room for as many texts as are announced; the shortest takes five characters.
    if kind == Kind::Strings && scan.announced > length / 5 + 1 {
        return Err(about("{file} announces more texts than it holds.", &source.name));
    }
    if kind == Kind::Relations && strange_sheet(&String::from_utf8_lossy(&relations)) {
        return Err(broken(source));
    }
    Ok(scan.merged)
}

/// Whether a sheet is said to be something that was not looked at.
fn strange_sheet(relations: &str) -> bool {
    let value = |tag: &str, name: &str| {
        let (_, rest) = tag.split_once(name)?;
        rest.split(['"', '\'']).nth(1).map(str::to_lowercase)
    };
    relations.split('<').any(|tag| {
        value(tag, "Type").is_some_and(|kind| kind.ends_with("sheet"))
            && value(tag, "Target=").is_none_or(|target| Kind::of(&target) != Some(Kind::Sheet))
    })
}
