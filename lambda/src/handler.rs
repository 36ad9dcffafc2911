//! From an event to its reply, in time. A rejection is the event byte for byte, so that from outside a wrong password, an
//! unknown user and a disabled one look the same; a fault is one text, whatever its cause.

use std::cell::Cell;
use std::time::Duration;

use lambda_runtime::Diagnostic;
use rules::decision::OldUser;
use rules::decision::{self, Evidence, Migration};
use rules::log::Source;
use rules::probe::Call;
use rules::reasons::{Failure, Fault, Rejection};
use rules::settings::Rules;
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value};
use tokio::time::{Instant, timeout_at};

use crate::calls::Calls;
use crate::event;
use crate::old_pool::OldPool;
use crate::probe;

#[cfg(test)]
pub mod tests;

/// Cognito waits five seconds and asks again; one of them is left for the way there and back.
const BUDGET: Duration = Duration::from_secs(4);

/// The same for the first event, from the start of this process: Cognito does not stop its clock for that.
pub const FIRST_BUDGET: Duration = Duration::from_millis(4300);

/// All that a user is ever told of a fault: nothing of its cause, and nothing of whether the user exists.
const FAULT: &str = "temporarily unavailable";

/// What a function that is rightly configured answers with.
pub struct Service<P> {
    /// The old pool.
    pub pool: P,
    /// The only pool whose events are answered.
    pub new_user_pool_id: String,
    /// When the first event has to be answered at the latest; that event takes it.
    pub first_answer_by: Cell<Option<Instant>>,
    /// How it is decided.
    pub rules: Rules,
}

/// The reply to an event. Not `Debug`, as the event holds the password.
pub struct Reply {
    /// Who asked, where that is known.
    pub source: Option<Source>,
    /// The calls that were made for it.
    pub calls: Calls,
    raw: Box<RawValue>,
    event: Value,
    decision: Result<Migration, Failure>,
}

impl Reply {
    /// Why the user was not migrated, if so.
    pub fn failure(&self) -> Option<Failure> {
        self.decision.as_ref().err().copied()
    }

    /// What goes back: the event, or for a fault one text.
    pub fn into_result(mut self) -> Result<Box<RawValue>, Diagnostic> {
        match self.decision {
            decision if self.source == Some(Source::Probe) => {
                raw(&probe::answer(&decision, self.calls.at_fault()))
            }
            Ok(migration) => {
                fill_in(&mut self.event, migration.into_response());
                raw(&self.event)
            }
            Err(Failure::Rejected(_)) => Ok(self.raw),
            Err(Failure::Fault(_)) => Err(unavailable()),
        }
    }
}

/// Answers an event, in time. Without a service, the environment is not what it must be.
pub async fn answer(service: Option<&Service<impl OldPool>>, raw: Box<RawValue>) -> Reply {
    let now = Instant::now();
    let first = service.and_then(|service| service.first_answer_by.take());
    let first = first.filter(|first| *first > now);
    let deadline = first.map_or(now + BUDGET, |first| first.min(now + BUDGET));
    // What cannot be read, such as half a surrogate pair or a thousand brackets, is an event of no known source.
    let event = serde_json::from_str(raw.get()).unwrap_or_default();
    let (source, calls) = (event::source(&event), Calls::default());
    let decision = timeout_at(deadline, decide(service, source, &event, &calls, deadline))
        .await
        .unwrap_or(Err(Failure::Fault(Fault::TimedOut)));
    Reply {
        source,
        calls,
        raw,
        event,
        decision,
    }
}

async fn decide(
    service: Option<&Service<impl OldPool>>,
    source: Option<Source>,
    event: &Value,
    calls: &Calls,
    deadline: Instant,
) -> Result<Migration, Failure> {
    let service = service.ok_or(Failure::Fault(Fault::Configuration))?;
    let source = source.ok_or(Failure::Fault(Fault::TriggerSource))?;
    if !event::is_of_pool(event, &service.new_user_pool_id) {
        return Err(Failure::Fault(Fault::ForeignPool));
    }
    let username = event::username(event)?;
    // The role's session may outlive the role: what is at hand would hide what is broken.
    let afresh = match source {
        Source::Probe => Some(service.pool.afresh()),
        Source::Authentication | Source::ForgotPassword => None,
    };
    let pool = afresh.as_ref().unwrap_or(&service.pool);
    let session = calls.note(Call::AssumeRole, pool.session());
    let user = || calls.note(Call::AdminGetUser, pool.user(username, deadline));
    let (ground, user) = match source {
        Source::ForgotPassword => {
            let ground = Evidence::of_forgotten(&service.rules).map_err(Failure::Rejected)?;
            session.await?;
            (Ok(ground), user().await)
        }
        Source::Authentication | Source::Probe => {
            let password = event::password(event)?;
            session.await?;
            let prepared = pool.prepare(deadline);
            calls.note(Call::DescribeUserPoolClient, prepared).await?;
            let asked = pool.check_password(username, password, deadline);
            let answer = calls.note(Call::AdminInitiateAuth, asked);
            let ground = async {
                let answer = answer.await?;
                Evidence::of(&answer, &service.rules).map_err(Failure::Rejected)
            };
            let is_probe = source == Source::Probe;
            both(ground, user, service.rules.old_triggers, is_probe).await?
        }
    };
    decision::decide(&service.rules, username, ground, user)
}

/// Asks for the user while the password is out, which saves a sign-in the second round trip. Without a proof that
/// answer is not even waited for, so that nothing of it can show in a reply; only a probe hears it out.
///
/// Triggers of the old pool may make the user at its sign-in there, or write to it: where it has some, the user is
/// asked for when they have run; and once more where a proof comes for one that was not there.
async fn both<U>(
    ground: impl Future<Output = Result<Evidence, Failure>>,
    user: impl Fn() -> U,
    old_triggers: bool,
    hears_out: bool,
) -> Result<(Result<Evidence, Failure>, Result<OldUser, Failure>), Failure>
where
    U: Future<Output = Result<OldUser, Failure>>,
{
    let ground = async {
        match ground.await {
            Err(rejection @ Failure::Rejected(_)) if hears_out => Ok(Err(rejection)),
            ground => ground.map(Ok),
        }
    };
    let early = async {
        Ok(if old_triggers {
            None
        } else {
            Some(user().await)
        })
    };
    let (ground, early) = tokio::try_join!(biased; ground, early)?;
    let user = match early {
        Some(Err(Failure::Rejected(Rejection::UnknownUser))) if ground.is_ok() => user().await,
        Some(early) => early,
        None => user().await,
    };
    Ok((ground, user))
}

/// Puts the decided members into the event's response and leaves all others of it as they came.
fn fill_in(event: &mut Value, members: Map<String, Value>) {
    let Some(event) = event.as_object_mut() else {
        return;
    };
    match event.get_mut("response").and_then(Value::as_object_mut) {
        Some(response) => response.extend(members),
        None => {
            event.insert("response".to_owned(), Value::Object(members));
        }
    }
}

fn raw(value: &Value) -> Result<Box<RawValue>, Diagnostic> {
    to_raw_value(value).map_err(|_| unavailable())
}

fn unavailable() -> Diagnostic {
    Diagnostic {
        error_type: "Unavailable".to_owned(),
        error_message: FAULT.to_owned(),
    }
}
