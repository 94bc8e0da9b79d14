//! Events, and what is known of their types: `GET /v2/events`, `GET /v2/event_types`.

use metering::event::{Event, Trait, TraitDescription};

use crate::error::ClientError;
use crate::items::Items;
use crate::path;
use crate::query::Query;
use crate::session::Session;

/// Which events, the oldest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EventQuery {
    /// Those that meet these conditions.
    pub query: Query,
    /// Maximum number; `None`: the API's default, 100.
    pub limit: Option<u64>,
}

impl EventQuery {
    fn path(&self) -> String {
        let mut parameters = path::parameters();
        self.query.append_to(&mut parameters);
        if let Some(limit) = self.limit {
            parameters.append_pair("limit", &limit.to_string());
        }
        path::with("/v2/events", parameters)
    }
}

impl Session {
    /// Events: the lines of the system log that this account may see.
    ///
    /// # Errors
    /// [`ClientError::Refused`] with 400 for an operator that a field does not take, and the others of
    /// [`ClientError`].
    pub async fn events(&self, query: &EventQuery) -> Result<Items<Event>, ClientError> {
        self.items(query.path()).await
    }

    /// An event by its id.
    ///
    /// # Errors
    /// [`ClientError::NotFound`] if absent, or hidden from this account; and the others of [`ClientError`].
    pub async fn event(&self, message_id: &str) -> Result<Event, ClientError> {
        self.read(format!("/v2/events/{}", path::segment(message_id)))
            .await
    }

    /// Names of the types that events have. Needs the role `admin`, as do traits.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn event_types(&self) -> Result<Vec<String>, ClientError> {
        self.read("/v2/event_types".to_owned()).await
    }

    /// Traits that events of a type have.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn trait_descriptions(
        &self,
        event_type: &str,
    ) -> Result<Vec<TraitDescription>, ClientError> {
        self.read(traits_of(event_type)).await
    }

    /// Values of a trait in all events of a type.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn traits(&self, event_type: &str, name: &str) -> Result<Items<Trait>, ClientError> {
        let traits = traits_of(event_type);
        self.items(format!("{traits}/{}", path::segment(name)))
            .await
    }
}

fn traits_of(event_type: &str) -> String {
    format!("/v2/event_types/{}/traits", path::segment(event_type))
}

#[cfg(test)]
mod tests {
    use metering::Timestamp;
    use metering::requests::Operator;

    use super::*;

    #[test]
    fn conditions_name_event_fields_and_typed_traits() {
        let noon = Timestamp::from_millis(1_420_113_600_000);
        let query = EventQuery {
            query: Query::new()
                .event_type("rabbitmq.node.down")
                .generated(noon..=noon)
                .event_trait("id", Operator::Gt, 5),
            limit: Some(7),
        };
        let time = "2015-01-01T12%3A00%3A00";
        assert_eq!(
            query.path(),
            format!(
                "/v2/events?q.field=event_type&q.op=eq&q.type=&q.value=rabbitmq.node.down\
                 &q.field=start_timestamp&q.op=ge&q.type=&q.value={time}\
                 &q.field=end_timestamp&q.op=le&q.type=&q.value={time}\
                 &q.field=id&q.op=gt&q.type=integer&q.value=5&limit=7"
            )
        );
        assert_eq!(EventQuery::default().path(), "/v2/events");
    }
}
