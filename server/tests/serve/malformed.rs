//! Malformed requests to server functions and pages: real ones, changed at random, are answered or
//! refused, and the server goes on.
//!
//! `WARREN_MALFORMED=60000` sets the number of requests for each run; the seeds are fixed.

use std::panic;
use std::sync::atomic::{AtomicUsize, Ordering};

use http::{HeaderValue, StatusCode, header as names};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};

use crate::common::{Running, session_cookie};

const SEEDS: [u64; 3] = [13, 1976, 65_537];
const REQUESTS: usize = 900;
/// Bytes that memory may grow by between the first third and the end: caches that fill, and no more.
const GROWTH: usize = 128 << 20;

const GETS: [&str; 20] = [
    "/fn/list?broker=prod&kind=queues&search=page%3D1%26name%3D%5Ea%26use_regex%3Dtrue%26sort%3Dmessages",
    "/fn/list?broker=prod&kind=vhosts&search=page%3D2",
    "/fn/detail?broker=prod&kind=queues&names%5B0%5D=%2F&names%5B1%5D=q&length=3600000&end=1420070400000",
    "/fn/csv?broker=prod&kind=users&search=sort%3Dname",
    "/fn/health?broker=prod",
    "/fn/search?q=a&broker=prod",
    "/fn/brokers",
    "/fn/log?page=1&level=warning&source=prod&text=a",
    "/fn/meters?question%5Bmeter%5D=rabbit.connections&question%5Bperiod%5D=60&question%5Blength%5D=3600000",
    "/fn/projects",
    "/fn/overview?broker=prod&since=1420070400000&length=3600000&end=1420070500000",
    "/fn/viewer",
    "/fn/sharing",
    "/fn/shared",
    "/",
    "/prod?range=1h",
    "/prod/queues?page=1&sort=name",
    "/prod/queues/%2F/q?range=6h",
    "/sign-in?next=/prod",
    "/embed/panel?panel=overview",
];

const POSTS: [(&str, &str); 8] = [
    (
        "/fn/panels",
        r#"{"wants":[{"panel":"queued-messages","broker":"prod","depth":3600000,"since":1420070400000}]}"#,
    ),
    ("/fn/sign_in", "user=monitor&password=wrong&next=%2Fprod"),
    ("/fn/language", "language=zh&next=%2Fprod"),
    (
        "/fn/share",
        "view=overview&page=%2Fprod&broker=prod&days=7&note=a",
    ),
    ("/fn/end_share_link", "id=0123456789abcdef"),
    ("/fn/revoke_portal", "id=shop&revoked=true"),
    ("/fn/switch_project", "project=0123456789abcdef&next=%2F"),
    ("/fn/none", "a=b"),
];

/// Pieces that are put into requests.
const PIECES: [&[u8]; 20] = [
    b"%00",
    b"%01",
    b"%",
    b"%ff%fe",
    b"%2F..%2F",
    b"//",
    b"&",
    b"=",
    b"%5B%5D",
    b"length=-1",
    b"9223372036854775808",
    b"1e400",
    b"NaN",
    b"\"",
    b"{",
    b"[[[[[[[[",
    b"\\u0000",
    b"\xff\xfe",
    b"(a{100}){120}",
    "\u{202e}ß€".as_bytes(),
];

/// Changes some bytes.
fn change(random: &mut StdRng, bytes: &mut Vec<u8>) {
    let place = random.random_range(0..=bytes.len());
    let length = random.random_range(0..=(bytes.len() - place).min(12));
    match random.random_range(0..5) {
        0 => {
            if let Some(byte) = bytes.get_mut(place) {
                *byte = random.random();
            }
        }
        1 => bytes.truncate(place),
        2 => {
            bytes.drain(place..place + length);
        }
        _ => {
            let piece = *PIECES.choose(random).expect("some");
            bytes.splice(place..place + length, piece.iter().copied());
        }
    }
}

/// Bytes of memory that the process has now.
fn memory() -> usize {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = text.split(' ').nth(1).and_then(|pages| pages.parse().ok());
    pages.unwrap_or(0_usize) * 4096
}

fn count() -> usize {
    let given = std::env::var("WARREN_MALFORMED").ok();
    given.map_or(REQUESTS, |given| given.parse().expect("a number"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn malformed_requests_are_answered_or_refused_and_the_server_goes_on() {
    static PANICS: AtomicUsize = AtomicUsize::new(0);
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        PANICS.fetch_add(1, Ordering::SeqCst);
        before(info);
    }));
    let running = Running::start(&["--trusted-proxy", "127.0.0.1"]).await;
    let answer = running.sign_in("").send().await.expect("an answer");
    let cookie = session_cookie(answer.headers()).to_owned();
    let cookie = cookie.split(';').next().expect("a pair").to_owned();
    let each = count() / SEEDS.len();
    let (mut answered, mut refused, mut first) = (0, 0, None);
    for seed in SEEDS {
        let mut random = StdRng::seed_from_u64(seed);
        let mut sent = 0;
        while sent < each {
            let is_post = random.random_bool(0.4);
            let (path, body) = if is_post {
                *POSTS.choose(&mut random).expect("some")
            } else {
                (*GETS.choose(&mut random).expect("some"), "")
            };
            let (mut path, mut body) = (path.as_bytes().to_vec(), body.as_bytes().to_vec());
            for _ in 0..random.random_range(0..3) {
                if is_post && random.random_bool(0.7) {
                    change(&mut random, &mut body);
                } else {
                    change(&mut random, &mut path);
                }
            }
            // What is no address is refused by the client already.
            let Some(path) = String::from_utf8(path).ok().filter(|path| {
                let url = format!("{}{path}", running.url("").origin().ascii_serialization());
                path.starts_with('/') && !path.starts_with("//") && url.parse::<http::Uri>().is_ok()
            }) else {
                continue;
            };
            sent += 1;
            let mut request = if is_post {
                let is_json = path.starts_with("/fn/panels");
                let kind = if is_json {
                    "application/json"
                } else {
                    "application/x-www-form-urlencoded"
                };
                let mut request = running
                    .post(&path, body.clone())
                    .build()
                    .expect("a request");
                let kind = HeaderValue::from_static(kind);
                request.headers_mut().insert(names::CONTENT_TYPE, kind);
                request
            } else {
                running.read(&path).build().expect("a request")
            };
            if random.random_bool(0.8) {
                let value = HeaderValue::from_str(&cookie).expect("a header");
                request.headers_mut().insert(names::COOKIE, value);
            }
            // Each from a network of its own: wrong sign-ins of one network are held.
            let [_, a, b, c] = (sent as u32).to_be_bytes();
            let address = format!("10.{a}.{b}.{c}").parse().expect("a header");
            request.headers_mut().insert("x-forwarded-for", address);
            let what = format!("seed {seed}: {path} {:?}", String::from_utf8_lossy(&body));
            let answer = running.execute(request).await;
            let answer = answer.unwrap_or_else(|error| panic!("{what}: {error}"));
            let status = answer.status();
            let headers = answer.headers().clone();
            let text = answer
                .bytes()
                .await
                .unwrap_or_else(|error| panic!("{what}: {error}"));
            let is_expected = match status {
                StatusCode::SERVICE_UNAVAILABLE => headers.contains_key(names::RETRY_AFTER),
                status => !status.is_server_error(),
            };
            assert!(
                is_expected,
                "{what}: {status} {:?}",
                String::from_utf8_lossy(&text)
            );
            assert_eq!(PANICS.load(Ordering::SeqCst), 0, "{what}");
            if status.is_success() {
                answered += 1;
            } else {
                refused += 1;
            }
        }
        first.get_or_insert_with(memory);
    }
    assert!(
        answered > each / 4 && refused > each / 4,
        "{answered} answered, {refused} refused: too little was tried"
    );
    let (first, last) = (first.unwrap_or_default(), memory());
    assert!(
        last < first + GROWTH,
        "memory grew from {first} to {last} bytes"
    );
    let alive = running.get("/healthz").send().await.expect("an answer");
    assert_eq!(alive.status(), StatusCode::OK);
}
