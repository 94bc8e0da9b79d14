//! Flags, variables and file: which wins, and what is refused with which words.

mod alarms;
mod broker_files;
mod broker_refusals;
mod given;
mod help;
mod passwords;
mod portals;
mod precedence;
mod refusals;
