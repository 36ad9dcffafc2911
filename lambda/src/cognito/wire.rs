//! The connections, one pool of them for all clients and for what opens them early. It knows of each connection when
//! it was last heard of, by the clock on the wall: in a freeze no other goes on.

use std::error::Error;
use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use aws_smithy_http_client::Connector;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::connection::CaptureSmithyConnection;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::byte_stream::ByteStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// As many calls as are out at once.
const CONNECTIONS: usize = 2;

/// A NAT gateway forgets a connection after 350 seconds.
const FORGOTTEN: Duration = Duration::from_mins(5);

/// About what a handshake takes: so long a call may as well wait for a connection that is about to be free.
const HANDSHAKE: Duration = Duration::from_millis(100);

/// After how long a connection may have died without our having been told.
const IDLE: Duration = Duration::from_secs(1);

/// The pool of connections.
#[derive(Clone)]
pub struct Wire {
    connector: SharedHttpConnector,
    lines: Arc<Semaphore>,
    heard: Arc<Mutex<Vec<(SocketAddr, SystemTime)>>>,
    idle: Duration,
}

impl fmt::Debug for Wire {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Wire")
    }
}

impl Wire {
    /// Reads the root certificates, and opens nothing yet.
    pub fn new() -> Self {
        let settings = HttpConnectorSettings::builder()
            .connect_timeout(Duration::from_millis(1500))
            .read_timeout(Duration::from_secs(3));
        let connector = Connector::builder()
            .connector_settings(settings.build())
            .pool_idle_timeout(FORGOTTEN)
            .pool_max_idle_per_host(CONNECTIONS)
            .tls_provider(Provider::Rustls(CryptoMode::Ring));
        Self {
            connector: SharedHttpConnector::new(connector.build()),
            lines: Arc::new(Semaphore::new(CONNECTIONS)),
            heard: Arc::default(),
            idle: IDLE,
        }
    }

    /// The same in tests, where a connection is idle after `idle`.
    #[cfg(test)]
    pub fn with_idle(idle: Duration) -> Self {
        Self {
            idle,
            ..Self::new()
        }
    }

    /// A place on one of the connections to the old pool, to be kept until the answer is there. What a rejected sign-in
    /// has left behind is waited for, but not for long.
    pub async fn line(&self) -> Option<OwnedSemaphorePermit> {
        let line = timeout(HANDSHAKE, Arc::clone(&self.lines).acquire_owned());
        line.await.ok()?.ok()
    }

    /// Opens both connections to where `address` is, by reading what is there. What fails is left to the first call.
    pub async fn open(&self, address: &str) {
        tokio::join!(self.read(address), self.read(address));
    }

    async fn read(&self, address: &str) {
        let Ok(request) = HttpRequest::get(address) else {
            return;
        };
        if let Ok(response) = self.call(request).await {
            // Only what was read to its end leaves the connection free.
            let _ = ByteStream::new(response.into_body()).collect().await;
        }
    }

    /// Notes that this connection lived at that time. Of those that have been heard of least it knows no more.
    fn hear(&self, connection: SocketAddr, when: SystemTime) {
        self.forget(connection);
        if let Ok(mut heard) = self.heard.lock() {
            heard.truncate(2 * CONNECTIONS);
            heard.insert(0, (connection, when));
        }
    }

    /// When this connection was last heard of, if it ever was.
    fn forget(&self, connection: SocketAddr) -> Option<SystemTime> {
        let mut heard = self.heard.lock().ok()?;
        let place = heard.iter().position(|(known, _)| *known == connection)?;
        Some(heard.remove(place).1)
    }
}

impl HttpConnector for Wire {
    fn call(&self, mut request: HttpRequest) -> HttpConnectorFuture {
        // The SDK's own, where there is one: it marks by it the connections that are not to be used again.
        let capture = request.extension::<CaptureSmithyConnection>().cloned();
        let capture = capture.unwrap_or_default();
        request.add_extension(capture.clone());
        let (wire, began) = (self.clone(), SystemTime::now());
        let answer = self.connector.call(request);
        HttpConnectorFuture::new(async move {
            let answer = answer.await;
            let connection = capture.get().and_then(|captured| captured.local_addr());
            match (answer, connection) {
                (Ok(answer), Some(connection)) => {
                    // The answer may have come before a freeze, and been read after it.
                    wire.hear(connection, began);
                    Ok(answer)
                }
                (Err(error), Some(connection)) => {
                    let last = wire.forget(connection);
                    let idle = last.and_then(|last| began.duration_since(last).ok());
                    if is_cut(&error) && idle.is_some_and(|idle| idle >= wire.idle) {
                        return Err(ConnectorError::io(LostIdle(error.into_source()).into()));
                    }
                    Err(error)
                }
                (answer, None) => answer,
            }
        })
    }
}

impl HttpClient for Wire {
    fn http_connector(
        &self,
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

/// Whether the connection ended before an answer. One that is merely silent may have carried the request.
fn is_cut(error: &ConnectorError) -> bool {
    error.is_io() || error.as_other().is_some()
}

/// A connection that had been idle ended in the place of an answer. As good as always it had died before, in a freeze or
/// because the other end had enough of it, and what was written to it got nowhere: nobody closes a connection just as a
/// request comes in, and Cognito's answer is one record of TLS, of which there is no half. On this ground alone a call
/// that counts may be made once more.
#[derive(Debug)]
pub struct LostIdle(BoxError);

impl fmt::Display for LostIdle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an idle connection was lost")
    }
}

impl Error for LostIdle {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.0)
    }
}
