//! Connections that are held open on purpose: each one ends, and probes are answered meanwhile.

use std::future::Future;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use http::StatusCode;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

use crate::common::{Broker, Running, browser};

/// Short enough for a test, long enough for a slow machine to send what it has.
const TIMEOUT: Duration = Duration::from_millis(400);
/// No test waits longer than this for a connection to end.
const LONG: Duration = Duration::from_secs(20);

const HEALTH: &str = "GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n";

async fn start(flags: &[&str]) -> Running {
    let broker = Broker::start().await;
    Running::configured(broker, flags, |config| {
        config.connections.head_timeout = TIMEOUT;
        config.connections.body_timeout = TIMEOUT;
        config.connections.write_timeout = TIMEOUT;
    })
    .await
}

fn listeners(running: &Running) -> [SocketAddr; 2] {
    let web = running.server.web().expect("a dashboard");
    [web, running.server.metering().expect("an API")]
}

async fn send(address: SocketAddr, text: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    stream.write_all(text.as_bytes()).await.expect("sent");
    stream
}

/// What arrives until the connection ends. A reset ends it too.
async fn until_closed(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    let read = async {
        let mut buffer = vec![0; 16 << 10];
        while let Ok(length @ 1..) = stream.read(&mut buffer).await {
            answer.extend_from_slice(&buffer[..length]);
        }
    };
    in_time(read).await;
    String::from_utf8_lossy(&answer).into_owned()
}

async fn in_time<T>(future: impl Future<Output = T>) -> T {
    let ended = tokio::time::timeout(LONG, future).await;
    ended.expect("it is still open")
}

async fn status(running: &Running, path: &str) -> StatusCode {
    let answer = browser().get(running.url(path)).send().await;
    answer.expect("an answer").status()
}

async fn read_answer(stream: &mut TcpStream) -> String {
    let mut buffer = vec![0; 4096];
    let length = in_time(stream.read(&mut buffer)).await.expect("an answer");
    String::from_utf8_lossy(&buffer[..length]).into_owned()
}

#[tokio::test]
async fn body_that_never_ends_is_answered_with_408_and_closed() {
    let running = start(&[]).await;
    let [web, api] = listeners(&running);
    let origin = format!("http://{web}");
    let form = format!("origin: {origin}\r\ncontent-type: application/x-www-form-urlencoded");
    let json = "content-type: application/json".to_owned();
    for (address, path, headers, expected) in [
        (web, "/fn/sign_in", &form, "did not arrive in time"),
        (api, "/identity/v3/auth/tokens", &json, "\"code\":408"),
        (api, "/v2/rabbit/share-links/open", &json, "\"code\":408"),
    ] {
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: {address}\r\n{headers}\r\ncontent-length: 40\r\n\r\n{{"
        );
        let answer = until_closed(&mut send(address, &head).await).await;
        assert!(answer.starts_with("HTTP/1.1 408 "), "{path}: {answer}");
        assert!(answer.contains("connection: close"), "{path}: {answer}");
        assert!(answer.contains(expected), "{path}: {answer}");
    }
}

#[tokio::test]
async fn body_of_a_byte_now_and_then_ends_too() {
    let running = start(&[]).await;
    let [_, api] = listeners(&running);
    let head = "POST /identity/v3/auth/tokens HTTP/1.1\r\nhost: localhost\r\n\
                content-type: application/json\r\ncontent-length: 60000\r\n\r\n";
    let mut stream = send(api, head).await;
    let started = Instant::now();
    let answer = in_time(async {
        loop {
            let mut buffer = [0; 4096];
            let wait = tokio::time::timeout(TIMEOUT / 8, stream.read(&mut buffer));
            if let Ok(read) = wait.await {
                let length = read.expect("an answer");
                return String::from_utf8_lossy(&buffer[..length]).into_owned();
            }
            stream.write_all(b" ").await.expect("sent");
        }
    })
    .await;
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    assert!(started.elapsed() >= TIMEOUT / 2, "{:?}", started.elapsed());
}

#[tokio::test]
async fn answer_that_nobody_reads_is_ended() {
    let running = start(&[]).await;
    let [web, api] = listeners(&running);
    for (address, path) in [(web, "/sign-in"), (api, "/openapi.json")] {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.set_recv_buffer_size(4096).expect("a small buffer");
        let mut stream = socket.connect(address).await.expect("a connection");
        // Many requests at once, until neither side's buffers hold another answer.
        let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n").repeat(100);
        let ended = async { while stream.write_all(request.as_bytes()).await.is_ok() {} };
        in_time(ended).await;
    }
}

#[tokio::test]
async fn unfinished_heads_and_idle_connections_end() {
    let running = start(&[]).await;
    for address in listeners(&running) {
        let mut unfinished = send(address, "GET / HTTP/1.1\r\nx-a: 1\r\n").await;
        let mut idle = send(address, HEALTH).await;
        let answer = read_answer(&mut idle).await;
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
        until_closed(&mut unfinished).await;
        assert_eq!(until_closed(&mut idle).await, "");
    }
}

#[test]
fn idle_connections_outlast_those_of_common_load_balancers() {
    // A balancer that closes after 60 s must be the first to close.
    let limits = server::listener::ConnectionLimits::default();
    assert_eq!(limits.head_timeout, Duration::from_secs(75));
}

#[tokio::test]
async fn heads_of_more_than_32_kib_are_refused() {
    let running = start(&[]).await;
    for address in listeners(&running) {
        let head = format!("GET /healthz HTTP/1.1\r\nx-a: {}", "a".repeat(40 << 10));
        let mut stream = TcpStream::connect(address).await.expect("a connection");
        // The peer may close before all of it is sent.
        stream.write_all(head.as_bytes()).await.ok();
        let answer = until_closed(&mut stream).await;
        assert!(
            answer.is_empty() || answer.starts_with("HTTP/1.1 431 "),
            "{answer}"
        );
        let head = format!(
            "GET /healthz HTTP/1.1\r\nhost: localhost\r\nx-a: {}\r\n\r\n",
            "a".repeat(16 << 10)
        );
        let answer = read_answer(&mut send(address, &head).await).await;
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    }
}

#[tokio::test]
async fn probes_are_answered_while_one_address_opens_more_than_its_share() {
    probes_are_answered_beyond("--max-connections-per-address").await;
}

#[tokio::test]
async fn probes_are_answered_while_more_connections_are_opened_than_are_allowed() {
    probes_are_answered_beyond("--max-connections").await;
}

async fn probes_are_answered_beyond(cap: &str) {
    let broker = Broker::start().await;
    let running = Running::with_broker(broker, &[cap, "16"]).await;
    let [web, api] = listeners(&running);
    let sign_in = format!(
        "POST /fn/sign_in HTTP/1.1\r\nhost: {web}\r\norigin: http://{web}\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: 100\r\n\r\nu"
    );
    let token = "POST /identity/v3/auth/tokens HTTP/1.1\r\nhost: localhost\r\n\
                 content-type: application/json\r\ncontent-length: 100\r\n\r\n{";
    for (address, half) in [(web, sign_in.as_str()), (api, token)] {
        let mut first = send(address, half).await;
        let mut others = Vec::new();
        for _ in 0..64 {
            others.push(send(address, half).await);
        }
        // The same address; a prober of another one has even more room.
        let answer = read_answer(&mut send(address, HEALTH).await).await;
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
        // The oldest made room.
        assert_eq!(until_closed(&mut first).await, "");
    }
}

#[tokio::test]
async fn requests_under_way_keep_their_connection() {
    // One poll, so that what the broker is asked next is the sign-in's.
    let flags = ["--max-connections-per-address", "8", "--tick", "5m"];
    let running = Running::start(&flags).await;
    while status(&running, "/readyz").await != StatusCode::OK {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    running.broker.asked.notified().now_or_never();
    running.broker.answers.forget_permits(usize::MAX);
    let sign_in = tokio::spawn(running.sign_in("").send());
    running.broker.asked.notified().await;
    let web = running.server.web().expect("a dashboard");
    let mut others = Vec::new();
    for _ in 0..32 {
        others.push(send(web, "POST /").await);
    }
    assert_eq!(status(&running, "/healthz").await, StatusCode::OK);
    running.broker.answers.add_permits(10);
    let answer = sign_in.await.expect("no panic").expect("an answer");
    assert_eq!(answer.status(), StatusCode::FOUND);
}
