//! stub
use super::session::Session;
use clap::{ArgMatches, Command};
use kehu::Result;
pub fn commands() -> Vec<Command> {
    vec![Command::new("upkeep")]
}
pub fn init(_: &mut Session, _: &ArgMatches) -> Result<u8> {
    Ok(0)
}
pub fn config(_: &mut Session, _: &ArgMatches) -> Result<u8> {
    Ok(0)
}
pub fn backup(_: &mut Session, _: &ArgMatches) -> Result<u8> {
    Ok(0)
}
pub fn restore(_: &mut Session, _: &ArgMatches) -> Result<u8> {
    Ok(0)
}
pub fn doctor(_: &mut Session, _: &ArgMatches) -> Result<u8> {
    Ok(0)
}
pub fn status(_: &mut Session, _: &ArgMatches) -> Result<u8> {
    Ok(0)
}
pub fn completions(_: &mut Session, _: &ArgMatches) -> Result<u8> {
    Ok(0)
}
pub fn man(_: &mut Session, _: &ArgMatches) -> Result<u8> {
    Ok(0)
}
