//! All that a dashboard shows of one broker, and what panels show: `/v2/rabbit/dashboard`, `/v2/rabbit/panels`.

use bytes::Bytes;
use metering::dashboard::Dashboard;
use metering::requests::{DashboardQuery, PanelRequest};

use crate::error::ClientError;
use crate::path;
use crate::request::json;
use crate::session::Session;

fn path(query: &DashboardQuery) -> Result<String, ClientError> {
    path::with_query("/v2/rabbit/dashboard", query)
}

impl Session {
    /// All that a dashboard shows of one broker.
    ///
    /// # Errors
    /// [`ClientError::NotFound`] for an unknown broker, and the others of [`ClientError`].
    pub async fn dashboard(&self, query: &DashboardQuery) -> Result<Dashboard, ClientError> {
        self.read(path(query)?).await
    }

    /// The same as it came, for who hands it on unread: the JSON of a [`Dashboard`].
    ///
    /// # Errors
    /// As [`Self::dashboard`].
    pub async fn dashboard_text(&self, query: &DashboardQuery) -> Result<Bytes, ClientError> {
        self.read_text(path(query)?).await
    }

    /// What panels in other pages show, as it came: the JSON of one
    /// [`PanelAnswer`](metering::dashboard::PanelAnswer) for each request, in a list.
    ///
    /// # Errors
    /// [`ClientError::Refused`] with 400 for too many requests, and the others of [`ClientError`].
    pub async fn panels_text(&self, requests: &[PanelRequest]) -> Result<Bytes, ClientError> {
        let path = "/v2/rabbit/panels".to_owned();
        self.query_text(path, json(requests)?).await
    }
}

#[cfg(test)]
mod tests {
    use metering::Timestamp;

    use super::*;

    #[test]
    fn times_are_milliseconds() {
        let query = DashboardQuery {
            broker: Some("a b".to_owned()),
            ..DashboardQuery::default()
        };
        assert_eq!(
            path(&query).expect("a path"),
            "/v2/rabbit/dashboard?broker=a+b"
        );
        let query = DashboardQuery {
            since: Some(Timestamp::from_millis(5000)),
            length: Some(60_000),
            end: Some(Timestamp::from_millis(9000)),
            ..query
        };
        assert_eq!(
            path(&query).expect("a path"),
            "/v2/rabbit/dashboard?broker=a+b&since=5000&length=60000&end=9000"
        );
    }
}
