//! The promises of the formats, by their exact output.

use super::{Format, Style, footer, write_grid, write_record};
use kehu::record::{Choice, Column, Currency, Grid, Kind, Link, Money, Row, Total, Value};
use std::borrow::Cow;

fn column(name: &str, label: &str, label_zh: &str, kind: Kind) -> Column {
    Column { name: name.into(), label: label.into(), label_zh: label_zh.into(), kind }
}

fn stage() -> Kind {
    let choice = |key, label, label_zh| Choice {
        key: Cow::Borrowed(key),
        label: Cow::Borrowed(label),
        label_zh: Cow::Borrowed(label_zh),
        retired: false,
    };
    Kind::Choice(vec![choice("won", "Won", "赢单"), choice("open", "Open", "")])
}

fn money(minor: i64) -> Value {
    Value::Money(Money { minor, currency: Currency(*b"CNY") })
}

fn link(id: i64, title: &str) -> Value {
    Value::Link(Link { id, title: title.into(), uid: "u-1".into(), letter: "U" })
}

fn row(id: i64, cells: Vec<Value>) -> Row {
    Row { id, short: format!("C{id}"), cells }
}

/// Two customers, one Chinese and one with little known.
fn customers() -> Grid {
    let columns = vec![
        column("name", "Name", "名称", Kind::Text),
        column("stage", "Stage", "阶段", stage()),
        column("owner", "Owner", "负责人", Kind::Link("user".into())),
        column("amount", "Amount", "金额", Kind::Money),
        column("vip", "VIP", "重点", Kind::YesNo),
        column("tags", "Tags", "标签", Kind::tags()),
    ];
    let tags = Value::List(vec![Value::text("a"), Value::text("b,c")]);
    let rows = vec![
        row(
            1,
            vec![Value::text("三一重工"), Value::text("won"), link(2, "王伟"), money(125_000), Value::Bool(true), tags],
        ),
        row(
            12,
            vec![
                Value::text("Acme, Robotics"),
                Value::text("open"),
                Value::Null,
                money(-5),
                Value::Bool(false),
                Value::Null,
            ],
        ),
    ];
    Grid { noun: "customers".into(), columns, rows, totals: None, total: Total::Exactly(2) }
}

/// One text column and one row without a ref.
fn one(text: &str) -> Grid {
    let columns = vec![column("text", "Text", "", Kind::LongText)];
    let rows = vec![Row { cells: vec![Value::text(text)], ..Row::default() }];
    Grid { columns, rows, total: Total::Exactly(1), ..Grid::default() }
}

fn written(grid: &Grid, format: Format, style: &Style) -> String {
    let mut out = Vec::new();
    write_grid(grid, format, style, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn plain(grid: &Grid, format: Format) -> String {
    written(grid, format, &Style::default())
}

fn record(grid: &Grid, format: Format, style: &Style) -> String {
    let mut out = Vec::new();
    write_record(grid, format, style, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn chinese() -> Style {
    Style { chinese: true, ..Style::default() }
}

fn wide(width: usize) -> Style {
    Style { width: Some(width), ..Style::default() }
}

fn lines(text: &str) -> Vec<&str> {
    text.lines().collect()
}

#[test]
fn a_table_is_aligned_by_display_width() {
    let expected = [
        "Ref  Name            Stage  Owner       Amount  VIP  Tags",
        "───  ──────────────  ─────  ─────  ───────────  ───  ──────",
        "C1   三一重工        Won    王伟   CNY 1250.00  yes  a, b,c",
        "C12  Acme, Robotics  Open            CNY -0.05  no",
    ];
    assert_eq!(lines(&plain(&customers(), Format::Table)), expected);
}

#[test]
fn a_chinese_table_has_chinese_headings_and_words() {
    let expected = [
        "编号  名称            阶段  负责人         金额  重点  标签",
        "────  ──────────────  ────  ──────  ───────────  ────  ──────",
        "C1    三一重工        赢单  王伟    CNY 1250.00  是    a, b,c",
        "C12   Acme, Robotics  Open            CNY -0.05  否",
    ];
    assert_eq!(lines(&written(&customers(), Format::Table, &chinese())), expected);
}

#[test]
fn a_narrow_terminal_leaves_columns_off_rather_than_cutting_every_text_short() {
    let mut grid = customers();
    grid.columns.truncate(4);
    // The owner is missed less than the amount, which has no room either.
    let told = "… Owner, Amount (no room; -c picks colu…";
    let expected = [
        "Ref  Name            Stage  …",
        "───  ──────────────  ─────",
        "C1   三一重工        Won    …",
        "C12  Acme, Robotics  Open   …",
        told,
    ];
    assert_eq!(lines(&written(&grid, Format::Table, &wide(40))), expected);
    assert_eq!(lines(&written(&grid, Format::Table, &wide(24))).last(), Some(&"… Stage, Owner, Amount …"));
}

#[test]
fn no_table_is_wider_than_its_terminal() {
    for width in 4..80 {
        let table = written(&customers(), Format::Table, &wide(width));
        assert!(table.lines().all(|line| super::fit::width(line) <= width), "{width}:\n{table}");
    }
}

#[test]
fn totals_stand_under_a_rule() {
    let mut grid = customers();
    grid.columns.drain(1..3);
    grid.columns.truncate(2);
    grid.rows.iter_mut().for_each(|row| drop(row.cells.drain(1..3)));
    grid.totals = Some(vec![Value::Null, money(124_995)]);
    let expected = [
        "Ref    Name                 Amount",
        "─────  ──────────────  ───────────",
        "C1     三一重工        CNY 1250.00",
        "C12    Acme, Robotics    CNY -0.05",
        "─────  ──────────────  ───────────",
        "Total                  CNY 1249.95",
    ];
    assert_eq!(lines(&plain(&grid, Format::Table)), expected);
}

#[test]
fn a_long_table_keeps_its_widths_to_the_end() {
    let mut grid = customers();
    grid.rows = grid.rows.iter().cycle().take(2001).cloned().collect();
    grid.rows[1777].cells[0] = Value::text("Acme Robotics and Sons");
    let table = plain(&grid, Format::Table);
    let amount_ends = |line: &str| super::fit::width(line.rsplit_once("  yes").map_or("", |(before, _)| before));
    let ends: Vec<usize> = table.lines().filter(|line| line.contains("王伟")).map(amount_ends).collect();
    assert_eq!((ends.len(), table.lines().count()), (1001, 2003));
    assert!(ends.iter().all(|end| *end == ends[0]), "{ends:?}");
}

#[test]
fn data_never_drives_the_terminal() {
    let evil = one("\x1b]0;owned\x07\u{202e}\nsecond\tline");
    let line = r"\x1b]0;owned\x07\u{202e}⏎second line";
    let colored = Style { color: true, ..wide(80) };
    assert_eq!(lines(&plain(&evil, Format::Table))[2], line);
    assert_eq!(lines(&written(&evil, Format::Table, &colored))[2], line);
    assert_eq!(lines(&written(&evil, Format::Csv, &wide(80)))[1], line);
    for format in [Format::Markdown, Format::Html, Format::Json] {
        assert!(!plain(&evil, format).contains(['\x1b', '\x07']), "{format:?}");
    }
    assert!(!record(&evil, Format::Table, &wide(20)).contains('\x1b'));
    assert!(plain(&evil, Format::Csv).contains('\x1b'), "data in a pipe stays exact");
}

#[test]
fn colour_is_only_around_headings() {
    let colored = Style { color: true, ..Style::default() };
    let expected = ["\x1b[1mText\x1b[0m", "\x1b[2m────\x1b[0m", "a"];
    assert_eq!(lines(&written(&one("a"), Format::Table, &colored)), expected);
}

#[test]
fn an_empty_table_is_nothing_and_a_footer() {
    let mut grid = customers();
    grid.rows.clear();
    grid.total = Total::Exactly(0);
    assert_eq!(plain(&grid, Format::Table), "");
    assert_eq!(footer(&grid).map(|told| told.to_string()).as_deref(), Some("No customers match."));
}

#[test]
fn the_footer_says_what_is_not_shown() {
    let mut grid = customers();
    assert_eq!(footer(&grid), None);
    grid.total = Total::Exactly(8800);
    assert_eq!(footer(&grid).map(|told| told.to_string()).as_deref(), Some("2 of 8,800 customers"));
    grid.total = Total::MoreThan(10_000);
    assert_eq!(footer(&grid).map(|told| told.to_string()).as_deref(), Some("2 of more than 10,000 customers"));
}

#[test]
fn a_record_goes_down_the_page_with_long_text_in_full() {
    let mut grid = customers();
    grid.rows.remove(0);
    grid.columns[0].kind = Kind::LongText;
    grid.rows[0].cells[0] = Value::text("Acme\nRobotics");
    let expected = [
        "Ref     C12",
        "Name    Acme",
        "        Robotics",
        "Stage   Open",
        "Owner",
        "Amount  CNY -0.05",
        "VIP     no",
        "Tags",
    ];
    assert_eq!(lines(&record(&grid, Format::Table, &wide(10))), expected);
}

#[test]
fn json_has_items_and_an_honest_total() {
    let mut grid = customers();
    grid.columns.truncate(4);
    grid.rows.truncate(1);
    grid.total = Total::Exactly(8800);
    let expected = r#"{
  "items": [
    {
      "ref": "C1",
      "name": "三一重工",
      "stage": "won",
      "owner": {
        "ref": "U2",
        "uid": "u-1",
        "title": "王伟"
      },
      "amount": {
        "amount": "1250.00",
        "currency": "CNY"
      }
    }
  ],
  "total": 8800
}
"#;
    assert_eq!(plain(&grid, Format::Json), expected);
    grid.rows.clear();
    grid.total = Total::MoreThan(10_000);
    let expected = "{\n  \"items\": [],\n  \"total\": null,\n  \"total_at_least\": 10000\n}\n";
    assert_eq!(plain(&grid, Format::Json), expected);
}

#[test]
fn what_is_absent_is_null_in_json_and_an_absent_list_is_empty() {
    let mut grid = customers();
    grid.columns.retain(|column| ["name", "tags"].contains(&&*column.name));
    grid.rows = vec![row(1, vec![Value::text(""), Value::List(vec![])]), row(2, vec![])];
    let expected = ["{\"ref\":\"C1\",\"name\":null,\"tags\":[]}", "{\"ref\":\"C2\",\"name\":null,\"tags\":[]}"];
    assert_eq!(lines(&plain(&grid, Format::Ndjson)), expected);
    grid.rows.truncate(1);
    let expected = "{\n  \"ref\": \"C1\",\n  \"name\": null,\n  \"tags\": []\n}\n";
    assert_eq!(record(&grid, Format::Json, &chinese()), expected);
}

#[test]
fn csv_speaks_the_words_that_an_import_reads() {
    let expected = [
        "ref,name,stage,owner,amount,vip,tags",
        "C1,三一重工,won,王伟,CNY 1250.00,yes,\"a, \"\"b,c\"\"\"",
        "C12,\"Acme, Robotics\",open,,CNY -0.05,no,",
    ];
    assert_eq!(lines(&written(&customers(), Format::Csv, &chinese())), expected);
    assert_eq!(plain(&one("a\r\n\"b\""), Format::Csv), "text\n\"a\r\n\"\"b\"\"\"\n");
    assert_eq!(plain(&one("a\t\"b\r\nc"), Format::Tsv), "text\na \"b c\n");
}

#[test]
fn csv_safe_disarms_formulas_and_leaves_negative_numbers() {
    let safe = Style { csv_safe: true, ..Style::default() };
    let cell = |text: &str| written(&one(text), Format::Tsv, &safe).lines().nth(1).unwrap_or_default().to_owned();
    for text in ["=1+1", "+8613800000000", "@SUM", "-1+1", "-", "-1.2.3", "＝1"] {
        assert_eq!(cell(text), format!("'{text}"));
    }
    for text in ["-12.50", "-3", "a=1", "1", ""] {
        assert_eq!(cell(text), text);
    }
    assert_eq!(plain(&one("=1+1"), Format::Csv), "text\n=1+1\n");
}

#[test]
fn markdown_cells_stay_cells() {
    let expected = [
        "| Ref | Name | Stage | Owner | Amount | VIP | Tags |",
        "| --- | --- | --- | --- | ---: | --- | --- |",
        "| C1 | 三一重工 | Won | 王伟 | CNY 1250.00 | yes | a, b,c |",
        "| C12 | Acme, Robotics | Open |  | CNY -0.05 | no |  |",
    ];
    assert_eq!(lines(&plain(&customers(), Format::Markdown)), expected);
    assert_eq!(lines(&plain(&one("a|b\nc <i> \\"), Format::Markdown))[2], r"| a\|b<br>c &lt;i> \\ |");
    assert_eq!(record(&one("a"), Format::Markdown, &chinese()), "| 字段 | 内容 |\n| --- | --- |\n| Text | a |\n");
}

#[test]
fn html_is_a_page_in_which_text_stays_text() {
    let page = written(&one("<script>\"a\" & 'b'</script>\nc"), Format::Html, &chinese());
    assert!(page.starts_with("<!doctype html>\n<html lang=\"zh-CN\">\n"), "{page}");
    assert!(page.ends_with("</table>\n</body>\n</html>\n"), "{page}");
    let cell = "<td>&lt;script&gt;&quot;a&quot; &amp; &#39;b&#39;&lt;/script&gt;<br>c</td>";
    assert!(page.contains(&format!("<tbody>\n<tr>{cell}</tr>\n</tbody>")), "{page}");
    let page = plain(&customers(), Format::Html);
    assert!(page.contains("<tr><td>C1</td><td>三一重工</td><td>Won</td><td>王伟</td><td class=\"n\">CNY 1250.00</td>"));
    assert!(record(&one("a"), Format::Html, &chinese()).contains("<tr><th>Text</th><td>a</td></tr>"));
}

#[test]
fn ids_are_refs_alone() {
    assert_eq!(plain(&customers(), Format::Ids), "C1\nC12\n");
    assert_eq!(plain(&one("a"), Format::Ids), "");
}

#[test]
fn a_closed_pipe_is_known_as_one_in_every_format() {
    struct Closed;
    impl std::io::Write for Closed {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut grid = customers();
    // More than any buffer holds.
    grid.rows = grid.rows.iter().cycle().take(4000).cloned().collect();
    for format in Format::ALL {
        let error = write_grid(&grid, format, &Style::default(), &mut Closed).unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::BrokenPipe, "{format:?}");
    }
}

#[test]
fn formats_are_known_by_their_words() {
    for format in Format::ALL {
        assert_eq!(format.word().parse::<Format>().unwrap(), format);
    }
    let error = "xml".parse::<Format>().unwrap_err();
    assert_eq!(error.to_string(), "`xml` is not an output format.");
}
