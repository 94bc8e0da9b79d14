//! The query of an address: read, changed and written the same on the server and in the browser.
//!
//! The router's own map decodes values twice, and writes them differently on
//! the two sides; this one goes from the address as it stands.

use leptos::prelude::*;

use crate::percent::{decode, encode};
use crate::routes::page_search;

/// The parameters of an address, decoded, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query(Vec<(String, String)>);

impl Query {
    /// From what stands behind the question mark. Spaces may be `+`, as forms write them.
    pub fn parse(search: &str) -> Self {
        let search = search.strip_prefix('?').unwrap_or(search);
        let pair = |pair: &str| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        };
        let pairs = search.split('&').filter(|pair| !pair.is_empty());
        Self(pairs.map(pair).collect())
    }

    /// The last value of a parameter. What is empty counts as missing: forms send every field.
    pub fn get(&self, name: &str) -> Option<&str> {
        let value = self.0.iter().rev().find(|(given, _)| given == name);
        value
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    /// Every value of a parameter, in their order: fields of a form may share a name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let given = self.0.iter().filter(move |(given, _)| given == name);
        given
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    /// The same with another value of a parameter, which keeps its place; without it where the value is empty.
    #[must_use]
    pub fn with(&self, name: &str, value: &str) -> Self {
        let mut pairs = self.0.clone();
        let place = pairs.iter().position(|(given, _)| given == name);
        pairs.retain(|(given, _)| given != name);
        if !value.is_empty() {
            let place = place.unwrap_or(pairs.len()).min(pairs.len());
            pairs.insert(place, (name.to_owned(), value.to_owned()));
        }
        Self(pairs)
    }

    /// The same with what is not alike in two others taken over from the second.
    #[must_use]
    pub fn changed(&self, old: &Self, new: &Self) -> Self {
        let names = old.0.iter().chain(&new.0).map(|(name, _)| name);
        names.fold(self.clone(), |query, name| {
            let given = new.get(name);
            if given == old.get(name) {
                query
            } else {
                query.with(name, given.unwrap_or_default())
            }
        })
    }

    /// As it stands in an address, with the question mark, which alone leads to the bare page.
    pub fn to_search(&self) -> String {
        let pairs = self.0.iter().filter(|(_, value)| !value.is_empty());
        let written = pairs.map(|(name, value)| format!("{}={}", encode(name), encode(value)));
        format!("?{}", written.collect::<Vec<_>>().join("&"))
    }
}

/// The query of the calling page, as long as the shown address is that page's.
pub fn use_query() -> Memo<Query> {
    let search = page_search();
    Memo::new(move |_| search.with(|search| Query::parse(search)))
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn written_queries_are_read_back() {
        let query = Query::default()
            .with("text", "100% of a&b=c+d é")
            .with("level", "error");
        let search = query.to_search();
        assert_eq!(
            search,
            "?text=100%25%20of%20a%26b%3Dc%2Bd%20%C3%A9&level=error"
        );
        assert_eq!(Query::parse(&search), query);
    }

    #[test]
    fn forms_write_spaces_as_plus_and_empty_fields() {
        let query = Query::parse("text=memory+alarm&level=");
        assert_eq!(query.get("text"), Some("memory alarm"));
        assert_eq!(query.get("level"), None);
        assert_eq!(query.to_search(), "?text=memory%20alarm");
    }

    #[test]
    fn a_changed_value_keeps_its_place_and_an_empty_one_goes() {
        let query = Query::parse("a=1&b=2&c=3");
        assert_eq!(query.with("b", "x").to_search(), "?a=1&b=x&c=3");
        assert_eq!(query.with("b", "").to_search(), "?a=1&c=3");
        assert_eq!(query.with("d", "4").to_search(), "?a=1&b=2&c=3&d=4");
        assert_eq!(Query::parse("?a=1").with("a", "").to_search(), "?");
    }

    #[test]
    fn changes_between_two_queries_are_applied_and_the_rest_stays() {
        let (old, new) = (
            Query::parse("range=1h&theme=dark"),
            Query::parse("range=1h&lang=zh"),
        );
        let ours = Query::parse("range=6h&theme=dark&from=1&to=2");
        assert_eq!(
            ours.changed(&old, &new).to_search(),
            "?range=6h&from=1&to=2&lang=zh"
        );
        assert_eq!(ours.changed(&old, &old), ours);
    }

    #[test]
    fn the_last_value_counts_and_setting_it_leaves_one() {
        let query = Query::parse("a=1&a=2");
        assert_eq!(query.get("a"), Some("2"));
        assert_eq!(query.with("a", "3").to_search(), "?a=3");
    }

    #[test]
    fn broken_escapes_stay_as_they_are() {
        for (given, read) in [("%", "%"), ("%4", "%4"), ("%zz", "%zz"), ("%41", "A")] {
            assert_eq!(Query::parse(&format!("a={given}")).get("a"), Some(read));
        }
        assert_eq!(Query::parse("a=%FF").get("a"), Some("\u{fffd}"));
    }
}
