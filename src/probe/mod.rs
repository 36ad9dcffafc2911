//! The probe: an event that Cognito never sends, by which the function tries its way to the
//! old pool and says where that ends. Nothing is created by it.

mod broken;
#[cfg(test)]
mod tests;

use anyhow::{Result, anyhow};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rules::log;
use rules::probe::{Answer, Verdict};
use rules::reasons::{Failure, Refusal};

pub use broken::Broken;
use broken::Link;

use crate::account::Account;
use crate::desired::Desired;
use crate::error::CallError;
use crate::interrupt::{self, Interrupted};
use crate::plan::Plan;
use crate::resources::function::{self, Invoked};
use crate::retry::{self, BUSY, DECRYPTION, UNANSWERED};

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
        let mut random = [0; 18];
        getrandom::fill(&mut random)
            .map_err(|error| anyhow::anyhow!("this machine gives no random numbers: {error}"))?;
        let random = URL_SAFE_NO_PAD.encode(random);
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
    let invoked =
        retry::until_settled(account, &what, &passing, async || {
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
        return Ok(Err(Broken::at(Link::Function, what, remedy)));
    };
    Ok(of(&invoked).ok_or_else(|| {
        let what = "the function fails, or is of another version";
        let remedy = "`cogmig setup`, and the function's log, which says more";
        Broken::at(Link::Function, what, remedy)
    }))
}

/// Tries the way for nobody, while nothing else is known. Whether it is open: what may be wrong,
/// a later look tells.
pub async fn glance(account: Account, function: String, pool: String) -> bool {
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

/// Whatever the old pool says to nobody, also by a trigger of its own, it was asked; but what it
/// would say to everybody.
fn is_open(answer: &Answer) -> bool {
    match &answer.verdict {
        Verdict::Migrated(_) | Verdict::Failed(Failure::Fault(_)) => false,
        Verdict::Failed(Failure::Refused(refusal)) => !says_it_to_everybody(*refusal),
        Verdict::Unknown(outcome, _) => outcome == log::REFUSED,
    }
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
pub async fn until_sound(account: &Account, desired: &Desired) -> Result<()> {
    let (settled, nobody) = (Plan::default(), Credentials::of_nobody()?);
    let mut last = None;
    let what = "a sign-in to work";
    let open = retry::until_ready(account, what, async || {
        match chain(account, desired, &nobody, &settled).await? {
            Ok(()) => Ok(Some(Ok(()))),
            Err(broken) if broken.passes => {
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
    let broken = anyhow!(
        "everything was set up, and no user can move yet: the chain in the {} is {broken}",
        account.place()
    );
    Err(if interrupt::is_asked() {
        broken.context(Interrupted::Between)
    } else {
        broken
    })
}

/// What would become of a user, in words.
///
/// # Errors
/// The function may not be invoked.
pub async fn user(
    account: &Account,
    desired: &Desired,
    who: &Credentials,
    plan: &Plan,
) -> Result<String> {
    let answer = match ask(account, desired, who).await? {
        Ok(answer) => answer,
        Err(broken) => return Ok(broken.to_string()),
    };
    Ok(match &answer.verdict {
        Verdict::Migrated(attributes) => format!("would move, with {}", attributes.join(", ")),
        Verdict::Failed(Failure::Refused(refusal)) => {
            format!("would be refused: {}", words(*refusal))
        }
        Verdict::Unknown(outcome, reason) if outcome == log::REFUSED => {
            format!("would be refused: {reason}")
        }
        Verdict::Failed(Failure::Fault(_)) | Verdict::Unknown(..) => {
            Broken::of(&answer, desired, plan).to_string()
        }
    })
}

/// Whether a refusal has nothing to do with who signs in.
const fn says_it_to_everybody(refusal: Refusal) -> bool {
    matches!(
        refusal,
        Refusal::InvalidParameter | Refusal::OldTriggerFailed | Refusal::UnknownAnswer
    )
}

/// Why a user stays where they are. What the old pool refuses, the function tells in its log
/// alone: by a probe nobody shall learn more than by a sign-in.
const fn words(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::NotAuthorized
        | Refusal::UnknownUser
        | Refusal::NotConfirmed
        | Refusal::ResetRequired => {
            "the password is wrong, or the user is not there, disabled, locked out, not confirmed or to be reset; the function's log says which"
        }
        Refusal::Challenge => "the old pool asks for more than a password",
        Refusal::SecondFactor => "the user has a second factor: see --mfa-users",
        Refusal::TemporaryPassword => "the password is a temporary one: see --temporary-passwords",
        Refusal::OldTrigger => "a trigger of the old pool's own refuses",
        Refusal::OldTriggerFailed => {
            "a trigger of the old pool's own cannot be run, or answers what Cognito does not take"
        }
        Refusal::Disabled => "the user is disabled",
        Refusal::NoVerifiedContact => {
            "no e-mail address or phone number is verified, to send a code to"
        }
        Refusal::ForgotPassword => "users who forgot their password are not migrated",
        Refusal::Name => "the new pool cannot have the user under the name that was typed",
        Refusal::InvalidParameter => "the old pool does not take such a name or password",
        Refusal::UnknownAnswer => "the old pool answered what this version does not know",
    }
}
