//! Which of two numbers is the month: days like 6/1/2023 are read as the clear ones of their column are, 5/31/2023.

use super::{Layout, Mapping, Row, Source};
use crate::{
    Result,
    record::{Kind, Schema},
};
use std::borrow::Cow;

/// The order of day and month in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayOrder {
    DayFirst,
    MonthFirst,
}

/// How many rows are looked at.
const LOOKED_AT: usize = 2000;

impl Mapping {
    /// Finds out in which order the columns of days have day and month, where the file shows it.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn look_at_days(&mut self, layout: &Layout, source: &Source, schema: &Schema) -> Result<()> {
        let of_days = |place: &usize| {
            self.columns[*place].fate.targets().iter().any(|target| {
                let field = schema.field(&target.field).filter(|_| target.record.is_none());
                field.is_some_and(|field| matches!(field.kind, Kind::Date | Kind::Timestamp))
            })
        };
        let columns: Vec<usize> = (0..self.columns.len()).filter(of_days).collect();
        if columns.is_empty() {
            return Ok(());
        }
        let mut shown = vec![[false; 2]; self.columns.len()];
        let (mut records, mut row) = (layout.records(source)?, Row::default());
        for _ in 0..LOOKED_AT {
            if !records.next(&mut row)? {
                break;
            }
            for place in &columns {
                match numbers(row.get(*place)) {
                    Some((13.., _, _)) => shown[*place][0] = true,
                    Some((_, 13.., _)) => shown[*place][1] = true,
                    _ => {}
                }
            }
        }
        let order = |shown: &[bool; 2]| match shown {
            [true, false] => Some(DayOrder::DayFirst),
            [false, true] => Some(DayOrder::MonthFirst),
            _ => None,
        };
        self.day_orders = shown.iter().map(order).collect();
        Ok(())
    }

    /// A day of that column as everybody reads it.
    #[must_use]
    pub fn clear_day<'t>(&self, column: usize, text: &'t str) -> Cow<'t, str> {
        let (Some(Some(order)), Some((one, other, rest))) = (self.day_orders.get(column), numbers(text)) else {
            return Cow::Borrowed(text);
        };
        let (day, month) = if *order == DayOrder::DayFirst { (one, other) } else { (other, one) };
        let (year, rest) = rest.split_at(4);
        Cow::Owned(format!("{year}-{month:02}-{day:02}{rest}"))
    }
}

/// The two numbers before the year, and the year with what follows: `6/1/2023 12:15`.
fn numbers(text: &str) -> Option<(u8, u8, &str)> {
    let mut parts = text.trim().splitn(3, ['/', '.', '-']);
    let (one, other, rest) = (parts.next()?, parts.next()?, parts.next()?);
    let year = rest.len() >= 4 && rest.bytes().take(4).all(|byte| byte.is_ascii_digit());
    let ended = rest.as_bytes().get(4).is_none_or(|byte| !byte.is_ascii_digit());
    if !year || !ended || one.len() > 2 || other.len() > 2 {
        return None;
    }
    Some((one.parse().ok()?, other.parse().ok()?, rest))
}
