//! Child processes that never outlive us.

use std::{
    ffi::OsStr,
    io,
    os::unix::process::CommandExt,
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process_group};

/// A shell that runs a script once we are gone, however we die: by `SIGKILL`, or at a test
/// runner's time limit, nothing is dropped. It waits for a pipe of ours, which the kernel closes.
#[derive(Debug)]
pub(crate) struct ChildReaper(Child);

impl ChildReaper {
    /// `script` finds `argument` as `$1`.
    pub(crate) fn post(script: &str, argument: impl AsRef<OsStr>) -> io::Result<Self> {
        Command::new("sh")
            .args(["-c", &format!("read -r _; {script}"), "reaper"])
            .arg(argument)
            // Else a Ctrl-C in the terminal would take it with us.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map(Self)
    }

    /// Ends the guard without running the script.
    pub(crate) fn dismiss(&mut self) {
        // It may have ended already; either way it is gone afterwards.
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// A child in a process group of its own, so that a Ctrl-C in the terminal reaches us alone and we
/// end our children in the order we want.
///
/// Dropping it kills the group, and a reaper does when we die without dropping anything.
#[derive(Debug)]
pub struct ChildGroup {
    child: Child,
    reaper: ChildReaper,
    ended: Option<ExitStatus>,
}

impl ChildGroup {
    /// Starts `command` in a new process group.
    ///
    /// # Errors
    ///
    /// When the program, or the reaper's `sh`, cannot be started.
    pub fn spawn(command: &mut Command) -> io::Result<Self> {
        let mut child = command.process_group(0).spawn()?;
        let reaper = ChildReaper::post(r#"kill -s KILL -- "-$1""#, child.id().to_string());
        match reaper {
            Ok(reaper) => Ok(Self {
                child,
                reaper,
                ended: None,
            }),
            Err(e) => {
                child.kill()?;
                child.wait()?;
                Err(e)
            }
        }
    }

    /// Process id of the child, which is also the id of its group.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The child itself, for its pipes.
    pub fn child(&mut self) -> &mut Child {
        &mut self.child
    }

    /// How the child ended, or `None` while it runs.
    ///
    /// # Errors
    ///
    /// If the operating system does not report the child's state.
    pub fn try_wait(&mut self) -> io::Result<Option<ExitStatus>> {
        if self.ended.is_none()
            && let Some(status) = self.child.try_wait()?
        {
            self.ended = Some(status);
            // The id may now be given to somebody else's process.
            self.reaper.dismiss();
        }
        Ok(self.ended)
    }

    /// Waits at most `limit` for the child to end by itself.
    ///
    /// # Errors
    ///
    /// If the operating system does not report the child's state.
    pub fn wait_timeout(&mut self, limit: Duration) -> io::Result<Option<ExitStatus>> {
        let deadline = Instant::now() + limit;
        loop {
            let status = self.try_wait()?;
            if status.is_some() || Instant::now() >= deadline {
                return Ok(status);
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Sends a signal to the whole group.
    ///
    /// # Errors
    ///
    /// When the child has ended already, or the signal may not be sent.
    pub fn signal(&mut self, signal: Signal) -> io::Result<()> {
        if self.try_wait()?.is_some() {
            return Err(io::Error::other("the process has ended"));
        }
        let pid = Pid::from_raw(self.child.id().cast_signed())
            .ok_or_else(|| io::Error::other("a process id is never zero"))?;
        Ok(kill_process_group(pid, signal)?)
    }

    /// Asks the group to end (`SIGTERM`), and kills what is left of it after `grace`.
    ///
    /// # Errors
    ///
    /// When the operating system refuses.
    pub fn terminate(&mut self, grace: Duration) -> io::Result<ExitStatus> {
        if let Some(status) = self.try_wait()? {
            return Ok(status);
        }
        self.signal(Signal::TERM)?;
        // A stopped process would not get to it.
        self.signal(Signal::CONT).ok();
        match self.wait_timeout(grace)? {
            Some(status) => Ok(status),
            None => self.kill(),
        }
    }

    /// Kills the group (`SIGKILL`).
    ///
    /// # Errors
    ///
    /// When the operating system refuses.
    pub fn kill(&mut self) -> io::Result<ExitStatus> {
        if let Some(status) = self.try_wait()? {
            return Ok(status);
        }
        self.signal(Signal::KILL)?;
        self.reaper.dismiss();
        let status = self.child.wait()?;
        self.ended = Some(status);
        Ok(status)
    }
}

impl Drop for ChildGroup {
    fn drop(&mut self) {
        // A failure has no consequence here.
        self.kill().ok();
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, io::Read, path::Path};

    use super::*;

    fn sleeper() -> ChildGroup {
        ChildGroup::spawn(Command::new("sleep").arg("600")).expect("sleep starts")
    }

    fn running(pid: u32) -> bool {
        // A killed orphan may stay behind as a zombie where nobody reaps.
        fs::read_to_string(format!("/proc/{pid}/stat"))
            .is_ok_and(|stat| !stat.contains(") Z ") && Path::new("/proc").exists())
    }

    #[test]
    fn terminate_says_how_the_child_ended() {
        use std::os::unix::process::ExitStatusExt;
        let status = sleeper()
            .terminate(Duration::from_secs(30))
            .expect("it ends");
        assert_eq!(status.signal(), Some(Signal::TERM.as_raw()));
    }

    #[test]
    fn terminate_ends_a_stopped_child() {
        let mut child = sleeper();
        child.signal(Signal::STOP).expect("it stops");
        child.terminate(Duration::from_secs(30)).expect("it ends");
        assert!(!running(child.id()));
    }

    #[test]
    fn a_dropped_child_is_gone() {
        let child = sleeper();
        let pid = child.id();
        drop(child);
        assert!(!running(pid));
    }

    #[test]
    fn an_ended_child_takes_no_signal() {
        let mut child = ChildGroup::spawn(&mut Command::new("true")).expect("true starts");
        child
            .wait_timeout(Duration::from_secs(30))
            .expect("it ends")
            .expect("in time");
        assert!(child.signal(Signal::TERM).is_err());
    }

    /// Closing the reaper's pipe is what the kernel does when we are killed.
    #[test]
    fn the_reaper_kills_when_its_pipe_closes() {
        let mut child = ChildGroup::spawn(Command::new("sleep").arg("600").stdout(Stdio::piped()))
            .expect("sleep starts");
        drop(child.reaper.0.stdin.take());
        let mut rest = Vec::new();
        let mut stdout = child.child().stdout.take().expect("it is piped");
        // Ends when the last holder of the pipe, the sleeper, is gone.
        stdout.read_to_end(&mut rest).expect("the pipe ends");
        let status = child
            .wait_timeout(Duration::from_secs(30))
            .expect("it ends");
        assert!(status.is_some_and(|status| !status.success()));
    }
}
