//! Working time: a table of what lies between two instants, and random cases against a count minute by minute.

use jiff::{
    Timestamp, ToSpan,
    civil::{self, Date, DateTime},
    tz::TimeZone,
};
use kehu::tickets::sla::{BusinessTime, Hours};
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};

/// The calendars of the table: name, zone, hours, days off, days worked for others (with the hours of Monday unless
/// said), both also every year with a leading `*`.
type Office =
    (&'static str, &'static str, &'static str, &'static [&'static str], &'static [(&'static str, &'static str)]);

const OFFICES: &[Office] = &[
    ("plain", "Asia/Shanghai", "Mon-Fri 09:00-18:00", &[], &[]),
    // The spring festival of 2026: off from 15 to 23 February, worked for on two weekend days.
    (
        "split",
        "Asia/Shanghai",
        "Mon-Fri 09:00-12:00 13:30-18:00",
        &[
            "2026-02-15",
            "2026-02-16",
            "2026-02-17",
            "2026-02-18",
            "2026-02-19",
            "2026-02-20",
            "2026-02-21",
            "2026-02-22",
            "2026-02-23",
            "*10-01",
        ],
        &[("2026-02-14", ""), ("2026-02-28", ""), ("2026-12-24", "09:00-12:00")],
    ),
    ("berlin", "Europe/Berlin", "Mon-Fri 08:00-17:00", &["*12-25", "*12-26"], &[]),
    ("berlin night", "Europe/Berlin", "Mon-Sun 00:00-06:00", &[], &[]),
    ("new york", "America/New_York", "Mon-Fri 09:00-17:00; Sat 10:00-14:00", &["2026-07-03"], &[]),
    ("round", "Europe/Berlin", "24x7", &[], &[]),
    ("round but one", "Europe/Berlin", "24x7", &["2026-03-29"], &[]),
    ("night shift", "Asia/Shanghai", "Mon-Fri 22:00-06:00", &["2026-04-06"], &[]),
    ("lord howe", "Australia/Lord_Howe", "Sun 01:00-04:00", &[], &[]),
    ("apia", "Pacific/Apia", "Mon-Sun 09:00-17:00", &[], &[]),
];

fn day(text: &str) -> Date {
    format!("2000-{text}").parse().or_else(|_| text.parse()).expect("a day")
}

fn office(name: &str) -> (BusinessTime, TimeZone) {
    let (_, zone, hours, off, worked) = OFFICES.iter().find(|office| office.0 == name).expect(name);
    let zone = TimeZone::get(zone).expect("a zone");
    let mut time = BusinessTime::new(zone.clone(), Hours::parse(hours).expect("hours"));
    let usual = time.hours().usual().to_vec();
    let days = off.iter().map(|text| (*text, Vec::new()));
    let own = |hours: &str| if hours.is_empty() { usual.clone() } else { Hours::parse_day(hours).expect("hours") };
    let days: Vec<_> = days.chain(worked.iter().map(|(text, hours)| (*text, own(hours)))).collect();
    for (text, windows) in days {
        match text.strip_prefix('*') {
            Some(text) => time.set_yearly(day(text), windows),
            None => time.set_day(text.parse().expect("a day"), windows),
        }
    }
    (time, zone)
}

/// A local time, or an instant in UTC where it ends with Z.
fn instant(text: &str, zone: &TimeZone) -> Timestamp {
    text.parse::<Timestamp>()
        .unwrap_or_else(|_| text.parse::<DateTime>().expect(text).to_zoned(zone.clone()).expect(text).timestamp())
}

/// `3h`, `45m`, `1h30m`, `20s`.
fn seconds(text: &str) -> i64 {
    let (mut sum, mut number) = (0, 0);
    for letter in text.chars() {
        match letter {
            'h' => (sum, number) = (sum + number * 3600, 0),
            'm' => (sum, number) = (sum + number * 60, 0),
            's' => (sum, number) = (sum + number, 0),
            digit => number = number * 10 + i64::from(digit.to_digit(10).expect("a digit")),
        }
    }
    sum
}

/// Working time from one instant to another; and back: so much after the first comes the second, unless nobody works then.
const BETWEEN: &[(&str, &str, &str, &str)] = &[
    // One window a day: 2026-03-30 is a Monday.
    ("plain", "2026-03-30T09:00", "2026-03-30T18:00", "9h"),
    ("plain", "2026-03-30T10:15", "2026-03-30T11:00", "45m"),
    ("plain", "2026-03-30T07:00", "2026-03-30T09:00", "0h"),
    ("plain", "2026-03-30T18:00", "2026-03-31T09:00", "0h"),
    ("plain", "2026-03-30T17:00", "2026-03-31T10:00", "2h"),
    ("plain", "2026-04-03T17:00", "2026-04-06T10:00", "2h"),
    ("plain", "2026-04-04T00:00", "2026-04-06T00:00", "0h"),
    ("plain", "2026-03-30T00:00", "2026-04-06T00:00", "45h"),
    ("plain", "2026-03-31T10:00", "2026-03-30T10:00", "0h"),
    ("plain", "2026-03-30T10:00", "2026-03-30T10:00", "0h"),
    ("plain", "2026-03-30T09:00:10", "2026-03-30T09:00:30", "20s"),
    // Two windows a day.
    ("split", "2026-03-30T11:00", "2026-03-30T14:00", "1h30m"),
    ("split", "2026-03-30T12:00", "2026-03-30T13:30", "0h"),
    ("split", "2026-03-30T12:30", "2026-03-30T13:00", "0h"),
    ("split", "2026-03-30T09:00", "2026-03-30T18:00", "7h30m"),
    ("split", "2026-03-30T17:45", "2026-03-31T09:15", "30m"),
    ("split", "2026-03-30T00:00", "2026-04-06T00:00", "37h30m"),
    // Holidays, and weekend days worked for them.
    ("split", "2026-02-13T17:00", "2026-02-14T10:00", "2h"),
    ("split", "2026-02-14T09:00", "2026-02-14T18:00", "7h30m"),
    ("split", "2026-02-14T17:00", "2026-02-24T10:00", "2h"),
    ("split", "2026-02-16T09:00", "2026-02-16T18:00", "0h"),
    ("split", "2026-02-27T17:00", "2026-02-28T09:30", "1h30m"),
    ("split", "2026-02-28T17:00", "2026-03-02T09:30", "1h30m"),
    ("split", "2026-02-09T00:00", "2026-03-02T00:00", "82h30m"),
    ("split", "2026-10-01T00:00", "2026-10-02T00:00", "0h"),
    ("split", "2027-10-01T00:00", "2027-10-02T00:00", "0h"),
    ("split", "2026-12-24T00:00", "2026-12-25T00:00", "3h"),
    ("split", "2026-12-24T11:00", "2026-12-25T09:30", "1h30m"),
    // A zone of its own: what is nine in Berlin is three or four in the afternoon in Shanghai.
    ("berlin", "2026-03-30T06:00:00Z", "2026-03-30T15:00:00Z", "9h"),
    ("berlin", "2026-03-27T07:00:00Z", "2026-03-27T16:00:00Z", "9h"),
    ("berlin", "2026-12-24T16:00", "2026-12-28T09:00", "2h"),
    ("berlin", "2027-12-24T16:00", "2027-12-27T09:00", "2h"),
    ("berlin", "2026-03-27T16:00", "2026-03-30T09:00", "2h"),
    ("new york", "2026-07-02T16:00", "2026-07-04T11:00", "2h"),
    ("new york", "2026-07-11T13:00", "2026-07-13T10:00", "2h"),
    ("new york", "2026-07-06T13:00:00Z", "2026-07-06T21:00:00Z", "8h"),
    // Clocks are put forward on 2026-03-29 at two: the hour is not there.
    ("berlin night", "2026-03-29T00:00", "2026-03-29T06:00", "5h"),
    ("berlin night", "2026-03-29T01:30", "2026-03-29T03:30", "1h"),
    ("berlin night", "2026-03-29T00:59:59Z", "2026-03-29T01:00:01Z", "2s"),
    ("berlin night", "2026-03-28T05:00", "2026-03-29T04:00", "4h"),
    // Clocks are put back on 2026-10-25 at three: the hour from two to three is there twice.
    ("berlin night", "2026-10-25T00:00", "2026-10-25T06:00", "7h"),
    ("berlin night", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "1h"),
    ("berlin night", "2026-10-24T05:00", "2026-10-25T01:00", "2h"),
    ("round", "2026-03-28T12:00", "2026-03-29T12:00", "23h"),
    ("round", "2026-10-24T12:00", "2026-10-25T12:00", "25h"),
    ("round", "2026-06-01T00:00", "2026-06-08T00:00", "168h"),
    ("round but one", "2026-03-28T12:00", "2026-03-30T12:00", "24h"),
    ("round but one", "2026-10-24T12:00", "2026-10-25T12:00", "25h"),
    ("lord howe", "2026-10-04T00:00", "2026-10-05T00:00", "2h30m"),
    ("lord howe", "2026-04-05T00:00", "2026-04-06T00:00", "3h30m"),
    // A whole day was left out in Samoa: 2011-12-30.
    ("apia", "2011-12-29T16:00", "2011-12-31T10:00", "2h"),
    // Over midnight: a night belongs to the day that it begins on, holidays too.
    ("night shift", "2026-03-30T21:00", "2026-03-31T07:00", "8h"),
    ("night shift", "2026-03-31T00:00", "2026-03-31T06:00", "6h"),
    ("night shift", "2026-03-30T00:00", "2026-03-30T06:00", "0h"),
    ("night shift", "2026-04-03T23:00", "2026-04-04T07:00", "7h"),
    ("night shift", "2026-04-04T06:00", "2026-04-07T22:00", "0h"),
    ("night shift", "2026-04-07T23:00", "2026-04-08T01:00", "2h"),
];

/// So much working time after an instant.
const ADDED: &[(&str, &str, &str, &str)] = &[
    ("plain", "2026-03-30T10:00", "0h", "2026-03-30T10:00"),
    ("plain", "2026-03-28T10:00", "0h", "2026-03-28T10:00"),
    ("plain", "2026-03-28T10:00", "1s", "2026-03-30T09:00:01"),
    ("plain", "2026-03-30T09:00", "9h", "2026-03-30T18:00"),
    ("plain", "2026-03-30T09:00", "9h1m", "2026-03-31T09:01"),
    ("plain", "2026-04-03T17:00", "90h", "2026-04-17T17:00"),
    ("split", "2026-03-30T11:00", "1h", "2026-03-30T12:00"),
    ("split", "2026-03-30T11:00", "1h1m", "2026-03-30T13:31"),
    ("split", "2026-02-13T16:00", "4h", "2026-02-14T11:00"),
    ("split", "2026-02-14T16:00", "4h", "2026-02-24T11:00"),
    ("berlin night", "2026-03-29T00:00", "2h30m", "2026-03-29T01:30:00Z"),
    ("berlin night", "2026-10-25T00:00", "2h30m", "2026-10-25T00:30:00Z"),
    ("berlin night", "2026-10-25T00:00", "3h30m", "2026-10-25T01:30:00Z"),
    ("round", "2026-03-29T00:00", "24h", "2026-03-30T01:00"),
    ("night shift", "2026-03-31T05:00", "2h", "2026-03-31T23:00"),
    ("new york", "2026-07-02T12:00", "6h", "2026-07-04T11:00"),
];

/// When somebody works next.
const OPEN: &[(&str, &str, &str)] = &[
    ("plain", "2026-03-30T10:00", "2026-03-30T10:00"),
    ("plain", "2026-03-30T18:00", "2026-03-31T09:00"),
    ("plain", "2026-04-03T18:00", "2026-04-06T09:00"),
    ("split", "2026-03-30T12:30", "2026-03-30T13:30"),
    ("split", "2026-02-14T18:00", "2026-02-24T09:00"),
    ("berlin night", "2026-03-29T12:00", "2026-03-30T00:00"),
    ("round", "2026-03-29T12:00", "2026-03-29T12:00"),
    ("round but one", "2026-03-29T12:00", "2026-03-30T00:00"),
];

/// A pause from one instant to another moves a deadline by the working time in it.
const PAUSED: &[(&str, &str, &str, &str, &str, &str)] = &[
    ("plain", "2026-03-30T16:00", "4h", "2026-03-30T17:00", "2026-03-31T10:00", "2026-03-31T13:00"),
    ("plain", "2026-03-30T16:00", "4h", "2026-03-30T19:00", "2026-03-31T08:00", "2026-03-31T11:00"),
    ("split", "2026-03-30T11:00", "2h", "2026-03-30T11:30", "2026-03-30T13:30", "2026-03-30T15:00"),
    ("split", "2026-02-14T17:00", "2h", "2026-02-14T17:30", "2026-02-24T09:30", "2026-02-24T11:00"),
    ("berlin", "2026-03-27T16:00", "2h", "2026-03-27T16:30", "2026-03-30T08:30", "2026-03-30T10:00"),
    ("round", "2026-10-25T00:00", "12h", "2026-10-25T01:00", "2026-10-25T04:00", "2026-10-25T15:00"),
];

#[test]
fn working_time_is_what_the_table_says() {
    let cases = BETWEEN.len() + ADDED.len() + OPEN.len() + PAUSED.len();
    assert!(cases >= 60, "{cases}");
    for (name, from, to, wanted) in BETWEEN {
        let (time, zone) = office(name);
        let (from, to, wanted) = (instant(from, &zone), instant(to, &zone), seconds(wanted));
        assert_eq!(time.between(from, to), wanted, "{name}: {from} to {to}");
        let there = time.add(from, wanted).expect("an instant");
        assert!(wanted == 0 || there <= to && time.between(there, to) == 0, "{name}: {from} and {wanted} s: {there}");
    }
    for (name, from, added, wanted) in ADDED {
        let (time, zone) = office(name);
        let there = time.add(instant(from, &zone), seconds(added));
        assert_eq!(there, Some(instant(wanted, &zone)), "{name}: {from} and {added}");
    }
    for (name, at, wanted) in OPEN {
        let (time, zone) = office(name);
        assert_eq!(time.next_open(instant(at, &zone)), Some(instant(wanted, &zone)), "{name}: {at}");
    }
    for (name, from, target, stopped, resumed, wanted) in PAUSED {
        let (time, zone) = office(name);
        let [from, stopped, resumed] = [from, stopped, resumed].map(|text| instant(text, &zone));
        let paused = time.between(stopped, resumed);
        let due = time.add(from, seconds(target) + paused);
        assert_eq!(due, Some(instant(wanted, &zone)), "{name}: {from}, {target}, paused {paused} s");
        // The same as going on with what was left when the clock stopped.
        let left = seconds(target) - time.between(from, stopped);
        assert_eq!(due, time.add(resumed, left), "{name}: what was left");
    }
}

#[test]
fn where_nobody_ever_works_there_is_no_deadline() {
    let zone = TimeZone::get("Asia/Shanghai").expect("a zone");
    let mut time = BusinessTime::new(zone.clone(), Hours::parse("Mon 09:00-10:00").expect("hours"));
    let start: Date = "2026-03-30".parse().expect("a day");
    for week in 0..600_i64 {
        time.set_day(start.saturating_add((week * 7).days()), Vec::new());
    }
    let from = instant("2026-03-30T00:00", &zone);
    assert_eq!(time.add(from, 60), None);
    assert_eq!(time.next_open(from), None);
}

#[test]
fn hours_are_read_as_people_write_them_and_written_in_one_way() {
    let same = [
        ("Mon-Fri 09:00-12:00 13:30-18:00", "Mon-Fri 09:00-12:00 13:30-18:00"),
        ("mon - fri 9:00 - 12:00, 13:30-18; sat 9-12", "Mon-Fri 09:00-12:00 13:30-18:00; Sat 09:00-12:00"),
        ("周一至周五 09:00-18:00", "Mon-Fri 09:00-18:00"),
        ("周一-五 ９：００－１８：００；星期六 9:00～12:00", "Mon-Fri 09:00-18:00; Sat 09:00-12:00"),
        ("工作日 9-18 周末 10-16", "Mon-Fri 09:00-18:00; Sat-Sun 10:00-16:00"),
        ("Mon Wed Fri 08:00-16:00", "Mon 08:00-16:00; Wed 08:00-16:00; Fri 08:00-16:00"),
        ("Fri-Mon 22:00-06:00", "Mon 22:00-06:00; Fri-Sun 22:00-06:00"),
        ("daily 00:00-24:00", "24x7"),
        ("7×24", "24x7"),
        ("Mon 20:00-00:00", "Mon 20:00-24:00"),
    ];
    for (written, wanted) in same {
        let hours = Hours::parse(written).unwrap_or_else(|error| panic!("{written}: {error}"));
        assert_eq!(hours.to_string(), wanted, "{written}");
        assert_eq!(Hours::parse(wanted).expect("reads its own writing"), hours);
    }
    let wrong = [
        "",
        "Mon-Fri",
        "09:00-18:00",
        "Mon 18:00-18:00",
        "Mon 25:00-26:00",
        "Mon 09:00-12:61",
        "Someday 9-18",
        "Mon 09:00-12:00 11:00-18:00",
        "Mon 22:00-06:00; Tue 05:00-09:00",
        "Sun 22:00-06:00; Mon 05:00-09:00",
    ];
    for written in wrong {
        assert!(Hours::parse(written).is_err(), "{written}");
    }
}

/// Minute by minute: what the clock on the wall has shown at the latest decides whether somebody works.
fn counted(time: &Slow, from: Timestamp, to: Timestamp) -> i64 {
    let mut shown = DateTime::MIN;
    let (mut at, mut sum) = (from.checked_sub(4.hours()).expect("an instant"), 0);
    while at < to {
        shown = shown.max(time.zone.to_datetime(at));
        if at >= from && time.is_open(shown) {
            sum += 60;
        }
        at = at.checked_add(1.minute()).expect("an instant");
    }
    sum
}

struct Slow {
    zone: TimeZone,
    hours: Vec<(usize, u16, u16)>,
    off: Vec<Date>,
    worked: Vec<Date>,
}

impl Slow {
    fn is_open(&self, shown: DateTime) -> bool {
        let minute = |time: civil::Time| {
            u16::try_from(time.hour()).expect("small") * 60 + u16::try_from(time.minute()).expect("small")
        };
        let now = minute(shown.time());
        let yesterday = shown.date().yesterday().expect("a day");
        self.on(shown.date()).iter().any(|(from, to)| (*from..*to).contains(&now))
            || self.on(yesterday).iter().any(|(from, to)| (*from..*to).contains(&(now + 1440)))
    }

    fn on(&self, day: Date) -> Vec<(u16, u16)> {
        if self.off.contains(&day) {
            return Vec::new();
        }
        let own = usize::try_from(day.weekday().to_monday_zero_offset()).expect("small");
        let usual = self.hours.iter().map(|(weekday, ..)| *weekday).min().unwrap_or_default();
        let weekday = if self.worked.contains(&day) { usual } else { own };
        self.hours.iter().filter(|(known, ..)| *known == weekday).map(|(_, from, to)| (*from, *to)).collect()
    }

    fn quick(&self) -> Option<BusinessTime> {
        let name = |day: usize| ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"][day];
        let clock = |minute: u16| format!("{:02}:{:02}", minute / 60 % 24, minute % 60);
        let text: Vec<String> = self
            .hours
            .iter()
            .map(|(day, from, to)| format!("{} {}-{}", name(*day), clock(*from), clock(*to)))
            .collect();
        let hours = Hours::parse(&text.join("; ")).ok()?;
        let usual = hours.usual().to_vec();
        let mut time = BusinessTime::new(self.zone.clone(), hours);
        for day in &self.worked {
            time.set_day(*day, usual.clone());
        }
        for day in &self.off {
            time.set_day(*day, Vec::new());
        }
        Some(time)
    }
}

#[test]
fn random_calendars_agree_with_a_count_minute_by_minute() {
    // Around changes of clocks in both directions, by an hour and by half of one, and where there are none.
    let places = [
        ("Europe/Berlin", "2026-03-26T00:00:00Z"),
        ("Europe/Berlin", "2026-10-22T00:00:00Z"),
        ("America/New_York", "2026-03-05T00:00:00Z"),
        ("America/New_York", "2026-10-29T00:00:00Z"),
        ("Australia/Lord_Howe", "2026-04-02T00:00:00Z"),
        ("Australia/Lord_Howe", "2026-10-01T00:00:00Z"),
        ("America/Havana", "2026-10-29T00:00:00Z"),
        ("Asia/Shanghai", "2026-02-12T00:00:00Z"),
    ];
    let window = (0..7_usize, 0..1440_u16, 30..900_u16);
    let case = (
        0..places.len(),
        proptest::collection::vec(window, 1..6),
        proptest::collection::vec(0..9_i64, 0..2),
        proptest::collection::vec(0..9_i64, 0..2),
        0..8000_i64,
        0..6000_i64,
    );
    let mut runner = TestRunner::new(Config { cases: 300, failure_persistence: None, ..Config::default() });
    runner
        .run(&case, |(place, windows, off, worked, start, length)| {
            let zone = TimeZone::get(places[place].0).expect("a zone");
            let origin: Timestamp = places[place].1.parse().expect("an instant");
            let first = zone.to_datetime(origin).date();
            let days = |offsets: &[i64]| offsets.iter().map(|offset| first.saturating_add(offset.days())).collect();
            let slow = Slow {
                hours: windows.iter().map(|(day, from, length)| (*day, *from, from + length)).collect(),
                off: days(&off),
                worked: days(&worked),
                zone,
            };
            // Windows that overlap are refused, so there is nothing to count.
            let Some(quick) = slow.quick() else { return Ok(()) };
            let from = origin.checked_add(start.minutes()).expect("an instant");
            let to = from.checked_add(length.minutes()).expect("an instant");
            let wanted = counted(&slow, from, to);
            prop_assert_eq!(quick.between(from, to), wanted);
            if wanted > 0 {
                let there = quick.add(from, wanted).expect("an instant");
                prop_assert!(there <= to, "not later than where it was counted to");
                prop_assert_eq!(quick.between(from, there), wanted);
                prop_assert_eq!(
                    quick.add(quick.add(from, wanted / 2).expect("half"), wanted - wanted / 2),
                    Some(there)
                );
            }
            let open = quick.next_open(from).expect("somebody works some day");
            prop_assert_eq!(quick.between(from, open), 0);
            Ok(())
        })
        .expect("both count the same");
}
