//! What must not happen to what comes in: that it comes in twice, or half, or not at all without a word.

use crate::{
    storage::on_both,
    world::{Desk, NOW, World, finished, people, settings},
};
use jiff::{ToSpan, civil, tz::TimeZone};
use kehu::{
    Cause, Crm, Settings,
    clock::Clock,
    tickets::{Arrival, Reception, Taken},
};
use std::{
    fmt::Write as _,
    path::PathBuf,
    process::{Child, Stdio},
};

fn receive_as(crm: &mut Crm, bytes: &[u8], reception: &Reception) -> Vec<Arrival> {
    crm.receive(&mut &*bytes, reception, &mut |_, _| ()).expect("receives")
}

fn receive(crm: &mut Crm, bytes: impl AsRef<[u8]>) -> Taken {
    let mut arrivals = receive_as(crm, bytes.as_ref(), &Reception::default());
    assert_eq!(arrivals.len(), 1);
    arrivals.remove(0).taken
}

fn opened(taken: &Taken) -> i64 {
    match taken {
        Taken::Opened(id) => *id,
        other => panic!("{other:?}"),
    }
}

fn why(taken: &Taken) -> String {
    match taken {
        Taken::Ignored(error) | Taken::Refused(error) => error.message.to_string(),
        other => panic!("{other:?}"),
    }
}

fn told(crm: &mut Crm) -> Vec<String> {
    crm.notices().iter().map(ToString::to_string).collect()
}

/// A letter of Ingrid's with these headers beside the usual ones.
fn letter(headers: &str, text: &str) -> String {
    format!("From: Ingrid Larsen <ingrid@nordic-instruments.example>\nTo: support@ours.example\n{headers}\n\n{text}\n")
}

/// So many letters in one mailbox, each its own.
fn mailbox(letters: impl IntoIterator<Item = usize>) -> String {
    let mut all = String::new();
    for number in letters {
        let letter = letter(&format!("Subject: Question {number}\nMessage-ID: <{number}@x>"), "It is dark.");
        let _ = write!(all, "From ingrid@nordic-instruments.example Mon Mar 30 10:00:00 2026\n{letter}\n");
    }
    all
}

/// A letter with so many files of so many bytes.
fn with_files(count: usize, bytes: usize) -> String {
    let mut text = letter(
        "Subject: Files\nMessage-ID: <files@x>\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b",
        "--b\nContent-Type: text/plain\n\nSee below.",
    );
    for number in 0..count {
        let content = format!("{number} {}", "x".repeat(bytes));
        let _ = write!(
            text,
            "--b\nContent-Type: text/plain\nContent-Disposition: attachment; filename=f{number}.txt\n\n{content}\n"
        );
    }
    text + "--b--\n"
}

/// A handle of Lin's, so many minutes later.
fn later(world: &World, minutes: i64) -> Crm {
    let zone = TimeZone::get("Asia/Shanghai").expect("the zone is known");
    let now = NOW.parse::<civil::DateTime>().expect("an hour").saturating_add(minutes.minutes());
    let clock = Clock::fixed(now.to_zoned(zone.clone()).expect("an hour there").timestamp(), zone);
    let mut crm = Crm::open(&world.url, &Settings { clock, ..settings() }).expect("opens");
    crm.sign_in("lin").expect("is known");
    crm
}

/// The program on the world's database.
fn start(desk: &Desk, world: &World, arguments: &[&str]) -> Child {
    let mut command = desk.command(arguments);
    command.env("KEHU_DB", &world.url).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().expect("starts")
}

fn file(desk: &Desk, name: &str, content: &str) -> String {
    let path: PathBuf = desk.folder().join(name);
    std::fs::write(&path, content).expect("writes");
    path.display().to_string()
}

fn codes(children: Vec<Child>) -> Vec<i32> {
    children.into_iter().map(|mut child| child.wait().expect("ends").code().unwrap_or(-1)).collect()
}

on_both! {
    fn the_same_letter_taken_in_by_six_at_once_is_one_ticket(world) {
        people(world);
        let desk = Desk::empty();
        let path = file(&desk, "one.eml", &letter("Subject: Dark\nMessage-ID: <one@x>", "It is dark."));
        let children = (0..6).map(|_| start(&desk, world, &["ticket", "intake", &path])).collect();
        assert_eq!(codes(children), [0; 6]);
        assert_eq!(world.names("ticket", "id=1.."), ["Dark"]);
        assert_eq!(world.crm.count_where("ticket_message", "id=1..").expect("counts"), 1);
        let form = "subject=Call+me&message=Please";
        let children = (0..4).map(|_| start(&desk, world, &["ticket", "intake", "--form", form])).collect();
        assert_eq!(codes(children), [0; 4]);
        assert_eq!(world.names("ticket", "id=1.."), ["Dark", "Call me"]);
    }

    fn two_overlapping_runs_over_one_mailbox_take_each_letter_in_once(world) {
        people(world);
        let desk = Desk::empty();
        let path = file(&desk, "all.mbox", &mailbox(0..60));
        let children = (0..2).map(|_| start(&desk, world, &["ticket", "intake", &path])).collect();
        assert_eq!(codes(children), [0; 2]);
        assert_eq!(world.crm.count_where("ticket_message", "id=1..").expect("counts"), 60);
        assert_eq!(world.crm.count_where("ticket", "id=1..").expect("counts"), 60);
    }

    fn a_mailbox_is_one_operation_for_an_undo_and_others_write_in_between(world) {
        people(world);
        let before = world.dump();
        let mut other = world.as_user("mei");
        let bytes = mailbox(0..30);
        let mut seen = 0;
        let arrivals = world.crm.receive(&mut bytes.as_bytes(), &Reception::default(), &mut |_, _| {
            seen += 1;
            if seen == 10 {
                other.add("branch", vec![("name".into(), kehu::record::Value::text("Kiel"))]).expect("is not kept out");
            }
        }).expect("receives");
        assert_eq!(arrivals.len(), 30);
        assert_eq!(world.names("ticket", "question 29").len(), 1, "found by its words");
        let line = world.crm.operations(Some(1)).expect("lists").remove(0);
        assert_eq!((line.door.as_str(), line.actor.as_str()), ("cli", "陆雅梅"), "hers began later");
        let undone = world.crm.undo(None, false).expect("undoes");
        assert_eq!(undone.label, "Take in 30 e-mails");
        other.undo(None, false).expect("hers too");
        assert_eq!(world.dump(), before);
        world.crm.redo().expect("again");
        assert_eq!(world.crm.count_where("ticket", "id=1..").expect("counts"), 30);
        let again = receive_as(&mut world.crm, mailbox(0..32).as_bytes(), &Reception::default());
        assert_eq!(again.iter().filter(|arrival| matches!(arrival.taken, Taken::Opened(_))).count(), 2);
        assert_eq!(world.crm.undo(None, false).expect("undoes").label, "Take in 2 e-mails");
        assert_eq!(world.crm.count_where("ticket", "id=1..").expect("counts"), 30);
    }

    fn letters_that_are_odd_and_yet_somebodys_question_come_in_with_a_word(world) {
        people(world);
        world.crm.notices();
        let many: Vec<String> = (0..45).map(|number| format!("Firstname Lastname <person{number}@a-long-domain.example>")).collect();
        let headers = format!("Cc: {}\nSubject: Many\nMessage-ID: <many@x>", many.join(",\n "));
        let many = opened(&receive(&mut world.crm, letter(&headers, "Hello.")));
        assert_eq!(told(&mut world.crm), ["The e-mail went to 46 addresses; the first 28 were kept."]);
        let message = world.crm.count_where("ticket_message", "id=1..").expect("counts");
        assert!(world.text("ticket_message", i64::try_from(message).expect("fits"), "to").ends_with("person26@a-long-domain.example, …"));
        assert_eq!(world.text("ticket", many, "subject"), "Many");
        let html = "Subject: Web\nMessage-ID: <web@x>\nMIME-Version: 1.0\nContent-Type: text/html";
        let web = opened(&receive(&mut world.crm, letter(html, "<p>hi&#0;there</p>")));
        assert!(world.text("ticket", web, "description").contains("there"));
        let long = format!("Subject: Long\nMessage-ID: <{}@x>", "a".repeat(3000));
        let first = opened(&receive(&mut world.crm, letter(&long, "Hello.")));
        assert_eq!(receive(&mut world.crm, letter(&long, "Hello.")), Taken::Unchanged(first));
        let answer = format!("Subject: Re: Long\nMessage-ID: <short@x>\nIn-Reply-To: <{}@x>", "a".repeat(3000));
        assert_eq!(receive(&mut world.crm, letter(&answer, "Hello?")), Taken::Answered(first));
        let form = opened(&receive(&mut world.crm, "{\"subject\": \"No\\u0000thing\", \"message\": \"a\\u0000b\"}"));
        assert_eq!((world.text("ticket", form, "subject"), world.text("ticket", form, "description")), ("Nothing".into(), "ab".into()));
        for (number, before) in ["\u{feff}", "\n", "\r\n\r\n", "\u{feff}\n"].iter().enumerate() {
            let text = letter(&format!("Subject: Before\nMessage-ID: <before{number}@x>"), "Hello.");
            opened(&receive(&mut world.crm, format!("{before}{text}")));
        }
        let marked = format!("\u{feff}\n{}", mailbox(0..2));
        assert_eq!(receive_as(&mut world.crm, marked.as_bytes(), &Reception::default()).len(), 2);
    }

    fn the_same_words_later_or_of_somebody_else_are_another_matter(world) {
        people(world);
        let form = "{\"subject\": \"S\", \"email\": \"zoe@acme.example\", \"message\": \"M\"}";
        let first = opened(&receive(&mut world.crm, form));
        assert_eq!(receive(&mut later(world, 9), form), Taken::Unchanged(first), "a second click");
        let anonymous = "subject=Help&message=Please+call";
        let nobody = opened(&receive(&mut world.crm, anonymous));
        assert_eq!(receive(&mut world.crm, anonymous), Taken::Unchanged(nobody));
        opened(&receive(&mut world.crm, form.replace("zoe", "max")));
        opened(&receive(&mut later(world, 11), form));
        opened(&receive(&mut later(world, 11), anonymous));
        let name = "name=Zhang+Wei&message=A+quote";
        let taken = |crm: &mut Crm| crm.intake(name.as_bytes(), &kehu::pipeline::Welcome::default()).expect("takes")[0];
        assert_eq!(taken(&mut world.crm), kehu::pipeline::Taken::Added(1));
        assert_eq!(taken(&mut later(world, 9)), kehu::pipeline::Taken::Unchanged(1));
        assert_eq!(taken(&mut later(world, 11)), kehu::pipeline::Taken::Added(2), "many are called so");
    }

    fn hundreds_of_files_are_kept_to_a_bound_and_what_is_left_out_leaves_a_line(world) {
        people(world);
        world.crm.notices();
        let id = opened(&receive(&mut world.crm, with_files(230, 3)));
        assert_eq!(world.crm.count_where("attachment", "id=1..").expect("counts"), 200);
        let line = "Only 200 files of the e-mail are kept; 30 more are left out: f200.txt, f201.txt, f202.txt, f203.txt, f204.txt, f205.txt, f206.txt, f207.txt, f208.txt, f209.txt, …";
        assert_eq!(told(&mut world.crm), [line]);
        assert_eq!(world.text("ticket_message", 1, "body"), format!("See below.\n\n[{line}]"));
        assert_eq!(world.text("ticket", id, "description"), "See below.");
        let reception = Reception { attachment_limit: 2048, ..Reception::default() };
        let big = with_files(2, 5000).replace("<files@x>", "<big@x>");
        receive_as(&mut world.crm, big.as_bytes(), &reception);
        let line = "f0.txt (4.8 KB) is left out: an attachment has 2 KB at most.";
        assert_eq!(told(&mut world.crm)[0], line);
        assert!(world.text("ticket_message", 2, "body").starts_with(&format!("See below.\n\n[{line}]\n[f1.txt")));
    }

    fn a_thread_without_end_is_read_in_a_moment(world) {
        people(world);
        let first = opened(&receive(&mut world.crm, letter("Subject: One\nMessage-ID: <0@x>", "x")));
        let before: Vec<String> = (0..100_000).map(|number| format!("<{number}@x>")).collect();
        let started = std::time::Instant::now();
        let answer = letter(&format!("Subject: Re: One\nMessage-ID: <last@x>\nReferences: {}", before.join("\n ")), "y");
        assert_eq!(receive(&mut world.crm, answer), Taken::Answered(first), "by the first of them");
        assert!(started.elapsed().as_secs() < 8, "{:?}", started.elapsed());
    }

    fn a_letter_in_another_charset_than_it_says_is_read_by_its_bytes(world) {
        people(world);
        let text = "您好，设备的屏幕不亮，请尽快处理，谢谢！";
        let gbk = encoding_rs::GB18030.encode(text).0.into_owned();
        let subject = encoding_rs::GB18030.encode("屏幕不亮的问题").0.into_owned();
        for (number, (charset, body)) in [("us-ascii", &gbk), ("gbk", &text.as_bytes().to_vec()), ("utf-8", &gbk), ("gb2312", &gbk), ("iso-8859-1", &text.as_bytes().to_vec())].into_iter().enumerate() {
            let headers = letter(&format!("Message-ID: <{number}@x>\nMIME-Version: 1.0\nContent-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: 8bit\nSubject: "), "");
            let mut bytes = headers.trim_end().as_bytes().to_vec();
            bytes.push(b' ');
            bytes.extend(&subject);
            bytes.extend(b"\n\n");
            bytes.extend(body);
            let id = opened(&receive(&mut world.crm, bytes));
            assert_eq!(world.text("ticket", id, "description"), text, "{charset}");
            // Any bytes can be Western letters, so who claims that is believed.
            if charset != "iso-8859-1" {
                assert_eq!(world.text("ticket", id, "subject"), "屏幕不亮的问题", "{charset}");
            }
        }
    }

    fn what_claims_two_bytes_a_letter_and_has_one_is_read(world) {
        people(world);
        let text = letter("Subject: x\nMessage-ID: <w@x>\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-16", "plain ascii really");
        let id = opened(&receive(&mut world.crm, text));
        assert_eq!(world.text("ticket", id, "description"), "plain ascii really");
    }

    fn a_sender_is_known_by_every_address(world) {
        people(world);
        world.edit("contact", 2, &[("more_emails", "il@home.example")]);
        world.edit("customer", 3, &[("more_emails", "office@acme.example, desk@acme.example")]);
        let from = |address: &str, number: usize| letter(&format!("Subject: x\nMessage-ID: <{number}@x>"), "x").replace("ingrid@nordic-instruments.example", address);
        let id = opened(&receive(&mut world.crm, from("il@home.example", 1)));
        assert_eq!((world.value("ticket", id, "customer").as_integer(), world.value("ticket", id, "contact").as_integer()), (Some(2), Some(2)));
        let id = opened(&receive(&mut world.crm, from("desk@acme.example", 2)));
        assert_eq!((world.value("ticket", id, "customer").as_integer(), world.value("ticket", id, "contact").as_integer()), (Some(3), None));
    }

    fn a_clock_that_is_years_behind_makes_no_ticket_late(world) {
        people(world);
        let dated = |date: &str, number: usize| letter(&format!("Subject: x\nMessage-ID: <{number}@x>\nDate: {date}"), "x");
        for (number, (date, received)) in [
            ("Mon, 1 Jan 0001 10:00:00 +0000", "2026-03-31T01:00:00Z"),
            ("Sat, 28 Feb 2026 10:00:00 +0000", "2026-03-31T01:00:00Z"),
            ("Mon, 30 Mar 2026 10:00:00 +0800", "2026-03-30T02:00:00Z"),
            ("Mon, 30 Mar 2099 10:00:00 +0800", "2026-03-31T01:00:00Z"),
        ].into_iter().enumerate() {
            let id = opened(&receive(&mut world.crm, dated(date, number)));
            assert_eq!(world.text("ticket", id, "received"), received, "{date}");
        }
        let kept = format!("From x Tue Mar  5 09:00:00 2024\n{}\n", dated("Mon, 4 Mar 2024 10:00:00 +0000", 9));
        let id = opened(&receive(&mut world.crm, kept));
        assert_eq!(world.text("ticket", id, "received"), "2024-03-04T10:00:00Z", "a mailbox says itself when it came");
    }

    fn what_was_thrown_away_stays_away_and_what_is_ours_is_no_question(world) {
        people(world);
        let spam = letter("Subject: Win\nMessage-ID: <spam@x>", "Win!");
        let id = opened(&receive(&mut world.crm, &spam));
        world.crm.remove("ticket", id).expect("throws it away");
        let again = receive(&mut world.crm, &spam);
        assert!(matches!(again, Taken::Ignored(_)));
        assert_eq!(why(&again), format!("It came in before, as T{id}, which is in the recycle bin."));
        world.crm.undo(None, false).expect("brings it back");
        assert_eq!(receive(&mut world.crm, &spam), Taken::Unchanged(id));
        let mut crm = Crm::open(&world.url, &Settings { mail_from: Some("Service <NoReply@ours.example>".into()), ..settings() }).expect("opens");
        crm.sign_in("lin").expect("is known");
        let ours = letter("Subject: x\nMessage-ID: <ours@x>", "x").replace("ingrid@nordic-instruments.example", "noreply@ours.example");
        assert_eq!(why(&receive(&mut crm, &ours)), "It comes from noreply@ours.example, which is our own address.");
        let said = kehu::tickets::Said { ticket: id, direction: kehu::tickets::Direction::Out, text: "Hello.".into(), ..Default::default() };
        let message = crm.say(&said).expect("answers");
        assert!(world.text("ticket_message", message, "message_id").ends_with("@ours.example"));
    }
}

/// A folder that cannot be written to, in which files should lie: the letter has to come again.
#[test]
fn a_letter_whose_files_cannot_be_kept_is_not_taken_in_and_comes_again() {
    let mut world = World::on_sqlite();
    people(&mut world);
    let before = world.dump();
    let folder = format!("{}.files", world.url);
    std::fs::write(&folder, "in the way").expect("writes");
    let letter = with_files(2, 10);
    let error =
        world.crm.receive(&mut letter.as_bytes(), &Reception::default(), &mut |_, _| ()).expect_err("in the way");
    assert_eq!(error.cause, Cause::Storage, "{error}");
    assert_eq!(world.dump(), before);
    let error = world.crm.intake(letter.as_bytes(), &kehu::pipeline::Welcome::default()).expect_err("in the way");
    assert_eq!(error.cause, Cause::Storage, "{error}");
    std::fs::remove_file(&folder).expect("out of the way");
    opened(&receive(&mut world.crm, &letter));
    assert_eq!(world.names("attachment", "id=1.."), ["f0.txt", "f1.txt"]);
}

#[test]
fn what_is_left_out_is_dealt_with_and_what_cannot_be_taken_in_is_not() {
    let desk = Desk::new();
    let machine =
        file(&desk, "machine.eml", &letter("Subject: Away\nAuto-Submitted: auto-replied\nMessage-ID: <a@x>", "x"));
    let output = desk.run(["ticket", "intake", &machine]);
    assert_eq!(
        (output.code, output.err.as_str()),
        (0, "It is left out: A machine sent it, as Auto-Submitted: auto-replied says.\n")
    );
    let nobody = file(&desk, "nobody.eml", "Subject: Who\n\nx\n");
    assert_eq!(desk.run(["ticket", "intake", &nobody]).code, 2);
    let all = format!("{}From x Mon Mar 30 10:00:00 2026\nSubject: Who\n\nx\n", mailbox(0..2));
    let all = file(&desk, "all.mbox", &all);
    let output = desk.run(["ticket", "intake", &all, "-v"]);
    assert_eq!(output.code, 6, "{}", output.err);
    desk.say("undo").done();
    assert_eq!(desk.say("ticket list -f json").done().matches("Question").count(), 0, "all of it");
}

/// What came before the fault stays and is told of, and the next run takes the rest.
#[test]
fn a_mailbox_that_cannot_be_kept_to_its_end_says_how_far_it_came() {
    let desk = Desk::new();
    let folder = desk.folder().join("kehu.db.files");
    std::fs::write(&folder, "in the way").expect("writes");
    let all = format!("{}From x Mon Mar 30 10:00:00 2026\n{}\n{}", mailbox(0..2), with_files(1, 5), mailbox(2..3));
    let all = file(&desk, "all.mbox", &all);
    let output = desk.run(["ticket", "intake", &all, "-v"]);
    assert_eq!((output.code, output.out.as_str()), (1, ""), "{}", output.err);
    assert!(output.err.starts_with("2 new tickets"), "{}", output.err);
    std::fs::remove_file(&folder).expect("out of the way");
    let output = desk.run(["ticket", "intake", &all, "-v"]);
    assert!(output.err.contains("2 new tickets, 0 answers, 2 known already"), "{}", output.err);
}

/// Killed in the middle, a run is gone on with by the next one.
#[test]
fn a_run_that_is_killed_keeps_what_it_took_in_and_the_next_takes_the_rest() {
    let mut world = World::on_sqlite();
    people(&mut world);
    let desk = Desk::empty();
    let path = file(&desk, "all.mbox", &mailbox(0..150));
    let mut child = start(&desk, &world, &["ticket", "intake", &path]);
    while world.crm.count_where("ticket", "id=1..").expect("counts") < 20 {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    child.kill().expect("stops");
    child.wait().expect("ends");
    let kept = world.crm.count_where("ticket", "id=1..").expect("counts");
    assert!((20..150).contains(&kept), "{kept}");
    let mut command = desk.command(["ticket", "intake", &path, "-v"]);
    let output = finished(command.env("KEHU_DB", &world.url));
    assert!(
        output.err.contains(&format!("{} new tickets, 0 answers, {kept} known already", 150 - kept)),
        "{}",
        output.err
    );
    for left in [kept, 0] {
        world.crm.undo(None, false).expect("undoes");
        assert_eq!(world.crm.count_where("ticket", "id=1..").expect("counts"), left);
    }
}
