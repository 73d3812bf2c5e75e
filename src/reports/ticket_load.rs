//! The load (R107): how many tickets come in at which hour of which weekday, in the local time of whoever asks.

use super::{
    Part, Report, Shape,
    tickets::{Basis, PERIOD, WHERE},
};
use crate::{
    Result,
    crm::Crm,
    record::{Column, Grid, Kind, Value, Values},
};
use jiff::Timestamp;

/// `kehu report ticket-load`.
pub const REPORT: Report = Report {
    name: "ticket-load",
    title: ["Ticket load", "工单时段分布"],
    doc: "How many tickets come in at which hour of which weekday",
    asks: &[PERIOD, WHERE],
    example: "kehu report ticket-load\n  kehu report ticket-load --period this-month -f json",
    run,
};

const DAYS: [(&str, &str, &str); 7] = [
    ("monday", "Mon", "周一"),
    ("tuesday", "Tue", "周二"),
    ("wednesday", "Wed", "周三"),
    ("thursday", "Thu", "周四"),
    ("friday", "Fri", "周五"),
    ("saturday", "Sat", "周六"),
    ("sunday", "Sun", "周日"),
];

fn run(crm: &mut Crm, values: &Values) -> Result<Vec<Part>> {
    let basis = Basis::of(crm, values, "kind", true)?;
    let zone = crm.reading().clock.zone().clone();
    let mut counts = [[0_i64; 7]; 24];
    basis.each(crm, &mut |ticket| {
        let Ok(instant) = Timestamp::from_second(ticket.received) else { return };
        let local = zone.to_datetime(instant);
        let day = usize::try_from(local.date().weekday().to_monday_zero_offset()).unwrap_or_default();
        counts[usize::try_from(local.hour()).unwrap_or_default()][day] += 1;
    })?;
    let mut columns = vec![Column::new("hour", "Hour", "小时", Kind::Integer)];
    columns.extend(DAYS.map(|(name, label, label_zh)| Column::new(name, label, label_zh, Kind::Integer)));
    columns.push(Column::new("all", "All", "合计", Kind::Integer));
    let cells = |days: &[i64; 7]| {
        let whole = Value::Integer(days.iter().sum());
        days.iter().map(|count| Value::Integer(*count)).chain([whole]).collect::<Vec<_>>()
    };
    let rows = (0_i64..).zip(&counts).map(|(hour, days)| [vec![Value::Integer(hour)], cells(days)].concat());
    let mut grid = Grid::of("hours", columns, rows.collect());
    let mut all = [0; 7];
    for days in &counts {
        all.iter_mut().zip(days).for_each(|(sum, count)| *sum += count);
    }
    grid.totals = Some([vec![Value::Null], cells(&all)].concat());
    Ok(vec![Part::new("", grid).of_nothing(super::COUNTED).drawn(Shape::Heat)])
}
