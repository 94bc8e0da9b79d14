//! Filters, sorts and pages a list that the API returns whole.

use metering::Page;
use metering::requests::ListQuery;
use regex::RegexBuilder;

use super::value::Value;

/// The most bytes of a compiled pattern, as in the API.
pub(super) const REGEX_SIZE: usize = 256 << 10;

/// A page of rows like those of the API: filtered by name, sorted by a column.
pub(super) fn page<T: Clone>(
    rows: &[T],
    name: impl Fn(&T) -> &str,
    key: impl Fn(&T, &str) -> Value,
    query: &ListQuery,
) -> Page<T> {
    let text = query.name.as_deref().unwrap_or_default();
    let pattern = if query.use_regex {
        text.to_owned()
    } else {
        regex::escape(text)
    };
    // An invalid pattern was reported to the viewer before.
    let pattern = RegexBuilder::new(&pattern)
        .case_insensitive(true)
        .size_limit(REGEX_SIZE)
        .build();
    let matches = |row: &&T| {
        pattern
            .as_ref()
            .is_ok_and(|pattern| pattern.is_match(name(row)))
    };
    let mut found: Vec<_> = rows.iter().filter(matches).collect();
    found.sort_by(|a, b| name(a).cmp(name(b)));
    if let Some(sort) = query.sort.as_deref() {
        found.sort_by(|a, b| key(a, sort).order(&key(b, sort), query.sort_reverse));
    }
    let size = query.page_size.unwrap_or(100).max(1);
    let number = query.page.unwrap_or(1).max(1);
    let first = usize::try_from((number - 1).saturating_mul(size)).unwrap_or(usize::MAX);
    let filtered = found.len() as u64;
    let items: Vec<T> = found
        .into_iter()
        .skip(first)
        .take(size as usize)
        .cloned()
        .collect();
    Page {
        page: number,
        page_size: size,
        page_count: filtered.div_ceil(size).max(1),
        item_count: items.len() as u64,
        filtered_count: filtered,
        total_count: rows.len() as u64,
        items,
        observed_at: None,
        stats_observed_at: None,
        missing: Vec::new(),
        unreadable: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(row: &i64) -> &str {
        match row {
            12 => "twelve",
            3 => "three",
            45 => "forty",
            _ => "twenty",
        }
    }

    fn found(query: &ListQuery) -> (Vec<i64>, u64, u64) {
        let rows = [12, 3, 45, 23];
        let page = page(&rows, name, |row, _| Value::Count(*row), query);
        (page.items, page.filtered_count, page.page_count)
    }

    #[test]
    fn rows_are_filtered_ordered_and_cut_into_pages() {
        let query = ListQuery {
            name: Some("TW".to_owned()),
            ..ListQuery::default()
        };
        assert_eq!(found(&query), (vec![12, 23], 2, 1));
        let query = ListQuery {
            sort: Some("any".to_owned()),
            sort_reverse: true,
            page_size: Some(3),
            page: Some(2),
            ..ListQuery::default()
        };
        assert_eq!(found(&query), (vec![3], 4, 2));
    }

    #[test]
    fn a_text_is_no_pattern_unless_it_is_to_be_one() {
        let query = |use_regex| ListQuery {
            name: Some("^t".to_owned()),
            use_regex,
            ..ListQuery::default()
        };
        assert_eq!(found(&query(false)).1, 0);
        assert_eq!(found(&query(true)).1, 3);
    }
}
