//! Pollers against servers that are real.

mod egress;
mod ftp;
mod http;
mod sftp;
mod web;
mod world;
