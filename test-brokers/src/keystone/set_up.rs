//! Makes a Keystone's database and keys, and starts it.

use std::env;
use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{KeystoneOptions, PrivateKeystone, log_of};
use crate::{Error, ports::Port, process::ChildGroup};

/// Debian's packages are for the system's Python, not for whichever stands first on `PATH`.
const PYTHON: &str = "/usr/bin/python3";
const MANAGE: &str = "/usr/bin/keystone-manage";
pub(super) const SERVER: &str = "/usr/bin/keystone-wsgi-public";
/// Of an unused Keystone, all but the configuration.
const FILES: [&str; 5] = [
    "keystone.db",
    "fernet-keys/0",
    "fernet-keys/1",
    "credential-keys/0",
    "credential-keys/1",
];
const KEY_FOLDERS: [&str; 2] = ["fernet-keys", "credential-keys"];
/// Makes a copy a Keystone of its own: with its address and keys. Keystone answers its readers while
/// one writes.
const ADAPT: &str = "import base64, os, sqlite3, sys
with sqlite3.connect('keystone.db') as database:
    database.execute('PRAGMA journal_mode=WAL')
    database.execute('UPDATE endpoint SET url = ?', sys.argv[1:])
for path in ['fernet-keys/0', 'fernet-keys/1', 'credential-keys/0', 'credential-keys/1']:
    with open(path, 'wb') as file:
        file.write(base64.urlsafe_b64encode(os.urandom(32)))
";

/// Writes the configuration, database and keys.
pub(super) fn set_up(dir: &Path, port: &Port, options: KeystoneOptions) -> Result<(), Error> {
    let template = template()?;
    configure(dir, options)?;
    for name in FILES {
        let path = dir.join(name);
        fs::copy(template.join(name), &path)
            .map_err(Error::io(format!("cannot write {}", path.display())))?;
    }
    let mut adapt = Command::new(PYTHON);
    adapt.args(["-c", ADAPT, &super::url(port)]);
    run(dir, &mut adapt, "adapting the copy of a Keystone")
}

/// The folder of an unused Keystone, which others are copies of: `keystone-manage` takes 12 s of a
/// core. It is beside the running program, in the target folder, and is made again for another
/// version of Keystone or of this file.
fn template() -> Result<PathBuf, Error> {
    let program = env::current_exe().map_err(Error::io("cannot find the running program"))?;
    let beside = program.parent().unwrap_or(&program);
    let version = fs::metadata(MANAGE).and_then(|file| file.modified());
    let version = version.map_err(Error::io(format!("cannot read {MANAGE}")))?;
    let mut hasher = DefaultHasher::new();
    (version, include_str!("set_up.rs")).hash(&mut hasher);
    let template = beside.join(format!("keystone-template-{:016x}", hasher.finish()));

    let what = || format!("cannot make {}", template.display());
    let lock = File::create(beside.join("keystone-template.lock")).map_err(Error::io(what()))?;
    lock.lock().map_err(Error::io(what()))?;
    if template.is_dir() {
        return Ok(template);
    }
    // An interrupted program leaves one.
    let unfinished = beside.join("keystone-template.unfinished");
    if unfinished.is_dir() {
        fs::remove_dir_all(&unfinished).map_err(Error::io(what()))?;
    }
    fs::create_dir(&unfinished).map_err(Error::io(what()))?;
    make(&unfinished)?;
    fs::rename(&unfinished, &template).map_err(Error::io(what()))?;
    Ok(template)
}

/// Lets Keystone make its database, keys and first account.
fn make(dir: &Path) -> Result<(), Error> {
    configure(dir, KeystoneOptions::default())?;
    manage(dir, &["db_sync"])?;
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
        "http://replaced",
    ];
    manage(dir, &bootstrap)
}

/// Writes the configuration, and makes the folders of the keys. A hash of a password costs as little
/// as Keystone allows.
fn configure(dir: &Path, options: KeystoneOptions) -> Result<(), Error> {
    for name in KEY_FOLDERS {
        let path = dir.join(name);
        fs::create_dir(&path).map_err(Error::io(format!("cannot create {}", path.display())))?;
    }
    let conf = format!(
        "[DEFAULT]\nuse_stderr = true\n\
         [database]\nconnection = sqlite:///{dir}/keystone.db\n\
         [identity]\npassword_hash_rounds = 4\n\
         [token]\nprovider = fernet\nexpiration = {lifetime}\n\
         [fernet_tokens]\nkey_repository = {dir}/fernet-keys\n\
         [fernet_receipts]\nkey_repository = {dir}/fernet-keys\n\
         [credential]\nkey_repository = {dir}/credential-keys\n\
         [cache]\nenabled = true\nbackend = dogpile.cache.memory\n",
        dir = dir.display(),
        lifetime = options.token_lifetime.as_secs(),
    );
    let path = dir.join("keystone.conf");
    fs::write(&path, conf).map_err(Error::io(format!("cannot write {}", path.display())))
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
