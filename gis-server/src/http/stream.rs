//! Bodies that are written while they are sent.

use std::{
    convert::Infallible,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::body::Body;
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use tokio::{
    runtime::Handle,
    sync::{Semaphore, mpsc},
};

use crate::error::Problem;

/// Bytes that are gathered before they are sent. A usual page of a hundred features is less, so that it
/// is made and sent in one go.
const CHUNK: usize = 128 * 1024;

/// Chunks that may wait for a slow reader.
const WAITING: usize = 4;

/// How long a reader may take nothing before it is given up, so that it holds no thread for ever.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long one body may take in all.
const LONGEST: Duration = Duration::from_secs(15 * 60);

/// How many bodies are written at one time; others wait their turn. Each holds a thread.
pub const TURNS: usize = 64;

/// Where a body's writer puts its bytes.
pub struct Sink {
    bytes: Vec<u8>,
    to: mpsc::Sender<Result<Bytes, Infallible>>,
    runtime: Handle,
    until: Instant,
}

/// The reader has gone, or takes nothing any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the reader has gone")]
pub struct ReaderGone;

impl Sink {
    /// What has been gathered and not yet been sent: append to it.
    pub fn bytes(&mut self) -> &mut Vec<u8> {
        &mut self.bytes
    }

    /// Sends what has been gathered, if it is enough to be worth it. Waits for a slow reader.
    ///
    /// # Errors
    /// [`ReaderGone`]: stop writing.
    pub fn flush_if_full(&mut self) -> Result<(), ReaderGone> {
        if self.bytes.len() >= CHUNK { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), ReaderGone> {
        let chunk =
            Bytes::from(std::mem::replace(&mut self.bytes, Vec::with_capacity(CHUNK + CHUNK / 4)));
        let patience = PATIENCE.min(self.until.saturating_duration_since(Instant::now()));
        let sent = self
            .runtime
            .block_on(async { tokio::time::timeout(patience, self.to.send(Ok(chunk))).await });
        if matches!(sent, Ok(Ok(()))) { Ok(()) } else { Err(ReaderGone) }
    }
}

/// Why a writer stopped before the end.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The reader has gone.
    #[error(transparent)]
    Reader(#[from] ReaderGone),
    /// The store refused the query.
    #[error(transparent)]
    Store(crate::store::StoreError),
    /// A coordinate cannot be given in the system that was asked for.
    #[error(transparent)]
    Crs(#[from] datasets::crs::CrsError),
}

/// Runs a writer on a thread for blocking work, when it is its turn, and gives its bytes as a body.
///
/// What goes wrong before the first chunk is full is answered as a problem; after that the body
/// breaks off, which the reader sees, since the end of a chunked body is marked.
///
/// # Errors
/// The writer's own, while nothing has been sent.
pub async fn body(
    turns: &Arc<Semaphore>,
    write: impl FnOnce(&mut Sink) -> Result<(), WriteError> + Send + 'static,
    to_problem: impl FnOnce(&WriteError) -> Problem,
) -> Result<Body, Problem> {
    let closed = |error| Problem::internal(&error);
    let turn = Arc::clone(turns).acquire_owned().await.map_err(closed)?;
    let (to, mut from) = mpsc::channel(WAITING);
    let runtime = Handle::current();
    let writer = tokio::task::spawn_blocking(move || {
        let _turn = turn;
        let bytes = Vec::with_capacity(CHUNK / 2);
        let mut sink = Sink { bytes, to, runtime, until: Instant::now() + LONGEST };
        write(&mut sink)?;
        Ok::<_, WriteError>(sink.bytes)
    });
    match from.recv().await {
        // The writer ended without sending: all of it is here, or it failed.
        None => match writer.await {
            Ok(Ok(whole)) => Ok(Body::from(whole)),
            Ok(Err(error)) => Err(to_problem(&error)),
            Err(error) => Err(Problem::internal(&error)),
        },
        Some(first) => {
            let first = first.unwrap_or_else(|never| match never {});
            // A compressing layer asks once more after the end, which unfold alone answers by a panic.
            let rest = stream::unfold(Some((from, writer)), rest_of).fuse();
            let first = stream::once(async move { Ok(first) });
            Ok(Body::from_stream(first.chain(rest)))
        }
    }
}

type Writer = tokio::task::JoinHandle<Result<Vec<u8>, WriteError>>;
type Rest = (mpsc::Receiver<Result<Bytes, Infallible>>, Writer);

async fn rest_of(state: Option<Rest>) -> Option<(Result<Bytes, std::io::Error>, Option<Rest>)> {
    let (mut from, writer) = state?;
    if let Some(chunk) = from.recv().await {
        let chunk = chunk.unwrap_or_else(|never| match never {});
        return Some((Ok(chunk), Some((from, writer))));
    }
    match writer.await {
        Ok(Ok(last)) => Some((Ok(Bytes::from(last)), None)),
        Ok(Err(error)) => {
            tracing::warn!(%error, "a streamed answer broke off");
            Some((Err(std::io::Error::other(error.to_string())), None))
        }
        Err(error) => Some((Err(std::io::Error::other(error)), None)),
    }
}
