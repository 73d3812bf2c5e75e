//! Attached files from the command line.

use crate::world::{Desk, Output};
use std::process::Command;

fn file(desk: &Desk, name: &str, bytes: &[u8]) {
    std::fs::write(desk.folder().join(name), bytes).expect("writes");
}

fn text(desk: &Desk, name: &str) -> String {
    std::fs::read_to_string(desk.folder().join(name)).expect(name)
}

#[track_caller]
fn refused(said: &Output, code: i32, sentence: &str) {
    assert_eq!(said.code, code, "{}", said.err);
    assert!(said.err.contains(sentence), "{}", said.err);
    assert_eq!(said.out, "");
}

#[test]
fn files_are_attached_listed_saved_and_taken_back() {
    let desk = Desk::new();
    file(&desk, "合同.txt", "十个传感器".as_bytes());
    file(&desk, "offer.txt", b"ten sensors");
    let said = desk.run(["attach", "招商银行深圳分行", "合同.txt", "offer.txt", "--note", "signed", "-v"]);
    assert!(said.err.contains("Attached AT1 合同.txt (15 bytes) to C1 招商银行深圳分行."), "{}", said.err);
    let listed = desk.say("attachment list customer=C1 -c name,size,note -f csv --sort name").done();
    assert_eq!(listed, "ref,name,size,note\nAT2,offer.txt,11,signed\nAT1,合同.txt,15,signed\n");
    desk.say("attachment save AT2 --to copy.txt").done();
    assert_eq!(text(&desk, "copy.txt"), "ten sensors");
    assert_eq!(desk.say("attachment save 合同.txt --to -").done(), "十个传感器");
    refused(&desk.say("attachment save AT2"), 4, "There is a file offer.txt already.");
    file(&desk, "offer.txt", b"other");
    desk.say("attachment save AT2 --force").done();
    assert_eq!(text(&desk, "offer.txt"), "ten sensors");
    let opened = desk.say("attachment open AT2").done();
    assert_eq!(std::fs::read_to_string(opened.trim()).expect("a copy"), "ten sensors");
    desk.say("undo").done();
    assert_eq!(desk.say("attachment list --count").done().trim(), "0");
    desk.say("redo").done();
    assert_eq!(desk.say("attachment save AT2 --to -").done(), "ten sensors");
    assert_eq!(desk.say("doctor -f json").json()["healthy"], true);
    assert_eq!(desk.say("status -f json").json()["attached"]["bytes"], 26);
}

#[test]
fn what_cannot_be_attached_is_refused_with_a_sentence() {
    let desk = Desk::new();
    file(&desk, "x.txt", b"x");
    std::fs::create_dir(desk.folder().join("papers")).expect("makes");
    refused(&desk.say("attach C1 papers"), 2, "papers is a folder, not a file.");
    refused(&desk.say("attach C1 gone.txt"), 3, "There is no file gone.txt.");
    refused(&desk.say("attach C1 x.txt gone.txt"), 3, "There is no file gone.txt.");
    refused(&desk.say("attach C99 x.txt"), 3, "C99");
    refused(
        &desk.say("attach U1 x.txt"),
        2,
        "U1 is a user, which takes no files; these do: customer, contact, activity",
    );
    refused(&desk.say("attach C1 - "), 2, "--name");
    refused(&desk.say("attach C1 /dev/null"), 2, "is no ordinary file");
    refused(&desk.run(["attach", "C1", "x.txt", "--name", "../../x"]), 2, "no slashes");
    desk.say("config set attachment_limit 1KB").done();
    file(&desk, "large.bin", &[7; 2000]);
    refused(&desk.say("attach C1 large.bin"), 5, "larger than an attachment may be (1 KB)");
    refused(&desk.say("config set attachment_limit much"), 2, "`much` is no size");
    assert_eq!(desk.say("attachment list --count").done().trim(), "0");
    assert_eq!(desk.say("doctor -f json").json()["healthy"], true);
}

#[test]
fn a_name_from_elsewhere_writes_nothing_elsewhere() {
    let desk = Desk::new();
    file(&desk, "x.txt", b"x");
    desk.say("attach C1 x.txt").done();
    desk.say("attach C1 x.txt --name .profile").done();
    let mut db =
        kehu::store::open(&desk.database().display().to_string(), kehu::store::Open::default()).expect("opens");
    db.script("UPDATE attachments SET name = '../../evil' || char(10) WHERE id = 1").expect("writes");
    drop(db);
    std::fs::create_dir(desk.folder().join("out")).expect("makes");
    desk.say("attachment save AT1 --to out").done();
    desk.say("attachment save AT2 --to out").done();
    let mut names: Vec<String> = std::fs::read_dir(desk.folder().join("out"))
        .expect("reads")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    assert_eq!(names, ["_._.._evil_", "_profile"]);
}

#[test]
fn attachments_move_with_an_export_and_its_files() {
    let desk = Desk::new();
    file(&desk, "offer.txt", b"ten sensors");
    file(&desk, "合同.txt", "十个传感器".as_bytes());
    desk.run(["attach", "C1", "offer.txt", "合同.txt"]).done();
    desk.say("attach P2 offer.txt").done();
    desk.say("customer export --output customers.csv").done();
    desk.say("contact export --output contacts.csv").done();
    let listed = desk.say("attachment export --files contents").done();
    file(&desk, "attachments.csv", listed.as_bytes());
    let to = |line: &str| desk.run(["--db", "other.db"].into_iter().chain(line.split(' ')));
    to("init").done();
    to("customer import customers.csv --create-missing user,branch").done();
    to("contact import contacts.csv").done();
    let said = to("attachment import attachments.csv");
    assert_eq!(said.code, 5, "{}", said.err);
    assert!(said.err.contains("is not here (SHA-256"), "{}", said.err);
    refused(&to("attachment import attachments.csv --files nowhere"), 3, "There is no folder nowhere.");
    to("attachment import attachments.csv --files contents").done();
    assert_eq!(to("attachment export").done(), listed, "the same comes out again");
    assert_eq!(to("attachment save AT2 --to -").done(), "十个传感器");
    to("attachment import attachments.csv --files contents").done();
    assert_eq!(to("doctor -f json").json()["healthy"], true);
}

#[test]
fn a_backup_and_a_restore_say_what_became_of_the_files() {
    let desk = Desk::new();
    file(&desk, "offer.txt", b"ten sensors");
    desk.say("attach C1 offer.txt").done();
    let said = desk.say("backup copy.db -v");
    assert!(said.err.contains("With 1 attached file (11 bytes) in copy.db.files."), "{}", said.err);
    desk.say("backup bare.db --without-files").done();
    assert!(!desk.folder().join("bare.db.files").exists());
    std::fs::remove_dir_all(desk.folder().join("kehu.db.files")).expect("removes");
    assert_eq!(desk.say("doctor").code, 1);
    let said = desk.say("restore bare.db --yes");
    assert!(said.err.contains("1 attached file is missing in it"), "{}", said.err);
    desk.say("restore copy.db --yes").done();
    assert_eq!(desk.say("attachment save AT1 --to -").done(), "ten sensors");
    assert_eq!(desk.say("doctor -f json").json()["healthy"], true);
}

#[test]
fn the_database_of_another_program_is_not_replaced_by_accident() {
    let desk = Desk::new();
    desk.say("backup copy.db").done();
    let other = desk.folder().join("photos.db");
    std::fs::write(&other, b"").expect("writes");
    let mut db = kehu::store::open(&other.display().to_string(), kehu::store::Open::default()).expect("opens");
    db.script("CREATE TABLE photo (id INTEGER)").expect("writes");
    drop(db);
    refused(&desk.say("--db photos.db restore copy.db --yes"), 4, "photos.db is the database of another program.");
    desk.say("--db photos.db restore copy.db --yes --force").done();
    assert_eq!(desk.say("--db photos.db customer list --count").done().trim(), "4");
}

#[test]
fn a_kill_at_any_moment_leaves_records_and_copies_in_agreement() {
    let desk = Desk::new();
    file(&desk, "large.bin", &vec![7; 12 << 20]);
    for pause in [5, 20, 40, 60, 90, 120, 160, 220] {
        let mut child = desk.command(["attach", "C1", "large.bin"]).spawn().expect("starts");
        std::thread::sleep(std::time::Duration::from_millis(pause));
        let _ = child.kill();
        child.wait().expect("ends");
        desk.say("doctor --repair").done();
        let count: u32 = desk.say("attachment list --count").done().trim().parse().expect("a number");
        for at in 1..=count {
            let saved = desk.run(["attachment", "save", &format!("AT{at}"), "--to", "out.bin", "--force"]);
            saved.done();
        }
    }
    let waiting = Command::new("find").arg(desk.folder()).args(["-name", ".incoming-*"]).output().expect("looks");
    assert_eq!(String::from_utf8_lossy(&waiting.stdout), "");
}
