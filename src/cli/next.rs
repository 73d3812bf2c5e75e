//! `kehu deal next`: for each open deal what is best done next and why, what is most at stake first.

use super::{daily::heading, extra::Extra, record::words, session::Session, tree};
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use kehu::{
    Message, Result,
    pipeline::Deal,
    record::filter::{self, Filter},
};

pub const NEXT: Extra = Extra { noun: "deal", command, run };

fn command() -> Command {
    Command::new("next")
        .about("Shows what is best done next with open deals and by which rule, what is most at stake first")
        .arg(tree::filter_argument())
        .arg(Arg::new("mine").long("mine").action(ArgAction::SetTrue).help("Only your own deals"))
        .arg(
            Arg::new("limit")
                .long("limit")
                .value_name("N")
                .num_args(1)
                .value_parser(value_parser!(u64))
                .help("At most so many; 0 for all (20 on a terminal, all elsewhere)"),
        )
        .after_help(format!(
            "A rule is a filter: `kehu deal list` with it lists the deals that it means.\n\n\
             Examples:\n  kehu deal next\n  kehu deal next owner=lukas --limit 3 -f json\n\n{}",
            tree::FILTER_HELP
        ))
}

fn run(session: &mut Session, matches: &ArgMatches) -> Result<u8> {
    let mut said: Vec<&str> = words(matches, "filter").into_iter().map(String::as_str).collect();
    let mine = if matches.get_flag("mine") { filter::parse("owner=me")? } else { Filter::All };
    let all = said.is_empty();
    let filter = filter::parse(&std::mem::take(&mut said).join(" "))?;
    let among = match (all, mine) {
        (true, mine) => mine,
        (false, Filter::All) => filter,
        (false, mine) => Filter::And(vec![mine, filter]),
    };
    let usual = session.terminal.style().width.map(|_| Deal::ADVISED);
    let limit = matches.get_one::<u64>("limit").copied().or(usual).filter(|limit| *limit > 0);
    let grid = session.crm()?.next_actions(&among, limit)?;
    session.print(&grid)?;
    if super::daily::is_cut(&grid) && !session.terminal.machine() {
        let title = heading(session, &Message::new("Best next action"), &grid);
        session.terminal.line(&title);
    }
    Ok(0)
}
