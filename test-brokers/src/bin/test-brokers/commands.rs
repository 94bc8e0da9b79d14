//! What is started, standard input and signals as one stream.

use std::{
    error::Error,
    io, process,
    sync::mpsc::{self, Receiver},
    thread,
};

use crate::on_signal;

/// Something that happened.
enum Event<T> {
    Started(Result<Box<T>, test_brokers::Error>),
    Line(String),
    End,
}

/// Starts something, and listens while it does.
pub(crate) struct Commands<T> {
    events: Receiver<Event<T>>,
    early: Vec<String>,
}

impl<T: Send + 'static> Commands<T> {
    /// Begins.
    pub(crate) fn listen(
        start: impl FnOnce() -> Result<T, test_brokers::Error> + Send + 'static,
    ) -> Result<Self, Box<dyn Error>> {
        let (sender, events) = mpsc::channel();
        on_signal(sender.clone(), || Event::End)?;
        let input = sender.clone();
        thread::spawn(move || {
            for line in io::stdin().lines().map_while(Result::ok) {
                if input.send(Event::Line(line)).is_err() {
                    return;
                }
            }
            // Nobody listens any more when this fails.
            input.send(Event::End).ok();
        });
        thread::spawn(move || {
            // As above.
            sender.send(Event::Started(start().map(Box::new))).ok();
        });
        let early = Vec::new();
        Ok(Self { events, early })
    }

    /// Waits for what is started. A signal to end before that ends the program.
    pub(crate) fn started(&mut self) -> Result<Box<T>, Box<dyn Error>> {
        loop {
            match self.events.recv()? {
                Event::Started(started) => return Ok(started?),
                Event::Line(line) => self.early.push(line),
                // Reapers end what has been started so far.
                Event::End => process::exit(0),
            }
        }
    }

    /// The lines, until there are no more or a signal ends the program.
    pub(crate) fn lines(self) -> impl Iterator<Item = String> {
        let later = self.events.into_iter().map_while(|event| match event {
            Event::Line(line) => Some(line),
            _ => None,
        });
        self.early.into_iter().chain(later)
    }
}
