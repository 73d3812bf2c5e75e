//! The one filter language (COMMANDS part 3): text to a tree and back, without regard to any schema.
//!
//! ```text
//! filter  = [ or ]
//! or      = and { ("or" | "或") and }
//! and     = not { [ "and" | "且" ] not }            adjacent terms are joined by and
//! not     = { "not" | "非" } term                   binds closest: `not a b` is `(not a) and b`
//! term    = "(" or ")" | test | word
//! test    = path op operand { "," operand }         `stage=won,lost`: any of them
//!         | path ":"                                 nothing follows: the field is empty
//! path    = name { "." name }                        name: a letter or `_`, then letters, digits, `_`
//! op      = "=" | "!=" | ">" | ">=" | "<" | "<=" | "~" | "!~" | ":"
//! operand = text | text ".." [ text ] | ".." text    both ends belong to a range
//! text    = bare | '"' any '"'                       `""` or `\"` is a quote, `\\` a backslash
//! word    = text                                     full-text search; bare `C12` is the record of that ref
//! ```
//!
//! - Keywords count in any case, as whole words only, and never directly after an operator: `name=or` is a value.
//! - Bare text ends at a space, a parenthesis or a double quote, in a test at a comma too; none may touch it.
//! - Full-width `＝ ＞ ＜ ： ～ ！` count as operators after a path, `，` as a comma between values, U+3000 as a space.
//! - A space may stand around every operator but `:`, and after a comma.
//! - What has a `:` is a test only after a path and not before `//`: `12:30`, `http://x` and `a-b:c` are words.
//!   Any other operator after something that is no path is refused, not guessed at.
//! - Exactly two dots make a range; `wait...` is text, and after `~` and `!~` all dots are.
//! - Ranges and lists go with `=`, `!=` and `:`; lists with `~` and `!~` too.
//! - Nothing but `not` negates: `-vip` and `!vip` are refused.

mod cursor;
mod lexer;
mod mistake;
mod operand;
mod parser;
mod print;

use crate::error::Result;

/// What selects records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filter {
    /// No condition at all.
    All,
    And(Vec<Filter>),
    Or(Vec<Filter>),
    Not(Box<Filter>),
    Test(Test),
    /// Full-text search, or the record whose ref it is.
    Word(String),
    /// Full-text search for what looks like a ref and was quoted, so that the text itself is meant.
    Text(String),
}

/// One condition on one field, which may be a linked record's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Test {
    /// `customer.owner` is `["customer", "owner"]`.
    pub path: Vec<String>,
    pub operator: Operator,
    /// Any of them; none is the test for an empty field, `email:`.
    pub values: Vec<Operand>,
}

/// How a field is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    Equal,
    NotEqual,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
    Contains,
    NotContains,
    /// `:`, membership in a list, `=` elsewhere.
    Has,
}

/// What a field is compared with, still as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operand {
    Value(String),
    /// From and to, both included; at least one is there.
    Range(Option<String>, Option<String>),
}

/// Reads a filter; an empty text is [`Filter::All`].
pub fn parse(text: &str) -> Result<Filter> {
    parser::parse(text)
}

/// Reads the words of a command line as one filter.
pub fn parse_arguments(arguments: &[String]) -> Result<Filter> {
    parse(&arguments.join(" "))
}

#[cfg(test)]
mod tests;
