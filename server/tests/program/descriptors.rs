//! More connections than the system allows open files.

use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use crate::common::{Broker, browser};
use crate::program::{Folder, Program};

/// Open files that the program may have. It needs about 25 without any connection.
const LIMIT: u64 = 48;
const CONNECTIONS: usize = 300;

#[tokio::test]
async fn probes_are_answered_and_the_log_says_why_without_a_free_descriptor() {
    let broker = Broker::start().await;
    let folder = Folder::make();
    let program = Program::start_with_open_files(&broker, &folder, LIMIT).await;
    let address: SocketAddr = program.authority().parse().expect("an address");
    let connect = || TcpStream::connect(address).expect("the system accepts it");
    let idle: Vec<_> = (0..CONNECTIONS).map(|_| connect()).collect();
    let client = browser();
    for _ in 0..10 {
        let started = Instant::now();
        let answer = client.get(format!("http://{address}/healthz")).send().await;
        assert_eq!(answer.expect("an answer").status(), 200);
        let took = started.elapsed();
        // Each of those that wait costs a millisecond; a machine under load needs more.
        assert!(took < Duration::from_secs(5), "{took:?}");
    }
    program.until_logged("a connection was not accepted").await;
    program.until_logged("LimitNOFILE").await;
    drop(idle);
}
