//! Malformed requests to server functions and pages: real ones, changed at random, are answered or
//! refused, and the server goes on. See [`test_fixtures::malformed`].

use http::{HeaderValue, StatusCode, header as names};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use test_fixtures::malformed::{Checker, SEEDS, address, mutate};

use crate::common::{Running, session_cookie};

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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn malformed_requests_are_answered_or_refused_and_the_server_goes_on() {
    let mut checker = Checker::new(REQUESTS, GROWTH);
    let running = Running::start(&["--trusted-proxy", "127.0.0.1"]).await;
    let answer = running.sign_in("").send().await.expect("an answer");
    let cookie = session_cookie(answer.headers()).to_owned();
    let cookie = cookie.split(';').next().expect("a pair").to_owned();
    for seed in SEEDS {
        let mut random = StdRng::seed_from_u64(seed);
        let mut sent = 0;
        while sent < checker.requests_per_seed {
            let is_post = random.random_bool(0.4);
            let (path, body) = if is_post {
                *POSTS.choose(&mut random).expect("some")
            } else {
                (*GETS.choose(&mut random).expect("some"), "")
            };
            let (mut path, mut body) = (path.as_bytes().to_vec(), body.as_bytes().to_vec());
            for _ in 0..random.random_range(0..3) {
                if is_post && random.random_bool(0.7) {
                    mutate(&mut random, &mut body);
                } else {
                    mutate(&mut random, &mut path);
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
            let address = address(sent).parse().expect("a header");
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
            checker.check(&what, status, &headers, &text);
        }
        checker.end_of_seed();
    }
    checker.finish();
    let alive = running.get("/healthz").send().await.expect("an answer");
    assert_eq!(alive.status(), StatusCode::OK);
}
