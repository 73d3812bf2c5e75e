//! `People`: what each card says of a person, as a row whose headings are the fields of a contact.

use super::{
    cards::{Card, Cards},
    property::{How, Property},
};
use crate::{
    Result,
    exchange::{
        encoding::{Found, Utf8Reader},
        formats::RowSource,
        names::{full_address, full_name},
        row::{Problem, Row},
        source::{Source, unreadable},
    },
    record::{Kind, Value, types},
};
use encoding_rs::UTF_8;
use std::collections::BTreeSet;

/// The headings that cards may have, in their order; what our own export adds follows.
const HEADINGS: [&str; 21] = [
    "uid",
    "name",
    "customer",
    "department",
    "job_title",
    "salutation",
    "gender",
    "mobile",
    "phone",
    "more_phones",
    "fax",
    "email",
    "more_emails",
    "wechat",
    "qq",
    "birthday",
    "address",
    "city",
    "postal_code",
    "country",
    "notes",
];
/// Behind those: what few cards have.
const RARE: [&str; 4] = ["language", "tags", "customer.site", "external_ids"];
/// Columns that fit no field, so that a warning says what is left out.
const PICTURES: [&str; 4] = ["PHOTO", "LOGO", "SOUND", "KEY"];
/// What says nothing about a person.
const SILENT: [&str; 13] = [
    "VERSION",
    "PRODID",
    "REV",
    "PROFILE",
    "MAILER",
    "X-ABLABEL",
    "X-GENERATOR",
    "CLASS",
    "SORT-STRING",
    "NAME",
    "SOURCE",
    "KIND",
    "X-ADDRESSBOOKSERVER-KIND",
];
/// Tags that address books give everybody.
const EVERYBODY: [&str; 3] = ["my contacts", "mycontacts", "starred in android"];

/// The rows of a file of cards.
pub(in crate::exchange) struct People {
    cards: Cards<Utf8Reader>,
    name: String,
    headings: Vec<String>,
    decoded: bool,
    told: BTreeSet<String>,
    /// Properties that have no place here, and lines outside of cards.
    skipped: Vec<(u64, String)>,
    size: u64,
}

/// What one card says: cells by heading, the properties that have no place here.
#[derive(Default)]
struct Person {
    cells: Vec<(String, String)>,
    left_out: Vec<String>,
    problem: Option<Problem>,
    /// A list of others, which is nobody.
    group: bool,
}

/// The headings for which some card of the file has something to say.
pub(super) fn headings(source: &Source, found: Found) -> Result<Vec<String>> {
    let mut people = People::open(source, found, Vec::new())?;
    let (mut used, mut any) = (BTreeSet::new(), false);
    while let Some((_, person)) = people.person()? {
        any = true;
        used.extend(
            person
                .cells
                .into_iter()
                .filter(|(name, cell)| !cell.is_empty() || PICTURES.contains(&&**name))
                .map(|(name, _)| name),
        );
    }
    let usual = HEADINGS.iter().chain(&RARE).map(|name| (*name).to_owned());
    let mut headings: Vec<String> = usual.filter(|name| name == "name" || used.remove(name)).collect();
    used.remove("name");
    headings.extend(used);
    Ok(if any { headings } else { Vec::new() })
}

impl People {
    pub(super) fn open(source: &Source, found: Found, headings: Vec<String>) -> Result<Self> {
        let cards = Cards::new(found.reader(source)?);
        let decoded = found.encoding != UTF_8;
        Ok(Self {
            cards,
            name: source.name.clone(),
            headings,
            decoded,
            told: BTreeSet::new(),
            skipped: Vec::new(),
            size: source.size.saturating_mul(2),
        })
    }

    fn person(&mut self) -> Result<Option<(u64, Person)>> {
        loop {
            let card = self.cards.next().map_err(|error| unreadable(&self.name, &error))?;
            let Some(card) = card else { return Ok(None) };
            let person = Person::of(&card, self.decoded);
            if !person.group {
                return Ok(Some((card.line, person)));
            }
        }
    }
}

impl RowSource for People {
    fn next(&mut self, row: &mut Row) -> Result<bool> {
        let Some((line, person)) = self.person()? else {
            self.skipped.append(&mut self.cards.stray);
            return Ok(false);
        };
        for name in person.left_out {
            if self.told.len() < 100 && self.told.insert(name.clone()) {
                self.skipped.push((line, name));
            }
        }
        let cell =
            |heading: &String| person.cells.iter().find(|(name, _)| name == heading).map_or("", |(_, cell)| &**cell);
        row.fill(line, self.headings.iter().map(cell), person.problem);
        Ok(true)
    }

    fn told(&mut self) -> Vec<(u64, String)> {
        std::mem::take(&mut self.skipped)
    }

    fn passed(&self) -> u64 {
        self.cards.passed
    }

    fn size(&self) -> u64 {
        self.size
    }
}

impl Person {
    fn of(card: &Card, decoded: bool) -> Self {
        let mut person = Self { problem: card.problem, ..Self::default() };
        let version = card.properties.iter().find(|property| property.name == "VERSION");
        let version = version.and_then(|version| version.text(How::default())).unwrap_or_default();
        if !matches!(&*version, "" | "2.1" | "3.0" | "4.0") {
            person.problem = person.problem.or(Some(Problem::NoVersion));
        }
        let how = How { decoded, old: version == "2.1" };
        let read = Read { card, how };
        if person.problem.is_none() && person.read(&read).is_none() {
            person.problem = Some(Problem::Undecodable);
        }
        let somebody = ["name", "customer", "email", "mobile", "phone", "more_phones", "more_emails"];
        let said = person.cells.iter().any(|(name, cell)| somebody.contains(&&**name) && !cell.is_empty());
        if !said && person.problem.is_none() {
            person.problem = Some(Problem::Nobody);
        }
        person
    }

    /// None when some value is no text.
    fn read(&mut self, read: &Read) -> Option<()> {
        let kind = read.first(&["KIND", "X-ADDRESSBOOKSERVER-KIND"])?.to_lowercase();
        self.group = kind == "group";
        self.who(read, &kind)?;
        self.phones(read)?;
        self.emails(read)?;
        self.address(read)?;
        self.messengers(read)?;
        self.set("job_title", read.first(&["TITLE", "ROLE"])?);
        let born = read.first(&["BDAY"])?;
        if birthday(&born).is_empty() && !born.is_empty() {
            self.left_out.push("BDAY".to_owned());
        }
        self.set("birthday", birthday(&born));
        self.set("gender", gender(&read.first(&["GENDER", "X-GENDER"])?));
        self.set("language", read.preferred("LANG")?);
        self.set("notes", read.all("NOTE")?.join("\n"));
        let tags = read.listed("CATEGORIES")?;
        let own = tags.into_iter().filter(|tag| !EVERYBODY.contains(&&*tag.to_lowercase()));
        self.set("tags", list(own));
        self.ids(read)?;
        self.rest(read)
    }

    fn set(&mut self, heading: &str, cell: String) {
        if !cell.is_empty() {
            self.cells.push((heading.to_owned(), cell));
        }
    }

    /// Name, salutation, organisation and department.
    fn who(&mut self, read: &Read, kind: &str) -> Option<()> {
        let parts = read.parts("N")?;
        let part = |at: usize| parts.get(at).map_or("", |part| part.trim());
        let plain = full_name(part(1), part(2), part(0));
        let mut name = one_line(&read.first(&["FN"])?);
        if name.is_empty() {
            name.clone_from(&plain);
        } else if name != plain && !part(3).is_empty() {
            // "Mr. John Doe" is called John Doe.
            let without = name.strip_prefix(part(3)).filter(|rest| rest.starts_with(' ')).map(str::trim);
            let without = without.filter(|rest| !rest.is_empty()).map(str::to_owned);
            name = without.unwrap_or(name);
        }
        let organisation = read.parts("ORG")?;
        let company = organisation.first().map_or("", |part| part.trim()).to_owned();
        let shown_as_company = read.first(&["X-ABSHOWAS"])?.eq_ignore_ascii_case("COMPANY");
        let nameless = parts.iter().all(|part| part.trim().is_empty());
        if kind == "org" || shown_as_company || (nameless && name == company) {
            self.set("customer", if company.is_empty() { name } else { company });
            return Some(());
        }
        if name.is_empty() {
            name = one_line(&read.first(&["NICKNAME"])?);
        }
        self.set("name", name);
        self.set("salutation", part(3).to_owned());
        self.set("customer", company);
        let units = organisation.iter().skip(1).map(|unit| unit.trim()).filter(|unit| !unit.is_empty());
        self.set("department", units.collect::<Vec<_>>().join(" / "));
        Some(())
    }

    fn phones(&mut self, read: &Read) -> Option<()> {
        let (mut mobiles, mut others, mut faxes, mut more) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for property in read.named("TEL") {
            let number = number(&property.text(read.how)?);
            if number.is_empty() {
                continue;
            }
            let place = if property.is("pager") || property.is("tlx") {
                self.left_out.push("TEL (pager)".to_owned());
                continue;
            } else if property.is("x-more") {
                &mut more
            } else if property.is("fax") {
                &mut faxes
            } else if property.is("cell") || property.is("iphone") || property.is("mobile") {
                &mut mobiles
            } else {
                &mut others
            };
            place.push((rank(property), property.preference(), number));
        }
        mobiles.sort_by_key(|(_, preference, _)| *preference);
        others.sort_by_key(|(rank, preference, _)| (*rank, *preference));
        faxes.sort_by_key(|(rank, preference, _)| (*rank, *preference));
        let mut rest = Vec::new();
        for (heading, numbers) in [("mobile", mobiles), ("phone", others), ("fax", faxes)] {
            let mut numbers = numbers.into_iter().map(|(_, _, number)| number);
            self.set(heading, numbers.next().unwrap_or_default());
            rest.extend(numbers);
        }
        rest.extend(more.into_iter().map(|(_, _, number)| number));
        self.set("more_phones", list(rest.into_iter()));
        Some(())
    }

    fn emails(&mut self, read: &Read) -> Option<()> {
        let (mut addresses, mut more) = (Vec::new(), Vec::new());
        for property in read.named("EMAIL") {
            let text = property.text(read.how)?;
            let address = text.strip_prefix("mailto:").unwrap_or(&text).to_owned();
            let place = if property.is("x-more") { &mut more } else { &mut addresses };
            if !address.is_empty() {
                place.push(((property.preference(), rank(property)), address));
            }
        }
        addresses.sort_by_key(|(preference, _)| *preference);
        let mut addresses = addresses.into_iter().map(|(_, address)| address);
        self.set("email", addresses.next().unwrap_or_default());
        let rest: Vec<String> = addresses.chain(more.into_iter().map(|(_, address)| address)).collect();
        self.set("more_emails", list(rest.into_iter()));
        Some(())
    }

    /// The address at work, else the preferred, else the first.
    fn address(&mut self, read: &Read) -> Option<()> {
        let mut addresses: Vec<&Property> = read.named("ADR").collect();
        addresses.sort_by_key(|property| (!property.is("work"), property.preference()));
        if addresses.len() > 1 {
            self.left_out.push("ADR (others)".to_owned());
        }
        let Some(first) = addresses.first() else { return Some(()) };
        let parts = first.parts(b';', read.how)?;
        let part = |at: usize| parts.get(at).map_or(String::new(), |part| part.replace('\n', ", "));
        let box_number = Some(part(0)).filter(|text| !text.contains(':')).unwrap_or_default();
        let chinese = part(3).chars().chain(part(2).chars()).any(|c| c > '\u{2e80}');
        let lines =
            if chinese { [part(4), box_number, part(2), part(1)] } else { [box_number, part(2), part(1), part(4)] };
        let mut said = lines.iter().map(|line| line.trim()).filter(|line| !line.is_empty());
        let address = match (said.next(), said.next()) {
            (Some(only), None) => only.to_owned(),
            _ => full_address(lines.iter().map(|line| line.trim().trim_end_matches(','))),
        };
        self.set("address", address);
        self.set("city", one_line(&part(3)));
        self.set("postal_code", one_line(&part(5)));
        self.set("country", one_line(&part(6)));
        Some(())
    }

    fn messengers(&mut self, read: &Read) -> Option<()> {
        let mut wechat = read.first(&["X-WECHAT", "X-WEIXIN", "X-MICROMSG"])?;
        let mut qq = read.first(&["X-QQ", "X-TENCENT"])?;
        for property in read.named("IMPP").chain(read.named("X-SOCIALPROFILE")) {
            let text = property.text(read.how)?;
            let (scheme, handle) = text.split_once(':').unwrap_or(("", &text));
            let service = property.parameter_of("X-SERVICE-TYPE").unwrap_or(scheme).to_lowercase();
            let service = if service.is_empty() { scheme.to_lowercase() } else { service };
            if ["wechat", "weixin"].iter().any(|word| service.contains(word)) && wechat.is_empty() {
                handle.clone_into(&mut wechat);
            } else if service == "qq" && qq.is_empty() {
                handle.clone_into(&mut qq);
            } else {
                self.left_out.push(format!("{} ({service})", property.name));
            }
        }
        self.set("wechat", wechat);
        self.set("qq", qq);
        Some(())
    }

    /// Our own uid, or the card's as another system's number; and every other field that our export wrote.
    fn ids(&mut self, read: &Read) -> Option<()> {
        let own = read.first(&["X-KEHU-UID"])?;
        for property in &read.card.properties {
            if let Some(field) = property.name.strip_prefix("X-KEHU-") {
                self.set(&field.to_lowercase().replace('-', "_"), property.text(read.how)?);
            }
        }
        let uid = read.first(&["UID"])?;
        if own.is_empty() && !uid.is_empty() {
            self.set("external_ids", list(std::iter::once(format!("vcard:{uid}"))));
        }
        Some(())
    }

    /// The company's web site; pictures, which are named; and whatever else there is.
    fn rest(&mut self, read: &Read) -> Option<()> {
        let site = read.named("URL").find(|property| !property.is("home"));
        if let Some(site) = site.filter(|_| self.cells.iter().any(|(name, _)| name == "customer")) {
            self.set("customer.site", site.text(read.how)?);
        }
        for property in &read.card.properties {
            let name = &*property.name;
            let known = SILENT.contains(&name) || READ.contains(&name) || name.starts_with("X-KEHU-");
            if PICTURES.contains(&name) {
                self.cells.push((name.to_owned(), String::new()));
            } else if !known {
                self.left_out.push(property.name.clone());
            }
        }
        Some(())
    }
}

/// The properties that have a place.
const READ: [&str; 25] = [
    "N",
    "FN",
    "ORG",
    "TITLE",
    "ROLE",
    "TEL",
    "EMAIL",
    "ADR",
    "URL",
    "BDAY",
    "NOTE",
    "CATEGORIES",
    "UID",
    "GENDER",
    "X-GENDER",
    "LANG",
    "NICKNAME",
    "X-WECHAT",
    "X-WEIXIN",
    "X-MICROMSG",
    "X-QQ",
    "X-TENCENT",
    "IMPP",
    "X-SOCIALPROFILE",
    "X-ABSHOWAS",
];

/// A card and how its values are read.
struct Read<'a> {
    card: &'a Card,
    how: How,
}

impl<'a> Read<'a> {
    fn named(&self, name: &'a str) -> impl Iterator<Item = &'a Property> + use<'a> {
        self.card.properties.iter().filter(move |property| property.name == name)
    }

    /// The first text of the first of these names that says something.
    fn first(&self, names: &[&'a str]) -> Option<String> {
        for name in names {
            for property in self.named(name) {
                let text = property.text(self.how)?;
                if !text.is_empty() {
                    return Some(text);
                }
            }
        }
        Some(String::new())
    }

    fn preferred(&self, name: &'a str) -> Option<String> {
        match self.named(name).min_by_key(|property| property.preference()) {
            Some(property) => property.text(self.how),
            None => Some(String::new()),
        }
    }

    fn all(&self, name: &'a str) -> Option<Vec<String>> {
        let texts: Option<Vec<String>> = self.named(name).map(|property| property.text(self.how)).collect();
        texts.map(|texts| texts.into_iter().filter(|text| !text.is_empty()).collect())
    }

    fn parts(&self, name: &'a str) -> Option<Vec<String>> {
        self.named(name).next().map_or(Some(Vec::new()), |property| property.parts(b';', self.how))
    }

    fn listed(&self, name: &'a str) -> Option<Vec<String>> {
        let lists: Option<Vec<Vec<String>>> = self.named(name).map(|property| property.parts(b',', self.how)).collect();
        lists.map(|lists| lists.into_iter().flatten().filter(|item| !item.is_empty()).collect())
    }
}

/// Numbers and addresses at work come first, those at home last.
fn rank(property: &Property) -> u8 {
    if property.is("work") { 0 } else { 1 + u8::from(property.is("home")) }
}

/// Several values in one cell.
fn list(items: impl Iterator<Item = String>) -> String {
    types::show(&Kind::tags(), &Value::List(items.map(Value::Text).collect()))
}

fn one_line(text: &str) -> String {
    text.trim().replace(['\n', '\t'], " ")
}

/// `tel:+1-418-656-9254;ext=102` as people write it.
fn number(text: &str) -> String {
    let bare = text.get(..4).filter(|start| start.eq_ignore_ascii_case("tel:")).map_or(text, |_| &text[4..]);
    one_line(&bare.replace(";ext=", " x"))
}

/// A day with or without its year; less than a day says nothing that could be kept.
fn birthday(text: &str) -> String {
    let day = text.split(['T', ' ']).next().unwrap_or_default();
    let digits = day.bytes().filter(u8::is_ascii_digit).count();
    let whole = digits == 8 || (day.starts_with("--") && digits == 4);
    if whole { day.to_owned() } else { String::new() }
}

fn gender(text: &str) -> String {
    let letter = text.split(';').next().unwrap_or_default().trim().to_lowercase();
    match &*letter {
        "m" | "male" | "男" => "male",
        "f" | "female" | "女" => "female",
        "o" | "other" => "other",
        _ => "",
    }
    .to_owned()
}
