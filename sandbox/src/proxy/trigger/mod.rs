//! The `UserMigration` trigger, which the emulator lacks. At a sign-in or a forgotten password
//! of a username that the pool does not have, the function is invoked, the user is created from
//! its answer, and the call is repeated.

mod answer;
mod event;
mod fault;
mod function;
mod permission;
mod pool;

use anyhow::Result;
use bytes::Bytes;
use http::{Request, Response};
use serde_json::{Value, json};

use super::call::Call;
use super::emulator::Emulator;
use super::message::{Message, MessageKind};
use super::upstream::Answer;
use answer::NewUser;
use event::SignIn;
use fault::Fault;
use pool::PoolAt;

/// Fires the trigger where Cognito would. `reply` is what the emulator says before:
/// its refusals of the caller and of the flow come first, as on AWS.
pub(super) async fn fire(
    emulator: &Emulator,
    call: &Call,
    request: &Request<Bytes>,
    reply: Response<Bytes>,
) -> Response<Bytes> {
    let Some(sign_in) = SignIn::read(call, request) else {
        return reply;
    };
    if !sign_in.may_be_for_unknown_user(&reply) {
        return reply;
    }
    match migrate(emulator, &sign_in).await {
        Ok(Outcome::Refused) => reply,
        Ok(Outcome::Migrated) => emulator.upstream.forward(request).await,
        Ok(Outcome::Failed(fault)) => fault.into(),
        Err(failure) => Fault::internal(&failure).into(),
    }
}

/// Whether the call is a sign-in or forgotten password of nobody the pool knows.
pub(super) async fn is_for_unknown_user(
    emulator: &Emulator,
    call: &Call,
    request: &Request<Bytes>,
) -> bool {
    let Some(sign_in) = SignIn::read(call, request) else {
        return false;
    };
    match pool::find(emulator, sign_in.pool.as_deref(), &sign_in.client).await {
        Ok(Some(pool)) => !matches!(pool.knows(emulator, &sign_in.username).await, Ok(true)),
        _ => true,
    }
}

enum Outcome {
    /// No trigger, a known user, or an event that came back as it was.
    Refused,
    /// The user is there now.
    Migrated,
    /// Cognito gives up, and says so to the end user.
    Failed(Fault),
}

async fn migrate(emulator: &Emulator, sign_in: &SignIn) -> Result<Outcome> {
    let Some(pool) = pool::find(emulator, sign_in.pool.as_deref(), &sign_in.client).await? else {
        return Ok(Outcome::Refused);
    };
    let Some(arn) = pool.settings["LambdaConfig"]["UserMigration"].as_str() else {
        return Ok(Outcome::Refused);
    };
    if pool.knows(emulator, &sign_in.username).await? {
        return Ok(Outcome::Refused);
    }
    let event = sign_in.event(&pool);
    let answered = match function::ask(emulator, "UserMigration", arn, &pool, &event).await? {
        Ok(answered) => answered,
        Err(fault) => return Ok(Outcome::Failed(fault)),
    };
    match answer::judge(&pool, sign_in, &event, &answered) {
        Ok(None) => Ok(Outcome::Refused),
        Ok(Some(user)) => make(emulator, &pool, sign_in, user).await,
        Err(fault) => Ok(Outcome::Failed(fault)),
    }
}

/// Makes the user, unless a guard of the pool's own or a name that is another's is against it.
async fn make(
    emulator: &Emulator,
    pool: &PoolAt,
    sign_in: &SignIn,
    user: NewUser,
) -> Result<Outcome> {
    if let Err(fault) = guard(emulator, pool, sign_in, &user).await? {
        return Ok(Outcome::Failed(fault));
    }
    let attributes: Vec<Value> = user
        .attributes
        .iter()
        .map(|(name, value)| json!({"Name": name, "Value": value}))
        .collect();
    let made = pool.call(
        emulator,
        "AdminCreateUser",
        json!({
            "Username": user.username,
            "UserAttributes": attributes,
            "MessageAction": "SUPPRESS",
            "ForceAliasCreation": user.takes_aliases,
            // Read by corrections.py: password and status, in the same moment.
            "SandboxMigration": {
                "Password": sign_in.password, "UserStatus": user.status, "SmsMfa": user.sms_mfa,
            },
        }),
    );
    if let Answer::Fault(..) = made.await? {
        return Ok(Outcome::Failed(sign_in.cannot_migrate()));
    }
    if let Some(mediums) = user.welcome {
        emulator.send(Message {
            pool: pool.id.clone(),
            username: user.username,
            kind: MessageKind::Welcome,
            mediums,
        });
    }
    Ok(Outcome::Migrated)
}

/// The pool's `PreSignUp` trigger has a say too: it runs before the user is made.
async fn guard(
    emulator: &Emulator,
    pool: &PoolAt,
    sign_in: &SignIn,
    user: &NewUser,
) -> Result<Result<(), Fault>> {
    let Some(arn) = pool.settings["LambdaConfig"]["PreSignUp"].as_str() else {
        return Ok(Ok(()));
    };
    let event = sign_in.pre_sign_up(pool, &user.username, &user.attributes);
    let answered = function::ask(emulator, "PreSignUp", arn, pool, &event).await?;
    Ok(match answered {
        Ok(answer) if answer["response"].is_object() => Ok(()),
        Ok(_) => Err(Fault::unrecognizable()),
        Err(fault) => Err(fault),
    })
}
