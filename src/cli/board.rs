//! `kehu deal board`: a pipeline's open deals as columns side by side, as on a board of cards.

use super::{
    extra::Extra,
    output::{self, text_safety::safe},
    record::words,
    session::Session,
    tree,
};
use clap::{Arg, ArgMatches, Command, value_parser};
use kehu::{
    Message, Result,
    pipeline::{Deal, board::Lane, kanban::Card},
    record::{Id, Kind, filter, types},
};

pub const BOARD: Extra = Extra { noun: "deal", command, run };

/// A column is no narrower than this; what has no room beside the others stands below them.
const LEAST: usize = 22;
/// How wide a board is where nobody looks at a terminal.
const USUAL: usize = 120;
const GAP: usize = 2;

fn command() -> Command {
    Command::new("board")
        .about("Shows the open deals by stage, the largest first; * marks those that have gone stale")
        .arg(tree::filter_argument())
        .arg(
            Arg::new("pipeline")
                .long("pipeline")
                .value_name("REF")
                .num_args(1)
                .help("The pipeline, if not the usual one")
                .add(super::complete::references("pipeline")),
        )
        .arg(
            Arg::new("limit")
                .long("limit")
                .value_name("N")
                .num_args(1)
                .value_parser(value_parser!(u64))
                .help("At most so many deals in each stage (7)"),
        )
        .after_help(format!(
            "Examples:\n  kehu deal board\n  kehu deal board amount=50k.. --limit 3 -f json\n  kehu deal board --as-of 2026-01-31\n\n{}",
            tree::FILTER_HELP
        ))
}

fn run(session: &mut Session, matches: &ArgMatches) -> Result<u8> {
    let filter: Vec<&str> = words(matches, "filter").into_iter().map(String::as_str).collect();
    let filter = filter::parse(&filter.join(" "))?;
    let most = matches.get_one::<u64>("limit").copied().unwrap_or(Deal::CARDS);
    let crm = session.crm()?;
    let pipeline = match matches.get_one::<String>("pipeline") {
        Some(name) => Some(Id::new(crm.find("pipeline", name).map_err(|error| error.on_field("pipeline"))?)),
        None => None,
    };
    let day = match matches.get_one::<String>("as-of") {
        Some(text) => types::parse(&Kind::Date, text, crm.reading())?.as_text().and_then(|day| day.parse().ok()),
        None => None,
    };
    let lanes = crm.board_on(pipeline, &filter, most, day)?;
    if session.terminal.machine() {
        let lanes: Vec<serde_json::Value> = lanes.iter().map(lane_json).collect();
        session.print_line(&serde_json::json!({ "stages": lanes }).to_string())?;
        return Ok(0);
    }
    if lanes.is_empty() {
        session.terminal.warn(&Message::new("There is no pipeline yet; the first deal makes the usual one."));
        return Ok(0);
    }
    let style = session.terminal.style();
    let text = drawn(&lanes, style.width.unwrap_or(USUAL), style.chinese);
    session.write(text.as_bytes())?;
    Ok(0)
}

fn lane_json(lane: &Lane) -> serde_json::Value {
    let money = |money: &kehu::record::Money| serde_json::json!({ "amount": money.amount(), "currency": money.currency.to_string() });
    let card = |card: &Card| {
        serde_json::json!({
            "ref": format!("D{}", card.id), "name": card.name, "customer": card.customer, "owner": card.owner,
            "amount": card.amount.as_ref().map(money), "close": Some(&card.close).filter(|day| !day.is_empty()),
            "stale": card.stale,
        })
    };
    serde_json::json!({
        "stage": lane.stage.name, "deals": lane.deals, "stale": lane.stale,
        "amounts": lane.amounts.iter().map(money).collect::<Vec<_>>(),
        "top": lane.cards.iter().map(card).collect::<Vec<_>>(),
    })
}

/// The lanes side by side, as many as the width has room for, and the others below them.
fn drawn(lanes: &[Lane], width: usize, chinese: bool) -> String {
    let beside = ((width + GAP) / (LEAST + GAP)).clamp(1, lanes.len());
    let each = (width + GAP) / beside - GAP;
    let mut text = String::new();
    for (place, lanes) in lanes.chunks(beside).enumerate() {
        if place > 0 {
            text.push('\n');
        }
        let columns: Vec<Vec<String>> = lanes.iter().map(|lane| lines(lane, each, chinese)).collect();
        let height = columns.iter().map(Vec::len).max().unwrap_or_default();
        for line in 0..height {
            let cells = columns.iter().map(|column| column.get(line).map_or("", String::as_str));
            let row: Vec<String> = cells.map(|cell| output::padded(cell, each)).collect();
            text.push_str(row.join(&" ".repeat(GAP)).trim_end());
            text.push('\n');
        }
    }
    text
}

/// One lane: what it is, how much is in it, a rule, and two or three lines for each deal.
fn lines(lane: &Lane, width: usize, chinese: bool) -> Vec<String> {
    let mut count = if chinese { format!("{} 个", lane.deals) } else { format!("{} deals", lane.deals) };
    if lane.deals == 1 && !chinese {
        count.pop();
    }
    let stale = match (lane.stale, chinese) {
        (0, _) => String::new(),
        (stale, false) => format!(", {stale} stale *"),
        (stale, true) => format!("，停滞 {stale}"),
    };
    count.push_str(&stale);
    let mut lines = vec![lane.stage.name.clone(), count];
    lines.extend(lane.amounts.iter().map(ToString::to_string));
    lines.push("─".repeat(width));
    for card in &lane.cards {
        let mark = if card.stale { "* " } else { "" };
        lines.push(format!("{mark}D{} {}", card.id, card.name));
        lines.extend(Some(&card.customer).filter(|name| !name.is_empty()).map(|name| format!("  {name}")));
        let amount = card.amount.map(|money| money.to_string());
        let facts: Vec<&str> =
            amount.as_deref().into_iter().chain(Some(&*card.close).filter(|day| !day.is_empty())).collect();
        if !facts.is_empty() {
            lines.push(format!("  {}", facts.join("  ")));
        }
    }
    let left = lane.deals.saturating_sub(lane.cards.len() as u64);
    if left > 0 {
        lines.push(format!("… +{left}"));
    }
    lines.iter().map(|line| output::shortened(&safe(line), width)).collect()
}
