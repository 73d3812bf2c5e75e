//! Fact: what is remembered about a person, so that they are served as somebody known: hobbies, family, diet, car (R30).

use super::Contact;
use crate::record::{Id, record, types::Open};

record! {
    /// Something to remember about a person.
    pub struct Fact in "facts" as "FA" called "fact" {
        /// What is remembered
        text: String [title, search, list],
        /// What it is about: drinks, family, hobbies
        about: Option<Open> [search, list],
        /// The person
        contact: Option<Id<Contact>> [index, child, list],
    }
}
