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
fn json_is_read_as_by_serde_json() {
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
fn json_that_serde_json_refuses_is_refused() {
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
