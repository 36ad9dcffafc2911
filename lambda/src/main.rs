//! The `UserMigration` trigger of the new user pool: it asks the old pool, in another account, whether a sign-in is
//! right, and hands the old user's attributes over. Clients are made once, before the first event.

mod attributes;
mod failure;
mod handler;
mod log;
mod old_pool;

use std::time::Instant;

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::Value;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    log::hush_panics();
    let pool = &old_pool::Cognito::from_env().await?;
    lambda_runtime::run(service_fn(async move |event: LambdaEvent<Value>| {
        let started = Instant::now();
        let reply = handler::answer(pool, event.payload).await;
        log::event(&event.context.request_id, &reply, started.elapsed());
        reply.into_result()
    }))
    .await
}
