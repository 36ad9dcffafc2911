//! The simulated network: bytes arrive in order, half a round trip after they were sent, and not
//! before the connection is open.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, split};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::{Instant, sleep_until};

/// Bytes in transit, and the time of their arrival. Empty bytes are the end of the stream.
type Sent = (Instant, Bytes);

/// Carries bytes in both directions until both sides have closed. The connection is open one round
/// trip after the call, although the loopback interface reports it earlier.
pub(super) async fn carry(
    near: impl AsyncRead + AsyncWrite,
    far: impl AsyncRead + AsyncWrite,
    round_trip: Duration,
) {
    let (opens, one_way) = (Instant::now() + round_trip, round_trip / 2);
    let (from_near, to_near) = split(near);
    let (from_far, to_far) = split(far);
    let (forward, forwarded) = unbounded_channel();
    let (backward, returned) = unbounded_channel();
    tokio::join!(
        send(from_near, forward, opens, one_way),
        deliver(forwarded, to_far),
        send(from_far, backward, opens, one_way),
        deliver(returned, to_near),
    );
}

async fn send(
    mut from: impl AsyncRead + Unpin,
    line: UnboundedSender<Sent>,
    opens: Instant,
    one_way: Duration,
) {
    let mut buffer = BytesMut::new();
    loop {
        buffer.reserve(1 << 16);
        // A read error counts as the end of the stream.
        let read = from.read_buf(&mut buffer).await.unwrap_or_default();
        let due = Instant::now().max(opens) + one_way;
        if line.send((due, buffer.split().freeze())).is_err() || read == 0 {
            return;
        }
    }
}

async fn deliver(mut line: UnboundedReceiver<Sent>, mut to: impl AsyncWrite + Unpin) {
    while let Some((due, bytes)) = line.recv().await {
        sleep_until(due).await;
        let written = if bytes.is_empty() {
            to.shutdown().await
        } else {
            to.write_all(&bytes).await
        };
        if written.is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{DuplexStream, duplex};
    use tokio::time::sleep;

    use super::super::tls::Authority;
    use super::*;

    const ROUND_TRIP: Duration = Duration::from_millis(80);

    fn line() -> (DuplexStream, DuplexStream) {
        let ((client, near), (far, server)) = (duplex(1 << 16), duplex(1 << 16));
        tokio::spawn(carry(near, far, ROUND_TRIP));
        (client, server)
    }

    /// Echoes each byte.
    async fn echo(mut server: impl AsyncRead + AsyncWrite + Unpin) {
        while let Ok(byte) = server.read_u8().await {
            server.write_u8(byte).await.expect("written");
            server.flush().await.expect("sent");
        }
    }

    async fn ping(client: &mut (impl AsyncRead + AsyncWrite + Unpin), byte: u8) -> Duration {
        let sent = Instant::now();
        client.write_u8(byte).await.expect("written");
        client.flush().await.expect("sent");
        assert_eq!(client.read_u8().await.expect("an answer"), byte);
        sent.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_takes_a_round_trip_and_each_request_another() {
        let (mut client, server) = line();
        tokio::spawn(echo(server));
        assert_eq!(ping(&mut client, 1).await, ROUND_TRIP * 2);
        assert_eq!(ping(&mut client, 2).await, ROUND_TRIP);
        sleep(ROUND_TRIP * 10).await;
        assert_eq!(ping(&mut client, 3).await, ROUND_TRIP);
    }

    #[tokio::test(start_paused = true)]
    async fn an_open_connection_causes_no_further_delay() {
        let (mut client, server) = line();
        tokio::spawn(echo(server));
        sleep(ROUND_TRIP * 5).await;
        assert_eq!(ping(&mut client, 1).await, ROUND_TRIP);
    }

    #[tokio::test(start_paused = true)]
    async fn bytes_in_transit_arrive_in_order_with_the_same_intervals() {
        let (mut client, mut server) = line();
        sleep(ROUND_TRIP).await;
        let sent = Instant::now();
        for byte in 0..4 {
            client.write_u8(byte).await.expect("written");
            sleep(Duration::from_millis(10)).await;
        }
        drop(client);
        for byte in 0..4 {
            assert_eq!(server.read_u8().await.expect("a byte"), byte);
            let interval = Duration::from_millis(10) * u32::from(byte);
            assert_eq!(sent.elapsed(), ROUND_TRIP / 2 + interval);
        }
        assert_eq!(server.read(&mut [0]).await.expect("the end"), 0);
        assert_eq!(
            sent.elapsed(),
            ROUND_TRIP / 2 + Duration::from_millis(40),
            "the end of the stream arrives like a byte"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_tls_handshake_takes_another_round_trip() {
        let authority = Authority::new().expect("an authority");
        let (client, server) = line();
        let acceptor = authority.acceptor();
        tokio::spawn(async move { echo(acceptor.accept(server).await.expect("TLS")).await });
        let started = Instant::now();
        let name = "127.0.0.1".try_into().expect("a name");
        let mut client = authority
            .connector()
            .connect(name, client)
            .await
            .expect("TLS");
        assert_eq!(ping(&mut client, 1).await, ROUND_TRIP);
        assert_eq!(started.elapsed(), ROUND_TRIP * 3);
        assert_eq!(ping(&mut client, 2).await, ROUND_TRIP);
    }
}
