//! `kehu NOUN duplicates` and `distinct`: pairs that are probably one record, walked through on a terminal, and those
//! that are not.

use super::{extra::Extra, merge, output::Format, record::words, session::Session, tree::filter_argument};
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use dialoguer::Select;
use kehu::{
    Cause, Error, Message, Result,
    crm::Query,
    customers::{
        duplicates::{Hunt, LIKELY, Suspicion},
        merge::Merge,
    },
    record::{Column, Grid, Kind, Row, Total, Value, filter},
};

pub const CUSTOMERS: Extra = Extra {
    noun: "customer",
    command: || command("customer", "level=A"),
    run: |session, said| run(session, "customer", said),
};
pub const CONTACTS: Extra = Extra {
    noun: "contact",
    command: || command("contact", "primary=yes"),
    run: |session, said| run(session, "contact", said),
};
pub const DISTINCT_CUSTOMERS: Extra = Extra {
    noun: "customer",
    command: || distinct_command("customer", 'C'),
    run: |session, said| distinct(session, "customer", said),
};
pub const DISTINCT_CONTACTS: Extra = Extra {
    noun: "contact",
    command: || distinct_command("contact", 'P'),
    run: |session, said| distinct(session, "contact", said),
};
pub const LEADS: Extra =
    Extra { noun: "lead", command: || command("lead", "status=new"), run: |session, said| run(session, "lead", said) };
pub const DISTINCT_LEADS: Extra = Extra {
    noun: "lead",
    command: || distinct_command("lead", 'L'),
    run: |session, said| distinct(session, "lead", said),
};

fn command(kind: &'static str, filter: &str) -> Command {
    Command::new("duplicates")
        .about("Lists pairs that are probably one, with a score and its reasons")
        .arg(filter_argument().help("One of the two must match"))
        .arg(
            Arg::new("limit")
                .long("limit")
                .value_name("N")
                .value_parser(value_parser!(usize))
                .help("At most so many, the likeliest first; 0 for all (50 on a terminal, all elsewhere)"),
        )
        .arg(
            Arg::new("min-score")
                .long("min-score")
                .value_name("SCORE")
                .value_parser(score)
                .help("The lowest score, from 0 to 1 (0.5; from 0.95 on hardly anybody would doubt it)"),
        )
        .arg(Arg::new("count").long("count").action(ArgAction::SetTrue).help("Print only how many pairs there are"))
        .arg(
            Arg::new("merge")
                .long("merge")
                .action(ArgAction::SetTrue)
                .help("Go through the pairs one by one: merge, not the same, skip, quit"),
        )
        .after_help(format!(
            "Examples:\n  kehu {kind} duplicates\n  kehu {kind} duplicates {filter} --min-score 0.8 -f json\n  \
             kehu {kind} duplicates --count"
        ))
}

fn distinct_command(kind: &'static str, letter: char) -> Command {
    Command::new("distinct")
        .about("Says that records which look alike are not the same")
        .arg(
            Arg::new("ref")
                .value_name("REF")
                .required(true)
                .num_args(2..)
                .help(format!("{letter}12 {letter}13"))
                .add(super::complete::references(kind)),
        )
        .after_help(format!(
            "Examples:\n  kehu {kind} distinct {letter}1 {letter}2\n  kehu {kind} distinct {letter}1 {letter}2 --dry-run -v"
        ))
}

/// From 0 to 1.
fn score(text: &str) -> std::result::Result<f64, String> {
    let score = text.parse::<f64>().ok().filter(|score| (0.0..=1.0).contains(score));
    score.ok_or_else(|| "a score is a number from 0 to 1".to_owned())
}

fn run(session: &mut Session, kind: &'static str, matches: &ArgMatches) -> Result<u8> {
    let guided = matches.get_flag("merge");
    if guided && !session.terminal.interactive_input {
        return Err(Error::bad_value(Message::new("Nobody can answer here; --merge needs a terminal."))
            .hint(Message::new("kehu {kind} duplicates -f json").with("kind", kind)));
    }
    let arguments: Vec<String> = words(matches, "filter").into_iter().cloned().collect();
    let among = Query { filter: filter::parse_arguments(&arguments)?, ..Query::new(kind) };
    let table = session.terminal.interactive_output && session.terminal.format() == Format::Table;
    let limit = matches.get_one::<usize>("limit").copied().unwrap_or(if table && !guided { 50 } else { 0 });
    let count = matches.get_flag("count");
    let least = matches.get_one::<f64>("min-score").copied().unwrap_or(LIKELY);
    let found = session.crm()?.duplicates(&Hunt { among, least, limit: if count { 1 } else { limit } })?;
    if count {
        super::reads::print_count(session, found.total as u64)?;
        return Ok(0);
    }
    if guided {
        return walk(session, kind, &found.pairs);
    }
    let grid = grid(session, kind, &found.pairs, found.total)?;
    session.print(&grid)?;
    Ok(0)
}

fn grid(session: &mut Session, kind: &str, pairs: &[Suspicion], total: usize) -> Result<Grid> {
    let mut ids: Vec<i64> = pairs.iter().flat_map(|pair| [pair.first, pair.second]).collect();
    ids.sort_unstable();
    ids.dedup();
    let links = session.crm()?.links(kind, &ids)?;
    let ids_alone = session.terminal.format() == Format::Ids;
    let row = |pair: &Suspicion| {
        let (first, second) = (&links[&pair.first], &links[&pair.second]);
        let reasons = pair.reasons.iter().map(|reason| Value::Text(session.terminal.word(reason))).collect();
        let short = if ids_alone { format!("{} {}", first.short(), second.short()) } else { String::new() };
        let cells = vec![
            Value::Integer(hundredths(pair.score)),
            Value::Text(first.short()),
            Value::text(&*first.title),
            Value::Text(second.short()),
            Value::text(&*second.title),
            Value::List(reasons),
        ];
        Row { short, cells, ..Row::default() }
    };
    Ok(Grid {
        noun: "pairs".to_owned(),
        rows: pairs.iter().map(row).collect(),
        columns: vec![
            Column::new("score", "Score", "相似度", Kind::Decimal { scale: 2 }),
            Column::new("record", "Record", "记录", Kind::Text),
            Column::new("name", "Name", "名称", Kind::Text),
            Column::new("other", "Other", "另一记录", Kind::Text),
            Column::new("other_name", "Its name", "其名称", Kind::Text),
            Column::new("reasons", "Reasons", "理由", Kind::List(Box::new(Kind::Text))),
        ],
        totals: None,
        total: Total::Exactly(total as u64),
    })
}

#[expect(clippy::cast_possible_truncation, reason = "a score is at most 1")]
fn hundredths(score: f64) -> i64 {
    // What is not quite certain is not shown as certain.
    ((score * 100.0).round() as i64).min(if score < 1.0 { 99 } else { 100 })
}

/// Goes through the pairs and asks what to do with each; what was merged meanwhile is passed over.
fn walk(session: &mut Session, kind: &'static str, pairs: &[Suspicion]) -> Result<u8> {
    if pairs.is_empty() {
        session.terminal.warn(&Message::new("No two look alike."));
    }
    for (place, pair) in pairs.iter().enumerate() {
        let crm = session.crm()?;
        let (first, second) = (crm.record(kind, pair.first)?, crm.record(kind, pair.second)?);
        if first.is_deleted() || second.is_deleted() {
            continue;
        }
        let reasons: Vec<String> = pair.reasons.iter().map(|reason| session.terminal.word(reason)).collect();
        let names = [&first, &second].map(|entry| format!("{} {}", entry.short(), entry.title()));
        let score = kehu::record::types::show(&Kind::Decimal { scale: 2 }, &Value::Integer(hundredths(pair.score)));
        session.terminal.line(&format!("{}/{}  {score}  {}", place + 1, pairs.len(), reasons.join(", ")));
        match choice(session, &names)? {
            0 => merge_if_wished(session, &of(kind, pair.first, pair.second))?,
            1 => merge_if_wished(session, &of(kind, pair.second, pair.first))?,
            2 => {
                session.crm()?.keep_apart(kind, &[pair.first, pair.second])?;
                session.wrote(&Message::new("{records} are not the same.").with("records", names.join(", ")))?;
            }
            3 => {}
            _ => break,
        }
    }
    Ok(0)
}

/// Whoever says no to what was shown goes on with the next pair.
fn merge_if_wished(session: &mut Session, merge: &Merge) -> Result<()> {
    match merge::ask_and_merge(session, merge) {
        Err(error) if error.cause == Cause::Interrupted => {
            session.terminal.warn(&error.message);
            Ok(())
        }
        done => done,
    }
}

fn of(kind: &str, winner: i64, loser: i64) -> Merge {
    Merge { kind: kind.to_owned(), winner, losers: vec![loser], prefer: Vec::new() }
}

fn choice(session: &Session, names: &[String; 2]) -> Result<usize> {
    let word = |message: Message| session.terminal.word(&message);
    let keep = |name: &String| word(Message::new("Merge into {record}").with("record", name));
    let items = [
        keep(&names[0]),
        keep(&names[1]),
        word(Message::new("Not the same")),
        word(Message::new("Skip")),
        word(Message::new("Quit")),
    ];
    let prompt = format!("{} / {}", names[0], names[1]);
    Select::new()
        .with_prompt(prompt)
        .items(&items)
        .default(3)
        .interact()
        .map_err(|_| Error::new(Cause::Interrupted, Message::new("Nothing was done.")))
}

fn distinct(session: &mut Session, kind: &'static str, matches: &ArgMatches) -> Result<u8> {
    let references: Vec<String> = words(matches, "ref").into_iter().cloned().collect();
    let crm = session.crm()?;
    let ids: Vec<i64> = references.iter().map(|reference| crm.find_by_ref(kind, reference)).collect::<Result<_>>()?;
    crm.keep_apart(kind, &ids)?;
    session.wrote(&Message::new("{records} are not the same.").with("records", references.join(", ")))?;
    Ok(0)
}
