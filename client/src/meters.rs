//! Meters: `GET /v2/meters`.

use metering::telemetry::Meter;

use crate::error::ClientError;
use crate::items::Items;
use crate::path;
use crate::query::Query;
use crate::session::Session;

/// Which meters.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MeterQuery {
    /// Of which samples.
    pub query: Query,
    /// One row a name, whatever the resources.
    pub unique: bool,
    /// At most so many; `None`: the API's default, 100.
    pub limit: Option<u64>,
}

impl MeterQuery {
    fn path(&self) -> String {
        let mut parameters = path::parameters();
        self.query.append_to(&mut parameters);
        if self.unique {
            parameters.append_pair("unique", "True");
        }
        if let Some(limit) = self.limit {
            parameters.append_pair("limit", &limit.to_string());
        }
        path::with("/v2/meters", parameters)
    }
}

impl Session {
    /// The meters of each resource, or with [`MeterQuery::unique`] their names alone.
    ///
    /// # Errors
    /// [`ClientError::Refused`] with 400 for a condition that meters do not know, and the others of
    /// [`ClientError`].
    pub async fn meters(&self, query: &MeterQuery) -> Result<Items<Meter>, ClientError> {
        self.items(query.path()).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absent_values_are_not_sent() {
        assert_eq!(MeterQuery::default().path(), "/v2/meters");
    }

    #[test]
    fn all_that_is_given_is_asked() {
        let query = MeterQuery {
            query: Query::new().source("rabbitmq"),
            unique: true,
            limit: Some(5),
        };
        assert_eq!(
            query.path(),
            "/v2/meters?q.field=source&q.op=eq&q.type=&q.value=rabbitmq&unique=True&limit=5"
        );
    }
}
