//! The limits of concurrent executions of Lambda functions in an account.

use cogmig_core::call::CallError;
use cogmig_core::concurrency::Concurrency;

use crate::aws::account::Account;

/// The limits in the account's Region.
pub async fn find(account: &Account) -> Result<Concurrency, CallError> {
    let name = "lambda:GetAccountSettings";
    let request = account.lambda.get_account_settings();
    let answer = account.call(name, request.send()).await?;
    let limit = answer.account_limit();
    let limits = limit.map(|limit| {
        (
            limit.concurrent_executions(),
            limit.unreserved_concurrent_executions(),
        )
    });
    match limits {
        Some((total, unreserved)) => Ok(Concurrency {
            total,
            unreserved: unreserved.unwrap_or(total),
        }),
        None => Err(CallError::unreadable(account.identity.place(), name)),
    }
}
