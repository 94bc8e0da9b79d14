//! Clicks on links: names with percent signs, and range and refresh interval for the next page.

use gloo_timers::callback::Timeout;
use leptos::prelude::{StoredValue, WithUntracked, WithValue, use_context};
use wasm_bindgen::JsCast;

use crate::polling::{RANGE, REFRESH};
use crate::query::{Query, use_query};
use crate::routes::{BROKERS, BasePath, LOG, METERS};

/// The router writes the path of a clicked link into the address bar decoded once. For a name with a
/// percent sign that is another name's address, so the browser follows such links itself.
pub fn spare_percent_signs(event: &web_sys::Event) {
    if let Some((link, href)) = link_of(event)
        && is_spoilt(&href)
    {
        // An attribute of that name is always allowed.
        let _ = link.set_attribute("rel", "external");
    }
}

/// Adds the current page's range and refresh interval to a clicked link, for the time of the click.
/// So the address of every page has the choices, and the back button restores them.
pub fn carry_choices() -> impl Fn(&web_sys::Event) + Copy + Send + Sync + 'static {
    let query = use_query();
    let base = StoredValue::new(use_context::<BasePath>().unwrap_or_default().0);
    move |event| {
        let Some((link, href)) = link_of(event) else {
            return;
        };
        let carried =
            query.with_untracked(|query| base.with_value(|base| with_choices(&href, query, base)));
        let Some(carried) = carried else { return };
        // An attribute of that name is always allowed.
        let _ = link.set_attribute("href", &carried);
        // The link has been followed by then. Otherwise the choice would stay in it for ever.
        Timeout::new(0, move || {
            let _ = link.set_attribute("href", &href);
        })
        .forget();
    }
}

/// The link of a click, and its `href` as written. Browser only.
fn link_of(event: &web_sys::Event) -> Option<(web_sys::Element, String)> {
    let target = event.target()?.dyn_into::<web_sys::Element>().ok()?;
    let link = target.closest("a[href]").ok()??;
    let href = link.get_attribute("href")?;
    Some((link, href))
}

/// Whether the path of an address contains an encoded percent sign.
fn is_spoilt(href: &str) -> bool {
    let path = href.split(['?', '#']).next().unwrap_or_default();
    path.contains("%25")
}

/// The address of a page that polls or has charts, with the current page's range and refresh interval
/// unless it has its own; `None` if there is nothing to add.
pub fn with_choices(href: &str, shown: &Query, base: &str) -> Option<String> {
    let path = href.strip_prefix(base)?;
    let is_below = |page: &&str| {
        let rest = path.strip_prefix(*page);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']))
    };
    if path != "/" && ![BROKERS, LOG, METERS].iter().any(is_below) {
        return None;
    }
    let (page, search) = href.split_once('?').unwrap_or((href, ""));
    let given = Query::parse(search);
    let mut query = given.clone();
    for choices in [&RANGE, &REFRESH] {
        let name = choices.parameter;
        if let (None, Some(word)) = (given.get(name), shown.get(name)) {
            query = query.with(name, word);
        }
    }
    (query != given).then(|| format!("{page}{}", query.to_search()))
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn a_percent_sign_in_the_path_counts_alone() {
        assert!(is_spoilt("/brokers/demo/queues/%2F/100%25"));
        assert!(!is_spoilt("/brokers/demo/queues/%2F/a%20b"));
        assert!(!is_spoilt("/brokers/demo/queues?name=100%25"));
    }

    #[test]
    fn links_to_pages_that_poll_take_range_and_refresh_along() {
        let shown = Query::parse("range=1h&refresh=off&sort=name&from=1&to=2");
        let carried = |href| with_choices(href, &shown, "/w");
        assert_eq!(
            carried("/w/brokers/demo/queues/%2F/a%3Fb").as_deref(),
            Some("/w/brokers/demo/queues/%2F/a%3Fb?range=1h&refresh=off")
        );
        assert_eq!(
            carried("/w/log?level=error&refresh=30s").as_deref(),
            Some("/w/log?level=error&refresh=30s&range=1h")
        );
        assert_eq!(carried("/w/").as_deref(), Some("/w/?range=1h&refresh=off"));
        for other in [
            "?range=6h",
            "/w/sharing",
            "/w/fn/csv?broker=demo",
            "/w/brokersome",
            "/brokers/demo",
            "https://www.rabbitmq.com/brokers",
            "#content",
            "",
        ] {
            assert_eq!(carried(other), None, "{other}");
        }
    }

    #[test]
    fn defaults_add_nothing() {
        assert_eq!(
            with_choices("/brokers/demo", &Query::parse("page=2"), ""),
            None
        );
    }
}
