//! Samples, in both forms: `/v2/samples` and `/v2/meters/{name}`.

use std::collections::BTreeMap;

use bytes::Bytes;
use metering::Timestamp;
use metering::meter::MeterType;
use metering::telemetry::{OldSample, Sample};
use serde::Serialize;

use crate::error::ClientError;
use crate::items::Items;
use crate::path;
use crate::query::Query;
use crate::session::Session;

/// Which samples, newest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SampleQuery {
    /// Those that meet these conditions.
    pub query: Query,
    /// At most so many; `None`: the API's default, 100.
    pub limit: Option<u64>,
}

impl SampleQuery {
    fn path(&self, path: &str) -> String {
        let mut parameters = path::parameters();
        self.query.append_to(&mut parameters);
        if let Some(limit) = self.limit {
            parameters.append_pair("limit", &limit.to_string());
        }
        path::with(path, parameters)
    }
}

/// A sample to be posted. What is `None` is left to the API.
#[derive(Clone, Debug, PartialEq)]
pub struct NewSample {
    /// What its volumes are.
    pub meter_type: MeterType,
    /// Their unit.
    pub unit: String,
    /// How much; a finite number.
    pub volume: f64,
    /// What it was measured of.
    pub resource_id: String,
    /// Who owns that; `None`: the caller's project. Only the role `admin` may name another.
    pub project_id: Option<String>,
    /// Who measured it; `None`: the caller.
    pub user_id: Option<String>,
    /// By what means; the API puts the project before it. `None`: `openstack`.
    pub source: Option<String>,
    /// When; `None`: now.
    pub timestamp: Option<Timestamp>,
    /// What else is known of it. Comes back flattened, `None` as `"None"`.
    pub metadata: BTreeMap<String, Option<String>>,
}

impl NewSample {
    /// A gauge, of a resource of the caller's project, measured now.
    pub fn gauge(resource_id: impl Into<String>, volume: f64, unit: impl Into<String>) -> Self {
        Self {
            meter_type: MeterType::Gauge,
            unit: unit.into(),
            volume,
            resource_id: resource_id.into(),
            project_id: None,
            user_id: None,
            source: None,
            timestamp: None,
            metadata: BTreeMap::new(),
        }
    }
}

/// A sample as it is posted: the protocol's older form, without what the service gives.
#[derive(Serialize)]
struct Posted<'a> {
    counter_name: &'a str,
    counter_type: MeterType,
    counter_unit: &'a str,
    counter_volume: f64,
    resource_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    project_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timestamp: Option<Timestamp>,
    resource_metadata: &'a BTreeMap<String, Option<String>>,
}

impl<'a> Posted<'a> {
    fn new(meter: &'a str, sample: &'a NewSample) -> Self {
        Self {
            counter_name: meter,
            counter_type: sample.meter_type,
            counter_unit: &sample.unit,
            counter_volume: sample.volume,
            resource_id: &sample.resource_id,
            project_id: sample.project_id.as_deref(),
            user_id: sample.user_id.as_deref(),
            source: sample.source.as_deref(),
            timestamp: sample.timestamp,
            resource_metadata: &sample.metadata,
        }
    }
}

impl Session {
    /// Samples of any meter.
    ///
    /// # Errors
    /// [`ClientError::Refused`] with 400 for a condition that samples do not know, and the others
    /// of [`ClientError`].
    pub async fn samples(&self, query: &SampleQuery) -> Result<Items<Sample>, ClientError> {
        self.items(query.path("/v2/samples")).await
    }

    /// A sample by its id.
    ///
    /// # Errors
    /// [`ClientError::NotFound`] where there is none, or none that this account may see; and the
    /// others of [`ClientError`].
    pub async fn sample(&self, id: &str) -> Result<Sample, ClientError> {
        self.read(format!("/v2/samples/{}", path::segment(id)))
            .await
    }

    /// Samples of a meter, in the older form.
    ///
    /// # Errors
    /// As [`Self::samples`].
    pub async fn meter_samples(
        &self,
        meter: &str,
        query: &SampleQuery,
    ) -> Result<Items<OldSample>, ClientError> {
        self.items(query.path(&of_meter(meter))).await
    }

    /// Posts samples of a meter, all or none, and hands them back as they are stored. What this
    /// returns survives a kill of the service.
    ///
    /// # Errors
    /// [`ClientError::Refused`] with 400, in words, for a sample that is not accepted;
    /// [`ClientError::Unavailable`] where the store cannot be written; and the others of
    /// [`ClientError`]. Where there is no answer it is not known whether they were stored.
    pub async fn post_samples(
        &self,
        meter: &str,
        samples: &[NewSample],
    ) -> Result<Vec<OldSample>, ClientError> {
        let posted: Vec<_> = samples.iter().map(|one| Posted::new(meter, one)).collect();
        let body = serde_json::to_vec(&posted)
            .map_err(|error| ClientError::malformed(error.to_string()))?;
        self.post(of_meter(meter), Bytes::from(body)).await
    }
}

fn of_meter(name: &str) -> String {
    format!("/v2/meters/{}", path::segment(name))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn unknown_values_are_not_sent() {
        let sample = NewSample::gauge("prod", 5.0, "message");
        let json = serde_json::to_value(Posted::new("rabbit.messages", &sample));
        assert_eq!(
            json.expect("JSON"),
            json!({
                "counter_name": "rabbit.messages",
                "counter_type": "gauge",
                "counter_unit": "message",
                "counter_volume": 5.0,
                "resource_id": "prod",
                "resource_metadata": {},
            })
        );
    }

    #[test]
    fn all_that_is_known_is_posted() {
        let sample = NewSample {
            meter_type: MeterType::Cumulative,
            project_id: Some("ops".to_owned()),
            user_id: Some("me".to_owned()),
            source: Some("probe".to_owned()),
            timestamp: Some(Timestamp::from_millis(1_420_113_600_000)),
            metadata: [
                ("room".to_owned(), Some("attic".to_owned())),
                ("a".to_owned(), None),
            ]
            .into(),
            ..NewSample::gauge("prod", 5.0, "message")
        };
        let json = serde_json::to_value(Posted::new("a", &sample)).expect("JSON");
        assert_eq!(json["counter_type"], "cumulative");
        assert_eq!(json["project_id"], "ops");
        assert_eq!(json["user_id"], "me");
        assert_eq!(json["source"], "probe");
        assert_eq!(json["timestamp"], "2015-01-01T12:00:00");
        assert_eq!(
            json["resource_metadata"],
            json!({"room": "attic", "a": null})
        );
    }

    #[test]
    fn a_meters_name_is_one_segment() {
        let query = SampleQuery {
            limit: Some(3),
            ..SampleQuery::default()
        };
        assert_eq!(query.path(&of_meter("a/b")), "/v2/meters/a%2Fb?limit=3");
    }
}
