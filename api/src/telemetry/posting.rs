//! Samples that a client hands in: checked, filled in, all or none.

use std::collections::BTreeMap;
use std::fmt;

use metering::Timestamp;
use metering::meter::MeterType;
use metering::requests::field::flattened;
use metering::telemetry::{OldSample, Sample};
use serde::Deserializer;
use serde::de::{DeserializeSeed, IgnoredAny, SeqAccess, Visitor};
use serde_json::{Map, Value as Json};
use store::Posted;

use super::{body, invalid};
use crate::auth::access_scope::AccessScope;
use crate::auth::identity::tokens::TokenData;
use crate::context::Context;
use crate::http::error::{Error, shortened};

/// The source of samples that name none.
const DEFAULT_SOURCE: &str = "openstack";

/// Whose post it is, what may be in it, and what stands in for what it leaves out.
#[derive(Debug)]
pub(crate) struct Poster {
    scope: AccessScope,
    project_id: String,
    user_id: String,
    now: Timestamp,
}

impl Poster {
    /// A caller's, now.
    pub(crate) fn new(context: &Context, caller: &TokenData, now: Timestamp) -> Self {
        Self {
            scope: AccessScope::for_caller(context, caller),
            project_id: caller.project_id(),
            user_id: caller.user_id(),
            now,
        }
    }

    /// Reads the body of a post to a meter.
    ///
    /// # Errors
    /// `400` for the first thing that cannot be taken; then none of it is.
    pub(crate) fn read(&self, body: &[u8], meter: &str) -> Result<Vec<Posted>, Error> {
        let first = body.iter().find(|byte| !byte.is_ascii_whitespace());
        let samples = if first == Some(&b'[') {
            self.list(body, meter)?
        } else {
            match body::json(body)?.unwrap_or_default() {
                Json::Null => Vec::new(),
                other => {
                    let value = shortened(&other.to_string());
                    return Err(invalid(
                        "samples",
                        &value,
                        &format!("Value not a valid list: {value}"),
                    ));
                }
            }
        };
        if samples.is_empty() {
            return Err(Error::BadArgument(
                "Samples should be included in request body".into(),
            ));
        }
        Ok(samples)
    }

    /// Reads a list. One sample at a time is in memory as JSON, which takes ten times its text.
    fn list(&self, body: &[u8], meter: &str) -> Result<Vec<Posted>, Error> {
        let mut reader = serde_json::Deserializer::from_slice(body);
        let list = SampleList {
            poster: self,
            meter,
        };
        let read = list.deserialize(&mut reader);
        // What is no JSON is refused as such, whatever stands before.
        let read = read.and_then(|samples| reader.end().map(|()| samples));
        read.map_err(|error| body::not_json(&error))?
    }

    fn one(&self, sample: Json, meter: &str) -> Result<Posted, Error> {
        match sample {
            Json::Object(attributes) => self.sample(attributes, meter),
            other => Err(invalid("samples", &other.to_string(), "Value not a sample")),
        }
    }

    fn sample(&self, attributes: Map<String, Json>, meter: &str) -> Result<Posted, Error> {
        let mut attributes = Attributes(attributes);
        let name = attributes.mandatory_text("counter_name")?;
        let meter_type = attributes.mandatory_text("counter_type")?;
        let unit = attributes.mandatory_text("counter_unit")?;
        let volume = attributes.volume()?;
        let resource_id = attributes.mandatory_text("resource_id")?;
        let source = attributes.filled_text("source")?;
        let project_id = attributes.filled_text("project_id")?;
        let user_id = attributes.filled_text("user_id")?;
        let timestamp = attributes.time("timestamp")?;
        // The service's own; what a client says of it is read and forgotten.
        attributes.time("recorded_at")?;
        let message_id = attributes.filled_text("message_id")?;
        let metadata = attributes.metadata()?;
        attributes.finish()?;

        if name != meter {
            let why = format!("should be {}", shortened(meter));
            return Err(invalid("counter_name", &name, &why));
        }
        if let Some(id) = message_id {
            return Err(invalid("message_id", &id, "The message_id must not be set"));
        }
        let Some(meter_type) = MeterType::find(&meter_type) else {
            let known = MeterType::ALL.map(MeterType::as_str).join(", ");
            let why = format!("The counter type must be: {known}");
            return Err(invalid("counter_type", &meter_type, &why));
        };
        if resource_id.is_empty() {
            return Err(invalid("resource_id", "", "Mandatory field missing."));
        }
        let project_id = project_id.unwrap_or_else(|| self.project_id.clone());
        if !self.scope.may_post_to(&project_id) {
            let why = "can not post samples to other projects";
            return Err(invalid("project_id", &project_id, why));
        }
        let user_id = user_id.unwrap_or_else(|| self.user_id.clone());
        if !self.scope.may_post_as(&user_id) {
            let why = "can not post samples for other users";
            return Err(invalid("user_id", &user_id, why));
        }
        let source = source.as_deref().unwrap_or(DEFAULT_SOURCE);
        Ok(Posted {
            meter: name,
            meter_type,
            unit,
            volume,
            resource_id,
            source: Some(format!("{project_id}:{source}")),
            project_id: Some(project_id),
            user_id: Some(user_id),
            timestamp: timestamp.unwrap_or(self.now),
            recorded_at: self.now,
            metadata,
        })
    }
}

/// A list of samples in a body.
struct SampleList<'a> {
    poster: &'a Poster,
    meter: &'a str,
}

impl<'de> DeserializeSeed<'de> for SampleList<'_> {
    type Value = Result<Vec<Posted>, Error>;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Self::Value, D::Error> {
        reader.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for SampleList<'_> {
    type Value = Result<Vec<Posted>, Error>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of samples")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut samples = Vec::new();
        while let Some(sample) = list.next_element()? {
            match self.poster.one(sample, self.meter) {
                Ok(sample) => samples.push(sample),
                Err(error) => {
                    while list.next_element::<IgnoredAny>()?.is_some() {}
                    return Ok(Err(error));
                }
            }
        }
        Ok(Ok(samples))
    }
}

/// A sample in the older form. The answer to a post leaves out when it was taken in.
pub(crate) fn old_form(sample: Sample, with_recorded_at: bool) -> OldSample {
    OldSample {
        source: sample.source,
        counter_name: sample.meter,
        counter_type: sample.meter_type,
        counter_unit: sample.unit,
        counter_volume: sample.volume,
        user_id: sample.user_id,
        project_id: sample.project_id,
        resource_id: sample.resource_id,
        timestamp: Some(sample.timestamp),
        recorded_at: with_recorded_at.then_some(sample.recorded_at),
        resource_metadata: sample.metadata,
        message_id: Some(sample.id),
    }
}

/// The attributes of a sample that were not taken yet.
struct Attributes(Map<String, Json>);

impl Attributes {
    /// An attribute; null counts as none.
    fn take(&mut self, name: &str) -> Option<Json> {
        self.0.remove(name).filter(|value| !value.is_null())
    }

    fn mandatory(&mut self, name: &str) -> Result<Json, Error> {
        self.take(name)
            .ok_or_else(|| invalid(name, "None", "Mandatory field missing."))
    }

    fn mandatory_text(&mut self, name: &str) -> Result<String, Error> {
        let value = self.mandatory(name)?;
        text(name, value)
    }

    /// A text; an empty one counts as none.
    fn filled_text(&mut self, name: &str) -> Result<Option<String>, Error> {
        let value = self.take(name).map(|value| text(name, value)).transpose()?;
        Ok(value.filter(|text| !text.is_empty()))
    }

    /// The volume: a finite number, or a text that is one.
    fn volume(&mut self) -> Result<f64, Error> {
        const NAME: &str = "counter_volume";
        let value = self.mandatory(NAME)?;
        let number = match &value {
            Json::Number(number) => number.as_f64(),
            Json::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        number
            .filter(|number: &f64| number.is_finite())
            .ok_or_else(|| {
                let value = value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned);
                unreadable(NAME, &value, "unable to convert to float")
            })
    }

    fn time(&mut self, name: &str) -> Result<Option<Timestamp>, Error> {
        let Some(value) = self.filled_text(name)? else {
            return Ok(None);
        };
        value.parse().map(Some).map_err(|error| {
            let why = format!("invalid timestamp format: {error}");
            unreadable(name, &value, &shortened(&why))
        })
    }

    /// The metadata with flattened keys; null is written out, as the old service did.
    fn metadata(&mut self) -> Result<BTreeMap<String, String>, Error> {
        const NAME: &str = "resource_metadata";
        let Some(value) = self.take(NAME) else {
            return Ok(BTreeMap::new());
        };
        let Json::Object(entries) = value else {
            return Err(unreadable(
                NAME,
                &value.to_string(),
                "Value not a dictionary",
            ));
        };
        let entries = entries.into_iter().map(|(key, value)| match value {
            Json::String(text) => Ok((flattened(&key), text)),
            Json::Null => Ok((flattened(&key), "None".to_owned())),
            other => {
                let name = format!("{NAME}.{}", shortened(&key));
                let why = "Wrong type. Accepted are texts and null";
                Err(unreadable(&name, &other.to_string(), why))
            }
        });
        entries.collect()
    }

    /// Refuses what is left: nobody knows it.
    fn finish(self) -> Result<(), Error> {
        match self.0.into_iter().next() {
            None => Ok(()),
            Some((name, _)) => {
                let name = shortened(&name);
                Err(Error::BadArgument(format!(
                    "Unknown attribute for argument samples: {name}"
                )))
            }
        }
    }
}

/// The refusal of a value that cannot be read as its attribute's type. The old service named the
/// argument `samples` in it; the attribute stands behind.
fn unreadable(name: &str, value: &str, why: &str) -> Error {
    invalid("samples", value, &format!("{name}: {why}"))
}

fn text(name: &str, value: Json) -> Result<String, Error> {
    match value {
        Json::String(text) => Ok(text),
        other => Err(unreadable(
            name,
            &other.to_string(),
            "Wrong type. Accepted is a text",
        )),
    }
}

#[cfg(test)]
mod tests;
