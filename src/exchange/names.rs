//! Names and addresses put together from their parts.

/// A Chinese, Japanese or Korean character, which needs no space beside its like.
fn ideographic(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}' | '\u{3040}'..='\u{30ff}' | '\u{ac00}'..='\u{d7af}')
}

fn is_ideographic(text: &str) -> bool {
    text.chars().any(ideographic) && text.chars().all(|c| ideographic(c) || c == '·' || c.is_whitespace())
}

/// `Lauren`, ``, `Nguyen` is Lauren Nguyen; `伟`, ``, `张` is 张伟.
#[must_use]
pub fn full_name(first: &str, middle: &str, last: &str) -> String {
    let parts = [first.trim(), middle.trim(), last.trim()];
    let said = || parts.iter().copied().filter(|part| !part.is_empty());
    if said().all(is_ideographic) {
        return [parts[2], parts[0], parts[1]].concat();
    }
    said().collect::<Vec<_>>().join(" ")
}

/// The lines of an address as one, with commas or, where it is Chinese, with nothing between them.
#[must_use]
pub fn full_address<'a>(lines: impl Iterator<Item = &'a str>) -> String {
    let mut address = String::new();
    for line in lines.map(str::trim).filter(|line| !line.is_empty()) {
        let chinese =
            address.chars().next_back().is_some_and(ideographic) || line.chars().next().is_some_and(ideographic);
        if !address.is_empty() && !chinese {
            address.push_str(", ");
        }
        address.push_str(line);
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_joined_in_the_order_of_its_language() {
        assert_eq!(full_name("Lauren", "", "Nguyen"), "Lauren Nguyen");
        assert_eq!(full_name("小明", "", "王"), "王小明");
        assert_eq!(full_name("", "", "欧阳"), "欧阳");
        assert_eq!(full_name("David", "伟", "张"), "David 伟 张");
    }

    #[test]
    fn address_lines_are_joined_in_the_manner_of_their_language() {
        assert_eq!(full_address(["51 Federal Street", "", "#401"].into_iter()), "51 Federal Street, #401");
        assert_eq!(full_address(["南山区", "滨江路812号"].into_iter()), "南山区滨江路812号");
    }
}
