//! Statistics of a meter: `GET /v2/meters/{name}/statistics`.

use metering::requests::{AggregateFunction, GroupBy};
use metering::telemetry::Statistics;

use crate::error::ClientError;
use crate::items::Items;
use crate::path;
use crate::query::Query;
use crate::session::Session;

/// Which numbers about which samples.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StatisticsQuery {
    /// The meter's name.
    pub meter: String,
    /// Of which of its samples.
    pub query: Query,
    /// One row for each of these seconds that holds samples; 0: one row for all.
    pub period: u64,
    /// One row a value of these.
    pub groupby: Vec<GroupBy>,
    /// What is asked for; empty: min, max, avg, sum and count.
    pub functions: Vec<AggregateFunction>,
}

impl StatisticsQuery {
    /// What a request asks: path and query string.
    pub fn path(&self) -> String {
        let mut parameters = path::parameters();
        self.query.append_to(&mut parameters);
        if self.period > 0 {
            parameters.append_pair("period", &self.period.to_string());
        }
        for group in &self.groupby {
            parameters.append_pair("groupby", &group.name());
        }
        // Functions and their parameters are paired by position: those that have one come first.
        let (with, without): (Vec<_>, Vec<_>) = self
            .functions
            .iter()
            .map(|function| function.parameters())
            .partition(|(_, param)| param.is_some());
        for (function, param) in with.into_iter().chain(without) {
            parameters.append_pair("aggregate.func", function);
            if let Some(param) = param {
                parameters.append_pair("aggregate.param", param);
            }
        }
        let path = format!("/v2/meters/{}/statistics", path::segment(&self.meter));
        path::with(&path, parameters)
    }
}

impl Session {
    /// Numbers about a meter's samples: one row a unit, group and period that holds any.
    ///
    /// # Errors
    /// [`ClientError::Refused`] with 400 for what the API cannot compute, and the others of
    /// [`ClientError`].
    pub async fn statistics(
        &self,
        query: &StatisticsQuery,
    ) -> Result<Items<Statistics>, ClientError> {
        self.items(query.path()).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absent_values_are_not_sent() {
        let query = StatisticsQuery {
            meter: "rabbit.messages".to_owned(),
            ..StatisticsQuery::default()
        };
        assert_eq!(query.path(), "/v2/meters/rabbit%2Emessages/statistics");
    }

    #[test]
    fn functions_with_a_parameter_come_first() {
        let query = StatisticsQuery {
            meter: "a".to_owned(),
            query: Query::new().resource_id("prod"),
            period: 60,
            groupby: vec![
                GroupBy::ResourceId,
                GroupBy::Metadata("instance_type".to_owned()),
            ],
            functions: vec![
                AggregateFunction::Max,
                AggregateFunction::Resources,
                AggregateFunction::Users,
            ],
        };
        assert_eq!(
            query.path(),
            "/v2/meters/a/statistics?q.field=resource_id&q.op=eq&q.type=&q.value=prod&period=60\
             &groupby=resource_id&groupby=resource_metadata.instance_type\
             &aggregate.func=cardinality&aggregate.param=resource_id\
             &aggregate.func=cardinality&aggregate.param=user_id&aggregate.func=max"
        );
    }
}
