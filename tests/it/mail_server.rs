//! A mail server as small as it can be: it takes letters, or refuses them, or breaks off, as it is told for each.

use std::{
    collections::VecDeque,
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

/// What the server does with the next letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    Take,
    /// 450 at the recipient.
    Busy,
    /// 550 at the recipient.
    Refuse,
    /// 552 once it has read all of it.
    RefuseText,
    /// It is gone before the text.
    BreakBefore,
    /// It has read all of it, and is gone before it says so.
    BreakAfter,
    /// It has read all of it, and never says so.
    Hang,
}

/// The server, as long as the test lasts.
pub struct MailServer {
    pub port: u16,
    moods: Arc<Mutex<VecDeque<Mood>>>,
    letters: Arc<Mutex<Vec<String>>>,
}

impl MailServer {
    /// What it does with each letter, in their order; it takes all that come after.
    pub fn start(moods: &[Mood]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let server =
            Self { port, moods: Arc::new(Mutex::new(moods.iter().copied().collect())), letters: Arc::default() };
        let (moods, letters) = (server.moods.clone(), server.letters.clone());
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (moods, letters) = (moods.clone(), letters.clone());
                thread::spawn(move || serve(stream, &moods, &letters));
            }
        });
        server
    }

    /// What was taken in, as it came.
    pub fn letters(&self) -> Vec<String> {
        self.letters.lock().expect("whole").clone()
    }

    pub fn address(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }
}

fn serve(stream: TcpStream, moods: &Mutex<VecDeque<Mood>>, letters: &Mutex<Vec<String>>) -> Option<()> {
    let mut out = stream.try_clone().ok()?;
    let mut say = move |line: &str| out.write_all(format!("{line}\r\n").as_bytes()).ok();
    let mut lines = BufReader::new(stream).lines();
    say("220 mail.example")?;
    let mut mood = Mood::Take;
    while let Some(Ok(line)) = lines.next() {
        match line.split([' ', ':']).next().unwrap_or_default().to_uppercase().as_str() {
            "EHLO" | "HELO" => say("250-mail.example\r\n250 8BITMIME")?,
            "MAIL" => {
                mood = moods.lock().ok()?.pop_front().unwrap_or(Mood::Take);
                say("250 go on")?;
            }
            "RCPT" if mood == Mood::Busy => say("450 4.2.1 come again later")?,
            "RCPT" if mood == Mood::Refuse => say("550 5.1.1 nobody of that name")?,
            "RCPT" => say("250 go on")?,
            "DATA" if mood == Mood::BreakBefore => return None,
            "DATA" => {
                say("354 go on")?;
                let mut letter = String::new();
                for line in lines.by_ref() {
                    match line.ok()?.as_str() {
                        "." => break,
                        line => letter.push_str(&format!("{line}\r\n")),
                    }
                }
                if mood == Mood::RefuseText {
                    say("552 5.2.2 no room")?;
                    continue;
                }
                letters.lock().ok()?.push(letter);
                match mood {
                    Mood::BreakAfter => return None,
                    Mood::Hang => thread::sleep(std::time::Duration::from_secs(600)),
                    _ => say("250 taken")?,
                }
            }
            "QUIT" => {
                say("221 bye")?;
                return Some(());
            }
            _ => say("250 go on")?,
        }
    }
    Some(())
}
