//! The HTTP connection pool, shared by all clients and by the code that opens connections early. It
//! records when each connection was last used, by the system clock, because a monotonic clock stops
//! during a freeze.

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

/// The maximum number of calls at the same time.
const CONNECTIONS: usize = 2;

/// A NAT gateway drops an idle connection after 350 seconds.
const IDLE_TIMEOUT: Duration = Duration::from_mins(5);

/// The approximate duration of a handshake. Waiting this long for a free connection costs no more
/// than a new connection.
const HANDSHAKE: Duration = Duration::from_millis(100);

/// After this time, an idle connection may be dead without notice.
const IDLE: Duration = Duration::from_secs(1);

/// The connection pool.
#[derive(Clone)]
pub struct Connections {
    connector: SharedHttpConnector,
    slots: Arc<Semaphore>,
    last_used: Arc<Mutex<Vec<(SocketAddr, SystemTime)>>>,
    idle: Duration,
}

impl fmt::Debug for Connections {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Connections")
    }
}

impl Connections {
    /// Reads the root certificates, without opening a connection.
    pub fn new() -> Self {
        let settings = HttpConnectorSettings::builder()
            .connect_timeout(Duration::from_millis(1500))
            .read_timeout(Duration::from_secs(3));
        let connector = Connector::builder()
            .connector_settings(settings.build())
            .pool_idle_timeout(IDLE_TIMEOUT)
            .pool_max_idle_per_host(CONNECTIONS)
            .tls_provider(Provider::Rustls(CryptoMode::Ring));
        Self {
            connector: SharedHttpConnector::new(connector.build()),
            slots: Arc::new(Semaphore::new(CONNECTIONS)),
            last_used: Arc::default(),
            idle: IDLE,
        }
    }

    /// A pool in which a connection counts as idle after `idle`.
    #[cfg(test)]
    pub fn with_idle(idle: Duration) -> Self {
        Self {
            idle,
            ..Self::new()
        }
    }

    /// A slot on one of the connections to the old pool, to hold until the response is complete.
    /// Waits a short time if an earlier, rejected sign-in still uses it.
    pub async fn slot(&self) -> Option<OwnedSemaphorePermit> {
        let slot = timeout(HANDSHAKE, Arc::clone(&self.slots).acquire_owned());
        slot.await.ok()?.ok()
    }

    /// Opens both connections with GET requests to `url`. Errors are ignored, because the first
    /// call opens connections that are missing.
    pub async fn open(&self, url: &str) {
        tokio::join!(self.get(url), self.get(url));
    }

    async fn get(&self, url: &str) {
        let Ok(request) = HttpRequest::get(url) else {
            return;
        };
        if let Ok(response) = self.call(request).await {
            // The connection is free only after the whole body has been read.
            let _ = ByteStream::new(response.into_body()).collect().await;
        }
    }

    /// Records the last use of a connection. Removes the entries with the oldest use.
    fn record_use(&self, connection: SocketAddr, when: SystemTime) {
        self.take_last_use(connection);
        if let Ok(mut last_used) = self.last_used.lock() {
            last_used.truncate(2 * CONNECTIONS);
            last_used.insert(0, (connection, when));
        }
    }

    /// Removes and returns the last use of a connection. `None` if it was never used.
    fn take_last_use(&self, connection: SocketAddr) -> Option<SystemTime> {
        let mut last_used = self.last_used.lock().ok()?;
        let index = last_used.iter().position(|(used, _)| *used == connection)?;
        Some(last_used.remove(index).1)
    }
}

impl HttpConnector for Connections {
    fn call(&self, mut request: HttpRequest) -> HttpConnectorFuture {
        // Reuses the SDK's capture if there is one, because the SDK marks connections as unusable
        // with it.
        let capture = request.extension::<CaptureSmithyConnection>().cloned();
        let capture = capture.unwrap_or_default();
        request.add_extension(capture.clone());
        let (connections, began) = (self.clone(), SystemTime::now());
        let answer = self.connector.call(request);
        HttpConnectorFuture::new(async move {
            let answer = answer.await;
            let connection = capture.get().and_then(|captured| captured.local_addr());
            match (answer, connection) {
                (Ok(answer), Some(connection)) => {
                    // The response may have come before a freeze and be read after it, so only the
                    // start of the call counts.
                    connections.record_use(connection, began);
                    Ok(answer)
                }
                (Err(error), Some(connection)) => {
                    let last = connections.take_last_use(connection);
                    let idle = last.and_then(|last| began.duration_since(last).ok());
                    if is_closed(&error) && idle.is_some_and(|idle| idle >= connections.idle) {
                        return Err(ConnectorError::io(LostIdle(error.into_source()).into()));
                    }
                    Err(error)
                }
                (answer, None) => answer,
            }
        })
    }
}

impl HttpClient for Connections {
    fn http_connector(
        &self,
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

/// Whether the connection was closed before a response. A timeout doesn't count, because the server
/// may have received the request.
fn is_closed(error: &ConnectorError) -> bool {
    error.is_io() || error.as_other().is_some()
}

/// An idle connection was closed instead of returning a response. Almost always it had died before
/// the request: during a freeze, or because the server closed it after its idle timeout. So the
/// server didn't receive the request. A server doesn't close a connection while it receives a
/// request, and Cognito's response is a single TLS record, which can't arrive in part. This is the
/// only reason to retry a call that counts towards the user's lockout.
#[derive(Debug)]
pub struct LostIdle(BoxError);

impl fmt::Display for LostIdle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an idle connection was closed")
    }
}

impl Error for LostIdle {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.0)
    }
}
