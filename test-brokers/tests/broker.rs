//! A real private broker, from the library.

mod common;

use std::{fs, net::TcpStream, path::PathBuf};

use common::{alive, eventually, installed};
use test_brokers::{Error, Management, Options, PrivateBroker};

fn start(options: Options) -> PrivateBroker {
    PrivateBroker::start(options).expect("the broker starts")
}

#[test]
fn listens_on_loopback_only() {
    if !installed() {
        return;
    }
    let broker = start(Options::default());
    let overview = broker
        .management()
        .get("/api/overview")
        .expect("it answers");
    let listeners = overview["listeners"].as_array().expect("a list");
    let ports: Vec<_> = listeners
        .iter()
        .map(|listener| listener["port"].as_u64())
        .collect();
    let bound: Vec<_> = bound_addresses()
        .filter(|(_, port)| ports.contains(&Some((*port).into())))
        .collect();
    assert_eq!(
        bound.len(),
        3,
        "AMQP, management and distribution: {bound:?}"
    );
    assert!(
        bound.iter().all(|(address, _)| address == LOOPBACK),
        "{bound:?}"
    );
}

/// 127.0.0.1 as /proc/net/tcp writes it on a little-endian machine.
const LOOPBACK: &str = "0100007F";

/// The listening sockets of this machine, for the broker says `::` of a port on 127.0.0.1.
fn bound_addresses() -> impl Iterator<Item = (String, u16)> {
    ["/proc/net/tcp", "/proc/net/tcp6"]
        .into_iter()
        .flat_map(|table| {
            let text = fs::read_to_string(table).unwrap_or_default();
            let listening = text.lines().filter_map(|line| {
                let words: Vec<_> = line.split_whitespace().collect();
                let (address, port) = words.get(1)?.split_once(':')?;
                // 0A is LISTEN.
                let port = u16::from_str_radix(port, 16)
                    .ok()
                    .filter(|_| words[3] == "0A")?;
                Some((address.to_owned(), port))
            });
            listening.collect::<Vec<_>>()
        })
}

#[test]
fn restarts_with_its_ports_and_data_after_a_kill() {
    if !installed() {
        return;
    }
    let mut broker = start(Options::default());
    let url = broker.management_url();
    broker.management().add_vhost("kept").expect("added");
    broker.kill().expect("killed");
    assert_eq!(broker.pid(), None);
    broker.restart().expect("it comes up again");
    assert_eq!(broker.management_url(), url);
    broker
        .management()
        .get("/api/vhosts/kept")
        .expect("the vhost is still there");
}

#[test]
fn keeps_its_data_over_an_orderly_stop_and_another_start() {
    if !installed() {
        return;
    }
    let dir = std::env::temp_dir().join(format!("test-brokers-kept-{}", std::process::id()));
    let mut broker = start(Options::default().dir(&dir));
    broker.management().add_vhost("kept").expect("added");
    broker.stop().expect("stopped");
    drop(broker);
    let broker = start(Options::default().dir(&dir));
    let vhost = broker.management().get("/api/vhosts/kept");
    drop(broker);
    fs::remove_dir_all(&dir).expect("it was kept");
    vhost.expect("the vhost is still there");
}

#[test]
fn is_silent_while_frozen_and_answers_when_thawed() {
    if !installed() {
        return;
    }
    let mut broker = start(Options::default());
    broker.freeze().expect("frozen");
    let silent = broker.management().get("/api/overview");
    assert!(matches!(silent, Err(Error::Http { .. })), "{silent:?}");
    broker.thaw().expect("thawed");
    eventually("it answers again", || {
        broker.management().get("/api/overview").ok()
    });
}

#[test]
fn leaves_nothing_behind_when_dropped() {
    if !installed() {
        return;
    }
    let mut broker = start(Options::default());
    let (pid, dir) = (broker.pid().expect("it runs"), broker.dir().to_owned());
    let mapper = port_of_mapper(pid);
    drop(broker);
    assert!(!alive(pid), "the Erlang machine still runs");
    assert!(!dir.exists(), "{} is still there", dir.display());
    assert!(
        TcpStream::connect(("127.0.0.1", mapper)).is_err(),
        "the port mapper still runs"
    );
}

fn port_of_mapper(pid: u32) -> u16 {
    let environment = fs::read(format!("/proc/{pid}/environ")).expect("ours to read");
    let environment = String::from_utf8_lossy(&environment).into_owned();
    let value = environment
        .split('\0')
        .find_map(|line| line.strip_prefix("ERL_EPMD_PORT="));
    value.expect("it is set").parse().expect("a number")
}

#[test]
fn adds_users_who_can_sign_in_with_their_tags() {
    if !installed() {
        return;
    }
    let broker = start(Options::default());
    broker
        .add_user("eve", "s3cret:/", "monitoring,management", &["/"])
        .expect("added");
    let eve = Management::new(&broker.management_url(), "eve", "s3cret:/");
    let whoami = eve.get("/api/whoami").expect("she may sign in");
    assert_eq!(
        whoami["tags"],
        serde_json::json!(["monitoring", "management"]),
        "{whoami}"
    );
}

#[test]
fn takes_lines_of_configuration() {
    if !installed() {
        return;
    }
    let broker = start(Options::default().conf("management.rates_mode = none"));
    let overview = broker
        .management()
        .get("/api/overview")
        .expect("it answers");
    assert_eq!(overview["rates_mode"], "none");
}

#[test]
fn says_why_it_did_not_start() {
    if !installed() {
        return;
    }
    let error = PrivateBroker::start(Options::default().conf("no_such_key = 1"))
        .expect_err("the broker refuses that key");
    assert!(
        matches!(&error, Error::Ended { log, .. } if log.contains("no_such_key")),
        "{error}"
    );
}

#[test]
fn names_the_package_when_there_is_no_rabbitmq() {
    let options = Options {
        server: PathBuf::from("/nowhere/rabbitmq-server"),
        ..Options::default()
    };
    let error = PrivateBroker::start(options).expect_err("nothing is there");
    assert!(
        error.to_string().contains("package rabbitmq-server"),
        "{error}"
    );
}
