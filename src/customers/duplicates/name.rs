//! A name as it is compared: narrow, lower case, simplified, without signs and without what the law hangs on to it.

use super::simplify::simple;
use crate::store::search_text;

/// Legal forms that stand anywhere in a Chinese or Japanese name, the longest first.
const ANYWHERE: [&str; 8] =
    ["股份有限公司", "有限责任公司", "责任有限公司", "有限公司", "株式会社", "有限会社", "合同会社", "有限合伙"];
/// Words that end a Chinese name and say no more than that it is a company.
const AT_THE_END: [&str; 5] = ["股份公司", "总公司", "集团", "公司", "股份"];
/// What makes an end part of the name after all: 分公司 is a branch, not a company.
const PART_OF: [char; 2] = ['分', '子'];
/// Legal forms that end a name in Latin letters; dots are gone by then (`S.A.` is `sa`).
const LATIN: [&str; 58] = [
    "inc",
    "incorporated",
    "ltd",
    "limited",
    "llc",
    "llp",
    "lp",
    "plc",
    "co",
    "company",
    "corp",
    "corporation",
    "gmbh",
    "mbh",
    "ag",
    "kg",
    "kgaa",
    "ohg",
    "ug",
    "gbr",
    "ev",
    "eg",
    "se",
    "sa",
    "sas",
    "sasu",
    "sarl",
    "eurl",
    "srl",
    "spa",
    "snc",
    "sl",
    "slu",
    "bv",
    "nv",
    "cv",
    "ab",
    "oy",
    "oyj",
    "as",
    "asa",
    "aps",
    "pty",
    "pte",
    "pvt",
    "sdn",
    "bhd",
    "kk",
    "kft",
    "zrt",
    "doo",
    "sro",
    "spzoo",
    "ltda",
    "eireli",
    "pjsc",
    "ooo",
    "holding",
];

/// What two names are compared by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Name {
    /// Without spaces: `nordicinstruments`, `北京远航新机械`.
    pub core: String,
    /// Its words in alphabetical order, where it has several in Latin letters.
    pub sorted: Option<String>,
    /// How it is spoken, where it has Chinese characters.
    pub pinyin: Option<String>,
}

impl Name {
    /// Of a company, or of a person, whose name the law adds nothing to.
    pub fn of(text: &str, company: bool) -> Self {
        let plain = plain(text);
        let mut words: Vec<&str> = plain.split(' ').filter(|word| !word.is_empty()).collect();
        if company {
            strip_latin(&mut words);
        }
        let joined = words.concat();
        let core = if company { without_form(&joined) } else { joined };
        let several = words.len() > 1 && words.iter().all(|word| word.is_ascii());
        let sorted = several.then(|| {
            words.sort_unstable();
            words.concat()
        });
        let pinyin = (!core.is_ascii()).then(|| search_text::spoken(&core)).filter(|text| !text.is_empty());
        Self { core, sorted, pinyin }
    }

    pub fn is_empty(&self) -> bool {
        self.core.is_empty()
    }
}

/// Letters and digits alone, in their plainest form; what stood between words is one space.
pub(super) fn plain(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    search_text::plain(text, &mut folded);
    let mut plain = String::with_capacity(folded.len());
    for letter in folded.chars() {
        match letter {
            '.' | '\'' | '’' | '`' => {}
            letter if letter.is_alphanumeric() => plain.push(simple(letter)),
            _ if plain.ends_with(' ') => {}
            _ => plain.push(' '),
        }
    }
    plain.trim().to_owned()
}

/// As [`plain`], without any space.
pub(super) fn solid(text: &str) -> String {
    let mut text = plain(text);
    text.retain(|letter| letter != ' ');
    text
}

fn strip_latin(words: &mut Vec<&str>) {
    if words.len() > 3 && words.ends_with(&["sp", "z", "oo"]) {
        words.truncate(words.len() - 3);
    }
    while words.len() > 1 && words.last().is_some_and(|last| LATIN.contains(last)) {
        words.pop();
    }
}

/// Without the Chinese legal forms; all of it where nothing else would be left.
fn without_form(name: &str) -> String {
    if name.is_ascii() {
        return name.to_owned();
    }
    let mut bare = name.to_owned();
    for form in ANYWHERE {
        if bare.contains(form) {
            bare = bare.replace(form, "");
        }
    }
    while let Some(rest) = AT_THE_END.iter().find_map(|end| bare.strip_suffix(end)) {
        if rest.is_empty() || rest.ends_with(PART_OF) {
            break;
        }
        bare.truncate(rest.len());
    }
    if bare.is_empty() { name.to_owned() } else { bare }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn legal_forms_are_no_part_of_a_name() {
        for (written, core) in [
            ("北京远航新机械有限责任公司", "北京远航新机械"),
            ("北京遠航新機械（集團）股份有限公司", "北京远航新机械"),
            ("西门子（中国）有限公司", "西门子中国"),
            ("远航有限公司深圳分公司", "远航深圳分公司"),
            ("ＡＣＭＥ Robotics Co., Ltd.", "acmerobotics"),
            ("Nordic Instruments GmbH & Co. KG", "nordicinstruments"),
            ("Société Générale S.A.", "societegenerale"),
            ("Kowalski Sp. z o.o.", "kowalski"),
            ("有限公司", "有限公司"),
            ("Limited", "limited"),
            ("***", ""),
        ] {
            assert_eq!(Name::of(written, true).core, core, "{written}");
        }
        assert_eq!(Name::of("Li Company", false).core, "licompany");
        assert_eq!(Name::of("Larsen, Ingrid", false).sorted, Name::of("Ingrid Larsen", false).sorted);
        assert_eq!(Name::of("陈兰英", false).pinyin.as_deref(), Some("chenlanying"));
    }
}
