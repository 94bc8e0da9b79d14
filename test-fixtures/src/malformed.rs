//! Malformed requests: real ones, changed at random, must be answered or refused, and cost no memory.
//!
//! `WARREN_MALFORMED=60000` sets the number of requests for each run; by default it is small enough
//! for every build. The seeds are fixed, so a failure repeats; its message has the request.

use std::fmt::Debug;
use std::panic;
use std::sync::Once;
use std::sync::atomic::{AtomicUsize, Ordering};

use http::header::RETRY_AFTER;
use http::{HeaderMap, StatusCode};
use rand::RngExt;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;

/// Seeds of the random changes.
pub const SEEDS: [u64; 3] = [13, 1976, 65_537];

/// Pieces that are put into requests.
const PIECES: [&[u8]; 28] = [
    b"%00",
    b"%01",
    b"%",
    b"%ff%fe",
    b"%2F..%2F",
    b"//",
    b"&",
    b"=",
    b"?",
    b"%5B%5D",
    b"q.field=timestamp",
    b"limit=-9223372036854775809",
    b"length=-1",
    b"9223372036854775808",
    b"9999999999999999999999",
    b"1e400",
    b"NaN",
    b"\"",
    b"{",
    b"[[[[[[[[",
    b"\\u0000",
    b"\xff\xfe",
    b"null",
    b"(a{100}){120}",
    "\u{202e}\u{0}ß€".as_bytes(),
    b"..",
    b";",
    b"\r\n",
];

/// Changes some bytes.
pub fn mutate(random: &mut StdRng, bytes: &mut Vec<u8>) {
    let start = random.random_range(0..=bytes.len());
    let length = random.random_range(0..=(bytes.len() - start).min(12));
    match random.random_range(0..6) {
        0 => {
            if let Some(byte) = bytes.get_mut(start) {
                *byte = random.random();
            }
        }
        1 => bytes.truncate(start),
        2 => {
            bytes.drain(start..start + length);
        }
        3 => {
            let piece = bytes[start..start + length].to_vec();
            let repeated = piece.repeat(random.random_range(1..40));
            bytes.splice(start..start, repeated);
        }
        _ => {
            let piece = PIECES.choose(random).copied().unwrap_or_default();
            bytes.splice(start..start + length, piece.iter().copied());
        }
    }
}

/// An address in a network of its own for each number: wrong sign-ins of one network are held back.
#[must_use]
pub fn address(number: usize) -> String {
    let [_, a, b, c] = (number as u32).to_be_bytes();
    format!("10.{a}.{b}.{c}")
}

/// Panics of any thread of the process.
static PANICS: AtomicUsize = AtomicUsize::new(0);

fn count_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            PANICS.fetch_add(1, Ordering::SeqCst);
            before(info);
        }));
    });
}

/// Bytes of memory that the process has now.
fn memory() -> usize {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = text.split(' ').nth(1).and_then(|pages| pages.parse().ok());
    pages.unwrap_or(0_usize) * 4096
}

/// Checks the answers to malformed requests, and the memory that they cost.
#[derive(Debug)]
pub struct Checker {
    /// Requests to send with each of [`SEEDS`].
    pub requests_per_seed: usize,
    /// Bytes that memory may grow by between the end of the first seed and the end.
    growth_limit: usize,
    answered: usize,
    refused: usize,
    /// Bytes of memory at the end of the first seed.
    memory_before: Option<usize>,
}

impl Checker {
    /// Counts panics from now on. `requests` is the number where the environment sets none.
    ///
    /// # Panics
    ///
    /// If `WARREN_MALFORMED` is no number.
    #[must_use]
    pub fn new(requests: usize, growth_limit: usize) -> Self {
        count_panics();
        let given = std::env::var("WARREN_MALFORMED").ok();
        let requests = given.map_or(requests, |given| given.parse().expect("a number"));
        Self {
            requests_per_seed: requests / SEEDS.len(),
            growth_limit,
            answered: 0,
            refused: 0,
            memory_before: None,
        }
    }

    /// Checks one answer.
    ///
    /// # Panics
    ///
    /// If it is a server's error other than 503 with `Retry-After`, or a thread has panicked.
    pub fn check(
        &mut self,
        request: &dyn Debug,
        status: StatusCode,
        headers: &HeaderMap,
        body: &[u8],
    ) {
        let is_expected = match status {
            StatusCode::SERVICE_UNAVAILABLE => headers.contains_key(RETRY_AFTER),
            status => !status.is_server_error(),
        };
        assert!(
            is_expected,
            "{request:?}: {status} {headers:?} {}",
            String::from_utf8_lossy(body)
        );
        assert_eq!(PANICS.load(Ordering::SeqCst), 0, "{request:?}");
        if status.is_success() {
            self.answered += 1;
        } else {
            self.refused += 1;
        }
    }

    /// Notes the memory when all requests of a seed are sent.
    pub fn end_of_seed(&mut self) {
        self.memory_before.get_or_insert_with(memory);
    }

    /// Checks the whole run.
    ///
    /// # Panics
    ///
    /// If memory grew by more than its limit, or nearly all requests had the same outcome.
    pub fn finish(self) {
        let (answered, refused) = (self.answered, self.refused);
        let few = self.requests_per_seed / 4;
        assert!(
            answered > few && refused > few,
            "{answered} answered, {refused} refused: too little was tried"
        );
        let (first, last) = (self.memory_before.unwrap_or_default(), memory());
        assert!(
            last < first + self.growth_limit,
            "memory grew from {first} to {last} bytes"
        );
    }
}
