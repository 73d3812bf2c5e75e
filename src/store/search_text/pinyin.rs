//! Names in pinyin: whole, by syllable and by initials, as they are typed with a Latin keyboard.

use pinyin::ToPinyin;

/// Where the frequent reading of a character is not the one it has in names: the characters around it decide.
const READINGS: &[(&str, usize, &str)] = &[
    ("银行", 1, "hang"),
    ("分行", 1, "hang"),
    ("支行", 1, "hang"),
    ("总行", 1, "hang"),
    ("商行", 1, "hang"),
    ("车行", 1, "hang"),
    ("行业", 0, "hang"),
    ("重庆", 0, "chong"),
    ("厦门", 0, "xia"),
    ("大厦", 1, "sha"),
    ("长沙", 0, "chang"),
    ("长春", 0, "chang"),
    ("长江", 0, "chang"),
    ("长城", 0, "chang"),
    ("长安", 0, "chang"),
    ("朝阳", 0, "chao"),
    ("音乐", 1, "yue"),
    ("会计", 0, "kuai"),
    ("都市", 0, "du"),
    ("成都", 1, "du"),
    ("首都", 1, "du"),
    ("蚌埠", 0, "beng"),
    ("六安", 0, "lu"),
];

/// Surnames that are read otherwise than the word.
const SURNAMES: &[(char, &str)] = &[
    ('单', "shan"),
    ('曾', "zeng"),
    ('仇', "qiu"),
    ('解', "xie"),
    ('区', "ou"),
    ('查', "zha"),
    ('盖', "ge"),
    ('缪', "miao"),
    ('翟', "zhai"),
    ('朴', "piao"),
    ('任', "ren"),
    ('华', "hua"),
];

/// A name this long may be a person's.
const PERSON: usize = 4;
/// No name is spelled further than this.
const MOST: usize = 40;

/// Hands out the tokens of a name: `wangxiaoming`, `wang`, `xiao`, `ming`, `xiaoming`, `wxm`, `xm`.
pub(super) fn spell(name: &str, each: &mut dyn FnMut(&str)) {
    if name.is_ascii() {
        return;
    }
    let mut syllables = [""; MOST];
    let length = read(name, &mut syllables);
    let syllables = &syllables[..length];
    if length == 0 {
        return;
    }
    let mut joined = String::with_capacity(length * 6);
    let mut initials = String::with_capacity(length);
    for syllable in syllables {
        each(syllable);
        joined.push_str(syllable);
        initials.push_str(&syllable[..1]);
    }
    if length == 1 {
        return;
    }
    each(&joined);
    if (3..=PERSON).contains(&length) {
        each(&joined[syllables[0].len()..]);
    }
    for start in 0..length - 1 {
        each(&initials[start..]);
    }
}

/// The syllables of a name as one of its tokens begins, and as a question asks for them.
pub(crate) fn joined(name: &str) -> String {
    let mut syllables = [""; MOST];
    let length = read(name, &mut syllables);
    syllables[..length].concat()
}

/// The pinyin of a name in one word, its other letters where they stand.
pub(crate) fn spoken(name: &str) -> String {
    let mut spoken = String::with_capacity(name.len() * 2);
    for letter in name.chars() {
        match letter.to_pinyin() {
            Some(syllable) => spoken.push_str(ascii(syllable.plain())),
            None => spoken.push(letter),
        }
    }
    spoken
}

/// Fills in the syllable of each Chinese character and says how many there are.
fn read(name: &str, syllables: &mut [&'static str; MOST]) -> usize {
    let person = name.chars().count() <= PERSON;
    let mut length = 0;
    for (at, letter) in name.char_indices() {
        let Some(place) = syllables.get_mut(length) else { break };
        let Some(plain) = letter.to_pinyin() else { continue };
        let surname = || SURNAMES.iter().find(|(known, _)| *known == letter).map(|(_, reading)| *reading);
        let doubtful = matches!(letter, '行' | '重' | '厦' | '长' | '朝' | '乐' | '会' | '都' | '蚌' | '六');
        *place = if doubtful { neighbours(name, at) } else { None }
            .or_else(|| if person && at == 0 { surname() } else { None })
            .unwrap_or_else(|| ascii(plain.plain()));
        length += 1;
    }
    length
}

/// The reading that the character before or after asks for.
fn neighbours(name: &str, at: usize) -> Option<&'static str> {
    let fits = |word: &str, place: usize| {
        // All these characters take three bytes.
        at.checked_sub(place * 3).and_then(|start| name.get(start..)).is_some_and(|rest| rest.starts_with(word))
    };
    READINGS.iter().find(|(word, place, _)| fits(word, *place)).map(|(_, _, reading)| *reading)
}

/// The syllable in the letters of a keyboard, where ü is typed v.
fn ascii(syllable: &'static str) -> &'static str {
    match syllable {
        "lü" => "lv",
        "nü" => "nv",
        "lüe" => "lve",
        "nüe" => "nve",
        other if other.is_ascii() => other,
        "ê" => "e",
        _ => "n",
    }
}
