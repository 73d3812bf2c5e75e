//! stub
use super::session::Session;
use clap::{ArgMatches, Command};
use kehu::{Result, record::Schema};
pub fn command(_: &Schema) -> Command {
    Command::new("import")
}
pub fn any_command() -> Command {
    Command::new("import")
}
pub fn run(_: &mut Session, _: &str, _: &ArgMatches) -> Result<u8> {
    Ok(0)
}
pub fn run_any(_: &mut Session, _: &ArgMatches) -> Result<u8> {
    Ok(0)
}
