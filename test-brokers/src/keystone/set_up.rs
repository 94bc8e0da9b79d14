//! Makes a Keystone's database and keys, and starts it.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};

use super::{KeystoneOptions, PrivateKeystone, log_of};
use crate::{Error, ports::Port, process::ChildGroup};

/// Debian's packages are for the system's Python, not for whichever stands first on `PATH`.
const PYTHON: &str = "/usr/bin/python3";
const MANAGE: &str = "/usr/bin/keystone-manage";
pub(super) const SERVER: &str = "/usr/bin/keystone-wsgi-public";
/// Keystone answers its readers while one writes.
const WRITE_AHEAD: &str = "import sqlite3, sys; \
    sqlite3.connect(sys.argv[1]).execute('PRAGMA journal_mode=WAL')";

/// Writes the configuration, and lets Keystone make its database, keys and first account.
pub(super) fn set_up(dir: &Path, port: &Port, options: KeystoneOptions) -> Result<(), Error> {
    let write = |name: &str, text: &str| {
        let path = dir.join(name);
        fs::write(&path, text).map_err(Error::io(format!("cannot write {}", path.display())))
    };
    for name in ["fernet-keys", "credential-keys"] {
        let path = dir.join(name);
        fs::create_dir(&path).map_err(Error::io(format!("cannot create {}", path.display())))?;
    }
    let database = dir.join("keystone.db");
    let conf = format!(
        "[DEFAULT]\nuse_stderr = true\n\
         [database]\nconnection = sqlite:///{database}\n\
         [token]\nprovider = fernet\nexpiration = {lifetime}\n\
         [fernet_tokens]\nkey_repository = {dir}/fernet-keys\n\
         [fernet_receipts]\nkey_repository = {dir}/fernet-keys\n\
         [credential]\nkey_repository = {dir}/credential-keys\n\
         [cache]\nenabled = true\nbackend = dogpile.cache.memory\n",
        database = database.display(),
        dir = dir.display(),
        lifetime = options.token_lifetime.as_secs(),
    );
    write("keystone.conf", &conf)?;
    let url = super::url(port);
    manage(dir, &["db_sync"])?;
    let mut pragma = Command::new(PYTHON);
    run(
        dir,
        pragma.args(["-c", WRITE_AHEAD]).arg(&database),
        "the database's journal",
    )?;
    // Whom the keys shall belong to; both also go by number.
    let user = rustix::process::getuid().as_raw().to_string();
    let group = rustix::process::getgid().as_raw().to_string();
    let owner = ["--keystone-user", &user, "--keystone-group", &group];
    manage(dir, &[&["fernet_setup"], &owner[..]].concat())?;
    manage(dir, &[&["credential_setup"], &owner[..]].concat())?;
    let bootstrap = [
        "bootstrap",
        "--bootstrap-password",
        PrivateKeystone::PASSWORD,
        "--bootstrap-region-id",
        "RegionOne",
        "--bootstrap-public-url",
        &url,
    ];
    manage(dir, &bootstrap)
}

fn manage(dir: &Path, arguments: &[&str]) -> Result<(), Error> {
    let mut command = Command::new(PYTHON);
    command
        .args([MANAGE, "--config-file"])
        .arg(dir.join("keystone.conf"))
        .args(arguments);
    run(
        dir,
        &mut command,
        &format!("keystone-manage {}", arguments[0]),
    )
}

fn run(dir: &Path, command: &mut Command, what: &str) -> Result<(), Error> {
    let output = command
        .current_dir(dir)
        .env("PYTHONWARNINGS", "ignore")
        .stdin(Stdio::null())
        .output()
        .map_err(Error::io(format!("cannot start {what}")))?;
    if output.status.success() {
        return Ok(());
    }
    Err(Error::SetUp {
        what: what.to_owned(),
        status: output.status,
        log: String::from_utf8_lossy(&output.stderr).into_owned(),
    })
}

pub(super) fn serve(dir: &Path, port: &Port) -> Result<ChildGroup, Error> {
    let path = log_of(dir);
    let what = format!("cannot write {}", path.display());
    let log = File::create(&path).map_err(Error::io(&*what))?;
    let errors = log.try_clone().map_err(Error::io(&*what))?;
    let mut command = Command::new(PYTHON);
    command
        .args([SERVER, "--host", "127.0.0.1", "--port"])
        .arg(port.number.to_string())
        .current_dir(dir)
        .env("OS_KEYSTONE_CONFIG_DIR", dir)
        .env("PYTHONWARNINGS", "ignore")
        .stdin(Stdio::null())
        .stdout(log)
        .stderr(errors);
    ChildGroup::spawn(&mut command).map_err(Error::io("cannot start Keystone"))
}
