//! Hints that name the record at hand: a verb with what was said, and an example of what it needs still.

use clap::ArgMatches;
use kehu::{
    Cause, Crm, Error, Message, Result,
    record::{Ask, Kind, Verb},
};

/// The verb on those records, with the answers that were given and examples of those that are missing or wrong.
pub fn again(crm: &mut Crm, kind: &str, verb: &Verb, matches: &ArgMatches, wrong: Option<&str>) -> Message {
    let mut parts = vec![format!("kehu {kind} {}", verb.name)];
    let mut references = super::record::words(matches, "ref");
    // A bare number behind a reference was probably meant for what is missing.
    let lacking = verb.asks.iter().find(|ask| ask.required && !matches.contains_id(ask.name));
    let number = lacking.filter(|ask| (ask.kind)() == Kind::Integer && references.len() > 1);
    let number = number.and_then(|_| references.pop_if(|last| last.chars().all(|letter| letter.is_ascii_digit())));
    for reference in references {
        let short = crm.find(kind, reference).ok().zip(crm.schema(kind).ok()).map(|(id, schema)| schema.short(id));
        parts.push(short.unwrap_or_else(|| quoted(reference)));
    }
    let answer = |ask: &Ask| {
        let said = matches.get_one::<String>(ask.name).filter(|_| wrong != Some(ask.name)).map(|said| quoted(said));
        let said = said.or_else(|| number.filter(|_| lacking.is_some_and(|lacking| lacking.name == ask.name)).cloned());
        let wanted = || (ask.required || wrong == Some(ask.name)).then(|| sample(verb.example, ask.name)).flatten();
        said.or_else(wanted).map(|value| format!("--{} {value}", ask.name))
    };
    parts.extend(verb.asks.iter().filter_map(answer));
    command(parts.join(" "))
}

/// Why a verb cannot be done with a record now, and what can be done with it instead.
pub fn refused(crm: &mut Crm, kind: &str, verbs: &[Verb], id: i64, reason: Message) -> Result<Error> {
    let short = crm.schema(kind)?.short(id);
    let reopen = verbs.iter().find(|verb| verb.name == "reopen");
    let possible = match reopen {
        Some(verb) => (verb.refused)(crm, id)?.is_none(),
        None => false,
    };
    let verb = if possible { "reopen" } else { "show" };
    Ok(Error::new(Cause::Refused, reason).hint(command(format!("kehu {kind} {verb} {short}"))))
}

/// A command as a hint.
pub fn command(text: String) -> Message {
    Message::new("{example}").with("example", text)
}

/// The value of a flag in an example.
fn sample(example: &str, name: &str) -> Option<String> {
    let line = example.lines().last()?;
    let value = |flag: &str| Some(flag.strip_prefix(name)?.strip_prefix(' ')?.trim().to_owned());
    line.split(" --").skip(1).find_map(value)
}

/// A word as a shell takes it for one.
fn quoted(word: &str) -> String {
    let plain = |letter: char| letter.is_alphanumeric() || "-_.:,@/+%".contains(letter);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("\"{}\"", word.replace('\\', "\\\\").replace('"', "\\\"").replace('$', "\\$").replace('`', "\\`"))
}
