//! Many rows in little memory: their JSON one after the other in large pieces.
//!
//! 50,000 queues are 50,000 places of 24 bytes, their names, and the JSON itself. A changed copy
//! shares the pieces with what it was copied from.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use bytes::Bytes;
use metering::lenient_serde::Object;
use metering::lists::{List, ListKind, Row};
use metering::with_list;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

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
    /// What of it could not be read.
    pub(crate) damage: Damage,
}

/// What of an answer could not be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Damage {
    /// How many rows are left out.
    pub(crate) unreadable: u64,
    /// Whether bytes that are no UTF-8 were replaced: names may differ from the broker's.
    pub(crate) replaced: bool,
}

/// What [`each`] found beside rows.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct PageInfo {
    pub(crate) page_count: Option<u64>,
    pub(crate) damage: Damage,
}

impl Damage {
    /// Takes in what was damaged in another part of the same list.
    pub(crate) fn add(&mut self, other: Self) {
        self.unreadable += other.unreadable;
        self.replaced |= other.replaced;
    }
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

/// Reads a list, or a page of one, row by row. `with_hashes`: hashes of passwords are kept.
///
/// # Errors
/// If it is neither.
pub(crate) fn read(
    kind: ListKind,
    body: &[u8],
    with_hashes: bool,
) -> Result<Batch, serde_json::Error> {
    with_list!(kind, L => read_rows::<<L as List>::Row>(body, with_hashes))
}

fn read_rows<T: Row>(body: &[u8], with_hashes: bool) -> Result<Batch, serde_json::Error> {
    let mut builder = Builder::default();
    let info = each(body, &mut |mut row: T| {
        if row.is_listed() {
            row.drop_secrets(with_hashes);
            builder.push(&row);
        }
    })?;
    Ok(Batch {
        rows: builder.finish(),
        page_count: info.page_count,
        damage: info.damage,
    })
}

/// Completes rows by those of a second list.
///
/// # Errors
/// If that is no list.
pub(crate) fn complete(
    kind: ListKind,
    rows: &Rows,
    parts: &[u8],
) -> Result<(Rows, Damage), serde_json::Error> {
    with_list!(kind, L => complete_rows::<<L as List>::Row>(rows, parts))
}

fn complete_rows<T: Row>(rows: &Rows, parts: &[u8]) -> Result<(Rows, Damage), serde_json::Error> {
    let mut read = Vec::new();
    let info = each(parts, &mut |part: T::Part| read.push(part))?;
    // Rows that this process wrote can be read back.
    let known = rows
        .all()
        .filter_map(|row| serde_json::from_slice(rows.json(row)).ok());
    let mut complete: Vec<T> = known.collect();
    T::complete(&mut complete, read);
    let mut builder = Builder::default();
    for row in &complete {
        builder.push(row);
    }
    Ok((builder.finish(), info.damage))
}

/// Reads a list, or a page of one, and hands on each row that can be read.
///
/// # Errors
/// Where it is neither.
pub(crate) fn each<T: Row>(
    body: &[u8],
    take: &mut dyn FnMut(T),
) -> Result<PageInfo, serde_json::Error> {
    let text = utf8(body);
    let replaced = matches!(text, Cow::Owned(_));
    let mut reader = Reader {
        take,
        seen: 0,
        unreadable: 0,
        page_count: None,
        row: PhantomData,
    };
    let mut deserializer = serde_json::Deserializer::from_str(&text);
    let read = (&mut reader).deserialize(&mut deserializer);
    if let Err(error) = read.and_then(|()| deserializer.end()) {
        reader.read_apart(&text).ok_or(error)?;
    }
    Ok(PageInfo {
        page_count: reader.page_count,
        damage: Damage {
            unreadable: reader.unreadable,
            replaced,
        },
    })
}

/// As a text, with bytes that are no UTF-8 replaced.
pub(crate) fn utf8(body: &[u8]) -> Cow<'_, str> {
    // Faster than the lossy way where all is well.
    std::str::from_utf8(body).map_or_else(|_| String::from_utf8_lossy(body), Cow::Borrowed)
}

/// Hands on the rows of an answer.
struct Reader<'a, T> {
    take: &'a mut dyn FnMut(T),
    /// How many rows were read, or found to be none.
    seen: usize,
    unreadable: u64,
    page_count: Option<u64>,
    row: PhantomData<T>,
}

/// A page whose rows are not read yet.
#[derive(Deserialize)]
struct RawPage<'a> {
    #[serde(borrow)]
    items: Vec<&'a RawValue>,
    #[serde(default)]
    page_count: Option<serde_json::Value>,
}

impl<T: Row> Reader<'_, T> {
    fn take(&mut self, row: Option<T>) {
        self.seen += 1;
        match row {
            Some(row) => (self.take)(row),
            None => self.unreadable += 1,
        }
    }

    /// Reads the rest row by row, since a row has what ends the reading of all: a number out of
    /// range, half a surrogate. None where it is no list.
    fn read_apart(&mut self, text: &str) -> Option<()> {
        let rows = if text.trim_start().starts_with('[') {
            serde_json::from_str::<Vec<&RawValue>>(text).ok()?
        } else {
            let page: RawPage<'_> = serde_json::from_str(text).ok()?;
            self.page_count = Some(pages(page.page_count));
            page.items
        };
        for row in rows.into_iter().skip(self.seen) {
            let row = serde_json::from_str::<Object<T>>(row.get());
            self.take(row.ok().and_then(|row| row.0));
        }
        Some(())
    }
}

/// The count of pages; one where a page does not say.
fn pages(count: Option<serde_json::Value>) -> u64 {
    count.and_then(|count| count.as_u64()).unwrap_or(1)
}

impl<'de, T: Row> DeserializeSeed<'de> for &mut Reader<'_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T: Row> Visitor<'de> for &mut Reader<'_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list or a page of one")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while let Some(Object(row)) = seq.next_element()? {
            self.take(row);
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let (mut page_count, mut items) = (None, false);
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "items" => {
                    items = true;
                    map.next_value_seed(&mut *self)?;
                }
                "page_count" => page_count = map.next_value()?,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        self.page_count = Some(pages(page_count));
        if items {
            Ok(())
        } else {
            Err(serde::de::Error::missing_field("items"))
        }
    }
}

#[cfg(test)]
mod tests;
