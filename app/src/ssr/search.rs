//! What is called so: pages, and what the metering API finds.

use metering::Broker;

use super::context;
use super::session::metering_session;
use crate::error::AppError;
use crate::i18n::{Catalog, EN, Text, ZH, catalog};
use crate::routes;
use crate::server_fns::search::{Hit, Hits};

/// A page's name in a language.
type Name = fn(&Catalog) -> Text;

/// A page that is not about one object.
struct Page {
    name: Name,
    path: String,
    broker: Option<String>,
}

/// The pages of all brokers, those of the one that is looked at first.
fn pages(brokers: &[Broker], shown: &str) -> Vec<Page> {
    let mut pages = Vec::new();
    let (here, others): (Vec<_>, Vec<_>) = brokers.iter().partition(|broker| broker.name == shown);
    for Broker { name, .. } in here.into_iter().chain(others) {
        pages.push(Page {
            name: |texts| texts.overview,
            path: routes::overview(name),
            broker: Some(name.clone()),
        });
    }
    let everywhere: [(Name, _); 4] = [
        (|texts| texts.brokers, routes::BROKERS),
        (|texts| texts.meters, routes::METERS),
        (|texts| texts.system_log, routes::LOG),
        (|texts| texts.users, routes::USERS),
    ];
    pages.extend(everywhere.map(|(name, path)| Page {
        name,
        path: path.to_owned(),
        broker: None,
    }));
    pages
}

/// How well a page fits, the least the best: its name begins with the letters in some language, or
/// its broker's does, or either holds them.
fn fit(page: &Page, q: &str) -> Option<u8> {
    let names = [&EN, &ZH].map(|texts| (page.name)(texts).to_lowercase());
    let broker = page.broker.as_deref().unwrap_or_default().to_lowercase();
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

/// The pages whose names have the letters in them, the best first.
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
    let base = context().base_path;
    let (session, _) = metering_session().await?;
    let brokers = session
        .brokers()
        .await
        .map_err(|error| super::app_error(&error))?;
    let pages = fitting(pages(&brokers, shown), q).into_iter();
    let hits = pages.map(|page| Hit {
        kind: texts.find.page.to_owned(),
        name: (page.name)(texts).to_owned(),
        place: page.broker.unwrap_or_default(),
        href: format!("{base}{}", page.path),
    });
    Ok(Hits {
        hits: hits.collect(),
        unfinished: false,
    })
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
        let pages = pages(&[broker("eu"), broker("oversea")], "oversea");
        let found = fitting(pages, q).into_iter();
        found.map(|page| page.path).collect()
    }

    #[test]
    fn pages_are_found_by_a_few_letters_of_their_names_or_brokers() {
        assert_eq!(found("syst"), ["/log"]);
        assert_eq!(found(" EU"), ["/brokers/eu"]);
        assert_eq!(found("nothing"), [""; 0]);
    }

    #[test]
    fn names_in_either_language_find_a_page() {
        assert_eq!(found("日志"), found("system log"));
    }

    #[test]
    fn the_broker_that_is_looked_at_comes_first() {
        let overviews = found("over");
        assert_eq!(overviews, ["/brokers/oversea", "/brokers/eu"]);
        assert_eq!(found("").len(), 6, "without letters, all");
    }
}
