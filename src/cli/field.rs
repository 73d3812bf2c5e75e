//! stub
use super::session::Session;
use clap::{ArgMatches, Command};
use kehu::Result;
pub fn command() -> Command {
    Command::new("field")
}
pub fn run(_: &mut Session, _: &ArgMatches) -> Result<u8> {
    Ok(0)
}
