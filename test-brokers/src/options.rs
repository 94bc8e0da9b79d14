use std::{env, path::PathBuf, time::Duration};

/// The server script of Debian's package. Not the one on `PATH`: that one changes to the
/// system's `rabbitmq` user, which owns none of our files.
const DEBIAN_SERVER: &str = "/usr/lib/rabbitmq/bin/rabbitmq-server";

/// How a private broker is to be started.
#[derive(Clone, Debug)]
pub struct Options {
    /// The server script. Default: `RIG_RABBITMQ_SERVER`, else that of Debian's package.
    pub server: PathBuf,
    /// Folder for data, logs and configuration; kept when the broker ends. `None`: a new one under
    /// the system's temporary folder, removed with the broker.
    pub dir: Option<PathBuf>,
    /// Lines for `rabbitmq.conf`, after our own, such as `collect_statistics_interval = 1000`.
    pub conf: Vec<String>,
    /// Plugins beside the management plugin, such as `rabbitmq_prometheus`.
    pub plugins: Vec<String>,
    /// How long the broker may take to come up. Default: 5 minutes, for a machine that is busy
    /// compiling; alone it takes 8 s.
    pub start_timeout: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            server: env::var_os("RIG_RABBITMQ_SERVER")
                .map_or_else(|| PathBuf::from(DEBIAN_SERVER), PathBuf::from),
            dir: None,
            conf: Vec::new(),
            plugins: Vec::new(),
            start_timeout: Duration::from_mins(5),
        }
    }
}

impl Options {
    /// Adds a line to `rabbitmq.conf`.
    #[must_use]
    pub fn conf(mut self, line: impl Into<String>) -> Self {
        self.conf.push(line.into());
        self
    }

    /// Enables a plugin.
    #[must_use]
    pub fn plugin(mut self, name: impl Into<String>) -> Self {
        self.plugins.push(name.into());
        self
    }

    /// Keeps the broker's files in `dir`.
    #[must_use]
    pub fn dir(mut self, dir: impl Into<PathBuf>) -> Self {
        self.dir = Some(dir.into());
        self
    }

    /// Whether the server script is there, so that [`PrivateBroker::start`] can work.
    ///
    /// [`PrivateBroker::start`]: crate::PrivateBroker::start
    pub fn installed(&self) -> bool {
        self.server.is_file()
    }
}
