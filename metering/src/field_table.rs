//! Reads structs by a table of their fields: one reader for all of them, where derived ones cost
//! the browser's bundle kilobytes each.
//!
//! Lenient like [`crate::lenient_serde`]: a field of a wrong type is absent, and
//! an unknown one is skipped.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::lenient_serde::Scalar;
use crate::stats::Sample;
use crate::table::{self, Table};
use crate::timestamp::Timestamp;

/// A reference to a field, by the type of its value.
pub(crate) enum FieldRef<'a> {
    /// A text; empty if absent.
    Name(&'a mut String),
    /// A text, also from a number.
    Text(&'a mut Option<String>),
    /// A whole number, also from a text.
    Integer(&'a mut Option<i64>),
    /// A number.
    Float(&'a mut Option<f64>),
    /// Yes or no.
    Flag(&'a mut Option<bool>),
    /// An instant.
    Time(&'a mut Option<Timestamp>),
    /// Texts.
    Words(&'a mut Option<Vec<String>>),
    /// Texts, or one text with commas between them; empty if absent.
    Tags(&'a mut Vec<String>),
    /// An object of any content.
    Table(&'a mut Option<Table>),
    /// The broker's own samples.
    Samples(&'a mut Vec<Sample>),
    /// An object.
    Object(&'a mut dyn ObjectSink),
    /// A list of objects.
    List(&'a mut dyn ObjectSink),
}

/// A struct whose fields are found by name.
pub(crate) trait FieldTable {
    /// The field of that name.
    fn field(&mut self, name: &str) -> Option<FieldRef<'_>>;
}

/// A field that takes objects.
pub(crate) trait ObjectSink {
    /// Starts a list: it is present, even if it stays empty.
    fn begin(&mut self);
    /// A new object, to be filled.
    fn open(&mut self) -> &mut dyn FieldTable;
}

impl<T: FieldTable + Default> ObjectSink for Option<T> {
    fn begin(&mut self) {}

    fn open(&mut self) -> &mut dyn FieldTable {
        self.insert(T::default())
    }
}

impl<T: FieldTable + Default> ObjectSink for Option<Vec<T>> {
    fn begin(&mut self) {
        *self = Some(Vec::new());
    }

    fn open(&mut self) -> &mut dyn FieldTable {
        self.get_or_insert_default().push_mut(T::default())
    }
}

/// A type that a field can have.
pub(crate) trait Field {
    /// A reference to it.
    fn field(&mut self) -> FieldRef<'_>;
}

macro_rules! fields {
    ($($kind:ty => $field:ident,)*) => {
        $(impl Field for $kind {
            fn field(&mut self) -> FieldRef<'_> {
                FieldRef::$field(self)
            }
        })*
    };
}

fields! {
    String => Name,
    Option<String> => Text,
    Option<i64> => Integer,
    Option<f64> => Float,
    Option<bool> => Flag,
    Option<Timestamp> => Time,
    Option<Vec<String>> => Words,
    Vec<String> => Tags,
    Option<Table> => Table,
    Vec<Sample> => Samples,
}

impl<T: FieldTable + Default> Field for Option<T> {
    fn field(&mut self) -> FieldRef<'_> {
        FieldRef::Object(self)
    }
}

impl<T: FieldTable + Default> Field for Option<Vec<T>> {
    fn field(&mut self) -> FieldRef<'_> {
        FieldRef::List(self)
    }
}

/// Fills the fields of a struct.
pub(crate) struct Reader<'a>(pub(crate) &'a mut dyn FieldTable);

impl<'de> Visitor<'de> for Reader<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<Cow<'de, str>>()? {
            let Some(field) = self.0.field(&name) else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            match field {
                FieldRef::Name(name) => {
                    *name = map.next_value::<Scalar>()?.text().unwrap_or_default();
                }
                FieldRef::Text(text) => *text = map.next_value::<Scalar>()?.text(),
                FieldRef::Integer(number) => *number = map.next_value::<Scalar>()?.integer(),
                FieldRef::Float(number) => *number = map.next_value::<Scalar>()?.float(),
                FieldRef::Flag(flag) => *flag = map.next_value::<Scalar>()?.flag(),
                FieldRef::Time(time) => {
                    let text = map.next_value::<Scalar>()?.text();
                    *time = text.and_then(|text| text.parse().ok());
                }
                FieldRef::Words(words) => *words = table::words(map.next_value::<table::Read>()?.0),
                FieldRef::Table(sink) => {
                    *sink = Table::from_value(map.next_value::<table::Read>()?.0);
                }
                FieldRef::Tags(tags) => *tags = table::tags(map.next_value::<table::Read>()?.0),
                FieldRef::Samples(samples) => {
                    let mut read: Option<Vec<RawSample>> = None;
                    map.next_value_seed(Nested {
                        sink: &mut read,
                        is_list: true,
                    })?;
                    let known = read.unwrap_or_default().into_iter();
                    *samples = known.filter_map(RawSample::whole).collect();
                }
                FieldRef::Object(sink) => map.next_value_seed(Nested {
                    sink,
                    is_list: false,
                })?,
                FieldRef::List(sink) => map.next_value_seed(Nested {
                    sink,
                    is_list: true,
                })?,
            }
        }
        Ok(())
    }
}

/// An object or a list of objects. Anything else in its place is absent, and so is anything else in
/// a list.
struct Nested<'a> {
    sink: &'a mut dyn ObjectSink,
    is_list: bool,
}

impl<'de> DeserializeSeed<'de> for Nested<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Nested<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        if self.is_list {
            IgnoredAny.visit_map(map).map(drop)
        } else {
            Reader(self.sink.open()).visit_map(map)
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        if !self.is_list {
            return IgnoredAny.visit_seq(seq).map(drop);
        }
        self.sink.begin();
        loop {
            let item = Nested {
                sink: &mut *self.sink,
                is_list: false,
            };
            if seq.next_element_seed(item)?.is_none() {
                return Ok(());
            }
        }
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

/// One of the broker's own samples, as far as it could be read.
#[derive(Default)]
struct RawSample {
    sample: Option<f64>,
    timestamp: Option<i64>,
}

impl RawSample {
    fn whole(self) -> Option<Sample> {
        Some(Sample {
            sample: self.sample?,
            timestamp: self.timestamp?,
        })
    }
}

/// Whether there is a value at a dotted path.
pub(crate) fn has_column(fields: &mut dyn FieldTable, path: &str) -> bool {
    let (name, rest) = match path.split_once('.') {
        Some((name, rest)) => (name, Some(rest)),
        None => (path, None),
    };
    match (fields.field(name), rest) {
        (Some(FieldRef::Object(sink)), Some(rest)) => has_column(sink.open(), rest),
        (Some(FieldRef::Table(_)), Some(key)) => !key.is_empty(),
        (
            Some(
                FieldRef::Object(_) | FieldRef::Table(_) | FieldRef::List(_) | FieldRef::Samples(_),
            )
            | None,
            _,
        ) => false,
        (Some(_), rest) => rest.is_none(),
    }
}

/// The fields of a struct that is read by [`Reader`]; `field = "name"` where the wire has another
/// name. After a semicolon: the field whose own fields stand beside the others on the wire.
macro_rules! field_table {
    ($struct:ty: $($field:ident $(= $name:literal)?)* $(; $inner:ident)?) => {
        impl crate::field_table::FieldTable for $struct {
            fn field(&mut self, name: &str) -> Option<crate::field_table::FieldRef<'_>> {
                use crate::field_table::Field;
                $(
                    if name == crate::field_table::name!($field $($name)?) {
                        return Some(self.$field.field());
                    }
                )*
                crate::field_table::inner!(self, name $(, $inner)?)
            }
        }

        impl<'de> serde::Deserialize<'de> for $struct {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let mut read = Self::default();
                deserializer.deserialize_map(crate::field_table::Reader(&mut read))?;
                Ok(read)
            }
        }
    };
}

/// A field's name on the wire.
macro_rules! name {
    ($field:ident) => {
        stringify!($field)
    };
    ($field:ident $name:literal) => {
        $name
    };
}

/// A field of the inner struct, if there is one.
macro_rules! inner {
    ($self:ident, $name:ident) => {
        None
    };
    ($self:ident, $name:ident, $inner:ident) => {
        $self.$inner.field($name)
    };
}

pub(crate) use {field_table, inner, name};

field_table!(RawSample: sample timestamp);
