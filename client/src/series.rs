//! Columns of numbers for charts: `GET /v2/rabbit/series`.

use std::sync::Arc;

use metering::Series;
use metering::requests::SeriesQuery;

use crate::error::ClientError;
use crate::path;
use crate::session::Session;

/// Times are milliseconds: the API floors to steps of whole ones anyway.
fn path(query: &SeriesQuery) -> Result<String, ClientError> {
    path::with_query("/v2/rabbit/series", query)
}

impl Session {
    /// Columns of numbers for charts.
    ///
    /// # Errors
    /// As [`Self::overview`]; [`ClientError::Refused`] with 400 for an unknown meter.
    pub async fn series(&self, query: &SeriesQuery) -> Result<Arc<Series>, ClientError> {
        self.fetch(path(query)?).await
    }
}

#[cfg(test)]
mod tests {
    use metering::Timestamp;
    use metering::requests::SeriesColumn;

    use super::*;

    #[test]
    fn absent_values_are_not_sent() {
        let query = SeriesQuery {
            broker: Some("a b/c".to_owned()),
            meters: vec!["rabbit.messages".to_owned()],
            ..SeriesQuery::default()
        };
        assert_eq!(
            path(&query).expect("a path"),
            "/v2/rabbit/series?broker=a+b%2Fc&meter=rabbit.messages"
        );
    }

    #[test]
    fn all_that_is_given_is_asked() {
        let query = SeriesQuery {
            broker: Some("prod".to_owned()),
            meters: vec![
                "rabbit.messages".to_owned(),
                "rabbit.node.memory".to_owned(),
            ],
            resources: vec!["prod/rabbit@one".to_owned()],
            from: Some(Timestamp::from_millis(1000)),
            to: Some(Timestamp::from_millis(2000)),
            points: Some(60),
            step: Some(5000),
            columns: vec![SeriesColumn::Avg, SeriesColumn::Max],
        };
        assert_eq!(
            path(&query).expect("a path"),
            "/v2/rabbit/series?broker=prod&meter=rabbit.messages&meter=rabbit.node.memory\
             &resource=prod%2Frabbit%40one&from=1000&to=2000&points=60&step=5000&columns=avg&columns=max"
        );
    }
}
