//! What a search promises to find, tried with the real index of SQLite.

use super::*;
use rusqlite::Connection;

const ROWS: &[(&str, &str, &str)] = &[
    ("招商银行深圳分行", "深圳 南山区", "0755-88882345"),
    ("王晓明", "li.ming@acme-corp.cn", "+8613912346678"),
    ("Nordic Instruments GmbH", "Straße 12ab, Zürich 2026-0012", "+41443456789"),
    ("A公司 吕", "東京カメラ 한국어 12e3x", ""),
];

fn index() -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    let options = "content='', contentless_delete=1, tokenize=\"unicode61 remove_diacritics 0\"";
    connection.execute_batch(&format!("CREATE VIRTUAL TABLE search USING fts5(text, {options})")).unwrap();
    for (id, (name, text, phone)) in (1..).zip(ROWS) {
        let tokens = tokens(&[name], &[text], &[phone]);
        connection.execute("INSERT INTO search (rowid, text) VALUES (?, ?)", (id, tokens)).unwrap();
    }
    connection
}

fn found(connection: &Connection, query: &str) -> Vec<i64> {
    let Some(expression) = fts5_query(query) else { return Vec::new() };
    let mut statement = connection.prepare("SELECT rowid FROM search WHERE search MATCH ? ORDER BY rowid").unwrap();
    let rows = statement.query_map([expression], |row| row.get(0)).unwrap();
    rows.map(Result::unwrap).collect()
}

/// Queries and the one row that each must find.
const FINDS: &[(&str, i64)] = &[
    ("招", 1),
    ("招商", 1),
    ("招商银行", 1),
    ("深圳分行", 1),
    ("行", 1),
    ("深圳 招商", 1),
    ("zsyhszfh", 1),
    ("szfh", 1),
    ("zhaoshangyinhang", 1),
    ("2345", 1),
    ("88882345", 1),
    ("0755-88882345", 1),
    ("0755 8888 2345", 1),
    ("wxm", 2),
    ("wangxiaoming", 2),
    ("wangx", 2),
    ("xiaoming", 2),
    ("晓明", 2),
    ("ＬＩ.ming@acme", 2),
    ("liming", 2),
    ("+86 139 1234 6678", 2),
    ("6678", 2),
    ("nordic instr", 3),
    ("zurich", 3),
    ("Zürich", 3),
    ("strasse", 3),
    ("12ab", 3),
    ("2026-0012", 3),
    ("+41 (0)44 345 67 89", 3),
    ("a公司", 4),
    ("lv", 4),
    ("東京カメ", 4),
    ("한국", 4),
    ("12e3x", 4),
];

const FINDS_NOTHING: &[&str] =
    &["商招", "instr nordic", "招行", "instr nordics", "12a b", "99999", "\"", "* OR -", "招商 nordic", "🙂"];

#[test]
fn a_query_finds_its_record_in_sqlite() {
    let connection = index();
    for (query, row) in FINDS {
        assert_eq!(found(&connection, query), [*row], "{query} as {:?}", fts5_query(query));
    }
    for query in FINDS_NOTHING {
        assert_eq!(found(&connection, query), Vec::<i64>::new(), "{query} as {:?}", fts5_query(query));
    }
}

#[test]
fn a_query_is_written_alike_for_both_databases() {
    assert_eq!(fts5_query("深圳分行 nordic in").unwrap(), r#""深圳 圳分 分行" AND "nordic" AND "in" *"#);
    assert_eq!(tsquery("深圳分行 nordic in").unwrap(), "('深圳' <-> '圳分' <-> '分行') & 'nordic' & 'in':*");
    assert_eq!(tsquery("0755-88882345").unwrap(), "('75588882345':* | ('0755':* & '88882345':*))");
    assert_eq!(tsquery(" '!& "), None);
}

#[test]
fn tokens_are_letters_and_digits_and_each_phone_ending_stands_once() {
    let text = tokens(&["王晓明"], &["a@b.co"], &["+86123456", "86-12-3456"]);
    assert_eq!(
        text,
        "王晓 晓明 明 wang xiao ming wangxiaoming xiaoming wxm xm a b co 86123456 6123456 123456 23456 3456"
    );
}
