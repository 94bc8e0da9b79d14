//! The files of a private service.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process,
    sync::atomic::{AtomicU32, Ordering},
};

use crate::{Error, process::ChildReaper};

/// A folder of its own for a private service, removed with it unless somebody wanted it kept.
#[derive(Debug)]
pub(crate) struct Folder {
    pub(crate) path: PathBuf,
    reaper: Option<ChildReaper>,
}

impl Folder {
    /// `wanted`, or a new one under the system's temporary folder.
    pub(crate) fn make(wanted: Option<&Path>) -> Result<Self, Error> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let path = wanted.map_or_else(
            || {
                let count = COUNT.fetch_add(1, Ordering::Relaxed);
                env::temp_dir().join(format!("test-brokers-{}-{count}", process::id()))
            },
            Path::to_owned,
        );
        let what = || format!("cannot create {}", path.display());
        fs::create_dir_all(&path).map_err(Error::io(what()))?;
        // Services run elsewhere; a relative path would miss.
        let path = path.canonicalize().map_err(Error::io(what()))?;
        // The second time for what a service wrote while it was being killed.
        let script = r#"rm -rf -- "$1"; sleep 1; rm -rf -- "$1""#;
        let reaper = match wanted {
            Some(_) => None,
            None => Some(ChildReaper::post(script, &path).map_err(Error::io("cannot start sh"))?),
        };
        Ok(Self { path, reaper })
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Some(reaper) = &mut self.reaper {
            reaper.dismiss();
            // What cannot be removed is left to the system's own cleaning.
            fs::remove_dir_all(&self.path).ok();
        }
    }
}
