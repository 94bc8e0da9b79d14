//! How the rows of a broker's lists are written down.

/// A struct whose fields a broker may report or not: texts that are always there stand under
/// `always`, the others become options that are left out where they are absent. `field = "name"`
/// where the wire has another name.
macro_rules! record {
    (
        $(#[$outer:meta])*
        pub struct $name:ident {
            always { $( $(#[$key_doc:meta])* $key:ident $(= $key_wire:literal)? ),* $(,)? }
            $( $(#[$inner:meta])* $field:ident $(= $wire:literal)?: $type:ty ),* $(,)?
        }
    ) => {
        $(#[$outer])*
        #[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub struct $name {
            $(
                $(#[$key_doc])*
                $(#[serde(rename = $key_wire)])?
                pub $key: String,
            )*
            $(
                $(#[$inner])*
                #[serde($(rename = $wire,)? skip_serializing_if = "Option::is_none")]
                pub $field: Option<$type>,
            )*
        }

        crate::field_table::field_table!($name: $($key $(= $key_wire)?)* $($field $(= $wire)?)*);

        impl $name {
            /// The names of its fields.
            pub const FIELDS: &[&str] = &[
                $(crate::field_table::name!($key $($key_wire)?),)*
                $(crate::field_table::name!($field $($wire)?),)*
            ];

            /// Whether rows can be ordered by this: a field's name, or a dotted path to a value
            /// within, `message_stats.publish_details.rate` for example.
            pub fn has_column(path: &str) -> bool {
                crate::field_table::has_column(&mut Self::default(), path)
            }
        }
    };
}

pub(crate) use record;
