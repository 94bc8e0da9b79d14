use std::{
    net::{Ipv4Addr, TcpStream},
    path::Path,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use rustix::process::Signal;

use crate::{
    Error, Management, Options,
    folder::Folder,
    node::{self, Mapper, Ports},
    process::ChildGroup,
};

/// A running RabbitMQ of our own, with the management plugin, on loopback.
#[derive(Debug)]
pub struct PrivateBroker {
    // Fields drop in this order: the node before what it needs, folder and ports last.
    node: Option<ChildGroup>,
    name: String,
    mapper: Arc<Mapper>,
    dir: Folder,
    ports: Ports,
    options: Options,
    management: Management,
}

impl PrivateBroker {
    /// User of a fresh broker, an administrator.
    pub const USER: &str = "guest";
    /// The password of [`Self::USER`].
    pub const PASSWORD: &str = "guest";

    /// Starts a broker and waits until its management API and its AMQP port answer.
    ///
    /// # Errors
    ///
    /// When RabbitMQ is not installed, or does not come up in time.
    pub fn start(options: Options) -> Result<Self, Error> {
        let mapper = Arc::new(Mapper::start()?);
        Self::launch(options, node::NODE.to_owned(), mapper, None)
    }

    /// Starts a node of that name, with a cookie where it is to be one of several.
    pub(crate) fn launch(
        options: Options,
        name: String,
        mapper: Arc<Mapper>,
        cookie: Option<&str>,
    ) -> Result<Self, Error> {
        if !options.installed() {
            return Err(Error::NotInstalled(options.server));
        }
        let dir = Folder::make(options.dir.as_deref())?;
        let ports = Ports::reserve()?;
        node::configure(&dir.path, &ports, &options)?;
        if let Some(cookie) = cookie {
            node::share_cookie(&dir.path, cookie)?;
        }
        let url = format!("http://127.0.0.1:{}", ports.management.number);
        let management = Management::new(&url, Self::USER, Self::PASSWORD);
        let mut broker = Self {
            node: None,
            name,
            mapper,
            dir,
            ports,
            options,
            management,
        };
        broker.restart()?;
        Ok(broker)
    }

    /// Address of the management API and UI, without a login.
    pub fn management_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.ports.management.number)
    }

    /// Address for AMQP clients, with [`Self::USER`] as login and the default vhost.
    pub fn amqp_url(&self) -> String {
        let (user, password) = (Self::USER, Self::PASSWORD);
        format!(
            "amqp://{user}:{password}@127.0.0.1:{}/%2f",
            self.ports.amqp.number
        )
    }

    /// Name of the Erlang node.
    pub fn node_name(&self) -> &str {
        &self.name
    }

    /// Folder of the broker's files.
    pub fn dir(&self) -> &Path {
        &self.dir.path
    }

    /// Process id of the Erlang machine, or `None` when it is not running.
    pub fn pid(&mut self) -> Option<u32> {
        let node = self.node.as_mut()?;
        match node.try_wait() {
            Ok(None) => Some(node.id()),
            _ => None,
        }
    }

    /// The management API, as administrator.
    pub fn management(&self) -> &Management {
        &self.management
    }

    /// Adds a user; see [`Management::add_user`].
    ///
    /// # Errors
    ///
    /// When the broker does not answer, or refuses.
    pub fn add_user(
        &self,
        name: &str,
        password: &str,
        tags: &str,
        vhosts: &[&str],
    ) -> Result<(), Error> {
        self.management.add_user(name, password, tags, vhosts)
    }

    /// Runs `rabbitmqctl` for the broker, such as with `["stop_app"]`.
    ///
    /// # Errors
    ///
    /// When it cannot start, or fails.
    pub fn control(&self, arguments: &[&str]) -> Result<(), Error> {
        let Self {
            name,
            dir,
            ports,
            mapper,
            options,
            ..
        } = self;
        node::control(name, &dir.path, ports, mapper, options, arguments)
    }

    /// Stops the Erlang machine in its tracks (`SIGSTOP`): connections stay open, nobody answers.
    ///
    /// # Errors
    ///
    /// When the broker is not running.
    pub fn freeze(&mut self) -> Result<(), Error> {
        self.signal(Signal::STOP)
    }

    /// Lets a frozen broker go on (`SIGCONT`).
    ///
    /// # Errors
    ///
    /// When the broker is not running.
    pub fn thaw(&mut self) -> Result<(), Error> {
        self.signal(Signal::CONT)
    }

    /// Kills the broker (`SIGKILL`). Its files and ports stay reserved for [`Self::restart`].
    ///
    /// # Errors
    ///
    /// When the operating system refuses.
    pub fn kill(&mut self) -> Result<(), Error> {
        if let Some(mut node) = self.node.take() {
            node.kill().map_err(Error::io("cannot kill the broker"))?;
        }
        Ok(())
    }

    /// Shuts the broker down in good order, so that all it has is on disk; kills it after 30 s.
    ///
    /// # Errors
    ///
    /// When the operating system refuses.
    pub fn stop(&mut self) -> Result<(), Error> {
        if let Some(mut node) = self.node.take() {
            node.terminate(Duration::from_secs(30))
                .map_err(Error::io("cannot stop the broker"))?;
        }
        Ok(())
    }

    /// Starts the broker again, on the same ports and with its files, and waits until it answers.
    /// One that is still running is killed first.
    ///
    /// # Errors
    ///
    /// When it does not come up in time.
    pub fn restart(&mut self) -> Result<(), Error> {
        self.kill()?;
        self.node = Some(node::start_broker(
            &self.name,
            &self.dir.path,
            &self.ports,
            &self.mapper,
            &self.options,
        )?);
        let limit = self.options.start_timeout;
        let deadline = Instant::now() + limit;
        while !self.answers() {
            let node = self.node.as_mut().ok_or(Error::NotRunning)?;
            let ended = node
                .try_wait()
                .map_err(Error::io("cannot watch the broker"))?;
            if let Some(status) = ended {
                return Err(Error::Ended {
                    what: "broker",
                    status,
                    log: node::trouble(&self.dir.path),
                });
            }
            if Instant::now() >= deadline {
                return Err(Error::NotUp {
                    what: "broker",
                    after: limit,
                    log: node::trouble(&self.dir.path),
                });
            }
            thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    /// The AMQP port opens last, after the plugins.
    fn answers(&self) -> bool {
        TcpStream::connect((Ipv4Addr::LOCALHOST, self.ports.amqp.number)).is_ok()
            && self.management.get("/api/overview").is_ok()
    }

    fn signal(&mut self, signal: Signal) -> Result<(), Error> {
        let node = self.node.as_mut().ok_or(Error::NotRunning)?;
        node.signal(signal).map_err(|_| Error::NotRunning)
    }
}
