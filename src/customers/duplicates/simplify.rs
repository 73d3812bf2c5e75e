//! Traditional characters as simplified ones, so that 滙豐銀行 and 汇丰银行 are one name.
//!
//! The table is OpenCC's `TSCharacters.txt` (Apache-2.0, github.com/BYVoid/OpenCC): of each character the first form that
//! it names. It is read where it lies, so that a command that compares nothing pays nothing for it.

/// One pair a line: the traditional character, the simplified one, a line end; sorted, three bytes each.
const TABLE: &[u8] = include_bytes!("simplified.txt");
const LINE: usize = 7;

/// The simplified form of a character; itself where it has none.
pub(super) fn simple(letter: char) -> char {
    // Latin letters, kana and digits stand before the first character of the table.
    if letter < '㑯' || letter.len_utf8() != 3 {
        return letter;
    }
    let mut bytes = [0; 4];
    let wanted = letter.encode_utf8(&mut bytes).as_bytes();
    let (mut low, mut high) = (0, TABLE.len() / LINE);
    while low < high {
        let middle = usize::midpoint(low, high);
        let line = &TABLE[middle * LINE..(middle + 1) * LINE];
        match line[..3].cmp(wanted) {
            std::cmp::Ordering::Less => low = middle + 1,
            std::cmp::Ordering::Greater => high = middle,
            std::cmp::Ordering::Equal => return first_letter(&line[3..6]).unwrap_or(letter),
        }
    }
    letter
}

fn first_letter(bytes: &[u8]) -> Option<char> {
    std::str::from_utf8(bytes).ok()?.chars().next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traditional_characters_become_simplified_ones() {
        let plain = |text: &str| text.chars().map(simple).collect::<String>();
        assert_eq!(plain("滙豐銀行 深圳電氣 ABC 株式会社"), "汇丰银行 深圳电气 ABC 株式会社");
        assert_eq!(plain("龜龍"), "龟龙");
    }

    #[test]
    fn the_table_is_sorted_and_whole() {
        assert_eq!(TABLE.len() % LINE, 0);
        let keys: Vec<&[u8]> = TABLE.chunks(LINE).map(|line| &line[..3]).collect();
        assert!(keys.is_sorted() && TABLE.chunks(LINE).all(|line| line[6] == b'\n'));
    }
}
