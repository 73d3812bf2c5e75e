//! What attached files promise on both databases: the record and its copy agree, whatever happens.

use crate::{storage::on_both, world::World};
use kehu::{
    Cause, Crm, Result,
    crm::Deleted,
    store::{
        self, Open,
        content::{self, Folder},
    },
};
use std::path::{Path, PathBuf};

const LIMIT: u64 = 1 << 20;

fn try_attach(crm: &mut Crm, to: (&'static str, i64), name: &str, bytes: &[u8]) -> Result<i64> {
    let file = crm.stage(&mut &*bytes, name, LIMIT)?;
    crm.attach(to, &[file], None).map(|ids| ids[0])
}

fn attach(crm: &mut Crm, customer: i64, name: &str, bytes: &[u8]) -> i64 {
    try_attach(crm, ("customer", customer), name, bytes).expect("attaches")
}

fn read(crm: &mut Crm, id: i64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    crm.content(id, &mut |part| {
        bytes.extend_from_slice(part);
        Ok(())
    })?;
    Ok(bytes)
}

/// The hashes of what is kept.
fn kept(world: &World) -> Vec<String> {
    let mut db = store::open(&world.url, Open::default()).expect("opens");
    content::list(&mut *db).expect("lists")
}

fn issues(world: &mut World) -> Vec<String> {
    world.crm.doctor().expect("examines").issues.iter().map(ToString::to_string).collect()
}

fn hash(world: &mut World, id: i64) -> String {
    world.text("attachment", id, "sha256")
}

/// Makes what is kept another thing than its hash says, as a failing disk might.
fn alter(world: &mut World, id: i64) {
    let hash = hash(world, id);
    if world.url.contains("://") {
        world.outside(&format!("UPDATE attachment_content SET bytes = 'altered' WHERE hash = '{hash}'"));
    } else {
        std::fs::write(beside(world).file(&hash).expect("a hash"), "altered").expect("writes");
    }
}

fn lose(world: &mut World, id: i64) {
    let hash = hash(world, id);
    if world.url.contains("://") {
        world.outside(&format!("DELETE FROM attachment_content WHERE hash = '{hash}'"));
    } else {
        std::fs::remove_file(beside(world).file(&hash).expect("a hash")).expect("removes");
    }
}

fn beside(world: &World) -> Folder {
    Folder::beside(Path::new(&world.url))
}

on_both! {
    fn a_file_comes_back_as_it_was(world) {
        let customer = world.customer("招商银行深圳分行");
        let large: Vec<u8> = (0..LIMIT).map(|at| (at * 7 % 251) as u8).collect();
        for (name, bytes) in [("合同.pdf", &b"%PDF-1.4 \x00\xff"[..]), ("empty.txt", b""), ("large.bin", &large)] {
            let id = attach(&mut world.crm, customer, name, bytes);
            assert_eq!(read(&mut world.crm, id).expect("reads"), bytes, "{name}");
            assert_eq!(world.text("attachment", id, "size"), bytes.len().to_string());
        }
        assert_eq!(world.text("attachment", 1, "media_type"), "application/pdf");
        assert!(issues(world).is_empty());
        assert_eq!(world.crm.status().expect("stands").attached, (3, 11 + LIMIT));
    }

    fn the_same_content_is_kept_once(world) {
        let customer = world.customer("Acme Robotics");
        let first = attach(&mut world.crm, customer, "offer.txt", b"ten sensors");
        let second = attach(&mut world.crm, customer, "offer.txt", b"ten sensors");
        assert_eq!(kept(world).len(), 1);
        let notices = world.crm.notices();
        assert!(notices.iter().any(|notice| notice.to_string().contains("already, as AT1")), "{notices:?}");
        for id in [first, second] {
            world.crm.remove("attachment", id).expect("removes");
        }
        world.crm.purge("attachment", first).expect("purges");
        assert_eq!(read(&mut world.crm, second).expect("the other one still needs it"), b"ten sensors");
        world.crm.purge("attachment", second).expect("purges");
        assert_eq!(kept(world), Vec::<String>::new());
    }

    fn an_undo_and_a_redo_keep_the_content(world) {
        let customer = world.customer("Acme Robotics");
        let id = attach(&mut world.crm, customer, "offer.txt", b"ten sensors");
        world.crm.undo(None, false).expect("undoes");
        assert!(world.crm.record("attachment", id).is_err());
        assert_eq!(world.crm.collect_contents().expect("collects"), 0, "a redo needs it");
        world.crm.redo().expect("does it again");
        assert_eq!(read(&mut world.crm, id).expect("reads"), b"ten sensors");
        let label = world.crm.operations(Some(3)).expect("lists").last().expect("three").label.clone();
        assert_eq!(label, format!("Attach offer.txt to C{customer} Acme Robotics"));
    }

    fn an_attachment_goes_and_comes_back_with_its_customer(world) {
        let customer = world.customer("Acme Robotics");
        let id = attach(&mut world.crm, customer, "offer.txt", b"ten sensors");
        world.crm.remove("customer", customer).expect("removes");
        assert!(world.crm.record("attachment", id).expect("is there").is_deleted());
        world.crm.restore("customer", customer).expect("comes back");
        assert!(!world.crm.record("attachment", id).expect("is there").is_deleted());
        assert_eq!(read(&mut world.crm, id).expect("reads"), b"ten sensors");
        world.crm.remove("customer", customer).expect("removes");
        world.crm.purge("customer", customer).expect("purges");
        assert_eq!(kept(world), Vec::<String>::new(), "what was purged is really gone");
    }

    fn linked_records_must_agree(world) {
        let (acme, nordic) = (world.customer("Acme Robotics"), world.customer("Nordic Instruments GmbH"));
        let zoe = world.contact("Zoe Acker", acme);
        let id = try_attach(&mut world.crm, ("contact", zoe), "card.txt", b"zoe").expect("attaches");
        assert_eq!(world.text("attachment", id, "customer"), "Acme Robotics");
        let error = world.try_edit("attachment", id, &[("customer", &format!("C{nordic}"))]).expect_err("she works elsewhere");
        assert_eq!(error.cause, Cause::Refused);
        assert_eq!(error.to_string(), format!("P{zoe} Zoe Acker does not belong to that customer."));
        let visit = world.add("activity", &[("subject", "Visit"), ("customer", &format!("C{nordic}"))]);
        let error = world.try_edit("attachment", id, &[("activity", &format!("A{visit}"))]).expect_err("another customer's");
        assert_eq!(error.field.as_deref(), Some("activity"));
        let error = world.try_edit("attachment", id, &[("customer", ""), ("contact", "")]).expect_err("belongs to nobody");
        assert_eq!(error.cause, Cause::BadValue);
    }

    fn names_that_lead_elsewhere_or_deceive_are_refused(world) {
        let customer = world.customer("Acme Robotics");
        let long = "客".repeat(86);
        for name in ["../../x", "a/b", "a\\b", "..", ".", "a\0b", "a\nb", "\u{1b}[2J", "photo\u{202e}gpj.exe", &long] {
            let error = try_attach(&mut world.crm, ("customer", customer), name, b"x").expect_err(name);
            assert_eq!(error.cause, Cause::BadValue, "{name:?}");
        }
        let id = attach(&mut world.crm, customer, &"客".repeat(85), b"x");
        assert!(world.try_edit("attachment", id, &[("name", "../x")]).is_err());
        assert_eq!(world.names("attachment", "").len(), 1);
    }

    fn the_content_of_an_attachment_does_not_change(world) {
        let customer = world.customer("Acme Robotics");
        let id = attach(&mut world.crm, customer, "offer.txt", b"ten sensors");
        let other = "0".repeat(64);
        for pair in [("sha256", &*other), ("size", "5")] {
            assert_eq!(world.try_edit("attachment", id, &[pair]).expect_err("refuses").cause, Cause::Refused);
        }
        let customer = format!("C{customer}");
        let error = world.try_add("attachment", &[("name", "x"), ("customer", &customer), ("sha256", &other)]);
        assert_eq!(error.expect_err("has no content").field.as_deref(), Some("sha256"));
        let known = hash(world, id);
        let second = world.add("attachment", &[("name", "x"), ("customer", &customer), ("sha256", &known), ("size", "3")]);
        assert_eq!(world.text("attachment", second, "size"), "11", "the content says how large it is");
    }

    fn a_file_that_is_too_large_leaves_nothing_behind(world) {
        let customer = world.customer("Acme Robotics");
        let large = vec![7; 2 << 20];
        let error = try_attach(&mut world.crm, ("customer", customer), "large.bin", &large).expect_err("refuses");
        assert_eq!(error.cause, Cause::Refused);
        assert!(kept(world).is_empty() && issues(world).is_empty());
    }

    fn what_cannot_be_written_down_is_not_kept(world) {
        let files = [world.crm.stage(&mut &b"x"[..], "x.txt", LIMIT).expect("stages")];
        assert!(world.crm.attach(("customer", 99), &files, None).is_err());
        let customer = world.customer("Acme Robotics");
        world.crm.set_dry_run(true);
        attach(&mut world.crm, customer, "x.txt", b"only tried");
        world.crm.set_dry_run(false);
        assert!(kept(world).is_empty() && world.names("attachment", "").is_empty());
    }

    fn the_doctor_names_what_is_missing_or_altered(world) {
        let customer = world.customer("Acme Robotics");
        let lost = attach(&mut world.crm, customer, "lost.txt", b"lost");
        let altered = attach(&mut world.crm, customer, "altered.txt", b"was altered");
        lose(world, lost);
        alter(world, altered);
        assert_eq!(
            issues(world),
            [
                "The content of AT1 lost.txt is missing.",
                "The content of AT2 altered.txt was altered since it was attached."
            ]
        );
        assert_eq!(read(&mut world.crm, altered).expect_err("altered").cause, Cause::Storage);
        world.crm.repair().expect("repairs what it can");
        assert_eq!(issues(world).len(), 2, "nobody can invent a file");
        attach(&mut world.crm, customer, "again.txt", b"was altered");
        attach(&mut world.crm, customer, "again.txt", b"lost");
        assert_eq!(issues(world), Vec::<String>::new(), "whoever attaches the file again heals it");
    }

    fn a_copy_without_a_record_is_collected(world) {
        let customer = world.customer("Acme Robotics");
        attach(&mut world.crm, customer, "offer.txt", b"ten sensors");
        let staged = world.crm.stage(&mut &b"killed"[..], "killed.txt", LIMIT).expect("stages");
        // As after a kill between the copy and the record.
        let mut db = store::open(&world.url, Open::default()).expect("opens");
        db.begin().expect("begins");
        content::place(&mut *db, &staged.staged).expect("places");
        db.commit().expect("commits");
        assert_eq!(issues(world), ["1 kept file belongs to no attachment."]);
        world.crm.repair().expect("repairs");
        assert_eq!(issues(world), Vec::<String>::new());
        assert_eq!(kept(world).len(), 1);
    }

    fn two_who_attach_the_same_file_at_once_both_have_it(world) {
        let customer = world.customer("Acme Robotics");
        std::thread::scope(|scope| {
            for _ in 0..4 {
                let mut crm = world.as_user("lin");
                scope.spawn(move || {
                    for round in 0..5_u8 {
                        let id = attach(&mut crm, customer, "same.bin", &vec![round; 70_000]);
                        crm.remove("attachment", id).expect("removes");
                        if round % 2 == 0 {
                            crm.purge("attachment", id).expect("purges");
                        }
                    }
                });
            }
        });
        assert_eq!(world.crm.counts().expect("counts").iter().find(|count| count.kind == "attachment").expect("one").removed, 8);
        assert_eq!(kept(world).len(), 2, "the rounds that were not purged");
        assert!(issues(world).is_empty(), "{:?}", issues(world));
    }

    fn an_export_with_its_files_comes_back_the_same(world) {
        let customer = world.customer("Acme Robotics");
        attach(&mut world.crm, customer, "offer.txt", b"ten sensors");
        attach(&mut world.crm, customer, "报价.txt", "十个传感器".as_bytes());
        let folder = tempfile::tempdir().expect("a folder");
        let files = Folder::at(folder.path().join("files"));
        assert_eq!(world.crm.export_contents(&[1, 2], &files).expect("writes"), 2);
        let mut other = if world.url.contains("://") { World::on_postgres().expect("a server") } else { World::on_sqlite() };
        for (kind, ids) in [("customer", vec![customer]), ("attachment", vec![1, 2])] {
            for id in ids {
                let entry = world.crm.record(kind, id).expect("is there");
                let values = entry.schema.writable().map(|field| (field.name.to_string(), entry.value(&field.name)));
                let values = values.filter(|(name, _)| name != "owner").collect();
                if kind == "attachment" {
                    other.crm.bring_contents(Some(files.clone()));
                }
                other.crm.add(kind, values).expect("adds");
            }
        }
        assert_eq!(read(&mut other.crm, 2).expect("reads"), "十个传感器".as_bytes());
        assert_eq!(kept(&other), kept(world));
    }
}

#[test]
fn a_database_in_memory_has_no_place_for_files() {
    let mut crm = Crm::open(":memory:", &crate::world::settings()).expect("opens");
    crm.sign_in("lin").expect("may come in");
    let error = crm.stage(&mut &b"x"[..], "x.txt", LIMIT).err().expect("refuses");
    assert_eq!(error.cause, Cause::Refused);
}

#[test]
fn the_folder_is_found_where_the_database_is() {
    let mut world = World::on_sqlite();
    let customer = world.customer("Acme Robotics");
    let id = attach(&mut world.crm, customer, "offer.txt", b"ten sensors");
    let old = PathBuf::from(&world.url);
    let new = old.parent().expect("a folder").join("moved");
    std::fs::create_dir(&new).expect("makes");
    let moved = new.join("other.db");
    drop(std::mem::replace(&mut world.crm, Crm::open(":memory:", &crate::world::settings()).expect("opens")));
    std::fs::rename(&old, &moved).expect("moves");
    std::fs::rename(Folder::beside(&old).path(), Folder::beside(&moved).path()).expect("moves");
    let mut crm = Crm::open(&moved.display().to_string(), &crate::world::settings()).expect("opens");
    assert_eq!(read(&mut crm, id).expect("reads"), b"ten sensors");
}

#[test]
fn a_backup_takes_the_files_along_and_a_restore_brings_them_back() {
    let mut world = World::on_sqlite();
    let customer = world.customer("Acme Robotics");
    let first = attach(&mut world.crm, customer, "first.txt", b"first");
    let folder = tempfile::tempdir().expect("a folder");
    let copy = folder.path().join("copy.db");
    let made = world.crm.backup(&copy, false, true).expect("backs up");
    assert_eq!((made.contents.files, made.contents.bytes, made.contents.missing), (1, 5, 0));
    let second = attach(&mut world.crm, customer, "second.txt", b"second");
    let (lost, url) = (beside(&world), PathBuf::from(&world.url));
    drop(std::mem::replace(&mut world.crm, Crm::open(":memory:", &crate::world::settings()).expect("opens")));
    std::fs::remove_file(lost.list().iter().find_map(|hash| lost.file(hash)).expect("a file")).expect("removes");
    let restored = kehu::upkeep::restore(&copy, &url, std::time::Duration::from_secs(1)).expect("restores");
    assert_eq!((restored.contents.files, restored.contents.missing), (1, 0));
    let mut crm = Crm::open(&world.url, &crate::world::settings()).expect("opens");
    crm.sign_in("lin").expect("is known");
    assert_eq!(read(&mut crm, first).expect("reads"), b"first");
    assert!(crm.record("attachment", second).is_err());
    crm.repair().expect("takes away what only the replaced database needed");
    assert!(crm.doctor().expect("examines").healthy);
    let kept = restored.kept.expect("the old one is kept");
    let mut old = Crm::open(&kept.display().to_string(), &crate::world::settings()).expect("opens");
    let whole = [first, second].into_iter().filter(|id| read(&mut old, *id).is_ok()).count();
    assert!(whole >= 1, "the replaced database keeps its own files");
}

#[test]
fn the_doctor_brings_a_lost_file_back_from_the_last_backup() {
    let mut world = World::on_sqlite();
    let customer = world.customer("Acme Robotics");
    let id = attach(&mut world.crm, customer, "offer.txt", b"ten sensors");
    let folder = tempfile::tempdir().expect("a folder");
    world.crm.backup(&folder.path().join("copy.db"), false, true).expect("backs up");
    alter(&mut world, id);
    let report = world.crm.doctor().expect("examines");
    assert!(report.actions[0].to_string().contains("copy.db.files"), "{:?}", report.actions);
    let done = world.crm.repair().expect("repairs");
    assert!(
        done.iter().any(|line| line.to_string().starts_with("Brought the content of AT1 offer.txt back")),
        "{done:?}"
    );
    assert_eq!(read(&mut world.crm, id).expect("reads"), b"ten sensors");
}

#[test]
fn a_newer_backup_leaves_behind_what_only_the_older_one_needed() {
    let mut world = World::on_sqlite();
    let customer = world.customer("Acme Robotics");
    let id = attach(&mut world.crm, customer, "offer.txt", b"ten sensors");
    let folder = tempfile::tempdir().expect("a folder");
    let copy = folder.path().join("copy.db");
    world.crm.backup(&copy, false, true).expect("backs up");
    world.crm.remove("attachment", id).expect("removes");
    world.crm.purge("attachment", id).expect("purges");
    attach(&mut world.crm, customer, "new.txt", b"new");
    world.crm.backup(&copy, true, true).expect("backs up");
    assert_eq!(Folder::beside(&copy).list(), kept(&world));
    let grid = world.crm.list(&kehu::crm::Query { deleted: Deleted::With, ..kehu::crm::Query::new("attachment") });
    assert_eq!(grid.expect("lists").rows.len(), 1);
}
