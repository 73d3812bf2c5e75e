//! The pipeline of a real data set: 8,800 deals come in by shown commands, once, and the reports equal the oracle.

use crate::{maven_figures, messy_files::real_files, world::Desk};
use serde_json::Value;
use std::{collections::BTreeMap, path::Path};

/// Made first: the pipeline with its four stages.
const PIPELINE: [&str; 5] = [
    "pipeline add Maven --default yes",
    "stage add Prospecting --pipeline Maven --probability 10",
    "stage add Engaging --pipeline Maven --probability 30",
    "stage add Won --pipeline Maven --outcome won",
    "stage add Lost --pipeline Maven --outcome lost",
];

/// The imports, in this order.
fn imports(folder: &Path) -> [Vec<String>; 4] {
    let file = |name: &str| folder.join(name).display().to_string();
    let words = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<String>>();
    let mut deals = words(&format!("deal import {} --map-value", file("sales_pipeline.csv")));
    deals.push("GTXPro=GTX Pro".into());
    [
        words(&format!("user import {} --create-missing user,branch", file("sales_teams.csv"))),
        words(&format!("product import {}", file("products.csv"))),
        words(&format!("customer import {}", file("accounts.csv"))),
        deals,
    ]
}

pub fn json(desk: &Desk, line: &str) -> Value {
    desk.say(&format!("{line} -f json --now 2018-01-02T09:00")).json()
}

/// The rows of a report by the words of a column, and those without one under nothing.
pub fn by(rows: &Value, column: &str) -> BTreeMap<String, Value> {
    let rows = rows.as_array().expect("rows");
    let name = |row: &Value| row[column].as_str().or(row[column]["title"].as_str()).unwrap_or_default().to_owned();
    rows.iter().map(|row| (name(row), row.clone())).collect()
}

pub fn cents(value: &Value) -> i64 {
    let text = value["amount"].as_str().expect("an amount");
    text.replace('.', "").parse().expect("a number")
}

#[expect(clippy::cast_precision_loss, reason = "counts of a few thousand")]
pub fn ratio(part: i64, whole: i64) -> f64 {
    part as f64 / whole as f64
}

#[track_caller]
pub fn close(ours: f64, oracle: &Value, what: &str) {
    let oracle = oracle.as_f64().expect(what);
    assert!((ours - oracle).abs() < 1e-9, "{what}: {ours} is not {oracle}");
}

pub fn items(report: &Value) -> &Value {
    if report["items"].is_array() { &report["items"] } else { report }
}

/// Counts, money and days of one grouping against the oracle's.
fn compare(desk: &Desk, path: &str, oracle: &Value, rename: &dyn Fn(&str) -> String) {
    let won = json(desk, &format!("report win-loss --by {path}"));
    let won = by(items(&won), path_column(path));
    let days = json(desk, &format!("report velocity --by {path}"));
    let days = by(&days["days_to_close"], path_column(path));
    let oracle = oracle.as_object().expect("groups");
    assert_eq!(won.keys().filter(|key| !key.is_empty()).count(), oracle.len(), "{path}");
    for (name, wanted) in oracle {
        let line = &won[&rename(name)];
        for (ours, theirs) in [("deals", "total"), ("won", "won"), ("lost", "lost"), ("open", "open")] {
            if !wanted[theirs].is_null() {
                assert_eq!(line[ours], wanted[theirs], "{name} {theirs}");
            }
        }
        let (wins, losses) = (line["won"].as_i64().expect("won"), line["lost"].as_i64().expect("lost"));
        close(ratio(wins, wins + losses), &wanted["win_rate"], name);
        close(ratio(cents(&line["revenue"]), 100), &wanted["revenue"], name);
        if wanted["avg_won_value"].is_null() {
            continue;
        }
        close(ratio(cents(&line["revenue"]), 100 * wins), &wanted["avg_won_value"], name);
        close(ratio(cents(&line["median"]), 100), &wanted["median_won_value"], name);
        let cycle = &days[&rename(name)];
        let sums = ["sum_won", "sum_lost"].map(|column| cycle[column].as_i64().expect(column));
        close(ratio(sums[0], wins), &wanted["avg_cycle_won"], name);
        close(ratio(sums[0] + sums[1], wins + losses), &wanted["avg_cycle_closed"], name);
        close(cycle["median_won"].as_f64().expect("a median"), &wanted["median_cycle_won"], name);
    }
}

pub fn path_column(path: &str) -> &str {
    match path {
        "manager" => "owner.manager",
        "branch" => "owner.branch",
        "category" => "product.category",
        "industry" => "customer.industry",
        path => path,
    }
}

fn weighted(desk: &Desk, flags: &str) -> (i64, i64) {
    let report = json(desk, &format!("report forecast {flags}"));
    let rows = report["forecast"].as_array().expect("rows").clone();
    let open = rows.iter().find(|row| row["month"].is_null()).expect("the undated").clone();
    (open["deals"].as_i64().expect("a count"), cents(&open["weighted"]))
}

#[test]
fn the_maven_pipeline_comes_in_once_and_answers_as_the_oracle_does() {
    let Some(data) = real_files() else { return };
    let folder = data.join("maven_crm");
    let oracle = std::fs::read_to_string(data.join("oracles/maven_pipeline.json")).expect("the oracle");
    let oracle: Value = serde_json::from_str(&oracle).expect("JSON");
    let desk = Desk::empty();
    desk.say("init").done();
    for line in PIPELINE {
        desk.say(line).done();
    }
    let [users, products, customers, deals] = imports(&folder);
    for import in [&users, &products, &customers] {
        desk.run(import).done();
    }
    // A product that is spelt otherwise is told, with the one that is probably meant.
    let refused = desk.run(&deals[..3]);
    assert_eq!(refused.code, 5);
    assert!(refused.err.contains("There is no product GTXPro; is GTX Pro meant?"), "{}", refused.err);
    assert!(refused.err.contains("--map-value \"GTXPro=GTX Pro\" reads it so"), "{}", refused.err);
    assert!(desk.run(&deals).done().contains("8800 created"));
    let before = desk.say("oplog -f json").done();
    for (import, unchanged) in [(&users, 35), (&products, 7), (&customers, 85), (&deals, 8800)] {
        let said = desk.run(import).done();
        assert!(said.contains(&format!("0 created, 0 updated, {unchanged} unchanged")), "{said}");
    }
    assert_eq!(desk.say("oplog -f json").done(), before);
    people_and_links(&desk);
    funnel(&desk, &oracle);
    groups(&desk, &oracle);
    forecasts(&desk, &oracle);
    maven_figures::all(&desk, &oracle, &folder);
}

fn people_and_links(desk: &Desk) {
    // Lin, 35 agents and six managers who are no agents.
    assert_eq!(desk.say("user list --count").done().trim(), "42");
    assert_eq!(desk.say("deal list customer: outcome=open --count").done().trim(), "1425");
    assert_eq!(desk.say("deal list lost_reason~imported --count").done().trim(), "2473");
    let deal = desk.say("deal show ext:maven:1C1I7A6R -f json").json();
    assert_eq!(deal["customer"]["title"], "Cancity");
    assert_eq!(deal["closed"], "2017-03-01");
}

fn funnel(desk: &Desk, oracle: &Value) {
    let funnel = json(desk, "report funnel");
    let reached = by(&funnel["how_far_deals_came"], "stage");
    for (name, ours) in [("Prospecting", "Prospecting"), ("Engaging", "Engaging"), ("Closed", "closed"), ("Won", "won")]
    {
        assert_eq!(reached[ours]["reached"], oracle["funnel"]["reached"][name], "{name}");
    }
    let now = by(&funnel["just_now"], "stage");
    for name in ["Prospecting", "Engaging", "Won", "Lost"] {
        assert_eq!(now[name]["deals"], oracle["stages"][name], "{name}");
    }
    let count = |name: &str| reached[name]["reached"].as_i64().expect("a count");
    let steps = &oracle["funnel"]["step_conversion"];
    close(ratio(count("Engaging"), count("Prospecting")), &steps["Prospecting->Engaging"], "first step");
    close(ratio(count("closed"), count("Engaging")), &steps["Engaging->Closed"], "second step");
    close(ratio(count("won"), count("closed")), &steps["Closed->Won"], "third step");
}

fn groups(desk: &Desk, oracle: &Value) {
    let same = |name: &str| name.to_owned();
    for (path, key) in [
        ("owner", "by_agent"),
        ("manager", "by_manager"),
        ("branch", "by_region"),
        ("product", "by_product"),
        ("category", "by_series"),
        ("industry", "by_sector"),
        ("month", "by_close_month"),
    ] {
        compare(desk, path, &oracle[key], &same);
    }
    compare(desk, "quarter", &oracle["by_close_quarter"], &|name| name.replace('Q', "-q"));
    let overall = json(desk, "report velocity");
    let line = &overall["days_to_close"][0];
    let sums = ["sum_won", "sum_lost"].map(|column| line[column].as_i64().expect(column));
    close(ratio(sums[0], 4238), &oracle["overall"]["avg_cycle_won"], "cycle");
    close(ratio(sums[1], 2473), &oracle["overall"]["avg_cycle_lost"], "cycle");
    close(ratio(sums[0] + sums[1], 6711), &oracle["overall"]["avg_cycle_closed"], "cycle");
    close(line["median_won"].as_f64().expect("a median"), &oracle["overall"]["median_cycle_won"], "median");
    let per_day = ratio(cents(&line["per_day"]), 100);
    let wanted = oracle["pipeline_velocity_per_day"]["value"].as_f64().expect("a value");
    assert!((per_day - wanted).abs() <= 0.005, "{per_day} is not {wanted}");
    // Sectors leave out the deals of nobody.
    let sectors = json(desk, "report win-loss --by industry");
    let count = |row: &Value| row["deals"].as_i64().expect("a count");
    let known: i64 = by(items(&sectors), "customer.industry")
        .iter()
        .filter(|(name, _)| !name.is_empty())
        .map(|(_, row)| count(row))
        .sum();
    assert_eq!(known, 7375);
}

fn forecasts(desk: &Desk, oracle: &Value) {
    let wanted = |value: &Value| (value.as_f64().expect("an amount") * 100.0).round();
    for (flags, key) in [
        ("--probability overall", "w_all"),
        ("--probability product", "w_prod"),
        ("--probability owner", "w_agent"),
        ("--probability stage", "w_fixed"),
    ] {
        let (open, sum) = weighted(desk, flags);
        assert_eq!(open, 2089);
        close(ratio(sum, 1), &wanted(&oracle["weighted_forecast"][key]).into(), key);
    }
    let then = "--as-of 2017-09-30 --probability";
    assert_eq!(weighted(desk, &format!("{then} product")), (2409, 369_253_127));
    assert_eq!(weighted(desk, &format!("{then} overall")), (2409, 370_980_461));
    assert_eq!(weighted(desk, &format!("{then} product --where closed=2017-10-01..")), (935, 134_634_013));
}
