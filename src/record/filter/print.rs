//! From a tree back to text that parses to the same tree.

use super::lexer::is_keyword;
use super::{Filter, Operand, Operator, Test};
use std::fmt;

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => Ok(()),
            Self::Or(terms) => join(f, terms, " or ", |term| matches!(term, Self::Or(_))),
            Self::And(terms) => join(f, terms, " and ", is_joined),
            Self::Not(term) => {
                f.write_str("not ")?;
                write_term(f, term, is_joined(term))
            }
            Self::Test(test) => fmt::Display::fmt(test, f),
            Self::Word(word) if is_bare_word(word) => f.write_str(word),
            Self::Word(word) | Self::Text(word) => write_quoted(f, word),
        }
    }
}

fn is_joined(term: &Filter) -> bool {
    matches!(term, Filter::And(_) | Filter::Or(_))
}

fn join(f: &mut fmt::Formatter<'_>, terms: &[Filter], word: &str, in_parentheses: fn(&Filter) -> bool) -> fmt::Result {
    for (index, term) in terms.iter().enumerate() {
        if index > 0 {
            f.write_str(word)?;
        }
        write_term(f, term, in_parentheses(term))?;
    }
    Ok(())
}

fn write_term(f: &mut fmt::Formatter<'_>, term: &Filter, in_parentheses: bool) -> fmt::Result {
    if in_parentheses { write!(f, "({term})") } else { write!(f, "{term}") }
}

impl fmt::Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.path.join("."), self.operator)?;
        for (index, value) in self.values.iter().enumerate() {
            if index > 0 {
                f.write_str(",")?;
            }
            write!(f, "{value}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(text) => write_text(f, text),
            Self::Range(from, to) => {
                from.iter().try_for_each(|text| write_text(f, text))?;
                f.write_str("..")?;
                to.iter().try_for_each(|text| write_text(f, text))
            }
        }
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.symbol())
    }
}

impl Operator {
    /// How it is written.
    #[must_use]
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Contains => "~",
            Self::NotContains => "!~",
            Self::Has => ":",
        }
    }

    /// Whether it asks which comes first.
    #[must_use]
    pub fn is_order(self) -> bool {
        matches!(self, Self::Greater | Self::GreaterOrEqual | Self::Less | Self::LessOrEqual)
    }

    /// Whether it looks for a part of a text.
    #[must_use]
    pub fn is_contains(self) -> bool {
        matches!(self, Self::Contains | Self::NotContains)
    }
}

fn write_text(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    if is_bare_value(text) { f.write_str(text) } else { write_quoted(f, text) }
}

fn write_quoted(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    write!(f, "\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Whether a value reads the same without quotes; in doubt it gets them.
fn is_bare_value(text: &str) -> bool {
    let plain = |next: char| next.is_alphanumeric() || matches!(next, '-' | '+' | '_' | '@' | '/' | '.' | ':' | '%');
    text.starts_with(|first: char| first.is_alphanumeric() || matches!(first, '-' | '+' | '_'))
        && text.chars().all(plain)
        && !text.ends_with('.')
        && !text.contains("..")
}

/// Whether a word reads the same without quotes.
fn is_bare_word(word: &str) -> bool {
    is_bare_value(word) && !word.starts_with('-') && !word.contains(':') && !is_keyword(word)
}
