//! The user migration Lambda trigger of the new user pool. It checks the password of a sign-in with
//! the old pool in another account, and returns the old user's attributes.
//!
//! | topic | module |
//! |---|---|
//! | which users are migrated, with which username and attributes | the crate `rules` |
//! | the errors of the old pool | `failure` |
//! | the processing of an event | `handler`, `event`, `calls` |
//! | the response to the connectivity check | `probe` |
//! | the calls to the old pool | `old_pool` for the interface, `cognito` for the SDK |
//! | endpoints, credentials and the access role's session | `cognito/clients`, `cognito/credentials` |
//! | the connection pool, and connections that died | `cognito/connections` |
//! | retries | `cognito/retry` |
//! | the function's environment variables | `settings` |
//! | the log line | `log` |

mod calls;
mod cognito;
mod event;
mod failure;
mod handler;
mod log;
mod old_pool;
mod probe;
mod settings;

use std::time::Instant;

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::value::RawValue;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let began = tokio::time::Instant::now();
    log::install_panic_hook();
    let service = &cognito::service_from_env(began).await;
    lambda_runtime::run(service_fn(
        async move |event: LambdaEvent<Box<RawValue>>| {
            let started = Instant::now();
            let reply = handler::answer(service.as_ref(), event.payload).await;
            log::event(&event.context, &reply, started.elapsed());
            reply.into_result()
        },
    ))
    .await
}
