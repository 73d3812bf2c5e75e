//! Custom fields that `--create-missing field` makes of columns which fit no other field.

use super::options::Options;
use crate::{
    Crm, Result,
    exchange::{Fate, Layout, Mapping, Row, Source, Target},
    record::{Field, Kind, Schema},
    views::CustomField,
};
use std::sync::Arc;

/// A field that is to be made.
#[derive(Debug, Clone)]
pub(super) struct Planned {
    /// With its `x_`.
    pub name: String,
    heading: String,
    lines: bool,
}

/// The schema with the fields that columns without one will get, and those fields.
pub(super) fn fields(
    options: &Options,
    source: &Source,
    layout: &Layout,
    mapping: &mut Mapping,
    schema: &Arc<Schema>,
) -> Result<(Arc<Schema>, Vec<Planned>)> {
    let unmatched = |(_, column): &(usize, &crate::exchange::Column)| column.fate == Fate::Unmatched;
    let columns: Vec<usize> = mapping.columns.iter().enumerate().filter(unmatched).map(|(place, _)| place).collect();
    if !options.create_missing.contains("field") || columns.is_empty() {
        return Ok((schema.clone(), Vec::new()));
    }
    let lines = with_lines(source, layout, &columns)?;
    let mut extended = (**schema).clone();
    let mut planned: Vec<Planned> = Vec::new();
    for (column, lines) in columns.into_iter().zip(lines) {
        let heading = mapping.columns[column].heading.clone();
        let name = free_name(&heading, &extended);
        let kind = if lines { Kind::LongText } else { Kind::Text };
        let mut field = Field::new(name.clone(), heading.clone(), kind);
        field.custom = true;
        let engine = extended.fields.iter().position(|field| field.engine).unwrap_or(extended.fields.len());
        extended.fields.insert(engine, field);
        mapping.columns[column].fate = Fate::Mapped(vec![Target::whole(&name)]);
        planned.push(Planned { name, heading, lines });
    }
    Ok((Arc::new(extended), planned))
}

/// Which of the columns have cells of several lines.
fn with_lines(source: &Source, layout: &Layout, columns: &[usize]) -> Result<Vec<bool>> {
    let mut lines = vec![false; columns.len()];
    let mut records = layout.records(source)?;
    let mut row = Row::default();
    while records.next(&mut row)? {
        for (place, column) in columns.iter().enumerate() {
            lines[place] |= row.get(*column).trim().contains(['\n', '\r']);
        }
    }
    Ok(lines)
}

/// A field's name made of a heading: letters and digits, Chinese in pinyin.
fn free_name(heading: &str, schema: &Schema) -> String {
    let mut name = String::new();
    for letter in heading.chars() {
        use pinyin::ToPinyin;
        if letter.is_ascii_alphanumeric() {
            name.push(letter.to_ascii_lowercase());
        } else if let Some(sound) = letter.to_pinyin() {
            if !name.is_empty() && !name.ends_with('_') {
                name.push('_');
            }
            name.push_str(sound.plain());
            name.push('_');
        } else if !name.is_empty() && !name.ends_with('_') {
            name.push('_');
        }
    }
    let name: String = name.replace('ü', "v").trim_matches('_').trim_start_matches("x_").chars().take(30).collect();
    let starts_well = name.starts_with(|letter: char| letter.is_ascii_lowercase());
    let name = if starts_well { name } else { format!("field_{name}").trim_end_matches('_').to_owned() };
    let taken = |name: &str| {
        schema.field(name).is_some() || schema.field(&format!("x_{name}")).is_some() || crate::views::is_taken(name)
    };
    if !taken(&name) {
        return format!("x_{name}");
    }
    let mut free = (2..).map(|count| format!("{name}_{count}"));
    free.find(|name| !taken(name)).map_or(name, |name| format!("x_{name}"))
}

/// Makes the fields, in the running operation.
pub(super) fn make(crm: &mut Crm, kind: &str, fields: &[Planned]) -> Result<()> {
    for planned in fields {
        let own_heading = planned.heading != planned.name;
        let field = CustomField {
            record_kind: kind.to_owned(),
            name: planned.name.trim_start_matches("x_").to_owned(),
            value_kind: if planned.lines { "long-text" } else { "text" }.to_owned(),
            label: own_heading.then(|| planned.heading.clone()),
            ..CustomField::default()
        };
        field.define(crm)?;
    }
    Ok(())
}
