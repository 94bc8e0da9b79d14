//! Fields of samples, and their names in queries.

use std::borrow::Cow;

/// A field of a sample.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    /// The meter's name.
    Meter,
    /// The meter's type: `gauge`, `delta`, `cumulative`.
    Type,
    /// The unit of the volume.
    Unit,
    /// The measured value.
    Volume,
    /// The resource that was measured.
    ResourceId,
    /// The project that owns the resource.
    ProjectId,
    /// The user who posted the sample.
    UserId,
    /// The source of the sample.
    Source,
    /// The time of measurement.
    Timestamp,
    /// The time at which the service received the sample.
    RecordedAt,
    /// The id of the sample.
    MessageId,
    /// A value of the metadata, by the flattened key (`a.b:c`).
    Metadata(String),
}

/// Prefixes of a metadata key, as either form of a sample calls it.
const METADATA: [&str; 2] = ["resource_metadata.", "metadata."];

/// A metadata key as it is stored and answered: of its separators the first is `.`, all others `:`.
pub fn flattened(key: &str) -> String {
    key.replace('.', ":").replacen(':', ".", 1)
}

impl Field {
    /// The names in a filter, without metadata: those of both forms of a sample, and the short ones.
    pub const NAMES: [(&'static str, Self); 19] = [
        ("counter_name", Self::Meter),
        ("counter_type", Self::Type),
        ("counter_unit", Self::Unit),
        ("counter_volume", Self::Volume),
        ("id", Self::MessageId),
        ("message_id", Self::MessageId),
        ("meter", Self::Meter),
        ("project", Self::ProjectId),
        ("project_id", Self::ProjectId),
        ("recorded_at", Self::RecordedAt),
        ("resource", Self::ResourceId),
        ("resource_id", Self::ResourceId),
        ("source", Self::Source),
        ("timestamp", Self::Timestamp),
        ("type", Self::Type),
        ("unit", Self::Unit),
        ("user", Self::UserId),
        ("user_id", Self::UserId),
        ("volume", Self::Volume),
    ];

    /// The name that a query is written with.
    pub fn name(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Meter => "meter",
            Self::Type => "type",
            Self::Unit => "unit",
            Self::Volume => "volume",
            Self::ResourceId => "resource_id",
            Self::ProjectId => "project_id",
            Self::UserId => "user_id",
            Self::Source => "source",
            Self::Timestamp => "timestamp",
            Self::RecordedAt => "recorded_at",
            Self::MessageId => "message_id",
            Self::Metadata(key) => return Cow::Owned(format!("metadata.{key}")),
        })
    }

    /// The field of one of [`Self::NAMES`].
    pub fn find(name: &str) -> Option<Self> {
        let found = Self::NAMES.iter().find(|(known, _)| *known == name);
        found.map(|(_, field)| field.clone())
    }

    /// The field of a name of a simple query, but for `timestamp` and `search_offset`, which are no
    /// plain comparisons, and for metadata.
    pub fn find_simple(name: &str) -> Option<Self> {
        let is_simple = |field: &Self| {
            matches!(
                field,
                Self::Meter
                    | Self::ResourceId
                    | Self::ProjectId
                    | Self::UserId
                    | Self::Source
                    | Self::MessageId
            )
        };
        Self::find(name)
            .filter(is_simple)
            .filter(|_| !matches!(name, "counter_name" | "id"))
    }

    /// The metadata that a name means, such as `metadata.a.b`.
    pub fn find_metadata(name: &str) -> Option<Self> {
        let key = METADATA
            .iter()
            .find_map(|prefix| name.strip_prefix(prefix))?;
        (!key.is_empty()).then(|| Self::Metadata(flattened(key)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flattened_key_keeps_its_first_dot() {
        for (key, kept) in [
            ("a", "a"),
            ("a.b", "a.b"),
            ("a.b.c", "a.b:c"),
            ("a.b.c.d", "a.b:c:d"),
            ("a.b:c", "a.b:c"),
            ("a:b", "a.b"),
        ] {
            assert_eq!(flattened(key), kept);
        }
    }

    #[test]
    fn a_metadata_key_is_found_by_either_name() {
        let key = Some(Field::Metadata("a.b:c".into()));
        assert_eq!(Field::find_metadata("metadata.a.b.c"), key);
        assert_eq!(Field::find_metadata("resource_metadata.a.b:c"), key);
        assert_eq!(Field::find_metadata("metadata."), None);
        assert_eq!(Field::find_metadata("metadata"), None);
    }

    #[test]
    fn every_written_name_is_read_back() {
        for (_, field) in Field::NAMES {
            assert_eq!(Field::find(&field.name()), Some(field));
        }
        let metadata = Field::Metadata("a.b:c".into());
        assert_eq!(Field::find_metadata(&metadata.name()), Some(metadata));
    }

    #[test]
    fn a_simple_query_knows_the_long_and_the_short_names_only() {
        for name in ["counter_name", "id", "volume", "timestamp", "type"] {
            assert_eq!(Field::find_simple(name), None, "{name}");
        }
        assert_eq!(Field::find_simple("user"), Some(Field::UserId));
        assert_eq!(Field::find_simple("message_id"), Some(Field::MessageId));
    }
}
