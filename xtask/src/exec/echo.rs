//! What a program prints, passed on while it prints it, and the last lines of it kept.

use std::{
    collections::VecDeque,
    io::{self, BufRead, BufReader, PipeReader, Write},
    process::{Command, Stdio},
    sync::mpsc::{self, Receiver},
    thread,
    time::Duration,
};

/// Enough for an assertion with its two sides, or for an error of the compiler.
const LINES: usize = 60;
/// A program's grandchildren may hold its output open when it has ended.
const PATIENCE: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(super) struct Echo {
    kept: Receiver<VecDeque<String>>,
}

impl Echo {
    /// Leads both outputs of a program that is about to be run here.
    pub(super) fn attach(command: &mut Command) -> io::Result<Self> {
        let (reader, writer) = io::pipe()?;
        command.stdout(writer.try_clone()?).stderr(writer);
        let (sender, kept) = mpsc::channel();
        thread::spawn(move || sender.send(pass_on(reader, &mut io::stderr())));
        Ok(Self { kept })
    }

    /// What the program printed at its end, now that it has ended; nothing if its output is still
    /// held open.
    pub(super) fn end(self, command: &mut Command) -> String {
        // Its ends of the pipe, which are ours as long as the command has them.
        command.stdout(Stdio::inherit()).stderr(Stdio::inherit());
        let lines = self.kept.recv_timeout(PATIENCE).unwrap_or_default();
        lines.into_iter().collect()
    }
}

/// Reads to the end. The last lines, with what ends them.
fn pass_on(reader: PipeReader, to: &mut impl Write) -> VecDeque<String> {
    let mut reader = BufReader::new(reader);
    let mut kept = VecDeque::new();
    let mut line = Vec::new();
    while reader
        .read_until(b'\n', &mut line)
        .is_ok_and(|read| read > 0)
    {
        // Nobody may be listening any more; the program goes on all the same.
        let _ = to.write_all(&line);
        if kept.len() == LINES {
            kept.pop_front();
        }
        kept.push_back(String::from_utf8_lossy(&line).into_owned());
        line.clear();
    }
    kept
}
