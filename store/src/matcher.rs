//! A [`Filter`] made ready to be asked of many samples: its patterns compiled, its form checked.

use std::cmp::Ordering;

use metering::Timestamp;
use metering::telemetry::Sample;
use regex::{Regex, RegexBuilder};

use crate::error::StoreError;
use crate::filter::{Field, Filter, Op, Value};

/// A compiled pattern may take so many bytes: what a hostile one could cost.
const PATTERN_SIZE: usize = 1 << 20;

/// A filter whose patterns are compiled.
#[derive(Clone, Debug)]
pub(crate) enum Matcher {
    All(Vec<Matcher>),
    Any(Vec<Matcher>),
    Not(Box<Matcher>),
    Is(Field, Op, Value),
    Like(Field, Regex),
}

/// What a field of a sample holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Found<'a> {
    Text(&'a str),
    Number(f64),
    Time(Timestamp),
}

/// Something that has the fields of a sample.
pub(crate) trait Fields {
    /// What a field holds; none where it is not there.
    fn field(&self, field: &Field) -> Option<Found<'_>>;
}

impl Matcher {
    pub(crate) fn new(filter: &Filter) -> Result<Self, StoreError> {
        let all = |filters: &[Filter]| filters.iter().map(Self::new).collect::<Result<_, _>>();
        Ok(match filter {
            Filter::All(filters) => Self::All(all(filters)?),
            Filter::Any(filters) => Self::Any(all(filters)?),
            Filter::Not(filter) => Self::Not(Box::new(Self::new(filter)?)),
            Filter::Is(field, Op::Matches, Value::Text(pattern)) => {
                let regex = RegexBuilder::new(pattern).size_limit(PATTERN_SIZE).build();
                let regex = regex.map_err(|error| {
                    StoreError::BadPattern(format!(
                        "the pattern {pattern:?} cannot be used: {error}"
                    ))
                })?;
                Self::Like(field.clone(), regex)
            }
            Filter::Is(field, Op::Matches, value) => {
                return Err(StoreError::BadPattern(format!(
                    "{field:?} is matched with {value:?}: a pattern is a text"
                )));
            }
            Filter::Is(field, op, value) => Self::Is(field.clone(), *op, value.clone()),
        })
    }

    /// Whether a sample passes.
    pub(crate) fn admits(&self, sample: &impl Fields) -> bool {
        match self {
            Self::All(all) => all.iter().all(|one| one.admits(sample)),
            Self::Any(any) => any.iter().any(|one| one.admits(sample)),
            Self::Not(not) => !not.admits(sample),
            Self::Is(field, op, value) => compares(sample.field(field), *op, value),
            Self::Like(field, regex) => {
                matches!(sample.field(field), Some(Found::Text(text)) if regex.is_match(text))
            }
        }
    }
}

/// Whether what a field holds compares so with a value.
pub(crate) fn compares(found: Option<Found<'_>>, op: Op, value: &Value) -> bool {
    let ordering = match (found, value) {
        (Some(Found::Text(found)), Value::Text(value)) => Some(found.cmp(value)),
        (Some(Found::Number(found)), Value::Integer(value)) => found.partial_cmp(&(*value as f64)),
        (Some(Found::Number(found)), Value::Float(value)) => found.partial_cmp(value),
        (Some(Found::Time(found)), Value::Time(value)) => Some(found.cmp(value)),
        _ => None,
    };
    match op {
        Op::Lt => ordering == Some(Ordering::Less),
        Op::Le => matches!(ordering, Some(Ordering::Less | Ordering::Equal)),
        Op::Eq => ordering == Some(Ordering::Equal),
        Op::Ne => ordering != Some(Ordering::Equal),
        Op::Ge => matches!(ordering, Some(Ordering::Greater | Ordering::Equal)),
        Op::Gt => ordering == Some(Ordering::Greater),
        // Compiled into `Like`.
        Op::Matches => false,
    }
}

impl Fields for Sample {
    fn field(&self, field: &Field) -> Option<Found<'_>> {
        match field {
            Field::Meter => Some(Found::Text(&self.meter)),
            Field::Type => Some(Found::Text(self.meter_type.as_str())),
            Field::Unit => Some(Found::Text(&self.unit)),
            Field::Volume => Some(Found::Number(self.volume)),
            Field::ResourceId => Some(Found::Text(&self.resource_id)),
            Field::ProjectId => self.project_id.as_deref().map(Found::Text),
            Field::UserId => self.user_id.as_deref().map(Found::Text),
            Field::Source => self.source.as_deref().map(Found::Text),
            Field::Timestamp => Some(Found::Time(self.timestamp)),
            Field::RecordedAt => Some(Found::Time(self.recorded_at)),
            Field::MessageId => Some(Found::Text(&self.id)),
            Field::Metadata(key) => self.metadata.get(key).map(|value| Found::Text(value)),
        }
    }
}
