//! A private RabbitMQ on loopback, for `cargo xtask run` and for tests against a real broker.
//!
//! [`PrivateBroker::start`] starts Debian's `rabbitmq-server` as a child process with its own
//! folder, cookie, node name, ports and port mapper, so that it meets neither a system broker nor
//! the one of the test beside it. Everything listens on `127.0.0.1` only. Dropping the value ends
//! all it started; so does the death of the process that holds it, however it dies.
//!
//! ```no_run
//! let mut broker = test_brokers::PrivateBroker::start(test_brokers::Options::default())?;
//! let overview = broker.management().get("/api/overview")?;
//! println!("{} at {}", overview["rabbitmq_version"], broker.management_url());
//! broker.freeze()?;
//! # Ok::<(), test_brokers::Error>(())
//! ```
//!
//! [`PrivateCluster`] is several of them that are one broker.
//!
//! [`PrivateKeystone`] is the same for a Keystone, [`PrivateHorizon`] for a Horizon, Debian's too.
//!
//! All calls block; from asynchronous code use `tokio::task::spawn_blocking`.
//!
//! With the cargo feature `traffic` there is also [`traffic`], a generator of light, steady AMQP
//! traffic, and the program `test-brokers`, which does all this for callers that are not Rust.

mod broker;
mod cluster;
mod error;
mod folder;
mod horizon;
mod keystone;
mod management;
mod node;
mod options;
mod ports;
pub mod process;
#[cfg(feature = "traffic")]
pub mod traffic;

pub use broker::PrivateBroker;
pub use cluster::PrivateCluster;
pub use error::Error;
pub use horizon::{HorizonOptions, PrivateHorizon};
pub use keystone::{KeystoneOptions, PrivateKeystone};
pub use management::Management;
pub use options::Options;
