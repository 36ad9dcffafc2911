//! Replies to events within the time budget. A rejection returns the event byte for byte (or without
//! the response that it came with), so that a client can't distinguish a wrong password, an unknown
//! user and a disabled user. A fault returns the same error for all causes.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use lambda_runtime::Diagnostic;
use rules::decision::{self, Evidence, Migration};
use rules::log::Source;
use rules::probe::Call;
use rules::reasons::{Failure, Fault, Rejection};
use rules::settings::Rules;
use rules::user_hash::LogKey;
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};
use tokio::time::{Instant, timeout_at};

use crate::calls::Calls;
use crate::event;
use crate::old_pool::{OldPool, SignIn};
use crate::probe;
use crate::record::{Record, UserRead};
use crate::response;

#[cfg(test)]
pub mod tests;

/// The time budget of an event. Cognito waits five seconds before it retries the invocation, and
/// one of them is reserved for the network.
const BUDGET: Duration = Duration::from_secs(4);

/// The time budget of the first event, from the start of this process. Cognito's five seconds
/// include the cold start.
pub const FIRST_BUDGET: Duration = Duration::from_millis(4300);

/// The error message of all faults. It reveals neither the cause nor whether the user exists.
const FAULT: &str = "temporarily unavailable";

/// A function with a valid configuration.
pub struct Service<P> {
    /// The old pool.
    pub pool: Rc<P>,
    /// The new pool. The function answers only events of this pool.
    pub new_user_pool_id: String,
    /// The deadline of the first event. That event takes it.
    pub first_answer_by: Cell<Option<Instant>>,
    /// The rules of the decision.
    pub rules: Rules,
    /// The key with which usernames are hashed for the log, if it has users.
    pub log_key: Option<Rc<LogKey>>,
}

/// The reply to an event. Not `Debug`, because the event holds the password.
pub struct Reply {
    record: Record,
    raw: Box<RawValue>,
    event: Value,
    decision: Result<Migration, Failure>,
}

impl Reply {
    /// The function's result, which is the event, or an error for a fault. And what the log needs
    /// after the result was sent.
    pub fn into_parts(mut self) -> (Result<Box<RawValue>, Diagnostic>, Record) {
        let result = match self.decision {
            decision if self.record.source == Some(Source::Probe) => {
                let calls = &self.record.calls;
                raw(&probe::answer(
                    &decision,
                    calls.failed(),
                    calls.sts_errors(),
                ))
            }
            Ok(migration) => {
                response::fill_in(&mut self.event, migration.into_response());
                raw(&self.event)
            }
            Err(Failure::Rejected(_)) if response::clear(&mut self.event) => raw(&self.event),
            Err(Failure::Rejected(_)) => Ok(self.raw),
            Err(Failure::Fault(_)) => Err(unavailable()),
        };
        self.record.replied.set(true);
        (result, self.record)
    }
}

/// Answers an event within the time budget. `service` is `None` if the function's configuration is
/// invalid.
pub async fn answer(service: Option<&Service<impl OldPool>>, raw: Box<RawValue>) -> Reply {
    let now = Instant::now();
    let first = service.and_then(|service| service.first_answer_by.take());
    let first = first.filter(|first| *first > now);
    let deadline = first.map_or(now + BUDGET, |first| first.min(now + BUDGET));
    // An event that can't be parsed, for example with an unpaired surrogate or a thousand nested
    // arrays, has no known trigger source.
    let event = serde_json::from_str(raw.get()).unwrap_or_default();
    let mut record = Record {
        source: event::source(&event),
        identity: event::identity(&event).map(str::to_owned),
        calls: Rc::default(),
        failure: None,
        user: UserRead::default(),
        hash: service.and_then(|service| {
            let key = Rc::clone(service.log_key.as_ref()?);
            Some((key, service.rules.names.old_case_sensitive))
        }),
        deadline,
        replied: Rc::default(),
    };
    let decision = timeout_at(deadline, decide(service, &event, &mut record))
        .await
        .unwrap_or(Err(Failure::Fault(Fault::TimedOut)));
    record.failure = decision.as_ref().err().copied();
    Reply {
        record,
        raw,
        event,
        decision,
    }
}

async fn decide<P: OldPool>(
    service: Option<&Service<P>>,
    event: &Value,
    record: &mut Record,
) -> Result<Migration, Failure> {
    let service = service.ok_or(Failure::Fault(Fault::Configuration))?;
    let source = (record.source).ok_or(Failure::Fault(Fault::TriggerSource))?;
    if !event::is_of_pool(event, &service.new_user_pool_id) {
        return Err(Failure::Fault(Fault::ForeignPool));
    }
    let username = event::username(event)?;
    // A cached session remains valid after the role is deleted, so a connectivity check with it
    // would not detect the error.
    let pool = match source {
        Source::Probe => Rc::new(service.pool.cold()),
        Source::Authentication | Source::ForgotPassword => Rc::clone(&service.pool),
    };
    let (calls, deadline) = (Rc::clone(&record.calls), record.deadline);
    let session = calls.record(Call::AssumeRole, async {
        let session = pool.session().await;
        if session.is_err() {
            calls.record_sts_errors(pool.sts_errors());
        }
        session
    });
    let user = UserCall {
        pool: Rc::clone(&pool),
        username: username.to_owned(),
        calls: Rc::clone(&calls),
        deadline,
        replied: Rc::clone(&record.replied),
    };
    let evidence = match source {
        Source::ForgotPassword => {
            let evidence = Evidence::of_forgotten(&service.rules).map_err(Failure::Rejected)?;
            session.await?;
            record.user = user.start();
            Ok(evidence)
        }
        Source::Authentication | Source::Probe => {
            let sign_in = SignIn {
                username,
                password: event::password(event)?,
                metadata: event::client_metadata(event),
            };
            session.await?;
            let prepared = pool.prepare(deadline);
            calls.record(Call::DescribeUserPoolClient, prepared).await?;
            let checked = pool.check_password(&sign_in, deadline);
            let answer = calls.record(Call::AdminInitiateAuth, checked);
            let evidence = async {
                let answer = answer.await?;
                Evidence::of(&answer, &service.rules).map_err(Failure::Rejected)
            };
            let is_probe = source == Source::Probe;
            let old_triggers = service.rules.old_triggers;
            let read = &mut record.user;
            evidence_and_user(evidence, &user, read, old_triggers, is_probe).await?
        }
    };
    let user = match record.user.finish().await {
        Some(Ok(user)) => Ok(user),
        Some(Err(failure)) => Err(*failure),
        None => Err(Failure::Fault(Fault::Internal)),
    };
    decision::decide(&service.rules, username, evidence, user)
}

/// AdminGetUser for the event's user. It can outlive the reply, so it borrows nothing.
struct UserCall<P> {
    pool: Rc<P>,
    username: String,
    calls: Rc<Calls>,
    deadline: Instant,
    replied: Rc<Cell<bool>>,
}

impl<P: OldPool> UserCall<P> {
    fn start(&self) -> UserRead {
        let (pool, calls) = (Rc::clone(&self.pool), Rc::clone(&self.calls));
        let (username, replied) = (self.username.clone(), Rc::clone(&self.replied));
        let deadline = self.deadline;
        UserRead::Running(Box::pin(async move {
            let user = pool.user(&username, deadline, &replied);
            calls.record(Call::AdminGetUser, user).await
        }))
    }
}

/// Gets the user while the password is being checked, which saves a sign-in the second round trip.
/// If the password is rejected, the reply doesn't wait for the user, so that neither its content
/// nor its timing depends on the user. Only a connectivity check always waits for the user
/// (`always_waits`). `read` is finished for the log after the reply.
///
/// Triggers of the old pool may create or update the user at a sign-in. So if the old pool has
/// triggers, the user is read after they have run. If the password is accepted for a user that
/// didn't exist, the user is read again.
async fn evidence_and_user(
    evidence: impl Future<Output = Result<Evidence, Failure>>,
    user: &UserCall<impl OldPool>,
    read: &mut UserRead,
    old_triggers: bool,
    always_waits: bool,
) -> Result<Result<Evidence, Failure>, Failure> {
    let evidence = async {
        match evidence.await {
            Err(rejection @ Failure::Rejected(_)) if always_waits => Ok(Err(rejection)),
            evidence => evidence.map(Ok),
        }
    };
    if !old_triggers {
        *read = user.start();
    }
    let early = async {
        read.finish().await;
        Ok(())
    };
    let (evidence, ()) = tokio::try_join!(biased; evidence, early)?;
    let is_too_early = match read {
        UserRead::None => true,
        UserRead::Done(Err(Failure::Rejected(Rejection::UnknownUser))) => evidence.is_ok(),
        UserRead::Running(_) | UserRead::Done(_) => false,
    };
    if is_too_early {
        *read = user.start();
    }
    Ok(evidence)
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
