//! Finds the items of a top-level JSON array in bytes that come in pieces.
//!
//! It knows of JSON only what it takes to see where an item ends: texts, and
//! how deep brackets stand. Whether an item is what it should be is seen when
//! it is parsed.

use bytes::{Buf, BytesMut};

use crate::error::ClientError;

/// How large an item may be, in bytes: some thousand times the largest one known.
const ITEM_LIMIT: usize = 1024 * 1024;

/// What the bytes so far hold.
#[derive(Debug)]
pub(super) enum Found {
    /// The bytes of an item, spaces before it included.
    Item(BytesMut),
    /// No further whole item.
    Nothing,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    /// Before the array.
    #[default]
    Before,
    /// After its opening bracket: an item follows, or its end.
    Opened,
    /// Within an item.
    Item,
    /// After an item: a comma follows, or the array's end.
    After,
    /// After its closing bracket.
    Closed,
}

#[derive(Debug, Default)]
pub(super) struct Splitter {
    /// What is not handed out yet.
    buffer: BytesMut,
    state: State,
    /// How much of the buffer has been looked at, within an item.
    seen: usize,
    /// Brackets that are open within the item.
    depth: usize,
    in_text: bool,
    is_escaped: bool,
    items: u64,
    handed_out: u64,
}

impl Splitter {
    /// Takes what came next.
    pub(super) fn feed(&mut self, piece: &[u8]) {
        self.buffer.extend_from_slice(piece);
    }

    /// Whether the array's end has come.
    pub(super) fn is_whole(&self) -> bool {
        self.state == State::Closed
    }

    /// How many items were found.
    pub(super) fn items(&self) -> u64 {
        self.items
    }

    /// How many bytes they had.
    pub(super) fn handed_out(&self) -> u64 {
        self.handed_out
    }

    #[cfg(test)]
    pub(super) fn held(&self) -> usize {
        self.buffer.capacity()
    }

    /// The next item.
    ///
    /// # Errors
    /// Where something stands before or after the array, or an item is larger than allowed.
    pub(super) fn next(&mut self) -> Result<Found, ClientError> {
        if self.state != State::Item && !self.begin()? {
            return Ok(Found::Nothing);
        }
        let Some(end) = self.find_end() else {
            self.seen = self.buffer.len();
            return if self.seen > ITEM_LIMIT {
                Err(ClientError::TooLarge)
            } else {
                Ok(Found::Nothing)
            };
        };
        let item = self.buffer.split_to(end);
        self.state = State::After;
        self.seen = 0;
        self.items += 1;
        self.handed_out += item.len() as u64;
        Ok(Found::Item(item))
    }

    /// Goes on to the next item's start; false where it has not come yet, or there is none.
    fn begin(&mut self) -> Result<bool, ClientError> {
        loop {
            let spaces = self.buffer.iter().take_while(|byte| is_space(**byte));
            let spaces = spaces.count();
            self.buffer.advance(spaces);
            let Some(&byte) = self.buffer.first() else {
                return Ok(false);
            };
            match (self.state, byte) {
                (State::Before, b'[') => self.state = State::Opened,
                (State::Opened | State::After, b']') => self.state = State::Closed,
                (State::After, b',') => self.state = State::Item,
                (State::Opened | State::Item, _) => {
                    self.state = State::Item;
                    return Ok(true);
                }
                (State::Before, _) => return Err(ClientError::malformed("no list")),
                (State::After, _) => {
                    return Err(ClientError::malformed("no comma between two items"));
                }
                (State::Closed, _) => {
                    return Err(ClientError::malformed("something follows the list"));
                }
            }
            self.buffer.advance(1);
        }
    }

    /// Where the item ends: with its own closing bracket, or before what follows it.
    fn find_end(&mut self) -> Option<usize> {
        for (index, &byte) in self.buffer.iter().enumerate().skip(self.seen) {
            if self.in_text {
                match byte {
                    _ if self.is_escaped => self.is_escaped = false,
                    b'\\' => self.is_escaped = true,
                    b'"' => self.in_text = false,
                    _ => (),
                }
                continue;
            }
            match byte {
                b'"' => self.in_text = true,
                b'[' | b'{' => self.depth += 1,
                b',' | b']' if self.depth == 0 => return Some(index),
                b']' | b'}' => {
                    self.depth = self.depth.saturating_sub(1);
                    if self.depth == 0 {
                        return Some(index + 1);
                    }
                }
                _ => (),
            }
        }
        None
    }
}

/// JSON's own spaces (RFC 8259, section 2).
fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    /// All items of a text that comes in pieces of `size` bytes.
    fn split(text: &str, size: usize) -> Result<Vec<String>, ClientError> {
        let mut splitter = Splitter::default();
        let mut items = Vec::new();
        for piece in text.as_bytes().chunks(size) {
            splitter.feed(piece);
            while let Found::Item(item) = splitter.next()? {
                items.push(String::from_utf8(item.to_vec()).expect("UTF-8"));
            }
        }
        assert!(splitter.is_whole(), "no end in {text}");
        assert_eq!(splitter.items(), items.len() as u64);
        Ok(items)
    }

    #[test]
    fn any_list_is_split_as_a_parser_splits_it() {
        for text in [
            "[]",
            " [ ]\n",
            "[1]",
            "[1,\"two\",null,[3,[4]],{\"five\":[5,{}]}] ",
            r#"["],[", "\"],", "\\", {"}]": "\\\"]"}]"#,
            "[\"ключ, [до]\", \"🐇\"]",
            "\t[\r\n{ \"a\" : [ ] } , [ [ ] , { } ]\n]\n",
        ] {
            let whole: Vec<Value> = serde_json::from_str(text).expect("JSON");
            for size in 1..=text.len() {
                let items = split(text, size).expect("a list");
                let items: Vec<Value> = items
                    .iter()
                    .map(|item| serde_json::from_str(item).expect("an item"))
                    .collect();
                assert_eq!(items, whole, "{text} in pieces of {size}");
            }
        }
    }

    #[test]
    fn invalid_list_is_an_error() {
        for text in ["{\"a\":1}", "<html>", "[1] 2", "[]]", "null", "[{} {}]"] {
            let error = split(text, 1).expect_err(text);
            assert!(matches!(error, ClientError::Malformed { .. }), "{error:?}");
        }
    }

    #[test]
    fn a_missing_item_is_an_empty_one() {
        // Which no parser takes for one.
        assert_eq!(split("[1,]", 1).expect("a list"), ["1", ""]);
        assert_eq!(split("[,1]", 4).expect("a list"), ["", "1"]);
    }

    #[test]
    fn an_item_has_a_bound() {
        let mut splitter = Splitter::default();
        splitter.feed(b"[\"");
        let piece = [b'a'; 4096];
        let error = std::iter::repeat_with(|| {
            splitter.feed(&piece);
            splitter.next()
        })
        .find_map(Result::err);
        assert!(matches!(error, Some(ClientError::TooLarge)), "{error:?}");
        assert!(splitter.buffer.len() <= ITEM_LIMIT + 2 * piece.len());
    }
}
