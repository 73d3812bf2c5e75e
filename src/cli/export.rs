//! `export`: records as an import reads them back, in any format, written as they are read.

use super::{
    attachment,
    output::{self, Format, Style},
    output_file::{self, Replace, unwritable},
    reads,
    session::Session,
    tree,
};
use clap::{Arg, ArgAction, ArgMatches, Command};
use kehu::{
    Message, Result,
    exchange::{CardVersion, Export},
    record::{Grid, Schema},
};
use std::{
    io::{self, BufWriter, Write},
    path::Path,
};

/// `kehu NOUN export`.
pub fn command(schema: &Schema) -> Command {
    let kind = schema.kind;
    let command = Command::new("export")
        .about("Writes records as an import reads them back: all fields, links by uid")
        .arg(tree::filter_argument())
        .arg(
            Arg::new("output")
                .long("output")
                .value_name("FILE")
                .num_args(1)
                .help("Write to this file instead of standard output"),
        )
        .arg(
            Arg::new("card-version")
                .long("version")
                .value_name("N")
                .num_args(1)
                .hide(schema.kind != "contact")
                .help("With -f vcf: vCards 3.0, which every phone reads, or 4.0"),
        )
        .arg(Arg::new("force").long("force").help("Replace the file if it is there").action(ArgAction::SetTrue))
        .after_help(format!(
            "Examples:\n  kehu {kind} export\n  kehu {kind} export created_at=2020.. -f ndjson\n\n\
             Into an empty database it comes back the same with --create-missing user,branch,field; where users and\n\
             branches are exported and imported first, they keep their names.{}\n\n{}",
            if kind == "contact" { CARDS_HELP } else { "" },
            tree::FILTER_HELP
        ));
    if kind == "attachment" {
        command.arg(attachment::files_argument("Write the contents into this folder"))
    } else {
        command
    }
}

const CARDS_HELP: &str = "\n\nFor address books: kehu contact export city=Hamburg -f vcf --output people.vcf";

pub fn run(session: &mut Session, kind: &str, matches: &ArgMatches) -> Result<u8> {
    let schema = session.crm()?.schema(kind)?;
    let mut query = reads::query(session, &schema, matches)?;
    query.limit = None;
    if let Ok(Some(folder)) = matches.try_get_one::<String>("files")
        && !output_file::only_tried(session, Path::new(folder))?
    {
        attachment::export_files(session, &query, Path::new(folder))?;
    }
    let format = session.terminal.format.unwrap_or(Format::Csv);
    let version = match matches.get_one::<String>("card-version") {
        Some(word) => word.parse()?,
        None => CardVersion::default(),
    };
    if format == Format::Vcf {
        // A card names the company, where other formats have its uid.
        let own = schema.writable().map(|field| field.name.to_string());
        query.columns = std::iter::once("uid".to_owned()).chain(own).chain(["customer.name".to_owned()]).collect();
    }
    let mut export = Export::new(session.crm()?, query)?;
    match matches.get_one::<String>("output") {
        Some(path) => {
            let replace = if matches.get_flag("force") { Replace::Anything } else { Replace::Nothing };
            output_file::check(session, Path::new(path), None, replace)?;
            if output_file::only_tried(session, Path::new(path))? {
                return Ok(0);
            }
            to_file(session, &mut export, (format, version), Path::new(path))
        }
        None => to_output(session, &mut export, (format, version)),
    }?;
    Ok(0)
}

/// The format, and of vCards the version.
type Manner = (Format, CardVersion);

/// A file appears when it is whole.
fn to_file(session: &mut Session, export: &mut Export, format: Manner, path: &Path) -> Result<()> {
    let file = output_file::waiting(path)?;
    let mut out = BufWriter::new(file);
    let style = Style { width: None, color: false, cards: format.1, ..session.terminal.style() };
    let count = write(session, export, format.0, &style, &mut out)?.map_err(|error| unwritable(path, &error))?;
    let file = out.into_inner().map_err(|error| unwritable(path, error.error()))?;
    file.persist(path).map_err(|error| unwritable(path, &error.error))?;
    let message = Message::new("Wrote {count} {count:record|records} to {path}.");
    session.terminal.say(&message.with("count", count).with("path", path.display()));
    Ok(())
}

fn to_output(session: &mut Session, export: &mut Export, format: Manner) -> Result<()> {
    let style = Style { cards: format.1, ..session.terminal.style() };
    let mut out = BufWriter::new(io::stdout().lock());
    match write(session, export, format.0, &style, &mut out)?.and_then(|_| out.flush()) {
        // Whoever read it has read enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        done => done.map_err(|error| unwritable(Path::new("-"), &error)),
    }
}

/// Writes page after page and says how many records there were. Formats that line up their columns need all at once.
fn write(
    session: &mut Session,
    export: &mut Export,
    format: Format,
    style: &Style,
    out: &mut dyn Write,
) -> Result<io::Result<u64>> {
    let whole = matches!(format, Format::Table | Format::Markdown | Format::Html);
    let mut pages = Pages { format, style, count: 0 };
    let mut all: Option<Grid> = None;
    while let Some(mut grid) = export.next_page(session.crm()?)? {
        if whole {
            match &mut all {
                Some(all) => all.rows.append(&mut grid.rows),
                None => all = Some(grid),
            }
        } else if let Err(error) = pages.page(grid, out) {
            return Ok(Err(error));
        }
    }
    if let Some(mut grid) = all {
        pages.count = grid.rows.len() as u64;
        without_refs(&mut grid);
        let done = output::write_grid(&grid, format, style, out);
        return Ok(done.map(|()| pages.count));
    }
    Ok(pages.end(out).map(|()| pages.count))
}

/// An export tells records by their uid, and an empty one has the headings of any other: none for refs.
fn without_refs(grid: &mut Grid) {
    grid.rows.iter_mut().for_each(|row| row.short.clear());
    "rows".clone_into(&mut grid.noun);
}

struct Pages<'a> {
    format: Format,
    style: &'a Style,
    count: u64,
}

impl Pages<'_> {
    fn page(&mut self, mut grid: Grid, out: &mut dyn Write) -> io::Result<()> {
        let first = self.count == 0;
        self.count += grid.rows.len() as u64;
        if matches!(self.format, Format::Ids | Format::Vcf) {
            return output::write_grid(&grid, self.format, self.style, out);
        }
        without_refs(&mut grid);
        let mut page = Vec::new();
        if self.format == Format::Json {
            output::write_grid(&grid, Format::Ndjson, self.style, &mut page)?;
            out.write_all(if first { b"{\"items\":[" } else { b"" })?;
            for (place, line) in page.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).enumerate() {
                out.write_all(if first && place == 0 { b"\n" } else { b",\n" })?;
                out.write_all(line)?;
            }
            return Ok(());
        }
        output::write_grid(&grid, self.format, self.style, &mut page)?;
        let headings = matches!(self.format, Format::Csv | Format::Tsv) && !first;
        let start = if headings { page.iter().position(|byte| *byte == b'\n').map_or(0, |at| at + 1) } else { 0 };
        out.write_all(&page[start..])
    }

    fn end(&self, out: &mut dyn Write) -> io::Result<()> {
        if self.format == Format::Json { writeln!(out, "\n],\"total\":{}}}", self.count) } else { Ok(()) }
    }
}
