//! The user migration Lambda trigger of the new user pool. It checks the password of a sign-in with
//! the old pool in another account, and returns the old user's attributes.
//!
//! | topic | module |
//! |---|---|
//! | which users are migrated, with which username and attributes | the crate `rules` |
//! | the errors of the old pool | `failure` |
//! | the processing of an event | `handler`, `event`, `calls` |
//! | the members of the response | `response` |
//! | the response to the connectivity check | `probe` |
//! | the calls to the old pool | `old_pool` for the interface, `cognito` for the SDK |
//! | endpoints, credentials and the access role's session | `cognito/clients`, `cognito/credentials` |
//! | the Region of STS | `cognito/sts` |
//! | the connection pool, and connections that died | `cognito/connections` |
//! | retries | `cognito/retry` |
//! | the function's environment variables | `settings` |
//! | what the log says of an event, after the reply | `record` |
//! | the log line | `log` |

mod calls;
mod cognito;
mod event;
mod failure;
mod handler;
mod log;
mod old_pool;
mod probe;
mod record;
mod response;
mod settings;

use std::cell::Cell;
use std::time::Instant;

use lambda_runtime::tower::util::MapFutureLayer;
use lambda_runtime::{Error, LambdaEvent, Runtime, service_fn};
use serde_json::value::RawValue;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let began = tokio::time::Instant::now();
    log::install_panic_hook();
    let service = &cognito::service_from_env(began).await;
    // The event whose log line isn't written yet.
    let unlogged = &Cell::default();
    let handler = service_fn(async move |event: LambdaEvent<Box<RawValue>>| {
        let started = Instant::now();
        let reply = handler::answer(service.as_ref(), event.payload).await;
        let (result, record) = reply.into_parts();
        unlogged.set(Some((event.context, record, started.elapsed())));
        result
    });
    // Lambda returns the reply to Cognito as soon as the runtime has sent it, and sends the next
    // event when the runtime requests it (Lambda developer guide, Runtime API). The log line is
    // written in between, so that no sign-in waits for what only the log needs.
    let after_reply = MapFutureLayer::new(|sent| async move {
        let sent = sent.await;
        if let Some((context, mut record, duration)) = unlogged.take() {
            record.finish().await;
            log::event(&context, &record, duration);
        }
        sent
    });
    Runtime::new(handler).layer(after_reply).run().await
}
