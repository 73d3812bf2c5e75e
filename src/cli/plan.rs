//! `kehu activity plan`: the same thing planned with every customer of a selection, in one step.

use super::{daily, session::Session, tree};
use clap::{Arg, ArgMatches, Command};
use kehu::{
    Result,
    customers::{Mass, Owner},
    record::types::fold,
};

pub fn command() -> Command {
    let valued = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).num_args(1).help(help)
    };
    Command::new("plan")
        .about("Plans the same thing with every customer that matches, in one step")
        .arg(Arg::new("text").value_name("TEXT").required(true).num_args(1..).help("What is to be done"))
        .arg(valued("where", "FILTER", "With which customers").required(true))
        .arg(valued("due", "WHEN", "When it is to be done").required(true).allow_hyphen_values(true))
        .arg(valued("kind", "TYPE", "call, visit, wechat, 电话, 拜访 …").default_value("task"))
        .arg(valued("owner", "USER", "Who is to do it: a colleague, or `customer` for whoever looks after each; you"))
        .after_help(format!(
            "Examples:\n  kehu activity plan \"Call about the new price list\" --where level=A --kind call --due +3d --dry-run\n  \
             kehu activity plan \"Send the catalogue\" --where tags:fair --due fri --owner customer -y\n\n{}",
            tree::FILTER_HELP
        ))
}

pub fn run(session: &mut Session, matches: &ArgMatches) -> Result<u8> {
    let word = |name: &str| matches.get_one::<String>(name).cloned();
    let owner = match word("owner") {
        None => Owner::One(None),
        Some(name) if matches!(&*fold(&name), "customer" | "客户") => Owner::OfCustomer,
        Some(name) => Owner::One(Some(session.crm()?.find("user", &name)?)),
    };
    let text: Vec<String> = matches.get_many::<String>("text").into_iter().flatten().cloned().collect();
    let mass = Mass { text: text.join(" "), sort: word("kind").unwrap_or_default(), due: word("due"), at: None, owner };
    daily::many(session, &word("where").unwrap_or_default(), &mass)
}
