//! The command tree, built from the catalog: every record kind has the same verbs, and its own.

use super::{export, extra, field, generate, import, output::Format, report, setup, sql, upkeep, view};
use clap::{Arg, ArgAction, Command, builder::EnumValueParser, value_parser};
use kehu::{
    catalog,
    record::{Field, Kind, Schema, Verb},
};
use std::{ffi::OsString, sync::Arc};

/// How much of the tree is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// All of it: for man pages, completions and `help`.
    All,
    /// Only what stands below one noun, or one verb of it.
    Noun(String, Option<String>),
    /// The nouns alone.
    Names,
}

/// Flags that take the following word as their value; the only ones that may stand before the noun.
const VALUED: [&str; 14] = [
    "--db",
    "--as",
    "--now",
    "--as-of",
    "--lang",
    "--format",
    "-f",
    "--columns",
    "-c",
    "--color",
    "--width",
    "--sort",
    "--limit",
    "--wait",
];

/// The words of the command line that are neither flags nor their values, up to the second.
fn words(arguments: &[OsString]) -> Vec<String> {
    let mut words = Vec::new();
    let mut skip = false;
    for argument in arguments.iter().skip(1).map(|argument| argument.to_string_lossy()) {
        if std::mem::take(&mut skip) {
            continue;
        }
        if argument.starts_with('-') {
            skip = VALUED.contains(&&*argument);
        } else {
            words.push(argument.into_owned());
            if words.len() == 2 {
                break;
            }
        }
    }
    words
}

/// How much of the tree these arguments need.
pub fn wanted(arguments: &[OsString]) -> Wanted {
    let mut words = words(arguments).into_iter();
    match words.next() {
        None => Wanted::Names,
        Some(noun) if matches!(&*noun, "help" | "man" | "completions") => Wanted::All,
        Some(noun) => Wanted::Noun(noun, words.next()),
    }
}

/// Whether the command speaks of a database at all; these few work without one, or with one that is broken.
pub fn needs_database(arguments: &[OsString]) -> bool {
    let without = ["help", "man", "completions", "init", "demo", "config", "restore", "doctor", "keys"];
    words(arguments).first().is_some_and(|noun| !without.contains(&noun.as_str()))
}

/// The whole command.
pub fn root(schemas: &[Arc<Schema>], wanted: &Wanted) -> Command {
    let mut root = Command::new("kehu")
        .bin_name("kehu")
        .version(env!("CARGO_PKG_VERSION"))
        .about("A CRM for the terminal: customers and the people who work there, in one file that is yours")
        .override_usage("kehu <NOUN> <VERB> [REF] [VALUES] [FLAGS]")
        .help_template("{about-with-newline}\n{usage-heading} {usage}{after-help}")
        .subcommand_required(false)
        .arg_required_else_help(false)
        .disable_help_subcommand(false)
        .infer_subcommands(false);
    for argument in global_flags() {
        root = root.arg(argument);
    }
    // Whoever names a noun or a command waits for no other.
    if let Wanted::Noun(noun, verb) = wanted {
        if let Some(command) = bespoke_named(noun) {
            return root.subcommand(command);
        }
        if let Some(schema) = schemas.iter().find(|schema| is_called(schema, noun)) {
            return root.subcommand(noun_verbs(noun_command(schema), schema, verb.as_deref()));
        }
    }
    root = root.after_help(format!("{}\n\n{FIRST_EXAMPLES}", overview(schemas)));
    for schema in schemas {
        if matches!(schema.kind, "field" | "view") {
            continue;
        }
        let noun = noun_command(schema);
        root = root.subcommand(if *wanted == Wanted::All { noun_verbs(noun, schema, None) } else { noun });
    }
    for command in bespoke() {
        root = root.subcommand(command);
    }
    root
}

fn is_called(schema: &Schema, noun: &String) -> bool {
    !matches!(schema.kind, "field" | "view") && (noun == schema.kind || aliases(schema).contains(noun))
}

fn noun_command(schema: &Schema) -> Command {
    Command::new(schema.kind).aliases(aliases(schema)).about(schema.doc).arg_required_else_help(true).after_help(
        format!(
            "Examples:\n  {2}kehu {0} list --limit 5\n  kehu {0} show {1}1{3}",
            schema.kind,
            schema.letter,
            first(schema.kind),
            own_examples(schema.kind)
        ),
    )
}

/// Other spellings of a noun: the plural, and a hyphen between words.
fn aliases(schema: &Schema) -> Vec<String> {
    let mut words = vec![schema.table.to_owned()];
    if schema.kind.contains('_') {
        words.extend([schema.kind.replace('_', "-"), schema.table.replace('_', "-")]);
    }
    words
}

/// What a newcomer may try, and where there is more.
const FIRST_EXAMPLES: &str = "Examples:
  kehu demo                               a small company to try things on
  kehu customer list level=A city~深圳    the key customers in Shenzhen
  kehu customer import customers.csv      CSV as other programs export it
  kehu find 2345                          name, pinyin, phone digits, e-mail
  kehu undo                               take the last thing back

`kehu customer --help` says what can be done, `kehu customer list --help` how.";

/// The commands beside the record kinds as the first screen groups them, with what each group is for.
const GROUPS: &[(&[&str], &str)] = &[
    (&["log", "today"], "what happened; your plan of the day"),
    (&["tui", "keys"], "the dashboard, and its keys"),
    (&["find", "show", "view", "sql"], "everything by words or ref; saved lists; SQL"),
    (&["report"], "questions with an answer in a table"),
    (&["attach", "calendar"], "files with records; plans for phones"),
    (&["oplog", "undo", "redo"], "what was done, and taking it back"),
    (&["import"], "a file whose headings tell what it holds"),
    (&["schema", "field"], "all nouns (stage, pool_rule …), fields, your own"),
    (&["init", "demo", "config"], "a new database, one to try, the settings"),
    (&["backup", "restore", "status", "doctor"], "copies, and how the database stands"),
    (&["completions", "man"], "for your shell; the manual"),
];

/// The screen that `kehu --help` shows.
fn overview(schemas: &[Arc<Schema>]) -> String {
    use std::fmt::Write;
    let mut text = String::from("Records (add, list, show, edit, rm, restore, purge, history, import, export):\n");
    let shown = |kind: &str| catalog::entry(kind).is_some_and(|entry| entry.business && !entry.detail);
    for schema in schemas.iter().filter(|schema| shown(schema.kind)) {
        let _ = writeln!(text, "  {:<12} {}", schema.kind, schema.doc.trim_end_matches('.'));
    }
    text.push_str("\nEverything else:\n");
    for (names, about) in GROUPS {
        let _ = writeln!(text, "  {:<32} {about}", names.join(", "));
    }
    let grouped = |name: &str| GROUPS.iter().any(|(names, _)| names.contains(&name));
    for command in bespoke().iter().filter(|command| !grouped(command.get_name())) {
        let about = command.get_about().map(ToString::to_string).unwrap_or_default();
        let _ = writeln!(text, "  {:<32} {about}", command.get_name());
    }
    text.push_str(
        "\nFlags everywhere: -f FORMAT (table, json, ndjson, csv, tsv, md, html or ids),\n  \
         -c FIELDS, --db DATABASE, --as USER, --dry-run, -y (yes), -q (quiet),\n  \
         -v (verbose), --no-input, --lang en|zh, --color, --now, --as-of, -h, -V\n",
    );
    text.trim_end().to_owned()
}

/// The heading of the flags that stand for the fields of a record.
pub const FIELDS: &str = "Fields";

/// The heading of the flags that every command takes.
pub const EVERYWHERE: &str = "Everywhere";

fn global_flags() -> Vec<Arg> {
    let flag = |name: &'static str, help: &'static str| {
        Arg::new(name).long(name).help(help).global(true).action(ArgAction::SetTrue).help_heading(EVERYWHERE)
    };
    let valued = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).help(help).global(true).num_args(1).help_heading(EVERYWHERE)
    };
    vec![
        valued("db", "DATABASE", "A file, :memory: or postgres://…"),
        valued("as", "USER", "Who asks: a login, name or ref"),
        valued("now", "WHEN", "What time it is for this command"),
        valued("as-of", "DATE", "What was true on that day (show)"),
        valued("lang", "LANGUAGE", "en or zh")
            .value_parser(|word: &str| super::configuration::language(word).map_err(|error| error.message.to_string())),
        valued("format", "FORMAT", "table, json, ndjson, csv, tsv, md, html or ids; vcf for contacts")
            .short('f')
            .hide_possible_values(true)
            .value_parser(EnumValueParser::<Format>::new()),
        valued("columns", "FIELDS", "Which fields, in which order: name,owner.name").short('c'),
        flag("yes", "Answer every question with yes").short('y'),
        flag("no-input", "Never ask anything"),
        flag("dry-run", "Try it, write nothing"),
        flag("quiet", "Say nothing but errors").short('q'),
        flag("verbose", "Say what was done even where nobody watches").short('v'),
        valued("color", "WHEN", "auto, always or never")
            .value_parser(["auto", "always", "never"])
            .hide_possible_values(true),
        valued("wait", "SECONDS", "How long to wait for another writer").value_parser(value_parser!(f32)).hide(true),
        flag("csv-safe", "Guard cells that a spreadsheet would take for formulas"),
    ]
}

/// The verbs of a record kind: those that every kind has, then its own.
fn noun_verbs(noun: Command, schema: &Schema, verb: Option<&str>) -> Command {
    // The most frequent ones are not kept waiting by what the others take.
    match verb {
        Some("show") => return noun.subcommand(show(schema)),
        Some("list") => return noun.subcommand(list(schema)),
        _ => {}
    }
    let automatic = catalog::entry(schema.kind).is_some_and(|entry| entry.automatic);
    let replaced = extra::find(schema.kind, "add").is_some();
    let noun = if replaced { noun } else { noun.subcommand(add(schema).hide(automatic)) };
    // What is kept as it was written refuses these; a help that offers them would mislead.
    let kept = catalog::entry(schema.kind).is_some_and(|entry| entry.append_only);
    let mut noun = noun
        .subcommand(list(schema))
        .subcommand(show(schema))
        .subcommand(edit(schema).hide(kept))
        .subcommand(refs(schema, "rm", "Moves records to the recycle bin, with what belongs to them").hide(kept))
        .subcommand(refs(schema, "restore", "Brings records back from the recycle bin").hide(kept))
        .subcommand(refs(schema, "purge", "Deletes records in the recycle bin for good; asks twice").hide(kept))
        .subcommand(history(schema))
        .subcommand(import::command(schema))
        .subcommand(export::command(schema));
    // A command of a file of its own does more than the verb of that name, which the dashboard has.
    let verbs = catalog::entry(schema.kind).map_or(&[][..], |entry| entry.verbs);
    for verb in verbs.iter().filter(|verb| extra::find(schema.kind, verb.name).is_none()) {
        noun = noun.subcommand(own_verb(schema, verb));
    }
    for extra in extra::below(schema.kind) {
        noun = noun.subcommand((extra.command)());
    }
    noun
}

fn own_verb(schema: &Schema, verb: &Verb) -> Command {
    let mut command = Command::new(verb.name)
        .about(verb.doc)
        .arg(reference(schema).required(true).num_args(1..))
        .after_help(two_examples(verb.example, "--dry-run -v"));
    for ask in verb.asks {
        let flag = Arg::new(ask.name).long(ask.name).value_name(value_name(&(ask.kind)())).help(ask.doc).num_args(1);
        command = command.arg(flag.allow_hyphen_values(true));
    }
    command
}

/// An example, which stands twice, the first time with more flags, unless it has several lines already.
pub fn two_examples(example: &str, flags: &str) -> String {
    if example.contains('\n') {
        return format!("Examples:\n  {example}");
    }
    format!("Examples:\n  {example} {flags}\n  {example}")
}

/// An example of a record's name for the help texts, which the demo company has.
fn sample(schema: &Schema) -> (&'static str, &'static str, &'static str) {
    match schema.kind {
        "customer" => ("\"Harbour Robotics\"", "--email hello@harbour-robotics.example --level B", "level=A"),
        "contact" => ("\"Ingrid Larsen\"", "--email ingrid@harbour-robotics.example", "primary=yes"),
        "activity" => ("\"Call about the price\"", "--kind call --customer C1", "state=overdue"),
        "lead" => ("\"Ingrid Larsen\"", "--company \"Harbour Robotics\" --source fair --cost 80", "status=new"),
        "lead_rule" => ("\"source=web\"", "--department sales --capacity 5", "paused=no"),
        "score_rule" => ("\"Has a phone\"", "--condition \"not mobile:\" --points 10", "points=1.."),
        "deal" => ("\"Harbour crane controls\"", "--customer C1 --amount 120k --close +3m", "outcome=open"),
        "deal_line" => ("\"Flow sensor\"", "--deal D1 --quantity 12 --price \"EUR 860\"", "deal=D4"),
        "deal_contact" => ("decision_maker", "--deal D1 --contact P158", "role=decision_maker"),
        "deal_step" => ("\"Call back\"", "--deal D1", "state=planned"),
        "ticket" => ("\"The display stays dark\"", "--customer C1 --kind complaint --priority high", "status=open"),
        "ticket_message" => ("--ticket T1", "--direction in --body \"It is dark again\"", "direction=in"),
        "ticket_step" => ("\"Ask for a photo\"", "--ticket T1", "ticket=T1"),
        "ticket_type" => ("training", "--word-zh 培训 --needs product --priority low", "word=repair"),
        "queue" => ("\"Spare parts\"", "--members emily --reopen-days 14", "open_tickets=1.."),
        "macro" => ("\"Ask for logs\"", "--reply \"The logs, please.\" --status pending", "status=pending"),
        "ticket_rule" => ("\"kind=repair\"", "--skill repair --order least_busy --capacity 20", "paused=no"),
        "sla_policy" => ("\"Key customers\"", "--condition customer.level=A --resolution 8h", "default=no"),
        "sla_step" => ("resolution", "--policy SP1 --percent 80 --tell owner", "policy=SP1"),
        "escalation" => ("resolution", "--ticket T1", "clock=resolution"),
        "business_calendar" => ("\"Early shift\"", "--hours \"Mon-Fri 06:00-14:00\"", "zone=Europe/Berlin"),
        "holiday" => ("\"Founding day\"", "--day 2026-05-18 --yearly yes", "yearly=yes"),
        "product" => ("\"Crane controller\"", "--code CC-1 --price 48000", "active=yes"),
        "pipeline" => ("Renewals", "--notes \"service contracts\"", "active=yes"),
        "stage" => ("Trial", "--pipeline 2 --probability 50", "outcome=open"),
        "pool" => ("\"Open to all\"", "--claims-a-day 5 --holding-cap 50 --cool-down 30", "waiting=1.."),
        "pool_rule" => ("\"Sixty silent days\"", "--pool PO1 --trigger no-follow-up --days 60", "paused=no"),
        "pool_move" => ("\"Open to all\"", "--customer C1", "action=claimed"),
        "stage_move" => ("Proposal", "--deal D1", "created_at=today"),
        "forecast_snapshot" => ("2026-04", "--day today", "month=undated"),
        "satisfaction" => ("--ticket T4", "--score 4 --comment \"quick\"", "score=..2"),
        "survey" => ("\"How was it?\"", "--language en --text \"1 to 5? {token}\"", "active=yes"),
        "article" => {
            ("\"No signal after a power cut\"", "--language en --tags power,signal --body \"Wait.\"", "state=published")
        }
        "article_version" => ("\"No signal\"", "--article N1", "number=1"),
        "article_miss" => ("\"no signal\"", "", "times=2.."),
        "outbox" => ("\"Your order\"", "--to ingrid@harbour-robotics.example", "state=queued"),
        "attachment" => ("offer.pdf", "--note \"Signed\"", "customer=C1"),
        "share" => ("C3 user=lukas", "--until 2099-12-31", "state=current"),
        "fact" => ("\"plays golf on Sundays\"", "--contact P1 --about hobbies", "about=drinks"),
        "occasion" => ("birthday", "--contact P4 --day 农历八月十五", "calendar=lunar"),
        "relation" => ("reports-to", "--contact P5 --other P6", "kind=reports-to"),
        "user" => ("\"Sam Okafor\"", "--login sam --department sales", "department=sales"),
        "qualification" => ("--customer C1 --worth valuable", "--note \"a new line\"", "aspect=worth"),
        "node" => ("Sample", "--label-zh 样品 --position 3", "retired=no"),
        "review_rule" => ("\"annual_revenue=1m..\"", "--level A", "level=A"),
        _ => ("Hangzhou", "--code HZ --city 杭州", "parent=none"),
    }
}

fn add(schema: &Schema) -> Command {
    let (name, flags, _) = sample(schema);
    let kind = schema.kind;
    let detail = catalog::entry(kind).is_some_and(|entry| entry.detail);
    let examples = if detail {
        two_examples(&format!("kehu {kind} add {name} {flags}"), "--dry-run -v")
    } else {
        format!("Examples:\n  kehu {kind} add {name} {flags}\n  kehu {kind} add {name} --dry-run -v")
    };
    let command = Command::new("add")
        .about(format!("Adds {} {kind}", if kind.starts_with(['a', 'e', 'i', 'o']) { "an" } else { "a" }))
        .arg(Arg::new("values").value_name("NAME").num_args(0..).help("The name, then more values as field=value"))
        .arg(allow_duplicate())
        .after_help(examples);
    field_flags(command, schema)
}

fn allow_duplicate() -> Arg {
    Arg::new("allow-duplicate")
        .long("allow-duplicate")
        .help("Even if another live record has the e-mail or phone")
        .action(ArgAction::SetTrue)
}

/// A flag for every field that a person may set.
fn field_flags(mut command: Command, schema: &Schema) -> Command {
    for field in schema.writable().filter(|field| !field.kept) {
        command = command.arg(field_flag(schema, field));
    }
    command.next_help_heading(None)
}

/// What stands for a value in help, which says how it is written.
pub fn value_name(kind: &Kind) -> &'static str {
    match kind {
        Kind::Money => "AMOUNT",
        Kind::Date | Kind::Birthday => "DATE",
        Kind::Timestamp => "WHEN",
        Kind::Integer => "N",
        Kind::Decimal { .. } | Kind::Percent => "NUMBER",
        Kind::YesNo => "YES|NO",
        Kind::Link(_) => "REF",
        Kind::Choice(_) => "WORD",
        Kind::List(_) => "A,B",
        _ => "TEXT",
    }
}

fn field_flag(schema: &Schema, field: &Field) -> Arg {
    let name = field.name.to_string();
    let words: Vec<String> =
        field.choices().iter().filter(|choice| !choice.retired).map(|choice| choice.key.to_string()).collect();
    let mut help = field.doc.to_string();
    if !words.is_empty() {
        help = format!("{help} [{}]", words.join(", "));
    }
    let long = name.strip_prefix("x_").filter(|_| field.custom).unwrap_or(&name).replace('_', "-");
    Arg::new(name.clone())
        .long(long)
        .aliases(if name.contains('_') { vec![name] } else { Vec::new() })
        .value_name(value_name(&field.kind))
        .help(help)
        .num_args(1)
        .allow_hyphen_values(true)
        .help_heading(FIELDS)
        .add(super::complete::values(schema, field))
}

fn list(schema: &Schema) -> Command {
    let kind = schema.kind;
    let (_, _, filter) = sample(schema);
    let title = &schema.title().name;
    let valued = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).help(help).num_args(1)
    };
    Command::new("list")
        .about("Lists those that match a filter, newest first")
        .arg(filter_argument())
        .arg(valued("sort", "FIELDS", "Sort by: name, or -since for the newest first").allow_hyphen_values(true))
        .arg(
            valued("limit", "N", "At most so many; 0 for all (50 on a terminal, all elsewhere)")
                .value_parser(value_parser!(u64)),
        )
        .arg(valued("group-by", "FIELDS", "Count by field, and sum the numbers among --columns"))
        .arg(valued("view", "NAME", "A saved view to start from"))
        .arg(flag("count", "Print only how many match"))
        .arg(flag("deleted", "Those in the recycle bin"))
        .arg(flag("fail-if-empty", "Exit 7 when nothing matches"))
        .after_help(format!(
            "Examples:\n  kehu {kind} list {filter}\n  kehu {kind} list created_at=2020.. --sort {title} --limit 5\n  \
             kehu {kind} list -c {title},created_at -f json --limit 3\n\n{FILTER_HELP}"
        ))
}

/// What a filter can say, for every help that takes one.
pub const FILTER_HELP: &str = "Filters: field=value, field=a,b (any of), field!=value, field~part, field: (empty),\n  \
     tags:vip; amounts as 1m.. or 5k..20k, days as 2026-q1 or last-month; owner=me,\n  \
     owner.branch=HH, not level=A; bare words search; and, or, not, ( ).";

pub fn filter_argument() -> Arg {
    Arg::new("filter")
        .value_name("FILTER")
        .num_args(0..)
        .help("Which records, in the filter language")
        .allow_hyphen_values(false)
}

fn flag(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).help(help).action(ArgAction::SetTrue)
}

fn show(schema: &Schema) -> Command {
    let kind = schema.kind;
    Command::new("show")
        .about("Shows one record with what belongs to it")
        .arg(reference(schema).required(true))
        .after_help(format!(
            "Examples:\n  {1}kehu {kind} show {0}1\n  kehu {kind} show {0}1 -f json",
            schema.letter,
            first(kind)
        ))
}

fn reference(schema: &Schema) -> Arg {
    Arg::new("ref")
        .value_name("REF")
        .help(format!("{}12, 12, a name, an e-mail, a phone or ext:system:number", schema.letter))
        .add(super::complete::references(schema.kind))
}

fn edit(schema: &Schema) -> Command {
    let letter = schema.letter;
    let (_, _, filter) = sample(schema);
    let command = Command::new("edit")
        .about("Changes fields of one or several records")
        .arg(reference(schema).num_args(0..).help(format!("{letter}12 or another reference; then field=value pairs")))
        .arg(
            Arg::new("where").long("where").value_name("FILTER").num_args(1).help("Change all that match, in one step"),
        )
        .arg(
            Arg::new("if-version")
                .long("if-version")
                .value_name("N")
                .num_args(1)
                .value_parser(value_parser!(i64))
                .help("Only if nobody changed it since"),
        )
        .arg(allow_duplicate())
        .after_help(format!("Examples:\n  {}", edit_examples(schema, filter)));
    let command = if schema.field("tags").is_some() {
        command
            .arg(
                Arg::new("add-tag")
                    .long("add-tag")
                    .value_name("TAG")
                    .action(ArgAction::Append)
                    .help("Adds a tag, leaves the others"),
            )
            .arg(Arg::new("rm-tag").long("rm-tag").value_name("TAG").action(ArgAction::Append).help("Takes a tag away"))
    } else {
        command
    };
    field_flags(command, schema)
}

/// What must be done before the demo company has any record of that kind.
fn first(kind: &str) -> &'static str {
    match kind {
        "attachment" => "kehu attach C1 customers.csv contacts.csv users.csv\n  ",
        "escalation" => "kehu --now +90d ticket escalate\n  ",
        _ => "",
    }
}

/// What can be done with records of this kind alone.
fn own_examples(kind: &str) -> &'static str {
    match kind {
        "customer" => {
            "\n  kehu customer timeline C1\n  kehu customer qualify C1 --worth valuable --node quote\n  \
             kehu customer duplicates"
        }
        "contact" => "\n  kehu contact timeline P1\n  kehu contact emails customer.level=A",
        "activity" => "\n  kehu activity done A95 --outcome \"they like it\" --next \"+14d send the quote\"",
        _ => "",
    }
}

/// Changes that fields of this kind allow.
fn edit_examples(schema: &Schema, filter: &str) -> String {
    let edit = format!("kehu {} edit", schema.kind);
    let first = format!("{edit} {}1", schema.letter);
    let has = |name: &str| schema.field(name).is_some();
    let two =
        |one: &str, other: &str| format!("{}{first} {one}\n  {first} {other} --dry-run -v", self::first(schema.kind));
    match schema.kind {
        "node" => return two("--label \"Visit\"", "position=7"),
        "stage" => return two("--probability 25", "days_to_rot=30"),
        "review_rule" => return two("--level B", "position=9"),
        "attachment" => return two("--note \"Signed\"", "name=list.csv"),
        "share" => return two("--access write", "until=+30d"),
        "lead_rule" => return two("--capacity 3", "paused=yes"),
        "sla_step" => return two("--percent 90", "tell=manager"),
        "holiday" => return two("--until 2026-01-04", "yearly=yes"),
        "pool" => return two("--cool-down 14", "claims_a_day=3"),
        "pool_rule" => return two("--days 45", "paused=yes"),
        "score_rule" => return two("--points 20", "\"name=Can be called\""),
        _ => {}
    }
    if has("notes") && has("tags") {
        format!(
            "{first} --notes \"Met at the fair\"\n  {first} tags=vip,fair\n  \
             {edit} --where {filter} --add-tag key --dry-run -y"
        )
    } else if has("phone") {
        format!("{first} --phone 021-80001234\n  {first} phone=02180001234 --dry-run -v")
    } else {
        let field = if has("notes") { "notes" } else { &*schema.title().name };
        format!("{first} \"{field}=plays tennis\"\n  {edit} --where {filter} \"{field}=said at the fair\" --dry-run -y")
    }
}

/// Two records of the demo company that nobody depends on, and what must be done before there are such.
fn spare(kind: &str) -> (&'static str, u8, u8) {
    match kind {
        "user" => ("kehu user add \"Ada Lund\"\n  kehu user add \"Tom Weller\"\n  ", 15, 16),
        "queue" => ("kehu queue add Field\n  kehu queue add Hotline\n  ", 4, 5),
        "branch" => ("kehu branch add Hangzhou --code HZ\n  kehu branch add Kunshan --code KS\n  ", 4, 5),
        "product" => ("kehu product add Cable\n  kehu product add Bracket\n  ", 8, 9),
        "sla_policy" => (
            "kehu sla_policy add Repairs --condition kind=repair --resolution 40h\n  \
             kehu sla_policy add Returns --condition kind=return --resolution 80h\n  ",
            4,
            5,
        ),
        "article" => ("kehu article add \"Cable lengths\"\n  kehu article add \"Spare parts\"\n  ", 9, 10),
        "survey" => (
            "kehu survey add \"How was it?\" --text \"1 to 5? {token}\"\n  \
             kehu survey add \"And the product?\" --text \"1 to 5? {token}\"\n  ",
            3,
            4,
        ),
        "pipeline" => ("kehu pipeline add Renewals\n  kehu pipeline add Tenders\n  ", 3, 4),
        "pool" => ("kehu pool add \"Open to all\"\n  kehu pool add \"Old leads\"\n  ", 3, 4),
        "stage" => ("kehu stage add Trial --pipeline 2\n  kehu stage add Pilot --pipeline 2\n  ", 14, 15),
        kind => (first(kind), 2, 3),
    }
}

fn refs(schema: &Schema, verb: &'static str, about: &'static str) -> Command {
    let (kind, letter) = (schema.kind, schema.letter);
    let (first, one, other) = spare(kind);
    let examples = match verb {
        "rm" => format!(
            "{first}kehu {kind} rm {letter}{one} --dry-run -y\n  kehu {kind} rm {letter}{one} {letter}{other} -y"
        ),
        "restore" => format!("{first}kehu {kind} rm {letter}{one} --yes\n  kehu {kind} restore {letter}{one}"),
        _ => format!("{first}kehu {kind} rm {letter}{one} --yes\n  kehu {kind} purge {letter}{one} --yes"),
    };
    Command::new(verb)
        .about(about)
        .arg(Arg::new("ref").value_name("REF").required(true).num_args(1..).help(format!("{letter}12")))
        .after_help(format!("Examples:\n  {examples}"))
}

fn history(schema: &Schema) -> Command {
    let (kind, letter) = (schema.kind, schema.letter);
    Command::new("history")
        .about("Shows every change: when, who, from which door, old and new value")
        .arg(reference(schema).required(true))
        .after_help(format!(
            "Examples:\n  {0}kehu {kind} history {letter}1\n  kehu {kind} history {letter}1 -f json",
            first(kind)
        ))
}

/// The names of some commands, and what makes them.
type Bespoke = (&'static [&'static str], fn() -> Vec<Command>);

/// The commands that stand beside the record kinds, in the order a newcomer meets them, with the names of those that
/// each line makes.
static BESPOKE: &[Bespoke] = &[
    (&["log", "today"], super::daily::commands),
    (&["attach"], || vec![super::attach::command("attach")]),
    (&["find", "show", "schema", "oplog", "undo", "redo"], super::global::commands),
    (&["import"], || vec![import::any_command()]),
    (&["report"], || vec![report::command()]),
    (&["calendar"], || vec![super::calendar::command()]),
    (&["sql"], || vec![sql::command()]),
    (&["field"], || vec![field::command()]),
    (&["view"], || vec![view::command()]),
    (&["demo"], || vec![super::demo::command()]),
    (&["init", "config"], setup::commands),
    (&["backup", "restore", "doctor", "status"], upkeep::commands),
    (&["completions", "man"], generate::commands),
    (&["tui", "keys"], super::tui::commands),
];

fn bespoke() -> Vec<Command> {
    BESPOKE.iter().flat_map(|(_, made)| made()).collect()
}

/// The command of that name; the others are not made for it.
fn bespoke_named(name: &str) -> Option<Command> {
    let (_, made) = BESPOKE.iter().find(|(names, _)| names.contains(&name))?;
    made().into_iter().find(|command| command.get_name() == name)
}

#[cfg(test)]
mod tests {
    use super::BESPOKE;

    #[test]
    fn every_command_is_found_by_the_names_that_its_line_says() {
        for (names, made) in BESPOKE {
            let made = made();
            assert_eq!(*names, made.iter().map(clap::Command::get_name).collect::<Vec<_>>());
        }
    }
}
