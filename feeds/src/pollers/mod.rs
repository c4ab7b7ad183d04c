//! What others do not send but show: services over HTTP, and files of stations over FTP and SFTP, asked
//! again and again.
//!
//! A poller ([`PollerConfig`]) fetches a payload and hands it to an adapter; what was refused stands
//! among the dead letters under the adapter's name. It asks for what lies between the last it has and
//! now, never records what the log has already, and notes how far it is only after the disk has it.
//! After a failure it waits twice as long each time, up to a limit. Each has a thread of its own, so
//! that a server that is slow holds up nobody else.

mod backoff;
mod checkpoint;
mod config;
mod files;
mod ftp;
mod poller;
mod running;
mod services;
mod sftp;
mod status;

pub(crate) use backoff::Backoff;
pub use config::{FtpConfig, GapConfig, HttpConfig, PollerConfig, RetryConfig, SftpConfig};
pub use ftp::FtpError;
pub use poller::{PollError, PollerParts};
pub use running::{Pollers, PollersError};
pub use sftp::SftpError;
pub use status::PollerStatus;

#[cfg(test)]
mod tests;
