//! Exact weighing: shares of amounts with further digits, rounded once, half to even.

/// So many further digits are carried until a sum is rounded, once.
const DIGITS: i128 = 1_000_000_000;

/// A share of an amount, in billionths of its minor unit, rounded half to even.
pub(crate) fn weighed(minor: i64, part: i64, whole: i64) -> i128 {
    if whole == 0 {
        return 0;
    }
    half_even(i128::from(minor) * i128::from(part) * DIGITS, i128::from(whole))
}

/// A sum of such shares in minor units, rounded half to even.
pub(crate) fn rounded(sum: i128) -> i64 {
    i64::try_from(half_even(sum, DIGITS)).unwrap_or(i64::MAX)
}

/// A quotient of whole numbers, rounded half to even.
pub(crate) fn half_even(number: i128, divisor: i128) -> i128 {
    let (whole, rest) = (number.div_euclid(divisor), number.rem_euclid(divisor));
    match (rest * 2).cmp(&divisor) {
        std::cmp::Ordering::Greater => whole + 1,
        std::cmp::Ordering::Equal => whole + whole.rem_euclid(2),
        std::cmp::Ordering::Less => whole,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_half_goes_to_the_even_neighbour() {
        assert_eq!([5, 15, 25, -5, -15].map(|number| half_even(number, 10)), [0, 2, 2, 0, -2]);
        assert_eq!([14, 16, -14, -16].map(|number| half_even(number, 10)), [1, 2, -1, -2]);
    }

    #[test]
    fn shares_are_rounded_once() {
        let thirds: i128 = (0..3).map(|_| weighed(100, 1, 3)).sum();
        assert_eq!(rounded(thirds), 100);
        assert_eq!(weighed(100, 1, 0), 0);
    }
}
