//! The folded form in which texts are compared without regard to case and width.

use unicode_normalization::{UnicodeNormalization, is_nfkc};

/// Compatibility form, lower case, no blanks around it.
pub(super) fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.trim().to_ascii_lowercase();
    }
    if is_nfkc(text) {
        return text.trim().to_lowercase();
    }
    text.nfkc().collect::<String>().trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::fold;

    #[test]
    fn case_and_width_are_folded_away() {
        assert_eq!(fold("  Ａcme ＧmbH 北京 "), "acme gmbh 北京");
    }
}
