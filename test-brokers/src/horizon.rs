//! A private Horizon: Debian's, with its own settings, sessions and port, and Warren's panel in it.
//!
//! Nothing under `/etc` or `/usr` is touched: a settings module in a folder of its own stands in for
//! the machine's, and the plugin is found where its sources are.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use ureq::Agent;

use crate::{Error, folder::Folder, ports::Port, process::ChildGroup};

/// Debian's packages are for the system's Python, not for whichever stands first on `PATH`.
const PYTHON: &str = "/usr/bin/python3";
const MANAGE: &str = "/usr/share/openstack-dashboard/manage.py";
/// How long it may take to come up, on a machine that is busy compiling; alone it takes 2 s.
const START: Duration = Duration::from_mins(2);
/// Its settings: Debian's, with these in the place of `local_settings.py`.
const SETTINGS: &str = include_str!("horizon/settings.py");

/// How a private Horizon is to be started.
#[derive(Clone, Debug)]
pub struct HorizonOptions {
    /// The Keystone that it signs people in at, with `/v3`.
    pub keystone_url: String,
    /// Where a browser finds Warren's dashboard.
    pub warren_url: String,
    /// The folder with the plugin's package `warren_horizon`.
    pub plugin: PathBuf,
}

/// A running Horizon of our own, on loopback: one process, sessions in its memory.
#[derive(Debug)]
pub struct PrivateHorizon {
    // Fields drop in this order: the process before its folder and its port.
    process: ChildGroup,
    dir: Folder,
    port: Port,
}

impl PrivateHorizon {
    /// Whether there is a Horizon that can be started.
    pub fn installed() -> bool {
        Path::new(MANAGE).is_file()
    }

    /// Starts a Horizon, and waits until it shows its sign-in page.
    ///
    /// # Errors
    ///
    /// When Horizon is not installed, or does not come up in time.
    pub fn start(options: &HorizonOptions) -> Result<Self, Error> {
        if !Self::installed() {
            return Err(Error::NoHorizon(PathBuf::from(MANAGE)));
        }
        let dir = Folder::make(None)?;
        let [port] = Port::reserve()?;
        let settings = dir.path.join("private_horizon.py");
        fs::write(&settings, SETTINGS)
            .map_err(Error::io(format!("cannot write {}", settings.display())))?;
        let process = serve(&dir.path, &port, options)?;
        let mut horizon = Self { process, dir, port };
        horizon.wait()?;
        Ok(horizon)
    }

    /// The origin of its pages.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port.number)
    }

    /// What it logged so far.
    pub fn log(&self) -> String {
        fs::read_to_string(log_of(&self.dir.path)).unwrap_or_default()
    }

    fn wait(&mut self) -> Result<(), Error> {
        let config = Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(20)))
            // The environment's proxy knows nothing of our loopback.
            .proxy(None)
            .build();
        let agent: Agent = config.into();
        let page = format!("{}/auth/login/", self.url());
        let deadline = Instant::now() + START;
        while agent.get(&page).call().is_err() {
            let ended = self.process.try_wait();
            if let Some(status) = ended.map_err(Error::io("cannot watch Horizon"))? {
                let (what, log) = ("Horizon", self.log());
                return Err(Error::Ended { what, status, log });
            }
            if Instant::now() >= deadline {
                let (what, log, after) = ("Horizon", self.log(), START);
                return Err(Error::NotUp { what, after, log });
            }
            thread::sleep(Duration::from_millis(100));
        }
        Ok(())
    }
}

fn log_of(dir: &Path) -> PathBuf {
    dir.join("horizon.log")
}

fn serve(dir: &Path, port: &Port, options: &HorizonOptions) -> Result<ChildGroup, Error> {
    let path = log_of(dir);
    let what = format!("cannot write {}", path.display());
    let log = File::create(&path).map_err(Error::io(&*what))?;
    let errors = log.try_clone().map_err(Error::io(&*what))?;
    let plugin = options.plugin.canonicalize();
    let plugin = plugin.map_err(Error::io(format!(
        "cannot find {}",
        options.plugin.display()
    )))?;
    let paths = std::env::join_paths([dir, plugin.as_path()]).map_err(|error| {
        Error::io("cannot name the plugin's folder")(std::io::Error::other(error))
    })?;
    let mut command = Command::new(PYTHON);
    command
        // One process, since sessions are in its memory; its own files, since no web server is there.
        .args([MANAGE, "runserver", "--insecure", "--noreload"])
        .arg(format!("127.0.0.1:{}", port.number))
        .current_dir(dir)
        .env("PYTHONPATH", paths)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("PYTHONWARNINGS", "ignore")
        .env("DJANGO_SETTINGS_MODULE", "private_horizon")
        .env("PRIVATE_KEYSTONE_URL", &options.keystone_url)
        .env("PRIVATE_WARREN_URL", &options.warren_url)
        // It asks nobody but its neighbours on loopback.
        .env("NO_PROXY", "*")
        .env("no_proxy", "*")
        .stdin(Stdio::null())
        .stdout(log)
        .stderr(errors);
    ChildGroup::spawn(&mut command).map_err(Error::io("cannot start Horizon"))
}
