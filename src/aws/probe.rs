//! The probe: an event that Cognito never sends, by which the function tries its way to the
//! old pool and says where that ends. Nothing is created by it.

use anyhow::Result;
use cogmig_core::call::CallError;
use cogmig_core::desired::Desired;
use cogmig_core::diagnosis::{Broken, Component, Forecast, is_open};
use cogmig_core::outcome::Interrupted;
use cogmig_core::plan::Plan;
use cogmig_core::problem::Problem;
use rules::probe::Answer;

use crate::aws::account::Account;
use crate::aws::resources::function::{self, Invoked};
use crate::aws::retry::{self, BUSY, DECRYPTION, UNANSWERED};
use crate::random;

/// Whose sign-in is tried.
pub struct Credentials {
    /// As the user would type it.
    pub username: String,
    /// The same; never shown.
    pub password: String,
}

impl Credentials {
    /// Of nobody: names under `.invalid` are nobody's (RFC 2606), and the rest is random.
    ///
    /// # Errors
    /// The machine gives no random numbers.
    pub fn of_nobody() -> Result<Self> {
        let random = random::text::<18>()?;
        Ok(Self {
            username: format!("cogmig-probe-{random}@example.invalid"),
            password: format!("Aa1!{random}"),
        })
    }
}

/// Tries the way for nobody, or for a user.
async fn ask(
    account: &Account,
    desired: &Desired,
    who: &Credentials,
) -> Result<Result<Answer, Broken>, CallError> {
    let name = &desired.names.function;
    let event = rules::probe::event(&desired.new.pool.id, &who.username, &who.password);
    let what = format!("Lambda to run {name}");
    let passing = [BUSY, DECRYPTION, UNANSWERED];
    let invoked = retry::retry_until(account, &what, &passing, async || {
        match function::invoke(account, name, &event).await {
            Err(error)
                if error.is("TooManyRequestsException")
                    && function::is_held(account, name).await? =>
            {
                Ok(None)
            }
            invoked => invoked.map(Some),
        }
    })
    .await?;
    let Some(invoked) = invoked else {
        let what = "its reserved concurrency is 0: Lambda runs it for nobody";
        let remedy = "`aws lambda delete-function-concurrency`, if nobody meant it to be held";
        return Ok(Err(Broken::at(Component::Function, what, remedy)));
    };
    Ok(of(&invoked).ok_or_else(|| {
        let what = "the function fails, or is of another version";
        let remedy = "`cogmig setup`, and the function's log, which says more";
        Broken::at(Component::Function, what, remedy)
    }))
}

/// Tries the way for nobody, while nothing else is known. Whether it is open: what may be wrong,
/// a later look tells.
pub async fn probe_once(account: Account, function: String, pool: String) -> bool {
    let Ok(nobody) = Credentials::of_nobody() else {
        return false;
    };
    let event = rules::probe::event(&pool, &nobody.username, &nobody.password);
    let invoked = function::invoke(&account, &function, &event).await;
    let answer = invoked.ok().and_then(|invoked| of(&invoked));
    answer.is_some_and(|answer| is_open(&answer))
}

/// None where the function failed, or is of another version.
fn of(invoked: &Invoked) -> Option<Answer> {
    let answer = Answer::of_json(&invoked.answer);
    answer.filter(|_| !invoked.failed)
}

/// Tries the way once, for nobody. A broken chain is no error.
///
/// # Errors
/// The function may not be invoked.
pub async fn chain(
    account: &Account,
    desired: &Desired,
    nobody: &Credentials,
    plan: &Plan,
) -> Result<Result<(), Broken>, CallError> {
    let answer = ask(account, desired, nobody).await?;
    Ok(answer.and_then(|answer| {
        if is_open(&answer) {
            Ok(())
        } else {
            Err(Broken::of(&answer, desired, plan))
        }
    }))
}

/// Tries the way until it is open: IAM and Cognito take a while to know everywhere what was
/// just set.
///
/// # Errors
/// It does not open in time, or is broken for good.
pub async fn wait_until_working(account: &Account, desired: &Desired) -> Result<()> {
    let (settled, nobody) = (Plan::default(), Credentials::of_nobody()?);
    let mut last = None;
    let what = "a sign-in to work";
    let open = retry::until_ready(account, what, async || {
        match chain(account, desired, &nobody, &settled).await? {
            Ok(()) => Ok(Some(Ok(()))),
            Err(broken) if broken.is_transient => {
                last = Some(broken);
                Ok(None)
            }
            Err(broken) => Ok(Some(Err(broken))),
        }
    })
    .await?;
    let broken = match (open, last) {
        (Some(Ok(())), _) | (None, None) => return Ok(()),
        (Some(Err(broken)), _) | (None, Some(broken)) => broken,
    };
    let broken = anyhow::Error::from(
        Problem::error(
            "path-broken",
            format!(
                "everything was set up, and no user can move yet: the chain in the {} is {broken}",
                account.identity.place()
            ),
        )
        .fix(broken.remedy),
    );
    Err(if account.stop().is_asked() {
        broken.context(Interrupted::Between)
    } else {
        broken
    })
}

/// What would become of a user.
///
/// # Errors
/// The function may not be invoked.
pub async fn user(
    account: &Account,
    desired: &Desired,
    who: &Credentials,
    plan: &Plan,
) -> Result<Forecast> {
    let answer = match ask(account, desired, who).await? {
        Ok(answer) => answer,
        Err(broken) => return Ok(Forecast::Broken(broken)),
    };
    Ok(Forecast::of(&answer, desired, plan))
}
