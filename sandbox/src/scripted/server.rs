//! The server: a thread per connection, one reply per request.

use std::io::{self, BufReader};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use super::reply::Reply;
use super::request::Request;
use crate::lock::locked;

type Script = dyn Fn(&Request) -> Reply + Send + Sync;

/// A server with scripted replies on a loopback port.
#[derive(Clone, Debug)]
pub struct ScriptedServer {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl ScriptedServer {
    /// Starts a server with this script.
    ///
    /// # Errors
    ///
    /// If there is no free port.
    pub fn start(script: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> io::Result<Self> {
        Self::start_at(&loopback(), script)
    }

    /// Starts a server at this address.
    ///
    /// # Errors
    ///
    /// If the port is in use.
    pub fn start_at(
        address: &SocketAddr,
        script: impl Fn(&Request) -> Reply + Send + Sync + 'static,
    ) -> io::Result<Self> {
        Self::listen(address, true, Arc::new(script))
    }

    /// Starts a server that sends these replies in order. Each reply closes its connection. Further
    /// requests get no response.
    ///
    /// # Errors
    ///
    /// If there is no free port.
    pub fn in_order(replies: Vec<Reply>) -> io::Result<Self> {
        Self::start(move |request| {
            let reply = replies.get(request.number).cloned();
            reply.map_or_else(Reply::cut, Reply::last)
        })
    }

    /// Starts a server that doesn't record the requests.
    pub(super) fn unrecorded(
        script: impl Fn(&Request) -> Reply + Send + Sync + 'static,
    ) -> io::Result<Self> {
        Self::listen(&loopback(), false, Arc::new(script))
    }

    fn listen(address: &SocketAddr, is_recorded: bool, script: Arc<Script>) -> io::Result<Self> {
        let listener = TcpListener::bind(address)?;
        let server = Self {
            address: listener.local_addr()?,
            requests: Arc::default(),
        };
        let requests = is_recorded.then(|| Arc::clone(&server.requests));
        thread::spawn(move || {
            for (connection, stream) in listener.incoming().flatten().enumerate() {
                let (script, requests) = (Arc::clone(&script), requests.clone());
                // Errors are ignored, because the client may close the connection at any time.
                thread::spawn(move || serve(&stream, connection, &*script, requests.as_deref()));
            }
        });
        Ok(server)
    }

    /// The address of the server.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The endpoint of the server.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// All requests in the order of their arrival.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        locked(&self.requests).clone()
    }

    /// The operations of all requests.
    #[must_use]
    pub fn operations(&self) -> Vec<String> {
        let requests = locked(&self.requests);
        let operations = requests.iter().map(Request::operation);
        operations.map(str::to_owned).collect()
    }

    /// The number of connections, up to the last one with a request.
    #[must_use]
    pub fn connections(&self) -> usize {
        let requests = locked(&self.requests);
        let numbers = requests.iter().map(|request| request.connection + 1);
        numbers.max().unwrap_or(0)
    }
}

/// A loopback address without a listener.
///
/// # Errors
///
/// If there is no free port.
pub fn closed_port() -> io::Result<SocketAddr> {
    TcpListener::bind(loopback())?.local_addr()
}

fn loopback() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 0))
}

fn serve(
    stream: &TcpStream,
    connection: usize,
    script: &Script,
    requests: Option<&Mutex<Vec<Request>>>,
) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream);
    while let Some(mut request) = Request::read(&mut reader, connection)? {
        if let Some(requests) = requests {
            let mut requests = locked(requests);
            request.number = requests.len();
            requests.push(request.clone());
        }
        if !script(&request).send(&request, stream)? {
            break;
        }
    }
    Ok(())
}
