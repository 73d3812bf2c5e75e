//! `kehu pipeline snapshot`: keeps today's forecast, for cron; `kehu report forecast-accuracy` compares it with what came.

use super::{extra::Extra, session::Session};
use clap::{ArgMatches, Command};
use kehu::{Message, Result};

pub const SNAPSHOT: Extra = Extra { noun: "pipeline", command, run };

fn command() -> Command {
    Command::new("snapshot")
        .about("Keeps the forecast as it stands today, once a day, so that it can be compared with what came of it")
        .after_help(
            "Examples:\n  kehu pipeline snapshot\n  kehu -q pipeline snapshot --dry-run\n\n\
             Every evening at eight, for cron:\n  0 20 * * * kehu -q pipeline snapshot\n\n\
             What was kept: kehu forecast_snapshot list. What came of it: kehu report forecast-accuracy.",
        )
}

fn run(session: &mut Session, _: &ArgMatches) -> Result<u8> {
    let kept = session.crm()?.keep_forecast()?;
    let today = session.crm()?.reading().clock.today();
    match kept {
        None => session.terminal.say(&Message::new("The forecast of {day} is kept already.").with("day", today)),
        Some(0) => session.terminal.say(&Message::new("There are no deals to forecast anything of.")),
        Some(lines) => session.wrote(
            &Message::new("Kept the forecast of {day}: {count} {count:line|lines}.")
                .with("day", today)
                .with("count", lines),
        )?,
    }
    Ok(0)
}
