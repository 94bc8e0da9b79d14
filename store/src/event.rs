//! Lines of the system log as events: their traits, and which ones a query selects.

use metering::event::{Event, Trait};
use metering::requests::{Operator, Value};
use metering::{EventType, Timestamp};

use crate::matcher::{Found, compares};
use crate::sample::LogRecord;

/// Which events, the oldest first.
#[derive(Clone, Debug, Default)]
pub struct EventQuery {
    /// The number of the line; if absent, any.
    pub id: Option<u64>,
    /// The name of the type; if absent, any.
    pub event_type: Option<String>,
    /// At this time or later.
    pub from: Option<Timestamp>,
    /// At this time or earlier.
    pub to: Option<Timestamp>,
    /// What traits compare with; a value of another type than the trait's selects nothing.
    pub traits: Vec<(String, Operator, Value)>,
    /// Who asks: [`LogRecord::broker`] of the lines that the caller may read; `None`: all lines.
    pub brokers: Option<Vec<String>>,
    /// At most this many.
    pub limit: u64,
}

/// Where the next page of events starts. The default is the start of the answer.
#[derive(Debug, Default)]
pub struct EventCursor {
    /// The time, in microseconds, and the number of the last event.
    pub(crate) last: Option<(i64, i64)>,
    /// The number of events so far.
    pub(crate) count: u64,
}

impl EventQuery {
    /// Whether it selects a line, apart from the limit.
    pub(crate) fn includes(&self, id: u64, line: &LogRecord) -> bool {
        let has = |(name, operator, value): &(String, Operator, Value)| {
            line.traits(id).into_iter().any(|(known, found)| {
                known == name
                    && found.value_type() == value.value_type()
                    && compares(Some(as_found(&found)), *operator, value)
            })
        };
        self.id.is_none_or(|wanted| wanted == id)
            && self
                .event_type
                .as_ref()
                .is_none_or(|wanted| wanted == line.event.as_str())
            && self.from.is_none_or(|from| line.time >= from)
            && self.to.is_none_or(|to| line.time <= to)
            && line.is_for(self.brokers.as_deref())
            && self.traits.iter().all(has)
    }
}

impl LogRecord {
    /// The traits of the line with a number, ordered by type and name.
    fn traits(&self, id: u64) -> Vec<(&'static str, Value)> {
        let broker = self.broker.as_deref().map(|broker| {
            // What only those may read who see all of the broker ends in a slash.
            broker.strip_suffix('/').unwrap_or(broker)
        });
        let node = broker
            .and_then(|broker| self.source.strip_prefix(broker))
            .and_then(|rest| rest.strip_prefix('/'));
        let severity = Some(self.level.as_str());
        [
            ("broker", broker),
            ("node", node),
            ("severity", severity),
            ("source", Some(&self.source)),
        ]
        .into_iter()
        .filter_map(|(name, text)| Some((name, Value::from(text?))))
        .chain([("id", Value::Integer(id.cast_signed()))])
        .collect()
    }

    /// The line with a number, as an event.
    pub(crate) fn into_event(self, id: u64) -> Event {
        let traits = self.traits(id).into_iter().map(|(name, value)| Trait {
            name: name.to_owned(),
            value_type: value.value_type(),
            value: value.to_string(),
        });
        Event {
            message_id: id.to_string(),
            event_type: self.event.as_str().to_owned(),
            traits: traits.collect(),
            generated: self.time,
            raw: self.into_entry(id),
        }
    }
}

fn as_found(value: &Value) -> Found<'_> {
    match value {
        Value::Text(text) => Found::Text(text),
        Value::Integer(number) => Found::Number(*number as f64),
        Value::Float(number) => Found::Number(*number),
        Value::Boolean(is) => Found::Number(f64::from(u8::from(*is))),
        Value::Time(time) => Found::Time(*time),
    }
}

/// The type of a stored name; one that is unknown here does not hide its line.
pub(crate) fn event_type(name: Option<&str>) -> EventType {
    name.and_then(EventType::find).unwrap_or(EventType::Other)
}
