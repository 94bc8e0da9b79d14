//! What Warren saw and did: `GET /v2/logs`.

use std::sync::Arc;

use metering::LogEntry;
use metering::requests::{LogQuery, Operator};

use crate::error::ClientError;
use crate::path;
use crate::query::Query;
use crate::session::Session;

fn path(log: &LogQuery) -> String {
    let mut query = Query::new();
    if let Some(page) = log.page {
        query = query.equal("page", page.to_string());
    }
    if let Some(level) = log.level {
        query = query.equal("level", level.as_str());
    }
    for (field, value) in [("source", &log.source), ("text", &log.text)] {
        if let Some(value) = value {
            query = query.equal(field, value.clone());
        }
    }
    for (operator, time) in [(Operator::Ge, log.from), (Operator::Lt, log.to)] {
        if let Some(time) = time {
            query = query.timestamp(operator, time);
        }
    }
    let mut parameters = path::parameters();
    query.append_to(&mut parameters);
    if let Some(limit) = log.limit {
        parameters.append_pair("limit", &limit.to_string());
    }
    path::with("/v2/logs", parameters)
}

impl Session {
    /// A page of the system log; past the last one an empty list.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn logs(&self, query: &LogQuery) -> Result<Arc<Vec<LogEntry>>, ClientError> {
        self.fetch(path(query)).await
    }
}

#[cfg(test)]
mod tests {
    use metering::{LogLevel, Timestamp};

    use super::*;

    #[test]
    fn absent_values_are_not_sent() {
        assert_eq!(path(&LogQuery::default()), "/v2/logs");
    }

    #[test]
    fn all_that_is_given_is_asked() {
        let query = LogQuery {
            page: Some(2),
            limit: Some(50),
            level: Some(LogLevel::Warning),
            source: Some("prod".to_owned()),
            text: Some("disk alarm".to_owned()),
            from: Some(Timestamp::from_millis(1_420_113_600_000)),
            to: Some(Timestamp::from_millis(1_420_117_200_000)),
        };
        let condition =
            |field, op, value| format!("q.field={field}&q.op={op}&q.type=&q.value={value}");
        let conditions = [
            condition("page", "eq", "2"),
            condition("level", "eq", "warning"),
            condition("source", "eq", "prod"),
            condition("text", "eq", "disk+alarm"),
            condition("timestamp", "ge", "2015-01-01T12%3A00%3A00"),
            condition("timestamp", "lt", "2015-01-01T13%3A00%3A00"),
        ];
        let expected = format!("/v2/logs?{}&limit=50", conditions.join("&"));
        assert_eq!(path(&query), expected);
    }
}
