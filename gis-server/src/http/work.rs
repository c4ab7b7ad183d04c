//! Work that blocks, off the threads that serve requests.

use crate::error::Problem;

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
