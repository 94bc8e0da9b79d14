//! `[[broker]]`, `[[portal]]` and `[[alarm]]` tables: lists of texts with their lines, by key.

use std::collections::HashMap;
use std::fmt;

use toml::Spanned;
use toml::de::DeValue;

use super::file::{Source, scalar};
use super::keys::Key;
use super::refusal::{Origin, Refusal};

/// A table: texts with their lines, by key; a single one is a list of one.
pub struct Table {
    /// Where the table starts.
    pub origin: Origin,
    values: HashMap<&'static str, Vec<(String, Origin)>>,
}

impl Table {
    /// The values of a key, and where each stands; none where the key is not given.
    pub fn all(&self, key: &str) -> Option<&[(String, Origin)]> {
        self.values.get(key).map(Vec::as_slice)
    }

    /// The value of a key that takes one.
    pub fn one(&self, key: &str) -> Option<&(String, Origin)> {
        self.all(key)?.last()
    }
}

impl fmt::Debug for Table {
    /// Which keys, and none of their values: there are secrets among them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.values.keys()).finish()
    }
}

/// Which keys a kind of table has: those that take one value, and those that take several.
pub(super) struct Kind {
    pub(super) key: &'static Key,
    pub(super) single: &'static [&'static str],
    pub(super) several: &'static [&'static str],
}

impl Kind {
    fn names(&self) -> String {
        [self.single, self.several].concat().join(", ")
    }

    fn refuse_form(&self, source: &Source<'_>, span: &std::ops::Range<usize>) -> Refusal {
        let accepts = format!("[[{}]] tables with {}", self.key.name, self.names());
        source.refuse(self.key.name, span, "not a list of tables", &accepts)
    }
}

/// Reads the tables of a kind.
pub(super) fn read(
    source: &Source<'_>,
    value: &Spanned<DeValue<'_>>,
    kind: &Kind,
) -> Result<Vec<Table>, Vec<Refusal>> {
    let Some(found) = value.get_ref().as_array() else {
        return Err(vec![kind.refuse_form(source, &value.span())]);
    };
    let mut refusals = Vec::new();
    let mut tables = Vec::new();
    for table in found {
        let Some(entries) = table.get_ref().as_table() else {
            return Err(vec![kind.refuse_form(source, &table.span())]);
        };
        let mut read = Table {
            origin: source.origin(&table.span()),
            values: HashMap::new(),
        };
        for (name, value) in entries {
            let full = format!("{}.{}", kind.key.name, name.get_ref());
            let is_it = |key: &&&str| **key == name.get_ref().as_ref();
            let several = kind.several.iter().find(is_it);
            let Some(key) = several.or_else(|| kind.single.iter().find(is_it)) else {
                let reason = "there is no such key";
                refusals.push(source.refuse(&full, &name.span(), reason, &kind.names()));
                continue;
            };
            if let Some(texts) = texts(source, value, several.is_some()) {
                read.values.insert(key, texts);
            } else {
                let accepts = if several.is_some() {
                    "a text, or a list of texts"
                } else {
                    "a text"
                };
                refusals.push(source.refuse(&full, &value.span(), "not a text", accepts));
            }
        }
        tables.push(read);
    }
    if refusals.is_empty() {
        Ok(tables)
    } else {
        Err(refusals)
    }
}

fn texts(
    source: &Source<'_>,
    value: &Spanned<DeValue<'_>>,
    several: bool,
) -> Option<Vec<(String, Origin)>> {
    let one = |value: &Spanned<DeValue<'_>>| {
        Some((scalar(value.get_ref())?, source.origin(&value.span())))
    };
    match value.get_ref() {
        DeValue::Array(values) if several => values.iter().map(one).collect(),
        _ => Some(vec![one(value)?]),
    }
}
