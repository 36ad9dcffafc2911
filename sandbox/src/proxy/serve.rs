//! Connections: each call is read completely, forwarded, and answered, unless a fault closes the
//! connection.

use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};

use super::call::{self, Call};
use super::request::header;
use super::{Proxy, credential};
use crate::lock::locked;

/// The mark of the sandbox's own boto3 in the user agent.
const MARK: &str = "cogmig-sandbox";

/// Serves calls until the runtime shuts down.
pub(crate) async fn serve(listener: TcpListener, proxy: Arc<Proxy>) {
    loop {
        // Errors are ignored, because the client may have closed the connection.
        if let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(connection(stream, Arc::clone(&proxy)));
        }
    }
}

async fn connection(stream: TcpStream, proxy: Arc<Proxy>) {
    tokio::time::sleep(proxy.conditions.round_trip()).await;
    let answering = service_fn(|request| answer(Arc::clone(&proxy), request));
    // The error when either side closes the connection is expected.
    let _ = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), answering)
        .await;
}

/// An error closes the connection without a response.
async fn answer(
    proxy: Arc<Proxy>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Box<dyn std::error::Error + Send + Sync>> {
    let (head, body) = request.into_parts();
    let request = Request::from_parts(head, body.collect().await?.to_bytes());
    let marked = header(&request, "user-agent").contains(MARK);
    let mut call = Call::of(&request, &locked(&proxy.keys));
    proxy.emulator.add_region(credential::region(&request));
    // In its own task, because AWS completes a call even if the client closes the connection.
    let processing = tokio::spawn(async move {
        let place = if call.is_direct && !marked {
            proxy.rounds.enter(&call).await
        } else {
            None
        };
        call.round = place.as_ref().map_or(0, |place| place.round);
        let passed = if marked {
            Ok(proxy.pass(&mut call, &request).await)
        } else {
            proxy.pass_with_faults(&mut call, &request).await
        };
        if let Ok(reply) = &passed {
            call.status = reply.status().as_u16();
            call::record_key(&call, &request, reply, &mut locked(&proxy.keys));
            proxy.rounds.record(&call, reply);
        }
        if !marked {
            locked(&proxy.journal).push(call);
        }
        if let Some(place) = place {
            place.leave().await;
        }
        passed
    });
    Ok(processing.await??.map(Full::new))
}
