//! Help as a person reads it: the flags of every command told once, and in Chinese for those who want that.

use super::{
    language::{self, Language},
    session::Terminal,
    tree,
};
use clap::{Arg, Command};
use kehu::{crm::base_schemas, record::Schema};
use std::{ffi::OsString, io::Write};

/// The line that stands for the flags that every command takes.
const EVERYWHERE: &str = "Flags everywhere (-f, -c, --dry-run, -y …): see kehu --help";

/// What clap says by itself, and the Chinese.
const OWN_WORDS: [(&str, &str); 10] = [
    ("Usage:", "用法："),
    ("Commands:", "命令："),
    ("Arguments:", "参数："),
    ("Options:", "选项："),
    ("Fields:", "字段："),
    ("Print this message or the help of the given subcommand(s)", "显示本说明或某个命令的说明"),
    ("Print help (see more with '--help')", "显示帮助"),
    ("Print help", "显示帮助"),
    ("Print version", "显示版本"),
    ("[possible values:", "[可选值："),
];

/// Prints the help that was asked for, or the version: the tree is made once more, with the words for people, so that
/// no other command pays for them.
pub fn print(asked: &clap::Error, tree: impl FnOnce() -> Command, arguments: Vec<OsString>, terminal: &Terminal) {
    let chinese = terminal.language == Language::Chinese;
    let command = for_people(tree(), chinese, None);
    let error = command.try_get_matches_from(arguments).err();
    let help = error.as_ref().unwrap_or(asked).render();
    let mut text = if terminal.color { help.ansi().to_string() } else { help.to_string() };
    if chinese {
        for (english, chinese) in OWN_WORDS {
            text = text.replace(english, chinese);
        }
    }
    // A closed pipe has read enough.
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
}

/// A command in the reader's words, with those below it; `above` is the noun that it stands under, the root under none.
fn for_people(command: Command, chinese: bool, above: Option<&str>) -> Command {
    let (root, noun) = (above.is_none(), above.unwrap_or_default());
    let schema = base_schemas().into_iter().find(|schema| chinese && schema.kind == noun);
    let mut command = command.mut_args(|argument| told(argument, chinese, schema.as_ref()));
    if chinese && let Some(about) = command.get_about().map(ToString::to_string) {
        command = command.about(language::help(&about));
    }
    let after = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let after = if chinese { in_chinese(&after) } else { after };
    command = if root {
        command.after_help(after)
    } else {
        let line = if chinese { language::help(EVERYWHERE) } else { EVERYWHERE.to_owned() };
        let between = if after.is_empty() { "" } else { "\n\n" };
        command.after_help(format!("{after}{between}{line}"))
    };
    command.mut_subcommands(|command| {
        let name = command.get_name().to_owned();
        for_people(command, chinese, Some(if root { &name } else { noun }))
    })
}

fn told(argument: Arg, chinese: bool, schema: Option<&Schema>) -> Arg {
    if argument.get_help_heading() == Some(tree::EVERYWHERE) {
        return argument.hide(true);
    }
    let Some(help) = argument.get_help().map(ToString::to_string).filter(|_| chinese) else { return argument };
    let field = schema.filter(|_| argument.get_help_heading() == Some(tree::FIELDS));
    // What a field is called says what it is for, in Chinese; its words are typed as they are.
    match field.and_then(|schema| schema.field(argument.get_id().as_str())).filter(|field| !field.label_zh.is_empty()) {
        Some(field) => {
            let words = help.find(" [").filter(|_| !field.choices().is_empty()).and_then(|place| help.get(place..));
            argument.help(format!("{}{}", field.label_zh, words.unwrap_or_default()))
        }
        None => argument.help(language::help(&help)),
    }
}

/// The parts of a longer text, each in Chinese where there is any.
fn in_chinese(text: &str) -> String {
    let part = |part: &str| match part.strip_prefix("Examples:\n") {
        Some(examples) => format!("示例：\n{}", remarks(examples)),
        None => remarks(&language::help(part)),
    };
    text.split("\n\n").map(part).collect::<Vec<_>>().join("\n\n")
}

/// A word and what it is for, line by line, as the first screen has them.
fn remarks(text: &str) -> String {
    let line = |line: &str| {
        let told = line.trim_start();
        match told.split_once("  ") {
            Some((_, about)) => {
                let about = about.trim_start();
                line.replace(about, &language::help(about))
            }
            None => line.replace(told, &language::help(told)),
        }
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Everything that the help of a command and of those below it says and that is left in English.
    fn in_english(command: &Command, path: &str, found: &mut Vec<String>) {
        let mut look = |what: &str, text: &str| {
            let chinese = |letter: char| ('\u{4e00}'..='\u{9fff}').contains(&letter);
            if text.chars().any(chinese) || !text.contains(' ') || text.to_uppercase() == text {
                return;
            }
            found.push(format!("{path} {what}: {text}"));
        };
        look("about", &command.get_about().map(ToString::to_string).unwrap_or_default());
        for argument in command.get_arguments().filter(|argument| !argument.is_hide_set()) {
            look(argument.get_id().as_str(), &argument.get_help().map(ToString::to_string).unwrap_or_default());
        }
        let after = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        for part in after.split("\n\n").filter(|part| !part.starts_with("示例：")) {
            look("remark", part);
        }
        for below in command.get_subcommands() {
            in_english(below, &format!("{path} {}", below.get_name()), found);
        }
    }

    #[test]
    fn no_help_is_left_in_english_for_those_who_read_chinese() {
        let schemas: Vec<_> = base_schemas().into_iter().map(std::sync::Arc::new).collect();
        let mut found = Vec::new();
        in_english(&for_people(tree::root(&schemas, &tree::Wanted::All), true, None), "kehu", &mut found);
        assert!(found.is_empty(), "{} are left in English:\n{}", found.len(), found.join("\n"));
    }
}
