//! The `UserMigration` trigger of the new user pool: it asks the old pool, in another account, whether a sign-in is
//! right, and hands the old user's attributes over.
//!
//! | to see | open |
//! |---|---|
//! | who is migrated, as whom and with what | the crate `rules` |
//! | what an error of the old pool proves | `failure` |
//! | what an event leads to, in which order | `handler`, `event`, `calls` |
//! | what `cogmig` is told when it asks | `probe` |
//! | how the old pool is asked | `old_pool` for the questions, `cognito` for the SDK |
//! | where, as whom, and when the role is assumed | `cognito/clients`, `cognito/credentials` |
//! | over which connections, and what one that died costs | `cognito/wire` |
//! | the function's environment | `settings` |
//! | what is written | `log` |

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
    log::hush_panics();
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
