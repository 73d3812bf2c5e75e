//! The truth table of the filter language: every operator on every kind of value, matching, other and empty.

use crate::{storage::on_both, world::World};
use kehu::{error::Cause, record::types::Open, views::CustomField};

/// One kind of value: what the customers `one` and `two` hold of it, how a filter writes the two values (the first is
/// the lesser), and a part of the first that the second lacks; the customer `none` holds nothing.
struct Line {
    field: &'static str,
    stored: [&'static str; 2],
    words: [&'static str; 2],
    /// None where a value has no parts, so that `~` is refused.
    part: Option<&'static str>,
}

const fn line(
    field: &'static str,
    stored: [&'static str; 2],
    words: [&'static str; 2],
    part: Option<&'static str>,
) -> Line {
    Line { field, stored, words, part }
}

/// Kinds that customers have no field of are custom fields (`x_…`), named with their kind.
const CUSTOM: [(&str, &str); 17] = [
    ("words", "text"),
    ("story", "long-text"),
    ("pieces", "integer"),
    ("ratio", "decimal"),
    ("portion", "percent"),
    ("price", "money"),
    ("vip", "yes-no"),
    ("day", "date"),
    ("moment", "timestamp"),
    ("birth", "birthday"),
    ("grade", "choice"),
    ("mood", "open-list"),
    ("mail", "email"),
    ("call", "phone"),
    ("web", "url"),
    ("marks", "tags"),
    ("agent", "link"),
];

const LINES: [Line; 18] = [
    line("x_words", ["Alpha beta", "Gamma, Inc"], ["\"ALPHA　Beta\"", "\"gamma, inc\""], Some("PHA")),
    line("x_story", ["first\nsecond", "third"], ["\"first\nsecond\"", "third"], Some("second")),
    line("x_pieces", ["12", "300"], ["12", "0.3k"], Some("12")),
    line("x_ratio", ["1.5", "22.125"], ["1.500", "22.125"], None),
    line("x_portion", ["7.5%", "40%"], ["7.5", "40%"], None),
    line("x_price", ["120", "3万"], ["¥120", "30000.00"], None),
    line("x_vip", ["no", "yes"], ["否", "是"], None),
    line("x_day", ["2026-01-15", "2026-03-31"], ["2026-01", "today"], Some("01-15")),
    line("x_moment", ["2026-01-15T08:00", "2026-03-31T23:30"], ["2026-01-15", "2026-03"], Some("2026-01")),
    line("x_birth", ["1980-02-01", "1990-03-15"], ["1980-02-01", "1990-03-15"], Some("1980")),
    line("x_grade", ["gold", "silver"], ["GOLD", "sil"], Some("gol")),
    line("x_mood", ["Calm", "wild"], ["ｃａｌｍ", "WILD"], Some("al")),
    line("x_mail", ["Amy@acme.example", "zoe@zoo.example"], ["AMY@acme.example", "zoe@zoo.example"], Some("acme")),
    line("x_call", ["+49 40 66969014", "0755-88882345"], ["+494066969014", "\"(0755) 8888 2345\""], Some("040-6696")),
    line("x_web", ["acme.example/a", "https://zoo.example"], ["acme.example/a", "https://zoo.example"], Some("acme")),
    line("x_marks", ["alpha", "zulu"], ["ALPHA", "zulu"], Some("lph")),
    line("x_agent", ["U2", "lukas"], ["\"amy chen\"", "\"Lukas Brandt\""], Some("amy")),
    line("more_phones", ["139 1234 5678", "0755-88882345"], ["13912345678", "0755-88882345"], Some("1234")),
];

/// Filters on a field `F` whose lesser value is `A` and greater is `B`, and whom they match.
const TRUTH: [(&str, &str); 31] = [
    ("F=A", "one"),
    ("F=B", "two"),
    ("F:A", "one"),
    ("F!=A", "two none"),
    ("F!=B", "one none"),
    ("F>A", "two"),
    ("F>B", ""),
    ("F>=A", "one two"),
    ("F>=B", "two"),
    ("F<A", ""),
    ("F<B", "one"),
    ("F<=A", "one"),
    ("F<=B", "one two"),
    ("F=A..", "one two"),
    ("F=B..", "two"),
    ("F=..A", "one"),
    ("F=A..B", "one two"),
    ("F=..A,B..", "one two"),
    ("F!=B..", "one none"),
    ("F!=A..B", "none"),
    ("F=A,B", "one two"),
    ("F!=A,B", "none"),
    ("F:", "none"),
    ("not F:", "one two"),
    ("not F=A", "two none"),
    ("not F!=A", "one"),
    ("not F>A", "one none"),
    ("not (F=A or F=B)", "none"),
    ("F=A or F:", "one none"),
    ("F!=A F!=B", "none"),
    ("not F=B and not F:", "one"),
];

/// The same for a value's part `P`.
const PARTS: [(&str, &str); 5] =
    [("F~P", "one"), ("F!~P", "two none"), ("not F~P", "two none"), ("not F!~P", "one"), ("F~P or F:", "one none")];

fn define(world: &mut World, name: &str, value_kind: &str) {
    let field = CustomField {
        record_kind: "customer".into(),
        name: name.into(),
        value_kind: value_kind.into(),
        choices: if value_kind == "choice" { vec!["gold".into(), "silver".into(), "bronze".into()] } else { vec![] },
        target: (value_kind == "link").then(|| Open::from("user")),
        scale: Some(3),
        ..CustomField::default()
    };
    field.define(&mut world.crm).expect("a new field");
}

fn lay_out(world: &mut World) {
    world.add("branch", &[("name", "Start")]);
    world.add("user", &[("name", "Amy Chen"), ("login", "amy")]);
    world.add("user", &[("name", "Lukas Brandt"), ("login", "lukas")]);
    for (name, kind) in CUSTOM {
        define(world, name, kind);
    }
    for (place, name) in ["one", "two"].into_iter().enumerate() {
        let values = LINES.iter().map(|line| (line.field, line.stored[place]));
        let pairs: Vec<(&str, &str)> = std::iter::once(("name", name)).chain(values).collect();
        world.add("customer", &pairs);
    }
    world.customer("none");
}

on_both! {
    fn every_operator_means_the_same_on_every_kind(world) {
        lay_out(world);
        let mut wrong = Vec::new();
        let mut check = |world: &mut World, filter: &str, expected: &str| {
            let found = world.try_names("customer", filter).map(|names| names.join(" "));
            if found.as_deref() != Ok(expected) {
                wrong.push(format!("{filter}: expected {expected:?}, got {found:?}"));
            }
        };
        for line in &LINES {
            for (filter, expected) in TRUTH {
                let filter = fill(filter, line.field, line.words[0], line.words[1]);
                check(world, &filter, expected);
            }
            for (filter, expected) in PARTS {
                if let Some(part) = line.part {
                    check(world, &fill(filter, line.field, part, part), expected);
                } else {
                    let refused = world.try_names("customer", &fill("F~P", line.field, "1", "1")).expect_err("has no parts");
                    assert_eq!((refused.cause, refused.field.as_deref()), (Cause::BadValue, Some(line.field)));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    fn amounts_in_another_currency_compare_with_their_like_only(world) {
        for (name, revenue) in [("home", "200"), ("abroad", "EUR 200"), ("japan", "JPY 200")] {
            world.add("customer", &[("name", name), ("annual_revenue", revenue)]);
        }
        world.customer("poor");
        for (filter, expected) in [
            ("annual_revenue=200", "home"),
            ("annual_revenue=\"EUR 200\"", "abroad"),
            ("annual_revenue=€200", "abroad"),
            ("annual_revenue>1", "home"),
            ("annual_revenue=1..", "home"),
            ("annual_revenue=\"JPY 1\"..\"JPY 900\"", "japan"),
            ("annual_revenue!=200", "abroad japan poor"),
            ("annual_revenue=200,\"EUR 200\"", "home abroad"),
            ("annual_revenue:", "poor"),
        ] {
            assert_eq!(world.names("customer", filter).join(" "), expected, "{filter}");
        }
    }

    fn a_birthday_is_met_with_or_without_its_year(world) {
        world.customer("Acme Robotics");
        for (name, birthday) in [("Ingrid", "--03-15"), ("王晓明", "1985-03-15"), ("Zoe", "1990-12-24"), ("Tom", "")] {
            world.add("contact", &[("name", name), ("birthday", birthday)]);
        }
        for (filter, expected) in [
            ("birthday=--03-15", "Ingrid 王晓明"),
            ("birthday=3月15日", "Ingrid 王晓明"),
            ("birthday=1985-03-15", "王晓明"),
            ("birthday=--03-01..--03-31", "Ingrid 王晓明"),
            ("birthday=--12-01..", "Zoe"),
            ("birthday!=--03-15", "Zoe Tom"),
            ("birthday=1980-01-01..", "王晓明 Zoe"),
            ("birthday>1985-12-31", "Zoe"),
            ("birthday:", "Tom"),
        ] {
            assert_eq!(world.names("contact", filter).join(" "), expected, "{filter}");
        }
    }

    fn of_several_tags_any_one_counts(world) {
        for (name, tags) in [("both", "vip,fair"), ("one", "fair"), ("neither", "old"), ("bare", "")] {
            world.add("customer", &[("name", name), ("tags", tags)]);
        }
        for (filter, expected) in [
            ("tags:vip", "both"),
            ("tags=vip,old", "both neither"),
            ("tags:vip tags:fair", "both"),
            ("tags!=vip", "one neither bare"),
            ("tags!=vip,old", "one bare"),
            ("not tags:fair", "neither bare"),
            ("tags~IR", "both one"),
            ("tags!~ir", "neither bare"),
            ("tags:", "bare"),
        ] {
            assert_eq!(world.names("customer", filter).join(" "), expected, "{filter}");
        }
    }

    fn a_path_follows_links_there_and_back(world) {
        crate::world::people(world);
        for (kind, filter, expected) in [
            ("customer", "owner.branch=Hamburg", "Nordic Instruments GmbH"),
            ("customer", "owner.branch.code=hh", "Nordic Instruments GmbH"),
            ("customer", "owner.manager=me", "Nordic Instruments GmbH|Acme Robotics"),
            ("customer", "owner.branch!=Hamburg", "招商银行深圳分行|Acme Robotics|苏州精密机械有限公司"),
            ("customer", "owner=me", "招商银行深圳分行"),
            ("customer", "owner=我,mei", "招商银行深圳分行|Acme Robotics"),
            ("customer", "owner=none", "苏州精密机械有限公司"),
            ("customer", "owner=无", "苏州精密机械有限公司"),
            ("customer", "owner!=none", "招商银行深圳分行|Nordic Instruments GmbH|Acme Robotics"),
            ("customer", "owner~luk", "Nordic Instruments GmbH"),
            ("customer", "owner!=me", "Nordic Instruments GmbH|Acme Robotics|苏州精密机械有限公司"),
            ("customer", "contact.email~acme", "Acme Robotics"),
            ("customer", "contact.email!~acme", "招商银行深圳分行|Nordic Instruments GmbH|苏州精密机械有限公司"),
            ("customer", "contact.email:", "苏州精密机械有限公司"),
            ("customer", "contact.name=王晓明", "招商银行深圳分行|苏州精密机械有限公司"),
            ("customer", "contact.primary=yes level=B", "Nordic Instruments GmbH|Acme Robotics"),
            ("contact", "customer.owner.branch=HH", "Ingrid Larsen"),
            ("contact", "customer.level=A..B", "王晓明|Ingrid Larsen|Zoe Acker"),
            ("user", "customer.level=A", "lin"),
            ("branch", "user.active=no", ""),
            ("customer", "ref=C2,C3", "Nordic Instruments GmbH|Acme Robotics"),
            ("customer", "contact_count=0", ""),
            ("customer", "级别=A", "招商银行深圳分行"),
        ] {
            assert_eq!(world.names(kind, filter).join("|"), expected, "{kind} {filter}");
        }
    }

    fn what_is_in_the_recycle_bin_belongs_to_nobody(world) {
        crate::world::people(world);
        world.crm.remove("contact", 3).expect("removes");
        assert_eq!(world.names("customer", "contact.email~acme"), Vec::<String>::new());
        assert_eq!(world.names("customer", "contact_count=0"), ["Acme Robotics"]);
    }

    fn words_search_and_tests_narrow(world) {
        crate::world::people(world);
        for (filter, expected) in [
            ("招商", "招商银行深圳分行"),
            ("zsyh", "招商银行深圳分行"),
            ("2345", "招商银行深圳分行"),
            ("nordic level=A", ""),
            ("nordic or 苏州", "Nordic Instruments GmbH|苏州精密机械有限公司"),
            ("not nordic level=B", "Acme Robotics"),
            ("vip", "招商银行深圳分行"),
        ] {
            assert_eq!(world.names("customer", filter).join("|"), expected, "{filter}");
        }
    }

    fn days_are_counted_from_today(world) {
        for (name, since) in
            [("today", "2026-03-31"), ("yesterday", "2026-03-30"), ("monday", "2026-03-23"), ("old", "2025-12-31")]
        {
            world.add("customer", &[("name", name), ("since", since)]);
        }
        for (filter, expected) in [
            ("since=today", "today"),
            ("since=今天", "today"),
            ("since=-1d..", "today yesterday"),
            ("since=-2w..yesterday", "yesterday monday"),
            ("since=this-week", "today yesterday"),
            ("since=last-week", "monday"),
            ("since=2026-q1", "today yesterday monday"),
            ("since=去年", "old"),
            ("since<2026", "old"),
            ("since>2025", "today yesterday monday"),
            ("since>2026-q1", ""),
            ("created_at=today", "today yesterday monday old"),
            ("created_at<today", ""),
        ] {
            assert_eq!(world.names("customer", filter).join(" "), expected, "{filter}");
        }
    }

    fn signs_in_a_text_stand_for_themselves(world) {
        for name in ["100% Cotton", "100 Cotton", "a_b", "axb", "back\\slash", "O'Neill"] {
            world.customer(name);
        }
        for (filter, expected) in [
            ("name~%", "100% Cotton"),
            ("name~a_b", "a_b"),
            ("name~\"back\\\\slash\"", "back\\slash"),
            ("name~o'n", "O'Neill"),
            ("name=\"o'neill\"", "O'Neill"),
        ] {
            assert_eq!(world.names("customer", filter).join("|"), expected, "{filter}");
        }
    }

    fn a_wrong_field_value_or_operator_says_what_would_be_right(world) {
        crate::world::people(world);
        for (filter, field, said) in [
            ("levle=A", "levle", "did you mean `level`?"),
            ("level=E", "level", "A, B, C, D"),
            ("level=A.x", "level", "A, B, C, D"),
            ("owner.nmae=x", "nmae", "did you mean `name`?"),
            ("owner=nobody", "owner", "nobody"),
            ("since=someday", "since", "someday"),
            ("employees=many", "employees", "many"),
            ("annual_revenue~5", "annual_revenue", "range"),
            ("level", "level", "level=VALUE"),
            ("city.name=x", "city", "link"),
        ] {
            let error = world.try_names("customer", filter).expect_err(filter);
            let told = format!("{error} {}", error.hint.as_ref().map(ToString::to_string).unwrap_or_default());
            assert_eq!(error.cause, Cause::BadValue, "{filter}: {told}");
            assert!(told.contains(said), "{filter}: {told}");
            assert_eq!(error.field.as_deref(), Some(field), "{filter}: {told}");
        }
    }
}

/// Puts field and values in the place of the marks, all at once.
fn fill(filter: &str, field: &str, a: &str, b: &str) -> String {
    let mut text = String::new();
    for mark in filter.chars() {
        match mark {
            'F' => text.push_str(field),
            'A' | 'P' => text.push_str(a),
            'B' => text.push_str(b),
            other => text.push(other),
        }
    }
    text
}
