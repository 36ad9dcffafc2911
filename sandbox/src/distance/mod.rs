//! A service at a distance: a relay in front of an endpoint that adds a round-trip time, and
//! terminates the service's TLS. Bandwidth is not limited.

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

/// What the kernel would hold for a reader who is late.
const BUFFER: usize = 1 << 20;

/// An endpoint at a distance, for as long as the value lives.
#[derive(Debug)]
pub struct Distance {
    url: String,
    connections: Arc<AtomicUsize>,
    serving: AbortHandle,
}

impl Distance {
    /// Puts `target` at a distance; with an authority, behind TLS.
    pub(crate) async fn start(
        target: SocketAddr,
        round_trip: Duration,
        authority: Option<&Authority>,
    ) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .context("no free loopback port for a distance")?;
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
                    // Whichever side cuts it, the other one sees it cut.
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

    /// Where it is: `http://` or `https://` and an address.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// How many connections were made since this was last asked.
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
