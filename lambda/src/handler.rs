//! The decision: from an event and the old pool's answers to the event's reply. A refusal is the event unmodified, so
//! that from outside a wrong password, an unknown user and a disabled one look the same.

use std::time::Duration;

use lambda_runtime::Diagnostic;
use serde_json::{Map, Value, json};
use tokio::time::timeout;

use crate::attributes::{self, Attribute};
use crate::failure::{Failure, Fault, Refusal};

#[cfg(test)]
mod tests;

/// Cognito waits five seconds and asks again; one of them is left for the way there and back.
const BUDGET: Duration = Duration::from_secs(4);

/// All that a user is ever told of a fault: nothing of its cause, and nothing of whether the user exists.
const FAULT: &str = "temporarily unavailable";

/// What the decision needs of the old pool.
pub trait OldPool {
    /// Whether the password is this user's and nothing more is asked for.
    async fn check_password(&self, username: &str, password: &str) -> Result<(), Failure>;

    /// The user.
    async fn user(&self, username: &str) -> Result<OldUser, Failure>;
}

/// A user of the old pool. Not `Debug`, as nothing of it may be printed.
#[derive(Clone)]
pub struct OldUser {
    /// False when an administrator has disabled the user.
    pub enabled: bool,
    /// Whether the status is CONFIRMED, and none of the others.
    pub confirmed: bool,
    /// Whether the user has set up a second factor.
    pub has_mfa: bool,
    /// All attributes, those that Cognito sets among them.
    pub attributes: Vec<Attribute>,
}

/// The trigger sources that there is an answer to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Trigger {
    /// A sign-in with a password.
    Authentication,
    /// A forgotten password; the event carries none.
    ForgotPassword,
}

impl Trigger {
    /// Cognito's word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Authentication => "UserMigration_Authentication",
            Self::ForgotPassword => "UserMigration_ForgotPassword",
        }
    }

    fn of(event: &Value) -> Option<Self> {
        let source = event.get("triggerSource")?.as_str()?;
        [Self::Authentication, Self::ForgotPassword]
            .into_iter()
            .find(|known| known.as_str() == source)
    }
}

/// The reply to an event. Not `Debug`, as the event holds the password.
pub struct Reply {
    /// What was asked, where it is known.
    pub trigger: Option<Trigger>,
    event: Value,
    failure: Option<Failure>,
}

impl Reply {
    /// Why the user was not migrated, if so.
    pub const fn failure(&self) -> Option<Failure> {
        self.failure
    }

    /// What Cognito gets: the event, or for a fault one text.
    pub fn into_result(self) -> Result<Value, Diagnostic> {
        match self.failure {
            Some(Failure::Fault(_)) => Err(Diagnostic {
                error_type: "Unavailable".to_owned(),
                error_message: FAULT.to_owned(),
            }),
            Some(Failure::Refused(_)) | None => Ok(self.event),
        }
    }
}

/// Answers an event, in time.
pub async fn answer(pool: &impl OldPool, mut event: Value) -> Reply {
    let trigger = Trigger::of(&event);
    let decision = timeout(BUDGET, decide(pool, trigger, &event))
        .await
        .unwrap_or(Err(Failure::Fault(Fault::TimedOut)));
    let failure = match decision {
        Ok(migration) => {
            fill_in(&mut event, migration);
            None
        }
        Err(failure) => Some(failure),
    };
    Reply {
        trigger,
        event,
        failure,
    }
}

/// Decides on the members of the response that make Cognito create the user.
async fn decide(
    pool: &impl OldPool,
    trigger: Option<Trigger>,
    event: &Value,
) -> Result<Map<String, Value>, Failure> {
    let trigger = trigger.ok_or(Failure::Fault(Fault::TriggerSource))?;
    let username = text(event.get("userName"))?;
    let mut response = Map::new();
    let user = match trigger {
        Trigger::Authentication => {
            let password = text(
                event
                    .get("request")
                    .and_then(|request| request.get("password")),
            )?;
            pool.check_password(username, password).await?;
            response.insert("finalUserStatus".to_owned(), json!("CONFIRMED"));
            pool.user(username).await?
        }
        // Without a final status the user is made to reset the password, and is thus proved by the code that Cognito
        // sends to the verified contact. Whoever could not have signed in to the old pool must not come in this way.
        Trigger::ForgotPassword => {
            let user = pool.user(username).await?;
            may_reset(&user).map_err(Failure::Refused)?;
            user
        }
    };
    response.insert(
        "userAttributes".to_owned(),
        Value::Object(attributes::for_new_user(&user.attributes)),
    );
    response.insert("messageAction".to_owned(), json!("SUPPRESS"));
    Ok(response)
}

/// A text that Cognito promises for this trigger source.
fn text(value: Option<&Value>) -> Result<&str, Failure> {
    value
        .and_then(Value::as_str)
        .filter(|text| !text.is_empty())
        .ok_or(Failure::Fault(Fault::Event))
}

fn may_reset(user: &OldUser) -> Result<(), Refusal> {
    if !user.enabled {
        Err(Refusal::Disabled)
    } else if !user.confirmed {
        Err(Refusal::NotConfirmed)
    } else if user.has_mfa {
        // The second factor does not move, and a mailbox alone must not stand for both.
        Err(Refusal::SecondFactor)
    } else if !attributes::has_verified_contact(&user.attributes) {
        Err(Refusal::NoVerifiedContact)
    } else {
        Ok(())
    }
}

/// Puts the decided members into the event's response and leaves all others of it as they came.
fn fill_in(event: &mut Value, migration: Map<String, Value>) {
    let Some(event) = event.as_object_mut() else {
        return;
    };
    match event.get_mut("response").and_then(Value::as_object_mut) {
        Some(response) => response.extend(migration),
        None => {
            event.insert("response".to_owned(), Value::Object(migration));
        }
    }
}
