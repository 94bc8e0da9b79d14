//! A broker's lists by pages: `GET /v2/rabbit/queues` and the like.

use std::sync::Arc;

use metering::Page;
use metering::lists::List;
use metering::requests::ListQuery;
use serde::Serialize;

use crate::error::ClientError;
use crate::path;
use crate::session::Session;

#[derive(Serialize)]
struct OfBroker<'a> {
    broker: &'a str,
    #[serde(flatten)]
    query: ListQuery,
}

/// Always of a page: without one the API answers with the whole list.
fn path(list: &str, broker: &str, query: &ListQuery) -> Result<String, ClientError> {
    let query = ListQuery {
        page: query.page.or(Some(1)),
        ..query.clone()
    };
    path::with_query(&["/v2/rabbit/", list].concat(), &OfBroker { broker, query })
}

impl Session {
    /// A page of a list: `session.list::<metering::lists::Queues>(broker, &query)`.
    ///
    /// # Errors
    /// [`ClientError::Refused`] with 400 for a query that cannot be used,
    /// [`ClientError::NotFound`] where the broker has no such list,
    /// [`ClientError::Forbidden`] for an account that may not see it, and the others of
    /// [`ClientError`].
    pub async fn list<L: List>(
        &self,
        broker: &str,
        query: &ListQuery,
    ) -> Result<Arc<Page<L::Row>>, ClientError> {
        self.fetch(path(L::KIND.name(), broker, query)?).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absent_values_are_not_sent() {
        let path = path("queues", "prod a", &ListQuery::default());
        assert_eq!(
            path.expect("a path"),
            "/v2/rabbit/queues?broker=prod+a&page=1"
        );
    }

    #[test]
    fn all_that_is_given_is_asked() {
        let query = ListQuery {
            page: Some(3),
            page_size: Some(50),
            vhost: Some("/".into()),
            name: Some("^a&b".into()),
            use_regex: true,
            sort: Some("messages".into()),
            sort_reverse: true,
        };
        assert_eq!(
            path("feature-flags", "prod", &query).expect("a path"),
            "/v2/rabbit/feature-flags?broker=prod&page=3&page_size=50&vhost=%2F&name=%5Ea%26b&sort=messages\
             &use_regex=true&sort_reverse=true"
        );
    }
}
