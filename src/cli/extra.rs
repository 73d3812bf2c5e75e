//! Commands below a noun that are more than a verb on its records: each is one line here and a file of its own.

use super::{
    assign, attach, attachment, duplicates, handover, merge, nodes, qualify, review, session::Session, timeline,
};
use clap::{ArgMatches, Command};
use kehu::Result;

/// One such command.
pub struct Extra {
    /// The noun it stands below.
    pub noun: &'static str,
    pub command: fn() -> Command,
    pub run: fn(&mut Session, &ArgMatches) -> Result<u8>,
}

/// One that has the name of what every noun has takes its place.
static EXTRAS: &[Extra] = &[
    Extra { noun: "attachment", command: || attach::command("add"), run: attach::run },
    Extra { noun: "attachment", command: attachment::save_command, run: attachment::save },
    Extra { noun: "attachment", command: attachment::open_command, run: attachment::open },
    Extra { noun: "customer", command: qualify::command, run: qualify::run },
    Extra { noun: "customer", command: review::command, run: review::run },
    Extra { noun: "review_rule", command: review::preview_command, run: review::preview },
    Extra { noun: "node", command: nodes::adopt_command, run: nodes::adopt },
    timeline::CUSTOMER,
    Extra { noun: "customer", command: assign::assign_command, run: assign::assign },
    Extra { noun: "customer", command: assign::share_command, run: assign::share },
    Extra { noun: "customer", command: assign::unshare_command, run: assign::unshare },
    timeline::CONTACT,
    Extra { noun: "user", command: handover::command, run: handover::run },
    super::board::BOARD,
    super::next::NEXT,
    super::snapshot::SNAPSHOT,
    super::people::RELATE,
    super::people::REMEMBER,
    Extra { noun: "activity", command: super::plan::command, run: super::plan::run },
    Extra {
        noun: "customer",
        command: || super::emails::command("customer"),
        run: |session, matches| super::emails::run(session, "customer", matches),
    },
    Extra {
        noun: "contact",
        command: || super::emails::command("contact"),
        run: |session, matches| super::emails::run(session, "contact", matches),
    },
    super::outbox::SEND,
    super::satisfaction::ASK,
    super::satisfaction::INTAKE,
    super::satisfaction::ASK_TICKET,
    super::satisfaction::RATE,
    super::quality::WARN,
    super::article::SEARCH,
    super::article::DIFF,
    super::article::SUGGEST,
    super::lead::CONVERT,
    super::lead::INTAKE,
    super::lead::ASSIGN,
    super::lead::SCORE,
    super::ticket::REPLY,
    super::ticket::NOTE,
    super::ticket::MACRO,
    super::ticket::TODO,
    super::ticket::SPLIT,
    super::ticket_intake::INTAKE,
    merge::TICKETS,
    timeline::TICKET,
    timeline::MESSAGE,
    timeline::QUEUE,
    super::pool::RUN,
    super::pool::CUSTOMERS,
    super::service_level::ESCALATE,
    super::service_level::WHY,
    super::service_level::PREVIEW,
    super::service_level::APPLY,
    super::service_level::HOLIDAYS,
    super::ticket_assign::ASSIGN,
    timeline::POOL,
    timeline::LEAD,
    timeline::DEAL,
    timeline::ACTIVITY,
    timeline::PRODUCT,
    timeline::PIPELINE,
    timeline::STAGE,
    duplicates::LEADS,
    merge::LEADS,
    duplicates::DISTINCT_LEADS,
    duplicates::CUSTOMERS,
    merge::CUSTOMERS,
    duplicates::DISTINCT_CUSTOMERS,
    duplicates::CONTACTS,
    merge::CONTACTS,
    duplicates::DISTINCT_CONTACTS,
];

/// Those below a noun.
pub fn below(noun: &str) -> impl Iterator<Item = &'static Extra> {
    EXTRAS.iter().filter(move |extra| extra.noun == noun)
}

/// The one of that name below a noun.
pub fn find(noun: &str, name: &str) -> Option<&'static Extra> {
    below(noun).find(|extra| (extra.command)().get_name() == name)
}
