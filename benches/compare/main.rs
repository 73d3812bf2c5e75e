//! `cargo bench`: kehu beside the bare work, on generated customers; `run.sh` measures, this makes what it measures.

mod activities;
mod bare_loader;
mod dashboard;
mod deals;
mod filling;
mod generate;
mod pieces;
mod tickets;

use rusqlite::{Connection, OpenFlags, types::ValueRef};
use std::error::Error;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::process::{Command, ExitCode};

/// How many customers `cargo bench` compares with when nothing is said.
const SIZE: &str = "20000";

fn main() -> Result<ExitCode, Box<dyn Error>> {
    // Cargo adds `--bench` to what it was given.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["generate", count] => generate::write_csv(count.parse()?, &mut BufWriter::new(io::stdout().lock()))?,
        ["owners"] => (0..generate::OWNERS).for_each(|number| println!("{}", generate::owner(number))),
        ["load", file, database] => println!("{}", bare_loader::load(Path::new(file), Path::new(database))?),
        ["activities", database, count] => activities::add(Path::new(database), count.parse()?)?,
        ["deals", database, count] => deals::add(Path::new(database), count.parse()?)?,
        ["tickets", database, count] => tickets::add(Path::new(database), count.parse()?)?,
        ["dashboard", database] => dashboard::measure(Path::new(database))?,
        ["query", database, file] => query(database, file)?,
        ["pieces"] => pieces::measure(),
        [] => return run(SIZE),
        [size] => return run(size),
        _ => {
            return Err(
                "compare [SIZE] | generate COUNT | owners | pieces | load FILE DATABASE | activities DATABASE COUNT | \
                 deals DATABASE COUNT | tickets DATABASE COUNT | dashboard DATABASE | query DATABASE FILE"
                    .into(),
            );
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// What the `sqlite3` shell does, with the SQLite of this program: prints the answer to one query.
fn query(database: &str, file: &str) -> Result<(), Box<dyn Error>> {
    let connection = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let mut statement = connection.prepare(std::fs::read_to_string(file)?.trim_end().trim_end_matches(';'))?;
    let columns = statement.column_count();
    let mut rows = statement.query([])?;
    let mut out = BufWriter::new(io::stdout().lock());
    while let Some(row) = rows.next()? {
        for column in 0..columns {
            match row.get_ref(column)? {
                ValueRef::Integer(number) => write!(out, "{number}|")?,
                ValueRef::Text(text) => write!(out, "{}|", String::from_utf8_lossy(text))?,
                _ => write!(out, "|")?,
            }
        }
        writeln!(out)?;
    }
    Ok(())
}

/// Hands over to the script, which needs to know where the two programs are.
fn run(size: &str) -> Result<ExitCode, Box<dyn Error>> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/run.sh");
    let status = Command::new("sh")
        .args([script, size])
        .env("KEHU_BINARY", env!("CARGO_BIN_EXE_kehu"))
        .env("KEHU_YARDSTICK", std::env::current_exe()?)
        .status()?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
