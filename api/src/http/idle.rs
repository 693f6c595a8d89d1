//! A connection that ends when nothing moves on it.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Instant, Sleep, sleep},
};

/// Bytes by which the protocol is known; until they are there, the deadline does not move.
const PREFACE_BYTES: usize = 24;

/// Ends reading and writing after a time without a byte in either direction.
pub(super) struct Idle<S, H> {
    stream: S,
    /// Let go of when the stream is.
    _held: H,
    wait: Duration,
    deadline: Pin<Box<Sleep>>,
    read: usize,
}

impl<S, H> Idle<S, H> {
    /// `first` is the time for the very beginning, `wait` for every pause after it.
    pub(super) fn new(stream: S, first: Duration, wait: Duration, held: H) -> Self {
        Self { stream, _held: held, wait, deadline: Box::pin(sleep(first)), read: 0 }
    }

    fn moved(&mut self, read: usize) {
        self.read = self.read.saturating_add(read);
        if self.read >= PREFACE_BYTES {
            self.deadline.as_mut().reset(Instant::now() + self.wait);
        }
    }

    fn stalled<T>(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<T>> {
        ready!(self.deadline.as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin, H: Unpin> AsyncRead for Idle<S, H> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        match Pin::new(&mut self.stream).poll_read(cx, buffer) {
            Poll::Pending => self.stalled(cx),
            Poll::Ready(outcome) => {
                self.moved(buffer.filled().len() - before);
                Poll::Ready(outcome)
            }
        }
    }
}

impl<S: AsyncWrite + Unpin, H: Unpin> AsyncWrite for Idle<S, H> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match Pin::new(&mut self.stream).poll_write(cx, bytes) {
            Poll::Pending => self.stalled(cx),
            Poll::Ready(outcome) => {
                self.moved(0);
                Poll::Ready(outcome)
            }
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match Pin::new(&mut self.stream).poll_write_vectored(cx, slices) {
            Poll::Pending => self.stalled(cx),
            Poll::Ready(outcome) => {
                self.moved(0);
                Poll::Ready(outcome)
            }
        }
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
