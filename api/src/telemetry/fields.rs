//! The names that a sample's fields go by: in simple queries, and in complex ones.

use store::Field;

/// Prefixes of a metadata key, as either form of a sample calls it.
const METADATA: [&str; 2] = ["resource_metadata.", "metadata."];

/// The metadata key that a field's name means, flattened as it is kept.
///
/// None where it is no metadata's name.
pub(crate) fn metadata(name: &str) -> Option<Field> {
    let key = METADATA
        .iter()
        .find_map(|prefix| name.strip_prefix(prefix))?;
    (!key.is_empty()).then(|| Field::Metadata(flattened(key)))
}

/// A metadata key as it is kept and answered: of its separators the first is `.`, all others `:`.
pub(crate) fn flattened(key: &str) -> String {
    key.replace('.', ":").replacen(':', ".", 1)
}

/// The field of a name of a simple query, but for `timestamp` and `search_offset`, which are no
/// plain comparisons.
pub(crate) fn simple(name: &str) -> Option<Field> {
    Some(match name {
        "project" | "project_id" => Field::ProjectId,
        "resource" | "resource_id" => Field::ResourceId,
        "user" | "user_id" => Field::UserId,
        "source" => Field::Source,
        "meter" => Field::Meter,
        "message_id" => Field::MessageId,
        _ => return None,
    })
}

/// The names in a complex query, but for metadata: those of both forms of a sample, and the short
/// ones.
pub(crate) const COMPLEX: [(&str, Field); 19] = [
    ("counter_name", Field::Meter),
    ("counter_type", Field::Type),
    ("counter_unit", Field::Unit),
    ("counter_volume", Field::Volume),
    ("id", Field::MessageId),
    ("message_id", Field::MessageId),
    ("meter", Field::Meter),
    ("project", Field::ProjectId),
    ("project_id", Field::ProjectId),
    ("recorded_at", Field::RecordedAt),
    ("resource", Field::ResourceId),
    ("resource_id", Field::ResourceId),
    ("source", Field::Source),
    ("timestamp", Field::Timestamp),
    ("type", Field::Type),
    ("unit", Field::Unit),
    ("user", Field::UserId),
    ("user_id", Field::UserId),
    ("volume", Field::Volume),
];

/// The field of a name of a complex query; for metadata see [`metadata`].
pub(crate) fn complex(name: &str) -> Option<Field> {
    let found = COMPLEX.iter().find(|(known, _)| *known == name);
    found.map(|(_, field)| field.clone())
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
        assert_eq!(metadata("metadata.a.b.c"), key);
        assert_eq!(metadata("resource_metadata.a.b:c"), key);
        assert_eq!(metadata("metadata."), None);
        assert_eq!(metadata("metadata"), None);
    }
}
