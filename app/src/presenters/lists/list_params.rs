//! The parameters of a list: from its address, and from cookies.

use crate::query::Query;
use crate::view_models::lists::{COLUMNS, DENSITY, cookie_of_columns};
use metering::requests::ListQuery;

/// The default page size.
const PAGE_SIZE: u64 = 100;
/// The largest page size, which is RabbitMQ's.
const MAX_PAGE_SIZE: u64 = 500;

/// The parameters of a list.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct ListParams {
    /// The query for the API.
    pub(super) query: ListQuery,
    /// The keys of the chosen columns; `None` for the default.
    pub(super) columns: Option<Vec<String>>,
    /// Whether the density is compact.
    pub(super) compact: bool,
}

impl ListParams {
    /// Read from the address; columns and density that it does not name come from cookies.
    pub(super) fn read(kind: &str, search: &str, kept: impl Fn(&str) -> Option<String>) -> Self {
        let query = Query::parse(search);
        let number = |name| query.get(name).and_then(|text| text.parse::<u64>().ok());
        let is_set = |name| query.get(name).is_some_and(|value| value != "false");
        let value = |name| query.get(name).map(str::to_owned);
        let words = |text: &str| text.split(',').map(str::to_owned).collect::<Vec<_>>();
        let given: Vec<String> = query.all(COLUMNS).flat_map(words).collect();
        let columns = if given.is_empty() {
            kept(&cookie_of_columns(kind)).map(|kept| words(&kept))
        } else {
            Some(given)
        };
        let density = value(DENSITY).or_else(|| kept(crate::view_models::lists::COOKIE_OF_DENSITY));
        let size = number("page_size").unwrap_or(PAGE_SIZE);
        Self {
            query: ListQuery {
                page: Some(number("page").unwrap_or(1).max(1)),
                page_size: Some(size.clamp(1, MAX_PAGE_SIZE)),
                vhost: value("vhost"),
                name: value("name"),
                use_regex: is_set("use_regex"),
                sort: value("sort"),
                sort_reverse: is_set("sort_reverse"),
            },
            columns: columns.filter(|columns| columns.iter().any(|key| !key.is_empty())),
            compact: density.as_deref() == Some("compact"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(search: &str) -> ListParams {
        ListParams::read("queues", search, |name| {
            (name == "warren_columns_queues").then(|| "name,memory".to_owned())
        })
    }

    #[test]
    fn the_address_counts_before_what_was_chosen() {
        let columns = |search| read(search).columns.unwrap_or_default();
        assert_eq!(columns(""), ["name", "memory"]);
        assert_eq!(columns("?columns=name,messages"), ["name", "messages"]);
        assert_eq!(columns("?columns=name&columns=state"), ["name", "state"]);
    }

    #[test]
    fn sizes_and_pages_stay_within_what_there_is() {
        let asked = |search| {
            let query = read(search).query;
            (query.page, query.page_size)
        };
        assert_eq!(asked(""), (Some(1), Some(100)));
        assert_eq!(asked("?page=0&page_size=9000"), (Some(1), Some(500)));
        assert_eq!(asked("?page=x&page_size=50"), (Some(1), Some(50)));
    }

    #[test]
    fn a_ticked_box_is_yes() {
        let query = read("?name=%5Ea&use_regex=true&sort=messages&sort_reverse=true").query;
        assert!(query.use_regex && query.sort_reverse);
        assert_eq!(query.name.as_deref(), Some("^a"));
        assert!(!read("?use_regex=false").query.use_regex);
    }
}
