//! stub
use super::session::Session;
use kehu::Result;
pub fn edit(_: &mut Session, _: &str, _: i64) -> Result<u8> {
    Ok(0)
}
