//! A door to the broker that counts who goes through: requests of HTTP, with the time of each.

use std::{
    io::{self, Read, Write},
    net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::{SystemTime, UNIX_EPOCH},
};

/// Passes connections on to one address and notes every request in them. Lives until the process
/// ends.
#[derive(Debug)]
pub(super) struct Counter {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<Request>>>,
}

/// A request that went through.
#[derive(Clone, Debug)]
struct Request {
    /// When its head was complete, milliseconds since the epoch.
    at: u64,
    /// Method and path, without the query.
    what: String,
}

impl Counter {
    /// Listens on a free port of loopback.
    pub(super) fn before(target: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let requests = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&requests);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let noted = Arc::clone(&noted);
                thread::spawn(move || {
                    // When one side closes, the connection of the other ends too.
                    pass(&client, target, &noted).ok();
                });
            }
        });
        Ok(Self { address, requests })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// What was asked for from one time on until before another (milliseconds since the epoch), in
    /// order.
    pub(super) fn between(&self, from: u64, to: u64) -> Vec<String> {
        let requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        requests
            .iter()
            .filter(|request| (from..to).contains(&request.at))
            .map(|request| request.what.clone())
            .collect()
    }
}

fn pass(client: &TcpStream, target: SocketAddr, noted: &Mutex<Vec<Request>>) -> io::Result<()> {
    let server = TcpStream::connect(target)?;
    server.set_nodelay(true)?;
    client.set_nodelay(true)?;
    let (mut from_server, mut to_client) = (server.try_clone()?, client.try_clone()?);
    thread::spawn(move || {
        // As above.
        io::copy(&mut from_server, &mut to_client).ok();
        to_client.shutdown(Shutdown::Write).ok();
    });
    let mut heads = Heads::default();
    let mut bytes = [0; 16 * 1024];
    let (mut client, mut server) = (client, &server);
    loop {
        let count = client.read(&mut bytes)?;
        if count == 0 {
            return server.shutdown(Shutdown::Write);
        }
        server.write_all(&bytes[..count])?;
        for what in heads.feed(&bytes[..count]) {
            let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH);
            let at = since_epoch.unwrap_or_default().as_millis();
            let at = u64::try_from(at).unwrap_or(u64::MAX);
            let mut noted = noted.lock().unwrap_or_else(PoisonError::into_inner);
            noted.push(Request { at, what });
        }
    }
}

/// Finds the requests in what one client sends.
#[derive(Debug, Default)]
struct Heads {
    head: Vec<u8>,
    /// How much of a body is still to come. Nobody here sends one in chunks.
    body: usize,
}

impl Heads {
    /// The requests whose heads end in these bytes.
    fn feed(&mut self, mut bytes: &[u8]) -> Vec<String> {
        let mut found = Vec::new();
        while !bytes.is_empty() {
            let body = self.body.min(bytes.len());
            self.body -= body;
            bytes = &bytes[body..];
            let Some((&byte, rest)) = bytes.split_first() else {
                break;
            };
            bytes = rest;
            self.head.push(byte);
            if self.head.ends_with(b"\r\n\r\n") {
                let head = String::from_utf8_lossy(&self.head).into_owned();
                self.head.clear();
                self.body = length(&head);
                found.push(what(&head));
            }
        }
        found
    }
}

fn what(head: &str) -> String {
    let mut words = head.split_whitespace();
    let method = words.next().unwrap_or_default();
    let path = words.next().unwrap_or_default();
    let path = path.split_once('?').map_or(path, |(path, _)| path);
    format!("{method} {path}")
}

fn length(head: &str) -> usize {
    let value = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then_some(value)
    });
    value
        .and_then(|value| value.trim().parse().ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GET: &[u8] = b"GET /api/overview?a=b HTTP/1.1\r\nHost: x\r\n\r\n";

    #[test]
    fn a_head_may_come_in_pieces() {
        let mut heads = Heads::default();
        let (first, second) = GET.split_at(20);
        assert!(heads.feed(first).is_empty());
        assert_eq!(heads.feed(second), ["GET /api/overview"]);
    }

    #[test]
    fn two_heads_may_come_at_once() {
        let mut heads = Heads::default();
        assert_eq!(heads.feed(&[GET, GET].concat()).len(), 2);
    }

    #[test]
    fn a_body_is_no_head() {
        let mut heads = Heads::default();
        let put = b"PUT /a HTTP/1.1\r\nContent-length: 45\r\n\r\n";
        assert_eq!(heads.feed(&[put, GET, GET].concat()).len(), 2);
    }

    #[test]
    fn a_request_is_passed_on_and_noted() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let counter = Counter::before(listener.local_addr().expect("bound")).expect("a port");
        let mut client = TcpStream::connect(counter.address()).expect("it listens");
        client.write_all(GET).expect("sent");
        let mut received = vec![0; GET.len()];
        let (mut server, _) = listener.accept().expect("it connects");
        server.read_exact(&mut received).expect("passed on");
        assert_eq!(received, GET);
        server.write_all(b"fine").expect("sent");
        drop(server);
        let mut answer = String::new();
        client.read_to_string(&mut answer).expect("passed back");
        assert_eq!(answer, "fine");
        drop(client);
        // Noted after it was passed on, by another thread.
        while counter.between(0, u64::MAX).is_empty() {
            thread::yield_now();
        }
        assert_eq!(counter.between(0, u64::MAX), ["GET /api/overview"]);
    }
}
