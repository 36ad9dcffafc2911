//! The Lambda function: its code, its configuration and who may invoke it.

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

use super::answer::{found, gone, has_tags, made};
use super::written::{Made, Written};
use crate::aws::account::Account;
use crate::aws::retry::{self, BUSY, PROPAGATION, SIGHT, UNSEEN};
use crate::embedded;

/// Makes a call. `client` is the id of the app client that was made on the way.
///
/// # Errors
/// The call fails for good.
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
            return Ok(Some(Written::new(Made::Nothing, ready)));
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
        FunctionCall::Delete => delete(account, name).await?,
    }
    Ok(None)
}

/// The configuration with the id of the app client that was made on the way.
fn with_id(set: &Configuration, client: Option<&String>) -> Configuration {
    Configuration {
        environment: with_client(&set.environment, client),
        ..set.clone()
    }
}

/// The function of this name.
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
    let policy = found(policy)?;
    let Some(function) = found(function)? else {
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

/// Lambda writes `2026-01-31T12:00:00.000+0000`, and always in UTC.
fn seconds(time: &str) -> Option<i64> {
    let utc = format!("{}Z", time.get(..19)?);
    let time = DateTime::from_str(&utc, Format::DateTime).ok()?;
    Some(time.secs())
}

/// Whether the function of this ARN is known not to be there. Of one in another
/// account, or that must not be looked at, nothing is known.
pub async fn is_gone(account: &Account, arn: &str) -> Result<bool, CallError> {
    let parts: Vec<_> = arn.split(':').collect();
    let ["arn", _, "lambda", region, owner, "function", ..] = parts[..] else {
        return Ok(false);
    };
    if owner != account.identity.id {
        return Ok(false);
    }
    let account = account.clone().in_region(region);
    let request = account.lambda.get_function().function_name(arn);
    match found(account.call("lambda:GetFunction", request.send()).await) {
        Err(error) if error.is("AccessDeniedException") => Ok(false),
        answer => answer.map(|function| function.is_none()),
    }
}

/// Makes the function, which is not ready yet. Its role may be seconds old: Lambda refuses
/// until IAM has told it.
async fn create(
    account: &Account,
    name: &str,
    set: &Configuration,
    zip: &[u8],
    architecture: Architecture,
    tags: &Tags,
) -> Result<(), CallError> {
    let what = format!("Lambda to be allowed the role of {name}");
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
    made(answer, account, async || {
        let stands = find(account, name).await?;
        Ok(stands.map(|function| {
            function.configuration == *set
                && function.code_sha256 == embedded::code_sha256(zip)
                && has_tags(&function.tags, tags)
        }))
    })
    .await
}

/// Replaces the function's code and waits until it is in force.
async fn update_code(
    account: &Account,
    name: &str,
    zip: &[u8],
    architecture: Architecture,
) -> Result<(), CallError> {
    let what = format!("Lambda to take the code of {name}");
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

/// Sets the function's configuration and waits until it is in force.
async fn configure(account: &Account, name: &str, set: &Configuration) -> Result<(), CallError> {
    let what = format!("Lambda to take the configuration of {name}");
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

/// Adds tags, or replaces their values.
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

/// Lets Cognito invoke the function for one user pool, in the place of whatever the
/// statement said before.
pub async fn permit(
    account: &Account,
    statement: &str,
    call: &PermissionCall,
) -> Result<(), CallError> {
    let PermissionCall::Permit {
        function: name,
        pool_arn,
    } = call;
    let what = format!("Lambda to let Cognito invoke {name}");
    let add = async || {
        retry::retry_until(account, &what, &[BUSY, UNSEEN], async || {
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
                gone(answer.await)
            })
            .await?;
            add().await.map(|_| ())
        }
        answer => answer.map(|_| ()),
    }
}

/// What an invocation came to.
pub struct Invoked {
    /// What the function answered.
    pub answer: Value,
    /// Whether that is an error of the function's.
    pub failed: bool,
}

/// Invokes the function and waits for its answer.
pub async fn invoke(account: &Account, name: &str, event: &Value) -> Result<Invoked, CallError> {
    let call = "lambda:InvokeFunction";
    let request = account
        .lambda
        .invoke()
        .function_name(name)
        .payload(Blob::new(event.to_string()));
    let answer = account.call(call, request.send()).await?;
    let payload = answer.payload().map(AsRef::as_ref).unwrap_or_default();
    Ok(Invoked {
        answer: serde_json::from_slice(payload)
            .map_err(|_| CallError::unreadable(account.identity.place(), call))?,
        failed: answer.function_error().is_some(),
    })
}

/// Whether somebody has set its reserved concurrency to 0, which Lambda answers in the words
/// of a rate that is too high.
pub async fn is_held(account: &Account, name: &str) -> Result<bool, CallError> {
    let request = account.lambda.get_function().function_name(name);
    let function = found(account.call("lambda:GetFunction", request.send()).await)?;
    let reserved = function.and_then(|function| {
        let concurrency = function.concurrency()?;
        concurrency.reserved_concurrent_executions()
    });
    Ok(reserved == Some(0))
}

/// Deletes the function, its resource policy with it.
async fn delete(account: &Account, name: &str) -> Result<(), CallError> {
    let what = format!("Lambda to let go of {name}");
    retry::retry_until(account, &what, &[BUSY], async || {
        let request = account.lambda.delete_function().function_name(name);
        gone(account.call("lambda:DeleteFunction", request.send()).await)
    })
    .await
}

fn environment(set: &Configuration) -> Environment {
    Environment::builder()
        .set_variables(Some(set.environment.clone().into_iter().collect()))
        .build()
}

/// Waits until no change of the function is under way any more: Lambda takes no other
/// before, and does not run the code.
pub async fn until_ready(account: &Account, name: &str) -> Result<(), CallError> {
    let what = format!("Lambda to have {name} ready");
    let (mut failed, mut seen) = (None, Instant::now());
    let ready = retry::until_ready(account, &what, async || {
        let request = account.lambda.get_function().function_name(name);
        let answer = found(account.call("lambda:GetFunction", request.send()).await)?;
        let Some(set) = answer.as_ref().and_then(|answer| answer.configuration()) else {
            failed = (seen.elapsed() > SIGHT).then(|| "it was deleted while this ran".to_owned());
            return Ok(failed.is_some().then_some(()));
        };
        seen = Instant::now();
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
        (_, Some(reason)) => format!("Lambda could not make the function ready: {reason}"),
        (None, None) if account.stop().is_asked() => {
            format!("the function {name} was not waited for any longer")
        }
        (None, None) => format!("the function {name} was not ready in time"),
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

/// Whether the function is there; it may take a moment to show.
pub async fn exists(account: &Account, name: &str) -> Result<bool, CallError> {
    let what = format!("Lambda to show {name}");
    let seen = retry::until_seen(account, &what, async || {
        let request = account.lambda.get_function().function_name(name);
        found(account.call("lambda:GetFunction", request.send()).await)
    });
    Ok(seen.await?.is_some())
}
