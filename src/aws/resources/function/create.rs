//! Creates the Lambda function, deletes it, and creates a failed function again.

use anyhow::{Error, Result};
use aws_sdk_lambda::operation::create_function::builders::CreateFunctionFluentBuilder;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::{Environment, FunctionCode, Runtime};
use cogmig_core::call::{self, CallError};
use cogmig_core::cognito::lossless::Object;
use cogmig_core::observed::Configuration;
use cogmig_core::package::Package;
use cogmig_core::problem::Problem;
use cogmig_core::record::Tags;
use cogmig_core::resource::Recreation;

use super::read::{find, until_gone, until_ready};
use crate::aws::account::Account;
use crate::aws::raw;
use crate::aws::resources::answer::{accept_existing, has_tags, ignore_not_found};
use crate::aws::retry::{self, BUSY, PROPAGATION};
use crate::embedded;

/// Creates the function, which isn't active yet. Lambda rejects a role that was just created, until
/// IAM has propagated it. `others` are settings that setup doesn't set.
pub async fn create(
    account: &Account,
    name: &str,
    set: &Configuration,
    package: &Package,
    tags: &Tags,
    others: &Object,
) -> Result<(), CallError> {
    let what = format!("Lambda to accept the role of {name}");
    let answer = retry::retry_until(account, &what, &[PROPAGATION, BUSY], async || {
        let request = request(account, name, set, package, tags).customize();
        let request = request.mutate_request(raw::extend(others));
        account.call("lambda:CreateFunction", request.send()).await
    })
    .await;
    accept_existing(answer, account, async || {
        let existing = find(account, name).await?;
        Ok(existing.map(|function| {
            function.configuration == *set
                && function.code_sha256 == embedded::code_sha256(&package.zip)
                && has_tags(&function.tags, tags)
                && others.keys().all(|name| function.others.contains_key(name))
        }))
    })
    .await
}

fn request(
    account: &Account,
    name: &str,
    set: &Configuration,
    package: &Package,
    tags: &Tags,
) -> CreateFunctionFluentBuilder {
    let zip = Blob::new(package.zip.as_ref());
    account
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
        .architectures(package.architecture.as_str().into())
        .code(FunctionCode::builder().zip_file(zip).build())
        .set_tags(Some(tags.clone().into_iter().collect()))
}

/// The environment in a request.
pub fn environment(set: &Configuration) -> Environment {
    Environment::builder()
        .set_variables(Some(set.environment.clone().into_iter().collect()))
        .build()
}

/// Deletes the function, including its resource policy.
pub async fn delete(account: &Account, name: &str) -> Result<(), CallError> {
    let what = format!("Lambda to delete {name}");
    retry::retry_until(account, &what, &[BUSY], async || {
        let request = account.lambda.delete_function().function_name(name);
        ignore_not_found(account.call("lambda:DeleteFunction", request.send()).await)
    })
    .await
}

/// Deletes a failed function and creates it again. The options of the deployment are only in its
/// environment, so it's created in any case, if necessary without the settings of others.
///
/// # Errors
/// The function, or the settings of others, couldn't be created. `set` is the configuration.
pub async fn recreate(
    account: &Account,
    name: &str,
    set: &Configuration,
    recreation: &Recreation,
) -> Result<()> {
    let Recreation {
        package,
        tags,
        others,
        reserved,
        ..
    } = recreation;
    delete(account, name).await?;
    until_gone(account, name).await?;
    let mut created = create(account, name, set, package, tags, others).await;
    let mut lost = None;
    if let Err(error) = &created
        && !others.is_empty()
        && is_about_settings(error)
    {
        let error = error.clone();
        created = create(account, name, set, package, tags, &Object::new()).await;
        let settings: Vec<_> = others.keys().map(String::as_str).collect();
        lost = Some(not_kept(account, name, &settings.join(", "), &error));
    }
    created.map_err(|error| not_created(account, name, &error))?;
    if let Some(reserved) = reserved
        && let Err(error) = reserve(account, name, *reserved).await
    {
        let setting = format!("ReservedConcurrentExecutions = {reserved}");
        lost = lost.or(Some(not_kept(account, name, &setting, &error)));
    }
    until_ready(account, name, None).await?;
    lost.map_or(Ok(()), Err)
}

/// Whether Lambda rejects the settings of others: their values, or the permission to use them. Other
/// errors are about the request, and another one can succeed.
fn is_about_settings(error: &CallError) -> bool {
    error.is_denied()
        || error.is("InvalidParameterValueException")
        || error.code.as_deref().is_some_and(|code| {
            [
                "EC2",
                "ENI",
                "EFS",
                "KMS",
                "Subnet",
                "CodeSigning",
                "InvalidCodeSignature",
            ]
            .iter()
            .any(|part| code.contains(part))
        })
}

/// Sets its reserved concurrency.
async fn reserve(account: &Account, name: &str, reserved: i32) -> Result<(), CallError> {
    let what = format!("Lambda to reserve the concurrency of {name}");
    retry::retry_until(account, &what, &[BUSY], async || {
        let request = account.lambda.put_function_concurrency();
        let request = request.function_name(name);
        let request = request.reserved_concurrent_executions(reserved);
        let call = "lambda:PutFunctionConcurrency";
        account.call(call, request.send()).await
    })
    .await
    .map(|_| ())
}

fn not_kept(account: &Account, name: &str, settings: &str, error: &CallError) -> Error {
    let summary = format!(
        "function {name} in the {} was created again, but without these settings, which cogmig didn't set: {settings}",
        account.identity.place()
    );
    let problem = Problem::error("settings-not-kept", summary);
    let problem = problem.fix(
        "set them again if the function needs them, then run the same command again to continue",
    );
    problem.caused_by(error.into()).into()
}

fn not_created(account: &Account, name: &str, error: &CallError) -> Error {
    let summary = format!(
        "the failed function {name} in the {} was deleted, but couldn't be created again. It had the options of this deployment, which this run has printed",
        account.identity.place()
    );
    let problem = Problem::error("function-not-created", summary);
    let problem = problem.fix("run `cogmig setup` again with these options");
    problem
        .caused_by(call::problem([error as _].into_iter()))
        .into()
}
