//! The Lambda function: its code, its configuration and its resource policy.

mod create;
mod read;

use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::Runtime;
use cogmig_core::call::CallError;
use cogmig_core::cognito::lossless::Object;
use cogmig_core::desired::with_client;
use cogmig_core::observed::Configuration;
use cogmig_core::package::Architecture;
use cogmig_core::record::Tags;
use cogmig_core::resource::{FunctionCall, PermissionCall};

use super::answer::ignore_not_found;
use super::written::{Created, Written};
use crate::aws::account::Account;
use crate::aws::retry::{self, BUSY, NOT_VISIBLE, PROPAGATION};
use create::{create, delete, environment, recreate};
use read::until_ready;
pub use read::{exists, find, is_deleted, is_disabled, state, until_active};

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
            create(account, name, set, package, tags, &Object::new()).await?;
            let ready = until_ready(account, name, None);
            return Ok(Some(Written::new(Created::Nothing, ready)));
        }
        FunctionCall::Recreate(recreation) => {
            let set = with_id(&recreation.set, client);
            recreate(account, name, &set, recreation).await?;
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

/// Updates the function's code and waits until the update is complete.
async fn update_code(
    account: &Account,
    name: &str,
    zip: &[u8],
    architecture: Architecture,
) -> anyhow::Result<()> {
    let what = format!("Lambda to update the code of {name}");
    let updated = retry::retry_until(account, &what, &[BUSY], async || {
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
    until_ready(account, name, updated.last_modified()).await
}

/// Updates the function's configuration and waits until the update is complete. Lambda keeps the
/// settings that the request omits: those that others added.
async fn configure(account: &Account, name: &str, set: &Configuration) -> anyhow::Result<()> {
    let what = format!("Lambda to update the configuration of {name}");
    let updated = retry::retry_until(account, &what, &[BUSY, PROPAGATION], async || {
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
    until_ready(account, name, updated.last_modified()).await
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
