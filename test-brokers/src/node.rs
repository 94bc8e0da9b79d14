//! One run of the broker: its files, its environment, its two processes.

use std::{
    env, fs,
    fs::File,
    io,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::{Error, Options, folder::Folder, ports::Port, process::ChildGroup};

/// The node's name: `localhost` so that it resolves on any machine. Brokers beside each other may
/// share it, for each has a port mapper of its own.
pub(crate) const NODE: &str = "rabbit@localhost";

/// What nodes of one cluster share, and nobody else knows: whoever has it may do all to a node.
const COOKIE: &str = ".erlang.cookie";

/// An Erlang port mapper of our own, by which nodes find each other.
#[derive(Debug)]
pub(crate) struct Mapper {
    // Fields drop in this order: the process before its folder and port.
    _process: ChildGroup,
    _dir: Folder,
    port: Port,
}

impl Mapper {
    /// Starts one. The broker would start one itself, but as a daemon that stays when the broker is
    /// gone.
    pub(crate) fn start() -> Result<Self, Error> {
        let [port] = Port::reserve()?;
        let dir = Folder::make(None)?;
        let number = port.number.to_string();
        let mut command = Command::new("epmd");
        command
            .args(["-port", &number, "-address", "127.0.0.1"])
            .current_dir(&dir.path);
        log_to(&mut command, &dir.path.join("epmd.log"))
            .map_err(Error::io("cannot write the port mapper's log"))?;
        let process = ChildGroup::spawn(&mut command).map_err(Error::io("cannot start epmd"))?;
        Ok(Self {
            _process: process,
            _dir: dir,
            port,
        })
    }
}

/// The ports of a broker; they stay the same over restarts.
#[derive(Debug)]
pub(crate) struct Ports {
    pub(crate) amqp: Port,
    pub(crate) management: Port,
    distribution: Port,
}

impl Ports {
    pub(crate) fn reserve() -> Result<Self, Error> {
        let [amqp, management, distribution] = Port::reserve()?;
        Ok(Self {
            amqp,
            management,
            distribution,
        })
    }
}

/// Writes the configuration into `dir`, which is made if need be.
pub(crate) fn configure(dir: &Path, ports: &Ports, options: &Options) -> Result<(), Error> {
    for folder in ["home", "mnesia", "log"] {
        let folder = dir.join(folder);
        fs::create_dir_all(&folder)
            .map_err(Error::io(format!("cannot create {}", folder.display())))?;
    }
    let mut conf = format!(
        "listeners.tcp.1 = 127.0.0.1:{}\n\
         management.tcp.ip = 127.0.0.1\n\
         management.tcp.port = {}\n",
        ports.amqp.number, ports.management.number
    );
    for line in &options.conf {
        conf.push_str(line);
        conf.push('\n');
    }
    let mut plugins = "[rabbitmq_management".to_owned();
    for plugin in &options.plugins {
        plugins.push(',');
        plugins.push_str(plugin);
    }
    plugins.push_str("].\n");
    for (name, text) in [
        ("rabbitmq.conf", conf.as_str()),
        ("enabled_plugins", plugins.as_str()),
    ] {
        let path = dir.join(name);
        fs::write(&path, text).map_err(Error::io(format!("cannot write {}", path.display())))?;
    }
    Ok(())
}

/// Writes a cookie that the nodes of a cluster share; a node alone makes one itself.
pub(crate) fn share_cookie(dir: &Path, cookie: &str) -> Result<(), Error> {
    let path = dir.join("home").join(COOKIE);
    let what = || format!("cannot write {}", path.display());
    fs::write(&path, cookie).map_err(Error::io(what()))?;
    // Erlang takes none that others may read.
    fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).map_err(Error::io(what()))
}

/// A program of the broker, in the environment of its node.
fn in_environment(
    program: &Path,
    name: &str,
    dir: &Path,
    ports: &Ports,
    mapper: &Mapper,
) -> Command {
    let mut command = Command::new(program);
    command.env_clear().current_dir(dir);
    for kept in ["PATH", "TMPDIR"] {
        if let Some(value) = env::var_os(kept) {
            command.env(kept, value);
        }
    }
    command
        // The Erlang cookie lies in the home folder.
        .env("HOME", dir.join("home"))
        .env("LANG", "C.UTF-8")
        // Makes the script replace itself with the Erlang machine instead of waiting for it.
        .env("RUNNING_UNDER_SYSTEMD", "true")
        .env("ERL_EPMD_ADDRESS", "127.0.0.1")
        .env("ERL_EPMD_PORT", mapper.port.number.to_string())
        .env("RABBITMQ_NODENAME", name)
        .env("RABBITMQ_DIST_PORT", ports.distribution.number.to_string())
        .env("RABBITMQ_MNESIA_BASE", dir.join("mnesia"))
        .env("RABBITMQ_LOG_BASE", dir.join("log"))
        .env("RABBITMQ_CONFIG_FILE", dir.join("rabbitmq.conf"))
        .env("RABBITMQ_ENABLED_PLUGINS_FILE", dir.join("enabled_plugins"))
        // The rest would be looked for in /etc/rabbitmq. They need not exist.
        .env("RABBITMQ_CONFIG_FILES", dir.join("conf.d"))
        .env("RABBITMQ_ADVANCED_CONFIG_FILE", dir.join("advanced.config"))
        .env("RABBITMQ_CONF_ENV_FILE", dir.join("rabbitmq-env.conf"))
        .env(
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS",
            "-kernel inet_dist_use_interface {127,0,0,1}",
        );
    command
}

/// Runs `rabbitmqctl` with some arguments.
pub(crate) fn control(
    name: &str,
    dir: &Path,
    ports: &Ports,
    mapper: &Mapper,
    options: &Options,
    arguments: &[&str],
) -> Result<(), Error> {
    let program = options.server.with_file_name("rabbitmqctl");
    let mut command = in_environment(&program, name, dir, ports, mapper);
    let output = command
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .map_err(Error::io(format!("cannot start {}", program.display())))?;
    if output.status.success() {
        return Ok(());
    }
    Err(Error::Ended {
        what: "rabbitmqctl",
        status: output.status,
        log: String::from_utf8_lossy(&output.stderr).into_owned(),
    })
}

/// Starts the broker. The child is the Erlang machine itself, not a script around it.
pub(crate) fn start_broker(
    name: &str,
    dir: &Path,
    ports: &Ports,
    mapper: &Mapper,
    options: &Options,
) -> Result<ChildGroup, Error> {
    let mut command = in_environment(&options.server, name, dir, ports, mapper);
    log_to(&mut command, &output_of(dir)).map_err(Error::io("cannot write the broker's log"))?;
    ChildGroup::spawn(&mut command).map_err(Error::io(format!(
        "cannot start {}",
        options.server.display()
    )))
}

/// What the broker of `dir` said of its trouble: from its first error on, else the end.
pub(crate) fn trouble(dir: &Path) -> String {
    const LINES: usize = 30;
    let text = fs::read_to_string(output_of(dir)).unwrap_or_default();
    let lines: Vec<_> = text.lines().collect();
    let first = lines
        .iter()
        .position(|line| line.contains("[error]"))
        .unwrap_or(lines.len().saturating_sub(LINES));
    lines[first..]
        .iter()
        .take(LINES)
        .copied()
        .collect::<Vec<_>>()
        .join("\n")
}

fn output_of(dir: &Path) -> PathBuf {
    dir.join("broker.log")
}

/// Of the last start only; the broker keeps a log of its own over all of them.
fn log_to(command: &mut Command, path: &Path) -> io::Result<()> {
    let log = File::create(path)?;
    command
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log);
    Ok(())
}
