//! A small reader of JSON: strict, and as exact as `serde_json`; errors say only that there is one.

use std::borrow::Cow;

use serde::de::{
    self, DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, MapAccess, SeqAccess,
    VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use super::Malformed;
use super::number::{self, Number};

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

/// A text, and how far it has been read.
struct Reader<'de> {
    text: &'de str,
    at: usize,
    /// How much deeper values may lie.
    depth: u32,
}

impl<'de> Reader<'de> {
    /// The next byte that is no space; 0 at the end, which is nowhere else in JSON.
    fn next(&mut self) -> u8 {
        let bytes = self.text.as_bytes();
        while matches!(bytes.get(self.at), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
        bytes.get(self.at).copied().unwrap_or(0)
    }

    fn expect(&mut self, byte: u8) -> Result<(), Malformed> {
        if self.next() != byte {
            return Err(Malformed);
        }
        self.at += 1;
        Ok(())
    }

    fn word(&mut self, word: &str) -> Result<(), Malformed> {
        if !self.text[self.at..].starts_with(word) {
            return Err(Malformed);
        }
        self.at += word.len();
        Ok(())
    }

    fn number(&mut self) -> Result<Number, Malformed> {
        let (number, length) = number::leading(&self.text[self.at..])?;
        self.at += length;
        Ok(number)
    }

    fn string(&mut self) -> Result<Cow<'de, str>, Malformed> {
        self.expect(b'"')?;
        let mut start = self.at;
        let mut unescaped = String::new();
        loop {
            match self.text.as_bytes().get(self.at) {
                Some(b'"') => {
                    let rest = &self.text[start..self.at];
                    self.at += 1;
                    if unescaped.is_empty() {
                        return Ok(Cow::Borrowed(rest));
                    }
                    unescaped.push_str(rest);
                    return Ok(Cow::Owned(unescaped));
                }
                Some(b'\\') => {
                    unescaped.push_str(&self.text[start..self.at]);
                    self.at += 1;
                    unescaped.push(self.escaped()?);
                    start = self.at;
                }
                None | Some(..b' ') => return Err(Malformed),
                Some(_) => self.at += 1,
            }
        }
    }

    /// The character that stands behind a backslash.
    fn escaped(&mut self) -> Result<char, Malformed> {
        let letter = self.text.as_bytes().get(self.at).ok_or(Malformed)?;
        self.at += 1;
        Ok(match letter {
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let unit = self.unit()?;
                // Beyond the first 65,536 characters it takes two.
                if (0xd800..0xdc00).contains(&unit) {
                    self.word("\\u")?;
                    let low = self.unit()?.checked_sub(0xdc00).filter(|&low| low < 0x400);
                    let code = 0x1_0000 + ((unit - 0xd800) << 10) + low.ok_or(Malformed)?;
                    char::from_u32(code).ok_or(Malformed)?
                } else {
                    char::from_u32(unit).ok_or(Malformed)?
                }
            }
            _ => return Err(Malformed),
        })
    }

    /// Four hexadecimal digits.
    fn unit(&mut self) -> Result<u32, Malformed> {
        let digits = self
            .text
            .as_bytes()
            .get(self.at..self.at + 4)
            .ok_or(Malformed)?;
        self.at += 4;
        digits.iter().try_fold(0, |unit, &digit| {
            Ok(unit << 4 | char::from(digit).to_digit(16).ok_or(Malformed)?)
        })
    }

    /// Goes one value deeper.
    fn within<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, Malformed>,
    ) -> Result<T, Malformed> {
        self.depth = self.depth.checked_sub(1).ok_or(Malformed)?;
        let value = read(self)?;
        self.depth += 1;
        Ok(value)
    }

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
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;
    use crate::error::AppError;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(default)]
    struct Thing {
        name: String,
        size: Option<u32>,
        share: f64,
        is_on: bool,
        inner: Vec<Thing>,
        by_name: BTreeMap<String, i64>,
    }

    impl Default for Thing {
        fn default() -> Self {
            Self {
                name: String::new(),
                size: None,
                share: 0.0,
                is_on: false,
                inner: Vec::new(),
                by_name: BTreeMap::new(),
            }
        }
    }

    #[test]
    fn what_serde_json_reads_is_read_alike() {
        for text in [
            "{}",
            r#" { "name" : "a\u00e9\ud83d\udc30\"\\\/\n\t" , "size" : 7 } "#,
            r#"{"name":"häschen","share":1,"is_on":true,"inner":[{"size":null},{"share":-0.5e1}]}"#,
            r#"{"unknown":[{"a":[1,"]",null,false,{}]}],"by_name":{"a":1,"b":-2}}"#,
        ] {
            let expected: Thing = serde_json::from_str(text).expect(text);
            assert_eq!(read::<Thing>(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_serde_json_refuses_is_refused() {
        for text in [
            "",
            "{",
            "{}x",
            "{} {}",
            r#"{"name":1}"#,
            r#"{"name":null}"#,
            r#"{"size":-1}"#,
            r#"{"size":1.5}"#,
            r#"{"size":4294967296}"#,
            r#"{"name":"a}"#,
            r#"{"name":"\x"}"#,
            r#"{"name":"\ud83d"}"#,
            r#"{"name":"\u12"}"#,
            "{\"name\":\"\n\"}",
            r#"{"name" "a"}"#,
            r#"{"inner":[{},]}"#,
            r#"{"size":1,}"#,
            "{,}",
            r#"{"is_on":truth}"#,
            r#"{"is_on":tru}"#,
            "{1:2}",
            r#"{"unknown":[1 2]}"#,
            r#"{"unknown":{"a"}}"#,
            r#"{"share":"1"}"#,
        ] {
            assert!(
                serde_json::from_str::<Thing>(text).is_err(),
                "serde_json reads {text}"
            );
            assert_eq!(read::<Thing>(text), Err(Malformed), "{text}");
        }
    }

    #[test]
    fn enums_are_read_with_and_without_content() {
        let errors = [
            AppError::SignedOut,
            AppError::TooManyRequests {
                retry_after: Some(7),
            },
            AppError::Unavailable { retry_after: None },
        ];
        for error in errors {
            for answer in [Ok(vec![1_i64]), Err(error)] {
                let text = serde_json::to_string(&answer).expect("JSON");
                assert_eq!(
                    read::<Result<Vec<i64>, AppError>>(&text),
                    Ok(answer),
                    "{text}"
                );
            }
        }
        for text in [
            r#""NoSuchError""#,
            r#""TooManyRequests""#,
            r#"{"SignedOut":1}"#,
            "{}",
            "7",
        ] {
            assert_eq!(read::<AppError>(text), Err(Malformed), "{text}");
        }
    }

    #[test]
    fn nothing_is_too_deep_to_be_refused() {
        for text in ["[".repeat(100_000), r#"{"inner":["#.repeat(100_000)] {
            assert_eq!(read::<Thing>(&text), Err(Malformed));
            assert_eq!(read::<de::IgnoredAny>(&text).map(drop), Err(Malformed));
        }
    }
}
