//! Pictures of a series: a line in Braille dots, of two by four in each cell, and numbers short enough to stand beside it.

use crate::{
    record::{Kind, Value, types},
    tui::{context::Context, text},
};

/// What a value counts in a picture; none where it is no number.
#[must_use]
pub fn number(value: &Value) -> Option<i64> {
    match value {
        Value::Integer(number) => Some(*number),
        Value::Money(money) => Some(money.minor),
        _ => None,
    }
}

/// Whether values of that kind can be drawn.
#[must_use]
pub fn is_number(kind: &Kind) -> bool {
    matches!(kind, Kind::Integer | Kind::Decimal { .. } | Kind::Percent | Kind::Money)
}

/// A value in few cells: `CNY 1.26M`, `CNY 126万`, `31.4%`, `38`.
#[must_use]
pub fn short(context: &Context, kind: &Kind, value: &Value) -> String {
    if value.is_empty() {
        return "-".to_owned();
    }
    let full = context.value(kind, value);
    let (unit, digits) = match (kind, full.rsplit_once(' ')) {
        (Kind::Money, Some((unit, digits))) => (unit, digits),
        (Kind::Money | Kind::Integer, None) => ("", full.as_str()),
        (Kind::Percent, _) => return percent(&full),
        _ => return full,
    };
    let Ok(amount) = digits.replace(',', "").parse::<f64>() else { return full };
    let sign = match unit {
        "" => String::new(),
        "CNY" if !context.glyphs.ascii => "¥".to_owned(),
        unit => format!("{unit} "),
    };
    format!("{sign}{}", shortened(amount, context.is_chinese()))
}

fn shortened(amount: f64, chinese: bool) -> String {
    let steps: [(f64, &str); 3] =
        if chinese { [(1e8, "亿"), (1e4, "万"), (1.0, "")] } else { [(1e9, "G"), (1e6, "M"), (1e3, "k")] };
    let step = steps.iter().find(|(size, unit)| amount.abs() >= *size && !unit.is_empty());
    let Some((size, unit)) = step else { return plain(amount) };
    let scaled = amount / size;
    let digits = match scaled.abs() {
        large if large >= 99.95 => 0,
        middle if middle >= 9.995 => 1,
        _ => 2,
    };
    format!("{}{unit}", trimmed(&format!("{scaled:.digits$}")))
}

/// A share to a tenth, without noughts: `66.7%`, `75%`.
fn percent(full: &str) -> String {
    let amount = full.strip_suffix('%').and_then(|digits| digits.parse::<f64>().ok());
    amount.map_or_else(|| full.to_owned(), |amount| format!("{}%", trimmed(&format!("{amount:.1}"))))
}

fn plain(amount: f64) -> String {
    trimmed(&format!("{amount:.2}"))
}

/// Without noughts at the end of a fraction.
fn trimmed(text: &str) -> String {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text.to_owned() }
}

/// How far a number reaches above another, of the whole between both ends, in so many steps.
fn level(number: i64, low: i64, high: i64, steps: usize) -> usize {
    let whole = (i128::from(high) - i128::from(low)).max(1);
    let part = (i128::from(number) - i128::from(low)).clamp(0, whole);
    let most = i128::try_from(steps.saturating_sub(1)).unwrap_or_default();
    usize::try_from((part * most * 2 + whole) / (whole * 2)).unwrap_or_default()
}

/// The dots of one cell from the top left, as Braille counts them.
const DOTS: [[u32; 4]; 2] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]];

/// A grid of dots, two by four in a cell, or one in a cell where Braille cannot be shown.
struct Dots {
    wide: usize,
    high: usize,
    ascii: bool,
    cells: Vec<Vec<u32>>,
}

impl Dots {
    fn set(&mut self, x: usize, y: usize) {
        let (column, line) = if self.ascii { (x, y) } else { (x / 2, y / 4) };
        let bit = DOTS.get(x % 2).and_then(|dots| dots.get(y % 4)).copied().unwrap_or_default();
        if let Some(cell) = self.cells.get_mut(line).and_then(|line| line.get_mut(column)) {
            *cell |= if self.ascii { 1 } else { bit };
        }
    }

    /// A straight line from a point to another, both in dots.
    fn line(&mut self, (x1, y1): (usize, usize), (x2, y2): (usize, usize)) {
        let steps = x1.abs_diff(x2).max(y1.abs_diff(y2)).max(1);
        let between = |from: usize, to: usize, step: usize| {
            let (from, to) = (i128::try_from(from).unwrap_or_default(), i128::try_from(to).unwrap_or_default());
            let (step, steps) = (i128::try_from(step).unwrap_or_default(), i128::try_from(steps).unwrap_or(1));
            usize::try_from(from + ((to - from) * step * 2 + steps) / (steps * 2)).unwrap_or_default()
        };
        for step in 0..=steps {
            self.set(between(x1, x2, step).min(self.wide), between(y1, y2, step).min(self.high));
        }
    }
}

/// The column of the cells in which a point stands.
#[must_use]
pub fn column_of(place: usize, count: usize, cells: usize) -> usize {
    if count < 2 { cells / 2 } else { place * cells.saturating_sub(1) / (count - 1) }
}

/// A line through the numbers, in lines of so many cells; where there is no number, there is a gap.
#[must_use]
pub fn line(
    numbers: &[Option<i64>],
    (low, high): (i64, i64),
    (cells, lines): (usize, usize),
    ascii: bool,
) -> Vec<String> {
    let (across, down) = if ascii { (1, 1) } else { (2, 4) };
    let (wide, high_dots) = (cells * across, lines * down);
    let mut dots = Dots { wide, high: high_dots, ascii, cells: vec![vec![0; cells]; lines] };
    let point = |place: usize, number: i64| {
        let x = column_of(place, numbers.len(), cells) * across;
        (x, high_dots.saturating_sub(1).saturating_sub(level(number, low, high, high_dots)))
    };
    let mut before = None;
    for (place, number) in numbers.iter().enumerate() {
        let here = number.map(|number| point(place, number));
        match (before, here) {
            (Some(before), Some(here)) => dots.line(before, here),
            (None, Some((x, y))) => {
                dots.set(x, y);
                dots.set(x + 1, y);
            }
            _ => {}
        }
        before = here;
    }
    let sign = |bits: &u32| match (ascii, bits) {
        (_, 0) => ' ',
        (true, _) => '*',
        (false, bits) => char::from_u32(0x2800 + bits).unwrap_or(' '),
    };
    dots.cells.iter().map(|line| line.iter().map(sign).collect()).collect()
}

/// Text in the middle of so many cells.
#[must_use]
pub fn middle(words: &str, cells: usize, ellipsis: &str) -> String {
    let cut = text::cut(words, cells, ellipsis);
    let left = cells.saturating_sub(text::width(&cut)) / 2;
    text::fit(&format!("{}{cut}", " ".repeat(left)), cells, false, ellipsis)
}

/// As programs write it: for files and comparisons.
#[must_use]
pub fn exact(kind: &Kind, value: &Value) -> String {
    types::show(kind, value)
}
