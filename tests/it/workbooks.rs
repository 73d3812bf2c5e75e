//! Workbooks as users have them, read as a person reads them, and those that mean harm, refused with a sentence.

use crate::{
    messy_files::real_files,
    sheet_maker::{Sheet, archive, parts, texts, workbook},
    world::{Desk, Output},
};
use kehu::exchange::{Inspection, Layout, Source, Wishes, inspect, inspect_layout};
use proptest::prelude::*;
use serde::Deserialize;
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
struct Expected {
    sheet: String,
    heading_line: u64,
    headings: Vec<String>,
    rows: Vec<Vec<String>>,
    count: Option<u64>,
    before: Vec<(u64, String)>,
    after: Vec<(u64, String)>,
    ragged: Vec<(u64, usize)>,
    broken: Vec<(String, String)>,
    others: Vec<String>,
}

#[test]
fn real_workbooks_are_read_as_a_person_reads_them() {
    let Some(folder) = real_files() else { return };
    let expectations: BTreeMap<String, Expected> =
        toml::from_str(include_str!("../data/xlsx_expectations.toml")).expect("expectations");
    let folder = folder.join("xlsx");
    let mut present = 0;
    for part in ["calamine", "frictionless"] {
        let files = fs::read_dir(folder.join(part)).expect("folder").flatten();
        present += files.filter(|file| file.path().extension().is_some_and(|end| end == "xlsx")).count();
    }
    assert_eq!(expectations.len(), present);
    for (name, expected) in &expectations {
        let seen = inspect(&folder.join(name), None).expect(name);
        compare(name, expected, &seen);
    }
}

fn compare(name: &str, expected: &Expected, seen: &Inspection) {
    let facts = seen.to_json();
    assert_eq!(facts["format"], "xlsx", "{name}");
    assert_eq!(facts["sheet"], expected.sheet, "{name}");
    assert_eq!(seen.layout.heading_line, expected.heading_line, "{name}");
    assert_eq!(seen.layout.headings, expected.headings, "{name}");
    let rows: Vec<Vec<String>> = serde_json::from_value(facts["sample"].clone()).expect("rows");
    assert_eq!(rows, expected.rows, "{name}");
    assert_eq!(seen.rows, expected.count.unwrap_or(expected.rows.len() as u64), "{name}");
    assert_eq!(seen.layout.skipped_before, expected.before, "{name}");
    assert_eq!(seen.skipped_after, expected.after, "{name}");
    assert_eq!(seen.ragged, expected.ragged, "{name}");
    assert_eq!(seen.broken_cells, expected.broken, "{name}");
    assert_eq!(seen.layout.warnings.is_empty(), expected.others.is_empty(), "{name}");
    for (warning, other) in seen.layout.warnings.iter().zip(&expected.others) {
        assert!(warning.to_string().contains(other.as_str()), "{name}: {warning}");
    }
}

fn written(bytes: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("book.xlsx");
    fs::write(&path, bytes).expect("file");
    (folder, path)
}

fn read(bytes: &[u8]) -> kehu::Result<Inspection> {
    let (_folder, path) = written(bytes);
    inspect(&path, None)
}

fn cells(seen: &Inspection) -> Vec<Vec<String>> {
    serde_json::from_value(seen.to_json()["sample"].clone()).expect("rows")
}

#[test]
fn cells_are_read_as_a_person_sees_them() {
    let rows = "<row r=\"2\"><c r=\"A2\" t=\"inlineStr\"><is><t>name</t></is></c><c r=\"B2\" t=\"inlineStr\"><is><t>phone</t></is></c>\
        <c r=\"C2\" t=\"inlineStr\"><is><t>since</t></is></c><c r=\"D2\" t=\"inlineStr\"><is><t>share</t></is></c></row>\
        <row r=\"4\"><c r=\"A4\" t=\"str\"><f>\"Acme\"&amp;\" Ltd\"</f><v>Acme Ltd</v></c><c r=\"B4\"><v>13800138000</v></c><c r=\"C4\" s=\"1\"><v>45000</v></c><c r=\"D4\" s=\"4\"><v>0.155</v></c></row>\
        <row r=\"5\"><c r=\"A5\" t=\"b\"><v>1</v></c><c r=\"B5\" s=\"5\" t=\"inlineStr\"><is><t>00123</t></is></c><c r=\"C5\" s=\"2\"><v>45000.6041666667</v></c><c r=\"D5\" s=\"3\"><v>1.5</v></c></row>\
        <row r=\"6\"><c r=\"A6\" t=\"d\"><v>2024-03-05T10:00:00</v></c><c r=\"B6\" t=\"e\"><v>#N/A</v></c></row>";
    let seen = read(&workbook(&[Sheet::new("客户", rows)])).expect("readable");
    assert_eq!(seen.layout.heading_line, 2);
    assert_eq!(
        cells(&seen),
        [
            vec!["Acme Ltd", "13800138000", "2023-03-15", "15.5%"],
            vec!["true", "00123", "2023-03-15 14:30:00", "36:00:00"],
            vec!["2024-03-05T10:00:00", "#N/A"],
        ]
    );
    assert_eq!(seen.broken_cells, [("客户!B6".to_owned(), "#N/A".to_owned())]);
}

#[test]
fn the_first_visible_sheet_with_data_is_read_unless_another_is_named() {
    let (names, more) = (texts(&[&["name"], &["Acme"]]), texts(&[&["name"], &["Borealis"]]));
    let hidden = Sheet { hidden: true, ..Sheet::new("Secret", &more) };
    let sheets = [hidden, Sheet::new("Cover", ""), Sheet::new("Customers", &names), Sheet::new("旧客户", &more)];
    let (_folder, path) = written(&workbook(&sheets));
    let seen = inspect(&path, None).expect("readable");
    assert_eq!(seen.to_json()["sheet"], "Customers");
    assert_eq!(seen.layout.warnings[0].to_string(), "Sheet Customers is read, and not 旧客户: --sheet names another.");
    let source = Source::open(&path).expect("a file");
    for (wanted, found) in [("旧客户", "旧客户"), ("customers", "Customers"), ("1", "Secret"), ("4", "旧客户")]
    {
        let layout = Layout::look(&source, &Wishes { sheet: Some(wanted), ..Wishes::default() }).expect("a sheet");
        assert!(layout.warnings.is_empty());
        assert_eq!(inspect_layout(&source, layout).expect("readable").to_json()["sheet"], found);
    }
    let error =
        Layout::look(&source, &Wishes { sheet: Some("Orders"), ..Wishes::default() }).expect_err("no such sheet");
    assert!(error.to_string().contains("no sheet Orders"), "{error}");
    assert_eq!(error.hint.expect("a hint").to_string(), "The sheets are Secret, Cover, Customers, 旧客户.");
}

#[test]
fn titles_before_a_table_and_totals_behind_it_are_no_rows() {
    let rows = texts(&[
        &["销售客户报表"],
        &["导出时间：2026-03-01"],
        &[],
        &["客户名称", "电话", "金额"],
        &["海天", "1", "5"],
        &["远航", "2", "6"],
        &["共享单车有限公司"],
        &["合计", "", "11"],
        &[],
        &["共 3 条"],
    ]);
    let seen = read(&workbook(&[Sheet::new("报表", &rows)])).expect("readable");
    assert_eq!((seen.layout.heading_line, seen.rows), (4, 3));
    assert_eq!(seen.skipped_after, [(8, "合计 11".to_owned()), (10, "共 3 条".to_owned())]);
}

#[test]
fn headings_of_several_lines_become_one() {
    let rows = texts(&[&["Customer", "Contact", ""], &["", "name", "email"], &["Acme", "Zoe", "zoe@acme.example"]]);
    let after = "<mergeCells><mergeCell ref=\"A1:A2\"/><mergeCell ref=\"B1:C1\"/></mergeCells>";
    let seen = read(&workbook(&[Sheet { after, ..Sheet::new("S", &rows) }])).expect("readable");
    assert_eq!(seen.layout.headings, ["Customer", "Contact name", "Contact email"]);
    assert_eq!((seen.layout.heading_line, seen.rows), (1, 1));
}

#[test]
fn a_file_is_what_it_holds_and_not_what_it_is_called() {
    let folder = tempfile::tempdir().expect("folder");
    let (sheet, text) = (folder.path().join("sheet.csv"), folder.path().join("text.xlsx"));
    fs::write(&sheet, workbook(&[Sheet::new("S", &texts(&[&["name", "city"], &["Acme", "Hamburg"]]))])).expect("file");
    fs::write(&text, "name,city\nAcme,Hamburg\n").expect("file");
    for (path, format) in [(&sheet, "xlsx"), (&text, "csv")] {
        let seen = inspect(path, None).expect("readable");
        assert_eq!(seen.to_json()["format"], format);
        assert_eq!(cells(&seen), [["Acme", "Hamburg"]]);
    }
}

#[test]
fn a_cell_in_the_last_corner_costs_nothing() {
    let rows =
        texts(&[&["name", "city"], &["Acme", "Hamburg"]]) + "<row r=\"1048576\"><c r=\"XFD1048576\"><v>1</v></c></row>";
    let seen = read(&workbook(&[Sheet::new("S", &rows)])).expect("readable");
    assert_eq!(seen.rows, 2);
    assert_eq!(seen.ragged, [(1_048_576, 16_384)]);
}

fn refused(bytes: &[u8], words: &str) {
    let begun = std::time::Instant::now();
    let error = read(bytes).expect_err(words);
    assert_eq!(error.exit_code(), 2, "{error}");
    assert!(error.to_string().contains(words) && error.to_string().ends_with('.'), "{error}");
    assert!(begun.elapsed().as_secs() < 60, "{words}: {:?}", begun.elapsed());
}

#[test]
fn a_workbook_that_unpacks_to_gigabytes_is_refused() {
    let mut bomb = parts(&[Sheet::new("S", "")]);
    bomb[0].1 =
        format!("<worksheet><sheetData>{}</sheetData></worksheet>", "<row></row>".repeat(2_000_000)).into_bytes();
    refused(&archive(&bomb), "more than a workbook may");
}

#[test]
fn an_archive_that_lies_about_its_size_is_refused() {
    let mut bomb = parts(&[Sheet::new("S", "")]);
    bomb[0].1 =
        format!("<worksheet><sheetData>{}</sheetData></worksheet>", "<row><c><v>1</v></c></row>".repeat(40_000))
            .into_bytes();
    let real = u32::try_from(bomb[0].1.len()).expect("small").to_le_bytes();
    let mut bytes = archive(&bomb);
    let places: Vec<usize> = (0..bytes.len() - 4).filter(|at| bytes[*at..*at + 4] == real).collect();
    assert!(places.len() >= 2, "the size stands before the part and in the directory");
    for at in places {
        bytes[at..at + 4].copy_from_slice(&100_u32.to_le_bytes());
    }
    refused(&bytes, "broken workbook");
}

#[test]
fn what_a_reader_would_have_to_hold_at_once_has_bounds() {
    let with = |name: &str, text: String| {
        let mut parts = parts(&[Sheet::new("S", &texts(&[&["name"], &["Acme"]]))]);
        parts.retain(|(known, _)| known != name);
        parts.push((name.to_owned(), text.into_bytes()));
        archive(&parts)
    };
    refused(
        &with("xl/sharedStrings.xml", "<sst uniqueCount=\"99999999999999\"><si><t>a</t></si></sst>".into()),
        "announces more texts",
    );
    let long = format!("<sst><si>{}</si></sst>", "<r><t>many words</t></r>".repeat(60_000));
    refused(&with("xl/sharedStrings.xml", long), "more text than a cell can hold");
    let verbatim = format!("<sst><!--{}--></sst>", "<si>".repeat(300_000));
    refused(&with("xl/sharedStrings.xml", verbatim), "more text than a cell can hold");
    let styles = format!("<styleSheet><cellXfs>{}</cellXfs></styleSheet>", "<xf numFmtId=\"0\"/>".repeat(70_000));
    refused(&with("xl/styles.xml", styles), "more formats");
    let sheet =
        format!("<worksheet><sheetData><row><c><v>{}</v></c></row></sheetData></worksheet>", "1".repeat(2_000_000));
    refused(&with("xl/worksheets/sheet1.xml", sheet), "more text than a cell can hold");
}

#[test]
fn protected_broken_and_foreign_files_are_refused_with_a_sentence() {
    let mut protected = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec();
    protected.resize(1024, 0);
    protected.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
    refused(&protected, "protected with a password");
    refused(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 and more", "old Excel");
    let whole = workbook(&[Sheet::new("S", &texts(&[&["name"], &["Acme"]]))]);
    refused(&whole[..whole.len() / 2], "broken workbook");
    let mut damaged = whole.clone();
    let place = damaged.windows(9).position(|part| part == b"sheet1.xm").expect("a part") + 30;
    damaged[place] ^= 0xFF;
    refused(&damaged, "broken workbook");
    let part = |name: &str| archive(&[(name.to_owned(), b"<a/>".to_vec())]);
    refused(&part("word/document.xml"), "is a document");
    refused(&part("notes.txt"), "is a zip archive");
    refused(&part("xl/workbook.bin"), "binary workbook");
    refused(&archive(&[("mimetype".into(), vec![]), ("content.xml".into(), vec![])]), "OpenDocument");
    refused(&part("xl/other.xml"), "damaged workbook");
    refused(&workbook(&[Sheet::new("S", "")]), "no sheet with data");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn no_change_of_a_byte_makes_the_reader_panic(places in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)) {
        let mut bytes = workbook(&[Sheet::new("S", &texts(&[&["name", "city"], &["Acme", "Hamburg"]]))]);
        for (place, byte) in places {
            let at = place.index(bytes.len());
            bytes[at] = byte;
        }
        let _ = read(&bytes);
    }

    #[test]
    fn nor_does_any_sheet(xml in "(<row( r=\"[0-9]{1,8}\")?>|</row>|<c( r=\"[A-Z]{1,4}[0-9]{1,8}\")?( s=\"[0-9]\")?( t=\"(s|b|e|n|d|str|inlineStr|x)\")?>|</c>|<v>|</v>|<is>|</is>|<t>|</t>|#N/A|-?[0-9]{1,20}(\\.[0-9]{1,5})?(E[0-9]{1,3})?|&amp;|&){0,40}") {
        let _ = read(&workbook(&[Sheet::new("S", &xml)]));
    }
}

/// The rows of a workbook as a file in the desk's folder.
fn lay(desk: &Desk, name: &str, rows: &[&[&str]]) {
    fs::write(desk.folder().join(name), workbook(&[Sheet::new("客户", &texts(rows))])).expect("file");
}

fn count(desk: &Desk, noun: &str) -> u64 {
    desk.say(&format!("{noun} list -f json")).json()["total"].as_u64().expect("a total")
}

#[test]
fn a_workbook_comes_in_once_however_often_it_is_imported_and_goes_with_one_undo() {
    let desk = Desk::new();
    let rows: [&[&str]; 3] = [
        &["客户名称", "电话", "联系人", "级别", "备注"],
        &["上海东方贸易有限公司", "021-55550000", "周敏", "A", "第一行\n第二行"],
        &["Borealis Ltd", "020 7946 0018", "Ann Lee", "B", ""],
    ];
    lay(&desk, "客户.xlsx", &rows);
    let before = count(&desk, "customer");
    let dry = desk.say("import 客户.xlsx --dry-run -f json").json();
    assert_eq!(dry["created"], 2);
    assert_eq!(count(&desk, "customer"), before, "a dry run writes nothing");
    assert_eq!(desk.say("import 客户.xlsx -f json").json()["created"], 2);
    let again = desk.say("customer import 客户.xlsx -f json").json();
    assert_eq!((&again["created"], &again["unchanged"]), (&0.into(), &2.into()));
    assert_eq!(count(&desk, "customer"), before + 2);
    let runs = desk.say("import runs -f json").json();
    assert!(runs.to_string().contains("客户.xlsx"), "{runs}");
    desk.say("undo").done();
    assert_eq!(count(&desk, "customer"), before);
}

#[test]
fn rows_of_a_sheet_that_cannot_be_taken_come_back_as_csv_and_go_in_when_they_are_mended() {
    let desk = Desk::new();
    let text = |place: &str, text: &str| format!("<c r=\"{place}\" t=\"inlineStr\"><is><t>{text}</t></is></c>");
    let rows = format!(
        "<row r=\"1\">{}{}{}</row><row r=\"2\">{}{}</row><row r=\"3\">{}<c r=\"B3\" t=\"e\"><v>#REF!</v></c>{}</row>",
        text("A1", "name"),
        text("B1", "level"),
        text("C1", "Colour"),
        text("A2", "Acme Ltd"),
        text("B2", "A"),
        text("A3", "Borealis Ltd"),
        text("C3", "red"),
    );
    fs::write(desk.folder().join("book.xlsx"), workbook(&[Sheet::new("Sheet1", &rows)])).expect("file");
    let refused: Output = desk.say("customer import book.xlsx");
    assert_eq!(refused.code, 5, "{}", refused.err);
    assert!(refused.err.contains("Cell Sheet1!B3 holds the error #REF!."), "{}", refused.err);
    let kept = desk.say("customer import book.xlsx --rejects bad.csv");
    assert_eq!(kept.code, 6, "{}", kept.err);
    let path: &Path = &desk.folder().join("bad.csv");
    let bad = fs::read_to_string(path).expect("rejects");
    assert!(
        bad.starts_with("name,level,Colour,line,field,code,message\nBorealis Ltd,#REF!,red,3,level,broken_cell,"),
        "{bad}"
    );
    fs::write(path, bad.replace("#REF!,red", "B,red")).expect("mended");
    assert_eq!(desk.say("customer import bad.csv -f json").json()["created"], 1);
    let replaced = desk.run(["customer", "import", "book.xlsx", "--map-value", "level:#REF!=C", "-f", "json"]).json();
    assert_eq!((&replaced["updated"], &replaced["unchanged"]), (&1.into(), &1.into()));
}

#[test]
fn a_wide_sheet_with_every_sort_of_cell_fills_the_fields_that_a_person_would_fill() {
    let desk = Desk::new();
    let headings = [
        "name",
        "kind",
        "level",
        "industry",
        "country",
        "city",
        "address",
        "postal_code",
        "phone",
        "mobile",
        "email",
        "site",
        "wechat",
        "qq",
        "employees",
        "founded",
        "annual_revenue",
        "source",
        "since",
        "tags",
        "notes",
        "Colour",
        "Size",
        "Owner Name",
    ];
    let text = |column: usize, line: u64, text: &str| {
        let letter = char::from(b'A' + u8::try_from(column).expect("few"));
        format!("<c r=\"{letter}{line}\" t=\"inlineStr\"><is><t>{text}</t></is></c>")
    };
    let heading: String = (0..).zip(headings).map(|(column, name)| text(column, 3, name)).collect();
    let row = format!(
        "{}{}<c r=\"H4\"><v>200040</v></c><c r=\"I4\"><v>2155550000</v></c><c r=\"J4\"><v>13800138000</v></c><c r=\"N4\"><v>10001</v></c>\
         <c r=\"O4\"><v>250</v></c><c r=\"P4\"><v>1999</v></c><c r=\"Q4\"><v>274.65999999999997</v></c><c r=\"S4\" s=\"1\"><v>45000</v></c>{}{}",
        text(0, 4, "上海东方贸易有限公司"),
        text(2, 4, "A"),
        text(19, 4, "vip, 展会"),
        text(20, 4, "第一行\n第二行"),
    );
    let rows =
        format!("<row r=\"1\">{}</row><row r=\"3\">{heading}</row><row r=\"4\">{row}</row>", text(0, 1, "客户一览表"));
    let after = "<mergeCells count=\"1\"><mergeCell ref=\"A1:X1\"/></mergeCells>";
    let other = texts(&[&["name"], &["Other Ltd"]]);
    let book = workbook(&[Sheet::new("说明", &other), Sheet { after, ..Sheet::new("客户", &rows) }]);
    fs::write(desk.folder().join("wide.xlsx"), book).expect("file");
    let done = desk.say("customer import wide.xlsx --sheet 客户");
    assert!(done.err.contains("No field fits the heading \"Colour\""), "{}", done.err);
    done.done();
    let customer = desk.say("customer show 上海东方贸易有限公司 -f json").json();
    let wanted = serde_json::json!({
        "level": "A", "postal_code": "200040", "mobile": "+8613800138000", "qq": "10001", "employees": 250,
        "annual_revenue": {"amount": "274.66", "currency": "CNY"}, "since": "2023-03-15", "tags": ["vip", "展会"],
        "notes": "第一行\n第二行",
    });
    for (field, value) in wanted.as_object().expect("fields") {
        assert_eq!(&customer[field], value, "{field}");
    }
    let asked = desk.say("customer import wide.xlsx --sheet 3");
    assert_eq!(asked.code, 2, "{}", asked.err);
    assert!(asked.err.contains("The sheets are 说明, 客户."), "{}", asked.err);
}

/// Rows that all show one and the same text.
fn repeating(text: usize, rows: usize) -> Vec<u8> {
    let row = |number: usize| format!("<row r=\"{number}\"><c r=\"A{number}\" t=\"s\"><v>0</v></c></row>");
    let rows: String = (2..rows + 2).map(row).collect();
    let mut parts = parts(&[Sheet::new("S", &(texts(&[&["name"]]) + &rows))]);
    let strings = format!("<sst uniqueCount=\"1\"><si><t>{}</t></si></sst>", "Z".repeat(text));
    parts.push(("xl/sharedStrings.xml".to_owned(), strings.into_bytes()));
    let relations = parts.iter_mut().find(|(name, _)| name == "xl/_rels/workbook.xml.rels").expect("relations");
    let more = "<Relationship Id=\"rIdT\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings\" Target=\"sharedStrings.xml\"/></Relationships>";
    relations.1 = String::from_utf8_lossy(&relations.1).replace("</Relationships>", more).into_bytes();
    archive(&parts)
}

#[test]
fn a_text_that_is_repeated_without_end_is_refused() {
    refused(&repeating(1_000_000, 500), "more text than a cell can hold");
    refused(&repeating(32_768, 5), "more text than a cell can hold");
    refused(&repeating(32_000, 5000), "repeats its texts");
    assert_eq!(read(&repeating(32_000, 50)).expect("reads").rows, 50);
}

#[test]
fn what_no_spreadsheet_could_hold_is_no_value() {
    let one = |row: u64, column: &str| {
        let cells = format!("<row r=\"{row}\"><c r=\"{column}{row}\" t=\"inlineStr\"><is><t>far</t></is></c></row>");
        workbook(&[Sheet::new("S", &(texts(&[&["name"], &["Acme"]]) + &cells))])
    };
    refused(&one(1_048_577, "A"), "beyond the last row or column");
    refused(&one(3, "XFE"), "beyond the last row or column");
    refused(&one(3, "ZZZZZZZ"), "beyond the last row or column");
    refused(&one(u64::MAX, "A"), "beyond the last row or column");
    let numbers = texts(&[&["name", "employees"]])
        + "<row r=\"2\"><c r=\"A2\" t=\"inlineStr\"><is><t>Acme</t></is></c><c r=\"B2\"><v>1e400</v></c></row>";
    let seen = read(&workbook(&[Sheet::new("S", &numbers)])).expect("reads");
    assert_eq!(seen.broken_cells.iter().map(|(cell, _)| cell.as_str()).collect::<Vec<_>>(), ["S!B2"]);
}
