//! What Ceilometer's v2 protocol speaks of: meters, samples, statistics, resources.
//!
//! Unlike in the rabbit part, what is not known stands here as `null`: that is what clients of
//! the old service expect. Field names and their order are Ceilometer's (9.0).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::meter::MeterType;
use crate::timestamp::Timestamp;

/// A meter of a resource, or with `unique=True` a meter's name: `GET /v2/meters`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Meter {
    /// Its name, such as `rabbit.messages`.
    pub name: String,
    /// What its volumes are.
    #[serde(rename = "type")]
    pub meter_type: MeterType,
    /// Their unit.
    pub unit: String,
    /// The resource that it was measured of.
    pub resource_id: Option<String>,
    /// The project that owns the resource.
    pub project_id: Option<String>,
    /// The user that last posted it.
    pub user_id: Option<String>,
    /// Who measures it.
    pub source: Option<String>,
    /// Base64 of `{resource_id}+{name}`.
    pub meter_id: String,
}

/// A sample in the older form: `GET /v2/meters/{name}`, and what is posted there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OldSample {
    /// Who measures it.
    pub source: Option<String>,
    /// The meter's name.
    pub counter_name: String,
    /// What its volumes are.
    pub counter_type: MeterType,
    /// Their unit.
    pub counter_unit: String,
    /// How much.
    pub counter_volume: f64,
    /// Who posted it.
    pub user_id: Option<String>,
    /// The project that owns the resource.
    pub project_id: Option<String>,
    /// What it was measured of.
    pub resource_id: String,
    /// When it was measured.
    pub timestamp: Option<Timestamp>,
    /// When the service took it in. Absent in the answer to a post.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recorded_at: Option<Timestamp>,
    /// Flattened: `a.b:c`.
    pub resource_metadata: BTreeMap<String, String>,
    /// The sample's id, which the service gives.
    pub message_id: Option<String>,
}

/// A sample: `GET /v2/samples`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Sample {
    /// Its id.
    pub id: String,
    /// The meter's name.
    pub meter: String,
    /// What its volumes are.
    #[serde(rename = "type")]
    pub meter_type: MeterType,
    /// Their unit.
    pub unit: String,
    /// How much.
    pub volume: f64,
    /// Who posted it.
    pub user_id: Option<String>,
    /// The project that owns the resource.
    pub project_id: Option<String>,
    /// What it was measured of.
    pub resource_id: String,
    /// Who measures it.
    pub source: Option<String>,
    /// When it was measured.
    pub timestamp: Timestamp,
    /// When the service took it in.
    pub recorded_at: Timestamp,
    /// Flattened: `a.b:c`.
    pub metadata: BTreeMap<String, String>,
}

/// Samples of a meter, or of one group of them, in numbers: `GET /v2/meters/{name}/statistics`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Statistics {
    /// The values of the fields that were grouped by.
    pub groupby: Option<BTreeMap<String, Option<String>>>,
    /// The volumes' unit.
    pub unit: Option<String>,
    /// The least volume. The five go by the names of the functions that were chosen; all without a choice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    /// The greatest volume.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
    /// The volumes' mean.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub avg: Option<f64>,
    /// Their sum.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sum: Option<f64>,
    /// How many samples there are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// What the chosen functions gave, by `max` or `cardinality/resource_id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aggregate: Option<BTreeMap<String, f64>>,
    /// Seconds between the first sample and the last.
    pub duration: f64,
    /// The first sample's time.
    pub duration_start: Timestamp,
    /// The last sample's time.
    pub duration_end: Timestamp,
    /// Seconds; 0 where none was asked for.
    pub period: u64,
    /// The period's start.
    pub period_start: Timestamp,
    /// The period's end.
    pub period_end: Timestamp,
}

/// What samples are measured of: `GET /v2/resources`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Resource {
    /// Its id, which may hold `/`.
    pub resource_id: String,
    /// The project that owns it.
    pub project_id: Option<String>,
    /// The user that last posted a sample of it.
    pub user_id: Option<String>,
    /// Its first sample's time.
    pub first_sample_timestamp: Option<Timestamp>,
    /// Its last sample's time.
    pub last_sample_timestamp: Option<Timestamp>,
    /// The last sample's, flattened.
    pub metadata: BTreeMap<String, String>,
    /// Who measures it.
    pub source: Option<String>,
    /// To itself, and to each of its meters.
    #[serde(default)]
    pub links: Vec<Link>,
}

/// A link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Link {
    /// The address.
    pub href: String,
    /// `self`, or a meter's name.
    pub rel: String,
}

/// What the service can do: `GET /v2/capabilities`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Capabilities {
    /// Of the API, by names such as `meters:query:simple`.
    pub api: BTreeMap<String, bool>,
    /// Of the store.
    pub storage: BTreeMap<String, bool>,
    /// Of the store of events.
    #[serde(default)]
    pub event_storage: BTreeMap<String, bool>,
    /// Of the store of alarms.
    #[serde(default)]
    pub alarm_storage: BTreeMap<String, bool>,
}

/// A complex query: the body of `POST /v2/query/samples`. Filter and order are JSON in a text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ComplexQuery {
    /// Such as `{"and": [{"=": {"meter": "rabbit.messages"}}, {">": {"volume": 5}}]}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    /// Such as `[{"timestamp": "desc"}]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub orderby: Option<String>,
    /// At most so many samples; 100 where it is not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
}
