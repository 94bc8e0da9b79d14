//! Message ids: UUIDs (version 8) that say where their sample stands, so that no index is needed.
//!
//! 122 bits are ours. A posted sample has the store's tag (32 bits, random at its making) and its
//! row; a collected one its resource's number, its time and its meter's place.

use std::fmt::Write;

/// Where a sample stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SampleLocation {
    /// A posted one.
    Row(i64),
    /// A collected one.
    Poll {
        /// Whose poll.
        poll_source: i64,
        /// When, in microseconds since the epoch.
        time: i64,
        /// The meter's place in the poll's layout.
        position: usize,
    },
}

/// The bit that marks collected samples.
const POLL: u128 = 1 << 121;
/// Times are stored with this added: 58 bits, 4500 years either way.
const EPOCH: i64 = 1 << 57;
const MASK_58: u128 = (1 << 58) - 1;

/// The id of the sample that stands there.
pub(super) fn message_id(tag: u32, location: SampleLocation) -> String {
    let bits = match location {
        SampleLocation::Row(row) => u128::from(tag) << 64 | u128::from(row.cast_unsigned()),
        SampleLocation::Poll {
            poll_source,
            time,
            position,
        } => {
            let time = u128::from(time.wrapping_add(EPOCH).cast_unsigned()) & MASK_58;
            POLL | u128::from(poll_source.cast_unsigned()) << 70 | time << 12 | position as u128
        }
    };
    // 48 bits, the version, 12 bits, the variant, 62 bits.
    let uuid = (bits >> 74) << 80
        | 8 << 76
        | (bits >> 62 & 0xfff) << 64
        | 0b10 << 62
        | bits & ((1 << 62) - 1);
    let hex = format!("{uuid:032x}");
    let mut text = String::with_capacity(36);
    for (index, digit) in hex.char_indices() {
        if matches!(index, 8 | 12 | 16 | 20) {
            text.push('-');
        }
        text.push(digit);
    }
    text
}

/// Where the sample of an id stands; none where it cannot be one of this store's.
pub(super) fn location(tag: u32, id: &str) -> Option<SampleLocation> {
    let mut hex = String::with_capacity(32);
    for part in id.split('-') {
        write!(hex, "{part}").ok()?;
    }
    let uuid = u128::from_str_radix(&hex, 16).ok()?;
    let bits = (uuid >> 80) << 74 | (uuid >> 64 & 0xfff) << 62 | uuid & ((1 << 62) - 1);
    let found = if bits & POLL == 0 {
        SampleLocation::Row(i64::try_from(bits & u128::from(u64::MAX)).ok()?)
    } else {
        SampleLocation::Poll {
            poll_source: (bits >> 70 & ((1 << 51) - 1)) as i64,
            time: ((bits >> 12 & MASK_58) as i64) - EPOCH,
            position: (bits & 0xfff) as usize,
        }
    };
    // Only the very text that we gave out: other tags, cases and forms are not ours.
    (message_id(tag, found) == id).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_leads_back_to_its_sample() {
        let polls = |poll_source, time, position| SampleLocation::Poll {
            poll_source,
            time,
            position,
        };
        for found in [
            SampleLocation::Row(1),
            SampleLocation::Row(i64::MAX),
            polls(1, 1_420_113_600_123_456, 0),
            polls(70_000, -5, 4_000),
        ] {
            let id = message_id(0xdead_beef, found);
            assert_eq!(location(0xdead_beef, &id), Some(found), "{id}");
            assert_eq!(id.len(), 36);
            assert_eq!(id.as_bytes()[14], b'8', "{id} has version 8");
        }
    }

    #[test]
    fn other_texts_are_no_ids_of_ours() {
        let ours = message_id(7, SampleLocation::Row(12));
        for id in [
            "",
            "x",
            "12",
            &ours.replace('-', ""),
            &ours.to_uppercase(),
            &format!("{ours}0"),
        ] {
            assert!(location(7, id).is_none() || *id == ours, "{id}");
        }
        assert_eq!(location(8, &ours), None, "another store's");
    }
}
