//! What the search for duplicates promises: it finds what is the same, keeps apart what is not, and warns in time.

use crate::{
    messy_files::real_files,
    storage::on_both,
    world::{Desk, World},
};
use kehu::{
    Cause,
    crm::Query,
    customers::duplicates::{Hunt, LIKELY, SURE, Suspicion, Watch},
    record::filter,
};
use std::{
    collections::{HashMap, HashSet},
    fmt::Write,
};

fn hunted(world: &mut World, kind: &str) -> Vec<Suspicion> {
    let hunt = Hunt { among: Query::new(kind), least: LIKELY, limit: 0 };
    world.crm.duplicates(&hunt).expect("looks").pairs
}

fn pairs(world: &mut World, kind: &str) -> Vec<(i64, i64)> {
    hunted(world, kind).iter().map(|pair| (pair.first, pair.second)).collect()
}

fn notices(world: &mut World) -> Vec<String> {
    world.crm.notices().iter().map(ToString::to_string).collect()
}

on_both! {
    /// Legal form, width, script and one wrong letter make no other company; another number or character does.
    fn one_company_is_found_however_it_is_written(world) {
        for name in ["北京远航新机械有限责任公司", "北京遠航新機械股份有限公司", "Ｎｏｒｄｉｃ Instruments", "Nordic Instrumens GmbH & Co. KG",
            "武汉天元联物流有限公司", "武汉天元新物流有限公司", "Store 12", "Store 13", "王晓明", "王晓红"] {
            world.crm.add_where("customer", &vec![("name".into(), kehu::record::Value::text(name))], true).expect("adds");
        }
        assert_eq!(pairs(world, "customer"), [(1, 2), (3, 4)]);
    }

    /// The score says how sure one may be, and why.
    fn a_score_has_its_reasons(world) {
        world.add("customer", &[("name", "Acme Robotics"), ("tax_id", "91440300708461136T"), ("city", "Shenzhen")]);
        let twin = [("name", "Acme Robotics Ltd."), ("site", "acme.example"), ("mobile", "13912345678")];
        world.crm.set_watch(Watch::Off);
        world.add("customer", &twin);
        world.add("customer", &[("name", "Acme Robotcs"), ("email", "li@acme.example")]);
        let found = hunted(world, "customer");
        let told: Vec<(i64, i64, Vec<String>)> = found
            .iter()
            .map(|pair| (pair.first, pair.second, pair.reasons.iter().map(ToString::to_string).collect()))
            .collect();
        assert_eq!(told.len(), 2, "{told:?}");
        assert_eq!(told[0], (2, 3, vec!["the same domain acme.example".into(), "a name that differs by one letter".into()]));
        assert!(found[0].score >= SURE && found[1].score < SURE, "{found:?}");
    }

    /// What one thousand share says nothing of any two of them.
    fn what_everybody_shares_is_no_reason(world) {
        world.crm.set_watch(Watch::Off);
        for number in 0..60 {
            let name = format!("{}百货{}", ["东", "西", "南", "北"][number % 4], ["甲", "乙", "丙", "丁", "戊"][number / 4 % 5].repeat(number / 20 + 1));
            let values = world.values("customer", &[("name", &name), ("site", "mall.example")]).expect("reads");
            world.crm.add_where("customer", &values, true).expect("adds");
        }
        assert_eq!(pairs(world, "customer"), []);
        let mailbox = [("name", "甲"), ("email", "a@qq.com")];
        world.add("customer", &mailbox);
        world.add("customer", &[("name", "乙"), ("email", "b@qq.com")]);
        assert_eq!(pairs(world, "customer"), []);
    }

    /// Colleagues share a desk phone, a domain and an employer, and remain two people.
    fn colleagues_are_not_one_person(world) {
        let acme = world.customer("Acme Robotics");
        let customer = format!("C{acme}");
        for (name, phone, email) in [("Zoe Acker", "+1 415 555 0100", "zoe@acme.example"), ("Ingrid Larsen", "+1 415 555 0100", "ingrid@acme.example")] {
            let values = world.values("contact", &[("name", name), ("phone", phone), ("email", email), ("customer", &customer)]).expect("reads");
            world.crm.add_where("contact", &values, true).expect("adds");
        }
        assert_eq!(pairs(world, "contact"), []);
        world.add("contact", &[("name", "Larsen, Ingrid"), ("customer", &customer)]);
        assert_eq!(pairs(world, "contact"), [(2, 3)]);
    }

    /// "Not the same" is said once, can be taken back, and goes along when one of the two is merged.
    fn what_is_not_the_same_is_not_asked_again(world) {
        world.crm.set_watch(Watch::Off);
        for name in ["瑞丰科技发展有限公司", "瑞丰科技发展", "瑞丰科技发展集团"] {
            world.customer(name);
        }
        assert_eq!(pairs(world, "customer").len(), 3);
        world.crm.keep_apart("customer", &[3, 1]).expect("notes");
        assert_eq!(pairs(world, "customer"), [(1, 2), (2, 3)]);
        world.crm.undo(None, false).expect("undoes");
        assert_eq!(pairs(world, "customer").len(), 3);
        world.crm.redo().expect("redoes");
        let error = world.crm.keep_apart("customer", &[1, 1]).unwrap_err();
        assert_eq!(error.cause, Cause::BadValue);
        world.crm.merge(&kehu::customers::merge::Merge { kind: "customer".into(), winner: 2, losers: vec![1], ..Default::default() }).expect("merges");
        assert_eq!(pairs(world, "customer"), []);
    }

    /// Whoever adds what is there already is told, or stopped, or left alone.
    fn a_likely_duplicate_is_told_in_time(world) {
        world.add("customer", &[("name", "招商银行股份有限公司深圳分行"), ("city", "深圳")]);
        world.customer("Kestrel Systems Integration Ltd");
        assert!(world.crm.notices().iter().all(|notice| !notice.to_string().contains("probably")));
        world.customer("招商銀行深圳分行");
        let told = notices(world);
        assert_eq!(told[0], "招商銀行深圳分行 is probably C1 招商银行股份有限公司深圳分行, which is there already:");
        assert_eq!(told[1], "the same name");
        world.customer("Kestrel System Integration");
        assert_eq!(notices(world).len(), 3);
        world.crm.set_watch(Watch::Block);
        let error = world.try_add("customer", &[("name", "Kestrel Systems Integration, Inc.")]).unwrap_err();
        assert_eq!(error.cause, Cause::Conflict);
        let renamed = world.customer("Kestrel Robotics");
        let error = world.try_edit("customer", renamed, &[("name", "Kestrel Systems Integration")]).unwrap_err();
        assert_eq!(error.cause, Cause::Conflict);
        world.crm.keep_apart("customer", &[2, 4, renamed]).expect("notes");
        world.edit("customer", renamed, &[("name", "Kestrel Systems Integration")]);
        world.crm.set_watch(Watch::Off);
        world.customer("Kestrel Systems Integration Corp.");
        assert_eq!(notices(world), Vec::<String>::new());
    }

    /// A filter narrows the pairs to those that have one that matches.
    fn pairs_are_of_those_that_match(world) {
        world.crm.set_watch(Watch::Off);
        for (name, level) in [("成都嘉禾盛医疗器械有限公司", "A"), ("成都嘉禾盛医疗器械", "B"), ("苏州华诚盛文化传媒", "B"), ("苏州华诚盛文化传媒公司", "B")] {
            world.add("customer", &[("name", name), ("level", level)]);
        }
        let among = Query { filter: filter::parse("level=A").expect("parses"), ..Query::new("customer") };
        let found = world.crm.duplicates(&Hunt { among, least: LIKELY, limit: 0 }).expect("looks");
        assert_eq!((found.total, found.pairs[0].first), (1, 1));
    }
}

/// An import says which of its rows are probably there already, or leaves them out; nobody looks unasked.
#[test]
fn an_import_looks_for_duplicates_when_asked() {
    let desk = Desk::new();
    std::fs::write(desk.folder().join("more.csv"), "name\n招商銀行深圳分行\n杭州测量仪器有限公司\n").expect("writes");
    let skipped = desk.say("customer import more.csv --on-duplicate skip --dry-run");
    assert!(
        skipped.err.contains("Line 2: 招商銀行深圳分行 is probably C1 招商银行深圳分行, which is there already."),
        "{}",
        skipped.err
    );
    assert!(skipped.done().starts_with("1 created, 0 updated, 1 unchanged"));
    let warned = desk.say("customer import more.csv --on-duplicate warn --dry-run");
    assert!(warned.err.contains("is probably C1"), "{}", warned.err);
    assert!(warned.done().starts_with("2 created"));
    let silent = desk.say("customer import more.csv");
    assert!(!silent.err.contains("probably"), "{}", silent.err);
    assert!(silent.done().starts_with("2 created"));
}

/// The pairs that the program lists, by the numbers that another system gave.
fn listed(desk: &Desk, kind: &str) -> HashSet<(String, String)> {
    let all = desk.say(&format!("{kind} list -c external_ids -f json")).json();
    let numbers: HashMap<String, String> = all["items"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|item| (item["ref"].as_str().unwrap().to_owned(), item["external_ids"][0].as_str().unwrap().to_owned()))
        .collect();
    let found = desk.say(&format!("{kind} duplicates -f json")).json();
    let pair = |item: &serde_json::Value| {
        let number = |name: &str| numbers[item[name].as_str().unwrap()].clone();
        let (a, b) = (number("record"), number("other"));
        if a < b { (a, b) } else { (b, a) }
    };
    found["items"].as_array().expect("a list").iter().map(pair).collect()
}

/// Recall and precision.
fn quality(found: &HashSet<(String, String)>, wanted: &HashSet<(String, String)>) -> (f64, f64) {
    #[expect(clippy::cast_precision_loss, reason = "some hundreds")]
    let share = |part: usize, whole: usize| part as f64 / whole as f64;
    let right = found.intersection(wanted).count();
    (share(right, wanted.len()), share(right, found.len()))
}

/// FEBRL's first data set: five hundred people, each once more with up to four faults. The score from which a pair is
/// listed is the program's own and was fixed before this was measured.
#[test]
fn five_hundred_people_and_their_doubles_are_told_apart() {
    let Some(file) = real_files().map(|folder| folder.join("dedupe_febrl/dataset1.csv")) else { return };
    let desk = Desk::empty();
    desk.say("init").done();
    // Three of the dates are impossible on purpose, so they are texts.
    for name in ["soc_sec_id", "date_of_birth"] {
        desk.say(&format!("field add contact {name} --kind text --match")).done();
    }
    let maps = "--map rec_id=external_ids --map given_name=name:first --map surname=name:last --map street_number=address:1 \
                --map address_1=address:2 --map address_2=address:3 --map suburb=city --map postcode=postal_code --map state=skip";
    desk.say(&format!("contact import \"{}\" {maps}", file.display())).done();
    let found = listed(&desk, "contact");
    let wanted = (0..500).map(|number| (format!("rec-{number}-dup-0"), format!("rec-{number}-org"))).collect();
    let (recall, precision) = quality(&found, &wanted);
    let f1 = 2.0 * recall * precision / (recall + precision);
    eprintln!("FEBRL 1: F1 {f1:.4}, recall {recall:.4}, precision {precision:.4}");
    assert!(f1 >= 0.99, "F1 {f1}, recall {recall}, precision {precision}");
}

/// A hundred of a thousand Chinese customers once more as another colleague would have written them: without the phone
/// numbers, and with another legal form, full-width signs, traditional characters, or one wrong character.
#[test]
fn a_hundred_customers_written_otherwise_are_found() {
    let Some(file) = real_files().map(|folder| folder.join("zh_synthetic/customers_utf8.csv")) else { return };
    let text = std::fs::read(file).expect("reads");
    let mut reader = csv::Reader::from_reader(text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&text));
    let headings = reader.headers().expect("headings").clone();
    let place = |name: &str| headings.iter().position(|heading| heading == name).expect("a column");
    let places = ["客户名称", "手机", "电话", "地址", "客户类型"].map(place);
    let rows: Vec<[String; 5]> =
        reader.records().map(|row| row.expect("a row")).map(|row| places.map(|place| row[place].to_owned())).collect();
    let mut altered = String::from("external_ids,name,mobile,phone,address\n");
    let mut wanted = HashSet::new();
    for (number, [name, mobile, phone, address, _]) in rows.iter().enumerate() {
        let _ = writeln!(altered, "{number},{name},{mobile},{phone},{address}");
        if number % 10 == 0 {
            let (name, address) = written_otherwise(number / 10, name, address);
            let _ = writeln!(altered, "{number}x,{name},,,{address}");
            wanted.insert((number.to_string(), format!("{number}x")));
        }
    }
    // The file itself has some companies twice, under the same name but for the legal form: no fault if they are found.
    let mut same = wanted.clone();
    for (a, one) in rows.iter().enumerate().filter(|(_, row)| row[4] == "企业") {
        for (b, other) in rows.iter().enumerate().skip(a + 1).filter(|(_, row)| row[4] == "企业") {
            if bare(&one[0]) == bare(&other[0]) {
                for (x, y) in [(a, b), (b, a)] {
                    let (x, altered) = (x.to_string(), format!("{y}x"));
                    if y % 10 == 0 {
                        same.insert(if x < altered { (x, altered) } else { (altered, x) });
                    }
                }
                let (a, b) = (a.to_string(), b.to_string());
                same.insert(if a < b { (a, b) } else { (b, a) });
            }
        }
    }
    let desk = Desk::empty();
    desk.say("init").done();
    std::fs::write(desk.folder().join("altered.csv"), altered).expect("writes");
    desk.say("customer import altered.csv").done();
    let found = listed(&desk, "customer");
    let (recall, precision) = (quality(&found, &wanted).0, quality(&found, &same).1);
    eprintln!("Chinese customers: recall {recall:.4}, precision {precision:.4}");
    assert!(recall >= 0.95 && precision >= 0.98, "recall {recall}, precision {precision}");
}

const FORMS: [&str; 3] = ["股份有限公司", "有限责任公司", "有限公司"];

fn bare(name: &str) -> &str {
    FORMS.iter().find_map(|form| name.strip_suffix(form)).unwrap_or(name)
}

fn written_otherwise(number: usize, name: &str, address: &str) -> (String, String) {
    let wide = |text: &str| {
        let digit = |letter: char| match letter {
            '0'..='9' => char::from_u32(letter as u32 - u32::from('0') + u32::from('０')).expect("a digit"),
            letter => letter,
        };
        text.chars().map(digit).collect::<String>()
    };
    match number % 4 {
        0 => match name.strip_suffix("有限责任公司") {
            Some(rest) => (rest.to_owned(), address.to_owned()),
            None => (format!("{}有限责任公司", bare(name)), address.to_owned()),
        },
        1 => {
            let spaced: Vec<String> = name.chars().map(String::from).collect();
            (spaced.join("\u{3000}"), wide(address))
        }
        2 => (traditional(name), traditional(address)),
        _ => {
            let mut letters: Vec<char> = name.chars().collect();
            let place = (number / 4) % bare(name).chars().count();
            letters[place] = if letters[place] == '新' { '兴' } else { '新' };
            (letters.into_iter().collect(), address.to_owned())
        }
    }
}

/// With the first traditional form of each character.
fn traditional(text: &str) -> String {
    let table = include_str!("../../src/customers/duplicates/simplified.txt");
    let mut forms: HashMap<char, char> = HashMap::new();
    for line in table.lines() {
        let mut letters = line.chars();
        let (traditional, simple) = (letters.next().expect("two"), letters.next().expect("two"));
        forms.entry(simple).or_insert(traditional);
    }
    text.chars().map(|letter| forms.get(&letter).copied().unwrap_or(letter)).collect()
}
