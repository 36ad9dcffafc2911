//! The connectivity check. It invokes the function with a probe, an event that Cognito never sends.
//! The function calls the old user pool and reports the component that fails. Nothing is created.

use anyhow::Result;
use cogmig_core::call::CallError;
use cogmig_core::desired::Desired;
use cogmig_core::diagnosis::{Broken, Component, Forecast, is_open};
use cogmig_core::outcome::Interrupted;
use cogmig_core::plan::Plan;
use cogmig_core::problem::Problem;
use rules::probe::Answer;
use serde_json::Value;

use crate::aws::account::Account;
use crate::aws::resources::function;
use crate::aws::resources::invoke::{self, Invoked};
use crate::aws::retry::{self, BUSY, DECRYPTION, INACTIVE, UNANSWERED};
use crate::random;

/// The username and password of a check.
pub struct Credentials {
    /// The username, as entered at sign-in.
    pub username: String,
    /// The password, which is never printed.
    pub password: String,
}

impl Credentials {
    /// Random credentials of no user: domains under `.invalid` don't exist (RFC 2606).
    ///
    /// # Errors
    /// The operating system provides no random numbers.
    pub fn random() -> Result<Self> {
        let random = random::text::<18>()?;
        Ok(Self {
            username: format!("cogmig-probe-{random}@example.invalid"),
            password: format!("Aa1!{random}"),
        })
    }
}

/// Invokes the function with a probe.
async fn invoke(
    account: &Account,
    desired: &Desired,
    credentials: &Credentials,
) -> Result<Result<Answer, Broken>, CallError> {
    let name = &desired.names.function;
    let event = event(desired, credentials);
    let what = format!("Lambda to invoke function {name}");
    let transient = [BUSY, DECRYPTION, INACTIVE, UNANSWERED];
    let invoked = retry::retry_until(account, &what, &transient, async || {
        match invoke::invoke(account, name, &event).await {
            Err(error)
                if error.is("TooManyRequestsException")
                    && function::is_disabled(account, name).await? =>
            {
                Ok(None)
            }
            invoked => invoked.map(Some),
        }
    })
    .await;
    let invoked = match invoked {
        Ok(invoked) => invoked,
        Err(error) => return blocked(account, name, error).await.map(Err),
    };
    let Some(invoked) = invoked else {
        let what = format!(
            "the reserved concurrency of function {name} is 0, so Lambda doesn't invoke it"
        );
        let remedy = "run `aws lambda delete-function-concurrency`, unless this was set on purpose";
        return Ok(Err(Broken::at(Component::Function, what, remedy)));
    };
    Ok(answer(&invoked).ok_or_else(|| without_answer(name)))
}

/// Why Lambda rejects an invocation because of the function's state: Lambda's reason is only in the
/// description of the function.
///
/// # Errors
/// The invocation's error, if it has another cause.
async fn blocked(account: &Account, name: &str, error: CallError) -> Result<Broken, CallError> {
    let is_conflict = ["ResourceConflictException", "ResourceNotReadyException"]
        .iter()
        .any(|code| error.is(code));
    if !is_conflict {
        return Err(error);
    }
    let state = function::state(account, name).await.ok().flatten();
    let broken = state.and_then(|state| Broken::of_state(name, &state));
    broken.ok_or(error)
}

fn event(desired: &Desired, credentials: &Credentials) -> Value {
    rules::probe::event(
        &desired.new.pool.id,
        &credentials.username,
        &credentials.password,
    )
}

fn without_answer(function: &str) -> Broken {
    let what = format!(
        "function {function} returns an error, or was deployed by another version of cogmig"
    );
    let remedy = "run `cogmig setup`, and check the function's log";
    Broken::at(Component::Function, what, remedy)
}

/// Runs the check once, before the plan is known. Returns whether it passed. A later check reports
/// the cause of a failure.
pub async fn probe_once(account: Account, function: String, pool: String) -> bool {
    let Ok(random) = Credentials::random() else {
        return false;
    };
    let event = rules::probe::event(&pool, &random.username, &random.password);
    let invoked = invoke::invoke(&account, &function, &event).await;
    let answer = invoked.ok().and_then(|invoked| answer(&invoked));
    answer.is_some_and(|answer| is_open(&answer))
}

/// The function's answer. `None` if the function failed or has another version.
fn answer(invoked: &Invoked) -> Option<Answer> {
    let answer = Answer::of_json(&invoked.answer);
    answer.filter(|_| !invoked.failed)
}

/// Runs the check once, with random credentials. A failed check isn't an error.
///
/// # Errors
/// The function can't be invoked.
pub async fn check(
    account: &Account,
    desired: &Desired,
    random: &Credentials,
    plan: &Plan,
) -> Result<Result<(), Broken>, CallError> {
    let answer = invoke(account, desired, random).await?;
    Ok(answer.and_then(|answer| {
        if is_open(&answer) {
            Ok(())
        } else {
            Err(Broken::of(&answer, desired, plan))
        }
    }))
}

/// Repeats the check until it passes, because IAM and Cognito are eventually consistent.
/// `consequence` is what a failure means, for the error.
///
/// # Errors
/// It doesn't pass in time, or fails with a cause that waiting can't fix.
pub async fn wait_until_working(
    account: &Account,
    desired: &Desired,
    consequence: &str,
) -> Result<()> {
    let (no_changes, random) = (Plan::default(), Credentials::random()?);
    let mut last = None;
    let what = "the connectivity check to pass";
    let passed = retry::until_ready(account, what, async || {
        match check(account, desired, &random, &no_changes).await? {
            Ok(()) => Ok(Some(Ok(()))),
            Err(broken) if broken.is_transient => {
                last = Some(broken);
                Ok(None)
            }
            Err(broken) => Ok(Some(Err(broken))),
        }
    })
    .await?;
    let broken = match (passed, last) {
        (Some(Ok(())), _) | (None, None) => return Ok(()),
        (Some(Err(broken)), _) | (None, Some(broken)) => broken,
    };
    let broken = anyhow::Error::from(
        Problem::error(
            "connectivity-check-failed",
            format!(
                "{consequence}. In the {}, the {broken}",
                account.identity.place()
            ),
        )
        .fix(broken.remedy),
    );
    Err(if account.stop().is_requested() {
        broken.context(Interrupted::Between)
    } else {
        broken
    })
}

/// Checks whether a user would be migrated. The password is sent once, because each attempt counts
/// towards the user's lockout in the old pool.
///
/// # Errors
/// The function can't be invoked.
pub async fn user(
    account: &Account,
    desired: &Desired,
    credentials: &Credentials,
    plan: &Plan,
) -> Result<Forecast> {
    let name = &desired.names.function;
    let invoked = invoke::invoke_once(account, name, &event(desired, credentials)).await?;
    Ok(match answer(&invoked) {
        Some(answer) => Forecast::of(&answer, desired, plan),
        None => Forecast::Broken(without_answer(name)),
    })
}
