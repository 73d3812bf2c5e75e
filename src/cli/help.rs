//! Help as a person reads it: the flags of every command told once, and in Chinese for those who want that.

use super::{
    language::{self, Language},
    session::Terminal,
    tree,
};
use clap::{Arg, Command};
use std::{ffi::OsString, io::Write};

/// The line that stands for the flags that every command takes.
const EVERYWHERE: &str = "Flags everywhere (-f, -c, --dry-run, -y …): see kehu --help";

/// What clap says by itself, and the Chinese.
const OWN_WORDS: [(&str, &str); 9] = [
    ("Usage:", "用法："),
    ("Commands:", "命令："),
    ("Arguments:", "参数："),
    ("Options:", "选项："),
    ("Fields:", "字段："),
    ("Print help (see more with '--help')", "显示帮助"),
    ("Print help", "显示帮助"),
    ("Print version", "显示版本"),
    ("[possible values:", "[可选值："),
];

/// Prints the help that was asked for, or the version: the tree is made once more, with the words for people, so that
/// no other command pays for them.
pub fn print(asked: &clap::Error, tree: impl FnOnce() -> Command, arguments: Vec<OsString>, terminal: &Terminal) {
    let chinese = terminal.language == Language::Chinese;
    let command = for_people(tree(), chinese, true);
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

fn for_people(command: Command, chinese: bool, root: bool) -> Command {
    let mut command = command.mut_args(|argument| told(argument, chinese));
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
    command.mut_subcommands(|command| for_people(command, chinese, false))
}

fn told(argument: Arg, chinese: bool) -> Arg {
    if argument.get_help_heading() == Some(tree::EVERYWHERE) {
        return argument.hide(true);
    }
    match argument.get_help().map(ToString::to_string) {
        Some(help) if chinese => argument.help(language::help(&help)),
        _ => argument,
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
