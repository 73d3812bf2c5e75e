//! Mappings kept under a name, in the configuration folder.

use clap::ArgMatches;
use kehu::{Cause, Error, Message, Result, exchange::import::Plan};
use std::path::{Path, PathBuf};

/// A kept mapping's text: that of a file, or of a name.
pub fn read(name: &str) -> Result<String> {
    let path = if Path::new(name).is_file() { PathBuf::from(name) } else { place(name)? };
    std::fs::read_to_string(&path).map_err(|_| {
        Error::new(Cause::NotFound, Message::new("There is no mapping {name}.").with("name", name))
            .hint(Message::new("kehu customer import FILE --save-map {name}").with("name", name))
    })
}

/// Keeps the mapping where that was asked for.
pub fn save(matches: &ArgMatches, plan: &Plan) -> Result<()> {
    let Some(name) = matches.get_one::<String>("save-map") else { return Ok(()) };
    let path = place(name)?;
    let written = path
        .parent()
        .map_or(Ok(()), std::fs::create_dir_all)
        .and_then(|()| std::fs::write(&path, plan.mapping.to_toml()));
    written.map_err(|error| {
        Error::new(
            Cause::Storage,
            Message::new("{path} cannot be written: {why}.").with("path", path.display()).with("why", error),
        )
    })
}

/// `~/.config/kehu/maps/NAME.toml`; a name with a slash or an ending is a path.
fn place(name: &str) -> Result<PathBuf> {
    if name.contains('/') || Path::new(name).extension().is_some_and(|end| end == "toml") {
        return Ok(PathBuf::from(name));
    }
    let said = |variable: &str| std::env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from);
    let folder = said("XDG_CONFIG_HOME").or_else(|| said("HOME").map(|home| home.join(".config")));
    let folder = folder.ok_or_else(|| {
        Error::bad_value(Message::new("There is no home folder to keep the mapping {name} in.").with("name", name))
            .hint(Message::new("name a file that ends in .toml"))
    })?;
    Ok(folder.join("kehu").join("maps").join(format!("{name}.toml")))
}
