//! What a person may rely on when settings come from several places.

use super::*;
use std::path::Path;

struct Stage {
    folder: tempfile::TempDir,
    variables: Vec<(&'static str, String)>,
}

impl Stage {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("home/.config/kehu")).unwrap();
        std::fs::create_dir_all(folder.path().join("work/deep/er")).unwrap();
        let home = folder.path().join("home").display().to_string();
        Self { folder, variables: vec![("HOME", home)] }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    fn read(&self, arguments: &[&str]) -> Result<Configuration> {
        let arguments: Vec<OsString> = std::iter::once(&"kehu").chain(arguments).map(OsString::from).collect();
        Configuration::read_in(&arguments, self)
    }
}

impl Environment for Stage {
    fn variable(&self, name: &str) -> Option<String> {
        self.variables.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone())
    }

    fn folder(&self) -> Option<PathBuf> {
        Some(self.path("work/deep/er"))
    }
}

#[test]
fn the_nearest_place_that_says_something_wins() {
    let mut stage = Stage::new();
    assert!(stage.read(&[]).unwrap().database().unwrap().ends_with("home/.local/share/kehu/kehu.db"));
    stage.write("home/.config/kehu/config.toml", "db = \"/own.db\"\nregion = \"de\"");
    assert_eq!(stage.read(&[]).unwrap().database().unwrap(), "/own.db");
    stage.write("work/kehu.toml", "db = \"team.db\"");
    let found = stage.read(&[]).unwrap();
    assert_eq!(Path::new(&found.database().unwrap()), stage.path("work/team.db"));
    assert_eq!(found.region().unwrap(), "DE");
    stage.variables.push(("KEHU_DB", "~/env.db".into()));
    assert_eq!(Path::new(&stage.read(&[]).unwrap().database().unwrap()), stage.path("home/env.db"));
    for arguments in [&["customer", "list", "--db", "flag.db"][..], &["--db=flag.db", "customer"]] {
        assert_eq!(stage.read(arguments).unwrap().database().unwrap(), "flag.db");
    }
    assert_ne!(stage.read(&["log", "--", "--db", "word"]).unwrap().database().unwrap(), "word");
}

#[test]
fn an_unknown_key_names_the_file_and_the_keys_there_are() {
    let stage = Stage::new();
    stage.write("work/kehu.toml", "database = \"x\"");
    let error = stage.read(&[]).unwrap_err();
    assert_eq!(error.exit_code(), 2);
    let text = error.to_string();
    assert!(text.contains("kehu.toml") && text.contains("database") && text.contains("base_currency"), "{text}");
}

#[test]
fn a_broken_file_is_told_in_one_sentence() {
    let stage = Stage::new();
    stage.write("work/kehu.toml", "# fine\nuser = lu\n");
    let text = stage.read(&[]).unwrap_err().to_string();
    assert!(text.contains("line 2") && text.lines().count() == 1, "{text}");
}

#[test]
fn setting_a_key_keeps_every_comment() {
    let stage = Stage::new();
    stage.write("work/kehu.toml", "# ours\nuser = \"lu\" # the boss\n\n# lang = \"zh\"\n");
    let path = stage.path("work/kehu.toml");
    set(&path, &[("user", "qin".into()), ("lang", "zh".into())]).unwrap();
    let text = std::fs::read_to_string(path).unwrap();
    assert!(text.starts_with("# ours\nuser = \"qin\" # the boss\n"), "{text}");
    assert!(text.contains("# lang = \"zh\"") && stage.read(&[]).unwrap().language() == Some("zh"), "{text}");
}

#[test]
fn without_a_home_everything_that_is_named_works() {
    let mut stage = Stage::new();
    stage.variables.clear();
    let found = stage.read(&["--db", "here.db"]).unwrap();
    assert_eq!(found.database().unwrap(), "here.db");
    assert!(!found.user().is_empty());
    assert_eq!(stage.read(&[]).unwrap().database().unwrap_err().exit_code(), 2);
}

#[test]
fn the_clock_takes_what_a_person_writes_in_the_configured_zone() {
    let stage = Stage::new();
    stage.write("work/kehu.toml", "time_zone = \"Asia/Shanghai\"");
    let found = stage.read(&["--now", "2026-03-31T09:00"]).unwrap();
    let zone = found.time_zone().unwrap();
    assert_eq!(found.now(&zone).unwrap().unwrap().to_string(), "2026-03-31T01:00:00Z");
    stage.write("work/kehu.toml", "time_zone = \"Mars/Base\"");
    let text = stage.read(&[]).unwrap().time_zone().unwrap_err().to_string();
    assert!(text.contains("kehu.toml") && text.contains("Mars/Base"), "{text}");
}

#[test]
fn a_language_is_known_in_any_case_and_an_unknown_one_is_refused() {
    let stage = Stage::new();
    assert_eq!(stage.read(&["--lang", "ZH"]).unwrap().language(), Some("zh"));
    assert_eq!(stage.read(&["--lang", "de"]).unwrap_err().exit_code(), 2);
}
