//! A value of a row: how it is shown, exported and sorted.

use std::cmp::Ordering;

use metering::Table;

use super::render_context::RenderContext;
use crate::format::{self, Unit};
use crate::i18n::durations;
use crate::view_models::level::Level;
use crate::view_models::table::{Cell, Gauge};

/// A value of a row.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum Value {
    /// The broker reports none.
    #[default]
    Nothing,
    Text(String),
    /// A text with a tooltip.
    Noted(String, String),
    /// A text with a link.
    Link(String, String),
    Count(i64),
    Bytes(i64),
    /// Things per second.
    Rate(f64),
    /// Bytes per second.
    ByteRate(f64),
    /// A share, from 0 to 1.
    Share(f64),
    Flag(bool),
    /// A span of milliseconds.
    Span(i64),
    /// Milliseconds since the epoch.
    Time(i64),
    State(Level, String),
    Tags(Vec<Cell>),
    Gauge(i64, Unit, Gauge),
}

/// A missing value is [`Value::Nothing`].
pub(super) fn known<T>(value: Option<T>, write: fn(T) -> Value) -> Value {
    value.map_or(Value::Nothing, write)
}

pub(super) fn time(time: Option<metering::Timestamp>) -> Value {
    time.map_or(Value::Nothing, |time| Value::Time(time.as_millis()))
}

pub(super) fn text(text: Option<&String>) -> Value {
    match text {
        Some(text) if !text.is_empty() => Value::Text(text.clone()),
        _ => Value::Nothing,
    }
}

/// A text; missing if the broker reports Erlang's atom `undefined`.
pub(super) fn defined(value: Option<&String>) -> Value {
    text(value.filter(|text| *text != "undefined"))
}

pub(super) fn count(count: Option<i64>) -> Value {
    known(count, Value::Count)
}

pub(super) fn bytes(bytes: Option<i64>) -> Value {
    known(bytes, Value::Bytes)
}

pub(super) fn flag(flag: Option<bool>) -> Value {
    known(flag, Value::Flag)
}

/// The rate beside a counter.
pub(super) fn rate(details: Option<&metering::Details>) -> Value {
    known(details.and_then(|details| details.rate), Value::Rate)
}

/// The rate beside a counter of bytes.
pub(super) fn byte_rate(details: Option<&metering::Details>) -> Value {
    known(details.and_then(|details| details.rate), Value::ByteRate)
}

/// A table as a text: `x-max-length: 5000, x-expires: 60000`.
pub(super) fn table(table: Option<&Table>) -> Value {
    let Some(Table(table)) = table.filter(|table| !table.is_empty()) else {
        return Value::Nothing;
    };
    Value::Tags(
        table
            .iter()
            .map(|(key, value)| tag(&format!("{key}: {value}"), None))
            .collect(),
    )
}

/// A short word with its meaning as a tooltip.
pub(super) fn tag(text: &str, note: Option<&str>) -> Cell {
    Cell {
        text: text.to_owned(),
        note: note.map(str::to_owned),
        ..Cell::default()
    }
}

fn unit_of(value: f64, unit: Unit) -> String {
    format::value(value, unit)
}

impl Value {
    /// The cell for viewers.
    pub(super) fn cell(self, context: &RenderContext<'_>) -> Cell {
        let texts = context.texts;
        let text = match self {
            Self::Nothing => String::new(),
            Self::Text(text) => text,
            Self::Noted(text, note) => return tag(&text, Some(&note)),
            Self::Link(text, href) => {
                return Cell {
                    text,
                    href: Some(href),
                    ..Cell::default()
                };
            }
            Self::Count(count) => format::count(count as f64),
            Self::Bytes(bytes) => format::bytes(bytes as f64),
            Self::Rate(rate) => unit_of(rate, Unit::PerSecond),
            Self::ByteRate(rate) => format!("{}/s", format::bytes(rate)),
            Self::Share(share) => format!("{} %", format::decimal(share * 100.0, 1)),
            Self::Flag(true) => texts.yes.to_owned(),
            Self::Flag(false) => texts.no.to_owned(),
            Self::Span(millis) => durations::span(millis, texts),
            Self::Time(time) => {
                return Cell {
                    time: Some(time),
                    ..Cell::default()
                };
            }
            Self::State(level, text) => {
                return Cell {
                    text,
                    level: Some(level),
                    ..Cell::default()
                };
            }
            Self::Tags(parts) => {
                return Cell {
                    parts,
                    ..Cell::default()
                };
            }
            Self::Gauge(value, unit, gauge) => {
                return Cell {
                    text: unit_of(value as f64, unit),
                    gauge: Some(gauge),
                    ..Cell::default()
                };
            }
        };
        Cell {
            text,
            ..Cell::default()
        }
    }

    /// The text for CSV: plain numbers in base units.
    pub(super) fn plain(self) -> String {
        match self {
            Self::Nothing => String::new(),
            Self::Text(text)
            | Self::Noted(text, _)
            | Self::Link(text, _)
            | Self::State(_, text) => text,
            Self::Count(number) | Self::Bytes(number) | Self::Gauge(number, ..) => {
                number.to_string()
            }
            Self::Span(millis) => (millis as f64 / 1000.0).to_string(),
            Self::Rate(number) | Self::ByteRate(number) | Self::Share(number) => number.to_string(),
            Self::Flag(flag) => flag.to_string(),
            Self::Time(time) => metering::Timestamp::from_millis(time).to_string(),
            Self::Tags(parts) => {
                let texts: Vec<_> = parts.into_iter().map(|part| part.text).collect();
                texts.join(" ")
            }
        }
    }

    /// Whether it is a number in CSV.
    pub(super) fn is_number(&self) -> bool {
        matches!(
            self,
            Self::Count(_)
                | Self::Bytes(_)
                | Self::Gauge(..)
                | Self::Span(_)
                | Self::Rate(_)
                | Self::ByteRate(_)
                | Self::Share(_)
        )
    }

    /// The order of values of a column; missing values sort last in both directions.
    pub(super) fn order(&self, other: &Self, reverse: bool) -> Ordering {
        let none = |value: &Self| matches!(value, Self::Nothing);
        let last = none(self).cmp(&none(other));
        let order = if let (Some(a), Some(b)) = (self.number(), other.number()) {
            a.total_cmp(&b)
        } else {
            let key = |value: &Self| value.clone().plain().to_lowercase();
            key(self).cmp(&key(other))
        };
        last.then(if reverse { order.reverse() } else { order })
    }

    fn number(&self) -> Option<f64> {
        match *self {
            Self::Count(number)
            | Self::Bytes(number)
            | Self::Span(number)
            | Self::Time(number)
            | Self::Gauge(number, ..) => Some(number as f64),
            Self::Rate(number) | Self::ByteRate(number) | Self::Share(number) => Some(number),
            Self::Flag(flag) => Some(f64::from(u8::from(flag))),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_values_sort_last_in_both_directions() {
        for reverse in [false, true] {
            let mut values = [Value::Nothing, Value::Count(10), Value::Count(9)];
            values.sort_by(|a, b| a.order(b, reverse));
            assert_eq!(values[2], Value::Nothing, "{reverse}");
            assert_eq!(values[0], Value::Count(if reverse { 10 } else { 9 }));
        }
    }

    #[test]
    fn an_undefined_text_is_absent() {
        assert_eq!(defined(Some(&"undefined".to_owned())), Value::Nothing);
        assert_eq!(
            defined(Some(&"quorum".to_owned())),
            Value::Text("quorum".to_owned())
        );
    }

    #[test]
    fn texts_are_ordered_whatever_their_case() {
        let text = |text: &str| Value::Text(text.to_owned());
        assert_eq!(text("Anna").order(&text("bob"), false), Ordering::Less);
        assert_eq!(text("bob").order(&text("Anna"), true), Ordering::Less);
    }
}
