//! Many rows in little memory: their JSON one after the other in large pieces.
//!
//! 50,000 queues are 50,000 places of 24 bytes, their names, and the JSON itself. A changed copy
//! shares the pieces with what it was copied from.

use std::fmt;
use std::marker::PhantomData;

use bytes::Bytes;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::row::Row;

/// A piece is this long, in bytes, and a row more.
const PIECE: usize = 1 << 20;

/// Where a row is, and whose.
#[derive(Clone, Debug)]
struct Place {
    piece: u32,
    start: u32,
    length: u32,
    /// Its place in [`Rows::words`].
    vhost: u32,
    /// The same.
    user: u32,
    name: Box<str>,
}

/// Rows, ordered by vhost and name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rows {
    pieces: Vec<Bytes>,
    places: Vec<Place>,
    /// The vhosts and accounts that occur.
    words: Vec<Box<str>>,
}

/// Rows that are being put together.
#[derive(Debug, Default)]
pub(crate) struct Builder {
    rows: Rows,
    open: Vec<u8>,
}

/// A broker's answer.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    pub(crate) rows: Rows,
    /// How many pages there are; none where the broker gave the whole list.
    pub(crate) page_count: Option<u64>,
}

impl Rows {
    /// How many.
    pub(crate) fn len(&self) -> usize {
        self.places.len()
    }

    /// One's JSON.
    pub(crate) fn json(&self, row: u32) -> &[u8] {
        let place = &self.places[row as usize];
        let piece = &self.pieces[place.piece as usize];
        &piece[place.start as usize..][..place.length as usize]
    }

    /// What the filter looks at.
    pub(crate) fn name(&self, row: u32) -> &str {
        &self.places[row as usize].name
    }

    /// The vhost that it is in.
    pub(crate) fn vhost(&self, row: u32) -> &str {
        &self.words[self.places[row as usize].vhost as usize]
    }

    /// The account that it is of.
    pub(crate) fn user(&self, row: u32) -> &str {
        &self.words[self.places[row as usize].user as usize]
    }

    /// Every row, in order.
    pub(crate) fn all(&self) -> std::ops::Range<u32> {
        0..self.len() as u32
    }

    /// The first row of that vhost and name.
    pub(crate) fn find(&self, vhost: &str, name: &str) -> Option<u32> {
        let is_before =
            |place: &Place| (&*self.words[place.vhost as usize], &*place.name) < (vhost, name);
        let row = self.places.partition_point(is_before) as u32;
        let is_there = (row as usize) < self.len();
        (is_there && (self.vhost(row), self.name(row)) == (vhost, name)).then_some(row)
    }

    /// Whether there is a row of that vhost.
    pub(crate) fn has_vhost(&self, vhost: &str) -> bool {
        let is_before = |place: &Place| &*self.words[place.vhost as usize] < vhost;
        let row = self.places.partition_point(is_before) as u32;
        (row as usize) < self.len() && self.vhost(row) == vhost
    }

    /// Replaces rows that are there by those of the same vhost and name; others are passed over.
    pub(crate) fn replace(&mut self, newer: &Rows) {
        let offset = self.pieces.len() as u32;
        self.pieces.extend(newer.pieces.iter().cloned());
        for (n, place) in newer.places.iter().enumerate() {
            if let Some(row) = self.find(newer.vhost(n as u32), &place.name) {
                let ours = &mut self.places[row as usize];
                ours.piece = place.piece + offset;
                ours.start = place.start;
                ours.length = place.length;
            }
        }
    }
}

impl Builder {
    /// Adds a row.
    pub(crate) fn push<T: Row>(&mut self, row: &T) {
        let start = self.open.len();
        // Structs with string keys and finite numbers always serialize.
        if serde_json::to_writer(&mut self.open, row).is_err() {
            self.open.truncate(start);
            return;
        }
        let (vhost, user) = (
            self.word(row.vhost().unwrap_or_default()),
            self.word(row.user().unwrap_or_default()),
        );
        self.rows.places.push(Place {
            piece: self.rows.pieces.len() as u32,
            start: start as u32,
            length: (self.open.len() - start) as u32,
            vhost,
            user,
            name: row.name().into(),
        });
        if self.open.len() >= PIECE {
            self.close();
        }
    }

    fn close(&mut self) {
        // Copied, so that it has the length of what is in it.
        self.rows.pieces.push(Bytes::copy_from_slice(&self.open));
        self.open.clear();
    }

    /// A text's place. Neighbours mostly have the same, and there are few.
    fn word(&mut self, word: &str) -> u32 {
        let words = &mut self.rows.words;
        let found = words.iter().rposition(|known| **known == *word);
        found.unwrap_or_else(|| {
            words.push(word.into());
            words.len() - 1
        }) as u32
    }

    /// The rows, in order.
    pub(crate) fn finish(mut self) -> Rows {
        if !self.open.is_empty() {
            self.close();
        }
        let Rows { places, words, .. } = &mut self.rows;
        let vhost = |place: &Place| &*words[place.vhost as usize];
        places.sort_by(|a, b| (vhost(a), &a.name).cmp(&(vhost(b), &b.name)));
        places.shrink_to_fit();
        self.rows
    }
}

/// Reads a list, or a page of one, row by row.
///
/// # Errors
/// Where it is neither.
pub(crate) fn read<T: Row>(body: &[u8]) -> Result<Batch, serde_json::Error> {
    let mut builder = Builder::default();
    let page_count = each(body, &mut |mut row: T| {
        row.tidy();
        builder.push(&row);
    })?;
    Ok(Batch {
        rows: builder.finish(),
        page_count,
    })
}

/// Reads a list, or a page of one, and hands on each row. Gives the count of pages where it is one.
///
/// # Errors
/// Where it is neither.
pub(crate) fn each<T: Row>(
    body: &[u8],
    take: &mut dyn FnMut(T),
) -> Result<Option<u64>, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let reader = Reader(take, PhantomData);
    let page_count = deserializer.deserialize_any(reader)?;
    deserializer.end()?;
    Ok(page_count)
}

struct Reader<'a, T>(&'a mut dyn FnMut(T), PhantomData<T>);

impl<'de, T: Row> DeserializeSeed<'de> for Reader<'_, T> {
    type Value = Option<u64>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<u64>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T: Row> Visitor<'de> for Reader<'_, T> {
    type Value = Option<u64>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list or a page of one")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Option<u64>, A::Error> {
        while let Some(row) = seq.next_element()? {
            (self.0)(row);
        }
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Option<u64>, A::Error> {
        let (mut page_count, mut items) = (None, false);
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "items" => {
                    items = true;
                    map.next_value_seed(Reader(&mut *self.0, PhantomData))?;
                }
                "page_count" => page_count = Some(map.next_value()?),
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        if items {
            Ok(Some(page_count.unwrap_or(1)))
        } else {
            Err(serde::de::Error::missing_field("items"))
        }
    }
}

#[cfg(test)]
mod tests {
    use metering::Queue;

    use super::*;

    fn names(rows: &Rows) -> Vec<String> {
        let name = |row| format!("{}/{}", rows.vhost(row), rows.name(row));
        (0..rows.len() as u32).map(name).collect()
    }

    #[test]
    fn a_list_and_a_page_are_read_in_order() {
        let list =
            br#"[{"name":"b","vhost":"/"},{"name":"a","vhost":"z"},{"name":"a","vhost":"/"}]"#;
        let batch = read::<Queue>(list).expect("a list");
        assert_eq!(names(&batch.rows), ["//a", "//b", "z/a"]);
        assert_eq!(batch.page_count, None);
        let page = [
            b"{\"page_count\":7,\"items\":",
            list.as_slice(),
            b",\"page\":1}",
        ]
        .concat();
        let batch = read::<Queue>(&page).expect("a page");
        assert_eq!((batch.rows.len(), batch.page_count), (3, Some(7)));
        assert_eq!(batch.rows.json(2), br#"{"name":"a","vhost":"z"}"#);
    }

    #[test]
    fn what_is_no_list_is_refused() {
        for body in ["{}", "3", "[{}", "[] x", r#"{"items":3}"#] {
            assert!(read::<Queue>(body.as_bytes()).is_err(), "{body}");
        }
    }

    #[test]
    fn rows_are_found_and_replaced_across_pieces() {
        let mut builder = Builder::default();
        let queue = |n: u32, messages| Queue {
            name: format!("q{n:05}"),
            vhost: if n.is_multiple_of(2) { "a" } else { "b" }.into(),
            messages: Some(messages),
            policy: Some("x".repeat(200)),
            ..Queue::default()
        };
        for n in (0..10_000).rev() {
            builder.push(&queue(n, 0));
        }
        let old = builder.finish();
        assert!(old.pieces.len() > 1);
        let mut newer = Builder::default();
        newer.push(&queue(77, 5));
        newer.push(&queue(20_000, 5));
        let mut changed = old.clone();
        changed.replace(&newer.finish());
        let row = changed.find("b", "q00077").expect("there");
        assert_eq!(changed.len(), 10_000, "what was not there stays away");
        let read = |rows: &Rows| {
            let queue: Queue = serde_json::from_slice(rows.json(row)).expect("JSON");
            queue.messages
        };
        assert_eq!((read(&changed), read(&old)), (Some(5), Some(0)));
        assert_eq!(changed.find("a", "q00077"), None);
        assert_eq!(changed.find("c", ""), None);
    }
}
