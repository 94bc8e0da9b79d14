//! `GET /v2/rabbit/overviews`: the overview of each broker, as a list.

use serde::{Deserialize, Serialize};

use crate::broker::BrokerState;
use crate::overview::Overview;

/// A broker's overview, with the broker's name: for clients that read lists.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BrokerOverview {
    /// The name that the operator gave the broker.
    pub broker: String,
    /// Whether it answers.
    pub state: BrokerState,
    /// As `GET /v2/rabbit/overview` answers for this broker. Nothing of it before the broker's
    /// first answer.
    #[serde(flatten)]
    pub overview: Overview,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_one_object_on_the_wire() {
        let text = r#"{"broker":"prod","state":"ok","rabbitmq_version":"3.10.8","object_totals":{"queues":2}}"#;
        let read: BrokerOverview = serde_json::from_str(text).expect("an overview");
        assert_eq!(read.overview.rabbitmq_version.as_deref(), Some("3.10.8"));
        let totals = read.overview.object_totals.as_ref().expect("totals");
        assert_eq!(totals.queues, Some(2));
        assert_eq!(serde_json::to_string(&read).expect("JSON"), text);
    }

    #[test]
    fn before_the_first_answer_it_has_name_and_state_alone() {
        let text = r#"{"broker":"prod","state":"down"}"#;
        let read: BrokerOverview = serde_json::from_str(text).expect("an overview");
        assert_eq!(read.overview, Overview::default());
        assert_eq!(serde_json::to_string(&read).expect("JSON"), text);
    }
}
