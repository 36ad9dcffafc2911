//! An end of the wire at which every call gets the same answer: for what no emulator
//! says.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;

use crate::support::stage::Stage;

/// Listens until the test process ends.
pub struct Wire {
    address: SocketAddr,
}

impl Wire {
    /// Answers everything with this.
    pub fn new(status: u16, body: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let answer = format!(
            "HTTP/1.1 {status} Said\r\nContent-Type: text/xml\r\nContent-Length: {}\r\n\
             x-amzn-RequestId: 0f0f0f0f-test\r\nConnection: close\r\n\r\n{body}",
            body.len()
        );
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                // A caller who hangs up has had enough.
                let _ = serve(connection, &answer);
            }
        });
        Self { address }
    }

    /// An error of the query protocol.
    pub fn fault(status: u16, code: &str, message: &str) -> Self {
        let body = format!(
            "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code>\
             <Message>{message}</Message></Error><RequestId>0f0f0f0f-test</RequestId></ErrorResponse>"
        );
        Self::new(status, &body)
    }

    /// A profile that leads here.
    pub fn profile(&self, stage: &Stage, name: &str) {
        stage.raw_profile(
            name,
            &format!(
                "endpoint_url = http://{}\nregion = eu-central-1\naws_access_key_id = key\n\
                 aws_secret_access_key = secret\naws_session_token = session-token-of-the-test",
                self.address
            ),
        );
    }
}

/// A port where nobody listens.
pub fn nobody() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap()
}

fn serve(mut connection: TcpStream, answer: &str) -> std::io::Result<()> {
    let mut request = BufReader::new(connection.try_clone()?);
    let (mut line, mut length) = (String::new(), 0);
    while request.read_line(&mut line)? > 2 {
        let header = line.to_ascii_lowercase();
        if let Some(value) = header.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
        line.clear();
    }
    request.read_exact(&mut vec![0; length])?;
    connection.write_all(answer.as_bytes())
}
