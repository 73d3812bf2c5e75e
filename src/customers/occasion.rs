//! Occasion: a day of the year to remember of a contact or a customer: a lunar birthday, a wedding, a founding (R28, R30).

use super::{Contact, Customer, yearly::Yearly};
use crate::{
    Result,
    crm::Crm,
    error::Error,
    message::Message,
    record::{
        Draft, Id, Value, record,
        types::{self, LongText},
    },
};

record! {
    /// A day of the year to remember.
    pub struct Occasion in "occasions" as "OC" called "occasion" {
        /// What is remembered: birthday, wedding, anniversary, founding, or words of your own
        name: Option<String> [title, search, list],
        /// Which sort of occasion it is; told from the name where it is left out
        kind: Option<OccasionKind>,
        /// The contact whose occasion it is
        contact: Option<Id<Contact>> [index, child, list],
        /// The customer whose occasion it is
        customer: Option<Id<Customer>> [index, child, list],
        /// The day: 03-15, 1980-03-15, 农历八月十五, lunar 08-15; of a leap month 农历闰六月初一
        day: String [index, list],
        /// The year of the first time, where it is known
        year: Option<i64> [list],
        /// The calendar by which it comes back
        calendar: Calendar [default("solar"), list],
        /// Whether the lunar day stands in a leap month
        leap: bool [default("no")],
        /// How many days before to be reminded
        remind: Option<i64>,
        /// What else is worth knowing
        notes: Option<LongText> [search],
    }
}

record! {
    /// The sorts of occasions.
    pub enum OccasionKind {
        /// Birthday
        Birthday = "birthday",
        /// Wedding
        Wedding = "wedding",
        /// Anniversary
        Anniversary = "anniversary",
        /// Founding day
        Founding = "founding",
        /// Another
        Other = "other",
    }
}

record! {
    /// The calendars.
    pub enum Calendar {
        /// Solar
        Solar = "solar",
        /// Lunar
        Lunar = "lunar",
    }
}

/// Nobody is reminded earlier, so that looking ahead ends somewhere.
pub(super) const EARLIEST: i64 = 60;

/// An occasion is somebody's, and its day is kept as month and day beside year and calendar, by which it is found.
pub(crate) fn check(crm: &mut Crm, draft: &mut Draft) -> Result<()> {
    if draft.get("contact").is_empty() == draft.get("customer").is_empty() {
        return Err(Error::bad_value(Message::new("An occasion is either a contact's or a customer's."))
            .on_field("contact")
            .hint(Message::new("kehu occasion add birthday --contact P1 --day 03-15")));
    }
    name(draft);
    if let Some(text) = draft.get("day").as_text() {
        let lunar = draft.get("calendar").as_text() == Some("lunar");
        let day = Yearly::parse(text, lunar, crm.reading())?;
        draft.set("day", Value::Text(day.key()));
        draft.set("calendar", Value::text(if day.lunar { "lunar" } else { "solar" }));
        let leap = day.leap || (day.lunar && draft.get("leap") == Value::Bool(true));
        draft.set("leap", Value::Bool(leap));
        if let Some(year) = day.year {
            draft.set("year", Value::Integer(year.into()));
        }
    }
    match draft.get("remind").as_integer() {
        Some(days) if !(0..=EARLIEST).contains(&days) => Err(Error::bad_value(
            Message::new("{days} is not a number of days from 0 to {most}.").with("days", days).with("most", EARLIEST),
        )
        .on_field("remind")),
        _ => Ok(()),
    }
}

/// The name tells the sort, and the sort the name.
fn name(draft: &mut Draft) {
    let usual = if draft.get("contact").is_empty() { "founding" } else { "birthday" };
    let named = draft.get("name");
    let known = draft.schema.field("kind").and_then(|field| {
        let text = types::fold(named.as_text().unwrap_or_default());
        let spelt = |word: &str| types::fold(word) == text;
        field.choices().iter().find(|choice| spelt(&choice.key) || spelt(&choice.label) || spelt(&choice.label_zh))
    });
    let known = known.map(|choice| choice.key.to_string());
    if draft.get("kind").is_empty() {
        let sort = known.as_deref().unwrap_or(if named.is_empty() { usual } else { "other" });
        draft.set("kind", Value::text(sort));
    }
    if named.is_empty() {
        let sort = draft.get("kind");
        draft.set("name", sort);
    } else if let Some(key) = known {
        draft.set("name", Value::Text(key));
    }
}
