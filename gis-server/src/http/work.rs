//! Work that blocks, off the threads that serve requests.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use tokio::sync::Semaphore;

use crate::{error::Problem, filter::Gone};

/// Runs work on a thread for what blocks and waits for it.
///
/// # Errors
/// The work's own; 500 when it panicked.
pub async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| Problem::internal(&error))?
}

/// Says to work that nobody waits for it any more.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Whether to stop.
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// The same, as filters ask it.
    pub fn gone(&self) -> Gone {
        Gone::told_by(Arc::clone(&self.0))
    }

    /// Asks to stop.
    pub fn set(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Sets what it holds when whoever waits goes away.
struct SetOnDrop(Stop);

impl Drop for SetOnDrop {
    fn drop(&mut self) {
        self.0.set();
    }
}

/// Runs work for the processor on a thread of its own when it is its turn, and asks it to stop when the
/// request that waits for it is dropped.
///
/// # Errors
/// The work's own; 500 when it panicked.
pub async fn in_turn<T: Send + 'static>(
    turns: &Arc<Semaphore>,
    work: impl FnOnce(&Stop) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let closed = |error| Problem::internal(&error);
    let turn = Arc::clone(turns).acquire_owned().await.map_err(closed)?;
    let waits = SetOnDrop(Stop::default());
    let stop = waits.0.clone();
    let done = blocking(move || {
        // Given back when the work ends, not when whoever waits for it goes.
        let _turn = turn;
        work(&stop)
    });
    done.await
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn work_is_asked_to_stop_when_nobody_waits_any_more() {
        let turns = Arc::new(Semaphore::new(1));
        let (ended, end) = tokio::sync::oneshot::channel();
        let endless = in_turn(&turns, move |stop| {
            while !stop.is_set() {
                std::thread::sleep(Duration::from_millis(1));
            }
            let _ = ended.send(());
            Ok(())
        });
        assert!(tokio::time::timeout(Duration::from_millis(20), endless).await.is_err());
        tokio::time::timeout(Duration::from_secs(20), end).await.unwrap().unwrap();
        // Its turn is given back.
        in_turn(&turns, |_| Ok(())).await.unwrap();
    }
}
