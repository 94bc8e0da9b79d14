//! Ports on loopback that stay ours while the broker is down.
//!
//! They lie below the range from which the system takes ports for outgoing connections (on Linux
//! from 32768): there, a client that keeps trying a dead broker's port can end up connected to
//! itself, and the broker finds its port taken when it comes back. A locked file a port keeps two
//! processes from choosing the same one before either has bound it.

use std::{
    env, fs,
    fs::{File, TryLockError},
    net::{Ipv4Addr, TcpListener},
    os::unix::fs::MetadataExt,
    path::PathBuf,
    process,
};

use crate::Error;

const FIRST: u16 = 20_000;
const LAST: u16 = 31_999;

/// A port that no other process using this module gets as long as this value lives.
#[derive(Debug)]
pub(crate) struct Port {
    pub(crate) number: u16,
    _lock: File,
}

impl Port {
    /// Reserves `N` free ports.
    pub(crate) fn reserve<const N: usize>() -> Result<[Self; N], Error> {
        let dir = lock_dir()?;
        let span = u32::from(LAST - FIRST) + 1;
        // Processes start looking at different places, so they seldom meet.
        let start = process::id().wrapping_mul(97) % span;
        let mut candidates = (0..span).map(|i| FIRST + ((start + i) % span) as u16);
        let mut ports = Vec::with_capacity(N);
        while ports.len() < N {
            let number = candidates.next().ok_or(Error::NoFreePort {
                first: FIRST,
                last: LAST,
            })?;
            let path = dir.join(number.to_string());
            let file = File::create(&path)
                .map_err(Error::io(format!("cannot create {}", path.display())))?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => continue,
                Err(TryLockError::Error(e)) => {
                    return Err(Error::io(format!("cannot lock {}", path.display()))(e));
                }
            }
            if TcpListener::bind((Ipv4Addr::LOCALHOST, number)).is_ok() {
                ports.push(Self {
                    number,
                    _lock: file,
                });
            }
        }
        Ok(ports
            .try_into()
            .unwrap_or_else(|_| unreachable!("the loop ends with N ports")))
    }
}

/// A folder of this user for the locks: files of another user in a shared one could not be opened.
fn lock_dir() -> Result<PathBuf, Error> {
    let uid = fs::metadata("/proc/self")
        .map_err(Error::io("cannot read /proc/self"))?
        .uid();
    let dir = env::temp_dir().join(format!("test-brokers-ports-{uid}"));
    fs::create_dir_all(&dir).map_err(Error::io(format!("cannot create {}", dir.display())))?;
    Ok(dir)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_reservations_share_no_port() {
        let a: [Port; 4] = Port::reserve().expect("ports");
        let b: [Port; 4] = Port::reserve().expect("ports");
        for port in &a {
            assert!(
                b.iter().all(|other| other.number != port.number),
                "{port:?} given twice"
            );
        }
    }

    #[test]
    fn a_bound_port_is_passed_over() {
        let [port] = Port::reserve().expect("a port");
        let number = port.number;
        let _listener = TcpListener::bind((Ipv4Addr::LOCALHOST, number)).expect("it is free");
        drop(port);
        let [next] = Port::reserve().expect("a port");
        assert_ne!(next.number, number);
    }
}
