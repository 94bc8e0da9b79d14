//! Ctrl-C and `SIGTERM`.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use signal_hook::{
    consts::{SIGHUP, SIGINT, SIGTERM},
    flag,
};

/// Whether a signal asks the program to end.
#[derive(Clone, Debug)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Begins to listen for signals. The first is for us to tidy up; the second ends us at once, and
    /// the reapers of our children then end those.
    pub(crate) fn listen() -> io::Result<Self> {
        let happened = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            flag::register_conditional_shutdown(signal, 130, Arc::clone(&happened))?;
            flag::register(signal, Arc::clone(&happened))?;
        }
        Ok(Self(happened))
    }

    /// Whether a signal has come.
    #[must_use]
    pub fn happened(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
