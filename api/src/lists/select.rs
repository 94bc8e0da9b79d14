//! Filter and order: which rows of a list a request is about.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::sync::Arc;

use regex::{Regex, RegexBuilder};

use super::column::{self, Key};
use super::rows::Rows;
use crate::ids::id_of;
use crate::vhost_set::VhostSetId;

/// Bytes that a compiled filter may take.
const REGEX_SIZE: usize = 256 << 10;
/// Characters that a filter may have, as on the broker.
pub(crate) const LONGEST_FILTER: usize = 1024;

/// Which rows a caller may see.
#[derive(Clone, Debug)]
pub(crate) enum Scope {
    /// All.
    All,
    /// Those of some vhosts.
    Vhosts(VhostSetId, Arc<BTreeSet<String>>),
    /// Those of one account.
    Account(String),
    /// None.
    Nothing,
    /// Of these, those of one vhost.
    Within(Box<Self>, String),
    /// Of these, those whose names match.
    Named(Box<Self>, Filter, Arc<Regex>),
}

impl Scope {
    /// What stands for it in keys and validators.
    pub(crate) fn key(&self) -> String {
        match self {
            Self::All => "all".into(),
            Self::Vhosts(id, _) => format!("v{id}"),
            // A hash says nothing of the account, and holds no character that a header may not.
            Self::Account(name) => format!("a{}", id_of("account", name)),
            Self::Nothing => "none".into(),
            Self::Within(all, vhost) => {
                let vhost = id_of("vhost", vhost);
                format!("{}.{vhost}", all.key())
            }
            Self::Named(all, filter, _) => {
                let Filter { text, is_regex } = filter;
                let name = id_of("name", text);
                format!("{}.{name}{}", all.key(), u8::from(*is_regex))
            }
        }
    }

    /// Of these rows those of a vhost, where one is named.
    pub(crate) fn within(self, vhost: Option<&str>) -> Self {
        match vhost {
            Some(vhost) => Self::Within(Box::new(self), vhost.to_owned()),
            None => self,
        }
    }

    /// Of these rows those whose names match.
    pub(crate) fn named(self, filter: Filter, regex: Arc<Regex>) -> Self {
        Self::Named(Box::new(self), filter, regex)
    }

    /// Whether a row is among them.
    pub(crate) fn holds(&self, rows: &Rows, row: u32) -> bool {
        match self {
            Self::All => true,
            Self::Vhosts(_, vhosts) => vhosts.contains(rows.vhost(row)),
            Self::Account(name) => rows.user(row) == name,
            Self::Nothing => false,
            Self::Within(all, vhost) => rows.vhost(row) == vhost && all.holds(rows, row),
            Self::Named(all, _, regex) => regex.is_match(rows.name(row)) && all.holds(rows, row),
        }
    }
}

/// What a name must have in it, whatever the case.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Filter {
    pub(crate) text: String,
    /// Whether the text is a regular expression.
    pub(crate) is_regex: bool,
}

impl Filter {
    /// Ready to be used.
    ///
    /// # Errors
    /// Where it is no regular expression: where, and what of it.
    pub(crate) fn compile(&self) -> Result<Regex, regex::Error> {
        let pattern = if self.is_regex {
            self.text.clone()
        } else {
            regex::escape(&self.text)
        };
        RegexBuilder::new(&pattern)
            .case_insensitive(true)
            .size_limit(REGEX_SIZE)
            .dfa_size_limit(REGEX_SIZE)
            .build()
    }
}

/// By which column, and which end first.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Sort {
    pub(crate) column: String,
    pub(crate) reverse: bool,
}

/// All rows in an order. What has no value in the column comes last in either direction; equals
/// stand by vhost and name.
pub(crate) fn order(rows: &Rows, sort: Option<&Sort>) -> Arc<[u32]> {
    let all = 0..rows.len() as u32;
    let Some(Sort { column, reverse }) = sort else {
        return all.collect();
    };
    let mut keyed: Vec<(Option<Key>, u32)> = all
        .map(|row| (column::key(rows.json(row), column), row))
        .collect();
    keyed.sort_by(|(a, _), (b, _)| match (a, b) {
        (Some(a), Some(b)) if *reverse => b.order(a),
        (Some(a), Some(b)) => a.order(b),
        (a, b) => match (a.is_none(), b.is_none()) {
            (false, true) => Ordering::Less,
            (true, false) => Ordering::Greater,
            _ => Ordering::Equal,
        },
    });
    keyed.into_iter().map(|(_, row)| row).collect()
}

/// Of an order what the caller may see, and how much of that the filter leaves.
#[derive(Clone, Debug)]
pub(crate) struct Selection {
    /// How many rows the caller may see.
    pub(crate) total: usize,
    /// The rows that are left, in order.
    pub(crate) rows: Arc<[u32]>,
}

/// Goes through an order.
pub(crate) fn select(
    rows: &Rows,
    order: &Arc<[u32]>,
    scope: &Scope,
    filter: Option<&Regex>,
) -> Selection {
    if matches!(scope, Scope::All) && filter.is_none() {
        return Selection {
            total: order.len(),
            rows: Arc::clone(order),
        };
    }
    let mut total = 0;
    let left = order.iter().copied().filter(|&row| {
        let seen = scope.holds(rows, row);
        total += usize::from(seen);
        seen && filter.is_none_or(|filter| filter.is_match(rows.name(row)))
    });
    let rows = left.collect();
    Selection { total, rows }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lists::rows;
    use metering::lists::ListKind;

    fn rows() -> Rows {
        let json = r#"[
            {"name":"b","vhost":"/","messages":10,"policy":"x"},
            {"name":"Abc","vhost":"/","messages":2},
            {"name":"c.d","vhost":"z"},
            {"name":"cxd","vhost":"z","messages":2,"policy":"a"}
        ]"#;
        rows::read(ListKind::Queues, json.as_bytes(), false)
            .expect("rows")
            .rows
    }

    fn names(rows: &Rows, numbers: &[u32]) -> Vec<String> {
        numbers
            .iter()
            .map(|&row| rows.name(row).to_owned())
            .collect()
    }

    fn sorted(column: &str, reverse: bool) -> Vec<String> {
        let rows = rows();
        let column = column.to_owned();
        names(&rows, &order(&rows, Some(&Sort { column, reverse })))
    }

    #[test]
    fn absent_comes_last_and_equals_keep_their_order() {
        assert_eq!(sorted("messages", false), ["Abc", "cxd", "b", "c.d"]);
        assert_eq!(sorted("messages", true), ["b", "Abc", "cxd", "c.d"]);
        assert_eq!(sorted("policy", false), ["cxd", "b", "Abc", "c.d"]);
        assert_eq!(sorted("name", true), ["cxd", "c.d", "b", "Abc"]);
    }

    fn filtered(text: &str, is_regex: bool) -> Vec<String> {
        let rows = rows();
        let filter = Filter {
            text: text.into(),
            is_regex,
        };
        let regex = filter.compile().expect("a filter");
        let selection = select(&rows, &order(&rows, None), &Scope::All, Some(&regex));
        assert_eq!(selection.total, 4);
        names(&rows, &selection.rows)
    }

    #[test]
    fn a_filter_is_a_part_of_the_name_or_a_pattern() {
        assert_eq!(filtered("B", false), ["Abc", "b"]);
        assert_eq!(filtered("c.d", false), ["c.d"]);
        assert_eq!(filtered("^c.D$", true), ["c.d", "cxd"]);
        assert_eq!(filtered("", false).len(), 4);
    }

    #[test]
    fn a_scope_hides_the_rest_and_does_not_count_it() {
        let rows = rows();
        let all = order(&rows, None);
        let vhosts = crate::vhost_set::VhostSet::new(BTreeSet::from(["z".to_owned()]));
        let scope = Scope::Vhosts(vhosts.id, vhosts.vhosts);
        let selection = select(&rows, &all, &scope, None);
        assert_eq!((selection.total, selection.rows.len()), (2, 2));
        let nobody = select(&rows, &all, &Scope::Account("anna".into()), None);
        assert_eq!((nobody.total, nobody.rows.len()), (0, 0));
    }
}
