//! What comes in by e-mail, mailbox and form: threads, files, charsets, and what is left out, on both databases.

use crate::{
    messy_files::real_files,
    storage::on_both,
    world::{Desk, World, people},
};
use kehu::{
    Cause,
    exchange::Quoting,
    tickets::{Arrival, Reception, Taken},
};
use std::io::Write;

fn receive_as(world: &mut World, bytes: &[u8], reception: &Reception) -> Vec<Arrival> {
    world.crm.receive(&mut &*bytes, reception, &mut |_, _| ()).expect("receives")
}

fn receive(world: &mut World, bytes: &[u8]) -> Taken {
    let mut arrivals = receive_as(world, bytes, &Reception::default());
    assert_eq!(arrivals.len(), 1);
    arrivals.remove(0).taken
}

/// A letter with these headers beside the usual ones.
fn letter(headers: &str, text: &str) -> Vec<u8> {
    let usual =
        if headers.contains("From:") { "" } else { "From: Ingrid Larsen <ingrid@nordic-instruments.example>\r\n" };
    format!("{usual}To: support@ours.example\r\n{headers}\r\n\r\n{text}\r\n")
        .replace("\r\n", "\n")
        .replace('\n', "\r\n")
        .into_bytes()
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

on_both! {
    fn a_letter_makes_a_ticket_of_whoever_is_known_and_its_answers_come_to_it(world) {
        people(world);
        world.add("queue", &[("name", "Support"), ("address", "support@ours.example"), ("priority", "high")]);
        let first = letter("Subject: Re: It stays dark\r\nMessage-ID: <one@x>\r\nDate: Mon, 30 Mar 2026 10:00:00 +0800", "Since today.");
        let id = opened(&receive(world, &first));
        let field = |world: &mut World, name: &str| world.text("ticket", id, name);
        assert_eq!(field(world, "subject"), "It stays dark");
        assert_eq!((world.value("ticket", id, "customer").as_integer(), world.value("ticket", id, "contact").as_integer()), (Some(2), Some(2)));
        assert_eq!((field(world, "channel"), field(world, "queue"), field(world, "priority")), ("email".into(), "Support".into(), "high".into()));
        assert_eq!(field(world, "received"), "2026-03-30T02:00:00Z");
        assert_eq!(field(world, "requester"), "ingrid@nordic-instruments.example");
        let before = world.dump();
        assert_eq!(receive(world, &first), Taken::Unchanged(id), "the same again");
        assert_eq!(world.dump(), before);
        let answer = letter("Subject: other words\r\nMessage-ID: <two@x>\r\nReferences: <zero@x> <one@x>", "Still dark.");
        assert_eq!(receive(world, &answer), Taken::Answered(id), "by what it answers");
        let ours = world.crm.say(&kehu::tickets::Said {
            ticket: id, direction: kehu::tickets::Direction::Out, text: "A photo, please.".into(),
            status: Some(kehu::tickets::TicketStatus::Pending), ..Default::default()
        }).expect("answers");
        let known_by = world.text("ticket_message", ours, "message_id");
        assert!(known_by.ends_with("@ours.example"), "{known_by}");
        assert_eq!(world.text("ticket_message", ours, "in_reply_to"), "two@x");
        let back = letter(&format!("Subject: Re: x\r\nMessage-ID: <three@x>\r\nIn-Reply-To: <{known_by}>"), "Here.");
        assert_eq!(receive(world, &back), Taken::Answered(id), "by what we wrote");
        assert_eq!(field(world, "status"), "open", "what waited goes on");
        let named = letter(&format!("Subject: AW: something [T{id}]\r\nMessage-ID: <four@x>"), "One more thing.");
        assert_eq!(receive(world, &named), Taken::Answered(id), "by the subject");
        let stranger = letter(&format!("From: x@stranger.example\r\nSubject: Re: [T{id}]\r\nMessage-ID: <five@x>"), "Let me in.");
        let other = opened(&receive(world, &stranger));
        assert_ne!(other, id, "a ref that anybody can write opens nothing");
        assert_eq!(world.value("ticket", other, "customer").as_integer(), None);
        let log = world.crm.history("ticket", id).expect("a history");
        assert!(log.iter().any(|line| line.door == "intake"));
        world.crm.undo(None, false).expect("undoes");
        assert_eq!(world.crm.count_where("ticket", "id=1..").expect("counts"), 1);
    }

    fn an_answer_to_what_was_merged_or_closed_long_ago_finds_its_way(world) {
        people(world);
        world.add("queue", &[("name", "Support"), ("address", "support@ours.example"), ("reopen_days", "14")]);
        let one = opened(&receive(world, &letter("Subject: One\r\nMessage-ID: <one@x>", "x")));
        let two = opened(&receive(world, &letter("Subject: Two\r\nMessage-ID: <two@x>", "x")));
        let merge = kehu::customers::merge::Merge { kind: "ticket".into(), winner: one, losers: vec![two], prefer: Vec::new() };
        world.crm.merge(&merge).expect("merges");
        let answer = letter("Subject: Re: Two\r\nMessage-ID: <three@x>\r\nIn-Reply-To: <two@x>", "y");
        assert_eq!(receive(world, &answer), Taken::Answered(one));
        let answer = letter(&format!("Subject: Re: Two [T{two}]\r\nMessage-ID: <four@x>"), "y");
        assert_eq!(receive(world, &answer), Taken::Answered(one));
        world.edit("ticket", one, &[("received", "-40d")]);
        world.edit("ticket", one, &[("status", "closed"), ("closed", "-20d"), ("resolved", "-20d")]);
        let late = opened(&receive(world, &letter("Subject: Re: One\r\nMessage-ID: <five@x>\r\nIn-Reply-To: <one@x>", "Again!")));
        assert_eq!(world.text("ticket", late, "follows"), "One");
        assert_eq!(world.text("ticket", one, "status"), "closed");
    }

    fn what_machines_send_and_what_goes_round_in_circles_is_left_out_with_the_reason(world) {
        people(world);
        world.add("queue", &[("name", "Support"), ("address", "support@ours.example")]);
        let before = world.dump();
        for (headers, reason) in [
            ("Subject: Away\r\nAuto-Submitted: auto-replied\r\nMessage-ID: <a@x>", "A machine sent it, as Auto-Submitted: auto-replied says."),
            ("Subject: News\r\nPrecedence: bulk\r\nMessage-ID: <b@x>", "A machine sent it, as Precedence: bulk says."),
            ("Subject: Undelivered\r\nReturn-Path: <>\r\nMessage-ID: <c@x>", "A machine sent it, as Return-Path: <> says."),
            ("From: support@ours.example\r\nSubject: Hello\r\nMessage-ID: <d@x>", "It comes from support@ours.example, which is our own address."),
        ] {
            let taken = receive(world, &letter(headers, "x"));
            assert!(matches!(taken, Taken::Ignored(_)), "{headers}");
            assert_eq!(why(&taken), reason);
        }
        let nobody = receive(world, b"To: support@ours.example\r\nSubject: Who?\r\n\r\nx\r\n");
        assert_eq!(why(&nobody), "It is no e-mail that names a sender, so nobody could be answered.");
        assert_eq!(world.dump(), before);
        let id = opened(&receive(world, &letter("Subject: One\r\nMessage-ID: <0@x>", "x")));
        let again = |number: usize| letter(&format!("Subject: Re: One\r\nMessage-ID: <{number}@x>\r\nIn-Reply-To: <0@x>"), "x");
        for number in 1..20 {
            assert_eq!(receive(world, &again(number)), Taken::Answered(id));
        }
        assert_eq!(why(&receive(world, &again(20))), format!("ingrid@nordic-instruments.example wrote 20 times within an hour in T{id}, as machines do."));
        // One of us who answers from another program has answered.
        world.edit("user", 2, &[("email", "mei@ours.example")]);
        let ours = letter("From: mei@ours.example\r\nSubject: Re: One\r\nMessage-ID: <m@x>\r\nIn-Reply-To: <0@x>", "We look into it.");
        assert_eq!(receive(world, &ours), Taken::Answered(id));
        let last = world.crm.count_where("ticket_message", "").expect("counts");
        assert_eq!(world.text("ticket_message", i64::try_from(last).expect("fits"), "direction"), "out");
        assert!(!world.text("ticket", id, "first_response").is_empty());
    }

    fn in_a_mailbox_one_bad_letter_keeps_none_of_the_others_out(world) {
        people(world);
        let mut mailbox = Vec::new();
        let separator = b"From ingrid@nordic-instruments.example Mon Mar 30 10:00:00 2026\n";
        let big = "A".repeat(76);
        let mut attached = String::from("Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nSee the film.\n--b\nContent-Type: video/mp4; name=film.mp4\nContent-Transfer-Encoding: base64\nContent-Disposition: attachment; filename=film.mp4\n\n");
        // Fifty megabytes, in lines as programs write them.
        for _ in 0..50 * 1024 * 1024 / 57 {
            attached.push_str(&big);
            attached.push('\n');
        }
        attached.push_str("--b--\n");
        let letters = [
            "From: a@one.example\nSubject: First\nMessage-ID: <1@x>\n\nHello,\n>From here on it is dark.\n>>From before.\nFrom now on too.\n".to_owned(),
            "Subject: Nobody\nMessage-ID: <2@x>\n\nx\n".to_owned(),
            "From: b@two.example\nSubject: Machine\nAuto-Submitted: auto-generated\n\nx\n".to_owned(),
            format!("From: c@three.example\nSubject: A film\nMessage-ID: <4@x>\n{attached}"),
            "From: d@four.example\nSubject: =?utf-8?Q?Lies?=\nMessage-ID: <5@x>\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n".to_owned(),
        ];
        for text in &letters {
            mailbox.extend_from_slice(separator);
            mailbox.extend_from_slice(text.as_bytes());
            if text.contains("=?utf-8?Q?Lies?=") {
                mailbox.extend(encoding_rs::GB18030.encode("屏幕不亮，请尽快处理").0.as_ref());
            }
            mailbox.extend_from_slice(b"\n\n");
        }
        let reception = Reception { attachment_limit: 25 << 20, ..Reception::default() };
        let arrivals = receive_as(world, &mailbox, &reception);
        let reasons: Vec<String> = [1, 2].iter().map(|place: &usize| why(&arrivals[*place].taken)).collect();
        assert_eq!(reasons, ["It is no e-mail that names a sender, so nobody could be answered.", "A machine sent it, as Auto-Submitted: auto-generated says."]);
        assert_eq!(world.names("ticket", "id=1.."), ["First", "A film", "Lies"]);
        assert_eq!(world.text("ticket_message", 1, "body"), "Hello,\nFrom here on it is dark.\n>From before.\nFrom now on too.");
        assert_eq!(world.text("ticket_message", 3, "body"), "屏幕不亮，请尽快处理", "whatever charset it claims");
        assert_eq!(world.text("ticket_message", 2, "files"), "");
        let told: Vec<String> = world.crm.notices().iter().map(ToString::to_string).collect();
        let left = |notice: &&String| notice.starts_with("film.mp4 (") && notice.ends_with(" is left out: an attachment has 25 MB at most.");
        let left = told.iter().find(left).unwrap_or_else(|| panic!("{told:?}"));
        assert_eq!(world.text("ticket_message", 2, "body"), format!("See the film.\n\n[{left}]"));
        let again = receive_as(world, &mailbox, &Reception::default());
        assert!(again.iter().all(|arrival| !matches!(arrival.taken, Taken::Opened(_) | Taken::Answered(_))));
    }

    fn a_mailbox_of_the_older_sort_keeps_what_looks_quoted(world) {
        people(world);
        let mailbox = b"From a@one.example Mon Mar 30 10:00:00 2026\nFrom: a@one.example\nSubject: First\n\n>From here\n>>From before\n";
        receive_as(world, mailbox, &Reception { quoting: Quoting::Mboxo, ..Reception::default() });
        assert_eq!(world.text("ticket_message", 1, "body"), "From here\n>>From before");
    }

    fn a_form_makes_one_ticket_and_a_stranger_sets_nothing_that_is_ours(world) {
        people(world);
        world.add("queue", &[("name", "Support")]);
        world.add("ticket_type", &[("word", "repair"), ("word_zh", "维修"), ("needs", "serial"), ("priority", "high")]);
        let form = "{\"主题\": \"屏幕不亮\", \"类型\": \"维修\", \"姓名\": \"王晓明\", \"手机\": \"18600001111\", \"内容\": \"开机后不亮\\n请处理\", \
                     \"status\": \"closed\", \"owner\": \"mei\", \"priority\": \"urgent\", \"shoe\": \"43\"}";
        let reception = Reception { queue: Some(1), ..Reception::default() };
        let id = opened(&receive_as(world, form.as_bytes(), &reception)[0].taken);
        let field = |world: &mut World, name: &str| world.text("ticket", id, name);
        assert_eq!(field(world, "subject"), "屏幕不亮");
        assert_eq!((field(world, "status"), field(world, "owner"), field(world, "priority")), ("new".into(), String::new(), "high".into()));
        assert_eq!(world.value("ticket", id, "customer").as_integer(), Some(4), "by the phone");
        assert_eq!((field(world, "channel"), field(world, "queue")), ("web".into(), "Support".into()));
        assert!(field(world, "notes").contains("shoe: 43"));
        assert_eq!(world.text("ticket_message", 1, "body"), "开机后不亮\n请处理");
        assert_eq!(receive_as(world, form.as_bytes(), &reception)[0].taken, Taken::Unchanged(id));
        let posted = receive(world, b"email=zoe%40acme.example&message=It+is+dark%21");
        assert_eq!(world.text("ticket", opened(&posted), "subject"), "It is dark!");
        assert_eq!(world.value("ticket", opened(&posted), "customer").as_integer(), Some(3));
        assert!(matches!(receive(world, b"{\"name\": \"x\"}"), Taken::Refused(_)), "it says nothing");
        for bytes in [&b""[..], b" \n", b"{\"a\": "] {
            let error = world.crm.receive(&mut &*bytes, &Reception::default(), &mut |_, _| ()).expect_err("nothing");
            assert_eq!(error.cause, Cause::BadValue);
        }
    }
}

/// What the set says of its letters, read apart from our code.
fn expected(folder: &std::path::Path) -> Vec<serde_json::Value> {
    let text = std::fs::read_to_string(folder.join("expected.json")).expect("reads");
    let json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    json["messages"].as_array().expect("a list").clone()
}

/// When the letters of the set came in: two years ago, as their mailbox says, or only now.
#[derive(Clone, Copy, PartialEq)]
enum Came {
    Then,
    Now,
}

fn check_letter(
    world: &mut World,
    expected: &serde_json::Value,
    taken: &Taken,
    roots: &mut std::collections::HashMap<String, i64>,
    came: Came,
) {
    let about = &expected["subject"];
    let ticket = taken.ticket().unwrap_or_else(|| panic!("{about}: {taken:?}"));
    let bare = |value: &serde_json::Value| value.as_str().unwrap_or_default().trim_matches(['<', '>']).to_owned();
    let filter = match expected["message_id"].as_str() {
        Some(_) => format!("message_id=\"{}\"", bare(&expected["message_id"])),
        None => format!("from_email={}", expected["from_addr"].as_str().expect("an address")),
    };
    let query = kehu::crm::Query {
        filter: kehu::record::filter::parse(&filter).expect("a filter"),
        ..kehu::crm::Query::new("ticket_message")
    };
    let message = world.crm.matching(&query).expect("lists");
    assert_eq!(message.len(), 1, "{about}");
    let message = message[0];
    let field = |world: &mut World, name: &str| world.text("ticket_message", message, name);
    assert_eq!(world.value("ticket_message", message, "ticket").as_integer(), Some(ticket), "{about}");
    for (theirs, ours) in [("from_name", "from_name"), ("from_addr", "from_email"), ("subject", "subject")] {
        assert_eq!(field(world, ours), expected[theirs].as_str().expect(theirs), "{about}");
    }
    assert_eq!(
        field(world, "to").split(", ").next().unwrap_or_default(),
        expected["to"][0].as_str().unwrap_or_default(),
        "{about}"
    );
    if let Some(date) = expected["date"].as_str().filter(|_| came == Came::Then) {
        let date: jiff::Timestamp = date.parse().expect("an instant");
        assert_eq!(field(world, "at"), date.to_string(), "{about}");
    } else {
        let at = if came == Came::Then { "2024-03-04T09:00:2" } else { "2026-03-31T01:00:00Z" };
        assert!(field(world, "at").starts_with(at), "{about}: when it came in");
    }
    let body = field(world, "body");
    if let Some(text) = expected["text"].as_str() {
        assert_eq!(body, text.trim(), "{about}");
    }
    let words = |key: &str| expected[key].as_array().cloned().unwrap_or_default();
    assert!(words("text_contains").iter().all(|word| body.contains(word.as_str().expect("a word"))), "{about}: {body}");
    assert!(
        words("text_must_not_contain").iter().all(|word| !body.contains(word.as_str().expect("a word"))),
        "{about}: {body}"
    );
    let files = words("attachments");
    for file in &files {
        let query = kehu::crm::Query {
            filter: kehu::record::filter::parse(&format!("ticket_message=TM{message}")).expect("a filter"),
            columns: ["name", "size", "sha256"].map(str::to_owned).into(),
            ..kehu::crm::Query::new("attachment")
        };
        let kept = world.crm.list(&query).expect("lists");
        assert_eq!(kept.rows.len(), files.len(), "{about}");
        assert_eq!(kept.rows[0].cells[0].as_text(), file["filename"].as_str(), "{about}");
        assert_eq!(kept.rows[0].cells[1].as_integer(), file["size"].as_i64(), "{about}");
        assert_eq!(kept.rows[0].cells[2].as_text(), file["sha256"].as_str(), "{about}");
    }
    if expected["thread_root"].is_string() {
        let root = *roots.entry(bare(&expected["thread_root"])).or_insert(ticket);
        assert_eq!(root, ticket, "{about}: one thread, one ticket");
    }
}

on_both! {
    fn every_letter_of_the_set_comes_in_as_it_was_meant(world) {
        let Some(folder) = real_files().map(|folder| folder.join("email/synthetic")) else { return };
        let mut roots = std::collections::HashMap::new();
        for (number, expected) in (1..).zip(expected(&folder)) {
            let bytes = std::fs::read(folder.join(format!("{number:02}.eml"))).expect("reads");
            let taken = receive(world, &bytes);
            check_letter(world, &expected, &taken, &mut roots, Came::Now);
        }
        let before = world.dump();
        let mailbox = std::fs::read(folder.join("mixed_mboxrd.mbox")).expect("reads");
        let again = receive_as(world, &mailbox, &Reception::default());
        assert_eq!(again.len(), 28);
        assert!(again.iter().all(|arrival| matches!(arrival.taken, Taken::Unchanged(_))), "{again:?}");
        assert_eq!(world.dump(), before);
    }
}

#[test]
fn the_mailbox_of_the_set_comes_in_as_it_was_meant() {
    let Some(folder) = real_files().map(|folder| folder.join("email/synthetic")) else { return };
    let mut world = World::on_sqlite();
    let mailbox = std::fs::read(folder.join("mixed_mboxrd.mbox")).expect("reads");
    let arrivals = receive_as(&mut world, &mailbox, &Reception::default());
    let mut roots = std::collections::HashMap::new();
    for (arrival, expected) in arrivals.iter().zip(expected(&folder)) {
        check_letter(&mut world, &expected, &arrival.taken, &mut roots, Came::Then);
    }
    assert_eq!(arrivals.len(), 28);
}

/// Whatever bytes come in, the answer is a sentence.
#[test]
fn torn_and_odd_letters_never_break_the_program() {
    let mut world = World::on_sqlite();
    people(&mut world);
    let Some(folder) = real_files().map(|folder| folder.join("email")) else { return };
    let mut letters = Vec::new();
    let mut folders = vec![folder];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("lists").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "eml" || ending == "mbox") {
                letters.push(std::fs::read(path).expect("reads"));
            }
        }
    }
    assert!(!letters.is_empty());
    for bytes in letters {
        for end in [bytes.len(), bytes.len() / 2, bytes.len() / 3, 40.min(bytes.len())] {
            let _ = world.crm.receive(&mut &bytes[..end], &Reception::default(), &mut |_, _| ());
            let turned: Vec<u8> = bytes[..end].iter().rev().copied().collect();
            let _ = world.crm.receive(&mut &*turned, &Reception::default(), &mut |_, _| ());
        }
    }
}

#[test]
fn letters_come_through_standard_input_and_from_files() {
    let desk = Desk::new();
    desk.say("queue add Support").done();
    let mut mailbox = tempfile::NamedTempFile::new().expect("a file");
    mailbox
        .write_all(
            b"From a@x Mon Mar 30 10:00:00 2026\nFrom: zoe@acme.example\nSubject: Dark\nMessage-ID: <1@x>\n\nIt is dark.\n\n\
              From b@x Mon Mar 30 10:00:00 2026\nSubject: Nobody\n\nx\n",
        )
        .expect("writes");
    let path = mailbox.path().display().to_string();
    let output = desk.run(["ticket", "intake", &path, "--queue", "Support", "-v"]);
    assert_eq!(output.code, 6, "{}", output.err);
    assert!(output.err.contains("E-mail 2 is left out: It is no e-mail that names a sender"), "{}", output.err);
    assert_eq!(
        desk.say("ticket show T1 -c queue -f json").json()["queue"]["title"]
            .as_str()
            .or(desk.say("ticket show T1 -c queue -f json").json()["queue"].as_str()),
        Some("Support")
    );
    let mut command = desk.command(["ticket", "intake", "-v"]);
    let mut lone = tempfile::NamedTempFile::new().expect("a file");
    lone.write_all(b"From: zoe@acme.example\nSubject: Re: Dark [T1]\nAuto-Submitted: auto-replied\n\nAway.\n")
        .expect("writes");
    command.stdin(std::fs::File::open(lone.path()).expect("opens"));
    let output = crate::world::finished(&mut command);
    assert_eq!(output.code, 0, "{}", output.err);
    assert!(output.err.contains("A machine sent it, as Auto-Submitted: auto-replied says."), "{}", output.err);
    assert_eq!(desk.run(["ticket", "intake", "no-such.eml"]).code, 3);
}
