//! The text of a cell: what a person sees in it, written so that any field reads it back.

use calamine::{DataRef, ExcelDateTime, Style};
use jiff::{ToSpan, civil::Date};

/// From where a workbook counts its days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Epoch {
    Of1900,
    Of1904,
}

const DAY: f64 = 86_400.0;
/// The days from the one epoch to the other.
const BETWEEN: i64 = 1462;
/// The last of December 9999; what is beyond is no date to Excel either.
const LAST_DAY: f64 = 2_958_465.0;
/// Whole numbers up to here are exact, whatever their length.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// The text, and whether it is an error instead of a value.
pub(super) fn text(value: &DataRef<'_>, percent: bool, epoch: Epoch) -> (String, bool) {
    let text = match value {
        // Numbers that no spreadsheet can hold are written by hand.
        DataRef::Float(number) if !number.is_finite() => return (number.to_string(), true),
        DataRef::DateTime(moment) if !moment.as_f64().is_finite() => return (moment.as_f64().to_string(), true),
        DataRef::Empty => String::new(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::Bool(yes) => yes.to_string(),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) if percent => number_text(number * 100.0) + "%",
        DataRef::Float(number) => number_text(*number),
        DataRef::DateTime(moment) => moment_text(moment, epoch),
        DataRef::Error(error) => return (error.to_string(), true),
    };
    (text, false)
}

/// Whether numbers are shown in hundredths.
pub(super) fn is_percent(style: &Style) -> bool {
    style.number_format.as_ref().is_some_and(|format| percent_code(&format.format_code))
}

/// A percent sign in the code for positive numbers that is no plain letter there.
fn percent_code(code: &str) -> bool {
    let (mut quoted, mut signs) = (false, code.chars());
    while let Some(sign) = signs.next() {
        match sign {
            '"' => quoted = !quoted,
            '\\' | '_' | '*' if !quoted => {
                signs.next();
            }
            '%' if !quoted => return true,
            ';' if !quoted => return false,
            _ => {}
        }
    }
    false
}

/// Fifteen digits, as spreadsheets show and compute; never an exponent.
fn number_text(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < EXACT {
        return format!("{number:.0}").replace("-0", if number == 0.0 { "0" } else { "-0" });
    }
    let rounded: f64 = format!("{number:.14e}").parse().unwrap_or(number);
    rounded.to_string()
}

/// `2024-03-05`, `2024-03-05 14:30:00`, `14:30:00`, or for a duration its hours: `26:30:00`.
#[expect(clippy::cast_possible_truncation, reason = "what is no date is sorted out before")]
fn moment_text(moment: &ExcelDateTime, epoch: Epoch) -> String {
    let number = moment.as_f64();
    if !(0.0..LAST_DAY + 1.0).contains(&number) {
        return number_text(number);
    }
    let seconds = (number * DAY).round() as i64;
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    let clock = |hours: i64| format!("{hours:02}:{:02}:{:02}", rest / 60 % 60, rest % 60);
    if moment.is_duration() {
        return clock(days * 24 + rest / 3600);
    }
    let time = clock(rest / 3600);
    // Time of day alone; day 0 is no day to those who count from 1900, and a day without time to the others.
    if days == 0 && (epoch == Epoch::Of1900 || rest > 0) {
        return time;
    }
    match day(days, epoch) {
        Some(day) if rest == 0 => day,
        Some(day) => format!("{day} {time}"),
        None => number_text(number),
    }
}

fn day(days: i64, epoch: Epoch) -> Option<String> {
    let days = match epoch {
        Epoch::Of1904 => days + BETWEEN,
        // Excel's calendar has a 29th of February 1900, which no other has.
        Epoch::Of1900 if days == 60 => return Some("1900-02-29".to_owned()),
        Epoch::Of1900 if days < 60 => days + 1,
        Epoch::Of1900 => days,
    };
    let start = Date::new(1899, 12, 30).ok()?;
    start.checked_add(days.days()).ok().map(|date| date.to_string())
}

/// `A` for 0, `AA` for 26.
pub(super) fn letters(mut column: usize) -> String {
    let mut letters = Vec::new();
    loop {
        letters.push(char::from(b'A' + u8::try_from(column % 26).unwrap_or_default()));
        match (column / 26).checked_sub(1) {
            Some(rest) => column = rest,
            None => return letters.into_iter().rev().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use calamine::ExcelDateTimeType;

    #[test]
    fn a_number_is_written_as_a_person_sees_it() {
        let said = [
            (13_800_138_000.0, "13800138000"),
            (274.659_999_999_999_97, "274.66"),
            (0.1 + 0.2, "0.3"),
            (-0.0, "0"),
            (-5.0, "-5"),
            (-10.5, "-10.5"),
            (1e21, "1000000000000000000000"),
            (9_007_199_254_740_991.0, "9007199254740991"),
        ];
        for (number, text) in said {
            assert_eq!(number_text(number), text);
        }
    }

    #[test]
    fn days_are_counted_from_the_epoch_of_the_workbook() {
        let moment = |number: f64, kind| ExcelDateTime::new(number, kind, false);
        let at = |number: f64, epoch| moment_text(&moment(number, ExcelDateTimeType::DateTime), epoch);
        assert_eq!(at(44_197.0, Epoch::Of1900), "2021-01-01");
        assert_eq!(at(42_735.0, Epoch::Of1904), "2021-01-01");
        assert_eq!(at(44_197.999_999_9, Epoch::Of1900), "2021-01-02");
        assert_eq!(at(44_197.604_166_666_7, Epoch::Of1900), "2021-01-01 14:30:00");
        assert_eq!(at(0.5, Epoch::Of1900), "12:00:00");
        assert_eq!(at(1.0, Epoch::Of1900), "1900-01-01");
        assert_eq!(at(61.0, Epoch::Of1900), "1900-03-01");
        assert_eq!(at(0.0, Epoch::Of1904), "1904-01-01");
        assert_eq!(at(3e9, Epoch::Of1900), "3000000000");
        let long = moment(10.632_060_185_185_2, ExcelDateTimeType::TimeDelta);
        assert_eq!(moment_text(&long, Epoch::Of1900), "255:10:10");
    }

    #[test]
    fn a_percent_sign_counts_where_it_makes_hundredths() {
        for code in ["0%", "0.00%", "0.0_);0.0%", "[Red]0%"] {
            assert_eq!(percent_code(code), !code.starts_with("0.0_"), "{code}");
        }
        assert!(!percent_code("0\"%\""));
        assert!(!percent_code("0\\%"));
    }

    #[test]
    fn columns_have_letters() {
        assert_eq!([0, 25, 26, 701, 702, 16_383].map(letters), ["A", "Z", "AA", "ZZ", "AAA", "XFD"]);
    }
}
