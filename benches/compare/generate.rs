//! Customers that nobody knows, as CSV: the same ones at every run, seven in ten of them Chinese.

use std::fmt::Write as _;
use std::io::{self, Write};

const SURNAMES: &str =
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈";
const GIVEN: &str = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰建国文辉力志鹏飞凯浩宇欣怡梓涵子轩诗琪雨晨思远佳琳晓东春梅海燕振宁嘉瑞天翔永康庆丰金龙新民光荣福生长安";
const BRANDS: &str =
    "恒鑫盛宏达安泰丰瑞祥和顺通联合创远博雅正信诚嘉美佳万兆亿星月云海江河山川天地中华东方南北西阳光明德仁义礼智";
const TRADES: [&str; 12] =
    ["科技", "贸易", "机械", "电子", "食品", "物流", "建材", "软件", "医疗器械", "化工", "服饰", "能源"];
const PINYIN: [&str; 10] = ["wang", "li", "zhang", "liu", "chen", "yang", "huang", "zhao", "wu", "zhou"];

const FIRST: [&str; 20] = [
    "James", "Mary", "Robert", "Linda", "John", "Sarah", "Karen", "Daniel", "Ingrid", "Lars", "Pierre", "Camille",
    "Hans", "Greta", "Luca", "Giulia", "Sam", "Aisha", "Noah", "Emma",
];
const LAST: [&str; 40] = [
    "Smith", "Johnson", "Williams", "Brown", "Jones", "Miller", "Davis", "Larsen", "Okafor", "Dubois", "Schmidt",
    "Fischer", "Weber", "Rossi", "Russo", "Bianchi", "Novak", "Kowalski", "Nowak", "Silva", "Santos", "Garcia",
    "Lopez", "Martin", "Bernard", "Moreau", "Jansen", "Visser", "Berg", "Lind", "Holm", "Dahl", "Murphy", "Walsh",
    "Byrne", "Taylor", "Evans", "Thomas", "Roberts", "Walker",
];
const WORDS: [&str; 40] = [
    "Harbour", "Northern", "Silver", "Blue", "Green", "Summit", "River", "Stone", "Bright", "Iron", "Golden",
    "Pacific", "Atlantic", "Alpine", "Cedar", "Maple", "Falcon", "Eagle", "Lion", "Bear", "Union", "Prime", "Delta",
    "Omega", "Nova", "Orion", "Apex", "Vertex", "Crystal", "Amber", "Coral", "Meadow", "Forest", "Canyon", "Bridge",
    "Castle", "Crown", "Anchor", "Compass", "Beacon",
];
const GOODS: [&str; 20] = [
    "Robotics",
    "Foods",
    "Logistics",
    "Systems",
    "Textiles",
    "Energy",
    "Medical",
    "Software",
    "Chemicals",
    "Tools",
    "Motors",
    "Optics",
    "Paper",
    "Plastics",
    "Furniture",
    "Instruments",
    "Packaging",
    "Trading",
    "Steel",
    "Ceramics",
];
const FORMS: [&str; 4] = ["Ltd", "GmbH", "Inc", "BV"];

/// City and sales region.
const CHINA: [(&str, &str); 16] = [
    ("上海", "华东"),
    ("杭州", "华东"),
    ("南京", "华东"),
    ("苏州", "华东"),
    ("深圳", "华南"),
    ("广州", "华南"),
    ("厦门", "华南"),
    ("北京", "华北"),
    ("天津", "华北"),
    ("青岛", "华北"),
    ("武汉", "华中"),
    ("长沙", "华中"),
    ("成都", "西南"),
    ("重庆", "西南"),
    ("西安", "西北"),
    ("沈阳", "东北"),
];
const ABROAD: [(&str, &str); 8] = [
    ("London", "Europe"),
    ("Hamburg", "Europe"),
    ("Lyon", "Europe"),
    ("Rotterdam", "Europe"),
    ("Boston", "Americas"),
    ("Toronto", "Americas"),
    ("Lagos", "Africa"),
    ("Singapore", "Asia"),
];
const LEVELS: [&str; 10] = ["A", "B", "B", "B", "C", "C", "C", "C", "D", ""];
const LIFECYCLES: [&str; 8] =
    ["potential", "potential", "potential", "potential", "signed", "signed", "repeat", "lapsed"];
const INDUSTRIES: [&str; 12] = [
    "Machinery",
    "Electronics",
    "Food",
    "Logistics",
    "Construction",
    "Software",
    "Medical",
    "Chemicals",
    "Textiles",
    "Energy",
    "Retail",
    "Education",
];

/// How many colleagues look after them.
pub const OWNERS: u64 = 40;

/// The colleague of that number.
pub fn owner(number: u64) -> String {
    format!("{} {}", at(&FIRST, number), at(&LAST, number))
}

/// Writes so many customers; names, phones and e-mail addresses are unique.
pub fn write_csv(count: u64, out: &mut dyn Write) -> io::Result<()> {
    let words = Words::new();
    let mut line = String::with_capacity(256);
    writeln!(out, "name,phone,email,city,region,level,lifecycle,industry,owner")?;
    for number in 0..count {
        line.clear();
        words.customer(number, &mut line);
        writeln!(out, "{line}")?;
    }
    out.flush()
}

/// The lists of characters, cut once.
struct Words {
    surnames: Vec<char>,
    given: Vec<char>,
    brands: Vec<char>,
}

impl Words {
    fn new() -> Self {
        let cut = |text: &str| {
            let mut letters: Vec<char> = text.chars().collect();
            letters.sort_unstable();
            letters.dedup();
            letters
        };
        Self { surnames: cut(SURNAMES), given: cut(GIVEN), brands: cut(BRANDS) }
    }

    fn customer(&self, number: u64, line: &mut String) {
        let chance = scattered(number);
        let (group, place) = (number % 10, number / 10);
        let chinese = group < 7;
        match group {
            0..4 => self.chinese_person(place * 4 + group, line),
            4..7 => self.chinese_company(place * 3 + group - 4, line),
            7 => person(place, line),
            _ => company(place * 2 + group - 8, line),
        }
        let (city, region) = if chinese { at(&CHINA, chance) } else { at(&ABROAD, chance) };
        let phone = 13_000_000_000 + number.wrapping_mul(982_451_653) % 6_999_999_989;
        let local = if chinese { at(&PINYIN, chance >> 8) } else { at(&LAST, chance >> 8) };
        let (owner, level) = (owner((chance >> 16) % OWNERS), at(&LEVELS, chance >> 24));
        let (lifecycle, industry) = (at(&LIFECYCLES, chance >> 32), at(&INDUSTRIES, chance >> 40));
        let local = local.to_ascii_lowercase();
        // Writing to a string cannot fail.
        let _ = write!(
            line,
            ",{phone},{local}.{number}@mail{}.example,{city},{region},{level},{lifecycle},{industry},{owner}",
            chance % 7
        );
    }

    fn chinese_person(&self, place: u64, line: &mut String) {
        let mut mixed = Mixed::new(place, &[self.surnames.len(), self.given.len(), self.given.len()]);
        line.extend([self.surnames[mixed.next()], self.given[mixed.next()], self.given[mixed.next()]]);
        mixed.number_again(line);
    }

    fn chinese_company(&self, place: u64, line: &mut String) {
        let brands = self.brands.len();
        let mut mixed = Mixed::new(place, &[CHINA.len(), brands, brands, TRADES.len()]);
        line.push_str(CHINA[mixed.next()].0);
        line.extend([self.brands[mixed.next()], self.brands[mixed.next()]]);
        line.push_str(TRADES[mixed.next()]);
        line.push_str("有限公司");
        mixed.number_again(line);
    }
}

fn person(place: u64, line: &mut String) {
    let mut mixed = Mixed::new(place, &[FIRST.len(), 26, 26, LAST.len()]);
    let initial = |place: usize| char::from(b'A' + u8::try_from(place).unwrap_or_default());
    let (first, one, two, last) =
        (FIRST[mixed.next()], initial(mixed.next()), initial(mixed.next()), LAST[mixed.next()]);
    let _ = write!(line, "{first} {one}{two} {last}");
    mixed.number_again(line);
}

fn company(place: u64, line: &mut String) {
    let mut mixed = Mixed::new(place, &[WORDS.len(), WORDS.len(), GOODS.len(), FORMS.len(), 3]);
    let (one, two, goods, form) = (WORDS[mixed.next()], WORDS[mixed.next()], GOODS[mixed.next()], FORMS[mixed.next()]);
    let _ = write!(line, "{one} {two} {goods}{} {form}", ["", " Group", " Partners"][mixed.next()]);
    mixed.number_again(line);
}

/// A number spread over lists of words, so that each combination comes once before any comes again.
struct Mixed {
    rest: u64,
    again: u64,
    sizes: std::vec::IntoIter<u64>,
}

impl Mixed {
    fn new(place: u64, sizes: &[usize]) -> Self {
        let sizes: Vec<u64> = sizes.iter().map(|size| *size as u64).collect();
        let all: u64 = sizes.iter().product();
        // The step has no divisor in common with any product of such short lists.
        Self { rest: (place % all).wrapping_mul(15_485_863) % all, again: place / all, sizes: sizes.into_iter() }
    }

    fn next(&mut self) -> usize {
        let size = self.sizes.next().unwrap_or(1);
        let place = self.rest % size;
        self.rest /= size;
        usize::try_from(place).unwrap_or_default()
    }

    fn number_again(&self, line: &mut String) {
        if self.again > 0 {
            let _ = write!(line, " {}", self.again + 1);
        }
    }
}

fn at<T: Copy>(words: &[T], number: u64) -> T {
    words[usize::try_from(number % words.len() as u64).unwrap_or_default()]
}

/// The same number always gives the same, well-mixed one (splitmix64).
fn scattered(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
