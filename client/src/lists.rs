//! A broker's lists by pages: `GET /v2/rabbit/queues` and the like.

use std::sync::Arc;

use metering::Page;
use metering::lists::List;

use crate::error::ClientError;
use crate::path;
use crate::session::Session;

/// Which page of a list, and in which order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct ListQuery {
    /// Which page, from 1 on; `None`: the first.
    pub page: Option<u64>,
    /// Rows a page, 500 at most; `None`: the API's default, 100.
    pub page_size: Option<u64>,
    /// The rows of this vhost alone.
    pub vhost: Option<String>,
    /// What the name must have in it, whatever the case.
    pub name: Option<String>,
    /// Whether `name` is a regular expression.
    pub use_regex: bool,
    /// A field, or a dotted path such as `message_stats.publish_details.rate`; `None`: by vhost and name.
    pub sort: Option<String>,
    /// Whether the greatest comes first.
    pub sort_reverse: bool,
}

impl ListQuery {
    fn path(&self, list: &str, broker: &str) -> String {
        let mut parameters = path::parameters();
        parameters.append_pair("broker", broker);
        parameters.append_pair("page", &self.page.unwrap_or(1).to_string());
        if let Some(size) = self.page_size {
            parameters.append_pair("page_size", &size.to_string());
        }
        let texts = [
            ("vhost", &self.vhost),
            ("name", &self.name),
            ("sort", &self.sort),
        ];
        for (key, text) in texts {
            if let Some(text) = text {
                parameters.append_pair(key, text);
            }
        }
        for (key, flag) in [
            ("use_regex", self.use_regex),
            ("sort_reverse", self.sort_reverse),
        ] {
            if flag {
                parameters.append_pair(key, "true");
            }
        }
        path::with(&["/v2/rabbit/", list].concat(), parameters)
    }
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
        self.fetch(query.path(L::KIND.name(), broker)).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_is_left_to_the_api() {
        let path = ListQuery::default().path("queues", "prod a");
        assert_eq!(path, "/v2/rabbit/queues?broker=prod+a&page=1");
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
            query.path("feature-flags", "prod"),
            "/v2/rabbit/feature-flags?broker=prod&page=3&page_size=50&vhost=%2F&name=%5Ea%26b&sort=messages\
             &use_regex=true&sort_reverse=true"
        );
    }
}
