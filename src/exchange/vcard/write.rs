//! Contacts as vCards 3.0 or 4.0: every field, those that no card has under names of our own.

use crate::{
    Result,
    error::Error,
    message::Message,
    record::{Grid, Kind, Value, types},
};
use std::{fmt::Write, str::FromStr};

/// The versions that are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Version {
    /// What every phone reads.
    #[default]
    Three,
    Four,
}

impl FromStr for Version {
    type Err = Error;

    fn from_str(word: &str) -> Result<Self> {
        match word {
            "3" | "3.0" => Ok(Self::Three),
            "4" | "4.0" => Ok(Self::Four),
            _ => Err(Error::bad_value(
                Message::new("vCards are written in version 3.0 or 4.0, not {value}.").with("value", word),
            )),
        }
    }
}

/// A page of exported contacts as cards; the customer's name stands in a column `customer.name`.
pub fn write_page(grid: &Grid, version: Version) -> String {
    let mut text = String::with_capacity(grid.rows.len() * 400);
    for row in &grid.rows {
        let fields = grid.columns.iter().zip(&row.cells).map(|(column, value)| (&*column.name, &column.kind, value));
        Fields(fields.collect()).card(version, &mut text);
    }
    text
}

/// The surnames of two characters that are met often.
const COMPOUND: [&str; 12] =
    ["欧阳", "司马", "上官", "诸葛", "司徒", "东方", "皇甫", "尉迟", "公孙", "慕容", "夏侯", "令狐"];
/// What has a place of its own in a card, or is no fact about the person.
const PLACED: [&str; 23] = [
    "uid",
    "name",
    "customer",
    "customer.name",
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
    "tags",
    "notes",
];

struct Fields<'a>(Vec<(&'a str, &'a Kind, &'a Value)>);

impl Fields<'_> {
    fn value(&self, name: &str) -> &Value {
        self.0.iter().find(|(known, ..)| *known == name).map_or(&Value::Null, |(_, _, value)| value)
    }

    fn text(&self, name: &str) -> &str {
        self.value(name).as_text().unwrap_or_default()
    }

    fn card(&self, version: Version, out: &mut String) {
        let mut card = Lines { out, version };
        card.raw("BEGIN", "VCARD");
        card.raw("VERSION", if version == Version::Four { "4.0" } else { "3.0" });
        let name = self.text("name");
        card.text("FN", name);
        let (family, given) = split_name(name);
        card.parts("N", &[&family, &given, "", self.text("salutation"), ""]);
        let (company, department) = (self.text("customer.name"), self.text("department"));
        match (company, department) {
            ("", "") => {}
            (company, "") => card.parts("ORG", &[company]),
            (company, department) => card.parts("ORG", &[company, department]),
        }
        card.text("TITLE", self.text("job_title"));
        self.addresses(&mut card);
        self.personal(&mut card);
        self.others(&mut card);
        card.raw("END", "VCARD");
    }

    fn addresses(&self, card: &mut Lines) {
        card.text("TEL;TYPE=cell,voice", self.text("mobile"));
        card.text("TEL;TYPE=work,voice", self.text("phone"));
        for number in self.value("more_phones").items().iter().filter_map(Value::as_text) {
            card.text("TEL;TYPE=x-more", number);
        }
        card.text("TEL;TYPE=work,fax", self.text("fax"));
        let internet = if card.version == Version::Three { "EMAIL;TYPE=internet,pref" } else { "EMAIL;PREF=1" };
        card.text(internet, self.text("email"));
        for address in self.value("more_emails").items().iter().filter_map(Value::as_text) {
            card.text("EMAIL;TYPE=x-more", address);
        }
        let parts = ["address", "city", "postal_code", "country"].map(|name| self.text(name));
        if parts.iter().any(|part| !part.is_empty()) {
            let [street, city, code, country] = parts;
            card.parts("ADR;TYPE=work", &["", "", street, city, "", code, country]);
        }
    }

    fn personal(&self, card: &mut Lines) {
        let birthday = self.text("birthday");
        match (birthday.strip_prefix("--"), card.version) {
            (_, Version::Four) => card.raw(
                "BDAY",
                &if birthday.starts_with("--") {
                    format!("--{}", birthday.replace('-', ""))
                } else {
                    birthday.replace('-', "")
                },
            ),
            (Some(day), Version::Three) => card.raw("BDAY;X-APPLE-OMIT-YEAR=1604", &format!("1604-{day}")),
            (None, Version::Three) => card.raw("BDAY", birthday),
        }
        let letter = match self.text("gender") {
            "female" => "F",
            "male" => "M",
            "other" => "O",
            _ => "",
        };
        card.raw(if card.version == Version::Four { "GENDER" } else { "X-GENDER" }, letter);
        card.text("X-WECHAT", self.text("wechat"));
        card.text("X-QQ", self.text("qq"));
        let tags: Vec<&str> = self.value("tags").items().iter().filter_map(Value::as_text).collect();
        card.list("CATEGORIES", &tags);
        card.text("NOTE", self.text("notes"));
    }

    /// The ids, and the fields that cards do not have. Links to colleagues stay here.
    fn others(&self, card: &mut Lines) {
        let uid = self.text("uid");
        let mut foreign = self.value("external_ids").items().iter().filter_map(Value::as_text);
        let foreign = foreign.find_map(|id| id.strip_prefix("vcard:"));
        card.text(
            "UID",
            &foreign
                .map_or_else(|| if uid.is_empty() { String::new() } else { format!("urn:uuid:{uid}") }, str::to_owned),
        );
        card.text("X-KEHU-UID", uid);
        for (name, kind, value) in &self.0 {
            let silent = value.is_empty() || **value == Value::Bool(false) && !name.starts_with("x_");
            if PLACED.contains(name) || silent || *name == "owner" {
                continue;
            }
            card.text(&format!("X-KEHU-{}", name.to_uppercase().replace('_', "-")), &types::show(kind, value));
        }
    }
}

/// Family and given name as they most likely are; the whole stands in FN.
fn split_name(name: &str) -> (String, String) {
    let words: Vec<&str> = name.split_whitespace().collect();
    match words[..] {
        [whole] if whole.chars().all(|c| ('\u{3400}'..='\u{9fff}').contains(&c)) && whole.chars().count() > 1 => {
            let compound = COMPOUND.iter().find(|family| whole.starts_with(**family) && whole.len() > family.len());
            let length = compound.map_or_else(|| whole.chars().next().map_or(0, char::len_utf8), |family| family.len());
            (whole[..length].to_owned(), whole[length..].to_owned())
        }
        [.., last] if words.len() > 1 => (last.to_owned(), words[..words.len() - 1].join(" ")),
        _ => (String::new(), name.to_owned()),
    }
}

/// The lines of a card, none longer than 75 bytes.
struct Lines<'a> {
    out: &'a mut String,
    version: Version,
}

impl Lines<'_> {
    fn text(&mut self, name: &str, value: &(impl AsRef<str> + ?Sized)) {
        self.raw(name, &escaped(value.as_ref()));
    }

    fn parts(&mut self, name: &str, parts: &[&str]) {
        let parts: Vec<String> = parts.iter().map(|part| escaped(part)).collect();
        self.raw(name, &parts.join(";"));
    }

    fn list(&mut self, name: &str, items: &[&str]) {
        let items: Vec<String> = items.iter().map(|item| escaped(item)).collect();
        self.raw(name, &items.join(","));
    }

    /// A line, folded between characters; nothing where there is nothing to say.
    fn raw(&mut self, name: &str, value: &str) {
        if value.is_empty() {
            return;
        }
        let line = format!("{name}:{value}");
        let (mut rest, mut room) = (&*line, 75);
        while rest.len() > room {
            let cut = rest.floor_char_boundary(room);
            let _ = write!(self.out, "{}\r\n ", &rest[..cut]);
            (rest, room) = (&rest[cut..], 74);
        }
        let _ = write!(self.out, "{rest}\r\n");
    }
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\\' | ';' | ',' => escaped.extend(['\\', letter]),
            '\n' => escaped.push_str("\\n"),
            '\t' => escaped.push(letter),
            // Whoever looks at the file in a terminal is not to be driven by it.
            letter if letter.is_control() => {}
            _ => escaped.push(letter),
        }
    }
    escaped
}
