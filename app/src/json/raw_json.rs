//! Answers of the metering API that server functions pass on unread. The server copies bytes for a
//! poll, and neither parses nor writes JSON.

use std::marker::PhantomData;

use bytes::Bytes;
use serde::de::DeserializeOwned;
use server_fn::codec::Post;
use server_fn::{ContentType, Decodes, Encodes, Format, FormatType};

use super::{Json, Malformed, read};

/// The output of server functions that pass JSON on: `#[server(output = RawJsonOutput)]`.
pub type RawJsonOutput = Post<RawJsonCodec>;

/// The JSON of a `T`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawJson<T> {
    text: Bytes,
    of: PhantomData<fn() -> T>,
}

impl<T> RawJson<T> {
    /// From bytes that are not checked.
    pub fn new(text: Bytes) -> Self {
        Self {
            text,
            of: PhantomData,
        }
    }

    /// Parses it.
    ///
    /// # Errors
    /// [`Malformed`] if it is something else.
    pub fn read(&self) -> Result<T, Malformed>
    where
        T: DeserializeOwned,
    {
        read(std::str::from_utf8(&self.text).map_err(|_| Malformed)?)
    }
}

/// The codec of JSON that is not parsed.
#[derive(Debug)]
pub struct RawJsonCodec;

impl ContentType for RawJsonCodec {
    const CONTENT_TYPE: &'static str = Json::CONTENT_TYPE;
}

impl FormatType for RawJsonCodec {
    const FORMAT_TYPE: Format = Format::Text;
}

impl<T> Encodes<RawJson<T>> for RawJsonCodec {
    type Error = std::convert::Infallible;

    fn encode(output: &RawJson<T>) -> Result<Bytes, Self::Error> {
        Ok(output.text.clone())
    }
}

impl<T> Decodes<RawJson<T>> for RawJsonCodec {
    type Error = std::convert::Infallible;

    fn decode(bytes: Bytes) -> Result<RawJson<T>, Self::Error> {
        Ok(RawJson::new(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn a_text_arrives_as_it_was_sent_and_is_read_there() {
        let sent = RawJson::<Vec<u32>>::new(Bytes::from_static(b"[1, 2]"));
        let on_the_wire = RawJsonCodec::encode(&sent).expect("infallible");
        let received: RawJson<Vec<u32>> = RawJsonCodec::decode(on_the_wire).expect("infallible");
        assert_eq!(received, sent);
        assert_eq!(received.read(), Ok(vec![1, 2]));
    }

    #[test]
    fn bytes_of_another_type_are_malformed() {
        for text in [&b""[..], b"{}", b"<html>", b"\xff"] {
            let passed = RawJson::<Vec<u32>>::new(Bytes::from_static(text));
            assert_eq!(passed.read(), Err(Malformed), "{text:?}");
        }
    }
}
