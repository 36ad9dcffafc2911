//! Invokes the function.

use aws_sdk_lambda::config::Builder;
use aws_sdk_lambda::config::retry::RetryConfig;
use aws_sdk_lambda::operation::invoke::InvokeOutput;
use aws_sdk_lambda::operation::invoke::builders::InvokeFluentBuilder;
use aws_sdk_lambda::primitives::Blob;
use cogmig_core::call::CallError;
use serde_json::Value;

use crate::aws::account::Account;

/// The result of an invocation.
pub struct Invoked {
    /// The function's response.
    pub answer: Value,
    /// Whether the response is an error of the function.
    pub failed: bool,
}

/// Invokes the function and waits for its response.
pub async fn invoke(account: &Account, name: &str, event: &Value) -> Result<Invoked, CallError> {
    let request = request(account, name, event);
    invoked(account, account.call(INVOKE, request.send())).await
}

/// The same, without a retry, not even after a lost response.
pub async fn invoke_once(
    account: &Account,
    name: &str,
    event: &Value,
) -> Result<Invoked, CallError> {
    let request = request(account, name, event).customize();
    let once = Builder::new().retry_config(RetryConfig::disabled());
    let request = request.config_override(once);
    invoked(account, account.call(INVOKE, request.send())).await
}

/// The call, as an IAM action.
const INVOKE: &str = "lambda:InvokeFunction";

fn request(account: &Account, name: &str, event: &Value) -> InvokeFluentBuilder {
    let payload = Blob::new(event.to_string());
    let invoke = account.lambda.invoke();
    invoke.function_name(name).payload(payload)
}

async fn invoked(
    account: &Account,
    answer: impl Future<Output = Result<InvokeOutput, CallError>>,
) -> Result<Invoked, CallError> {
    let answer = answer.await?;
    let payload = answer.payload().map(AsRef::as_ref).unwrap_or_default();
    Ok(Invoked {
        answer: serde_json::from_slice(payload)
            .map_err(|_| CallError::unreadable(account.identity.place(), INVOKE))?,
        failed: answer.function_error().is_some(),
    })
}
