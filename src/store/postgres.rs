//! PostgreSQL behind the seam: a team's server that keeps SQLite's meaning of one writer at a time.

use super::errors::from_postgres;
use super::open::Open;
use super::{Database, Dialect, Interrupter, Interruption, Sql};
use crate::error::{Cause, Error, Result};
use crate::message::Message;
use ::postgres::fallible_iterator::FallibleIterator;
use ::postgres::types::{FromSql, IsNull, ToSql, Type, private::BytesMut};
use ::postgres::{Client, Config, NoTls, Statement};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

/// How many prepared statements a connection keeps.
const STATEMENTS: usize = 256;

/// The lock that writers hold while they write: `kehu` in ASCII. A transaction that waited for it sees what the
/// one before it wrote, where two SERIALIZABLE transactions alone would make the second one fail.
const WRITERS: i64 = 0x6b65_6875;

/// A connection to a PostgreSQL database.
pub struct Postgres {
    client: Client,
    statements: HashMap<String, Statement>,
    interruption: Arc<Interruption>,
}

impl Postgres {
    pub fn open(url: &str, options: Open) -> Result<Self> {
        let mut config = Config::from_str(url).map_err(|error| {
            Error::bad_value(
                Message::new("The database address does not parse: {detail}.")
                    .with("detail", std::error::Error::source(&error).map_or_else(String::new, ToString::to_string)),
            )
        })?;
        config.options(&session_options(options)).application_name("kehu");
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(std::time::Duration::from_secs(10));
        }
        let client = config.connect(NoTls).map_err(|error| from_postgres(&error))?;
        Ok(Self { client, statements: HashMap::new(), interruption: Arc::default() })
    }

    fn statement(&mut self, sql: &str) -> Result<Statement> {
        self.interruption.check()?;
        if let Some(statement) = self.statements.get(sql) {
            return Ok(statement.clone());
        }
        let numbered = Dialect::Postgres.number_arguments(sql);
        let statement = self.client.prepare(&numbered).map_err(|error| from_postgres(&error))?;
        if self.statements.len() >= STATEMENTS {
            self.statements.clear();
        }
        self.statements.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }

    fn run(&mut self, sql: &str) -> Result<()> {
        self.client.batch_execute(sql).map_err(|error| from_postgres(&error))
    }

    fn release_writers(&mut self) -> Result<()> {
        self.run(&format!("SELECT pg_advisory_unlock({WRITERS})"))
    }
}

fn session_options(options: Open) -> String {
    let wait = options.wait.as_millis().max(1);
    let read_only = if options.read_only { " -c default_transaction_read_only=on" } else { "" };
    format!("-c lock_timeout={wait} -c client_min_messages=warning{read_only}")
}

impl Database for Postgres {
    fn dialect(&self) -> Dialect {
        Dialect::Postgres
    }

    fn each(&mut self, sql: &str, arguments: &[Sql], row: &mut dyn FnMut(&mut [Sql]) -> Result<()>) -> Result<()> {
        let statement = self.statement(sql)?;
        let mut cells = vec![Sql::Null; statement.columns().len()];
        let mut rows = self.client.query_raw(&statement, arguments).map_err(|error| from_postgres(&error))?;
        while let Some(next) = rows.next().map_err(|error| from_postgres(&error))? {
            for (at, place) in cells.iter_mut().enumerate() {
                *place = next.try_get(at).map_err(|error| from_postgres(&error))?;
            }
            row(&mut cells)?;
        }
        Ok(())
    }

    fn execute(&mut self, sql: &str, arguments: &[Sql]) -> Result<u64> {
        let statement = self.statement(sql)?;
        let arguments: Vec<&(dyn ToSql + Sync)> = arguments.iter().map(|argument| argument as _).collect();
        self.client.execute(&statement, &arguments).map_err(|error| from_postgres(&error))
    }

    fn script(&mut self, sql: &str) -> Result<()> {
        // A script may change tables, and a kept statement would still answer with the old columns.
        self.statements.clear();
        self.run(sql)
    }

    fn begin(&mut self) -> Result<()> {
        self.run(&format!("SELECT pg_advisory_lock({WRITERS})"))?;
        let begun = self.run("BEGIN ISOLATION LEVEL SERIALIZABLE");
        if begun.is_err() {
            let _ = self.release_writers();
        }
        begun
    }

    fn commit(&mut self) -> Result<()> {
        if self.interruption.is_wanted() {
            // A cancel that comes late must not make a commit look as if it had failed; the lock ends with the session.
            return self.run("COMMIT").map(|()| drop(self.release_writers()));
        }
        let done = self.run(&format!("COMMIT; SELECT pg_advisory_unlock({WRITERS})"));
        if done.is_err() {
            let _ = self.rollback();
        }
        done
    }

    fn rollback(&mut self) -> Result<()> {
        self.run("ROLLBACK")?;
        self.release_writers()
    }

    fn copy_to(&mut self, _path: &Path) -> Result<()> {
        Err(Error::new(Cause::Refused, Message::new("A PostgreSQL database is backed up by its own tools."))
            .hint(Message::new("Run `pg_dump --format=custom`, and `pg_restore` to bring it back.")))
    }

    fn column_names(&mut self, sql: &str) -> Result<Vec<String>> {
        // The session is read-only, so the server itself refuses what would write.
        Ok(self.statement(sql)?.columns().iter().map(|column| column.name().to_owned()).collect())
    }

    fn interruption(&self) -> &Arc<Interruption> {
        &self.interruption
    }

    fn interrupter(&self) -> Interrupter {
        let token = self.client.cancel_token();
        // A server that cannot be reached any more has nothing to stop.
        let stop = move || drop(token.cancel_query(NoTls));
        Interrupter { interruption: self.interruption.clone(), stop: Box::new(stop) }
    }

    fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    fn path(&self) -> Option<PathBuf> {
        None
    }
}

type Failure = Box<dyn std::error::Error + Sync + Send>;

impl ToSql for Sql {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Failure> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Bool(yes) => bool_to(*yes, ty, out),
            Self::Integer(number) => integer_to(*number, ty, out),
            Self::Real(number) => real_to(*number, ty, out),
            Self::Text(text) => text.as_str().to_sql(&Type::TEXT, out),
            Self::Bytes(bytes) => bytes.as_slice().to_sql(&Type::BYTEA, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    ::postgres::types::to_sql_checked!();
}

fn bool_to(yes: bool, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Failure> {
    if *ty == Type::BOOL { yes.to_sql(ty, out) } else { integer_to(i64::from(yes), ty, out) }
}

fn integer_to(number: i64, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Failure> {
    match *ty {
        Type::INT2 => i16::try_from(number)?.to_sql(ty, out),
        Type::INT4 => i32::try_from(number)?.to_sql(ty, out),
        Type::BOOL => (number != 0).to_sql(ty, out),
        Type::NUMERIC => numeric_to(number, out),
        Type::FLOAT8 | Type::FLOAT4 => real_to(number.to_string().parse()?, ty, out),
        Type::INT8 => number.to_sql(ty, out),
        _ => number.to_string().as_str().to_sql(&Type::TEXT, out),
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a single-precision column asks for it")]
fn real_to(number: f64, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Failure> {
    match *ty {
        Type::FLOAT4 => (number as f32).to_sql(ty, out),
        Type::FLOAT8 => number.to_sql(ty, out),
        _ => Err(format!("a floating number does not fit the type {ty}").into()),
    }
}

/// An integer in PostgreSQL's NUMERIC format: how many digits of base 10,000, weight of the first, sign, scale, digits.
fn numeric_to(number: i64, out: &mut BytesMut) -> Result<IsNull, Failure> {
    let mut digits = Vec::new();
    let mut rest = number.unsigned_abs();
    while rest > 0 {
        digits.push(i16::try_from(rest % 10_000)?);
        rest /= 10_000;
    }
    let count = i16::try_from(digits.len())?;
    let sign = if number < 0 { 0x4000 } else { 0 };
    for part in [count, (count - 1).max(0), sign, 0].into_iter().chain(digits.into_iter().rev()) {
        out.extend_from_slice(&part.to_be_bytes());
    }
    Ok(IsNull::No)
}

impl<'a> FromSql<'a> for Sql {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Failure> {
        Ok(match *ty {
            Type::BOOL => Self::Bool(bool::from_sql(ty, raw)?),
            Type::INT2 => Self::Integer(i16::from_sql(ty, raw)?.into()),
            Type::INT4 => Self::Integer(i32::from_sql(ty, raw)?.into()),
            Type::INT8 => Self::Integer(i64::from_sql(ty, raw)?),
            Type::FLOAT4 => Self::Real(f32::from_sql(ty, raw)?.into()),
            Type::FLOAT8 => Self::Real(f64::from_sql(ty, raw)?),
            Type::NUMERIC => numeric_from(raw)?,
            Type::BYTEA => Self::Bytes(raw.to_vec()),
            _ => Self::Text(std::str::from_utf8(raw)?.to_owned()),
        })
    }

    fn from_sql_null(_: &Type) -> Result<Self, Failure> {
        Ok(Self::Null)
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

/// A whole NUMERIC as an integer, any other as a floating number.
fn numeric_from(raw: &[u8]) -> Result<Sql, Failure> {
    let parts: Vec<i16> = raw.chunks_exact(2).map(|pair| i16::from_be_bytes([pair[0], pair[1]])).collect();
    let [_, weight, sign, _, digits @ ..] = parts.as_slice() else { return Err("a NUMERIC is cut short".into()) };
    let negative = *sign == 0x4000;
    let whole = usize::try_from(i32::from(*weight) + 1).unwrap_or(0);
    if digits.len() > whole {
        return Ok(Sql::Real(real_from(digits, *weight, negative)));
    }
    let mut number: i64 = 0;
    for at in 0..whole {
        let digit = i64::from(digits.get(at).copied().unwrap_or(0));
        let digit = if negative { -digit } else { digit };
        let Some(next) = number.checked_mul(10_000).and_then(|number| number.checked_add(digit)) else {
            return Ok(Sql::Real(real_from(digits, *weight, negative)));
        };
        number = next;
    }
    Ok(Sql::Integer(number))
}

fn real_from(digits: &[i16], weight: i16, negative: bool) -> f64 {
    let mut unit = 10_000_f64.powi(i32::from(weight));
    let mut number = 0.0;
    for digit in digits {
        number += f64::from(*digit) * unit;
        unit /= 10_000.0;
    }
    if negative { -number } else { number }
}
