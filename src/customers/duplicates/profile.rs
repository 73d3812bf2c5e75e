//! What a record is compared by, in the plainest form of everything, and how all of a kind are read in one pass.

use super::name::{Name, plain, solid};
use crate::{
    Result,
    crm::{Crm, integer},
    record::{Draft, Field, Kind, Schema, Value, types},
    store::{List, Sql},
};
use std::fmt::Write;

/// Where everybody has a mailbox, so that a shared domain says nothing.
const FREE: [&str; 34] = [
    "qq.com",
    "vip.qq.com",
    "foxmail.com",
    "163.com",
    "vip.163.com",
    "126.com",
    "yeah.net",
    "139.com",
    "189.cn",
    "wo.cn",
    "sina.com",
    "sina.cn",
    "sohu.com",
    "tom.com",
    "21cn.com",
    "aliyun.com",
    "gmail.com",
    "googlemail.com",
    "outlook.com",
    "hotmail.com",
    "live.com",
    "msn.com",
    "yahoo.com",
    "yahoo.co.uk",
    "yahoo.co.jp",
    "ymail.com",
    "icloud.com",
    "me.com",
    "aol.com",
    "gmx.de",
    "gmx.net",
    "web.de",
    "proton.me",
    "mail.ru",
];

/// So many records are read one by one, more of them all at once.
const FEW: usize = 100;

/// What a field tells about who the record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trait {
    Name,
    Mobile,
    Phone,
    Email,
    Site,
    Tax,
    Chat,
    /// A custom field that records are recognised by, and its place among those.
    Mark(usize),
    Address,
    City,
    Postcode,
    Birthday,
    Company,
}

/// A telephone number: its digits, and whether it is in one person's pocket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Number {
    pub digits: String,
    pub mobile: bool,
}

/// One record as it is compared.
#[derive(Debug, Clone, Default)]
pub(super) struct Profile {
    pub id: i64,
    pub name: Name,
    pub numbers: Vec<Number>,
    pub emails: Vec<String>,
    /// The domains of e-mail and site, without those where everybody has a mailbox.
    pub domains: Vec<String>,
    pub tax: Option<String>,
    pub chats: Vec<String>,
    pub marks: Vec<Option<String>>,
    pub address: Option<String>,
    pub city: Option<String>,
    pub postcode: Option<String>,
    pub birthday: Option<String>,
    pub company: Option<i64>,
}

impl Profile {
    /// The city, and the name of a Chinese company without it: 深圳市星海电子 and 星海电子（深圳） are 星海电子 of 深圳.
    pub fn at_home(&self) -> Option<(String, &str)> {
        let city = self.city.as_deref()?.trim_end_matches('市');
        let core = &self.name.core;
        if city.is_ascii() || core.is_ascii() || city.chars().count() < 2 {
            return None;
        }
        let bare = core.replacen(&format!("{city}市"), "", 1).replacen(city, "", 1);
        (bare.chars().count() >= 2).then_some((bare, city))
    }
}

/// Which fields of a kind are compared, and as what.
pub(super) struct Traits {
    fields: Vec<(Field, Trait)>,
    /// People, whose names the law adds nothing to.
    pub people: bool,
    /// The custom fields, by their place among the marks.
    pub marks: Vec<Field>,
}

impl Traits {
    pub fn of(schema: &Schema) -> Self {
        let mut traits =
            Self { fields: Vec::new(), people: matches!(schema.kind, "contact" | "lead"), marks: Vec::new() };
        for field in schema.fields.iter().filter(|field| !field.engine && !field.retired && field.computed.is_none()) {
            let Some(what) = traits.what(field) else { continue };
            traits.fields.push((field.clone(), what));
        }
        traits
    }

    fn what(&mut self, field: &Field) -> Option<Trait> {
        if field.custom {
            let mark = Trait::Mark(self.marks.len());
            let compared = field.matching && field.stored() && field.kind.target().is_none();
            return compared.then(|| self.marks.push(field.clone())).map(|()| mark);
        }
        let kind = if let Kind::List(item) = &field.kind { item } else { &field.kind };
        Some(match (kind, &*field.name) {
            _ if field.title => Trait::Name,
            (_, "fax") => return None,
            (Kind::Phone, "mobile") => Trait::Mobile,
            (Kind::Phone, _) => Trait::Phone,
            (Kind::Email, _) => Trait::Email,
            (Kind::Url, _) => Trait::Site,
            (Kind::TaxId, _) => Trait::Tax,
            (_, "wechat" | "qq") => Trait::Chat,
            (_, "address") => Trait::Address,
            (_, "city") => Trait::City,
            (_, "postal_code") => Trait::Postcode,
            (Kind::Birthday, "birthday") => Trait::Birthday,
            (Kind::Link(target), _) if target == "customer" && field.child && self.people => Trait::Company,
            _ => return None,
        })
    }

    /// The record as a draft leaves it.
    pub fn of_draft(&self, draft: &Draft) -> Profile {
        let mut profile = Profile { id: draft.id.unwrap_or_default(), ..Profile::default() };
        for (field, what) in &self.fields {
            match draft.get(&field.name) {
                Value::List(items) => {
                    let texts = items.iter().filter_map(Value::as_text);
                    texts.for_each(|text| self.put(&mut profile, *what, text));
                }
                Value::Link(link) => profile.company = Some(link.id),
                value => self.put(&mut profile, *what, &types::show(&field.kind, &value)),
            }
        }
        profile
    }

    fn put(&self, profile: &mut Profile, what: Trait, text: &str) {
        let text = text.trim();
        if text.is_empty() {
            return;
        }
        let some = |text: String| Some(text).filter(|text| !text.is_empty());
        match what {
            Trait::Name => profile.name = Name::of(text, !self.people),
            Trait::Mobile | Trait::Phone => put_number(profile, text, what == Trait::Mobile),
            Trait::Email => {
                put_domain(profile, text.rsplit_once('@').map_or("", |(_, domain)| domain));
                profile.emails.push(text.to_lowercase());
            }
            Trait::Site => put_domain(profile, host(text)),
            Trait::Tax => profile.tax = some(solid(text)),
            Trait::Chat => profile.chats.extend(some(solid(text))),
            Trait::Mark(place) => {
                profile.marks.resize(self.marks.len(), None);
                profile.marks[place] = some(solid(text));
            }
            Trait::Address => profile.address = some(plain(text)),
            Trait::City => profile.city = some(solid(text)),
            Trait::Postcode => profile.postcode = some(solid(text)),
            Trait::Birthday => profile.birthday = some(text.to_owned()),
            Trait::Company => {}
        }
    }
}

fn put_number(profile: &mut Profile, text: &str, mobile: bool) {
    let digits = types::phone_digits(text);
    if digits.len() >= 6 && profile.numbers.iter().all(|known| known.digits != digits) {
        profile.numbers.push(Number { digits, mobile });
    }
}

fn put_domain(profile: &mut Profile, domain: &str) {
    let domain = domain.trim_start_matches("www.");
    if domain.contains('.') && !FREE.contains(&domain) && profile.domains.iter().all(|known| known != domain) {
        profile.domains.push(domain.to_owned());
    }
}

fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?', '#', ':']).next().unwrap_or_default()
}

impl Crm {
    /// The records of a kind in the order of their numbers: all live ones, or those of that condition.
    pub(super) fn profiles(
        &mut self,
        schema: &Schema,
        traits: &Traits,
        condition: &str,
        arguments: &[Sql],
    ) -> Result<Vec<Profile>> {
        let mut cells = String::from("t.id");
        let own: Vec<&(Field, Trait)> = traits.fields.iter().filter(|(field, _)| field.stored()).collect();
        for (field, _) in &own {
            let _ = write!(cells, ", t.\"{}\"", field.name);
        }
        let sql =
            format!("SELECT {cells} FROM \"{}\" t WHERE t.deleted_at IS NULL{condition} ORDER BY t.id", schema.table);
        let mut found: Vec<Profile> = Vec::new();
        self.db.each(&sql, arguments, &mut |row| {
            let mut profile = Profile { id: integer(&row[0]), ..Profile::default() };
            for ((_, what), cell) in own.iter().zip(&row[1..]) {
                match cell {
                    Sql::Text(text) => traits.put(&mut profile, *what, text),
                    Sql::Integer(number) if *what == Trait::Company => profile.company = Some(*number),
                    Sql::Integer(number) => traits.put(&mut profile, *what, &number.to_string()),
                    _ => {}
                }
            }
            found.push(profile);
            Ok(())
        })?;
        for (field, what) in traits.fields.iter().filter(|(field, _)| field.kind.is_list()) {
            self.put_lists(schema, traits, field, *what, &mut found)?;
        }
        Ok(found)
    }

    /// Further phones and e-mails; all of the kind where many records are read, else those of the few.
    fn put_lists(
        &mut self,
        schema: &Schema,
        traits: &Traits,
        field: &Field,
        what: Trait,
        found: &mut [Profile],
    ) -> Result<()> {
        let list = List::of(self.db.dialect(), schema, field);
        let rows = |condition: &str| list.select("l.record, l.value", condition);
        let some: Vec<Sql> = found.iter().take(FEW + 1).map(|profile| Sql::Integer(profile.id)).collect();
        let mut put = |row: &mut [Sql]| {
            if let Ok(place) = found.binary_search_by_key(&integer(&row[0]), |profile| profile.id)
                && let Sql::Text(text) = &row[1]
            {
                traits.put(&mut found[place], what, text);
            }
            Ok(())
        };
        if some.is_empty() || some.len() > FEW {
            return self.db.each(&rows("TRUE"), &[], &mut put);
        }
        let marks = vec!["?"; some.len()].join(", ");
        self.db.each(&rows(&format!("l.record IN ({marks})")), &some, &mut put)
    }
}
