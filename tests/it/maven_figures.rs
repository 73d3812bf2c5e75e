//! The figures of the real pipeline beyond its plain groups: overall, by agent and quarter, weighted by every group, held
//! against what came of them later.

use crate::{
    maven::{by, cents, close, items, json, path_column, ratio},
    world::Desk,
};
use serde_json::Value;
use std::path::Path;

/// All of them, on the desk where the deals came in.
pub fn all(desk: &Desk, oracle: &Value, folder: &Path) {
    facts(desk, oracle, folder);
    overall(desk, &oracle["overall"]);
    agents_by_quarter(desk, &oracle["agent_quarter"]);
    top_accounts(desk, &oracle["top_accounts_by_won_value"]);
    weighted_groups(desk, &oracle["weighted_forecast"]);
    what_came_of_it(desk, &oracle["backtest"]);
    ages(desk, &oracle["engaging_age_buckets_at_2017_12_31"]);
    same_from_sums_and_deals(desk);
}

fn count(desk: &Desk, filter: &str) -> i64 {
    desk.say(&format!("deal list {filter} --count")).done().trim().parse().expect("a number")
}

/// The one row of a report over all deals.
fn whole(desk: &Desk, flags: &str) -> Value {
    items(&json(desk, &format!("report win-loss --by pipeline {flags}")))[0].clone()
}

fn number(row: &Value, column: &str) -> i64 {
    row[column].as_i64().expect(column)
}

/// As close as cents come to what has further digits.
#[track_caller]
fn near(ours: f64, oracle: &Value, what: &str) {
    let oracle = oracle.as_f64().expect(what);
    assert!((ours - oracle).abs() <= 0.005 + 1e-6, "{what}: {ours} is not {oracle}");
}

fn facts(desk: &Desk, oracle: &Value, folder: &Path) {
    let facts = &oracle["raw_facts"];
    assert_eq!(count(desk, ""), facts["rows"].as_i64().expect("rows"));
    let csv = std::fs::read_to_string(folder.join("sales_pipeline.csv")).expect("the deals");
    let spelled = i64::try_from(csv.matches(",GTXPro,").count()).expect("a count");
    assert_eq!(spelled, facts["gtxpro_spelling"].as_i64().expect("a count"));
    assert_eq!(count(desk, "product=R2"), spelled, "mapped by value");
    assert_eq!(count(desk, "customer:"), facts["blank_account"].as_i64().expect("a count"));
    assert_eq!(desk.say("customer list --count").done().trim(), facts["accounts"].to_string());
    assert_eq!(desk.say("product list --count").done().trim(), facts["products"].to_string());
    let agents = items(&json(desk, "report win-loss --by owner")).as_array().expect("rows").len();
    assert_eq!(agents.to_string(), facts["agents_in_pipeline"].to_string());
    // Open deals came without a value and are worth what their product costs; sectors leave out those of nobody.
    let priced = json(desk, "deal list outcome=open -c amount,product.price --limit 3000");
    let rows = priced["items"].as_array().expect("rows");
    assert!(rows.len() == 2089 && rows.iter().all(|row| row["amount"] == row["product.price"]), "list prices");
    let said = desk.say("report win-loss --by industry").done();
    assert!(said.lines().any(|line| line.starts_with("(none)") && line.contains(" 1425 ")), "{said}");
}

fn overall(desk: &Desk, oracle: &Value) {
    let row = whole(desk, "");
    let (won, lost) = (number(&row, "won"), number(&row, "lost"));
    close(ratio(won, won + lost), &oracle["win_rate"], "win rate");
    close(ratio(cents(&row["revenue"]), 100), &oracle["revenue"], "revenue");
    close(ratio(cents(&row["revenue"]), 100 * won), &oracle["avg_won_value"], "average");
    let first = |sort: &str, field: &str| {
        json(desk, &format!("deal list {field}=..2030 --sort {sort} --limit 1 -c {field}"))["items"][0][field].clone()
    };
    assert_eq!(first("started", "started"), oracle["first_engage"]);
    assert_eq!(first("-closed", "closed"), oracle["last_close"]);
    let listed = json(desk, "deal list outcome=won -c amount,product.price --limit 5000");
    let mut sum = 0.0;
    for row in listed["items"].as_array().expect("rows") {
        sum += ratio(cents(&row["amount"]), cents(&row["product.price"]));
    }
    close(sum / 4238.0, &oracle["avg_close_to_list_ratio"], "of the list price");
}

fn agents_by_quarter(desk: &Desk, oracle: &Value) {
    let oracle = oracle.as_object().expect("agents");
    for quarter in ["2017Q1", "2017Q2", "2017Q3", "2017Q4"] {
        let period = quarter.replace('Q', "-q");
        let rows = by(items(&json(desk, &format!("report win-loss --by owner --period {period}"))), "owner");
        let wanted: Vec<_> = oracle.iter().filter(|(key, _)| key.ends_with(quarter)).collect();
        assert_eq!(rows.len(), wanted.len(), "{quarter}");
        for (key, wanted) in wanted {
            let row = &rows[key.split('|').next().expect("a name")];
            assert_eq!((&row["won"], &row["lost"]), (&wanted["won"], &wanted["lost"]), "{key}");
            close(ratio(cents(&row["revenue"]), 100), &wanted["revenue"], key);
        }
    }
}

fn top_accounts(desk: &Desk, oracle: &Value) {
    let rows = by(items(&json(desk, "report win-loss --by customer --where \"not customer:\"")), "customer");
    let mut ranked: Vec<(i64, &String)> = rows.iter().map(|(name, row)| (-cents(&row["revenue"]), name)).collect();
    ranked.sort();
    for ((revenue, name), (wanted, sum)) in ranked.iter().zip(oracle.as_object().expect("accounts")) {
        assert_eq!(*name, wanted);
        close(ratio(-revenue, 100), sum, name);
    }
}

/// Each of the four weighings, by each of the groups, open deals alone.
fn weighted_groups(desk: &Desk, oracle: &Value) {
    for (path, key) in [
        ("product", "by_product"),
        ("owner", "by_sales_agent"),
        ("manager", "by_manager"),
        ("branch", "by_regional_office"),
        ("stage", "by_deal_stage"),
    ] {
        for (probability, weighing) in
            [("overall", "w_all"), ("product", "w_prod"), ("owner", "w_agent"), ("stage", "w_fixed")]
        {
            let report = json(desk, &format!("report forecast --by {path} --probability {probability}"));
            let rows = by(&report["forecast"], path_column(path));
            for (name, wanted) in oracle[key].as_object().expect(key) {
                let row = &rows[name];
                assert_eq!(row["deals"], wanted["open"], "{name}");
                close(ratio(cents(&row["amount"]), 100), &wanted["unweighted"], name);
                near(ratio(cents(&row["weighted"]), 100), &wanted[weighing], &format!("{name} {weighing}"));
            }
        }
    }
    let report = json(desk, "report forecast");
    let open = report["forecast"].as_array().expect("rows").iter().find(|row| row["month"].is_null()).expect("open");
    close(ratio(cents(&open["amount"]), 100), &oracle["unweighted"], "unweighted");
}

fn what_came_of_it(desk: &Desk, oracle: &Value) {
    let before = whole(desk, "--where closed=..2017-09-30");
    let (won, lost) = (number(&before, "won"), number(&before, "lost"));
    close(ratio(won, won + lost), &oracle["history_win_rate"], "win rate until then");
    let later = whole(desk, "--where \"started=..2017-09-30 closed=2017-10-01..\"");
    assert_eq!(later["deals"], oracle["of_which_closed_by_2017_12_31"]);
    assert_eq!(later["won"], oracle["won"]);
    close(ratio(cents(&later["revenue"]), 100), &oracle["actual_revenue_from_them"], "what they brought");
    let quarter = whole(desk, "--period 2017-q4");
    close(ratio(cents(&quarter["revenue"]), 100), &oracle["actual_total_q4_revenue"], "the quarter");
    let then = json(desk, "report forecast --as-of 2017-09-30 --probability product");
    let open = then["forecast"].as_array().expect("rows").iter().find(|row| row["month"].is_null()).expect("open");
    assert_eq!(open["deals"], oracle["open_at_asof"]);
    near(ratio(cents(&open["weighted"]), 100), &oracle["forecast_all_open"], "said of all");
}

/// How long deals have been in Engaging at the end of the year.
fn ages(desk: &Desk, oracle: &Value) {
    for (bucket, days) in [
        ("0-30", "2017-12-01..2017-12-31"),
        ("31-60", "2017-11-01..2017-11-30"),
        ("61-90", "2017-10-02..2017-10-31"),
        ("91-180", "2017-07-04..2017-10-01"),
        (">180", "..2017-07-03"),
    ] {
        let found = count(desk, &format!("stage=Engaging started={days}"));
        assert_eq!(found, oracle[bucket].as_i64().expect(bucket), "{bucket}");
    }
    let stale =
        desk.say("report stale --days 181 --where stage=Engaging --limit 0 --now 2017-12-31T09:00 -f json").json();
    assert_eq!(items(&stale).as_array().expect("rows").len(), 730, "and so long nobody moved them");
}

/// What the kept sums answer is what the deals say, which a filter that all of them match makes the reports read.
fn same_from_sums_and_deals(desk: &Desk) {
    for report in [
        "funnel",
        "forecast",
        "forecast --probability overall",
        "forecast --period 2017 --by quarter",
        "coverage --target 9m --period 2017",
    ] {
        let quick = json(desk, &format!("report {report}"));
        assert_eq!(quick, json(desk, &format!("report {report} --where created_at=2000-01-01..")), "{report}");
    }
    assert_eq!(desk.say("doctor").code, 0);
}
