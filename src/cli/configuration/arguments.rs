//! The flags that must be known before the command line is read, since the command tree depends on the database.

use super::Origin;
use std::ffi::OsString;

/// Flags and the keys that they set.
const FLAGS: &[(&str, &str)] =
    &[("--db", "db"), ("--as", "user"), ("--now", "now"), ("--lang", "lang"), ("--format", "format"), ("-f", "format")];

/// What flags say, in both spellings, up to a `--`. The command tree complains about what is wrong with them.
pub fn flags(arguments: &[OsString]) -> Vec<(&'static str, String, Origin)> {
    let mut found: Vec<(&'static str, String, Origin)> = Vec::new();
    let mut words = arguments.iter().skip(1).map(|word| word.to_string_lossy()).take_while(|word| *word != "--");
    while let Some(word) = words.next() {
        let Some((flag, key, value)) = FLAGS.iter().find_map(|(flag, key)| {
            let rest = word.strip_prefix(flag)?;
            let joined = rest.strip_prefix('=').or_else(|| (*flag == "-f" && !rest.is_empty()).then_some(rest));
            (rest.is_empty() || joined.is_some()).then(|| (*flag, *key, joined.map(str::to_owned)))
        }) else {
            continue;
        };
        if let Some(value) = value.or_else(|| words.next().map(std::borrow::Cow::into_owned)) {
            found.retain(|(known, _, _)| *known != key);
            found.push((key, value, Origin::Flag(flag)));
        }
    }
    found
}
