//! JSON between server and browser: answers of server functions, and what a page carries for
//! hydration.
//!
//! The server writes it with `serde_json`. Reading it in the browser with that costs a sixth of the
//! bundle: tables for exact numbers, which the browser has already, words for errors that nobody
//! reads, and a reader for each way that text comes in. [`reader`] leaves these out.

use bytes::Bytes;
use leptos::server::codee::{Decoder, Encoder};
use serde::Serialize;
use serde::de::DeserializeOwned;
use server_fn::codec::Post;
use server_fn::{ContentType, Decodes, Encodes, Format, FormatType};

mod malformed;
mod number;
mod raw_json;
mod reader;
mod tokens;

pub use malformed::Malformed;
pub use raw_json::{RawJson, RawJsonCodec, RawJsonOutput};
pub use reader::read;

/// The output of our server functions: `#[server(output = JsonText)]`.
pub type JsonText = Post<Json>;

/// JSON, of server functions ([`JsonText`]) and of [resources](crate::resource).
#[derive(Debug)]
pub struct Json;

impl ContentType for Json {
    const CONTENT_TYPE: &'static str = "application/json";
}

impl FormatType for Json {
    const FORMAT_TYPE: Format = Format::Text;
}

impl<T: Serialize> Encodes<T> for Json {
    type Error = serde_json::Error;

    fn encode(output: &T) -> Result<Bytes, Self::Error> {
        serde_json::to_vec(output).map(Bytes::from)
    }
}

impl<T: DeserializeOwned> Decodes<T> for Json {
    type Error = Malformed;

    fn decode(bytes: Bytes) -> Result<T, Self::Error> {
        read(std::str::from_utf8(&bytes).map_err(|_| Malformed)?)
    }
}

impl<T: Serialize> Encoder<T> for Json {
    type Error = serde_json::Error;
    type Encoded = String;

    fn encode(value: &T) -> Result<String, Self::Error> {
        serde_json::to_string(value)
    }
}

impl<T: DeserializeOwned> Decoder<T> for Json {
    type Error = Malformed;
    type Encoded = str;

    fn decode(text: &str) -> Result<T, Self::Error> {
        read(text)
    }
}
