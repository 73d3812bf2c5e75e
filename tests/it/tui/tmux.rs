//! Inside tmux, which stands between the program and the terminal: what is copied reaches its buffer, and jobs of the
//! shell are stopped and taken up again.

use crate::world::{Desk, NOW};
use std::{
    process::Command,
    time::{Duration, Instant},
};

/// A server of our own, gone at the end.
pub struct Tmux {
    socket: String,
}

impl Drop for Tmux {
    fn drop(&mut self) {
        self.ask(&["kill-server"]);
    }
}

impl Tmux {
    /// None, saying so, where there is no tmux.
    fn start(desk: &Desk, command: &str) -> Option<Self> {
        Self::sized(desk, (120, 36), &[], command)
    }

    /// As [`Tmux::start`], on a screen of that size and with more of an environment.
    pub fn sized(desk: &Desk, (width, height): (u16, u16), more: &[&str], command: &str) -> Option<Self> {
        if Command::new("tmux").arg("-V").output().is_err() {
            eprintln!("skipped: no tmux found");
            return None;
        }
        let tmux = Self { socket: desk.folder().join("tmux").display().to_string() };
        tmux.ask(&[
            "-f",
            "/dev/null",
            "start-server",
            ";",
            "set-option",
            "-g",
            "set-clipboard",
            "on",
            ";",
            "set-option",
            "-g",
            "exit-empty",
            "off",
        ]);
        let database = desk.database();
        let mut environment = vec![
            format!("HOME={}", desk.folder().display()),
            format!("KEHU_DB={}", database.display()),
            "KEHU_USER=lin".to_owned(),
            format!("KEHU_NOW={NOW}"),
            "TZ=Asia/Shanghai".to_owned(),
            "LANG=C.UTF-8".to_owned(),
        ];
        environment.extend(more.iter().map(|variable| (*variable).to_owned()));
        let (width, height) = (width.to_string(), height.to_string());
        let mut words = vec!["new-session", "-d", "-s", "k", "-x", &width, "-y", &height];
        for variable in &environment {
            words.extend(["-e", variable]);
        }
        words.push(command);
        tmux.ask(&words);
        Some(tmux)
    }

    pub fn ask(&self, words: &[&str]) -> String {
        let output = Command::new("tmux").args(["-u", "-S", &self.socket]).args(words).output().expect("tmux runs");
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
    }

    pub fn keys(&self, keys: &[&str]) {
        self.ask(&[&["send-keys", "-t", "k"], keys].concat());
    }

    pub fn screen(&self) -> String {
        self.ask(&["capture-pane", "-p", "-t", "k"])
    }

    #[track_caller]
    pub fn until(&self, text: &str) {
        self.wait(text, |screen| screen.contains(text));
    }

    /// Waits for a screen, and gives it back.
    #[track_caller]
    pub fn wait(&self, what: &str, holds: impl Fn(&str) -> bool) -> String {
        let late = Instant::now() + Duration::from_secs(30);
        loop {
            let screen = self.screen();
            if holds(&screen) {
                return screen;
            }
            assert!(Instant::now() < late, "{what:?} never came:\n{}", screen.trim_end());
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

#[test]
fn what_is_copied_is_in_the_buffer_of_tmux() {
    let desk = Desk::new();
    let Some(tmux) = Tmux::start(&desk, &format!("{} tui", env!("CARGO_BIN_EXE_kehu"))) else { return };
    tmux.until("[1");
    tmux.keys(&["2"]);
    tmux.until("Customers › C4");
    tmux.keys(&["G"]);
    tmux.until("4/4");
    tmux.keys(&["y"]);
    tmux.until("招商银行深圳分行");
    tmux.keys(&["-l", "招商"]);
    std::thread::sleep(Duration::from_millis(300));
    tmux.keys(&["Enter"]);
    tmux.until("Copied: 招商银行深圳分行");
    let late = Instant::now() + Duration::from_secs(10);
    while tmux.ask(&["show-buffer"]).trim() != "招商银行深圳分行" {
        assert!(Instant::now() < late, "{}", tmux.ask(&["show-buffer"]));
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_shell_takes_it_up_again_where_it_was() {
    let desk = Desk::new();
    let Some(tmux) = Tmux::start(&desk, "bash --norc --noprofile") else { return };
    tmux.keys(&["-l", &format!("PS1='shell> '; {} tui", env!("CARGO_BIN_EXE_kehu"))]);
    tmux.keys(&["Enter"]);
    tmux.until("[1");
    tmux.keys(&["2"]);
    tmux.until("Customers › C4");
    tmux.keys(&["C-z"]);
    tmux.until("Stopped");
    tmux.keys(&["-l", "stty -a | tr ' ' '\\n' | grep -x icanon"]);
    tmux.keys(&["Enter"]);
    tmux.until("\nicanon");
    assert_eq!(
        tmux.ask(&["display-message", "-p", "-t", "k", "#{alternate_on}#{mouse_any_flag}#{cursor_flag}"]).trim(),
        "001"
    );
    tmux.keys(&["-l", "fg"]);
    tmux.keys(&["Enter"]);
    tmux.until("招商银行深圳分行");
    tmux.keys(&["C-q"]);
    tmux.until("shell> ");
}
