//! A bridge to Debian's mosquitto.

mod broker;
mod killed;
mod tls;
mod ways;
