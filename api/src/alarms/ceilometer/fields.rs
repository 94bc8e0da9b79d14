//! Reads fields of a JSON body, with the old service's errors.

use serde_json::{Map, Value as Json};

use crate::http::error::{Error, shortened};
use crate::telemetry::arguments::parse_boolean;
use crate::telemetry::invalid;

/// The fields of an object that were not taken yet.
pub(super) struct Fields(Map<String, Json>);

impl Fields {
    /// Of a field's value, which must be an object.
    pub(super) fn of(name: &str, value: Json) -> Result<Self, Error> {
        match value {
            Json::Object(fields) => Ok(Self(fields)),
            other => Err(wrong_type(name, &other, "an object")),
        }
    }

    /// A field; `None` if absent or null.
    pub(super) fn take(&mut self, name: &str) -> Option<Json> {
        self.0.remove(name).filter(|value| !value.is_null())
    }

    /// Whether a field is there and null.
    pub(super) fn is_null(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(Json::is_null)
    }

    /// A text.
    pub(super) fn text(&mut self, name: &str) -> Result<Option<String>, Error> {
        self.take(name).map(|value| text(name, value)).transpose()
    }

    /// A text that must be there.
    pub(super) fn needed_text(&mut self, name: &str) -> Result<String, Error> {
        self.text(name)?.ok_or_else(|| missing(name))
    }

    /// A word of a list.
    pub(super) fn word<T: Copy>(
        &mut self,
        name: &str,
        all: &[T],
        as_str: impl Fn(T) -> &'static str,
    ) -> Result<Option<T>, Error> {
        let Some(found) = self.text(name)? else {
            return Ok(None);
        };
        let known = all.iter().copied().find(|known| as_str(*known) == found);
        known.map(Some).ok_or_else(|| {
            let known: Vec<_> = all.iter().map(|known| as_str(*known)).collect();
            let why = format!("Value should be one of: {}", known.join(", "));
            invalid(name, &found, &why)
        })
    }

    /// A whole number that is not less than another; it may be written as a text.
    pub(super) fn whole(&mut self, name: &str, least: u64) -> Result<Option<u64>, Error> {
        let Some(value) = self.take(name) else {
            return Ok(None);
        };
        let number = match &value {
            Json::Number(number) => number.as_i64(),
            Json::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        let Some(number) = number else {
            return Err(wrong_type(name, &value, "a whole number"));
        };
        let accepted = u64::try_from(number).ok().filter(|number| *number >= least);
        accepted.map(Some).ok_or_else(|| {
            let why = format!("Value should be greater or equal to {least}");
            invalid(name, &number.to_string(), &why)
        })
    }

    /// A finite number that must be there; it may be written as a text.
    pub(super) fn needed_number(&mut self, name: &str) -> Result<f64, Error> {
        let value = self.take(name).ok_or_else(|| missing(name))?;
        let number = match &value {
            Json::Number(number) => number.as_f64(),
            Json::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        let number = number.filter(|number: &f64| number.is_finite());
        number.ok_or_else(|| wrong_type(name, &value, "a number"))
    }

    /// Yes or no.
    pub(super) fn truth(&mut self, name: &str) -> Result<Option<bool>, Error> {
        let Some(value) = self.take(name) else {
            return Ok(None);
        };
        let truth = match &value {
            Json::Bool(truth) => Some(*truth),
            Json::String(text) => parse_boolean(text),
            _ => None,
        };
        truth
            .map(Some)
            .ok_or_else(|| wrong_type(name, &value, "True or False"))
    }

    /// A list.
    pub(super) fn list(&mut self, name: &str) -> Result<Option<Vec<Json>>, Error> {
        match self.take(name) {
            None => Ok(None),
            Some(Json::Array(list)) => Ok(Some(list)),
            Some(other) => Err(wrong_type(name, &other, "a list")),
        }
    }

    /// Refuses what is left: nobody knows it.
    pub(super) fn finish(self, argument: &str) -> Result<(), Error> {
        match self.0.into_iter().next() {
            None => Ok(()),
            Some((name, _)) => Err(Error::BadArgument(format!(
                "Unknown attribute for argument {argument}: {}",
                shortened(&name)
            ))),
        }
    }
}

/// The refusal of an absent field.
pub(super) fn missing(name: &str) -> Error {
    invalid(name, "None", "Mandatory field missing.")
}

/// The refusal of a value of another type.
pub(super) fn wrong_type(name: &str, value: &Json, accepted: &str) -> Error {
    let why = format!("Wrong type. Expected {accepted}");
    invalid(name, &value.to_string(), &why)
}

/// A text, also of a number or a boolean.
pub(super) fn text(name: &str, value: Json) -> Result<String, Error> {
    match value {
        Json::String(text) => Ok(text),
        Json::Number(number) => Ok(number.to_string()),
        Json::Bool(true) => Ok("True".to_owned()),
        Json::Bool(false) => Ok("False".to_owned()),
        other => Err(wrong_type(name, &other, "a text")),
    }
}
