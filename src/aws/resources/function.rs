//! The Lambda function: its code, its configuration and its resource policy.

use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::{
    Architecture as LambdaArchitecture, Environment, FunctionCode, LastUpdateStatus, Runtime, State,
};
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use cogmig_core::call::CallError;
use cogmig_core::desired::with_client;
use cogmig_core::observed::{Configuration, Function};
use cogmig_core::package::Architecture;
use cogmig_core::record::Tags;
use cogmig_core::resource::{FunctionCall, PermissionCall};
use serde_json::Value;
use tokio::time::Instant;

use super::answer::{accept_existing, has_tags, ignore_not_found, optional};
use super::written::{Created, Written};
use crate::aws::account::Account;
use crate::aws::retry::{self, BUSY, NOT_VISIBLE, PROPAGATION, VISIBILITY};
use crate::embedded;

/// Runs a call. `client` is the id of the app client that an earlier step created.
///
/// # Errors
/// The call fails permanently.
pub async fn run<'a>(
    account: &'a Account,
    name: &'a str,
    call: &FunctionCall,
    client: Option<&String>,
) -> anyhow::Result<Option<Written<'a>>> {
    match call {
        FunctionCall::Create { set, package, tags } => {
            let set = &with_id(set, client);
            create(account, name, set, &package.zip, package.architecture, tags).await?;
            let ready = async { Ok(until_ready(account, name).await?) };
            return Ok(Some(Written::new(Created::Nothing, ready)));
        }
        FunctionCall::UpdateCode { package } => {
            update_code(account, name, &package.zip, package.architecture).await?;
        }
        FunctionCall::Configure { set } => {
            configure(account, name, &with_id(set, client)).await?;
        }
        FunctionCall::Tag { tags } => {
            let arn = account.identity.arn("lambda", &format!("function:{name}"));
            tag(account, &arn, tags).await?;
        }
        FunctionCall::Untag { keys } => {
            let arn = account.identity.arn("lambda", &format!("function:{name}"));
            untag(account, &arn, keys).await?;
        }
        FunctionCall::Delete => delete(account, name).await?,
    }
    Ok(None)
}

/// The configuration with the id of the app client that an earlier step created.
fn with_id(set: &Configuration, client: Option<&String>) -> Configuration {
    Configuration {
        environment: with_client(&set.environment, client),
        ..set.clone()
    }
}

/// The function with this name.
pub async fn find(account: &Account, name: &str) -> Result<Option<Function>, CallError> {
    let lambda = &account.lambda;
    let (function, policy) = tokio::join!(
        account.call(
            "lambda:GetFunction",
            lambda.get_function().function_name(name).send()
        ),
        account.call(
            "lambda:GetPolicy",
            lambda.get_policy().function_name(name).send()
        ),
    );
    let policy = optional(policy)?;
    let Some(function) = optional(function)? else {
        return Ok(None);
    };
    let Some(set) = function.configuration() else {
        return Ok(None);
    };
    let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
    let environment = set
        .environment()
        .and_then(|environment| environment.variables());
    Ok(Some(Function {
        configuration: Configuration {
            description: text(set.description()),
            role_arn: text(set.role()),
            runtime: text(set.runtime().map(Runtime::as_str)),
            handler: text(set.handler()),
            memory: set.memory_size().unwrap_or_default(),
            timeout: set.timeout().unwrap_or_default(),
            environment: environment
                .into_iter()
                .flatten()
                .map(|(k, v)| (k.clone(), v.clone()))
                .collect(),
        },
        code_sha256: text(set.code_sha256()),
        architecture: text(set.architectures().first().map(LambdaArchitecture::as_str)),
        policy: policy
            .as_ref()
            .and_then(|policy| serde_json::from_str(policy.policy()?).ok())
            .unwrap_or(Value::Null),
        tags: function
            .tags()
            .cloned()
            .unwrap_or_default()
            .into_iter()
            .collect(),
        modified: set.last_modified().and_then(seconds),
    }))
}

/// Lambda's format is `2026-01-31T12:00:00.000+0000`, always in UTC.
fn seconds(time: &str) -> Option<i64> {
    let utc = format!("{}Z", time.get(..19)?);
    let time = DateTime::from_str(&utc, Format::DateTime).ok()?;
    Some(time.secs())
}

/// Whether the function with this ARN doesn't exist. For a function in another account, or without
/// permission to read it, this is unknown, and the result is `false`.
pub async fn is_deleted(account: &Account, arn: &str) -> Result<bool, CallError> {
    let parts: Vec<_> = arn.split(':').collect();
    let ["arn", _, "lambda", region, owner, "function", ..] = parts[..] else {
        return Ok(false);
    };
    if owner != account.identity.id {
        return Ok(false);
    }
    let account = account.clone().in_region(region);
    let request = account.lambda.get_function().function_name(arn);
    match optional(account.call("lambda:GetFunction", request.send()).await) {
        Err(error) if error.is("AccessDeniedException") => Ok(false),
        answer => answer.map(|function| function.is_none()),
    }
}

/// Creates the function, which isn't active yet. Lambda rejects a role that was just created, until
/// IAM has propagated it.
async fn create(
    account: &Account,
    name: &str,
    set: &Configuration,
    zip: &[u8],
    architecture: Architecture,
    tags: &Tags,
) -> Result<(), CallError> {
    let what = format!("Lambda to accept the role of {name}");
    let answer = retry::retry_until(account, &what, &[PROPAGATION], async || {
        let request = account
            .lambda
            .create_function()
            .function_name(name)
            .description(&set.description)
            .role(&set.role_arn)
            .runtime(Runtime::from(set.runtime.as_str()))
            .handler(&set.handler)
            .memory_size(set.memory)
            .timeout(set.timeout)
            .environment(environment(set))
            .architectures(architecture.as_str().into())
            .code(FunctionCode::builder().zip_file(Blob::new(zip)).build())
            .set_tags(Some(tags.clone().into_iter().collect()));
        account.call("lambda:CreateFunction", request.send()).await
    })
    .await;
    accept_existing(answer, account, async || {
        let existing = find(account, name).await?;
        Ok(existing.map(|function| {
            function.configuration == *set
                && function.code_sha256 == embedded::code_sha256(zip)
                && has_tags(&function.tags, tags)
        }))
    })
    .await
}

/// Updates the function's code and waits until the update is complete.
async fn update_code(
    account: &Account,
    name: &str,
    zip: &[u8],
    architecture: Architecture,
) -> Result<(), CallError> {
    let what = format!("Lambda to update the code of {name}");
    retry::retry_until(account, &what, &[BUSY], async || {
        let request = account
            .lambda
            .update_function_code()
            .function_name(name)
            .architectures(architecture.as_str().into())
            .zip_file(Blob::new(zip));
        account
            .call("lambda:UpdateFunctionCode", request.send())
            .await
    })
    .await?;
    until_ready(account, name).await
}

/// Updates the function's configuration and waits until the update is complete.
async fn configure(account: &Account, name: &str, set: &Configuration) -> Result<(), CallError> {
    let what = format!("Lambda to update the configuration of {name}");
    retry::retry_until(account, &what, &[BUSY, PROPAGATION], async || {
        let request = account
            .lambda
            .update_function_configuration()
            .function_name(name)
            .description(&set.description)
            .role(&set.role_arn)
            .runtime(Runtime::from(set.runtime.as_str()))
            .handler(&set.handler)
            .memory_size(set.memory)
            .timeout(set.timeout)
            .environment(environment(set));
        account
            .call("lambda:UpdateFunctionConfiguration", request.send())
            .await
    })
    .await?;
    until_ready(account, name).await
}

/// Adds tags, or updates their values.
async fn tag(account: &Account, arn: &str, tags: &Tags) -> Result<(), CallError> {
    let request = account
        .lambda
        .tag_resource()
        .resource(arn)
        .set_tags(Some(tags.clone().into_iter().collect()));
    account
        .call("lambda:TagResource", request.send())
        .await
        .map(|_| ())
}

/// Removes tags.
async fn untag(account: &Account, arn: &str, keys: &[String]) -> Result<(), CallError> {
    let request = account.lambda.untag_resource().resource(arn);
    let request = request.set_tag_keys(Some(keys.to_vec()));
    account
        .call("lambda:UntagResource", request.send())
        .await
        .map(|_| ())
}

/// Allows Cognito to invoke the function for one user pool. An existing statement is replaced.
pub async fn permit(
    account: &Account,
    statement: &str,
    call: &PermissionCall,
) -> Result<(), CallError> {
    let PermissionCall::Permit {
        function: name,
        pool_arn,
    } = call;
    let what = format!("Lambda to allow Cognito to invoke {name}");
    let add = async || {
        retry::retry_until(account, &what, &[BUSY, NOT_VISIBLE], async || {
            let request = account
                .lambda
                .add_permission()
                .function_name(name)
                .statement_id(statement)
                .action("lambda:InvokeFunction")
                .principal("cognito-idp.amazonaws.com")
                .source_arn(pool_arn)
                .source_account(&account.identity.id);
            account.call("lambda:AddPermission", request.send()).await
        })
        .await
    };
    match add().await {
        Err(error) if error.is_already_there() => {
            retry::retry_conflicts(account, async || {
                let request = account
                    .lambda
                    .remove_permission()
                    .function_name(name)
                    .statement_id(statement);
                let answer = account.call("lambda:RemovePermission", request.send());
                ignore_not_found(answer.await)
            })
            .await?;
            add().await.map(|_| ())
        }
        answer => answer.map(|_| ()),
    }
}

/// Whether its reserved concurrency is 0. Lambda then returns the same error as for throttling.
pub async fn is_disabled(account: &Account, name: &str) -> Result<bool, CallError> {
    let request = account.lambda.get_function().function_name(name);
    let function = optional(account.call("lambda:GetFunction", request.send()).await)?;
    let reserved = function.and_then(|function| {
        let concurrency = function.concurrency()?;
        concurrency.reserved_concurrent_executions()
    });
    Ok(reserved == Some(0))
}

/// Deletes the function, including its resource policy.
async fn delete(account: &Account, name: &str) -> Result<(), CallError> {
    let what = format!("Lambda to delete {name}");
    retry::retry_until(account, &what, &[BUSY], async || {
        let request = account.lambda.delete_function().function_name(name);
        ignore_not_found(account.call("lambda:DeleteFunction", request.send()).await)
    })
    .await
}

fn environment(set: &Configuration) -> Environment {
    Environment::builder()
        .set_variables(Some(set.environment.clone().into_iter().collect()))
        .build()
}

/// Waits until no update of the function is in progress. Until then, Lambda rejects other updates
/// and doesn't run the code.
pub async fn until_ready(account: &Account, name: &str) -> Result<(), CallError> {
    let what = format!("Lambda to activate {name}");
    let (mut failed, mut last_found) = (None, Instant::now());
    let ready = retry::until_ready(account, &what, async || {
        let request = account.lambda.get_function().function_name(name);
        let answer = optional(account.call("lambda:GetFunction", request.send()).await)?;
        let Some(set) = answer.as_ref().and_then(|answer| answer.configuration()) else {
            failed = (last_found.elapsed() > VISIBILITY)
                .then(|| "it was deleted during this run".to_owned());
            return Ok(failed.is_some().then_some(()));
        };
        last_found = Instant::now();
        let (state, update) = (set.state(), set.last_update_status());
        if state == Some(&State::Failed) || update == Some(&LastUpdateStatus::Failed) {
            let reasons = [set.state_reason(), set.last_update_status_reason()];
            failed = Some(reasons.into_iter().flatten().collect::<Vec<_>>().join(" "));
            return Ok(Some(()));
        }
        let ready = state != Some(&State::Pending) && update != Some(&LastUpdateStatus::InProgress);
        Ok(ready.then_some(()))
    })
    .await?;
    let message = match (ready, failed) {
        (Some(()), None) => return Ok(()),
        (_, Some(reason)) => format!("Lambda couldn't activate the function: {reason}"),
        (None, None) if account.stop().is_requested() => {
            format!("interrupted while waiting for the function {name}")
        }
        (None, None) => format!("the function {name} wasn't active in time"),
    };
    Err(CallError {
        place: account.identity.place(),
        call: "lambda:GetFunction",
        code: None,
        answered: true,
        message,
        request_id: None,
        unanswered: false,
    })
}

/// Whether the function exists. It may take some seconds until Lambda returns it.
pub async fn exists(account: &Account, name: &str) -> Result<bool, CallError> {
    let what = format!("Lambda to return {name}");
    let visible = retry::until_visible(account, &what, async || {
        let request = account.lambda.get_function().function_name(name);
        optional(account.call("lambda:GetFunction", request.send()).await)
    });
    Ok(visible.await?.is_some())
}
