//! Search: pages, and objects that the metering API finds.

use metering::lists::Section;
use metering::{Broker, SearchHit, SearchKind};

use super::lists;
use crate::error::AppError;
use crate::i18n::list_texts::ListTexts;
use crate::i18n::{Catalog, EN, Text, ZH, catalog, language};
use crate::server::errors::app_error;
use crate::server::session::metering_session;
use crate::view_models::search::{Hit, Hits};
use crate::{percent, routes};

/// A page's name in English and in Chinese.
type Names = [Text; 2];

/// A page that is not about one object.
struct Page {
    names: Names,
    path: String,
    broker: Option<String>,
    /// Whether its broker's name finds it too. Not for lists: there are too many.
    by_broker: bool,
}

/// The lists that are offered before a letter is typed.
const MAIN_LISTS: [&str; 5] = ["queues", "connections", "nodes", "channels", "exchanges"];

fn names(name: fn(&Catalog) -> Text) -> Names {
    [&EN, &ZH].map(name)
}

/// The pages of all brokers, those of the current one first.
/// Without letters the lists are left out, but for the main ones of the first.
fn pages(brokers: &[Broker], shown: &str, with_lists: bool) -> Vec<Page> {
    let mut pages = Vec::new();
    let (here, others): (Vec<_>, Vec<_>) = brokers
        .iter()
        .partition(|broker| percent::encode(&broker.name) == shown);
    for (index, Broker { name, .. }) in here.into_iter().chain(others).enumerate() {
        let of_broker = [
            (names(|texts| texts.overview), routes::overview(name)),
            (names(|texts| texts.health), routes::list(name, "health")),
        ];
        let page = |by_broker, (names, path)| Page {
            names,
            path,
            broker: Some(name.clone()),
            by_broker,
        };
        pages.extend(of_broker.map(|named| page(true, named)));
        let lists: Vec<&str> = match (with_lists, index) {
            (true, _) => Section::ALL.into_iter().flat_map(Section::lists).collect(),
            (false, 0) => MAIN_LISTS.into(),
            (false, _) => Vec::new(),
        };
        let lists = lists.into_iter().map(|list| {
            let names = [&ListTexts::EN, &ListTexts::ZH].map(|texts| lists::title(list, texts));
            (names, routes::list(name, list))
        });
        pages.extend(lists.map(|named| page(false, named)));
    }
    let everywhere = [
        (names(|texts| texts.brokers), routes::BROKERS),
        (names(|texts| texts.meters), routes::METERS),
        (names(|texts| texts.system_log), routes::LOG),
        (names(|texts| texts.users), routes::USERS),
    ];
    pages.extend(everywhere.map(|(names, path)| Page {
        names,
        path: path.to_owned(),
        broker: None,
        by_broker: false,
    }));
    pages
}

/// The rank of a page; lower is better: its name begins with the letters in one of the languages, its
/// broker's name does, or one of them contains the letters.
fn fit(page: &Page, q: &str) -> Option<u8> {
    let names = page.names.map(str::to_lowercase);
    let broker = page.broker.as_deref().filter(|_| page.by_broker);
    let broker = broker.unwrap_or_default().to_lowercase();
    if names.iter().any(|name| name.starts_with(q)) {
        Some(0)
    } else if broker.starts_with(q) {
        Some(1)
    } else if names.iter().any(|name| name.contains(q)) || broker.contains(q) {
        Some(2)
    } else {
        None
    }
}

/// The pages whose names contain the letters, the best first.
fn fitting(pages: Vec<Page>, q: &str) -> Vec<Page> {
    let q = q.trim().to_lowercase();
    let mut fitting: Vec<_> = pages
        .into_iter()
        .filter_map(|page| Some((fit(&page, &q)?, page)))
        .collect();
    fitting.sort_by_key(|&(fit, _)| fit);
    fitting.into_iter().map(|(_, page)| page).collect()
}

pub(crate) async fn hits(q: &str, shown: &str) -> Result<Hits, AppError> {
    let texts = catalog();
    let base = crate::server::context::base_path();
    let (session, _) = metering_session().await?;
    let (brokers, found) = tokio::join!(session.brokers(), session.search(None, q.trim(), None));
    let brokers = brokers.map_err(|error| app_error(&error))?;
    let found = found.map_err(|error| app_error(&error))?;
    let pages = fitting(pages(&brokers, shown, !q.trim().is_empty()), q).into_iter();
    let pages = pages.map(|page| Hit {
        kind: texts.search.page.to_owned(),
        name: (*language().pick(&page.names[0], &page.names[1])).to_owned(),
        place: page.broker.unwrap_or_default(),
        href: format!("{base}{}", page.path),
    });
    let objects = found.hits.into_iter().map(|hit| object(hit, texts, &base));
    Ok(Hits {
        hits: pages.chain(objects).collect(),
        // Without letters nothing is waited for: a broker may never report it, and the browser
        // would repeat the search for ever.
        unfinished: !found.gaps.is_empty() && !q.trim().is_empty(),
    })
}

/// A result of the metering API, with the address of its page.
fn object(hit: SearchHit, texts: &Catalog, base: &str) -> Hit {
    let (kind, list) = match hit.kind {
        SearchKind::Node => (texts.node, "nodes"),
        SearchKind::Vhost => (texts.search.vhost, "vhosts"),
        SearchKind::User => (texts.user, "users"),
        SearchKind::Queue => (texts.search.queue, "queues"),
        SearchKind::Exchange => (texts.search.exchange, "exchanges"),
        SearchKind::Connection => (texts.search.connection, "connections"),
    };
    let mut names = vec![hit.name.as_str()];
    // A connection's page has no vhost in its address.
    if matches!(hit.kind, SearchKind::Queue | SearchKind::Exchange) {
        names.insert(0, hit.vhost.as_deref().unwrap_or("/"));
    }
    let href = format!("{base}{}", routes::object(&hit.broker, list, &names));
    let vhost = hit.vhost.filter(|_| hit.kind != SearchKind::Vhost);
    // The client's own name says more than its address, which follows.
    let (name, address) = match hit.client_name {
        Some(client_name) => (client_name, Some(hit.name)),
        None => (hit.name, None),
    };
    Hit {
        kind: kind.to_owned(),
        place: [Some(hit.broker), vhost, address]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" · "),
        name,
        href,
    }
}

#[cfg(test)]
mod tests {
    use metering::{BrokerState, Timestamp};

    use super::*;

    fn found(q: &str) -> Vec<String> {
        let broker = |name: &str| Broker {
            name: name.to_owned(),
            state: BrokerState::Ok,
            since: Timestamp::from_millis(0),
            reason: None,
            last_seen: None,
            tick: 5000,
            description: None,
            rabbitmq_version: None,
            cluster_name: None,
        };
        let pages = pages(&[broker("eu"), broker("oversea")], "oversea", !q.is_empty());
        let found = fitting(pages, q).into_iter();
        found.map(|page| page.path).collect()
    }

    #[test]
    fn pages_are_found_by_a_few_letters_of_their_names_or_brokers() {
        assert_eq!(found("syst"), ["/log"]);
        // Queues have the letters too, but not at the beginning.
        assert_eq!(found(" EU")[..2], ["/brokers/eu", "/brokers/eu/health"]);
        assert_eq!(found("nothing"), [""; 0]);
    }

    #[test]
    fn every_list_is_a_page() {
        let limits = ["/brokers/oversea/vhost-limits", "/brokers/eu/vhost-limits"];
        assert_eq!(found("virtual host l"), limits);
        assert_eq!(found("虚拟主机限制"), limits);
    }

    #[test]
    fn names_in_either_language_find_a_page() {
        assert_eq!(found("日志"), found("system log"));
    }

    #[test]
    fn the_broker_that_is_looked_at_comes_first() {
        let overviews = found("overv");
        assert_eq!(overviews, ["/brokers/oversea", "/brokers/eu"]);
    }

    #[test]
    fn without_letters_the_main_lists_of_the_shown_broker_are_offered() {
        let found = found("");
        for list in MAIN_LISTS {
            assert!(
                found.contains(&format!("/brokers/oversea/{list}")),
                "{list}"
            );
            assert!(!found.contains(&format!("/brokers/eu/{list}")), "{list}");
        }
        assert_eq!(found.len(), 8 + MAIN_LISTS.len());
    }
}
