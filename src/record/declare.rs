//! `record!`: the one declaration of a record kind or of a closed list of words; everything else is derived from it.

use super::{Field, Kind, Schema, Value, types::FieldType};
use std::{borrow::Cow, fmt, marker::PhantomData};

/// A record kind's names, apart from its schema so that kinds may link to each other in circles.
pub trait Named {
    const KIND: &'static str;
    const TABLE: &'static str;
    const LETTER: &'static str;
}

/// A typed record: what business code reads and writes, where the engine and the doors use values.
pub trait Record: Named + Sized {
    /// The declared fields, without custom ones.
    fn fields() -> Vec<Field>;
    /// Whether records of that kind may own these, as their fields say; without making these.
    fn belongs_to(kind: &str) -> bool;
    /// Its names, and these fields.
    fn schema() -> Schema;
    /// The record from its values by field name; `None` when one does not fit its type.
    fn from_values(id: i64, version: i64, value: &dyn Fn(&str) -> Value) -> Option<Self>;
    /// Its values by field name, ready to be written.
    fn values(&self) -> Vec<(&'static str, Value)>;
}

/// The number of a record of kind `T`.
pub struct Id<T> {
    pub number: i64,
    kind: PhantomData<fn() -> T>,
}

impl<T> Id<T> {
    #[must_use]
    pub fn new(number: i64) -> Self {
        Self { number, kind: PhantomData }
    }
}

impl<T> Clone for Id<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Id<T> {}

impl<T> PartialEq for Id<T> {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl<T> Eq for Id<T> {}

impl<T> Default for Id<T> {
    fn default() -> Self {
        Self::new(0)
    }
}

impl<T: Named> fmt::Debug for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", T::LETTER, self.number)
    }
}

impl<T: Named> FieldType for Id<T> {
    const TARGET: Option<&'static str> = Some(T::KIND);

    fn kind() -> Kind {
        Kind::Link(Cow::Borrowed(T::KIND))
    }

    fn from_value(value: &Value) -> Option<Self> {
        value.as_integer().map(Self::new)
    }

    fn to_value(&self) -> Value {
        super::Link::to(self.number)
    }
}

/// Declares a record kind (a struct in a table, as a letter) or a closed list (an enum of words, the first of which is
/// its default).
macro_rules! record {
    (
        $(#[doc = $doc:literal])+
        pub struct $name:ident in $table:literal as $letter:literal called $kind:literal {
            $( $(#[doc = $help:literal])+ $field:ident : $type:ty $( [ $( $flag:ident $( ( $argument:literal ) )? ),* $(,)? ] )? ),* $(,)?
        }
        $( computed { $( $(#[doc = $computed_help:literal])+ $computed:ident : $computed_kind:expr => $sql:literal ),* $(,)? } )?
    ) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, PartialEq, Default)]
        pub struct $name {
            /// Its number; 0 until it is added.
            pub id: $crate::record::Id<$name>,
            /// Counts its changes.
            pub version: i64,
            $( $(#[doc = $help])+ pub $field: $type, )*
        }

        impl $crate::record::Named for $name {
            const KIND: &'static str = $kind;
            const TABLE: &'static str = $table;
            const LETTER: &'static str = $letter;
        }

        impl $crate::record::Record for $name {
            fn fields() -> Vec<$crate::record::Field> {
                use $crate::record::types::FieldType;
                let mut fields = Vec::with_capacity(48);
                $(
                    #[allow(unused_mut, reason = "a field without brackets changes nothing")]
                    let mut field = $crate::record::Field::new(
                        stringify!($field), concat!($($help),+).trim_start(), <$type as FieldType>::kind());
                    field.required = <$type as FieldType>::REQUIRED;
                    $( $( field = field.flag(stringify!($flag), None $( .or(Some($argument)) )?); )* )?
                    fields.push(field);
                )*
                $( $(
                    let mut field = $crate::record::Field::new(
                        stringify!($computed), concat!($($computed_help),+).trim_start(), $computed_kind);
                    field.computed = Some(::std::borrow::Cow::Borrowed($sql));
                    fields.push(field);
                )* )?
                fields
            }

            fn belongs_to(kind: &str) -> bool {
                use $crate::record::types::FieldType;
                false $( $( $( || (stringify!($flag) == "child" && <$type as FieldType>::TARGET == Some(kind)) )* )? )*
            }

            fn schema() -> $crate::record::Schema {
                $crate::record::Schema {
                    kind: $kind, table: $table, letter: $letter, doc: concat!($($doc),+).trim_start(),
                    fields: $crate::record::Fields::by(<Self as $crate::record::Record>::fields),
                    belongs_to: <Self as $crate::record::Record>::belongs_to,
                    summary: None, bounds: None, bounds_of: Vec::new(), yields: "", few: false,
                }
            }

            fn from_values(id: i64, version: i64, value: &dyn Fn(&str) -> $crate::record::Value) -> Option<Self> {
                use $crate::record::types::FieldType;
                Some(Self {
                    id: $crate::record::Id::new(id),
                    version,
                    $( $field: <$type as FieldType>::from_value(&value(stringify!($field)))?, )*
                })
            }

            fn values(&self) -> Vec<(&'static str, $crate::record::Value)> {
                use $crate::record::types::FieldType;
                vec![ $( (stringify!($field), self.$field.to_value()) ),* ]
            }
        }
    };
    (
        $(#[doc = $doc:literal])+
        pub enum $name:ident {
            $(#[doc = $first_label:literal])+ $first:ident = $first_key:literal
            $( , $(#[doc = $label:literal])+ $variant:ident = $key:literal $( [ $retired:ident ] )? )* $(,)?
        }
    ) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
        pub enum $name {
            $(#[doc = $first_label])+
            #[default]
            $first,
            $( $(#[doc = $label])+ $variant, )*
        }

        impl $name {
            /// The word that is stored.
            #[must_use]
            pub fn key(self) -> &'static str {
                match self { Self::$first => $first_key, $( Self::$variant => $key, )* }
            }
        }

        impl $crate::record::types::FieldType for $name {
            fn kind() -> $crate::record::Kind {
                $crate::record::Kind::Choice(vec![ $crate::record::Choice {
                    key: ::std::borrow::Cow::Borrowed($first_key),
                    label: ::std::borrow::Cow::Borrowed(concat!($($first_label),+).trim_start()),
                    label_zh: ::std::borrow::Cow::Borrowed(""),
                    retired: false,
                } $( , $crate::record::Choice {
                    key: ::std::borrow::Cow::Borrowed($key),
                    label: ::std::borrow::Cow::Borrowed(concat!($($label),+).trim_start()),
                    label_zh: ::std::borrow::Cow::Borrowed(""),
                    retired: false $( || stringify!($retired) == "retired" )?,
                } )* ])
            }

            fn from_value(value: &$crate::record::Value) -> Option<Self> {
                match value.as_text()? { $first_key => Some(Self::$first), $( $key => Some(Self::$variant), )* _ => None }
            }

            fn to_value(&self) -> $crate::record::Value {
                $crate::record::Value::text(self.key())
            }
        }
    };
}

pub(crate) use record;
