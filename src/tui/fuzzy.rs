//! What fits a few typed letters, the best first: letters in order, and of Chinese the first letters of its pinyin.

use frizbee::{Config, Matcher, Pattern, PatternConfig};
use pinyin::ToPinyin;

/// The places of the texts that fit, the best first; all of them, as they stand, where nothing was typed.
#[must_use]
pub fn rank(typed: &str, texts: &[String]) -> Vec<usize> {
    let typed = typed.trim();
    if typed.is_empty() {
        return (0..texts.len()).collect();
    }
    let config = Config::default().max_typos(Some(0));
    let word = |word: &str| Pattern::new(&word.chars().take(200).collect::<String>(), PatternConfig::default());
    let words: Vec<Pattern> = typed.split_whitespace().map(word).collect();
    let found = Matcher::from_patterns(&words, &config).match_list(texts);
    found.into_iter().filter_map(|fit| usize::try_from(fit.index).ok()).collect()
}

/// A text with the first letters of its pinyin behind it, for [`rank`].
#[must_use]
pub fn with_pinyin(text: &str) -> String {
    let initials: String = text.to_pinyin().flatten().map(pinyin::Pinyin::first_letter).collect();
    if initials.is_empty() { text.to_owned() } else { format!("{text} {initials}") }
}
