//! Questions in SQL: any statement that reads, on a connection that cannot write.

use super::Crm;
use crate::{
    Result,
    error::{Cause, Error},
    message::Message,
    record::{Column, Grid, Kind, Value},
    store::{self, Database, Dialect, Sql},
};

/// The words that a statement which reads starts with.
const READING: [&str; 6] = ["select", "with", "values", "explain", "table", "show"];

/// The most decimal places that a number is shown with.
const PLACES: usize = 6;

impl Crm {
    /// The answer to a question in SQL, whatever its columns are.
    ///
    /// # Errors
    /// A statement that would write, or that the database does not understand ([`Cause::BadValue`]).
    pub fn sql(&mut self, text: &str) -> Result<Grid> {
        let text = text.trim().trim_end_matches(';').trim_end();
        if !READING.contains(&first_word(text).as_str()) {
            return Err(only_reads());
        }
        if self.url == ":memory:" {
            return answer(&mut *self.db, text);
        }
        let mut reader = store::open(&self.url, store::Open { read_only: true, ..store::Open::default() })?;
        self.db.interruption().take_along(reader.interrupter());
        if reader.dialect() == Dialect::Sqlite {
            reader.script("PRAGMA query_only = ON")?;
            return answer(&mut *reader, text);
        }
        // Whatever a function did in spite of being only asked is taken back; and nobody waits for ever.
        reader.script("BEGIN READ ONLY; SET LOCAL statement_timeout = '60s'")?;
        let answer = answer(&mut *reader, text);
        reader.script("ROLLBACK")?;
        answer
    }
}

/// What a statement starts with, behind comments and brackets.
fn first_word(text: &str) -> String {
    let mut rest = text.trim_start_matches(|letter: char| letter.is_whitespace() || letter == '(');
    loop {
        let after = match (rest.strip_prefix("--"), rest.strip_prefix("/*")) {
            (Some(comment), _) => comment.split_once('\n').map_or("", |(_, after)| after),
            (_, Some(comment)) => comment.split_once("*/").map_or("", |(_, after)| after),
            _ => break,
        };
        rest = after.trim_start_matches(|letter: char| letter.is_whitespace() || letter == '(');
    }
    rest.chars().take_while(char::is_ascii_alphabetic).collect::<String>().to_ascii_lowercase()
}

fn only_reads() -> Error {
    Error::bad_value(Message::new("This only reads: a question starts with SELECT, WITH, VALUES or EXPLAIN."))
        .hint(Message::new("kehu customer edit --help"))
}

fn answer(db: &mut dyn Database, text: &str) -> Result<Grid> {
    let names = db.column_names(text).map_err(|error| misunderstood(&error))?;
    let rows = db.query(text, &[]).map_err(|error| misunderstood(&error))?;
    let kinds: Vec<Kind> = (0..names.len()).map(|place| kind_of(&rows, place)).collect();
    let mut columns: Vec<Column> = Vec::with_capacity(names.len());
    for (name, kind) in names.into_iter().zip(&kinds) {
        let name = distinct(name, &columns);
        columns.push(Column { label: name.clone(), label_zh: String::new(), name, kind: kind.clone() });
    }
    let rows = rows
        .into_iter()
        .map(|row| row.into_iter().zip(&kinds).map(|(cell, kind)| value(cell, kind)).collect())
        .collect();
    Ok(Grid::of("rows", columns, rows))
}

/// What is wrong with the question is the asker's to mend; what is wrong with the disk is not.
fn misunderstood(error: &Error) -> Error {
    if !matches!(error.cause, Cause::Storage | Cause::Conflict) {
        return error.clone();
    }
    let why = error.to_string();
    let why = why.trim_start_matches("The database says: ").trim_end_matches('.');
    Error::bad_value(Message::new("The database cannot answer that: {why}.").with("why", why))
        .hint(Message::new("kehu schema"))
}

/// Two columns of one name would be one in JSON.
fn distinct(name: String, known: &[Column]) -> String {
    let taken = |name: &str| known.iter().any(|column| column.name == name);
    if !taken(&name) {
        return name;
    }
    let others = 2..=known.len() + 2;
    others.map(|count| format!("{name}_{count}")).find(|name| !taken(name)).unwrap_or(name)
}

/// What a column holds, as far as its cells agree.
fn kind_of(rows: &[Vec<Sql>], place: usize) -> Kind {
    let (mut truths, mut numbers, mut places, mut texts) = (false, false, None, false);
    for row in rows {
        match &row[place] {
            Sql::Null => {}
            Sql::Bool(_) => truths = true,
            Sql::Integer(_) => numbers = true,
            Sql::Real(number) if number.abs() < 1e12 => {
                let text = format!("{number}");
                let digits = text.split_once('.').map_or(0, |(_, digits)| digits.len()).min(PLACES);
                places = places.max(Some(digits));
            }
            Sql::Real(_) | Sql::Text(_) | Sql::Bytes(_) => texts = true,
        }
    }
    match (truths, numbers, places, texts) {
        (true, false, None, false) => Kind::YesNo,
        (false, true, None, false) => Kind::Integer,
        (false, _, Some(places), false) => Kind::Decimal { scale: u8::try_from(places).unwrap_or_default() },
        _ => Kind::Text,
    }
}

fn value(cell: Sql, kind: &Kind) -> Value {
    match (cell, kind) {
        (Sql::Null, _) => Value::Null,
        (Sql::Bool(yes), Kind::YesNo) => Value::Bool(yes),
        (Sql::Integer(number), Kind::Integer) => Value::Integer(number),
        (Sql::Integer(number), Kind::Decimal { scale }) => scaled(&format!("{number}"), *scale),
        (Sql::Real(number), Kind::Decimal { scale }) => scaled(&format!("{number:.*}", usize::from(*scale)), *scale),
        (Sql::Bool(yes), _) => Value::text(if yes { "yes" } else { "no" }),
        (Sql::Integer(number), _) => Value::Text(number.to_string()),
        (Sql::Real(number), _) => Value::Text(number.to_string()),
        (Sql::Text(text), _) => Value::Text(text),
        (Sql::Bytes(bytes), _) => Value::Text(format!("({} bytes)", bytes.len())),
    }
}

/// A number in writing as a scaled integer; as it is written where that is too large.
fn scaled(text: &str, scale: u8) -> Value {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = format!("{whole}{part:0<width$}", width = usize::from(scale));
    digits.parse().map_or_else(|_| Value::text(text), Value::Integer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_reads_is_asked() {
        for (text, word) in [
            ("SELECT 1", "select"),
            ("  -- why\n/* so */ (select 1)", "select"),
            ("vacuum into 'x'", "vacuum"),
            ("-- select\ndelete from users", "delete"),
            ("", ""),
        ] {
            assert_eq!(first_word(text), word, "{text}");
        }
    }

    #[test]
    fn numbers_of_a_column_share_their_decimal_places() {
        let rows = vec![vec![Sql::Integer(3)], vec![Sql::Null], vec![Sql::Real(-2.25)], vec![Sql::Real(1.0 / 3.0)]];
        let kind = kind_of(&rows, 0);
        assert_eq!(kind, Kind::Decimal { scale: 6 });
        let values: Vec<Value> = rows.into_iter().map(|mut row| value(row.remove(0), &kind)).collect();
        let wanted = [Value::Integer(3_000_000), Value::Null, Value::Integer(-2_250_000), Value::Integer(333_333)];
        assert_eq!(values, wanted);
    }
}
