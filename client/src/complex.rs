//! Samples by a tree of conditions: `POST /v2/query/samples`.

use bytes::Bytes;
use metering::requests::{Filter, Order};
use metering::telemetry::{self, Sample};

use crate::error::ClientError;
use crate::items::Items;
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
    fn wire(&self) -> Result<telemetry::ComplexQuery, serde_json::Error> {
        let order = (!self.order.is_empty()).then_some(&self.order);
        Ok(telemetry::ComplexQuery {
            filter: self
                .filter
                .as_ref()
                .map(serde_json::to_string)
                .transpose()?,
            orderby: order.map(serde_json::to_string).transpose()?,
            limit: self.limit,
        })
    }
}

impl Session {
    /// Samples by any filter, in any order.
    ///
    /// # Errors
    /// [`ClientError::Refused`] with 400 for what the API cannot compare, and the others of
    /// [`ClientError`].
    pub async fn query_samples(&self, query: &ComplexQuery) -> Result<Items<Sample>, ClientError> {
        let body = query.wire().and_then(|query| serde_json::to_vec(&query));
        let body = body.map_err(|error| ClientError::malformed(error.to_string()))?;
        self.ask_for_list("/v2/query/samples".to_owned(), Bytes::from(body))
            .await
    }
}

#[cfg(test)]
mod tests {
    use metering::requests::Field;

    use super::*;

    #[test]
    fn filter_and_order_are_texts_of_json() {
        let query = ComplexQuery {
            filter: Some(Field::Volume.gt(5_i64)),
            order: vec![Field::Timestamp.descending(), Field::Meter.ascending()],
            limit: Some(4),
        };
        let json = serde_json::to_string(&query.wire().expect("texts")).expect("JSON");
        assert_eq!(
            json,
            r#"{"filter":"{\">\":{\"volume\":5}}","orderby":"[{\"timestamp\":\"desc\"},{\"meter\":\"asc\"}]","limit":4}"#
        );
    }

    #[test]
    fn absent_values_are_not_sent() {
        let json =
            serde_json::to_string(&ComplexQuery::default().wire().expect("texts")).expect("JSON");
        assert_eq!(json, "{}");
    }
}
