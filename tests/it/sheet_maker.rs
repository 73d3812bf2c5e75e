//! Workbooks made for a test: as small as Excel's format allows, or as broken as a test needs.

use std::{
    fmt::Write as _,
    io::{Cursor, Write},
};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

/// The cells of one sheet as XML: `<row …>…</row>`.
pub struct Sheet<'a> {
    pub name: &'a str,
    pub rows: &'a str,
    /// Behind the rows: merged cells.
    pub after: &'a str,
    pub hidden: bool,
}

impl<'a> Sheet<'a> {
    pub fn new(name: &'a str, rows: &'a str) -> Self {
        Self { name, rows, after: "", hidden: false }
    }

    pub fn part(&self) -> String {
        format!(
            "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>{}</sheetData>{}</worksheet>",
            self.rows, self.after
        )
    }
}

/// Styles 1 to 5: a day, a day with time, a duration, a percentage, text.
pub const STYLES: &str = "<styleSheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><numFmts count=\"3\">\
    <numFmt numFmtId=\"165\" formatCode=\"yyyy\\-mm\\-dd\"/><numFmt numFmtId=\"166\" formatCode=\"yyyy/m/d h:mm\"/>\
    <numFmt numFmtId=\"167\" formatCode=\"[h]:mm:ss\"/></numFmts><cellXfs count=\"6\"><xf numFmtId=\"0\"/><xf numFmtId=\"165\"/>\
    <xf numFmtId=\"166\"/><xf numFmtId=\"167\"/><xf numFmtId=\"10\"/><xf numFmtId=\"49\"/></cellXfs></styleSheet>";

/// Rows of texts; an empty text is no cell.
pub fn texts(rows: &[&[&str]]) -> String {
    let mut xml = String::new();
    for (line, cells) in (1..).zip(rows) {
        write!(xml, "<row r=\"{line}\">").expect("a text");
        for (column, text) in cells.iter().enumerate().filter(|(_, text)| !text.is_empty()) {
            let letter = char::from(b'A' + u8::try_from(column).expect("few columns"));
            let text = text.replace('&', "&amp;").replace('<', "&lt;");
            write!(xml, "<c r=\"{letter}{line}\" t=\"inlineStr\"><is><t xml:space=\"preserve\">{text}</t></is></c>")
                .expect("a text");
        }
        xml.push_str("</row>");
    }
    xml
}

/// A whole workbook.
pub fn workbook(sheets: &[Sheet<'_>]) -> Vec<u8> {
    archive(&parts(sheets))
}

/// The parts of a workbook by their names.
pub fn parts(sheets: &[Sheet<'_>]) -> Vec<(String, Vec<u8>)> {
    let (mut list, mut relations, mut parts) = (String::new(), String::new(), Vec::new());
    for (number, sheet) in (1..).zip(sheets) {
        let state = if sheet.hidden { " state=\"hidden\"" } else { "" };
        write!(list, "<sheet name=\"{}\" sheetId=\"{number}\"{state} r:id=\"rId{number}\"/>", sheet.name)
            .expect("a text");
        write!(
            relations,
            "<Relationship Id=\"rId{number}\" Type=\"{RELATION}/worksheet\" Target=\"worksheets/sheet{number}.xml\"/>"
        )
        .expect("a text");
        parts.push((format!("xl/worksheets/sheet{number}.xml"), sheet.part().into_bytes()));
    }
    let around = [
        (
            "[Content_Types].xml",
            "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>".to_owned(),
        ),
        (
            "_rels/.rels",
            format!(
                "<Relationships xmlns=\"{PACKAGE}\"><Relationship Id=\"rId1\" Type=\"{RELATION}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/workbook.xml",
            format!("<workbook xmlns=\"{MAIN}\" xmlns:r=\"{RELATION}\"><sheets>{list}</sheets></workbook>"),
        ),
        ("xl/_rels/workbook.xml.rels", format!("<Relationships xmlns=\"{PACKAGE}\">{relations}</Relationships>")),
        ("xl/styles.xml", STYLES.to_owned()),
    ];
    parts.extend(around.into_iter().map(|(name, text)| (name.to_owned(), text.into_bytes())));
    parts
}

const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const RELATION: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006/relationships";

pub fn archive(parts: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options =
        SimpleFileOptions::default().compression_method(CompressionMethod::Deflated).compression_level(Some(6));
    for (name, bytes) in parts {
        zip.start_file(name.as_str(), options).expect("a part");
        zip.write_all(bytes).expect("its bytes");
    }
    zip.finish().expect("an archive").into_inner()
}
