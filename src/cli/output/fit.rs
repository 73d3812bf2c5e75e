//! How wide columns are, and what is cut so that a table fits the terminal.

use std::borrow::Cow;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// The space between columns.
pub(super) const GAP: u16 = 2;
/// Text columns are not cut to less than this; rather columns are left off.
pub(super) const LEAST: usize = 12;
/// What tells records apart is left more.
pub(super) const LEAST_TITLE: usize = 20;

/// How many cells of the terminal a text takes.
pub(super) fn width(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.width() }
}

/// The text in at most so many cells, with `…` where something was cut.
pub(super) fn cut(text: &str, most: usize) -> Cow<'_, str> {
    if width(text) <= most {
        return Cow::Borrowed(text);
    }
    let (mut short, mut used) = (String::new(), 1);
    for grapheme in text.graphemes(true) {
        used += width(grapheme);
        if used > most {
            break;
        }
        short.push_str(grapheme);
    }
    if most > 0 {
        short.push('…');
    }
    Cow::Owned(short)
}

/// One column before the table is laid out.
#[derive(Debug, Clone, Copy)]
pub(super) struct Measure {
    pub width: usize,
    /// Text may be cut to this; refs, numbers, dates, phones and addresses may not be cut at all.
    pub least: usize,
    /// What is least missed is left off first; zero is left off last, from the right.
    pub spare: usize,
}

/// Column widths that fit; columns that have no room at all are left off, those that are least missed first.
pub(super) fn fit(columns: &[Measure], most: usize) -> Vec<Option<usize>> {
    let mut order: Vec<usize> = (1..columns.len()).collect();
    order.sort_by_key(|&place| (columns[place].spare, std::cmp::Reverse(place)));
    let mut kept: Vec<usize> = (0..columns.len()).collect();
    loop {
        // A gap and one cell for the `…` that stands for what is left off.
        let mark = if kept.len() < columns.len() { usize::from(GAP) + 1 } else { 0 };
        let measures: Vec<Measure> = kept.iter().map(|&place| columns[place]).collect();
        if let Some(widths) = squeeze(&measures, most.saturating_sub(mark)) {
            return placed(columns.len(), &kept, &widths);
        }
        let Some(gone) = order.iter().rev().find(|&&place| columns[place].spare > 0).or(order.first()).copied() else {
            break;
        };
        order.retain(|&place| place != gone);
        kept.retain(|&place| place != gone);
    }
    let room = if columns.len() > 1 { most.saturating_sub(usize::from(GAP) + 1).max(1) } else { most };
    let first: Vec<usize> = columns.first().map(|first| first.width.min(room)).into_iter().collect();
    placed(columns.len(), &[0], &first)
}

/// The widths at the places of their columns.
fn placed(count: usize, kept: &[usize], widths: &[usize]) -> Vec<Option<usize>> {
    let mut all = vec![None; count];
    for (&place, &width) in kept.iter().zip(widths) {
        if let Some(slot) = all.get_mut(place) {
            *slot = Some(width);
        }
    }
    all
}

/// Widths of these columns with the widest texts cut to a common width, if that is enough.
fn squeeze(columns: &[Measure], most: usize) -> Option<Vec<usize>> {
    let gaps = usize::from(GAP) * columns.len().saturating_sub(1);
    let limited = |limit: usize| columns.iter().map(move |column| column.width.min(limit.max(column.least)));
    let total = |limit: usize| limited(limit).sum::<usize>() + gaps;
    let widest =
        columns.iter().filter(|column| column.least < column.width).map(|column| column.width).max().unwrap_or(0);
    if total(usize::MAX) <= most {
        return Some(limited(usize::MAX).collect());
    }
    let limit = (1..widest.min(most)).rev().find(|&limit| total(limit) <= most)?;
    let mut widths: Vec<usize> = limited(limit).collect();
    // What rounding left over goes to the first of the columns that were cut.
    let mut spare = most - total(limit);
    for (width, column) in widths.iter_mut().zip(columns) {
        if spare > 0 && *width < column.width && *width >= limit {
            (*width, spare) = (*width + 1, spare - 1);
        }
    }
    Some(widths)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fitted(columns: &[(usize, bool)], most: usize) -> Vec<usize> {
        let columns: Vec<_> = columns
            .iter()
            .map(|&(width, flexible)| Measure { width, least: if flexible { LEAST } else { width }, spare: 0 })
            .collect();
        fit(&columns, most).into_iter().flatten().collect()
    }

    #[test]
    fn what_is_least_missed_is_left_off_first() {
        let column = |spare| Measure { width: 12, least: 12, spare };
        let columns = [column(0), column(1), column(2), column(0)];
        assert_eq!(fit(&columns, 54), [Some(12), Some(12), Some(12), Some(12)]);
        assert_eq!(fit(&columns, 50), [Some(12), Some(12), None, Some(12)]);
        assert_eq!(fit(&columns, 30), [Some(12), None, None, Some(12)]);
        assert_eq!(fit(&columns, 20), [Some(12), None, None, None]);
    }

    #[test]
    fn the_widest_texts_are_cut_first() {
        assert_eq!(fitted(&[(4, false), (30, true), (10, true)], 60), [4, 30, 10]);
        assert_eq!(fitted(&[(4, false), (30, true), (10, true)], 40), [4, 22, 10]);
        assert_eq!(fitted(&[(4, false), (30, true), (20, true)], 39), [4, 16, 15]);
    }

    #[test]
    fn what_has_no_room_is_left_off_at_the_right() {
        assert_eq!(fitted(&[(4, false), (30, true), (12, false), (12, false)], 36), [4, 13, 12]);
        assert_eq!(fitted(&[(4, false), (30, true), (12, true), (12, true)], 36), [4, 13, 12]);
        assert_eq!(fitted(&[(4, false), (30, true)], 8), [4]);
        assert_eq!(fitted(&[(40, true)], 10), [10]);
        assert_eq!(fitted(&[(40, false)], 10), [10]);
    }

    #[test]
    fn cutting_counts_cells_and_keeps_clusters_whole() {
        assert_eq!(cut("Acme Robotics", 6), "Acme …");
        assert_eq!(cut("三一重工", 8), "三一重工");
        assert_eq!(cut("三一重工", 6), "三一…");
        assert_eq!(cut("三一重工", 7), "三一重…");
        assert_eq!(cut("a👩‍💻b", 3), "a…");
        assert_eq!(cut("e\u{301}e\u{301}e\u{301}", 2), "e\u{301}…");
        assert_eq!(cut("abc", 0), "");
    }
}
