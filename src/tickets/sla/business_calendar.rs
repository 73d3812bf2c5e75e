//! Business calendar: when people work, in the zone of the calendar and not of the machine (behaviour 6, R113).

use super::{Holiday, Hours};
use crate::{
    Result,
    catalog::Panel,
    crm::{Crm, Query, Sort},
    error::{Cause, Error},
    message::Message,
    record::{Draft, Grid, Link, Value, filter, record, types::LongText},
    store::Sql,
};
use jiff::{ToSpan, tz::TimeZone};

/// Less working time than this in a year, in seconds, is a mistake rather than a calendar.
const HARDLY: i64 = 40 * 3600;

record! {
    /// When people work: hours of the week, holidays, and the zone of the clocks.
    pub struct BusinessCalendar in "business_calendars" as "BC" called "business_calendar" {
        /// Name shown everywhere
        name: String [title, search, list],
        /// Working hours: Mon-Fri 09:00-12:00 13:30-18:00; Sat 09:00-12:00, or 24x7
        hours: String [list],
        /// Time zone of the hours, such as Asia/Shanghai; that of whoever adds it unless said
        zone: Option<String> [list],
        /// Whether it holds where no other is named
        default: bool [default("no"), list],
        /// What else is worth knowing
        notes: Option<LongText>,
    }
    computed {
        /// How many days differ from the week
        holidays: crate::record::Kind::Integer =>
            "(SELECT COUNT(*) FROM holidays h WHERE h.calendar = {t}.id AND h.deleted_at IS NULL)",
    }
}

/// The days that differ from the week, on the page of a calendar.
pub(crate) const PANEL: Panel =
    Panel { of: "business_calendar", key: "days", title: "Holidays", title_zh: "节假日", grid: days_of };

fn days_of(crm: &mut Crm, calendar: i64, limit: Option<u64>) -> Result<Grid> {
    let query = Query {
        filter: filter::parse(&format!("calendar=BC{calendar}"))?,
        columns: ["name", "day", "until", "kind", "hours", "yearly"].map(str::to_owned).into(),
        sort: Sort::parse("day,id"),
        limit,
        ..Query::new("holiday")
    };
    crm.list(&query)
}

/// Hours and zone are read and written in one way; one calendar is the default, and it stays.
pub(crate) fn check(crm: &mut Crm, draft: &mut Draft) -> Result<()> {
    let was_default = draft.before("default") == Value::Bool(true);
    if draft.deleted() {
        return if was_default { refuse_default(crm, draft, "business_calendar") } else { move_policies(crm, draft) };
    }
    if let Some(text) = draft.get("hours").as_text() {
        let hours = Hours::parse(text).map_err(|error| error.on_field("hours"))?;
        draft.set("hours", Value::text(hours.to_string()));
    }
    let zone = draft.get("zone");
    let zone = match zone.as_text() {
        Some(name) => zone_called(name)?.iana_name().unwrap_or(name).to_owned(),
        None => crm.reading().clock.zone().iana_name().unwrap_or("UTC").to_owned(),
    };
    draft.set("zone", Value::text(zone));
    one_default(crm, draft, "business_calendars", true)
}

/// The zone of that name.
pub(super) fn zone_called(name: &str) -> Result<TimeZone> {
    TimeZone::get(name).map_err(|_| {
        Error::bad_value(Message::new("{value} is no time zone.").with("value", name))
            .on_field("zone")
            .hint(Message::new("Write it like Asia/Shanghai, Europe/Berlin or UTC."))
    })
}

/// The first becomes the default where `first` says so; the default stays one until another takes its place.
pub(super) fn one_default(crm: &mut Crm, draft: &mut Draft, table: &str, first: bool) -> Result<()> {
    let wanted = draft.get("default") == Value::Bool(true);
    if draft.before("default") == Value::Bool(true) && !wanted && !crm.by_verb {
        return refuse_default(crm, draft, draft.schema.kind);
    }
    if draft.is_new() && !wanted && first {
        let sql = format!("SELECT id FROM \"{table}\" WHERE \"default\" AND deleted_at IS NULL LIMIT 1");
        if crm.numbers(&sql, &[])?.is_empty() {
            draft.set("default", Value::Bool(true));
        }
    }
    Ok(())
}

/// Where another became the default, the former one is it no longer.
pub(crate) fn settle(crm: &mut Crm, draft: &Draft) -> Result<()> {
    let Some(id) = draft.id.filter(|_| draft.changed("default") == Some(&Value::Bool(true)) && !draft.deleted()) else {
        return Ok(());
    };
    let table = draft.schema.table;
    let sql = format!("SELECT id FROM \"{table}\" WHERE \"default\" AND id <> ? AND deleted_at IS NULL");
    for former in crm.numbers(&sql, &[Sql::Integer(id)])? {
        crm.by_verb = true;
        let done = crm.change(draft.schema.kind, former, vec![("default".into(), Value::Bool(false))], None);
        crm.by_verb = false;
        done?;
    }
    Ok(())
}

/// The default cannot go while there are others, which it stands in for.
pub(super) fn refuse_default(crm: &mut Crm, draft: &Draft, kind: &'static str) -> Result<()> {
    let schema = crm.schema(kind)?;
    let message = Message::new("{record} {name} is the default, which stays until another takes its place.");
    let title = draft.get(&draft.schema.title().name.clone());
    let message = message.with("record", schema.short(draft.id.unwrap_or_default()));
    let message = message.with("name", title.as_text().unwrap_or_default());
    let hint =
        Message::new("kehu {kind} edit {letter}2 --default yes").with("kind", kind).with("letter", schema.letter);
    Err(Error::new(Cause::Refused, message).on_field("default").hint(hint))
}

/// The policies of a calendar that goes have the default one from then on.
fn move_policies(crm: &mut Crm, draft: &Draft) -> Result<()> {
    let Some(id) = draft.id else { return Ok(()) };
    let sql = "SELECT id FROM business_calendars WHERE \"default\" AND deleted_at IS NULL LIMIT 1";
    let default = crm.numbers(sql, &[])?.first().map_or(Value::Null, |id| Link::to(*id));
    let policies = "SELECT id FROM sla_policies WHERE calendar = ? AND deleted_at IS NULL";
    for policy in crm.numbers(policies, &[Sql::Integer(id)])? {
        crm.change("sla_policy", policy, vec![("calendar".into(), default.clone())], None)?;
    }
    Ok(())
}

impl Crm {
    /// The number of the default calendar, where there is any.
    pub(super) fn default_calendar(&mut self) -> Result<Option<i64>> {
        let sql = "SELECT id FROM business_calendars WHERE \"default\" AND deleted_at IS NULL LIMIT 1";
        Ok(self.numbers(sql, &[])?.first().copied())
    }

    /// Says of a calendar in which hardly anybody works any more that nothing is ever due by it.
    pub(super) fn tell_of_no_working_time(&mut self, calendar: i64) -> Result<()> {
        let now = self.this_second();
        let year = now.checked_add((366 * 24).hours()).unwrap_or(now);
        if self.business_time(calendar)?.between(now, year) < HARDLY {
            let name = self.title("business_calendar", calendar)?;
            let message = Message::new(
                "By BC{number} {name} hardly anybody works in the coming year, if ever: what goes by it is hardly ever due.",
            );
            self.notice(message.with("number", calendar).with("name", name));
        }
        Ok(())
    }

    /// The working time of a calendar, with all of its holidays.
    ///
    /// # Errors
    /// Storage faults; hours that cannot be read any more.
    pub fn business_time(&mut self, calendar: i64) -> Result<super::BusinessTime> {
        let known: BusinessCalendar = self.get(crate::record::Id::new(calendar))?;
        let zone = zone_called(known.zone.as_deref().unwrap_or("UTC"))?;
        let mut time = super::BusinessTime::new(zone, Hours::parse(&known.hours)?);
        let sql = "SELECT id FROM holidays WHERE calendar = ? AND deleted_at IS NULL ORDER BY id";
        for id in self.numbers(sql, &[Sql::Integer(calendar)])? {
            let holiday: Holiday = self.get(crate::record::Id::new(id))?;
            holiday.mark(&mut time)?;
        }
        Ok(time)
    }
}
