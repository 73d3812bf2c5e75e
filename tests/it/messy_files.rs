//! Untidy files as users have them: read as a person would read them, and never with a panic.

use kehu::exchange::{Inspection, inspect};
use proptest::prelude::*;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The folder of real files; they are no part of this repository.
pub fn real_files() -> Option<PathBuf> {
    let folder = std::env::var_os("KEHU_TEST_DATA").map(PathBuf::from);
    if folder.is_none() {
        eprintln!("skipped: KEHU_TEST_DATA is not set");
    }
    folder
}

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Expected {
    refused: Option<String>,
    encoding: String,
    bom: bool,
    delimiter: String,
    heading_line: u64,
    rows: u64,
    blank: u64,
    columns: Option<usize>,
    headings: Option<Vec<String>>,
    ragged: Vec<(u64, usize)>,
    before: Vec<(u64, String)>,
    after: Vec<(u64, String)>,
    cells: Option<Cell>,
}

#[derive(Deserialize)]
struct Cell {
    line: usize,
    heading: String,
    text: String,
}

impl Default for Expected {
    fn default() -> Self {
        Self {
            refused: None,
            encoding: "UTF-8".to_owned(),
            bom: false,
            delimiter: ",".to_owned(),
            heading_line: 1,
            rows: 0,
            blank: 0,
            columns: None,
            headings: None,
            ragged: Vec::new(),
            before: Vec::new(),
            after: Vec::new(),
            cells: None,
        }
    }
}

#[test]
fn untidy_files_are_read_as_a_person_reads_them() {
    let Some(folder) = real_files() else { return };
    let folder = folder.join("messy_csv/frictionless");
    let expectations: BTreeMap<String, Expected> =
        toml::from_str(include_str!("../data/messy_expectations.toml")).expect("expectations");
    let present = fs::read_dir(&folder).expect("folder").flatten();
    let files = present.filter(|file| file.path().extension().is_some_and(|end| end == "csv")).count();
    assert_eq!(expectations.len(), files);
    for (name, expected) in &expectations {
        compare(name, expected, &folder.join(name));
    }
}

fn compare(name: &str, expected: &Expected, path: &Path) {
    let seen = match inspect(path, None) {
        Ok(seen) => seen,
        Err(error) => {
            let words = expected.refused.as_deref().unwrap_or("(nothing)");
            assert!(error.to_string().contains(words), "{name}: {error}");
            return;
        }
    };
    assert_eq!(expected.refused, None, "{name}");
    let facts = seen.to_json();
    assert_eq!(facts["encoding"], expected.encoding, "{name}");
    assert_eq!(facts["bom"], expected.bom, "{name}");
    assert_eq!(facts["delimiter"], expected.delimiter, "{name}");
    assert_eq!(seen.layout.heading_line, expected.heading_line, "{name}");
    assert_eq!(seen.ragged, expected.ragged, "{name}");
    assert!(seen.faulty.is_empty(), "{name}: {:?}", seen.faulty);
    assert_eq!((seen.rows, seen.blank), (expected.rows, expected.blank), "{name}: rows, blank ones");
    assert_eq!(seen.layout.skipped_before, expected.before, "{name}");
    assert_eq!(seen.skipped_after, expected.after, "{name}");
    compare_headings(name, expected, &seen);
}

fn compare_headings(name: &str, expected: &Expected, seen: &Inspection) {
    if let Some(headings) = &expected.headings {
        assert_eq!(&seen.layout.headings, headings, "{name}");
    }
    if let Some(columns) = expected.columns {
        assert_eq!(seen.layout.headings.len(), columns, "{name}");
    }
    if let Some(cell) = &expected.cells {
        let items = seen.items().expect("few rows");
        assert_eq!(items[cell.line - 2][&cell.heading], cell.text.as_str(), "{name}");
    }
}

/// Upstream's answer for one file names another telephone number than the file; the files called `_crlf` have
/// lost their carriage returns in this copy and get them back.
#[test]
fn every_file_of_csv_spectrum_reads_as_its_answer_says() {
    let Some(folder) = real_files() else { return };
    let folder = folder.join("messy_csv/csv-spectrum");
    let place = tempfile::tempdir().expect("folder");
    for file in fs::read_dir(folder.join("csvs")).expect("folder").flatten() {
        let name = file.file_name().to_string_lossy().replace(".csv", "");
        let mut text = fs::read_to_string(file.path()).expect("file");
        if name.ends_with("_crlf") {
            text = text.replace('\n', "\r\n");
        }
        let copy = place.path().join("copy.csv");
        fs::write(&copy, text.replace("2095257564", "1234567890")).expect("copy");
        let answer = fs::read_to_string(folder.join(format!("json/{name}.json"))).expect("answer");
        let answer: serde_json::Value = serde_json::from_str(&answer).expect("json");
        let answer = if answer.is_array() { answer } else { serde_json::json!([answer]) };
        let seen = inspect(&copy, None).expect("readable").to_json();
        assert_eq!(seen["items"], answer, "{name}");
    }
}

#[test]
fn every_real_file_is_read_or_refused_with_a_sentence() {
    let Some(folder) = real_files() else { return };
    let mut folders = vec![folder];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("folder").flatten() {
            if entry.path().is_dir() {
                folders.push(entry.path());
            } else if let Err(error) = inspect(&entry.path(), None) {
                assert!(error.to_string().ends_with('.'), "{error}");
            }
        }
    }
}

fn read(bytes: &[u8]) -> kehu::Result<Inspection> {
    let place = tempfile::tempdir().expect("folder");
    let path = place.path().join("file.csv");
    fs::write(&path, bytes).expect("file");
    inspect(&path, None)
}

#[test]
fn a_title_before_and_a_total_behind_the_table_are_skipped_and_told() {
    let text = "销售客户报表\n导出时间：2026-03-01,,\n\n客户名称,电话,金额\n海天,1,5\n远航,2,6\n合计,,11\n共 2 条\n";
    let seen = read(text.as_bytes()).expect("readable");
    assert_eq!(seen.layout.heading_line, 4);
    assert_eq!(seen.rows, 2);
    assert_eq!(seen.skipped_after, [(7, "合计 11".to_owned()), (8, "共 2 条".to_owned())]);
    assert_eq!(seen.layout.skipped_before.len(), 2);
}

#[test]
fn a_fault_stays_in_its_own_row() {
    let text =
        b"id,name\n1,a\0b\n2,fine\n3,\"never closed\n4,\xFFbad\n5,\"two\nlines\"\n6,=\"00123\"\n7,\xE5\xAE\xA2\n";
    let more = "8,东方贸易有限公司，上海\n";
    let seen = read(&[text, more.as_bytes()].concat()).expect("readable");
    let codes: Vec<_> = seen.faulty.iter().map(|(line, problem)| (*line, problem.code())).collect();
    assert_eq!(codes, [(2, "nul_byte"), (4, "unclosed_quote"), (5, "undecodable")]);
    let items = seen.items().expect("few rows");
    assert_eq!(items[4]["name"], "two\nlines");
    assert_eq!(items[5]["name"], "00123");
    assert_eq!(items[6]["name"], "客");
}

#[test]
fn the_encoding_is_found_by_looking() {
    let text = "客户名称,城市\n上海东方贸易有限公司,上海\n";
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let marked: Vec<u8> = [0xFE, 0xFF].into_iter().chain(text.encode_utf16().flat_map(u16::to_be_bytes)).collect();
    let gbk = encoding_rs::GBK.encode(text).0.into_owned();
    for (bytes, name) in [(utf16, "UTF-16LE"), (marked, "UTF-16BE"), (gbk, "GB18030"), (text.into(), "UTF-8")] {
        let seen = read(&bytes).expect("readable");
        assert_eq!(seen.to_json()["encoding"], name);
        assert_eq!(seen.items().expect("rows")[0]["城市"], "上海");
    }
}

#[test]
fn what_is_no_table_is_refused_with_a_sentence() {
    let missing = inspect(Path::new("/nowhere/customers.csv"), None).expect_err("missing");
    assert_eq!((missing.exit_code(), missing.to_string().as_str()), (3, "There is no file /nowhere/customers.csv."));
    for (bytes, words) in [
        (&b""[..], "is empty"),
        (b"%PDF-1.7", "PDF"),
        (b"SQLite format 3\0rest", "SQLite"),
        (b"<html><table><tr><td>", "web page"),
        (b"\x01\x02\x03\x04\x05\x06\x07\x08\x00\x01", "binary"),
        (b"\n\n , \n", "no heading"),
    ] {
        let error = read(bytes).expect_err(words);
        assert_eq!(error.exit_code(), 2);
        assert!(error.to_string().contains(words), "{error}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = read(&bytes);
    }

    #[test]
    fn nor_does_any_mix_of_quotes_and_delimiters(text in "[\",;\t|'\\\\\r\n#=a\u{0}é客 ]{0,120}") {
        let _ = read(text.as_bytes());
    }
}
