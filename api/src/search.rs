//! Finding things by a few letters of their names, in what is in memory.

use std::cmp::Ordering;
use std::sync::Arc;

use metering::search::SearchGap;
use metering::{SearchHit, SearchKind, SearchResult};
use regex::Regex;

use crate::lists::column::{Key, key};
use crate::lists::select::Scope;
use crate::lists::table::Table;

/// Where names are looked for.
pub(crate) enum Names {
    /// In a list, as far as the caller may see it.
    List(Arc<Table>, Scope),
    /// In these.
    Plain(Vec<String>),
}

/// The names of one kind of object at one broker.
pub(crate) struct SearchedNames {
    pub(crate) kind: SearchKind,
    pub(crate) broker: String,
    /// `None` if the broker has not answered yet.
    pub(crate) names: Option<Names>,
}

/// How well a name fits: less is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    Whole,
    Start,
    WordStart,
    Within,
}

impl Fit {
    fn rank(name: &str, letters: &Regex) -> Option<Self> {
        let first = letters.find(name)?;
        if first.start() == 0 {
            return Some(if first.end() == name.len() {
                Self::Whole
            } else {
                Self::Start
            });
        }
        let begins_word = |start: usize| {
            let before = name[..start].chars().next_back();
            before.is_none_or(|before| !before.is_alphanumeric())
        };
        let is_word = letters
            .find_iter(name)
            .any(|found| begins_word(found.start()));
        Some(if is_word {
            Self::WordStart
        } else {
            Self::Within
        })
    }
}

/// The name that the client of a connection gave it, where that holds the letters.
fn client_name(kind: SearchKind, table: &Table, row: u32, letters: &Regex) -> Option<String> {
    if kind != SearchKind::Connection {
        return None;
    }
    let json = table.rows.json(row);
    // Most connections have the letters nowhere, which is soon seen.
    if !letters.is_match(std::str::from_utf8(json).ok()?) {
        return None;
    }
    let paths = ["client_properties.connection_name", "user_provided_name"];
    let name = paths.iter().find_map(|path| match key(json, path)? {
        Key::Text(name) => Some(name.into_string()),
        _ => None,
    })?;
    letters.is_match(&name).then_some(name)
}

/// A name that fits, by its place and row: hits are made of the best alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Found {
    fit: Fit,
    kind: SearchKind,
    place: usize,
    row: u32,
}

/// Searches all places. With many names it takes some milliseconds, and is for a thread that may block.
pub(crate) fn search(
    places: &[SearchedNames],
    letters: Option<&Regex>,
    limit: usize,
) -> SearchResult {
    let mut result = SearchResult::default();
    let mut best: Vec<Found> = Vec::new();
    for (place, at) in places.iter().enumerate() {
        let Some(names) = &at.names else {
            result.gaps.push(SearchGap {
                broker: at.broker.clone(),
                kind: at.kind,
            });
            continue;
        };
        if let Names::List(table, _) = names {
            let oldest = result
                .observed_at
                .map_or(table.observed_at, |at| at.min(table.observed_at));
            result.observed_at = Some(oldest);
        }
        let Some(letters) = letters else { continue };
        let found = |row: u32, fit: Option<Fit>| {
            fit.map(|fit| Found {
                fit,
                kind: at.kind,
                place,
                row,
            })
        };
        let mut here: Vec<_> = match names {
            Names::List(table, scope) => {
                let rows = &table.rows;
                rows.all()
                    .filter(|&row| scope.holds(rows, row))
                    .filter_map(|row| {
                        let by_name = Fit::rank(rows.name(row), letters);
                        let by_client = client_name(at.kind, table, row, letters)
                            .and_then(|name| Fit::rank(&name, letters));
                        found(row, by_name.into_iter().chain(by_client).min())
                    })
                    .collect()
            }
            Names::Plain(names) => {
                let numbered = (0..).zip(names);
                numbered
                    .filter_map(|(row, name)| found(row, Fit::rank(name, letters)))
                    .collect()
            }
        };
        result.found += here.len() as u64;
        // No more than the limit of one place can be among the hits.
        if here.len() > limit {
            here.select_nth_unstable(limit);
            here.truncate(limit);
        }
        best.extend(here);
    }
    best.sort_unstable_by(order);
    for found in fair(&best, limit) {
        let at = &places[found.place];
        let (vhost, name, client_name) = match &at.names {
            Some(Names::List(table, _)) => (
                table.rows.vhost(found.row).to_owned(),
                table.rows.name(found.row).to_owned(),
                letters.and_then(|letters| client_name(at.kind, table, found.row, letters)),
            ),
            Some(Names::Plain(names)) => (String::new(), names[found.row as usize].clone(), None),
            None => continue,
        };
        let is_in_vhost = matches!(
            at.kind,
            SearchKind::Queue | SearchKind::Exchange | SearchKind::Connection
        );
        result.hits.push(SearchHit {
            kind: at.kind,
            broker: at.broker.clone(),
            vhost: is_in_vhost.then_some(vhost),
            name,
            client_name,
        });
    }
    result
}

fn order(a: &Found, b: &Found) -> Ordering {
    a.cmp(b)
}

/// The best, but of one kind no more than half of the room where others would be left out.
fn fair(best: &[Found], limit: usize) -> Vec<Found> {
    let share = limit.div_ceil(2);
    let mut taken = [0; 6];
    let (first, rest): (Vec<_>, Vec<_>) = best.iter().copied().partition(|found| {
        let taken = &mut taken[found.kind as usize];
        *taken += 1;
        *taken <= share
    });
    let mut chosen: Vec<_> = first.into_iter().chain(rest).take(limit).collect();
    chosen.sort_unstable_by(order);
    chosen
}

#[cfg(test)]
mod tests {
    use regex::RegexBuilder;

    use super::*;

    fn letters(text: &str) -> Regex {
        RegexBuilder::new(&regex::escape(text))
            .case_insensitive(true)
            .build()
            .expect("escaped")
    }

    fn place(kind: SearchKind, names: &[&str]) -> SearchedNames {
        SearchedNames {
            kind,
            broker: "prod".into(),
            names: Some(Names::Plain(
                names.iter().map(|&name| name.to_owned()).collect(),
            )),
        }
    }

    fn names(places: &[SearchedNames], text: &str, limit: usize) -> Vec<String> {
        let result = search(places, Some(&letters(text)), limit);
        result.hits.into_iter().map(|hit| hit.name).collect()
    }

    #[test]
    fn whole_names_come_first_then_beginnings_then_words() {
        let places = [place(
            SearchKind::Queue,
            &["reorder", "my.Order", "orders", "ORDER", "other"],
        )];
        assert_eq!(
            names(&places, "order", 10),
            ["ORDER", "orders", "my.Order", "reorder"]
        );
    }

    #[test]
    fn many_of_one_kind_leave_room_for_the_others() {
        let queues: Vec<_> = (0..100).map(|n| format!("q{n:03}")).collect();
        let queues: Vec<_> = queues.iter().map(String::as_str).collect();
        let places = [
            place(SearchKind::Queue, &queues),
            place(SearchKind::Exchange, &["my-q", "aqa"]),
        ];
        let result = search(&places, Some(&letters("q")), 10);
        assert_eq!(result.found, 102);
        let kinds: Vec<_> = result.hits.iter().map(|hit| hit.kind).collect();
        let exchanges = kinds
            .iter()
            .filter(|&&kind| kind == SearchKind::Exchange)
            .count();
        assert_eq!((kinds.len(), exchanges), (10, 2), "{kinds:?}");
        assert_eq!(result.hits[0].name, "q000");
    }

    #[test]
    fn unknown_names_are_a_gap_and_no_letters_find_nothing() {
        let unknown = SearchedNames {
            kind: SearchKind::User,
            broker: "prod".into(),
            names: None,
        };
        let places = [unknown, place(SearchKind::Vhost, &["/"])];
        let result = search(&places, None, 10);
        assert_eq!((result.hits.len(), result.found), (0, 0));
        assert_eq!(result.gaps[0].kind, SearchKind::User);
    }

    #[test]
    fn letters_of_every_script_are_found_whatever_the_case() {
        let places = [place(SearchKind::Vhost, &["Ärger", "заказы", "a\0b"])];
        assert_eq!(names(&places, "ä", 5), ["Ärger"]);
        assert_eq!(names(&places, "ЗАК", 5), ["заказы"]);
        assert_eq!(names(&places, "\0", 5), ["a\0b"]);
    }
}
