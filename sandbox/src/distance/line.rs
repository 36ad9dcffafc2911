//! The line: bytes arrive half a round trip after they were sent, in order, and none is sent
//! before the connection is open.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, split};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::{Instant, sleep_until};

/// On their way, and when they arrive; nothing is the end.
type Sent = (Instant, Bytes);

/// Carries bytes both ways until both sides have ended. The connection stands a round trip
/// after the call, however early the loopback says so to who connects.
pub(super) async fn carry(
    near: impl AsyncRead + AsyncWrite,
    far: impl AsyncRead + AsyncWrite,
    round_trip: Duration,
) {
    let (stands, one_way) = (Instant::now() + round_trip, round_trip / 2);
    let (from_near, to_near) = split(near);
    let (from_far, to_far) = split(far);
    let (there, going) = unbounded_channel();
    let (back, coming) = unbounded_channel();
    tokio::join!(
        send(from_near, there, stands, one_way),
        arrive(going, to_far),
        send(from_far, back, stands, one_way),
        arrive(coming, to_near),
    );
}

async fn send(
    mut from: impl AsyncRead + Unpin,
    line: UnboundedSender<Sent>,
    stands: Instant,
    one_way: Duration,
) {
    let mut buffer = BytesMut::new();
    loop {
        buffer.reserve(1 << 16);
        // A side that is cut off has ended.
        let read = from.read_buf(&mut buffer).await.unwrap_or_default();
        let due = Instant::now().max(stands) + one_way;
        if line.send((due, buffer.split().freeze())).is_err() || read == 0 {
            return;
        }
    }
}

async fn arrive(mut line: UnboundedReceiver<Sent>, mut to: impl AsyncWrite + Unpin) {
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

    /// Answers each byte with the same.
    async fn echo(mut server: impl AsyncRead + AsyncWrite + Unpin) {
        while let Ok(byte) = server.read_u8().await {
            server.write_u8(byte).await.expect("written");
            server.flush().await.expect("sent");
        }
    }

    async fn asks(client: &mut (impl AsyncRead + AsyncWrite + Unpin), byte: u8) -> Duration {
        let sent = Instant::now();
        client.write_u8(byte).await.expect("written");
        client.flush().await.expect("sent");
        assert_eq!(client.read_u8().await.expect("an answer"), byte);
        sent.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn connecting_takes_a_round_and_each_request_another() {
        let (mut client, server) = line();
        tokio::spawn(echo(server));
        assert_eq!(asks(&mut client, 1).await, ROUND_TRIP * 2);
        assert_eq!(asks(&mut client, 2).await, ROUND_TRIP);
        sleep(ROUND_TRIP * 10).await;
        assert_eq!(asks(&mut client, 3).await, ROUND_TRIP);
    }

    #[tokio::test(start_paused = true)]
    async fn who_has_waited_for_the_connection_does_not_wait_again() {
        let (mut client, server) = line();
        tokio::spawn(echo(server));
        sleep(ROUND_TRIP * 5).await;
        assert_eq!(asks(&mut client, 1).await, ROUND_TRIP);
    }

    #[tokio::test(start_paused = true)]
    async fn requests_under_way_together_arrive_in_order_and_as_far_apart() {
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
            let apart = Duration::from_millis(10) * u32::from(byte);
            assert_eq!(sent.elapsed(), ROUND_TRIP / 2 + apart);
        }
        assert_eq!(server.read(&mut [0]).await.expect("the end"), 0);
        assert_eq!(
            sent.elapsed(),
            ROUND_TRIP / 2 + Duration::from_millis(40),
            "the end comes like a byte"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_tls_handshake_takes_a_round_more() {
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
        assert_eq!(asks(&mut client, 1).await, ROUND_TRIP);
        assert_eq!(started.elapsed(), ROUND_TRIP * 3);
        assert_eq!(asks(&mut client, 2).await, ROUND_TRIP);
    }
}
