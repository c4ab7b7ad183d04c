//! One client's byte stream: TCP or TLS, with its buffers.

use std::{io, time::Duration};

use bytes::BytesMut;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadHalf, WriteHalf},
    time::timeout,
};

/// What is read at once at least has this room, in bytes.
const READ_BYTES: usize = 4096;

/// How long the last bytes may take to leave.
const FAREWELL: Duration = Duration::from_secs(2);

/// A byte stream and what was read from it and not yet understood.
pub(super) struct Wire<S> {
    pub(super) reader: Inlet<S>,
    pub(super) writer: Outlet<S>,
}

/// The reading side.
pub(super) struct Inlet<S> {
    half: ReadHalf<S>,
    pub(super) buffer: BytesMut,
}

/// The writing side.
pub(super) struct Outlet<S> {
    half: WriteHalf<S>,
    pub(super) buffer: BytesMut,
    needs_flush: bool,
}

impl<S: AsyncRead + AsyncWrite> Wire<S> {
    pub(super) fn new(stream: S) -> Self {
        let (reader, writer) = tokio::io::split(stream);
        Self {
            reader: Inlet { half: reader, buffer: BytesMut::new() },
            writer: Outlet { half: writer, buffer: BytesMut::new(), needs_flush: false },
        }
    }
}

impl<S: AsyncRead> Inlet<S> {
    /// Reads what there is; the number of bytes. Safe to be dropped half-way.
    ///
    /// # Errors
    /// The stream ended or failed.
    pub(super) async fn read(&mut self) -> io::Result<usize> {
        self.buffer.reserve(READ_BYTES);
        match self.half.read_buf(&mut self.buffer).await? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            bytes => Ok(bytes),
        }
    }
}

impl<S: AsyncWrite> Outlet<S> {
    /// Whether something waits to leave.
    pub(super) fn is_waiting(&self) -> bool {
        self.needs_flush || !self.buffer.is_empty()
    }

    /// Writes as much as the stream takes; the number of bytes. Safe to be dropped half-way.
    ///
    /// # Errors
    /// The stream failed.
    pub(super) async fn write(&mut self) -> io::Result<usize> {
        if self.buffer.is_empty() {
            self.half.flush().await?;
            self.needs_flush = false;
            return Ok(0);
        }
        let bytes = self.half.write_buf(&mut self.buffer).await?;
        if bytes == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        // TLS may hold what it has taken.
        self.needs_flush = true;
        if self.buffer.is_empty() {
            self.half.flush().await?;
            self.needs_flush = false;
        }
        Ok(bytes)
    }

    /// Sends what waits, as far as the client takes it in a short time, and closes; the bytes sent.
    pub(super) async fn close(&mut self) -> usize {
        let mut sent = 0;
        let farewell = async {
            while self.is_waiting() {
                sent += self.write().await?;
            }
            self.half.shutdown().await
        };
        // A client that is gone cannot be told.
        let _ = timeout(FAREWELL, farewell).await;
        sent
    }
}
