//! The program `fleet`: acts as the devices of a city against a running server.
//!
//! ```text
//! server ─► learn: Things, features ─► devices ─► world: what each would measure ─► faults
//!                                                                                     │
//! server ◄─ post: MQTT, HTTP ◄─ drive: at their pace, or at a rate ◄──────────────────┘
//!        ─► orders: lamps obey
//! ```
//!
//! It acts only for Things that say that they are simulated.

mod args;
mod drive;
mod faults;
mod learn;
mod orders;
mod post;
mod run;
mod schedule;
mod things;
mod world;

use std::process::ExitCode;

use clap::Parser;

/// How a run that came to its end ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// Everything that was sent was answered.
    Good,
    /// Something was not.
    Unanswered,
}

fn main() -> ExitCode {
    let args = args::Args::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let run = runtime.map_err(Into::into).and_then(|runtime| runtime.block_on(run::run(args)));
    match run {
        Ok(Outcome::Good) => ExitCode::SUCCESS,
        Ok(Outcome::Unanswered) => ExitCode::from(1),
        Err(failure) => {
            let mut text = failure.to_string();
            let mut cause = failure.source();
            while let Some(why) = cause {
                let why_text = why.to_string();
                if !text.contains(&why_text) {
                    text = format!("{text}: {why_text}");
                }
                cause = why.source();
            }
            eprintln!("fleet: {text}");
            ExitCode::from(2)
        }
    }
}
