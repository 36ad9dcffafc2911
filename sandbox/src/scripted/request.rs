//! A request to a scripted server.

use std::io::{self, BufRead, Error, ErrorKind};

use serde_json::Value;

/// A request to a scripted server.
#[derive(Clone, Debug)]
pub struct Request {
    /// The number of the request, starting at 0.
    pub number: usize,
    /// The number of its connection, starting at 0.
    pub connection: usize,
    /// The request line and the headers, up to and including the empty line.
    pub head: String,
    /// The complete body.
    pub body: String,
}

impl Request {
    /// The request line.
    #[must_use]
    pub fn line(&self) -> &str {
        self.head.lines().next().unwrap_or_default()
    }

    /// A header, by its name in lower case. Empty if it doesn't exist.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        let headers = self.head.lines().filter_map(|line| line.split_once(':'));
        let matching = headers.filter(|(header, _)| header.eq_ignore_ascii_case(name));
        matching
            .map(|(_, value)| value.trim())
            .next()
            .unwrap_or_default()
    }

    /// The operation of a call to AWS. For other requests, the request line.
    #[must_use]
    pub fn operation(&self) -> &str {
        let target = self.header("x-amz-target");
        let action = || {
            let rest = self.body.split_once("Action=")?.1;
            rest.split('&').next()
        };
        let operation = target.rsplit_once('.').map(|(_, operation)| operation);
        operation.or_else(action).unwrap_or_else(|| self.line())
    }

    /// The body as JSON. Null if it isn't JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }

    /// The next request of a connection. `None` at the end of the connection.
    pub(super) fn read(reader: &mut impl BufRead, connection: usize) -> io::Result<Option<Self>> {
        let mut request = Self {
            number: 0,
            connection,
            head: String::new(),
            body: String::new(),
        };
        while !request.head.ends_with("\r\n\r\n") {
            if reader.read_line(&mut request.head)? == 0 {
                return Ok(None);
            }
        }
        let body = if request.header("transfer-encoding").is_empty() {
            let length = request.header("content-length").parse().unwrap_or(0);
            let mut body = vec![0; length];
            reader.read_exact(&mut body)?;
            body
        } else {
            chunks(reader)?
        };
        request.body = String::from_utf8(body).map_err(invalid)?;
        Ok(Some(request))
    }
}

fn chunks(reader: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let size = usize::from_str_radix(line.trim(), 16).map_err(invalid)?;
        let mut chunk = vec![0; size + 2];
        reader.read_exact(&mut chunk)?;
        if size == 0 {
            return Ok(body);
        }
        body.extend(&chunk[..size]);
    }
}

fn invalid(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::new(ErrorKind::InvalidData, error)
}
