//! What a command does when it is only tried, interrupted by what it finds, or asked for what cannot be.

use crate::world::Desk;
use kehu::store::{self, Open};
use std::{fs, time::Instant};

/// The names of all files in the folder but the database's own.
fn files(desk: &Desk) -> Vec<String> {
    let names = fs::read_dir(desk.folder()).expect("folder").flatten().map(|entry| entry.file_name());
    let mut names: Vec<String> = names.map(|name| name.to_string_lossy().into_owned()).collect();
    names.retain(|name| !name.starts_with("kehu.db"));
    names.sort();
    names
}

#[test]
fn a_dry_run_writes_no_file() {
    let desk = Desk::new();
    for line in [
        "calendar export plans.ics --dry-run",
        "contact export --output people.csv --dry-run",
        "contact export -f vcf --output people.vcf --dry-run",
        "attachment export --files kept --output list.csv --dry-run",
    ] {
        let done = desk.say(line);
        assert_eq!(done.code, 0, "{line}: {}", done.err);
        assert!(done.err.contains("would be written."), "{line}: {}", done.err);
    }
    assert!(files(&desk).is_empty(), "{:?}", files(&desk));
}

#[test]
fn a_dry_run_of_a_repair_claims_nothing() {
    let desk = Desk::new();
    let done = desk.say("doctor --repair --dry-run");
    assert!(done.err.contains("Nothing was repaired") && !done.err.contains("anew"), "{}", done.err);
    let told = desk.say("config set lang zh --dry-run");
    assert!(told.err.contains("lang would be zh in "), "{}", told.err);
}

#[test]
fn a_missing_folder_is_named_without_the_names_of_waiting_files() {
    let desk = Desk::new();
    fs::write(desk.folder().join("note.txt"), "words").expect("writes");
    desk.say("attach C1 note.txt").done();
    fs::write(desk.folder().join("new.csv"), "name,level\nAcme,Z9\n").expect("writes");
    for line in [
        "calendar export /nonexistent/plans.ics",
        "contact export --output /nonexistent/people.csv",
        "attachment save AT1 --to /nonexistent/note.txt",
        "backup /nonexistent/kehu-backup.db",
        "customer import new.csv --rejects /nonexistent/bad.csv",
    ] {
        let done = desk.say(line);
        assert_eq!(done.code, 3, "{line}: {}", done.err);
        assert_eq!(done.err.lines().next(), Some("error: There is no folder /nonexistent."), "{line}");
    }
}

#[test]
fn an_altered_file_is_not_handed_out() {
    let desk = Desk::new();
    fs::write(desk.folder().join("note.txt"), "words").expect("writes");
    desk.say("attach C1 note.txt").done();
    let kept = desk.folder().join("kehu.db.files");
    let inner = fs::read_dir(&kept).expect("folder").flatten().next().expect("a folder").path();
    let file = fs::read_dir(&inner).expect("folder").flatten().next().expect("a file").path();
    fs::write(&file, "altered").expect("writes");
    let done = desk.say("attachment save AT1 --to -");
    assert_eq!((done.code, done.out.as_str()), (1, ""), "{}", done.err);
    let partial = desk.say("backup copy.db -q");
    assert_eq!(partial.code, 6);
    assert!(partial.err.contains("1 attached file is missing"), "{}", partial.err);
    let partial = desk.say("restore copy.db --yes -q");
    assert_eq!(partial.code, 6);
    assert!(partial.err.contains("1 attached file is missing"), "{}", partial.err);
}

#[test]
fn what_the_system_makes_up_is_not_attached() {
    let desk = Desk::new();
    for path in ["/proc/self/status", "/dev/null", "/proc/kmsg", "/dev/zero"] {
        let done = desk.run(["attach", "C1", path]);
        assert_eq!(done.code, 2, "{path}: {}", done.err);
        assert!(done.err.contains("is no ordinary file"), "{}", done.err);
    }
}

#[test]
fn attaching_waits_for_others_once() {
    let desk = Desk::new();
    fs::write(desk.folder().join("note.txt"), "words").expect("writes");
    let mut other = store::open(&desk.database().display().to_string(), Open::default()).expect("opens");
    other.begin().expect("begins");
    let start = Instant::now();
    let done = desk.say("attach C1 note.txt --wait 2");
    assert_eq!(done.code, 75, "{}", done.err);
    assert!(start.elapsed().as_secs_f32() < 3.8, "{:?}", start.elapsed());
    other.rollback().expect("ends");
    assert_eq!(desk.say("attach C1 note.txt").code, 0);
}
