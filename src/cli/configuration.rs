//! stub
use super::output::Format;
use jiff::{Timestamp, tz::TimeZone};
use kehu::{Result, record::Currency};
use std::ffi::OsString;
pub struct Configuration {
    db: String,
}
impl Configuration {
    pub fn read(a: &[OsString]) -> Result<Self> {
        let mut db = std::env::var("KEHU_DB").unwrap_or("/tmp/k.db".into());
        for (i, x) in a.iter().enumerate() {
            if x == "--db" {
                db = a[i + 1].to_string_lossy().into();
            }
        }
        Ok(Self { db })
    }
    pub fn language(&self) -> Option<&str> {
        None
    }
    pub fn format(&self) -> Result<Option<Format>> {
        Ok(None)
    }
    pub fn database(&self) -> Result<String> {
        Ok(self.db.clone())
    }
    pub fn set_database(&mut self, d: &str) {
        self.db = d.into();
    }
    pub fn make_folder(&self, _: &str) -> Result<()> {
        Ok(())
    }
    pub fn time_zone(&self) -> Result<TimeZone> {
        Ok(TimeZone::UTC)
    }
    pub fn now(&self, _: &TimeZone) -> Result<Option<Timestamp>> {
        Ok(None)
    }
    pub fn currency(&self) -> Result<Currency> {
        Ok(Currency(*b"CNY"))
    }
    pub fn region(&self) -> Result<String> {
        Ok("CN".into())
    }
    pub fn user(&self) -> String {
        "root".into()
    }
    pub fn page(&self, _: &[u8]) -> bool {
        false
    }
}
