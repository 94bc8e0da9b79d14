//! What the API reads of a list's row besides its JSON: name, vhost, account, secrets.

use std::borrow::Cow;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// A row of a list.
pub trait Row: DeserializeOwned + Serialize {
    /// Rows of a second list that complete these; `Self` if there is none.
    type Part: Row;

    /// Whether rows can be ordered by this: a field's name, or a dotted path to a value within.
    fn has_column(path: &str) -> bool;

    /// The text that filters search: the name, or what identifies the row.
    fn name(&self) -> Cow<'_, str>;

    /// The vhost that contains it.
    fn vhost(&self) -> Option<&str> {
        None
    }

    /// The account that it belongs to.
    fn user(&self) -> Option<&str> {
        None
    }

    /// Whether the list contains this object of the broker.
    fn is_listed(&self) -> bool {
        true
    }

    /// Drops fields that must not leave the API. `with_hashes`: the operator wants hashes of
    /// passwords to be shown.
    fn drop_secrets(&mut self, _with_hashes: bool) {}

    /// Completes rows by those of the second list.
    fn complete(_rows: &mut Vec<Self>, _parts: Vec<Self::Part>) {}
}

/// Implements [`Row`] for a type whose rows need no second list.
macro_rules! row {
    (
        $type:ty: |$row:ident| $name:expr
        $(, vhost $vhost:expr)?
        $(, user $user:expr)?
        $(, drop_secrets |$secret:ident, $hashes:ident| $drop:expr)?
    ) => {
        impl crate::list_row::Row for $type {
            type Part = Self;

            fn has_column(path: &str) -> bool {
                Self::has_column(path)
            }

            fn name(&self) -> std::borrow::Cow<'_, str> {
                let $row = self;
                std::borrow::Cow::from($name)
            }

            $(fn vhost(&self) -> Option<&str> {
                let $row = self;
                Some($vhost)
            })?

            $(fn user(&self) -> Option<&str> {
                let $row = self;
                Some($user)
            })?

            $(fn drop_secrets(&mut self, $hashes: bool) {
                let $secret = self;
                $drop
            })?
        }
    };
}

pub(crate) use row;

/// The text of an optional field; empty if absent.
pub(crate) fn known(text: Option<&String>) -> &str {
    text.map_or("", String::as_str)
}
