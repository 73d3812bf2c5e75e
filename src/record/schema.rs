//! `Schema`: everything the engine and the doors need to know of a record kind, derived from its `record!` declaration.

use super::{Choice, Fields, Kind, Value, types};
use crate::{
    error::{Error, Result},
    message::Message,
};
use std::borrow::Cow;

/// A record kind: its names, its table and its fields.
#[derive(Debug, Clone)]
pub struct Schema {
    /// The noun on the command line, singular: `customer`.
    pub kind: &'static str,
    pub table: &'static str,
    /// The letter of its refs: `C`.
    pub letter: &'static str,
    /// One sentence about what it is.
    pub doc: &'static str,
    /// Declared fields, then custom ones, then what the engine keeps on every record.
    pub fields: Fields,
    /// Whether records of that kind may own its records, as its declared fields say; without making these.
    pub belongs_to: fn(&str) -> bool,
    /// Sums over its records that are kept with them.
    pub summary: Option<&'static Summary>,
    /// What is kept beside each of its records of those that link to it.
    pub bounds: Option<&'static Bounds>,
    /// What its own records are kept of in that way, beside those that they link to.
    pub bounds_of: Vec<&'static Bounds>,
    /// Which of its rows go with what caused them when that is undone, whatever became of them since, as SQL.
    pub yields: &'static str,
    /// There are some dozens of them at most, which no index finds faster than a look at all.
    pub few: bool,
}

/// Sums over a kind's live records, by some of what they hold, that every write keeps up to date.
#[derive(Debug)]
pub struct Summary {
    pub table: &'static str,
    /// Which of the live records count, as an SQL condition on a row, `{r}`, that is never null; all when empty.
    pub only: &'static str,
    /// Rows `{p}` for each of which a record counts once, such as its clocks; once in all when empty.
    pub parts: &'static str,
    /// What they are summed up by; what differs between parts comes last.
    pub keys: &'static [SummaryKey],
    /// The number that is summed, beside how many `records` there are.
    pub sum: &'static str,
}

/// A column of a summary: of which SQL expression of a row, `{r}`, and of a part, `{p}`. The whole seconds from one
/// instant to another, which databases word differently, are `{seconds_from}a{seconds_to}b{seconds_end}`.
#[derive(Debug)]
pub struct SummaryKey {
    pub name: &'static str,
    pub sql: &'static str,
    /// Text; otherwise a number.
    pub text: bool,
}

/// The first and the last instants that the records linking to one of a kind hold, kept beside it by every write.
#[derive(Debug)]
pub struct Bounds {
    /// Where they are kept, one row for each record by its number, `record`.
    pub table: &'static str,
    /// What of the record itself stands with them, so that one index holds both: a name and a number of its row, `{r}`.
    pub beside: &'static [(&'static str, &'static str)],
    pub ends: &'static [End],
    /// What follows from these, kept too so that the index holds it: a name and the SQL of it.
    pub computed: &'static [(&'static str, &'static str)],
    /// The columns of its index.
    pub index: &'static str,
}

/// The first or the last instant in some table's rows that link to a record.
#[derive(Debug)]
pub struct End {
    pub name: &'static str,
    /// The table and its link.
    pub from: &'static str,
    pub link: &'static str,
    /// The instant of a row, `{r}`; empty where the row does not count.
    pub sql: &'static str,
    /// The last; otherwise the first.
    pub last: bool,
}

/// One field of a record.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a separate property written in the declaration's brackets")]
pub struct Field {
    pub name: Cow<'static, str>,
    /// The help sentence; its first words are the English label unless `label` is set.
    pub doc: Cow<'static, str>,
    pub label: Cow<'static, str>,
    pub label_zh: Cow<'static, str>,
    pub kind: Kind,
    pub required: bool,
    /// The name that people know the record by.
    pub title: bool,
    /// Goes into the search text.
    pub search: bool,
    /// A record may be found, and a duplicate noticed, by this value.
    pub matching: bool,
    /// No two live records may hold the same value.
    pub unique: bool,
    /// Often filtered or sorted by, so it has an index.
    pub index: bool,
    /// Often looked up together with that other field, or several with commas, so that its index goes on with it.
    pub then: Option<Cow<'static, str>>,
    /// One more index, as SQL writes it behind the table's name: its columns, and of which rows.
    pub also: Option<Cow<'static, str>>,
    /// Often grouped by together with that other field, so that one index holds both.
    pub together: Option<Cow<'static, str>>,
    /// Shown in lists when no columns are asked for.
    pub listed: bool,
    /// A link to the record that this one belongs to: it goes to the recycle bin, and comes back, with it.
    pub child: bool,
    /// Records that link to the same one here build upon each other: none goes while one that came later stays.
    pub chain: bool,
    /// Set by the program alone, such as what a record was merged into.
    pub automatic: bool,
    /// Kept by the record's verbs: imported and exported, but no flag and no line of a form.
    pub kept: bool,
    /// What a new record gets when nothing is said.
    pub default: Option<Cow<'static, str>>,
    /// The least and the greatest that a number may be, in whole units.
    pub min: Option<i64>,
    pub max: Option<i64>,
    /// The SQL expression of a computed field, with `{t}` for the table's alias: never stored, imported or set.
    pub computed: Option<Cow<'static, str>>,
    /// Added by a user with `kehu field add`.
    pub custom: bool,
    /// Hidden, but with its values: a custom field that was retired, or what another field tells better.
    pub retired: bool,
    /// Kept by the engine on every record: id, uid, version, created_at and so on.
    pub engine: bool,
}

impl Field {
    #[must_use]
    pub fn new(name: impl Into<Cow<'static, str>>, doc: impl Into<Cow<'static, str>>, kind: Kind) -> Self {
        let name = name.into();
        Self {
            label: label_of(&name),
            label_zh: Cow::Borrowed(""),
            name,
            doc: doc.into(),
            kind,
            required: false,
            title: false,
            search: false,
            matching: false,
            unique: false,
            index: false,
            then: None,
            also: None,
            together: None,
            listed: false,
            child: false,
            automatic: false,
            kept: false,
            chain: false,
            default: None,
            min: None,
            max: None,
            computed: None,
            custom: false,
            retired: false,
            engine: false,
        }
    }

    /// Whether a person, a form or an import may set it.
    #[must_use]
    pub fn writable(&self) -> bool {
        self.computed.is_none() && !self.engine && !self.retired && !self.automatic
    }

    /// Whether it has a column (or, for money, two) in the record's own table.
    #[must_use]
    pub fn stored(&self) -> bool {
        self.computed.is_none() && !self.kind.is_list()
    }

    /// Whether a folded copy of it is kept beside it, for finding without regard to case and width.
    #[must_use]
    pub fn has_key(&self) -> bool {
        self.stored()
            && (self.title || self.matching || self.unique)
            && matches!(self.kind, Kind::Text | Kind::OpenList)
    }

    /// Whether it is what somebody or something is called, so that it is found by its pinyin too; a subject is not.
    #[must_use]
    pub fn is_name(&self) -> bool {
        self.title && self.name == "name"
    }

    /// The closed list's words.
    #[must_use]
    pub fn choices(&self) -> &[Choice] {
        match &self.kind {
            Kind::Choice(choices) => choices,
            Kind::List(item) => match item.as_ref() {
                Kind::Choice(choices) => choices,
                _ => &[],
            },
            _ => &[],
        }
    }

    /// Refuses a number beyond the bounds that the declaration sets, and text beyond any.
    ///
    /// # Errors
    /// Names the field, the bound and the number.
    pub fn within(&self, value: &Value) -> Result<()> {
        self.of_fitting_length(value)?;
        if let Value::Money(money) = value
            && !money.is_keepable()
        {
            return Err(types::too_much_money(&money.to_string()).on_field(self.name.to_string()));
        }
        if self.min.is_none() && self.max.is_none() {
            return Ok(());
        }
        let (number, places) = match (value, &self.kind) {
            (Value::Money(money), _) => (money.minor, money.currency.places()),
            (Value::Integer(number), Kind::Decimal { scale }) => (*number, *scale),
            (Value::Integer(number), Kind::Percent) => (*number, 2),
            (Value::Integer(number), _) => (*number, 0),
            _ => return Ok(()),
        };
        let scaled = |bound: i64| i128::from(bound) * 10_i128.pow(u32::from(places));
        let number = i128::from(number);
        let (bound, message) = match (self.min, self.max) {
            (Some(min), _) if number < scaled(min) => (min, Message::new("{field} is {bound} or more, not {value}.")),
            (_, Some(max)) if number > scaled(max) => (max, Message::new("{field} is {bound} or less, not {value}.")),
            _ => return Ok(()),
        };
        let message = message.with("field", &self.name).with("bound", bound);
        Err(Error::bad_value(message.with("value", types::show(&self.kind, value))).on_field(self.name.to_string()))
    }

    /// The fields with which its index goes on.
    pub fn next_in_index(&self) -> impl Iterator<Item = &str> {
        self.then.iter().flat_map(|then| then.split(", "))
    }

    /// One word from the brackets of a declaration.
    #[must_use]
    pub fn flag(mut self, flag: &str, argument: Option<&'static str>) -> Self {
        match flag {
            "title" => self.title = true,
            "search" => self.search = true,
            "match" => self.matching = true,
            "unique" => self.unique = true,
            "index" => (self.index, self.then) = (true, argument.map(Cow::Borrowed)),
            "also" => self.also = argument.map(Cow::Borrowed),
            "together" => self.together = argument.map(Cow::Borrowed),
            "list" => self.listed = true,
            "child" => self.child = true,
            "automatic" => self.automatic = true,
            "hidden" => self.retired = true,
            "kept" => self.kept = true,
            "chain" => self.chain = true,
            "default" => self.default = argument.map(Cow::Borrowed),
            "min" => self.min = argument.and_then(|text| text.parse().ok()),
            "max" => self.max = argument.and_then(|text| text.parse().ok()),
            "label" => self.label = Cow::Borrowed(argument.unwrap_or_default()),
            "scale" => {
                self.kind = Kind::Decimal { scale: argument.and_then(|text| text.parse().ok()).unwrap_or(2) };
            }
            other => debug_assert!(false, "no such property of a field: {other}"),
        }
        self
    }
}

impl Choice {
    /// A field as one word of a closed list of fields, in both languages.
    #[must_use]
    pub fn of_field(field: &Field) -> Self {
        Self { key: field.name.clone(), label: field.label.clone(), label_zh: field.label_zh.clone(), retired: false }
    }
}

/// `annual_revenue` is labelled "Annual revenue".
fn label_of(name: &str) -> Cow<'static, str> {
    let mut label = name.trim_start_matches("x_").replace('_', " ");
    if let Some(first) = label.get_mut(0..1) {
        first.make_ascii_uppercase();
    }
    Cow::Owned(label)
}

impl Schema {
    /// The field of that name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The place of the field of that name.
    #[must_use]
    pub fn index_of(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|field| field.name == name)
    }

    /// The field that people know the record by.
    #[must_use]
    pub fn title(&self) -> &Field {
        self.fields.iter().find(|field| field.title).unwrap_or(&self.fields[0])
    }

    /// Fields that a person may set, in the order of the declaration.
    pub fn writable(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|field| field.writable())
    }

    /// Fields that can be listed, filtered and shown.
    pub fn visible(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|field| !field.retired)
    }

    /// Fields kept in tables of their own.
    pub fn lists(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|field| field.kind.is_list() && field.computed.is_none())
    }

    /// The table of a list field, where it has one of its own: `customers_tags`.
    #[must_use]
    pub fn list_table(&self, field: &Field) -> String {
        format!("{}_{}", self.table, field.name)
    }

    /// Whether anything of it goes into the search text.
    #[must_use]
    pub fn searchable(&self) -> bool {
        self.fields.iter().any(|field| field.search)
    }

    /// The short ref of one of its records.
    #[must_use]
    pub fn short(&self, id: i64) -> String {
        format!("{}{id}", self.letter)
    }

    /// What the engine keeps on every record, which may be a part of another; these stand after the declared and the
    /// custom fields.
    #[must_use]
    pub fn engine_fields(detail: bool) -> Vec<Field> {
        let engine = |name: &'static str, doc: &'static str, kind: Kind| {
            let mut field = Field::new(name, doc, kind);
            field.engine = true;
            field
        };
        let mut fields = vec![
            engine("id", "Number, unique within its kind and never reused", Kind::Integer),
            engine("uid", "Globally unique id, for imports and other databases", Kind::Text),
            engine("version", "Counts the changes; a save that expects another number is refused", Kind::Integer),
            engine("created_at", "When it was made", Kind::Timestamp),
            engine("created_by", "Who made it", Kind::Link(Cow::Borrowed("user"))),
            engine("updated_at", "When it was last changed", Kind::Timestamp),
            engine("deleted_at", "When it went to the recycle bin", Kind::Timestamp),
        ];
        for field in &mut fields {
            // Nobody asks for the latest of what is a part of something else, and a command reads the text of every
            // index before it does anything.
            let latest = matches!(&*field.name, "updated_at" | "created_at") && !detail;
            field.index = latest || field.name == "deleted_at";
        }
        fields
    }
}
