//! A temporary PostgreSQL of our own, one a test process, that goes when the process goes.

use postgres::{Client, NoTls};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// The address of a fresh, empty database; `None`, saying so, where there is no PostgreSQL.
pub fn fresh_database() -> Option<String> {
    static SERVER: OnceLock<Option<PathBuf>> = OnceLock::new();
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let folder = SERVER.get_or_init(start).as_ref()?;
    let name = format!("kehu{}", COUNT.fetch_add(1, Ordering::Relaxed));
    let mut client = Client::connect(&address(folder, "postgres"), NoTls).expect("the server answers");
    client.batch_execute(&format!("CREATE DATABASE {name}")).expect("a fresh database");
    Some(address(folder, &name))
}

fn address(folder: &Path, name: &str) -> String {
    let host = folder.display().to_string().replace('/', "%2F");
    format!("postgres://kehu@{host}/{name}")
}

fn start() -> Option<PathBuf> {
    let Some((programs, user)) = programs().zip(user()) else {
        assert!(
            std::env::var("KEHU_TEST_POSTGRES").as_deref() != Ok("required"),
            "KEHU_TEST_POSTGRES=required, but there is no initdb, or no user to run it as"
        );
        eprintln!("skipped on PostgreSQL: no initdb found");
        return None;
    };
    let folder = tempfile::Builder::new().prefix("kehu-pg-").tempdir().expect("a folder").keep();
    if let Some((uid, gid)) = user {
        std::os::unix::fs::chown(&folder, Some(uid), Some(gid)).expect("the server owns its folder");
    }
    initialize(&programs, &folder, user);
    serve(programs, folder.clone(), user);
    wait_until_it_answers(&folder);
    Some(folder)
}

/// Where `initdb` and `postgres` are.
fn programs() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut installed: Vec<PathBuf> = versions.map(|version| version.path().join("bin")).collect();
    installed.sort();
    let found = installed.into_iter().rev().chain(std::env::split_paths(&path));
    found.into_iter().find(|folder| folder.join("initdb").exists() && folder.join("postgres").exists())
}

/// Nobody in particular: the server refuses to run as root. `Some(None)` when this process is not root.
#[expect(clippy::option_option, reason = "no user at all, this one, or another")]
fn user() -> Option<Option<(u32, u32)>> {
    let number = |flag: &str, name: &str| -> Option<u32> {
        let output = Command::new("id").args([flag, name].iter().filter(|word| !word.is_empty())).output().ok()?;
        String::from_utf8(output.stdout).ok()?.trim().parse().ok()
    };
    if number("-u", "")? != 0 {
        return Some(None);
    }
    let other = |name| Some((number("-u", name)?, number("-g", name)?));
    other("postgres").or_else(|| other("nobody")).map(Some)
}

/// A command run as that user, which is told when the thread that started it is gone.
fn as_user(user: Option<(u32, u32)>) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "TERM"]);
    if let Some((uid, gid)) = user {
        command.args([format!("--reuid={uid}"), format!("--regid={gid}"), "--clear-groups".to_owned()]);
    }
    command
}

fn initialize(programs: &Path, folder: &Path, user: Option<(u32, u32)>) {
    let output = as_user(user)
        .arg(programs.join("initdb"))
        .arg("--pgdata")
        .arg(folder.join("data"))
        .args(["--username=kehu", "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C"])
        .current_dir(folder)
        .output()
        .expect("setpriv");
    assert!(output.status.success(), "initdb: {}", String::from_utf8_lossy(&output.stderr));
}

/// The shell stops the server and clears up when this process ends, however it ends.
const KEEPER: &str = r#"
trap 'kill -INT $server' TERM INT
"$1/postgres" -D "$2/data" -k "$2" -c listen_addresses= -c fsync=off -c synchronous_commit=off \
    -c full_page_writes=off -c max_connections=60 >"$2/log" 2>&1 &
server=$!
wait $server
wait $server
rm -rf "$2"
"#;

fn serve(programs: PathBuf, folder: PathBuf, user: Option<(u32, u32)>) {
    // The signal comes when the starting thread ends, so this one lives as long as the process.
    std::thread::spawn(move || {
        let mut keeper = as_user(user);
        keeper.args(["sh", "-c", KEEPER, "keeper"]).arg(programs).arg(&folder).current_dir("/");
        let _ = keeper.spawn().expect("setpriv").wait();
    });
}

fn wait_until_it_answers(folder: &Path) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while Client::connect(&address(folder, "postgres"), NoTls).is_err() {
        assert!(
            Instant::now() < deadline,
            "the server does not answer: {}",
            std::fs::read_to_string(folder.join("log")).unwrap_or_default()
        );
        std::thread::sleep(Duration::from_millis(20));
    }
}
