//! Resources: `GET /v2/resources`.

use metering::telemetry::Resource;

use crate::error::ClientError;
use crate::items::Items;
use crate::path;
use crate::query::Query;
use crate::session::Session;

/// Which resources.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ResourceQuery {
    /// Of which samples.
    pub query: Query,
    /// Whether each comes with links to its meters; `None`: the API's default, with them.
    pub meter_links: Option<bool>,
    /// At most so many; `None`: the API's default, 100.
    pub limit: Option<u64>,
}

impl ResourceQuery {
    fn path(&self) -> String {
        let mut parameters = path::parameters();
        self.query.append_to(&mut parameters);
        if let Some(links) = self.meter_links {
            parameters.append_pair("meter_links", if links { "1" } else { "0" });
        }
        if let Some(limit) = self.limit {
            parameters.append_pair("limit", &limit.to_string());
        }
        path::with("/v2/resources", parameters)
    }
}

impl Session {
    /// What samples are measured of.
    ///
    /// # Errors
    /// [`ClientError::Refused`] with 400 for a condition that resources do not know, and the others
    /// of [`ClientError`].
    pub async fn resources(&self, query: &ResourceQuery) -> Result<Items<Resource>, ClientError> {
        self.items(query.path()).await
    }

    /// A resource by its id.
    ///
    /// # Errors
    /// [`ClientError::NotFound`] where there is none, or none that this account may see; and the
    /// others of [`ClientError`].
    pub async fn resource(&self, id: &str) -> Result<Resource, ClientError> {
        self.read(format!("/v2/resources/{}", path::segment(id)))
            .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absent_values_are_not_sent() {
        assert_eq!(ResourceQuery::default().path(), "/v2/resources");
    }

    #[test]
    fn all_that_is_given_is_asked() {
        let query = ResourceQuery {
            query: Query::new().project_id("ops"),
            meter_links: Some(false),
            limit: Some(5),
        };
        assert_eq!(
            query.path(),
            "/v2/resources?q.field=project_id&q.op=eq&q.type=&q.value=ops&meter_links=0&limit=5"
        );
    }
}
