//! All that a dashboard shows of one broker: `GET /v2/rabbit/dashboard`.

use bytes::Bytes;
use metering::Timestamp;
use metering::dashboard::Dashboard;

use crate::error::ClientError;
use crate::path;
use crate::session::Session;

/// Of which broker and time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct DashboardQuery {
    /// The broker's name.
    pub broker: String,
    /// The last time of the series that the caller has; `None`: the whole of the last hour.
    pub since: Option<Timestamp>,
    /// How long a span the charts show beside the last hour, in milliseconds; `None`: none.
    pub length: Option<i64>,
    /// Where that span ends; `None`: now.
    pub end: Option<Timestamp>,
}

impl DashboardQuery {
    fn path(&self) -> String {
        let mut parameters = path::parameters();
        parameters.append_pair("broker", &self.broker);
        let millis = |time: Option<Timestamp>| time.map(Timestamp::as_millis);
        for (name, value) in [
            ("since", millis(self.since)),
            ("length", self.length),
            ("end", millis(self.end)),
        ] {
            if let Some(value) = value {
                parameters.append_pair(name, &value.to_string());
            }
        }
        path::with("/v2/rabbit/dashboard", parameters)
    }
}

impl Session {
    /// All that a dashboard shows of one broker.
    ///
    /// # Errors
    /// [`ClientError::NotFound`] for an unknown broker, and the others of [`ClientError`].
    pub async fn dashboard(&self, query: &DashboardQuery) -> Result<Dashboard, ClientError> {
        self.read(query.path()).await
    }

    /// The same as it came, for who hands it on unread: the JSON of a [`Dashboard`].
    ///
    /// # Errors
    /// As [`Self::dashboard`].
    pub async fn dashboard_text(&self, query: &DashboardQuery) -> Result<Bytes, ClientError> {
        self.read_text(query.path()).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_milliseconds() {
        let query = DashboardQuery {
            broker: "a b".to_owned(),
            ..DashboardQuery::default()
        };
        assert_eq!(query.path(), "/v2/rabbit/dashboard?broker=a+b");
        let query = DashboardQuery {
            since: Some(Timestamp::from_millis(5000)),
            length: Some(60_000),
            end: Some(Timestamp::from_millis(9000)),
            ..query
        };
        assert_eq!(
            query.path(),
            "/v2/rabbit/dashboard?broker=a+b&since=5000&length=60000&end=9000"
        );
    }
}
