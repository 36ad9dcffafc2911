//! Replies to requests.

use std::io::{self, Read, Write, copy};
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use super::request::Request;

/// The reply to a request: a response, or a fault of the connection.
#[derive(Clone, Debug)]
pub struct Reply {
    after: Duration,
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    Answer {
        status: u16,
        headers: String,
        body: String,
        is_last: bool,
    },
    Cut,
    CutShort,
    Silent,
    Forward(SocketAddr),
}

impl Reply {
    /// A response with this body.
    #[must_use]
    pub fn text(status: u16, body: impl Into<String>) -> Self {
        Self::from(Kind::Answer {
            status,
            headers: String::new(),
            body: body.into(),
            is_last: false,
        })
    }

    /// A response in JSON.
    #[must_use]
    pub fn json(status: u16, body: &Value) -> Self {
        Self::text(status, body.to_string())
    }

    /// An error of a service with a JSON protocol, such as Cognito.
    #[must_use]
    pub fn error(status: u16, code: &str, message: &str) -> Self {
        Self::json(status, &json!({"__type": code, "message": message}))
            .header("content-type", "application/x-amz-json-1.1")
    }

    /// An error of a service with the query protocol: IAM and STS.
    #[must_use]
    pub fn query_error(status: u16, code: &str, message: &str) -> Self {
        let body = format!(
            "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>\
             <RequestId>scripted-request</RequestId></ErrorResponse>"
        );
        Self::text(status, body)
            .header("content-type", "text/xml")
            .header("x-amzn-requestid", "scripted-request")
    }

    /// Closes the connection without a response.
    #[must_use]
    pub fn cut() -> Self {
        Self::from(Kind::Cut)
    }

    /// Closes the connection in the middle of a response.
    #[must_use]
    pub fn cut_short() -> Self {
        Self::from(Kind::CutShort)
    }

    /// Sends no response until the client closes the connection.
    #[must_use]
    pub fn silent() -> Self {
        Self::from(Kind::Silent)
    }

    /// The response of another server to the same request, byte for byte. The connection is closed
    /// after it.
    #[must_use]
    pub fn forward(to: SocketAddr) -> Self {
        Self::from(Kind::Forward(to))
    }

    /// Delays the reply.
    #[must_use]
    pub fn after(mut self, after: Duration) -> Self {
        self.after = after;
        self
    }

    /// Adds a header, if the reply is a response.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        if let Kind::Answer { headers, .. } = &mut self.kind {
            headers.extend([name, ": ", value, "\r\n"]);
        }
        self
    }

    /// Closes the connection after the reply.
    #[must_use]
    pub fn last(mut self) -> Self {
        if let Kind::Answer { is_last, .. } = &mut self.kind {
            *is_last = true;
        }
        self.header("connection", "close")
    }

    /// Sends the reply. Returns whether the connection stays open.
    pub(super) fn send(self, request: &Request, mut stream: &TcpStream) -> io::Result<bool> {
        thread::sleep(self.after);
        match self.kind {
            Kind::Answer {
                status,
                headers,
                body,
                is_last,
            } => {
                let length = body.len();
                let answer = format!(
                    "HTTP/1.1 {status} Scripted\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
                );
                stream.write_all(answer.as_bytes())?;
                Ok(!is_last)
            }
            Kind::Cut => Ok(false),
            Kind::CutShort => {
                stream.write_all(b"HTTP/1.1 200 Scripted\r\ncontent-length: 9\r\n\r\n{")?;
                Ok(false)
            }
            Kind::Silent => {
                while stream.read(&mut [0; 64])? > 0 {}
                Ok(false)
            }
            Kind::Forward(to) => {
                let mut upstream = TcpStream::connect(to)?;
                let (line, headers) = request.head.split_once("\r\n").unwrap_or_default();
                let request = format!("{line}\r\nconnection: close\r\n{headers}{}", request.body);
                upstream.write_all(request.as_bytes())?;
                copy(&mut upstream, &mut stream)?;
                Ok(false)
            }
        }
    }
}

impl From<Kind> for Reply {
    fn from(kind: Kind) -> Self {
        Self {
            after: Duration::ZERO,
            kind,
        }
    }
}
