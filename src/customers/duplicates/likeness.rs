//! How alike two texts are: one letter wrong, missing, doubled or swapped, or much the same in another order.

use std::str::Chars;

/// Whether they differ by one letter that is wrong, missing, too many or changed places with its neighbour.
pub(super) fn one_slip(a: &str, b: &str) -> bool {
    let (mut a, mut b) = (a.chars(), b.chars());
    loop {
        let (rest_of_a, rest_of_b) = (a.clone(), b.clone());
        match (a.next(), b.next()) {
            (None, None) => return false,
            (Some(x), Some(y)) if x == y => {}
            (x, y) => return slip(x, &rest_of_a, y, &rest_of_b),
        }
    }
}

/// Whether the rests, which begin with two different letters, are the same but for these.
fn slip(x: Option<char>, a: &Chars, y: Option<char>, b: &Chars) -> bool {
    let swapped =
        || x.is_some() && y.is_some() && a.clone().nth(1) == y && b.clone().nth(1) == x && after(a, 2) == after(b, 2);
    after(a, 1) == after(b, 1) || after(a, 1) == b.as_str() || a.as_str() == after(b, 1) || swapped()
}

fn after<'t>(text: &Chars<'t>, count: usize) -> &'t str {
    let mut text = text.clone();
    for _ in 0..count {
        text.next();
    }
    text.as_str()
}

/// The share of neighbouring pairs of letters that both have (Dice), from 0 to 1; the order of larger parts is no
/// matter.
pub(super) fn shared_pairs(a: &str, b: &str) -> f64 {
    let (mut a, mut b) = (pairs(a), pairs(b));
    if a.is_empty() || b.is_empty() {
        return 0.0;
    }
    a.sort_unstable();
    b.sort_unstable();
    let (mut i, mut j, mut shared) = (0, 0, 0_u32);
    while i < a.len() && j < b.len() {
        match a[i].cmp(&b[j]) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => (i, j, shared) = (i + 1, j + 1, shared + 1),
        }
    }
    f64::from(2 * shared) / f64::from(u32::try_from(a.len() + b.len()).unwrap_or(u32::MAX))
}

fn pairs(text: &str) -> Vec<(char, char)> {
    text.chars().zip(text.chars().skip(1)).collect()
}

/// The numbers in a text, in the order of their size: a house is known by its number.
pub(super) fn numbers(text: &str) -> Vec<&str> {
    let mut numbers: Vec<&str> =
        text.split(|letter: char| !letter.is_ascii_digit()).filter(|part| !part.is_empty()).collect();
    numbers.sort_unstable();
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_slip_of_the_pen_is_told_from_two() {
        for (a, b) in
            [("6794611", "6794161"), ("britten", "briten"), ("berry", "bxrry"), ("王晓明", "王小明"), ("ab", "ba")]
        {
            assert!(one_slip(a, b) && one_slip(b, a), "{a} {b}");
        }
        for (a, b) in [("same", "same"), ("webb", "weeb1"), ("4392917", "1613259"), ("", "ab")] {
            assert!(!one_slip(a, b) && !one_slip(b, a), "{a} {b}");
        }
    }

    #[test]
    fn parts_may_change_places() {
        assert!(shared_pairs("meldrumstreetforster", "forstermeldrumstreet") > 0.8);
        assert!(shared_pairs("中山路", "人民路") < 0.1);
        assert_eq!(numbers("中山路12号3层"), ["12", "3"]);
    }
}
