//! Opening the file: the lock, the settings of SQLite, the version.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::failure::{Failure, NO_LOCKS, Outcome};
use super::options::Options;
use super::schema;
use crate::error::StoreError;

/// Another program, such as `sqlite3`, may hold the file for so long before it counts as locked.
const TIMEOUT: Duration = Duration::from_secs(2);
/// Statements that a connection keeps compiled.
const STATEMENTS: usize = 64;
/// A page of the file: one 4 KiB block of the disk.
const PAGE: u64 = 4096;

/// Takes the lock that keeps other processes away while it is held. It is a file
/// beside the store's, so that it goes with the process however that ends.
pub(super) fn lock(path: &Path) -> Result<File, StoreError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let name = PathBuf::from(name);
    let unavailable = |error: &dyn std::fmt::Display| {
        StoreError::Unavailable(format!(
            "{}: {error}; its folder must be writable",
            name.display()
        ))
    };
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(&name);
    let file = file.map_err(|error| unavailable(&error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::Unavailable(format!(
            "{}: locked, another Warren uses it; give each a folder of its own",
            path.display()
        ))),
        Err(TryLockError::Error(error)) if has_no_locks(&error) => Err(StoreError::Unavailable(
            format!("{}: {error}; {NO_LOCKS}", name.display()),
        )),
        Err(TryLockError::Error(error)) => Err(unavailable(&error)),
    }
}

/// Whether a file system refuses locks, rather than this one lock.
fn has_no_locks(error: &std::io::Error) -> bool {
    /// `ENOLCK`: NFS without its lock service, for example.
    const NO_LOCKS_AVAILABLE: i32 = if cfg!(target_os = "linux") { 37 } else { 77 };
    error.kind() == ErrorKind::Unsupported || error.raw_os_error() == Some(NO_LOCKS_AVAILABLE)
}

/// The writer's connection to a file, which is made or brought to this version.
pub(super) fn writer(path: &Path, options: &Options) -> Outcome<Connection> {
    withhold(path);
    let mut conn = Connection::open(path)?;
    settle(&conn)?;
    // Before the first table: an old file keeps what it has.
    conn.pragma_update(None, "page_size", PAGE as i64)?;
    conn.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
    conn.pragma_update_and_check(None, "journal_mode", "WAL", |row| {
        let mode: String = row.get(0)?;
        Ok(mode)
    })
    .map_err(Failure::from)
    .and_then(|mode| match mode.as_str() {
        "wal" => Ok(()),
        // SQLite keeps the old mode where files cannot be shared in memory.
        _ => Err(Failure::Store(StoreError::Unavailable(format!(
            "{}: the write-ahead log cannot be used; {NO_LOCKS}",
            path.display()
        )))),
    })?;
    // In WAL mode both survive a kill of the process.
    let synchronous = if options.survives_power_cut {
        "FULL"
    } else {
        "NORMAL"
    };
    conn.pragma_update(None, "synchronous", synchronous)?;
    conn.pragma_update(None, "journal_size_limit", 64 << 20)?;
    schema::migrate(&mut conn, schema::STEPS)?;
    bound(&conn, options)?;
    Ok(conn)
}

/// Keeps the file, which holds keys, from other accounts of the machine, with the files that SQLite
/// has beside it. New ones get the mode of the store's file; those of an earlier run, which a kill
/// left behind, keep the mode that they have.
fn withhold(path: &Path) {
    #[cfg(unix)]
    {
        use std::fs::{metadata, set_permissions};
        use std::io::ErrorKind;
        use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false).mode(0o600);
        // Whether it cannot be opened is for whoever opens it next.
        drop(options.open(path));
        for end in ["", "-wal", "-shm", "-journal", ".lock"] {
            let mut name = path.as_os_str().to_owned();
            name.push(end);
            let withheld = metadata(&name).and_then(|found| {
                if found.permissions().mode() & 0o777 == 0o600 {
                    return Ok(());
                }
                set_permissions(&name, PermissionsExt::from_mode(0o600))
            });
            // SQLite makes the others when it needs them. A file system without permissions has
            // none to give.
            if let Err(error) = withheld
                && error.kind() != ErrorKind::NotFound
            {
                let file = Path::new(&name).display();
                tracing::debug!(%error, %file, "a file could not be withheld from others");
            }
        }
    }
    #[cfg(not(unix))]
    let _ = path;
}

/// A reader's.
pub(super) fn reader(path: &Path) -> Outcome<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags)?;
    settle(&conn)?;
    Ok(conn)
}

/// The one connection to a store in memory.
pub(super) fn memory(options: &Options) -> Outcome<Connection> {
    let mut conn = Connection::open_in_memory()?;
    settle(&conn)?;
    schema::migrate(&mut conn, schema::STEPS)?;
    bound(&conn, options)?;
    Ok(conn)
}

fn settle(conn: &Connection) -> Outcome<()> {
    conn.busy_timeout(TIMEOUT)?;
    conn.set_prepared_statement_cache_capacity(STATEMENTS);
    // Plans do not hang on the values that are asked for: else a statement is compiled again for each
    // other series and span, which takes longer than answering it.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    // KiB, each connection: what is read again and again; the rest is the system's.
    conn.pragma_update(None, "cache_size", -4096)?;
    Ok(())
}

fn bound(conn: &Connection, options: &Options) -> Outcome<()> {
    if let Some(size) = options.max_size {
        conn.pragma_update(None, "max_page_count", (size / PAGE).max(1) as i64)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn a_file_system_without_locks_is_distinguished_from_other_faults() {
        let error = std::io::Error::from_raw_os_error;
        // ENOLCK, ENOSYS, EOPNOTSUPP.
        for code in [37, 38, 95] {
            assert!(has_no_locks(&error(code)), "{code}");
        }
        // EACCES, EIO, ENOSPC.
        for code in [13, 5, 28] {
            assert!(!has_no_locks(&error(code)), "{code}");
        }
    }
}
