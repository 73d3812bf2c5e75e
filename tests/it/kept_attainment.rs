//! How many tickets were answered and solved in time is kept by every write; the report says the same from these sums as
//! from the tickets themselves, whatever was done and undone.

use crate::{
    storage::on_both,
    world::{World, people, settings},
};
use kehu::{
    Crm, catalog,
    customers::merge::Merge,
    record::{Grid, Value},
};

/// The report as it answers; of all tickets in other words it asks each of them.
pub fn attainment(crm: &mut Crm, by: &str, period: &str, each: bool) -> Grid {
    let report = catalog::report("sla").expect("a report");
    let mut asked = vec![("by".to_owned(), Value::text(by)), ("period".to_owned(), Value::text(period))];
    if each {
        asked.push(("where".to_owned(), Value::text("id=1..")));
    }
    (report.run)(crm, &asked).expect("answers").remove(0).grid
}

#[track_caller]
fn says_the_same(crm: &mut Crm) {
    for by in ["policy", "priority", "queue"] {
        for period in ["2025", "this-year", "2025-q4", "2025-12", "last-month"] {
            let [summed, each] = [false, true].map(|each| attainment(crm, by, period, each));
            let cells = |grid: &Grid| grid.rows.iter().map(|row| format!("{:?}", row.cells)).collect::<Vec<_>>();
            assert_eq!(cells(&summed), cells(&each), "{by} {period}");
            assert_eq!(summed.totals, each.totals, "{by} {period}");
        }
    }
    let report = crm.doctor().expect("examines");
    assert!(report.healthy, "{:?}", report.issues);
}

fn help_desk(world: &mut World) {
    people(world);
    world.add("queue", &[("name", "Support"), ("members", "mei")]);
    world.add("queue", &[("name", "Repairs")]);
    world.add("business_calendar", &[("name", "Office"), ("hours", "Mon-Fri 09:00-18:00"), ("zone", "Asia/Shanghai")]);
    world.add("sla_policy", &[("name", "Repairs"), ("condition", "kind=repair"), ("resolution", "72h")]);
    world.add("sla_policy", &[("name", "Standard"), ("first_response", "urgent 30m, 2h"), ("resolution", "8h")]);
}

/// What chance has, one number after the other.
struct Chance(u64);

impl Chance {
    fn of(&mut self, count: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % count
    }

    fn one<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[usize::try_from(self.of(words.len() as u64)).expect("small")]
    }

    fn ticket(&mut self) -> i64 {
        i64::try_from(self.of(12)).expect("small") + 1
    }

    /// An instant around the ends of months and years.
    fn instant(&mut self) -> String {
        let day = self.one(&[
            "2024-12-31",
            "2025-01-01",
            "2025-06-30",
            "2025-12-01",
            "2025-12-31",
            "2026-01-01",
            "2026-03-02",
        ]);
        format!("{day} {:02}:{:02}", self.of(24), self.of(60))
    }
}

/// Something that people do with tickets.
fn step(world: &mut World, chance: &mut Chance) {
    let (id, other) = (chance.ticket(), chance.ticket());
    // What is refused, such as an answer before the question, changes nothing.
    let _ = match chance.of(14) {
        0..=3 => {
            let (received, queue) = (chance.instant(), chance.one(&["", "Support", "Repairs"]));
            let priority = chance.one(&["", "low", "urgent"]);
            let kind = chance.one(&["inquiry", "repair"]);
            let pairs = [
                ("subject", "Pump"),
                ("received", &received),
                ("queue", queue),
                ("priority", priority),
                ("kind", kind),
            ];
            let pairs: Vec<_> = pairs.into_iter().filter(|(_, text)| !text.is_empty()).collect();
            world.try_add("ticket", &pairs).map(|_| ())
        }
        4 => world.try_edit("ticket", id, &[("first_response", &chance.instant())]).map(|_| ()),
        5..=6 => {
            let at = chance.instant();
            world
                .try_edit("ticket", id, &[("status", "resolved"), ("resolution", "Done"), ("resolved", &at)])
                .map(|_| ())
        }
        7 => world.try_edit("ticket", id, &[("status", chance.one(&["open", "closed", "pending"]))]).map(|_| ()),
        8 => world.try_edit("ticket", id, &[("queue", chance.one(&["Support", "Repairs"]))]).map(|_| ()),
        9 => world
            .try_edit("ticket", id, &[("priority", chance.one(&["high", "urgent"])), ("received", &chance.instant())])
            .map(|_| ()),
        10 => world
            .crm
            .merge(&Merge { kind: "ticket".into(), winner: id, losers: vec![other], ..Merge::default() })
            .map(|_| ()),
        11 => world.crm.remove("ticket", id).map(|_| ()),
        12 => world.crm.restore("ticket", id).map(|_| ()),
        _ if chance.of(2) == 0 => world.crm.redo().map(|_| ()),
        _ => world.crm.undo(None, false).map(|_| ()),
    };
}

on_both! {
    fn whatever_is_done_and_undone_the_sums_say_what_the_tickets_say(world) {
        help_desk(world);
        for seed in 1..=4 {
            let mut chance = Chance(seed);
            for round in 1..=60 {
                step(world, &mut chance);
                if round % 20 == 0 {
                    says_the_same(&mut world.crm);
                }
            }
        }
        let grid = attainment(&mut world.crm, "queue", "2025", false);
        assert!(grid.rows.len() > 2, "{grid:?}");
        // A target of another length, and one that the sums do not know.
        for target in ["36h", "61m"] {
            world.edit("sla_policy", 1, &[("resolution", target)]);
            says_the_same(&mut world.crm);
        }
        world.crm.undo(None, false).expect("undoes");
        says_the_same(&mut world.crm);
    }

    fn what_is_wrong_with_the_sums_is_found_and_put_right(world) {
        help_desk(world);
        let pairs = [("subject", "Pump"), ("received", "2025-06-30 10:00"), ("status", "closed"), ("closed", "2025-06-30 17:00")];
        world.add("ticket", &pairs);
        says_the_same(&mut world.crm);
        world.outside("UPDATE ticket_totals SET records = records + 1");
        let report = world.crm.doctor().expect("examines");
        assert!(report.issues.iter().any(|issue| issue.to_string().contains("sums over tickets")), "{report:?}");
        world.crm.repair().expect("repairs");
        says_the_same(&mut world.crm);
        // Whoever writes past the program is counted too.
        world.outside("UPDATE tickets SET resolve_breached = resolve_due, priority = 'urgent', queue = 2");
        says_the_same(&mut world.crm);
        let met = |grid: &Grid| grid.rows[0].cells[7].as_integer();
        assert_eq!(met(&attainment(&mut world.crm, "policy", "2025", false)), Some(0), "it was missed");
        world.outside("DELETE FROM tickets");
        assert_eq!(attainment(&mut world.crm, "policy", "2025", false).rows.len(), 0);
    }

    fn an_older_database_gets_the_sums(world) {
        help_desk(world);
        let pairs = [("subject", "Pump"), ("received", "2025-06-30 10:00"), ("status", "closed"), ("closed", "2025-06-30 17:00")];
        world.add("ticket", &pairs);
        if world.url.contains("://") {
            world.outside("DROP TRIGGER tickets_sum ON tickets");
        } else {
            world.outside("DROP TRIGGER tickets_sum_insert; DROP TRIGGER tickets_sum_update; DROP TRIGGER tickets_sum_delete");
        }
        world.outside("DROP TABLE ticket_totals; UPDATE meta SET value = '4' WHERE key = 'kehu_version'");
        let mut crm = Crm::open(&world.url, &settings()).expect("opens");
        crm.sign_in("lin").expect("is known");
        says_the_same(&mut crm);
        assert_eq!(attainment(&mut crm, "policy", "2025", false).rows[0].cells[1].as_integer(), Some(1));
    }
}
