//! How data looks: every format, exact for programs and harmless on a terminal.

use crate::world::{Desk, finished};

#[test]
fn every_format_says_the_same() {
    let desk = Desk::new();
    let list =
        |format: &str| desk.run(["customer", "list", "name~acme", "-c", "name,level,owner.name", "-f", format]).done();
    assert_eq!(list("csv"), "ref,name,level,owner.name\nC3,Acme Robotics,B,陆雅梅\n");
    assert_eq!(list("tsv"), "ref\tname\tlevel\towner.name\nC3\tAcme Robotics\tB\t陆雅梅\n");
    assert_eq!(list("ids"), "C3\n");
    assert_eq!(
        list("ndjson"),
        "{\"ref\":\"C3\",\"name\":\"Acme Robotics\",\"level\":\"B\",\"owner.name\":\"陆雅梅\"}\n"
    );
    let json: serde_json::Value = serde_json::from_str(&list("json")).expect("JSON");
    assert_eq!(json["total"], 1);
    assert_eq!(json["items"][0]["owner.name"], "陆雅梅");
    for format in ["table", "md", "html"] {
        let text = list(format);
        assert!(text.contains("C3") && text.contains("Acme Robotics") && text.contains("陆雅梅"), "{format}: {text}");
    }
    assert_eq!(desk.say("customer list -f pdf").code, 2);
}

#[test]
fn nothing_in_a_name_reaches_the_terminal_as_a_command() {
    let desk = Desk::new();
    let name = "Evil \u{1b}[2J\u{1b}]0;owned\u{7} \u{202e}gpj.exe";
    let record = desk.run(["customer", "add", name, "-v"]);
    assert_eq!(record.code, 0, "{}", record.err);
    let bad = |text: &str| text.chars().any(|letter| (letter.is_control() && letter != '\n') || letter == '\u{202e}');
    assert!(!bad(&record.err), "{:?}", record.err);
    for line in [
        "customer list",
        "customer show C5",
        "customer history C5",
        "oplog",
        "find evil",
        "customer rm C5 -y -v",
        "undo -v",
        "customer list -f md",
        "customer list -f html",
    ] {
        let said = desk.say(line);
        assert_eq!(said.code, 0, "{line}: {}", said.err);
        assert!(!bad(&said.out) && !bad(&said.err), "{line}: {:?} {:?}", said.out, said.err);
    }
    let twin = desk.run(["customer", "add", "Twin \u{1b}[31m", "--email", "hello@acme.example"]);
    assert!(!bad(&twin.err), "{:?}", twin.err);
    for words in
        [["customer", "list", "\u{1b}[31m=1"], ["customer", "show", "\u{1b}[31m"], ["customer", "\u{1b}[31m", "x"]]
    {
        let said = desk.run(words);
        assert!(!bad(&said.err), "{words:?}: {:?}", said.err);
    }
}

#[test]
fn in_a_pipe_nothing_is_cut_coloured_or_asked() {
    let desk = Desk::new();
    let long =
        "A very long name of a company that would not fit any terminal of eighty columns, not by far, GmbH & Co. KG";
    desk.run(["customer", "add", long]).done();
    let list = desk.say("customer list").done();
    assert!(list.contains(long) && !list.contains('\u{1b}'), "{list}");
    assert!(desk.say("customer list --color always").done().contains('\u{1b}'));
}

#[test]
fn a_reader_of_chinese_reads_chinese() {
    let desk = Desk::new();
    let list = desk.say("customer list --lang zh").done();
    assert!(list.contains("级别"), "{list}");
    let said = desk.say("customer show C99 --lang zh");
    assert_eq!(said.code, 3);
    assert!(said.err.contains("没有") || said.err.contains("找不到"), "{}", said.err);
    assert_eq!(
        desk.say("customer list -f csv --lang zh").done().lines().next().map(|line| line.starts_with("ref,name")),
        Some(true)
    );
}

#[test]
fn the_first_screen_of_help_is_one_screen() {
    let help = Desk::new().say("--help").done();
    assert!(help.lines().count() <= 42 && !help.contains("\n\n\n"), "{help}");
    assert!(help.lines().all(|line| line.chars().count() <= 90), "{help}");
}

#[test]
fn an_empty_list_has_the_headings_of_a_full_one() {
    let desk = Desk::new();
    let heading = |words: &str| desk.say(words).done().lines().next().map(str::to_owned);
    assert_eq!(heading("customer list -f csv name~nobody"), heading("customer list -f csv"));
    assert_eq!(heading("customer list -f tsv name~nobody"), heading("customer list -f tsv"));
}

#[test]
fn a_shell_completes_refs_filters_and_values() {
    let desk = Desk::new();
    let completed = |words: &[&str]| {
        let mut command = desk.command(["--", "kehu"].iter().chain(words));
        command.env("COMPLETE", "bash").env("_CLAP_IFS", "\n").env("_CLAP_COMPLETE_INDEX", words.len().to_string());
        finished(&mut command).done()
    };
    assert!(completed(&["customer", "show", "C"]).lines().any(|word| word == "C3"));
    assert_eq!(completed(&["show", "C3"]).lines().next(), Some("C3"));
    assert_eq!(completed(&["customer", "list", "lev"]), "level=\nlevel_by=");
    assert_eq!(completed(&["customer", "edit", "C1", "level="]), "level=A\nlevel=B\nlevel=C\nlevel=D");
    assert_eq!(completed(&["log", "vis"]), "visit");
    assert_eq!(completed(&["customer", "list", "--sort", "-nam"]), "-name");
}
