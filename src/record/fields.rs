//! The fields of a record kind, made when somebody first looks at them.

use super::Field;
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::LazyLock;

/// How they are made.
type Make = Box<dyn FnOnce() -> Vec<Field> + Send>;

/// A kind's fields. A command looks at those of a few kinds, and all of them together take a millisecond to make.
pub struct Fields(LazyLock<Vec<Field>, Make>);

impl Fields {
    /// Those that will be made in this way.
    #[must_use]
    pub fn by(make: impl FnOnce() -> Vec<Field> + Send + 'static) -> Self {
        Self(LazyLock::new(Box::new(make)))
    }
}

impl Deref for Fields {
    type Target = Vec<Field>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl DerefMut for Fields {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0
    }
}

impl Clone for Fields {
    fn clone(&self) -> Self {
        let made = self.0.clone();
        Self::by(move || made)
    }
}

impl fmt::Debug for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<'a> IntoIterator for &'a Fields {
    type Item = &'a Field;
    type IntoIter = std::slice::Iter<'a, Field>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}
