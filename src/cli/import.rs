//! `import`: a file of another program becomes records; first checked as a whole, then written as one operation.

mod flags;
mod inspect;
mod maps;
mod report;
mod runs;

pub use flags::{any_command, command};
pub use runs::tell_unfinished;

use super::session::Session;
use clap::ArgMatches;
use indicatif::{ProgressBar, ProgressStyle};
use kehu::{
    Cause, Crm, Error, Message, Result,
    exchange::{
        Source,
        import::{Import, Options, Outcome, Plan, Progress},
    },
};
use std::{
    io,
    path::{Path, PathBuf},
    time::Duration,
};
use tempfile::NamedTempFile;

/// `kehu import …`: a file whose headings tell what it holds, `runs`, or `resume`.
pub fn run_any(session: &mut Session, matches: &ArgMatches) -> Result<u8> {
    match matches.subcommand() {
        Some(("runs", _)) => runs::list(session),
        Some(("resume", _)) => runs::resume(session),
        _ => import(session, None, matches),
    }
}

/// `kehu NOUN import FILE`.
pub fn run(session: &mut Session, kind: &str, matches: &ArgMatches) -> Result<u8> {
    import(session, Some(kind), matches)
}

fn import(session: &mut Session, kind: Option<&str>, matches: &ArgMatches) -> Result<u8> {
    let file = matches.get_one::<String>("file").map_or("-", String::as_str);
    // The spooled file goes when this does.
    let (source, _spool) = open(file)?;
    let options = flags::options(session, matches)?;
    if let Some(rejects) = &options.rejects {
        let input = (file != "-").then_some(Path::new(file));
        super::output_file::check(session, rejects, input, super::output_file::Replace::Rejects)?;
    }
    if matches.get_flag("inspect") {
        return inspect::run(session, &source, kind, &options);
    }
    let dry_run = matches.get_flag("dry-run");
    let bar = bar(session);
    let fresh = missing_database(session);
    let outcome = if dry_run {
        let plan = with_any_database(session, |crm| plan(crm, &source, kind, &options, &bar))?;
        bar.finish_and_clear();
        return report::dry_run(session, &plan);
    } else {
        let crm = session.crm_or_new()?;
        plan(crm, &source, kind, &options, &bar).and_then(|plan| {
            maps::save(matches, &plan)?;
            let kind = plan.kind();
            plan.run(crm, &mut |progress| advance(&bar, progress)).map(|outcome| (kind, outcome))
        })
    };
    bar.finish_and_clear();
    if let (Some(path), true) = (fresh, outcome.as_ref().map_or(true, |(_, outcome)| outcome.refused)) {
        take_away(session, &path);
    }
    let (kind, outcome) = outcome?;
    answer(session, kind, &outcome, &options)
}

/// The database's file, where there is none yet.
fn missing_database(session: &Session) -> Option<PathBuf> {
    let url = session.configuration.database().ok()?;
    let path = PathBuf::from(&url);
    (!url.contains("://") && url != ":memory:" && !path.exists()).then_some(path)
}

/// An import that brought nothing leaves no database behind that it made for the purpose.
fn take_away(session: &mut Session, path: &Path) {
    session.close();
    for ending in ["", "-wal", "-shm"] {
        // What cannot be removed is an empty database, which does no harm.
        let _ = std::fs::remove_file(format!("{}{ending}", path.display()));
    }
}

fn plan(crm: &mut Crm, source: &Source, kind: Option<&str>, options: &Options, bar: &ProgressBar) -> Result<Plan> {
    Import::plan(crm, source, kind, options, &mut |progress| advance(bar, progress))
}

/// A dry run needs no database: where there is none, an empty one in memory answers.
fn with_any_database<R>(session: &mut Session, work: impl FnOnce(&mut Crm) -> Result<R>) -> Result<R> {
    match session.crm() {
        Ok(_) => work(session.crm()?),
        Err(error) if error.cause == Cause::Database => {
            let missing =
                session.configuration.database().is_ok_and(|url| !url.contains("://") && !Path::new(&url).exists());
            if !missing {
                return Err(error);
            }
            work(&mut Crm::open(":memory:", &session.settings(true)?)?)
        }
        Err(error) => Err(error),
    }
}

/// The file, or standard input in a file of its own, since it is read twice.
fn open(file: &str) -> Result<(Source, Option<NamedTempFile>)> {
    if file != "-" {
        return Ok((Source::open(Path::new(file))?, None));
    }
    let spooled = NamedTempFile::new().and_then(|mut spool| {
        io::copy(&mut io::stdin().lock(), &mut spool)?;
        Ok(spool)
    });
    let spool = spooled.map_err(|error| {
        Error::new(Cause::Storage, Message::new("Standard input cannot be kept: {why}.").with("why", error))
    })?;
    Ok((Source::named(spool.path(), "standard input")?, Some(spool)))
}

/// What came of an import: counts as data, the rest for people.
fn answer(session: &mut Session, kind: &str, outcome: &Outcome, options: &Options) -> Result<u8> {
    if outcome.refused {
        let mut error = report::refusal(&outcome.problems, outcome.rejected, "FILE");
        if session.terminal.machine() {
            error.candidates = report::by_line(session, &outcome.problems);
            return Err(error);
        }
        report::problems(session, &outcome.problems, outcome.rejected);
        report::warnings(session, &outcome.warnings);
        return Err(error);
    }
    report::problems(session, &outcome.problems, outcome.rejected);
    report::warnings(session, &outcome.warnings);
    report::outcome(session, kind, outcome)?;
    if let (Some(path), true) = (&options.rejects, outcome.rejected > 0) {
        let message = Message::new("{count} {count:row is|rows are} in {path}, to be mended and imported again.");
        session.terminal.warn(&message.with("count", outcome.rejected).with("path", path.display()));
    }
    Ok(outcome.exit_code())
}

/// Lines that leave a terminal alone.
fn safe(text: &str) -> String {
    let lines: Vec<_> = text.lines().map(super::output::text_safety::safe).collect();
    if lines.is_empty() { String::new() } else { lines.join("\n") + "\n" }
}

/// A progress bar where a person watches.
fn bar(session: &Session) -> ProgressBar {
    if !session.terminal.interactive_errors || session.terminal.quiet {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new_spinner();
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

fn advance(bar: &ProgressBar, progress: Progress) {
    if progress.writing && bar.length() != Some(progress.total) {
        bar.set_length(progress.total);
        if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} {eta}") {
            bar.set_style(style);
        }
    }
    bar.set_position(progress.done);
}
