//! Samples by a tree of conditions: `POST /v2/query/samples`.

use bytes::Bytes;
use metering::telemetry::{self, Sample};

use crate::error::ClientError;
use crate::items::Items;
use crate::query::{Filter, Order};
use crate::session::Session;

/// Which samples, and in which order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ComplexQuery {
    /// Those that pass; `None`: all.
    pub filter: Option<Filter>,
    /// By the first, then the second …; newest first without any.
    pub order: Vec<Order>,
    /// At most so many; `None`: the API's default, 100.
    pub limit: Option<u64>,
}

impl ComplexQuery {
    /// Filter and order are JSON within JSON: the protocol has them as texts.
    fn wire(&self) -> telemetry::ComplexQuery {
        let order = self.order.iter().map(Order::json);
        telemetry::ComplexQuery {
            filter: self.filter.as_ref().map(|filter| filter.json().to_string()),
            orderby: (!self.order.is_empty())
                .then(|| order.collect::<serde_json::Value>().to_string()),
            limit: self.limit,
        }
    }
}

impl Session {
    /// Samples by any filter, in any order.
    ///
    /// # Errors
    /// [`ClientError::Refused`] with 400 for what the API cannot compare, and the others of
    /// [`ClientError`].
    pub async fn query_samples(&self, query: &ComplexQuery) -> Result<Items<Sample>, ClientError> {
        let body = serde_json::to_vec(&query.wire())
            .map_err(|error| ClientError::malformed(error.to_string()))?;
        self.ask_for_list("/v2/query/samples".to_owned(), Bytes::from(body))
            .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::Field;

    #[test]
    fn filter_and_order_are_texts_of_json() {
        let query = ComplexQuery {
            filter: Some(Field::Volume.gt(5_i64)),
            order: vec![Field::Timestamp.descending(), Field::Meter.ascending()],
            limit: Some(4),
        };
        let json = serde_json::to_string(&query.wire()).expect("JSON");
        assert_eq!(
            json,
            r#"{"filter":"{\">\":{\"volume\":5}}","orderby":"[{\"timestamp\":\"desc\"},{\"meter\":\"asc\"}]","limit":4}"#
        );
    }

    #[test]
    fn what_is_left_out_is_left_to_the_api() {
        let json = serde_json::to_string(&ComplexQuery::default().wire()).expect("JSON");
        assert_eq!(json, "{}");
    }
}
