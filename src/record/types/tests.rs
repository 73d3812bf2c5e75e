//! What the readers of values promise.

use super::*;
use crate::record::{Choice, Link, Money};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use proptest::prelude::*;

/// A Wednesday, in Shanghai, with yuan.
fn reading() -> Reading {
    let now: Timestamp = "2026-03-04T02:00:00Z".parse().unwrap();
    let zone = TimeZone::fixed(jiff::tz::offset(8));
    Reading { clock: Clock::fixed(now, zone), currency: Currency(*b"CNY"), region: "CN".to_owned() }
}

fn read(kind: &Kind, text: &str) -> String {
    match parse(kind, text, &reading()) {
        Ok(value) => show(kind, &value),
        Err(error) => format!("! {error}"),
    }
}

#[track_caller]
fn reads(kind: &Kind, cases: &[(&str, &str)]) {
    for (text, right) in cases {
        assert_eq!(&read(kind, text), right, "{kind:?} of {text:?}");
    }
}

#[track_caller]
fn refuses(kind: &Kind, cases: &[&str]) {
    for text in cases {
        assert!(parse(kind, text, &reading()).is_err(), "{kind:?} of {text:?} is {}", read(kind, text));
    }
}

#[test]
fn text_stands_on_one_line_and_long_text_keeps_its_own() {
    reads(&Kind::Text, &[("  a\r\n b\tc ", "a b c"), ("\u{1b}[1m", "\u{1b}[1m"), ("  ", "")]);
    reads(&Kind::LongText, &[(" a\r\nb\rc\n", "a\nb\nc")]);
    refuses(&Kind::Text, &["a\0b"]);
    assert_eq!(parse(&Kind::Text, " ", &reading()).unwrap(), Value::Null);
}

#[test]
fn numbers_are_read_as_people_write_them_and_never_rounded() {
    reads(
        &Kind::Integer,
        &[
            ("2,822", "2822"),
            ("1.2k", "1200"),
            ("3万", "30000"),
            ("１２３", "123"),
            ("-5", "-5"),
            ("+5", "5"),
            ("5.00", "5"),
        ],
    );
    refuses(&Kind::Integer, &["1.5", "1,22", "12,34", "abc", "1e5", "9223372036854775808", "-", ".", "k", "1 2"]);
    let decimal = Kind::Decimal { scale: 3 };
    reads(
        &decimal,
        &[("1.5", "1.500"), ("0.1230", "0.123"), (".5", "0.500"), ("1 234.5", "1234.500"), ("−0.5", "-0.500")],
    );
    refuses(&decimal, &["0.1234", "1.2.3", "99999999999999999999"]);
    reads(&Kind::Percent, &[("12.5%", "12.50%"), ("12.5", "12.50%"), ("８％", "8.00%")]);
}

#[test]
fn money_is_exact_in_every_spelling() {
    reads(
        &Kind::Money,
        &[
            ("12500", "CNY 12500.00"),
            ("12,500.00", "CNY 12500.00"),
            ("12.5k", "CNY 12500.00"),
            ("1.2m", "CNY 1200000.00"),
            ("3万", "CNY 30000.00"),
            ("2亿", "CNY 200000000.00"),
            ("3.5万元", "CNY 35000.00"),
            ("EUR 40", "EUR 40.00"),
            ("40 eur", "EUR 40.00"),
            ("EUR40", "EUR 40.00"),
            ("JPY 40.00", "JPY 40"),
            ("¥300", "CNY 300.00"),
            ("￥３００", "CNY 300.00"),
            ("$1.5k", "USD 1500.00"),
            ("€ -5", "EUR -5.00"),
            ("-£5", "GBP -5.00"),
            ("(5)", "CNY -5.00"),
            ("-5", "CNY -5.00"),
            ("-0", "CNY 0.00"),
            ("KWD 1.234", "KWD 1.234"),
            ("1.230", "CNY 1.23"),
        ],
    );
    refuses(
        &Kind::Money,
        &[
            "1.234",
            "JPY 4.5",
            "XXQ 5",
            "5 ABC",
            "--5",
            "(-5)",
            "92233720368547758.08",
            "1000000000000.01",
            "12e3",
            "€",
            "1,2",
        ],
    );
    let japanese = Reading { currency: Currency(*b"JPY"), ..reading() };
    let yen = parse(&Kind::Money, "¥300", &japanese).unwrap();
    assert_eq!(yen, Value::Money(Money { minor: 300, currency: Currency(*b"JPY") }));
}

#[test]
fn yes_and_no_have_many_words() {
    reads(&Kind::YesNo, &[("是", "yes"), ("TRUE", "yes"), ("On", "yes"), ("１", "yes"), ("否", "no"), ("n", "no")]);
    refuses(&Kind::YesNo, &["maybe", "2"]);
}

#[test]
fn a_date_in_any_spelling_is_one_day() {
    for text in [
        "2024-03-05",
        "2024/3/5",
        "2024-3-5",
        "2024.3.5",
        "2024年3月5日",
        "２０２４年３月５日",
        "20240305",
        "2024-03-05 14:30",
        "2024-03-05T23:30:00Z",
        "2024-03-05T23:30:00.123+08:00",
        "2024/3/5 14:30:00",
        "20240305T143000Z",
        "2024年3月5日 下午2:30",
        "5 Mar 2024",
        "Mar 5, 2024",
        "March 5th, 2024",
        "Tue, 5 Mar 2024 10:00:00",
        "5-Mar-2024",
    ] {
        assert_eq!(read(&Kind::Date, text), "2024-03-05", "{text}");
    }
    reads(
        &Kind::Date,
        &[("15/3/2024", "2024-03-15"), ("3/15/2024", "2024-03-15"), ("5/5/2024", "2024-05-05"), ("0/0/00", "")],
    );
    reads(&Kind::Date, &[("03/04/2024", "! 03/04/2024 could be 2024-03-04 or 2024-04-03.")]);
    refuses(
        &Kind::Date,
        &["2024-02-30", "20240230", "2024", "3/4/24", "soon", "13/13/2024", "2024-03-05-06", "mar mar 2024"],
    );
}

#[test]
fn days_are_named_from_today() {
    reads(
        &Kind::Date,
        &[
            ("today", "2026-03-04"),
            ("Tomorrow", "2026-03-05"),
            ("+3d", "2026-03-07"),
            ("-2w", "2026-02-18"),
            ("+1m", "2026-04-04"),
            ("+1y", "2027-03-04"),
            ("fri", "2026-03-06"),
            ("wed", "2026-03-11"),
            ("mon", "2026-03-09"),
            ("next fri", "2026-03-13"),
            ("昨天", "2026-03-03"),
            ("后天", "2026-03-06"),
            ("前天", "2026-03-02"),
            ("周五", "2026-03-06"),
            ("下周五", "2026-03-13"),
            ("本周一", "2026-03-02"),
            ("上周日", "2026-03-01"),
            ("星期天", "2026-03-08"),
            ("月底", "2026-03-31"),
            ("year-end", "2026-12-31"),
            ("3天后", "2026-03-07"),
        ],
    );
}

#[test]
fn a_period_is_the_range_of_its_days() {
    let cases = [
        ("2026", "2026-01-01", "2026-12-31"),
        ("2026-q4", "2026-10-01", "2026-12-31"),
        ("2026Q1", "2026-01-01", "2026-03-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2026年2月", "2026-02-01", "2026-02-28"),
        ("2026-w12", "2026-03-16", "2026-03-22"),
        ("2026-03-05", "2026-03-05", "2026-03-05"),
        ("20260305", "2026-03-05", "2026-03-05"),
        ("today", "2026-03-04", "2026-03-04"),
        ("this-month", "2026-03-01", "2026-03-31"),
        ("last-month", "2026-02-01", "2026-02-28"),
        ("this-week", "2026-03-02", "2026-03-08"),
        ("上周", "2026-02-23", "2026-03-01"),
        ("last-quarter", "2025-10-01", "2025-12-31"),
        ("本季度", "2026-01-01", "2026-03-31"),
        ("今年", "2026-01-01", "2026-12-31"),
        ("去年", "2025-01-01", "2025-12-31"),
        ("上个月", "2026-02-01", "2026-02-28"),
        ("下周五", "2026-03-13", "2026-03-13"),
    ];
    for (text, first, last) in cases {
        let (from, to) = parse_period(text, &reading()).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!((&*from.to_string(), &*to.to_string()), (first, last), "{text}");
    }
    for text in ["2026-13", "2026-q5", "2026-w60", "0/0/00", "whenever", "20261", ""] {
        assert!(parse_period(text, &reading()).is_err(), "{text}");
    }
}

#[test]
fn an_instant_is_kept_in_utc() {
    reads(
        &Kind::Timestamp,
        &[
            ("2024-03-05T14:30:00Z", "2024-03-05T14:30:00Z"),
            ("2024-03-05 14:30", "2024-03-05T06:30:00Z"),
            ("2024-03-05", "2024-03-04T16:00:00Z"),
            ("2024-03-05T14:30:00.5+02:00", "2024-03-05T12:30:00Z"),
            ("2024-03-05T14:30:00-0530", "2024-03-05T20:00:00Z"),
            ("2024-03-05 24:00", "2024-03-05T16:00:00Z"),
            ("2024年3月5日 下午2:30", "2024-03-05T06:30:00Z"),
            ("2024年3月5日14时30分", "2024-03-05T06:30:00Z"),
            ("Mar 5, 2024, 2:30 PM", "2024-03-05T06:30:00Z"),
            ("20240305T143000Z", "2024-03-05T14:30:00Z"),
            ("tomorrow 9:00", "2026-03-05T01:00:00Z"),
            ("sat 9:00", "2026-03-07T01:00:00Z"),
            ("now", "2026-03-04T02:00:00Z"),
        ],
    );
    refuses(
        &Kind::Timestamp,
        &["2024-03-05 25:00", "14:30", "2024-03-05 14:30 Mars", "0001-01-01 00:00", "2024-13-05T00:00:00Z"],
    );
}

#[test]
fn a_birthday_may_lack_its_year() {
    for text in ["--03-15", " --03-15", "03-15", "3月15日", "--0315", "15 March", "1604-03-15", "3/15"] {
        assert_eq!(read(&Kind::Birthday, text), "--03-15", "{text}");
    }
    reads(&Kind::Birthday, &[("1980-02-29", "1980-02-29"), ("--02-29", "--02-29"), ("0/0/00", "")]);
    refuses(&Kind::Birthday, &["--02-30", "3/4", "--13-01", "1981-02-29"]);
}

fn levels() -> Vec<Choice> {
    let level = |key: &'static str, label: &'static str, label_zh: &'static str, retired| Choice {
        key: key.into(),
        label: label.into(),
        label_zh: label_zh.into(),
        retired,
    };
    vec![
        level("A", "Key account", "重点客户", false),
        level("active", "Active", "活跃", false),
        level("lapsed", "Lapsed", "流失", false),
        level("gold", "Gold", "金牌", true),
    ]
}

#[test]
fn a_choice_is_known_by_key_label_or_beginning() {
    let kind = Kind::Choice(levels());
    reads(
        &kind,
        &[
            ("a", "A"),
            ("Ａ", "A"),
            ("key account", "A"),
            ("重点客户", "A"),
            ("重点", "A"),
            ("A（重点客户）", "A"),
            ("B（重点客户）", "A"),
            ("ACT", "active"),
            ("lap", "lapsed"),
        ],
    );
    reads(&kind, &[("gold", "! gold is no longer used; choose one of A, active, lapsed.")]);
    assert_eq!(parse_choice(&levels(), "金牌", true).unwrap(), Value::text("gold"));
    let error = parse_choice(&levels(), "lasped", false).unwrap_err();
    assert_eq!(error.to_string(), "lasped is not one of A, active, lapsed.");
    assert_eq!(error.hint.unwrap().to_string(), "Did you mean lapsed?");
}

#[test]
fn an_email_is_bare_and_in_lower_case() {
    reads(
        &Kind::Email,
        &[
            ("Li.Ming@Acme.CN", "li.ming@acme.cn"),
            ("mailto:a@b.co", "a@b.co"),
            ("Li Ming <A@B.co>", "a@b.co"),
            ("ａ＠ｂ.co", "a@b.co"),
            ("用户@例子.公司", "用户@例子.公司"),
        ],
    );
    refuses(
        &Kind::Email,
        &["a", "a@b", "@b.co", "a@b@c.co", "a b@c.co", "a@b..co", "a@-b.co", "a@1.2", "a@b.co>", "a,b@c.co"],
    );
}

#[test]
fn a_phone_in_any_spelling_becomes_e164() {
    reads(
        &Kind::Phone,
        &[
            ("13912345678", "+8613912345678"),
            ("139-1234 5678", "+8613912345678"),
            ("１３９１２３４５６７８", "+8613912345678"),
            ("8613912345678", "+8613912345678"),
            ("\u{202d}13912345678\u{202c}", "+8613912345678"),
            ("+86 139 1234 5678", "+8613912345678"),
            ("0086 13912345678", "+8613912345678"),
            ("0755-88882345", "+8675588882345"),
            ("(0755) 88882345", "+8675588882345"),
            ("010 62345678", "+861062345678"),
            ("400-820-8820", "+864008208820"),
            ("+49 (0)30 901820", "+4930901820"),
            ("+44 020 7946 0958", "+442079460958"),
            ("+1 (415) 555-2671", "+14155552671"),
            ("+39 06 1234 5678", "+390612345678"),
            ("tel:+852 2345 6789", "+85223456789"),
            ("+380 44 123 4567", "+380441234567"),
        ],
    );
    let in_region = |region: &str, text: &str| {
        let reading = Reading { region: region.to_owned(), ..reading() };
        show(&Kind::Phone, &parse(&Kind::Phone, text, &reading).unwrap())
    };
    assert_eq!(in_region("US", "(415) 555-2671"), "+14155552671");
    assert_eq!(in_region("US", "1-415-555-2671"), "+14155552671");
    assert_eq!(in_region("DE", "030/901820"), "+4930901820");
    assert_eq!(in_region("RU", "8 912 345-67-89"), "+79123456789");
    assert_eq!(in_region("", "030/901820"), "030/901820");
}

#[test]
fn a_phone_that_is_not_plainly_whole_is_kept_as_typed() {
    reads(
        &Kind::Phone,
        &[
            ("88882345", "88882345"),
            ("95555", "95555"),
            ("0755-88882345 转８００１", "0755-88882345 转8001"),
            ("+1 415 555 2671  ext 5", "+1 415 555 2671 ext 5"),
            ("13912345678/13812345678", "13912345678/13812345678"),
            ("+86 12345", "+86 12345"),
        ],
    );
    refuses(&Kind::Phone, &["12", "none", "-"]);
    for text in ["0755-88882345 转 8001", "+1 415 555 2671 ext. 5", "4155552671x12", "021-1234 分机 8", "+494066969905"]
    {
        assert!(!has_stray_letters(text), "{text}");
    }
    for text in ["+494066969905xx", "138xxxx8888", "13912345678 home", "1-800-FLOWERS", "4155552671 ext"] {
        assert!(has_stray_letters(text), "{text}");
    }
    assert_eq!(phone_digits("+86 （０755）8"), "8607558");
}

#[test]
fn a_url_has_a_scheme_and_runs_nothing() {
    reads(
        &Kind::Url,
        &[
            ("Acme.com", "https://acme.com"),
            ("acme.com:8080/A?b#c", "https://acme.com:8080/A?b#c"),
            ("HTTP://Acme.com/X", "http://acme.com/X"),
            ("//acme.com", "https://acme.com"),
            ("例子.公司", "https://例子.公司"),
            ("http://localhost:3000", "http://localhost:3000"),
            ("http://10.0.0.1/", "http://10.0.0.1/"),
        ],
    );
    refuses(
        &Kind::Url,
        &[
            "javascript:alert(1)",
            "javascript://a.com/%0a",
            "data:text/html,x",
            "a b.com",
            "acme",
            "http://",
            "mailto:a@b.co",
            "a.com/\u{7}",
        ],
    );
}

#[test]
fn a_tax_number_is_proved_by_its_check_character() {
    reads(
        &Kind::TaxId,
        &[
            ("91350100m000100y43", "91350100M000100Y43"),
            ("9144 0300 7085 4100 84", "! 914403007085410084 has a wrong check character: it would have to end in B."),
            ("914403001922038216", "914403001922038216"),
            ("9144030071526726xg", "9144030071526726XG"),
            ("440300708461136", "440300708461136"),
            ("DE 123456789", "DE123456789"),
            ("CHE-123.456.789", "CHE-123.456.789"),
        ],
    );
    refuses(&Kind::TaxId, &["1234", "abc_def", "91350100M000100Y44", "税号12345"]);
}

#[test]
fn a_list_is_split_at_the_separators_of_either_script() {
    let tags = Kind::tags();
    reads(
        &tags,
        &[
            ("a, b;c、d，e；f\ng", "a, b, c, d, e, f, g"),
            ("VIP, vip ,ＶＩＰ", "VIP"),
            ("\"Acme, Corp\", b", "\"Acme, Corp\", b"),
            ("one ::: two", "one, two"),
            ("\"\"\"hi\"\" say\"", "\"\"\"hi\"\" say\""),
            ("5\" screen", "5\" screen"),
            ("\"open, end", "\"\"\"open\", end"),
            (" ,, ", ""),
        ],
    );
    let emails = Kind::List(Box::new(Kind::Email));
    reads(&emails, &[("\"Li, Ming\" <a@b.co>; c@d.co", "a@b.co, c@d.co")]);
    refuses(&emails, &["a@b.co, nobody"]);
}

#[test]
fn folding_takes_case_width_and_spacing_away() {
    assert_eq!(fold("  ＡＢＣ　 Gmbh\n"), "abc gmbh");
    assert_eq!(fold(" A  B "), "a b");
    assert_eq!(fold("ÉCOLE"), fold("e\u{301}cole"));
}

#[test]
fn typed_fields_go_to_values_and_back() {
    fn round<T: FieldType + PartialEq + std::fmt::Debug>(content: &T) {
        assert_eq!(T::from_value(&content.to_value()).as_ref(), Some(content));
    }
    round(&Some(Email::from("a@b.co")));
    round(&None::<Phone>);
    round(&Tags(vec!["a".into(), "b".into()]));
    round(&Vec::<Url>::new());
    round(&Money { minor: 5, currency: Currency(*b"EUR") });
    round(&jiff::civil::date(2024, 2, 29));
    round(&"2024-02-29T00:00:00Z".parse::<Timestamp>().unwrap());
    round(&Percent(1250));
    assert_eq!(bool::from_value(&Value::Null), Some(false));
    assert_eq!(i64::from_value(&Value::Null), None);
    const { assert!(!<Option<i64>>::REQUIRED && !bool::REQUIRED && !Tags::REQUIRED && i64::REQUIRED) };
}

#[test]
fn a_link_is_left_to_the_engine_and_shows_its_title() {
    let kind = Kind::Link("customer".into());
    assert_eq!(parse(&kind, " C12 ", &reading()).unwrap(), Value::text("C12"));
    let link = Link { id: 12, title: "Acme".into(), uid: String::new(), letter: "C" };
    assert_eq!(show(&kind, &Value::Link(link)), "Acme");
}

fn kinds() -> Vec<Kind> {
    let list = |kind: &Kind| Kind::List(Box::new(kind.clone()));
    let single = vec![
        Kind::Text,
        Kind::LongText,
        Kind::Integer,
        Kind::Decimal { scale: 4 },
        Kind::Percent,
        Kind::Money,
        Kind::YesNo,
        Kind::Date,
        Kind::Birthday,
        Kind::Timestamp,
        Kind::Choice(levels()),
        Kind::OpenList,
        Kind::Email,
        Kind::Phone,
        Kind::Url,
        Kind::TaxId,
    ];
    let lists: Vec<Kind> = single.iter().filter(|kind| **kind != Kind::LongText).map(list).collect();
    [single, lists].concat()
}

/// Text of the sort that the readers look at closely, and any text at all.
fn written() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[-+0-9.,:/ ¥€%kEURJPYTZ万亿年月日()]{0,24}",
        "(--)?[0-9]{2,4}[-/.][0-9]{1,2}([-/.][0-9]{1,4})?( [0-9]{1,2}:[0-9]{2})?",
        "[a-zA-ZİǅΣß.-]{1,6}@?[a-zÄ]{1,5}\\.[a-z]{2,3}",
        "[+0]?[0-9 ()-]{3,18}",
        "[a\" ,;:、，é\n\u{3000}]{0,16}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_shown_is_read_back_exactly(text in written()) {
        for kind in kinds() {
            if let Ok(value) = parse(&kind, &text, &reading()) {
                let shown = show(&kind, &value);
                let again = parse(&kind, &shown, &reading());
                prop_assert_eq!(again.as_ref(), Ok(&value), "{:?} shown as {:?}", kind, shown);
            }
        }
    }

    #[test]
    fn any_amount_and_any_tags_are_read_back(minor in any::<i64>(), scale in 0_u8..6, words in prop::collection::vec(any::<String>(), 0..4)) {
        for currency in [*b"CNY", *b"JPY", *b"KWD"] {
            let value = Value::Money(Money { minor: minor % Money::MOST, currency: Currency(currency) });
            prop_assert_eq!(parse(&Kind::Money, &show(&Kind::Money, &value), &reading()), Ok(value));
        }
        let kind = Kind::Decimal { scale };
        prop_assert_eq!(parse(&kind, &show(&kind, &Value::Integer(minor)), &reading()), Ok(Value::Integer(minor)));
        let mut tags: Vec<Value> = Vec::new();
        for word in words {
            if let Ok(Value::Text(word)) = parse(&Kind::OpenList, &word, &reading())
                && !tags.iter().any(|known| known.as_text().map(fold) == Some(fold(&word)))
            {
                tags.push(Value::Text(word));
            }
        }
        let value = if tags.is_empty() { Value::Null } else { Value::List(tags) };
        prop_assert_eq!(parse(&Kind::tags(), &show(&Kind::tags(), &value), &reading()), Ok(value));
    }

    #[test]
    fn folding_twice_is_folding_once(text in any::<String>()) {
        prop_assert_eq!(fold(&fold(&text)), fold(&text));
    }

    #[test]
    fn no_text_makes_a_period_panic(text in written()) {
        let _ = parse_period(&text, &reading());
    }
}
