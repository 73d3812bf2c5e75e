//! The demo's files, compiled in, and their way through the ordinary import.

use kehu::{
    Cause, Crm, Error, Message, Result,
    exchange::{
        Source,
        import::{Import, Options, Outcome},
    },
};
use std::io::Write;
use tempfile::NamedTempFile;

/// A file of the demo and the kind of record that it holds.
pub struct DemoFile {
    pub kind: &'static str,
    pub name: &'static str,
    pub bytes: &'static [u8],
}

macro_rules! source {
    ($kind:literal, $name:literal) => {
        DemoFile { kind: $kind, name: $name, bytes: include_bytes!(concat!("../../../examples/data/", $name)) }
    };
}

/// In this order: what later files point to comes first.
pub const FILES: &[DemoFile] = &[
    source!("branch", "branches.csv"),
    source!("user", "users.csv"),
    source!("customer", "customers_east_china.csv"),
    source!("customer", "customers_south_china.csv"),
    source!("customer", "companies_europe.csv"),
    source!("contact", "contacts_europe.csv"),
    source!("customer", "partners.csv"),
    source!("customer", "referrals.csv"),
    source!("product", "products.csv"),
    source!("pipeline", "pipelines.csv"),
    source!("stage", "stages.csv"),
    source!("deal", "deals_europe.csv"),
    source!("deal", "deals_china.csv"),
    source!("activity", "activities.csv"),
    source!("deal_line", "deal_lines.csv"),
    source!("deal_contact", "deal_contacts.csv"),
    source!("lead", "leads.csv"),
    source!("lead_rule", "lead_rules.csv"),
    source!("score_rule", "score_rules.csv"),
    source!("pool", "pools.csv"),
    source!("pool_rule", "pool_rules.csv"),
    source!("queue", "queues.csv"),
    source!("ticket_type", "ticket_types.csv"),
    source!("macro", "macros.csv"),
    source!("business_calendar", "business_calendars.csv"),
    source!("holiday", "holidays.csv"),
    source!("sla_policy", "sla_policies.csv"),
    source!("sla_step", "sla_steps.csv"),
    source!("ticket_rule", "ticket_rules.csv"),
    source!("ticket", "tickets.csv"),
    source!("ticket_message", "ticket_messages.csv"),
    source!("ticket_step", "ticket_steps.csv"),
    source!("article", "articles.csv"),
    source!("survey", "surveys.csv"),
    source!("node", "nodes.csv"),
    source!("review_rule", "review_rules.csv"),
    source!("qualification", "qualifications.csv"),
    source!("fact", "facts.csv"),
    source!("occasion", "occasions.csv"),
    source!("relation", "relations.csv"),
];

/// How one of the programs spells its industries, and what people call them.
const INDUSTRIES: [&str; 15] = [
    "AUTOMOTIVE=Automotive",
    "BUILDING_MATERIALS=Building materials",
    "CHEMICALS=Chemicals",
    "ELECTRICAL_ELECTRONIC_MANUFACTURING=Electrical and electronic manufacturing",
    "FOOD_BEVERAGES=Food and beverages",
    "INDUSTRIAL_AUTOMATION=Industrial automation",
    "LOGISTICS_AND_SUPPLY_CHAIN=Logistics and supply chain",
    "MACHINERY=Machinery",
    "MARITIME=Maritime",
    "MEDICAL_DEVICES=Medical devices",
    "OIL_ENERGY=Oil and energy",
    "PACKAGING_AND_CONTAINERS=Packaging and containers",
    "PAPER_FOREST_PRODUCTS=Paper and forest products",
    "RENEWABLES_ENVIRONMENT=Renewables and environment",
    "UTILITIES=Utilities",
];

/// Imports one file as if it lay in a folder.
pub fn import_file(crm: &mut Crm, kind: &str, name: &str, bytes: &[u8]) -> Result<Outcome> {
    let mut spool = NamedTempFile::new().map_err(|error| unwritable(name, &error))?;
    spool.write_all(bytes).map_err(|error| unwritable(name, &error))?;
    let source = Source::named(spool.path(), name)?;
    let options = Options { map_values: INDUSTRIES.map(str::to_owned).into(), ..Options::default() };
    let plan = Import::plan(crm, &source, Some(kind), &options, &mut |_| ())?;
    plan.run(crm, &mut |_| ())
}

fn unwritable(name: &str, error: &std::io::Error) -> Error {
    Error::new(Cause::Storage, Message::new("{file} cannot be written: {why}.").with("file", name).with("why", error))
}
