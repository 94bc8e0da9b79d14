//! Light, steady AMQP traffic, so that there is something to see.
//!
//! Ten queues over the given virtual hosts; 50 to 200 messages a second, in slow waves; consumers
//! that acknowledge after a while and fall behind at the crest of a wave, so that messages wait
//! ready and unacknowledged, never more than a bound; some of every other kind too: redelivered,
//! unroutable, polled, without acknowledgement; and short-lived connections. Whoever loses its
//! connection comes back when the broker does.

mod churn;
mod consume;
mod many;
mod poll;
mod publish;
mod topology;
mod wave;

use std::{future::Future, io, ops::Range, thread, time::Duration};

use lapin::{Connection, ConnectionProperties, uri::AMQPUri};
use rand::random_range;
use tokio::{
    runtime,
    sync::oneshot,
    task::JoinSet,
    time::{sleep, timeout},
};

use topology::{QUEUES, QueueSpec, Reader};

/// Where the traffic goes.
#[derive(Clone, Debug)]
pub struct Options {
    /// Address and login, such as `amqp://guest:guest@127.0.0.1:5672`; the virtual host in it counts
    /// only when `vhosts` is empty.
    pub amqp_url: String,
    /// Virtual hosts to spread the queues over; they must exist.
    pub vhosts: Vec<String>,
}

/// Why there is no traffic.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The address cannot be read.
    #[error("{url:?} is no AMQP address: {reason}; expected amqp://user:password@host:port")]
    Url {
        /// The address as given.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// No thread or event loop could be made.
    #[error("cannot start the traffic: {0}")]
    Runtime(#[from] io::Error),
    /// The broker refused, or its connection broke.
    #[error("cannot declare the queues: {0}")]
    Broker(#[from] lapin::Error),
}

/// Traffic on a thread of its own; dropping it ends the traffic and removes its queues.
#[derive(Debug)]
pub struct Traffic {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Traffic {
    /// Starts the traffic. A broker that does not answer is waited for.
    ///
    /// # Errors
    ///
    /// When the address cannot be read, or no thread can be started.
    pub fn start(options: &Options) -> Result<Self, Error> {
        let uris = uris(options)?;
        let runtime = runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let (stop, stopped) = oneshot::channel();
        let thread = thread::Builder::new()
            .name("traffic".into())
            .spawn(move || {
                runtime.block_on(drive(uris, async {
                    // A dropped sender means the same.
                    stopped.await.ok();
                }));
            })?;
        Ok(Self {
            stop: Some(stop),
            thread: Some(thread),
        })
    }
}

impl Drop for Traffic {
    fn drop(&mut self) {
        self.stop.take();
        if let Some(thread) = self.thread.take() {
            // A panic over there has been printed over there.
            thread.join().ok();
        }
    }
}

/// Makes traffic until `until` is done, then removes its queues.
///
/// # Errors
///
/// When the address cannot be read.
pub async fn run(options: &Options, until: impl Future<Output = ()>) -> Result<(), Error> {
    drive(uris(options)?, until).await;
    Ok(())
}

/// Declares many queues, one of each number, some of them with messages, and returns when they are
/// there. Queues that are there already are let be.
///
/// # Errors
///
/// When the address cannot be read, or the broker refuses.
pub fn declare_many(options: &Options, numbers: Range<u32>) -> Result<(), Error> {
    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    for uri in uris(options)? {
        runtime.block_on(many::declare(&uri, numbers.clone()))?;
    }
    Ok(())
}

/// One address for each virtual host.
fn uris(options: &Options) -> Result<Vec<AMQPUri>, Error> {
    let uri: AMQPUri = options.amqp_url.parse().map_err(|reason| Error::Url {
        url: options.amqp_url.clone(),
        reason,
    })?;
    if options.vhosts.is_empty() {
        return Ok(vec![uri]);
    }
    let of_vhost = |vhost: &String| AMQPUri {
        vhost: vhost.clone(),
        ..uri.clone()
    };
    Ok(options.vhosts.iter().map(of_vhost).collect())
}

async fn drive(uris: Vec<AMQPUri>, until: impl Future<Output = ()>) {
    let mut actors = JoinSet::new();
    for (i, uri) in uris.iter().enumerate() {
        let queues: Vec<&'static QueueSpec> = QUEUES.iter().skip(i).step_by(uris.len()).collect();
        // Two consumers' connections, so that not all queues hang on one.
        for half in 0..2 {
            let read: Vec<_> = queues
                .iter()
                .copied()
                .filter(|queue| queue.reader != Reader::Polls)
                .skip(half)
                .step_by(2)
                .collect();
            let uri = uri.clone();
            actors.spawn(forever(move || consume::run(uri.clone(), read.clone())));
        }
        let polled: Vec<_> = queues
            .iter()
            .copied()
            .filter(|queue| queue.reader == Reader::Polls)
            .collect();
        if !polled.is_empty() {
            let uri = uri.clone();
            actors.spawn(forever(move || poll::run(uri.clone(), polled.clone())));
        }
        let uri = uri.clone();
        actors.spawn(forever(move || publish::run(uri.clone(), queues.clone())));
    }
    let everywhere = uris.clone();
    actors.spawn(forever(move || churn::run(everywhere.clone())));

    until.await;
    actors.shutdown().await;
    for uri in &uris {
        // A broker that is gone has nothing left to remove.
        timeout(Duration::from_secs(3), topology::remove(uri))
            .await
            .ok();
    }
}

/// Runs an actor again and again: it ends only when it has lost its broker.
async fn forever<A: Future<Output = lapin::Result<()>>>(mut actor: impl FnMut() -> A) {
    loop {
        // Why it ended is plain to see in the broker's log, and no news worth a line here.
        actor().await.ok();
        sleep(Duration::from_millis(random_range(500..2000))).await;
    }
}

/// Connects under a name that the broker's pages show.
async fn connect(uri: &AMQPUri, name: &str) -> lapin::Result<Connection> {
    let properties = ConnectionProperties::default().with_connection_name(name.into());
    Connection::connect_uri(uri.clone(), properties).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(url: &str, vhosts: &[&str]) -> Options {
        Options {
            amqp_url: url.into(),
            vhosts: vhosts.iter().map(|vhost| (*vhost).to_owned()).collect(),
        }
    }

    #[test]
    fn each_vhost_has_an_address() {
        let uris = uris(&options("amqp://a:b@127.0.0.1:1", &["/", "other"])).expect("fine");
        let vhosts: Vec<_> = uris.iter().map(|uri| uri.vhost.as_str()).collect();
        assert_eq!(vhosts, ["/", "other"]);
    }

    #[test]
    fn without_vhosts_the_one_of_the_address_counts() {
        let uris = uris(&options("amqp://a:b@127.0.0.1:1/mine", &[])).expect("fine");
        assert_eq!(uris[0].vhost, "mine");
    }

    #[test]
    fn an_address_of_another_kind_is_refused() {
        let error = uris(&options("http://127.0.0.1", &[])).expect_err("http is no AMQP");
        assert!(
            error.to_string().contains("amqp://user:password@host:port"),
            "{error}"
        );
    }
}
