//! What goes in.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::prelude::{BASE64_STANDARD, Engine};
use metering::meter::{Definition, MeterType};
use metering::telemetry::Sample;
use metering::{EventType, LogEntry, LogLevel, Timestamp};

/// A sample that a client posted, checked and filled in by the API.
#[derive(Clone, Debug, PartialEq)]
pub struct Posted {
    /// The meter's name.
    pub meter: String,
    /// What its volumes are.
    pub meter_type: MeterType,
    /// Their unit.
    pub unit: String,
    /// How much; a finite number.
    pub volume: f64,
    /// What it was measured of.
    pub resource_id: String,
    /// Who owns that.
    pub project_id: Option<String>,
    /// Who posted it.
    pub user_id: Option<String>,
    /// Who measures it.
    pub source: Option<String>,
    /// When it was measured.
    pub timestamp: Timestamp,
    /// When the service took it in.
    pub recorded_at: Timestamp,
    /// Flattened (`a.b:c`), as texts: what is answered and compared.
    pub metadata: BTreeMap<String, String>,
}

impl Posted {
    /// As it is answered, under its id.
    pub(crate) fn into_sample(self, id: String) -> Sample {
        Sample {
            id,
            meter: self.meter,
            meter_type: self.meter_type,
            unit: self.unit,
            volume: self.volume,
            user_id: self.user_id,
            project_id: self.project_id,
            resource_id: self.resource_id,
            source: self.source,
            timestamp: self.timestamp,
            recorded_at: self.recorded_at,
            metadata: self.metadata,
        }
    }
}

/// What one poll of a broker says of one resource.
#[derive(Clone, Debug, PartialEq)]
pub struct Collected {
    /// `{broker}` or `{broker}/{node}`.
    pub resource_id: Arc<str>,
    /// The project that its samples carry. Who sees them follows from the resource, not from this.
    pub project_id: Option<Arc<str>>,
    /// When the broker was asked, the start of a tick.
    pub timestamp: Timestamp,
    /// The meters that it reported, each once, in the order of [`metering::meter::all`].
    pub values: Vec<(&'static Definition, f64)>,
}

/// Who measures what is collected: the `source` of collected samples.
pub const COLLECTED_SOURCE: &str = "rabbitmq";

impl Collected {
    /// One of its values, as it is answered: taken in when the broker was asked, by nobody.
    #[cfg(feature = "testing")]
    pub(crate) fn sample(&self, id: String, meter: &Definition, volume: f64) -> Sample {
        Sample {
            id,
            meter: meter.name.to_owned(),
            meter_type: meter.meter_type,
            unit: meter.unit.to_owned(),
            volume,
            user_id: None,
            project_id: self.project_id.as_deref().map(str::to_owned),
            resource_id: self.resource_id.as_ref().to_owned(),
            source: Some(COLLECTED_SOURCE.to_owned()),
            timestamp: self.timestamp,
            recorded_at: self.timestamp,
            metadata: BTreeMap::new(),
        }
    }
}

/// A line for the system log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogRecord {
    /// When.
    pub time: Timestamp,
    /// What kind of event it reports.
    pub event: EventType,
    /// How severe it is.
    pub level: LogLevel,
    /// What it is about: a broker's name, `{broker}/{node}`, `identity`, `store` or `warren`.
    pub source: String,
    /// What happened, in a sentence.
    pub desc: String,
    /// Who may read it: callers who see this broker, or with `{broker}/` callers who see all of the
    /// broker; `None`: only callers who see everything.
    pub broker: Option<String>,
}

impl LogRecord {
    /// Whether a caller who may read lines with these [`LogRecord::broker`]s may read it; `None`: all lines.
    pub(crate) fn is_for(&self, brokers: Option<&[String]>) -> bool {
        let broker = self.broker.as_ref();
        brokers.is_none_or(|brokers| broker.is_some_and(|broker| brokers.contains(broker)))
    }

    /// As it is answered, under its number.
    pub(crate) fn into_entry(self, id: u64) -> LogEntry {
        LogEntry {
            id,
            desc: self.desc,
            time: self.time,
            level: self.level,
            source: self.source,
        }
    }
}

/// The id of a resource's meter: base64 of `{resource_id}+{name}`, `None` without a resource.
pub(crate) fn meter_id(resource_id: Option<&str>, name: &str) -> String {
    BASE64_STANDARD.encode(format!("{}+{name}", resource_id.unwrap_or("None")))
}
