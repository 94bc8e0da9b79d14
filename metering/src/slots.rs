//! Reads structs by a table of their fields: one reader for all of them, where derived ones cost
//! the browser's bundle kilobytes each.
//!
//! Lenient like [`crate::lenient`]: a field that holds something else than it should is absent, and
//! one that nobody knows is passed over.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::lenient::Scalar;
use crate::stats::Sample;
use crate::table::{self, Table};
use crate::timestamp::Timestamp;

/// Where a field's value is to go.
pub(crate) enum Slot<'a> {
    /// A text that is always there.
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
    /// Texts that are always there, or one text with commas between them.
    Tags(&'a mut Vec<String>),
    /// Whatever somebody chose.
    Table(&'a mut Option<Table>),
    /// The broker's own samples.
    Samples(&'a mut Vec<Sample>),
    /// An object.
    Object(&'a mut dyn Place),
    /// A list of objects.
    List(&'a mut dyn Place),
}

/// A struct by the names of its fields.
pub(crate) trait Slots {
    /// The field of that name.
    fn slot(&mut self, name: &str) -> Option<Slot<'_>>;
}

/// Where objects go.
pub(crate) trait Place {
    /// Begins anew: something is there, were it an empty list.
    fn begin(&mut self);
    /// A new object, to be filled.
    fn open(&mut self) -> &mut dyn Slots;
}

impl<T: Slots + Default> Place for Option<T> {
    fn begin(&mut self) {}

    fn open(&mut self) -> &mut dyn Slots {
        self.insert(T::default())
    }
}

impl<T: Slots + Default> Place for Option<Vec<T>> {
    fn begin(&mut self) {
        *self = Some(Vec::new());
    }

    fn open(&mut self) -> &mut dyn Slots {
        self.get_or_insert_default().push_mut(T::default())
    }
}

/// A type that a field can have.
pub(crate) trait Field {
    /// The field as a slot.
    fn slot(&mut self) -> Slot<'_>;
}

macro_rules! fields {
    ($($kind:ty => $slot:ident,)*) => {
        $(impl Field for $kind {
            fn slot(&mut self) -> Slot<'_> {
                Slot::$slot(self)
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

impl<T: Slots + Default> Field for Option<T> {
    fn slot(&mut self) -> Slot<'_> {
        Slot::Object(self)
    }
}

impl<T: Slots + Default> Field for Option<Vec<T>> {
    fn slot(&mut self) -> Slot<'_> {
        Slot::List(self)
    }
}

/// The reader.
pub(crate) struct Reader<'a>(pub(crate) &'a mut dyn Slots);

impl<'de> Visitor<'de> for Reader<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<Cow<'de, str>>()? {
            let Some(slot) = self.0.slot(&name) else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            match slot {
                Slot::Name(name) => *name = map.next_value::<Scalar>()?.text().unwrap_or_default(),
                Slot::Text(text) => *text = map.next_value::<Scalar>()?.text(),
                Slot::Integer(number) => *number = map.next_value::<Scalar>()?.integer(),
                Slot::Float(number) => *number = map.next_value::<Scalar>()?.float(),
                Slot::Flag(flag) => *flag = map.next_value::<Scalar>()?.flag(),
                Slot::Time(time) => {
                    let text = map.next_value::<Scalar>()?.text();
                    *time = text.and_then(|text| text.parse().ok());
                }
                Slot::Words(words) => *words = table::words(map.next_value::<table::Read>()?.0),
                Slot::Table(place) => *place = Table::of(map.next_value::<table::Read>()?.0),
                Slot::Tags(tags) => *tags = table::tags(map.next_value::<table::Read>()?.0),
                Slot::Samples(samples) => {
                    let mut read: Option<Vec<RawSample>> = None;
                    map.next_value_seed(Nested {
                        place: &mut read,
                        is_list: true,
                    })?;
                    let known = read.unwrap_or_default().into_iter();
                    *samples = known.filter_map(RawSample::whole).collect();
                }
                Slot::Object(place) => map.next_value_seed(Nested {
                    place,
                    is_list: false,
                })?,
                Slot::List(place) => map.next_value_seed(Nested {
                    place,
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
    place: &'a mut dyn Place,
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
            Reader(self.place.open()).visit_map(map)
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        if !self.is_list {
            return IgnoredAny.visit_seq(seq).map(drop);
        }
        self.place.begin();
        loop {
            let item = Nested {
                place: &mut *self.place,
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
pub(crate) fn has_column(slots: &mut dyn Slots, path: &str) -> bool {
    let (name, rest) = match path.split_once('.') {
        Some((name, rest)) => (name, Some(rest)),
        None => (path, None),
    };
    match (slots.slot(name), rest) {
        (Some(Slot::Object(place)), Some(rest)) => has_column(place.open(), rest),
        (Some(Slot::Table(_)), Some(key)) => !key.is_empty(),
        (Some(Slot::Object(_) | Slot::Table(_) | Slot::List(_) | Slot::Samples(_)) | None, _) => {
            false
        }
        (Some(_), rest) => rest.is_none(),
    }
}

/// The fields of a struct that is read by [`Reader`]; `field = "name"` where the wire has another
/// name. After a semicolon: the field whose own fields stand beside the others on the wire.
macro_rules! slots {
    ($struct:ty: $($field:ident $(= $name:literal)?)* $(; $inner:ident)?) => {
        impl crate::slots::Slots for $struct {
            fn slot(&mut self, name: &str) -> Option<crate::slots::Slot<'_>> {
                use crate::slots::Field;
                $(
                    if name == crate::slots::name!($field $($name)?) {
                        return Some(self.$field.slot());
                    }
                )*
                crate::slots::inner!(self, name $(, $inner)?)
            }
        }

        impl<'de> serde::Deserialize<'de> for $struct {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let mut read = Self::default();
                deserializer.deserialize_map(crate::slots::Reader(&mut read))?;
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

/// A field of the struct within, where there is one.
macro_rules! inner {
    ($self:ident, $name:ident) => {
        None
    };
    ($self:ident, $name:ident, $inner:ident) => {
        $self.$inner.slot($name)
    };
}

pub(crate) use {inner, name, slots};

slots!(RawSample: sample timestamp);
