//! A day at the dashboard inside tmux, begun as somebody new begins it, with every step read off the screen and out of
//! the database. Where `KEHU_CAPTURES` names a folder each screen is written there, numbered, to be looked at:
//! `KEHU_CAPTURES=/tmp/day cargo test --test it working_day`.

use super::tmux::Tmux;
use crate::world::Desk;
use serde_json::Value as Json;
use std::{cell::Cell, path::PathBuf, time::Duration};

/// The customer of this day.
const BANK: &str = "招商银行深圳分行";

struct Day {
    tmux: Tmux,
    desk: Desk,
    chinese: bool,
    /// Where captures go, and how many there are.
    folder: Option<PathBuf>,
    count: Cell<usize>,
}

impl Day {
    /// Makes the demo company and opens the dashboard on it, all typed into a shell.
    fn begin(width: u16, height: u16, chinese: bool) -> Option<Self> {
        let desk = Desk::empty();
        let program =
            std::path::Path::new(env!("CARGO_BIN_EXE_kehu")).parent().expect("a folder").display().to_string();
        let language = if chinese { "KEHU_LANG=zh" } else { "KEHU_LANG=en" };
        let shell = format!("cd {}; exec bash --norc --noprofile", desk.folder().display());
        let tmux = Tmux::sized(&desk, (width, height), &[language], &shell)?;
        let folder = std::env::var_os("KEHU_CAPTURES").map(|folder| {
            let name = format!("{width}x{height}-{}", if chinese { "zh" } else { "en" });
            PathBuf::from(folder).join(name)
        });
        if let Some(folder) = &folder {
            std::fs::create_dir_all(folder).expect("a folder for the captures");
        }
        let day = Self { tmux, desk, chinese, folder, count: Cell::new(0) };
        day.command(&format!("PATH={program}:$PATH; PS1='shell> '; stty -a > before.txt; clear"));
        day.tmux.wait("the shell", |screen| screen.trim() == "shell>");
        day.command("kehu demo kehu.db");
        day.shows("demo", "customer list --group-by");
        day.command("clear; kehu");
        day.shows("today", "[1 ");
        Some(day)
    }

    fn pick(&self, english: &'static str, chinese: &'static str) -> &'static str {
        if self.chinese { chinese } else { english }
    }

    fn keys(&self, keys: &[&str]) {
        self.tmux.keys(keys);
    }

    fn text(&self, text: &str) {
        self.tmux.keys(&["-l", text]);
    }

    fn command(&self, line: &str) {
        self.text(line);
        self.keys(&["Enter"]);
    }

    /// Waits for words on the screen, and captures it.
    #[track_caller]
    fn shows(&self, name: &str, words: &str) -> String {
        self.sees(name, words, |screen| screen.contains(words))
    }

    /// Waits for a screen that stands still, and captures it.
    #[track_caller]
    fn sees(&self, name: &str, what: &str, holds: impl Fn(&str) -> bool) -> String {
        let last = Cell::new(String::new());
        let screen = self.tmux.wait(what, |screen| {
            let still = last.replace(screen.to_owned()) == screen;
            std::thread::sleep(Duration::from_millis(100));
            still && holds(screen)
        });
        if let Some(folder) = &self.folder {
            self.count.set(self.count.get() + 1);
            let file = folder.join(format!("{:02}-{name}.txt", self.count.get()));
            std::fs::write(file, &screen).expect("the capture is written");
        }
        screen
    }

    /// What the program says of it in another process.
    #[track_caller]
    fn ask(&self, words: &[&str]) -> Json {
        self.desk.run([words, &["-f", "json"]].concat()).json()
    }

    /// How the log calls what was done last, and through which door.
    #[track_caller]
    fn last(&self) -> (String, String) {
        let log = self.ask(&["oplog", "--limit", "1"]);
        let word = |name: &str| log["items"][0][name].as_str().unwrap_or_default().to_owned();
        (word("what"), word("door"))
    }

    #[track_caller]
    fn refs(&self, words: &[&str]) -> Vec<String> {
        let found = self.ask(words);
        let items = found["items"].as_array().expect("a list").iter();
        items.map(|item| item["ref"].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// By its name in Chinese, by pinyin, and by the digits that a phone ends with.
    fn finds(&self) -> String {
        self.keys(&["2"]);
        self.shows("customers", "1/228");
        for (name, words) in [("chinese", "招商"), ("pinyin", "zsyh"), ("phone", "882345")] {
            self.keys(&["/"]);
            self.keys(&["C-u"]);
            self.sees(&format!("search-{name}-empty"), "all of them", |screen| screen.contains("1/228"));
            self.text(words);
            let screen = self.sees(&format!("search-{name}"), words, |screen| screen.contains("1/1"));
            assert!(screen.contains(BANK), "{screen}");
            assert_eq!(self.refs(&["customer", "list", words]), ["C163"]);
            self.keys(&["Enter"]);
        }
        let bank = "C163";
        self.keys(&["Enter"]);
        self.shows("customer", &format!("C163 {BANK}"));
        bank.to_owned()
    }

    /// Writes down a call, and plans what follows.
    fn calls(&self, bank: &str) {
        self.keys(&["i"]);
        self.text("call 客户要求报价 --next \"+3d 发送报价单\"");
        self.shows("call-typed", "发送报价单");
        self.keys(&["Enter"]);
        self.sees("call-logged", "the call", |screen| screen.contains("客户要求报价") && !screen.contains("+3d"));
        let filter = format!("customer={bank}");
        let acts = self.ask(&[
            "activity",
            "list",
            &filter,
            "owner=lin",
            "created_at=today",
            "-c",
            "kind,subject,due,done",
            "--sort",
            "id",
        ]);
        let told = |place: usize, name: &str| acts["items"][place][name].as_str().unwrap_or_default().to_owned();
        assert_eq!((told(0, "subject"), told(0, "kind")), ("客户要求报价".to_owned(), "call".to_owned()), "{acts}");
        assert_eq!(
            (told(1, "subject"), told(1, "due")),
            ("发送报价单".to_owned(), "2026-04-02T16:00:00Z".to_owned()),
            "{acts}"
        );
        assert_eq!(told(0, "done").get(..10), Some("2026-03-31"), "{acts}");
        assert_eq!(self.last().1, "tui");
    }

    #[track_caller]
    fn deal(&self) -> (String, String) {
        let deal = self.ask(&["deal", "show", "D8"]);
        let word = |value: &Json| value.as_str().unwrap_or_default().to_owned();
        (word(&deal["stage"]["title"]), word(&deal["lost_reason"]))
    }

    /// Carries a deal to the next stage, loses it, and takes both back.
    fn deals(&self) {
        let at = |stage: &str, reason: &str| (stage.to_owned(), reason.to_owned());
        self.keys(&["3"]);
        self.shows("board", "Spreehafen");
        assert_eq!(self.deal(), at("Qualified", ""));
        self.keys(&["m"]);
        self.shows("card-held", self.pick("drop", "放下"));
        self.keys(&["Right"]);
        self.shows("card-carried", "Proposal");
        self.keys(&["Enter"]);
        self.shows("card-dropped", self.pick("u takes it back", "u 撤销"));
        assert_eq!(self.deal(), at("Proposal", ""));
        let moved = self.last();
        assert_eq!(moved.1, "tui");
        self.keys(&["X"]);
        self.shows("lost-why", self.pick("Why was it lost?", "丢单原因"));
        self.text("价格太高");
        self.shows("lost-why-typed", "价格太高");
        self.keys(&["Enter"]);
        self.shows("lost-to-whom", self.pick("Who won it instead?", "谁赢得了它"));
        self.keys(&["Enter"]);
        self.sees("lost", "a lost deal", |screen| {
            screen.contains("Lost") && screen.contains("Cold store temperature logging")
        });
        self.tmux.wait("lost in the database", |_| self.deal() == at("Lost", "价格太高"));
        self.keys(&["u"]);
        self.shows("lost-undone", self.pick("Undid", "已撤销"));
        self.tmux.wait("the loss undone", |_| self.deal() == at("Proposal", ""));
        self.keys(&["u"]);
        self.sees("move-undone", "the move undone", |_| self.deal() == at("Qualified", ""));
        let log = self.ask(&["oplog", "--limit", "10"]);
        let undone = log["items"].as_array().expect("a log").iter();
        let state = |item: &&Json| item["state"].as_str().is_some_and(|state| state.starts_with("undone by"));
        assert_eq!(undone.filter(state).count(), 2, "{log}");
    }

    /// Two write to the same customer: what both wrote is shown, and nothing is lost.
    fn conflicts(&self, bank: &str) {
        self.keys(&["2"]);
        self.shows("customer-again", BANK);
        self.keys(&["e"]);
        self.shows("form", self.pick("Postal code", "邮编"));
        let city = self.pick("▌City", "▌城市");
        for _ in 0..30 {
            if self.tmux.screen().contains(city) {
                break;
            }
            self.keys(&["Tab"]);
            std::thread::sleep(Duration::from_millis(60));
        }
        self.keys(&["C-u"]);
        self.text("珠海");
        self.shows("form-typed", "珠海");
        self.desk.run(["customer", "edit", bank, "city=广州", "site=cmb.example"]).done();
        self.keys(&["C-s"]);
        let screen = self.sees("conflict", "what both wrote", |screen| screen.contains("cmb.example"));
        assert!(screen.contains("珠海") && screen.contains("广州"), "{screen}");
        self.keys(&["Enter"]);
        self.sees("conflict-saved", "saved", |screen| !screen.contains("广州") && !screen.contains("| "));
        self.tmux.wait("both changes", |_| {
            let customer = self.ask(&["customer", "show", bank]);
            customer["city"] == "珠海" && customer["site"].as_str().is_some_and(|site| site.contains("cmb.example"))
        });
        assert_eq!(self.last().1, "tui");
    }

    /// What is listed goes to a file.
    fn exports(&self) {
        self.keys(&["2"]);
        self.tmux.wait("all customers", |screen| {
            let all = screen.contains("1/228");
            if !all {
                self.keys(&["Escape"]);
                std::thread::sleep(Duration::from_millis(300));
            }
            all
        });
        self.keys(&["f"]);
        self.keys(&["C-u"]);
        self.text("level=A");
        self.shows("filter-typed", "level=A");
        self.keys(&["Enter"]);
        let refs = self.refs(&["customer", "list", "level=A", "--limit", "0"]);
        self.shows("filtered", &format!("1/{}", refs.len()));
        self.keys(&["C-e"]);
        self.shows("export", ".csv");
        self.keys(&["C-u"]);
        self.text("key-customers.csv");
        self.keys(&["Enter"]);
        self.shows("exported", &refs.len().to_string());
        let file = self.desk.folder().join("key-customers.csv");
        let written = self.tmux.wait("the file", |_| file.exists()).is_empty();
        assert!(!written, "the dashboard is still there");
        let text = std::fs::read_to_string(&file).expect("the file");
        assert_eq!(text.lines().count(), refs.len() + 1, "{text}");
        for name in refs.iter().chain([&BANK.to_owned()]) {
            assert!(text.contains(name.as_str()), "{name} is not in\n{text}");
        }
    }

    /// To the shell and back.
    fn rests(&self) {
        self.keys(&["C-z"]);
        self.shows("suspended", "Stopped");
        self.command("clear; head -3 key-customers.csv; stty -a | tr ' ' '\\n' | grep -x icanon");
        self.shows("shell", "\nicanon");
        self.assert_given_back();
        self.command("fg");
        self.shows("resumed", "level=A");
    }

    #[track_caller]
    fn assert_given_back(&self) {
        let flags = ["display-message", "-p", "-t", "k", "#{alternate_on}#{mouse_any_flag}#{cursor_flag}"];
        assert_eq!(self.tmux.ask(&flags).trim(), "001", "{}", self.tmux.screen());
    }

    /// Ended from outside in the middle of something.
    fn ends(&self) {
        self.keys(&["N"]);
        self.shows("form-open", self.pick("New customer", "新增客户"));
        let shell = self.tmux.ask(&["display-message", "-p", "-t", "k", "#{pane_pid}"]);
        let children = std::fs::read_to_string(format!("/proc/{0}/task/{0}/children", shell.trim()));
        let process = children.expect("the shell has a job").trim().to_owned();
        let status = std::process::Command::new("kill").args(["-TERM", &process]).status();
        assert!(status.expect("kill runs").success());
        self.tmux.wait("the shell", |screen| screen.trim_end().ends_with("shell>"));
        self.command("clear; stty -a > after.txt; stty -a; diff before.txt after.txt && echo as before");
        self.shows("killed", "\nas before");
        self.assert_given_back();
        self.command("clear; kehu");
        self.shows("again", "[2 ");
        self.keys(&["C-q"]);
        self.tmux.wait("the shell", |screen| screen.trim_end().ends_with("shell>"));
    }
}

fn works(width: u16, height: u16, chinese: bool) {
    let Some(day) = Day::begin(width, height, chinese) else { return };
    let bank = day.finds();
    day.calls(&bank);
    day.deals();
    day.conflicts(&bank);
    day.exports();
    day.rests();
    day.ends();
}

#[test]
fn a_working_day_in_english_at_120_by_36() {
    works(120, 36, false);
}

#[test]
fn a_working_day_in_english_at_80_by_24() {
    works(80, 24, false);
}

#[test]
fn a_working_day_in_chinese_at_120_by_36() {
    works(120, 36, true);
}

#[test]
fn a_working_day_in_chinese_at_80_by_24() {
    works(80, 24, true);
}
