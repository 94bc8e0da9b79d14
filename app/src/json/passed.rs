//! Answers of the metering API that server functions hand on as they are. A poll is then neither read
//! nor written on its way: the server's work for a viewer is that of copying a text.

use std::marker::PhantomData;

use bytes::Bytes;
use serde::de::DeserializeOwned;
use server_fn::codec::Post;
use server_fn::{ContentType, Decodes, Encodes, Format, FormatType};

use super::{Json, read};
use crate::error::AppError;

/// The output of server functions that hand on: `#[server(output = PassedText)]`.
pub type PassedText = Post<Passing>;

/// The JSON of a `T`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passed<T> {
    text: Bytes,
    of: PhantomData<fn() -> T>,
}

impl<T> Passed<T> {
    /// From a text that is said to be one.
    pub fn of(text: Bytes) -> Self {
        Self {
            text,
            of: PhantomData,
        }
    }

    /// Reads it.
    ///
    /// # Errors
    /// [`AppError::Malformed`] where it is something else.
    pub fn read(&self) -> Result<T, AppError>
    where
        T: DeserializeOwned,
    {
        let text = std::str::from_utf8(&self.text).map_err(|_| AppError::Malformed)?;
        read(text).map_err(|_| AppError::Malformed)
    }
}

/// JSON that is not looked at.
#[derive(Debug)]
pub struct Passing;

impl ContentType for Passing {
    const CONTENT_TYPE: &'static str = Json::CONTENT_TYPE;
}

impl FormatType for Passing {
    const FORMAT_TYPE: Format = Format::Text;
}

impl<T> Encodes<Passed<T>> for Passing {
    type Error = std::convert::Infallible;

    fn encode(output: &Passed<T>) -> Result<Bytes, Self::Error> {
        Ok(output.text.clone())
    }
}

impl<T> Decodes<Passed<T>> for Passing {
    type Error = std::convert::Infallible;

    fn decode(bytes: Bytes) -> Result<Passed<T>, Self::Error> {
        Ok(Passed::of(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn a_text_arrives_as_it_was_sent_and_is_read_there() {
        let sent = Passed::<Vec<u32>>::of(Bytes::from_static(b"[1, 2]"));
        let on_the_wire = Passing::encode(&sent).expect("infallible");
        let received: Passed<Vec<u32>> = Passing::decode(on_the_wire).expect("infallible");
        assert_eq!(received, sent);
        assert_eq!(received.read(), Ok(vec![1, 2]));
    }

    #[test]
    fn what_is_something_else_is_malformed() {
        for text in [&b""[..], b"{}", b"<html>", b"\xff"] {
            let passed = Passed::<Vec<u32>>::of(Bytes::from_static(text));
            assert_eq!(passed.read(), Err(AppError::Malformed), "{text:?}");
        }
    }
}
