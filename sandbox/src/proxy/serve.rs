//! Connections: each call is read whole, passed on, and answered, unless the connection is cut.

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

/// What the sandbox's own boto3 carries in its user agent.
const MARK: &str = "cogmig-sandbox";

/// Serves calls until the runtime ends.
pub(crate) async fn serve(listener: TcpListener, proxy: Arc<Proxy>) {
    loop {
        // A caller that is gone before it was served is no fault of the proxy's.
        if let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(connection(stream, Arc::clone(&proxy)));
        }
    }
}

async fn connection(stream: TcpStream, proxy: Arc<Proxy>) {
    tokio::time::sleep(proxy.conditions.round_trip()).await;
    let answering = service_fn(|request| answer(Arc::clone(&proxy), request));
    // It ends with an error when either side cuts it, which is what is wanted.
    let _ = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), answering)
        .await;
}

/// An error ends the connection without an answer.
async fn answer(
    proxy: Arc<Proxy>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Box<dyn std::error::Error + Send + Sync>> {
    let (head, body) = request.into_parts();
    let request = Request::from_parts(head, body.collect().await?.to_bytes());
    let marked = header(&request, "user-agent").contains(MARK);
    let mut call = Call::of(&request, &locked(&proxy.keys));
    proxy.emulator.add_region(credential::region(&request));
    // A caller that hangs up does not stop what AWS has begun.
    let passing = tokio::spawn(async move {
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
            call::learn_key(&call, &request, reply, &mut locked(&proxy.keys));
            proxy.rounds.learn(&call, reply);
        }
        if !marked {
            locked(&proxy.journal).push(call);
        }
        if let Some(place) = place {
            place.leave().await;
        }
        passed
    });
    Ok(passing.await??.map(Full::new))
}
