//! Yes and no, in the words people and exports use.

use super::text::narrow;
use crate::error::{Error, Result};
use crate::message::Message;

const YES: &[&str] = &["yes", "true", "1", "y", "on", "是", "t", "有"];
const NO: &[&str] = &["no", "false", "0", "n", "off", "否", "f", "无", "不是"];

pub(super) fn yes_no(text: &str) -> Result<bool> {
    let word = narrow(text);
    if YES.iter().any(|known| known.eq_ignore_ascii_case(&word)) {
        return Ok(true);
    }
    if NO.iter().any(|known| known.eq_ignore_ascii_case(&word)) {
        return Ok(false);
    }
    Err(Error::bad_value(Message::new("{value} is neither yes nor no.").with("value", text))
        .hint(Message::new("Write yes or no, true or false, 1 or 0, 是 or 否.")))
}
