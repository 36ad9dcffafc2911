//! Network latency: a relay in front of an endpoint that adds a round-trip time and terminates TLS.
//! Bandwidth isn't limited.

mod line;
mod tls;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::io::{AsyncRead, AsyncWrite, copy_bidirectional, duplex};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::AbortHandle;
use tokio_rustls::TlsAcceptor;

pub use tls::Authority;

/// The size of the simulated socket buffer.
const BUFFER: usize = 1 << 20;

/// An endpoint with network latency. It stops when the value is dropped.
#[derive(Debug)]
pub struct Distance {
    url: String,
    connections: Arc<AtomicUsize>,
    serving: AbortHandle,
}

impl Distance {
    /// Starts a relay to `target`, with TLS if there is a certificate authority.
    pub(crate) async fn start(
        target: SocketAddr,
        round_trip: Duration,
        authority: Option<&Authority>,
    ) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .context("no free loopback port for the relay")?;
        let scheme = if authority.is_some() { "https" } else { "http" };
        let url = format!("{scheme}://{}", listener.local_addr()?);
        let acceptor = authority.map(Authority::acceptor);
        let connections = Arc::<AtomicUsize>::default();
        let counted = Arc::clone(&connections);
        let serving = tokio::spawn(async move {
            loop {
                let Ok((near, _)) = listener.accept().await else {
                    continue;
                };
                counted.fetch_add(1, Ordering::Relaxed);
                let acceptor = acceptor.clone();
                tokio::spawn(async move {
                    // If one side closes the connection, the relay closes it on the other side.
                    let _ = connect(near, target, round_trip, acceptor).await;
                });
            }
        });
        Ok(Self {
            url,
            connections,
            serving: serving.abort_handle(),
        })
    }

    /// The endpoint: `http://` or `https://` and an address.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The number of connections since the last call.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.connections.swap(0, Ordering::Relaxed)
    }
}

impl Drop for Distance {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn connect(
    near: TcpStream,
    target: SocketAddr,
    round_trip: Duration,
    acceptor: Option<TlsAcceptor>,
) -> std::io::Result<()> {
    near.set_nodelay(true)?;
    let (arriving, far) = duplex(BUFFER);
    tokio::spawn(line::carry(near, arriving, round_trip));
    let mut service = TcpStream::connect(target).await?;
    service.set_nodelay(true)?;
    let mut far: Box<dyn Stream> = match acceptor {
        Some(acceptor) => Box::new(acceptor.accept(far).await?),
        None => Box::new(far),
    };
    copy_bidirectional(&mut far, &mut service).await.map(drop)
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}
