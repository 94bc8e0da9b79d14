//! A small reader of JSON: strict, and as exact as `serde_json`; errors say only that there is one.

use std::borrow::Cow;

use serde::de::{
    self, DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, MapAccess, SeqAccess,
    VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use super::Malformed;
use super::number::Number;
use super::tokens::Reader;

/// Values within values, at most. Ours are some ten deep.
const DEPTH: u32 = 64;

/// Reads a value off a text that holds it and nothing else.
///
/// # Errors
/// When the text is something else.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, Malformed> {
    let mut reader = Reader {
        text,
        at: 0,
        depth: DEPTH,
    };
    let value = T::deserialize(&mut reader)?;
    if reader.next() == 0 {
        Ok(value)
    } else {
        Err(Malformed)
    }
}

impl<'de> Reader<'de> {
    fn skip(&mut self) -> Result<(), Malformed> {
        match self.next() {
            b'"' => self.string().map(drop),
            b'n' => self.word("null"),
            b't' => self.word("true"),
            b'f' => self.word("false"),
            b'[' => self.within(|reader| {
                let mut items = Items::begin(reader, b'[')?;
                while items.more(b']')? {
                    items.reader.skip()?;
                }
                reader.expect(b']')
            }),
            b'{' => self.within(|reader| {
                let mut items = Items::begin(reader, b'{')?;
                while items.more(b'}')? {
                    items.reader.string()?;
                    items.reader.expect(b':')?;
                    items.reader.skip()?;
                }
                reader.expect(b'}')
            }),
            _ => self.number().map(drop),
        }
    }

    fn list<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value, Malformed> {
        self.within(|reader| {
            let mut items = Items::begin(reader, b'[')?;
            let value = visitor.visit_seq(&mut items)?;
            reader.expect(b']')?;
            Ok(value)
        })
    }

    fn object<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value, Malformed> {
        self.within(|reader| {
            let mut items = Items::begin(reader, b'{')?;
            let value = visitor.visit_map(&mut items)?;
            reader.expect(b'}')?;
            Ok(value)
        })
    }
}

impl<'de> Deserializer<'de> for &mut Reader<'de> {
    type Error = Malformed;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Malformed> {
        match self.next() {
            b'"' => self.deserialize_str(visitor),
            b'[' => self.list(visitor),
            b'{' => self.object(visitor),
            b'n' => self.deserialize_unit(visitor),
            b't' | b'f' => self.deserialize_bool(visitor),
            _ => self.deserialize_f64(visitor),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Malformed> {
        let is_true = self.next() == b't';
        self.word(if is_true { "true" } else { "false" })?;
        visitor.visit_bool(is_true)
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Malformed> {
        self.next();
        self.word("null")?;
        visitor.visit_unit()
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Malformed> {
        self.next();
        match self.number()? {
            Number::Whole(whole) => visitor.visit_i64(whole),
            Number::Float(float) => visitor.visit_f64(float),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Malformed> {
        match self.string()? {
            Cow::Borrowed(text) => visitor.visit_borrowed_str(text),
            Cow::Owned(text) => visitor.visit_string(text),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Malformed> {
        if self.next() == b'n' {
            self.word("null")?;
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Malformed> {
        self.list(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Malformed> {
        self.object(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Malformed> {
        self.object(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Malformed> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Malformed> {
        if self.next() == b'"' {
            return visitor.visit_enum(Variant {
                reader: self,
                is_bare: true,
            });
        }
        self.within(|reader| {
            reader.expect(b'{')?;
            let value = visitor.visit_enum(Variant {
                reader,
                is_bare: false,
            })?;
            reader.expect(b'}')?;
            Ok(value)
        })
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Malformed> {
        self.skip()?;
        visitor.visit_unit()
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Malformed> {
        self.deserialize_str(visitor)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Malformed> {
        self.deserialize_str(visitor)
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Malformed> {
        self.list(visitor)
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 char bytes byte_buf unit_struct tuple_struct
    }
}

/// What stands between a pair of brackets, item by item.
struct Items<'a, 'de> {
    reader: &'a mut Reader<'de>,
    is_first: bool,
}

impl<'a, 'de> Items<'a, 'de> {
    fn begin(reader: &'a mut Reader<'de>, bracket: u8) -> Result<Self, Malformed> {
        reader.expect(bracket)?;
        Ok(Self {
            reader,
            is_first: true,
        })
    }

    /// Whether another item stands before the closing bracket.
    fn more(&mut self, bracket: u8) -> Result<bool, Malformed> {
        if self.reader.next() == bracket {
            return Ok(false);
        }
        if !std::mem::take(&mut self.is_first) {
            self.reader.expect(b',')?;
        }
        Ok(true)
    }
}

impl<'de> SeqAccess<'de> for &mut Items<'_, 'de> {
    type Error = Malformed;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Malformed> {
        if self.more(b']')? {
            seed.deserialize(&mut *self.reader).map(Some)
        } else {
            Ok(None)
        }
    }
}

impl<'de> MapAccess<'de> for &mut Items<'_, 'de> {
    type Error = Malformed;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Malformed> {
        if self.more(b'}')? {
            // A key is a text, whatever is to become of it.
            if self.reader.next() != b'"' {
                return Err(Malformed);
            }
            seed.deserialize(&mut *self.reader).map(Some)
        } else {
            Ok(None)
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Malformed> {
        self.reader.expect(b':')?;
        seed.deserialize(&mut *self.reader)
    }
}

/// A variant of an enum: `"Name"`, or `{"Name": content}`.
struct Variant<'a, 'de> {
    reader: &'a mut Reader<'de>,
    is_bare: bool,
}

impl<'a, 'de> Variant<'a, 'de> {
    /// The reader, before the content.
    fn content(self) -> Result<&'a mut Reader<'de>, Malformed> {
        if self.is_bare {
            return Err(Malformed);
        }
        self.reader.expect(b':')?;
        Ok(self.reader)
    }
}

impl<'de> EnumAccess<'de> for Variant<'_, 'de> {
    type Error = Malformed;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Malformed> {
        Ok((seed.deserialize(&mut *self.reader)?, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'_, 'de> {
    type Error = Malformed;

    fn unit_variant(self) -> Result<(), Malformed> {
        if self.is_bare {
            return Ok(());
        }
        de::Deserialize::deserialize(self.content()?)
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Malformed> {
        seed.deserialize(self.content()?)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Malformed> {
        self.content()?.list(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Malformed> {
        self.content()?.object(visitor)
    }
}

#[cfg(test)]
mod tests;
