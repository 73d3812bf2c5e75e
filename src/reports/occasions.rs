//! Which birthdays and other days of the year come, solar and lunar (R28).

use super::{Part, Report, parameter};
use crate::{
    Result,
    crm::Crm,
    error::Error,
    message::Message,
    record::{Ask, Kind, Value, Values},
};
use jiff::ToSpan;

/// `kehu report occasions`.
pub const REPORT: Report = Report {
    name: "occasions",
    title: ["Occasions", "生日与纪念日"],
    doc: "Birthdays and other days to remember that come, solar and lunar",
    asks: &[
        Ask { name: "days", doc: "How many days to look ahead (30)", kind: || Kind::Integer, required: false },
        Ask {
            name: "owner",
            doc: "Whose customers and contacts; all where nobody is said",
            kind: || Kind::Link("user".into()),
            required: false,
        },
    ],
    example: "kehu report occasions --days 60",
    run,
};

fn run(crm: &mut Crm, values: &Values) -> Result<Vec<Part>> {
    let days = parameter(values, "days").as_integer().unwrap_or(30);
    if !(0..=366).contains(&days) {
        return Err(Error::bad_value(
            Message::new("{days} is not a number of days from 0 to {most}.").with("days", days).with("most", 366),
        )
        .on_field("days"));
    }
    let owner = match parameter(values, "owner") {
        Value::Link(link) => Some(link.id),
        _ => None,
    };
    let today = crm.reading().clock.today();
    let last = today.checked_add(days.days()).unwrap_or(today);
    Ok(vec![Part::new("", crm.occasions_between(today, last, owner)?)])
}
