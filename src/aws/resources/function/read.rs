//! Reads of the Lambda function: its configuration, its state and its resource policy.

use anyhow::Result;
use aws_sdk_lambda::operation::get_function::GetFunctionOutput;
use aws_sdk_lambda::types::{
    Architecture as LambdaArchitecture, Concurrency, FunctionConfiguration, Runtime,
};
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use cogmig_core::call::CallError;
use cogmig_core::cognito::lossless::Object;
use cogmig_core::identity::Identity;
use cogmig_core::lambda::{State, Why, remedy, settings_of_others};
use cogmig_core::observed::{Configuration, Function};
use cogmig_core::problem::Problem;
use cogmig_core::text::{on_one_line, shell_word};
use serde_json::Value;
use tokio::time::Instant;

use crate::aws::account::Account;
use crate::aws::raw::Body;
use crate::aws::resources::answer::optional;
use crate::aws::retry::{self, VISIBILITY};

/// A function as GetFunction returns it.
struct Described {
    typed: GetFunctionOutput,
    /// Its configuration, with the members that the SDK doesn't know.
    raw: Object,
}

impl Described {
    fn configuration(&self) -> Option<&FunctionConfiguration> {
        self.typed.configuration()
    }

    fn state(&self) -> State {
        State::of(&self.raw)
    }
}

async fn get(account: &Account, name: &str) -> Result<Option<Described>, CallError> {
    let body = Body::default();
    let request = account.lambda.get_function().function_name(name);
    let request = request.customize().interceptor(body.clone());
    let answer = account.call("lambda:GetFunction", request.send()).await;
    Ok(optional(answer)?.map(|typed| Described {
        typed,
        raw: body.member("Configuration").unwrap_or_default(),
    }))
}

/// The function with this name.
pub async fn find(account: &Account, name: &str) -> Result<Option<Function>, CallError> {
    let lambda = &account.lambda;
    let (function, policy) = tokio::join!(
        get(account, name),
        account.call(
            "lambda:GetPolicy",
            lambda.get_policy().function_name(name).send()
        ),
    );
    let policy = optional(policy)?;
    let Some(function) = function? else {
        return Ok(None);
    };
    let Some(set) = function.configuration() else {
        return Ok(None);
    };
    let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
    let environment = set.environment();
    let unreadable = environment.and_then(|environment| {
        let error = environment.error()?;
        let text = |text: Option<&str>| on_one_line(text.unwrap_or_default());
        Some(Why {
            code: text(error.error_code()),
            message: text(error.message()),
        })
    });
    let variables = environment.and_then(|environment| environment.variables());
    let concurrency = function.typed.concurrency();
    Ok(Some(Function {
        configuration: Configuration {
            description: text(set.description()),
            role_arn: text(set.role()),
            runtime: text(set.runtime().map(Runtime::as_str)),
            handler: text(set.handler()),
            memory: set.memory_size().unwrap_or_default(),
            timeout: set.timeout().unwrap_or_default(),
            environment: variables
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
            .typed
            .tags()
            .cloned()
            .unwrap_or_default()
            .into_iter()
            .collect(),
        modified: set.last_modified().and_then(seconds),
        state: function.state(),
        others: settings_of_others(&function.raw),
        reserved: concurrency.and_then(Concurrency::reserved_concurrent_executions),
        unreadable,
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
    match get(&account, arn).await {
        Err(error) if error.is("AccessDeniedException") => Ok(false),
        answer => answer.map(|function| function.is_none()),
    }
}

/// Whether its reserved concurrency is 0. Lambda then returns the same error as for throttling.
pub async fn is_disabled(account: &Account, name: &str) -> Result<bool, CallError> {
    let function = get(account, name).await?;
    let reserved = function.and_then(|function| {
        let concurrency = function.typed.concurrency()?;
        concurrency.reserved_concurrent_executions()
    });
    Ok(reserved == Some(0))
}

/// Whether the function exists. It may take some seconds until Lambda returns it.
pub async fn exists(account: &Account, name: &str) -> Result<bool, CallError> {
    let what = format!("Lambda to return {name}");
    let visible = retry::until_visible(account, &what, async || get(account, name).await);
    Ok(visible.await?.is_some())
}

/// The state of the function, if it exists.
pub async fn state(account: &Account, name: &str) -> Result<Option<State>, CallError> {
    Ok(get(account, name).await?.map(|function| function.state()))
}

/// Waits until no change of the function is in progress. Until then, Lambda rejects other changes
/// and doesn't run the code. `since` is the time of the change, as Lambda returned it: a read may
/// still return the result of an earlier one.
///
/// # Errors
/// The change failed, the function no longer exists, or it isn't ready in time.
pub async fn until_ready(account: &Account, name: &str, since: Option<&str>) -> Result<()> {
    let what = format!("Lambda to activate {name}");
    let mut last_found = Instant::now();
    let mut last = None;
    let ready = retry::until_ready(account, &what, async || {
        let Some(function) = get(account, name).await? else {
            let deleted = (last_found.elapsed() > VISIBILITY).then_some(None);
            return Ok(deleted);
        };
        last_found = Instant::now();
        let modified = function
            .configuration()
            .and_then(FunctionConfiguration::last_modified);
        let is_stale = matches!((modified, since), (Some(read), Some(since)) if read < since);
        Ok(match function.state() {
            State::Changing(why) => {
                last = Some(why);
                None
            }
            State::Failed(_) | State::UpdateFailed(_) if is_stale => None,
            state => Some(Some(state)),
        })
    })
    .await?;
    let place = account.identity.place();
    let failed = |summary: String| Problem::error("function-failed", summary);
    Err(match ready {
        Some(Some(State::Failed(why))) => failed(format!(
            "Lambda couldn't create function {name} in the {place}: {why}"
        ))
        .fix(remedy(&why)),
        Some(Some(State::UpdateFailed(why))) => failed(format!(
            "Lambda couldn't update function {name} in the {place}: {why}"
        ))
        .fix(remedy(&why)),
        Some(Some(State::Other(state, why))) => failed(format!(
            "Lambda couldn't activate function {name} in the {place}: its state is {state} ({why})"
        )),
        Some(Some(_)) => return Ok(()),
        Some(None) => failed(format!(
            "function {name} in the {place} was deleted during this run"
        ))
        .fix("run the same command again, and make sure that no teardown runs at the same time"),
        // The interruption is reported, and not its consequence.
        None if account.stop().is_requested() => {
            return Err(CallError {
                place,
                call: "lambda:GetFunction",
                code: None,
                answered: true,
                message: format!("interrupted while waiting for the function {name}"),
                request_id: None,
                unanswered: false,
            }
            .into());
        }
        None => {
            let why = last.unwrap_or_default();
            failed(format!(
                "function {name} in the {place} wasn't active in time ({why})"
            ))
            .fix("run the command again later")
        }
    }
    .into())
}

/// Waits until the function is active, for a function that the connectivity check doesn't invoke. A
/// function that no longer exists isn't an error, because a later check finds it.
///
/// # Errors
/// As [`until_ready`], or the function is inactive.
pub async fn until_active(account: &Account, name: &str) -> Result<()> {
    let why = match state(account, name).await? {
        None | Some(State::Active | State::UpdateFailed(_)) => return Ok(()),
        Some(State::Inactive(why)) => why,
        Some(_) => return until_ready(account, name, None).await,
    };
    let place = account.identity.place();
    let summary = format!("function {name} in the {place} is inactive ({why})");
    let problem = Problem::error("function-inactive", summary);
    let Identity {
        profile, region, ..
    } = &account.identity;
    let profile = shell_word(profile);
    let fix = format!(
        "run `aws lambda invoke --profile {profile} --region {region} --function-name {name} /dev/null` to activate it, then run the same command again"
    );
    Err(problem.fix(fix).into())
}

/// Waits until Lambda no longer returns the function.
///
/// # Errors
/// It can't be read.
pub async fn until_gone(account: &Account, name: &str) -> Result<(), CallError> {
    let what = format!("Lambda to delete {name}");
    let gone = retry::until_visible(account, &what, async || {
        Ok(get(account, name).await?.is_none().then_some(()))
    });
    gone.await.map(|_| ())
}
