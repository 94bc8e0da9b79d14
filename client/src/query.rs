//! The simple query: `q.field`, `q.op`, `q.type`, `q.value`.

use std::borrow::Cow;
use std::ops::RangeInclusive;

use metering::Timestamp;
use metering::requests::{Condition, Operator, Value};
use url::form_urlencoded::Serializer;

/// Conditions that samples must all meet; without any, every sample.
///
/// Not every resource knows every field: meters and resources no `meter` and
/// no `message_id`, meters no `timestamp`. The API refuses what it does not
/// know, by name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Query(Vec<Condition>);

impl Query {
    /// No condition.
    pub fn new() -> Self {
        Self::default()
    }

    /// Of the meter of that name.
    #[must_use]
    pub fn meter(self, name: impl Into<String>) -> Self {
        self.equal("meter", name)
    }

    /// Of the resource of that id.
    #[must_use]
    pub fn resource_id(self, id: impl Into<String>) -> Self {
        self.equal("resource_id", id)
    }

    /// Of the project of that id.
    #[must_use]
    pub fn project_id(self, id: impl Into<String>) -> Self {
        self.equal("project_id", id)
    }

    /// Posted by the user of that id.
    #[must_use]
    pub fn user_id(self, id: impl Into<String>) -> Self {
        self.equal("user_id", id)
    }

    /// Of that source.
    #[must_use]
    pub fn source(self, source: impl Into<String>) -> Self {
        self.equal("source", source)
    }

    /// The one of that id.
    #[must_use]
    pub fn message_id(self, id: impl Into<String>) -> Self {
        self.equal("message_id", id)
    }

    /// Whose metadata have this value, by the flattened key (`a.b:c`).
    #[must_use]
    pub fn metadata(self, key: &str, value: impl Into<Value>) -> Self {
        self.event_trait(format!("metadata.{key}"), Operator::Eq, value)
    }

    /// Measured then, or before, or after.
    #[must_use]
    pub fn timestamp(self, operator: Operator, time: Timestamp) -> Self {
        self.untyped("timestamp", operator, time.to_string())
    }

    /// Measured not before.
    #[must_use]
    pub fn since(self, time: Timestamp) -> Self {
        self.timestamp(Operator::Ge, time)
    }

    /// Measured before.
    #[must_use]
    pub fn before(self, time: Timestamp) -> Self {
        self.timestamp(Operator::Lt, time)
    }

    /// With the bounds on the timestamp this many minutes further apart, on either side.
    #[must_use]
    pub fn search_offset(self, minutes: u32) -> Self {
        self.equal("search_offset", minutes.to_string())
    }

    /// Alarms of that name.
    #[must_use]
    pub fn name(self, name: impl Into<String>) -> Self {
        self.equal("name", name)
    }

    /// Events of the type of that name.
    #[must_use]
    pub fn event_type(self, name: impl Into<String>) -> Self {
        self.equal("event_type", name)
    }

    /// Events of that time.
    #[must_use]
    pub fn generated(self, times: RangeInclusive<Timestamp>) -> Self {
        self.untyped("start_timestamp", Operator::Ge, times.start().to_string())
            .untyped("end_timestamp", Operator::Le, times.end().to_string())
    }

    /// Events that have this trait, of the type of the value.
    #[must_use]
    pub fn event_trait(
        mut self,
        name: impl Into<String>,
        operator: Operator,
        value: impl Into<Value>,
    ) -> Self {
        let value = value.into();
        self.0.push(Condition {
            field: Cow::Owned(name.into()),
            operator,
            value_type: Some(value.value_type()),
            value: value.to_string(),
        });
        self
    }

    pub(crate) fn equal(self, field: &'static str, value: impl Into<String>) -> Self {
        self.untyped(field, Operator::Eq, value.into())
    }

    /// The type follows from the field.
    fn untyped(mut self, field: &'static str, operator: Operator, value: String) -> Self {
        self.0.push(Condition {
            field: Cow::Borrowed(field),
            operator,
            value_type: None,
            value,
        });
        self
    }

    pub(crate) fn append_to(&self, query: &mut Serializer<'static, String>) {
        for condition in &self.0 {
            query.extend_pairs(condition.pairs());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(query: &Query) -> String {
        let mut serializer = Serializer::new(String::new());
        query.append_to(&mut serializer);
        serializer.finish()
    }

    #[test]
    fn without_conditions_nothing_is_asked() {
        assert_eq!(written(&Query::new()), "");
    }

    #[test]
    fn each_condition_has_all_four() {
        let query = Query::new()
            .resource_id("prod/a b")
            .before(Timestamp::from_millis(1_420_113_600_000));
        assert_eq!(
            written(&query),
            "q.field=resource_id&q.op=eq&q.type=&q.value=prod%2Fa+b\
             &q.field=timestamp&q.op=lt&q.type=&q.value=2015-01-01T12%3A00%3A00"
        );
    }

    #[test]
    fn metadata_say_their_type_so_that_digits_stay_a_text() {
        let typed = |value: Value| written(&Query::new().metadata("a.b:c", value));
        for (value, expected) in [
            ("5".into(), "string&q.value=5"),
            (5_i64.into(), "integer&q.value=5"),
            (0.5.into(), "float&q.value=0.5"),
            (true.into(), "boolean&q.value=True"),
        ] {
            let expected = format!("q.field=metadata.a.b%3Ac&q.op=eq&q.type={expected}");
            assert_eq!(typed(value), expected);
        }
    }
}
