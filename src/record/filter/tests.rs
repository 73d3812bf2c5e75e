//! The promises of the filter language.

use super::{Filter, Operand, Operator, Test, parse, parse_arguments};
use proptest::prelude::*;

fn read(text: &str) -> Filter {
    parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn refusal(text: &str) -> String {
    let error = parse(text).expect_err(text);
    assert!(error.hint.is_some(), "{text}: no hint");
    error.to_string()
}

fn word(text: &str) -> Filter {
    Filter::Word(text.into())
}

fn value(text: &str) -> Operand {
    Operand::Value(text.into())
}

fn range(from: &str, to: &str) -> Operand {
    let end = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    Operand::Range(end(from), end(to))
}

fn tests_values(path: &str, operator: Operator, values: Vec<Operand>) -> Filter {
    Filter::Test(Test { path: path.split('.').map(Into::into).collect(), operator, values })
}

fn test(path: &str, operator: Operator, text: &str) -> Filter {
    tests_values(path, operator, vec![value(text)])
}

fn equal(path: &str, text: &str) -> Filter {
    test(path, Operator::Equal, text)
}

#[test]
fn nothing_selects_everything() {
    assert_eq!(read(""), Filter::All);
    assert_eq!(read(" \t\u{3000}\n"), Filter::All);
    assert_eq!(parse_arguments(&[]).unwrap(), Filter::All);
}

#[test]
fn and_binds_closer_than_or_and_not_closest() {
    let (a, b, c) = (word("a"), word("b"), word("c"));
    let and = |terms: &[&Filter]| Filter::And(terms.iter().map(|&term| term.clone()).collect());
    let or = |terms: &[&Filter]| Filter::Or(terms.iter().map(|&term| term.clone()).collect());
    let not = |term: &Filter| Filter::Not(Box::new(term.clone()));
    assert_eq!(read("a or b c"), or(&[&a, &and(&[&b, &c])]));
    assert_eq!(read("a AND b Or c"), or(&[&and(&[&a, &b]), &c]));
    assert_eq!(read("a 且 b 或 c"), or(&[&and(&[&a, &b]), &c]));
    assert_eq!(read("not a b"), and(&[&not(&a), &b]));
    assert_eq!(read("not not(a or b)"), not(&not(&or(&[&a, &b]))));
    assert_eq!(read("非 a"), not(&a));
    assert_eq!(read("(a or b)(c)"), and(&[&or(&[&a, &b]), &c]));
    assert_eq!(read("a (b c)"), and(&[&a, &and(&[&b, &c])]));
    assert_eq!(read("((a))"), a);
}

#[test]
fn keywords_are_whole_words_only() {
    assert_eq!(read("order"), word("order"));
    assert_eq!(read("非常好"), word("非常好"));
    assert_eq!(read("\"or\""), word("or"));
    assert_eq!(read("name=or"), equal("name", "or"));
    assert_eq!(read("or=x"), equal("or", "x"));
}

#[test]
fn every_operator_is_read() {
    let cases = [
        ("a=1", Operator::Equal),
        ("a!=1", Operator::NotEqual),
        ("a>1", Operator::Greater),
        ("a>=1", Operator::GreaterOrEqual),
        ("a<1", Operator::Less),
        ("a<=1", Operator::LessOrEqual),
        ("a~1", Operator::Contains),
        ("a!~1", Operator::NotContains),
        ("a:1", Operator::Has),
    ];
    for (text, operator) in cases {
        assert_eq!(read(text), test("a", operator, "1"), "{text}");
    }
}

#[test]
fn full_width_signs_are_folded_around_values_but_not_inside() {
    assert_eq!(read("金额＞＝5"), test("金额", Operator::GreaterOrEqual, "5"));
    assert_eq!(read("阶段＝赢单，输单\u{3000}标签：重点"), read("阶段=赢单,输单 and 标签:重点"));
    assert_eq!(read("名称！＝甲"), test("名称", Operator::NotEqual, "甲"));
    assert_eq!(read("名称=三一（中国）＝甲"), equal("名称", "三一（中国）＝甲"));
}

#[test]
fn paths_lead_through_links() {
    assert_eq!(read("customer.owner=me"), equal("customer.owner", "me"));
    assert_eq!(read("客户.负责人=me"), equal("客户.负责人", "me"));
    assert_eq!(read("x_size2=me"), equal("x_size2", "me"));
}

#[test]
fn spaces_may_stand_around_operators_and_after_commas() {
    assert_eq!(read("amount > 5000 stage = won, lost"), read("amount>5000 and stage=won,lost"));
    assert_eq!(refusal("tags : vip"), "`:` at character 6 stands apart from its field.");
    assert_eq!(refusal("name = or b"), "No value follows `=` at character 6.");
}

#[test]
fn a_colon_with_nothing_after_it_is_the_test_for_empty() {
    let empty = tests_values("email", Operator::Has, vec![]);
    assert_eq!(read("email:"), empty);
    assert_eq!(read("(email:)"), empty);
    assert_eq!(read("email: stage=won"), Filter::And(vec![empty, equal("stage", "won")]));
    assert_eq!(refusal("email="), "No value follows `=` at character 6.");
    assert_eq!(read("email=\"\""), equal("email", ""));
}

#[test]
fn ranges_are_open_on_one_side_at_most() {
    let amount = |operand| tests_values("a", Operator::Equal, vec![operand]);
    assert_eq!(read("a=5k.."), amount(range("5k", "")));
    assert_eq!(read("a=..2026-12-31"), amount(range("", "2026-12-31")));
    assert_eq!(read("a=1k..5k"), amount(range("1k", "5k")));
    assert_eq!(read("a=1.5..2.5"), amount(range("1.5", "2.5")));
    assert_eq!(read("a=\"EUR 1\"..\"EUR 2\""), amount(range("EUR 1", "EUR 2")));
    assert_eq!(read("a=1..2,7"), tests_values("a", Operator::Equal, vec![range("1", "2"), value("7")]));
    assert_eq!(refusal("a=.."), "`..` at character 3 has neither a start nor an end.");
    assert_eq!(refusal("a=1..2..3"), "The range has a third end at character 7.");
}

#[test]
fn dots_that_make_no_range_are_text() {
    assert_eq!(read("a=\"1..2\""), equal("a", "1..2"));
    assert_eq!(read("a=wait..."), equal("a", "wait..."));
    assert_eq!(read("a~1..2"), test("a", Operator::Contains, "1..2"));
}

#[test]
fn ordering_takes_one_value() {
    assert_eq!(refusal("a>12,500"), "`>` at character 2 compares with one value only.");
    assert_eq!(refusal("a<=1.."), "`<=` at character 2 compares with one value only.");
}

#[test]
fn quoted_text_may_hold_anything() {
    assert_eq!(read(r#"name="Acme, Corp (or) a=b""#), equal("name", "Acme, Corp (or) a=b"));
    assert_eq!(read(r#"name="7"" \"x\" \\ \n""#), equal("name", r#"7" "x" \ \n"#));
    assert_eq!(read(r#"name="a","b""#), tests_values("name", Operator::Equal, vec![value("a"), value("b")]));
    assert_eq!(read(r#"name="a" stage=b"#), read("name=a stage=b"));
    assert_eq!(refusal("x name=\"Acme"), "The quote at character 8 is never closed.");
    assert_eq!(refusal("\"\""), "The text at character 1 is empty and cannot be searched for.");
    assert_eq!(refusal("a=\"b\"c"), "`c` at character 6 touches the text before it.");
    assert_eq!(refusal("a=5\""), "`\"` at character 4 touches the text before it.");
}

#[test]
fn values_hold_what_people_write() {
    for text in
        ["a@b.c", "https://x.y/z?q=1&r=2", "12:30", "+86-138", "-2w", "--03-15", "¥300", "３Ａ", "C:\\x", "三一/重工"]
    {
        assert_eq!(read(&format!("f={text}")), equal("f", text), "{text}");
    }
}

#[test]
fn a_word_with_a_colon_is_a_test_only_after_a_path() {
    for text in
        ["a@b.c", "12:30", "http://x", "http://x/?q=1", "a-b:c", "@x:y", "+86", "12,500", "R&D", "$5", "-5", "1k..5k"]
    {
        assert_eq!(read(text), word(text), "{text}");
    }
    assert_eq!(read("tag:vip"), test("tag", Operator::Has, "vip"));
    assert_eq!(read("url:\"//x\""), test("url", Operator::Has, "//x"));
}

#[test]
fn mistakes_are_named_with_their_place() {
    let cases = [
        ("(a", "The parenthesis at character 1 is never closed."),
        ("a (", "The parenthesis at character 3 is never closed."),
        ("客户 a)", "The parenthesis at character 5 closes nothing."),
        (")", "The parenthesis at character 1 closes nothing."),
        ("a ()", "The parentheses at character 3 are empty."),
        ("a or", "Nothing follows `or` at character 3."),
        ("(a AND )", "Nothing follows `AND` at character 4."),
        ("a or or b", "Nothing follows `or` at character 3."),
        ("not", "Nothing follows `not` at character 1."),
        ("或 a", "Nothing stands before `或` at character 1."),
        ("(or a)", "Nothing stands before `or` at character 2."),
        ("=won", "There is no field before `=` at character 1."),
        ("a \"b\" =c", "There is no field before `=` at character 7."),
        (":", "There is no field before `:` at character 1."),
        ("first-name=x", "`first-name` at character 1 is not a field name."),
        ("12=x", "`12` at character 1 is not a field name."),
        ("a..b=x", "`a..b` at character 1 is not a field name."),
        ("a==x", "`==` at character 2 is not an operator."),
        ("a=>5", "`=>` at character 2 is not an operator."),
        ("a<>5", "`<>` at character 2 is not an operator."),
        ("a= =5", "`=` at character 4 is not an operator."),
        ("a=1,", "No value follows `,` at character 4."),
        ("a=,1", "No value follows `=` at character 2."),
        ("a=(b)", "No value follows `=` at character 2."),
        ("a=Acme(China)", "`(` at character 7 touches the text before it."),
        ("foo(bar)", "`(` at character 4 touches the text before it."),
        ("-tag:vip", "`-` at character 1 does not mean not."),
        ("!(a)", "`!` at character 1 does not mean not."),
        ("a ..", "`..` at character 3 has neither a start nor an end."),
    ];
    for (text, sentence) in cases {
        assert_eq!(refusal(text), sentence, "{text}");
    }
}

#[test]
fn size_and_depth_are_bounded() {
    let deep = |levels: usize| format!("{}a{}", "(".repeat(levels), ")".repeat(levels));
    assert_eq!(read(&deep(64)), word("a"));
    assert_eq!(refusal(&deep(65)), "The filter nests deeper than 64 levels at character 65.");
    assert!(refusal(&"not ".repeat(10_000)).contains("deeper"));
    assert!(parse(&"a".repeat(65_536)).is_ok());
    assert_eq!(refusal(&"a".repeat(65_537)), "The filter is longer than 64 KiB.");
    assert!(parse(&"a ".repeat(32_768)).is_ok());
}

#[test]
fn printing_is_calm() {
    let text = r#"(a or b) c and not (d e) stage=won,"x y",1..2 email: "or" http://x"#;
    let printed = r#"(a or b) and c and not (d and e) and stage=won,"x y",1..2 and email: and "or" and "http://x""#;
    assert_eq!(read(text).to_string(), printed);
}

fn any_operand() -> BoxedStrategy<Operand> {
    let text = || prop_oneof!["[a-z0-9@/:.,\"\\\\ ()=-]{0,6}", any::<String>()];
    prop_oneof![
        text().prop_map(Operand::Value),
        text().prop_map(|low| Operand::Range(Some(low), None)),
        text().prop_map(|high| Operand::Range(None, Some(high))),
        (text(), text()).prop_map(|(low, high)| Operand::Range(Some(low), Some(high))),
    ]
    .boxed()
}

fn any_test() -> BoxedStrategy<Filter> {
    let path = prop::collection::vec("[a-z_客户é][a-z0-9_名]{0,4}|or|not", 1..3);
    let many = prop_oneof![Just(Operator::Equal), Just(Operator::NotEqual), Just(Operator::Has)];
    let order = prop_oneof![Just(Operator::Greater), Just(Operator::LessOrEqual)];
    let part = prop_oneof![Just(Operator::Contains), Just(Operator::NotContains)];
    let single = any::<String>().prop_map(Operand::Value);
    let comparison = prop_oneof![
        (many, prop::collection::vec(any_operand(), 1..4)),
        (order, prop::collection::vec(single.clone(), 1)),
        (part, prop::collection::vec(single, 1..3)),
        Just((Operator::Has, vec![])),
    ];
    (path, comparison).prop_map(|(path, (operator, values))| Filter::Test(Test { path, operator, values })).boxed()
}

fn any_filter() -> impl Strategy<Value = Filter> {
    let any_word = prop_oneof!["[a-z.:@/-]{1,6}", "and|OR|not|且|或|非", any::<String>()]
        .prop_filter("an empty word searches for nothing", |text| !text.is_empty())
        .prop_map(Filter::Word);
    let any_text = "[A-Za-z]{1,2}[0-9]{1,3}".prop_map(Filter::Text);
    prop_oneof![any_word, any_text, any_test()].prop_recursive(5, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(Filter::And),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Filter::Or),
            inner.prop_map(|term| Filter::Not(Box::new(term))),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_printed_parses_to_the_same(filter in any_filter()) {
        let printed = filter.to_string();
        prop_assert_eq!(parse(&printed).map_err(|error| format!("{printed}: {error}")), Ok(filter));
    }

    #[test]
    fn no_text_panics(text in any::<String>()) {
        let _ = parse(&text);
    }

    #[test]
    fn what_parses_survives_printing(parts in prop::collection::vec(
        prop::sample::select(vec![
            "a", "or", " or ", "and ", "not ", "(", ")", "=", "!=", ">", "~", ":", "：", "..", ".", ",", "，", "\"", "\\",
            " ", "客户", "12", "-", "!", "/", "//", "\u{3000}", "é", "\u{0}",
        ]),
        0..14,
    )) {
        let text = parts.concat();
        if let Ok(filter) = parse(&text) {
            let printed = filter.to_string();
            prop_assert_eq!(parse(&printed).map_err(|error| format!("{text} → {printed}: {error}")), Ok(filter));
        }
    }
}
