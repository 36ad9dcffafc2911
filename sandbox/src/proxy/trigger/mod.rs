//! The user migration trigger, which the emulator lacks. If a user who isn't in the pool signs in
//! or forgot their password, the function is invoked, the user is created from its response, and
//! the call is repeated.

mod answer;
mod code;
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

/// Invokes the trigger when Cognito would. `reply` is the emulator's response without the trigger.
/// Its errors about the caller and the flow have priority, as on AWS.
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
        Ok(Outcome::Rejected) => reply,
        Ok(Outcome::Migrated) => emulator.upstream.forward(request).await,
        Ok(Outcome::Failed(fault)) => fault.into(),
        Err(failure) => Fault::internal(&failure).into(),
    }
}

/// The medium of the code that Cognito sends for a forgotten password, if it sends one.
pub(super) async fn code_medium(
    emulator: &Emulator,
    call: &Call,
    request: &Request<Bytes>,
) -> Option<&'static str> {
    let sign_in = SignIn::read(call, request)?;
    let pool = pool::find(emulator, sign_in.pool.as_deref(), &sign_in.client).await;
    let pool = pool.ok().flatten()?;
    pool.code_medium(emulator, &sign_in.username).await
}

enum Outcome {
    /// There is no trigger, the user is in the pool, or the function returned the event unchanged.
    Rejected,
    /// The user was created.
    Migrated,
    /// Cognito returns this error to the client.
    Failed(Fault),
}

async fn migrate(emulator: &Emulator, sign_in: &SignIn) -> Result<Outcome> {
    let Some(pool) = pool::find(emulator, sign_in.pool.as_deref(), &sign_in.client).await? else {
        return Ok(Outcome::Rejected);
    };
    let Some(arn) = pool.settings["LambdaConfig"]["UserMigration"].as_str() else {
        return Ok(Outcome::Rejected);
    };
    if pool.has_user(emulator, &sign_in.username).await? {
        return Ok(Outcome::Rejected);
    }
    let event = sign_in.event(&pool);
    let response = match function::invoke(emulator, "UserMigration", arn, &pool, &event).await? {
        Ok(response) => response,
        Err(fault) => return Ok(Outcome::Failed(fault)),
    };
    match answer::parse(&pool, sign_in, &event, &response) {
        Ok(None) => Ok(Outcome::Rejected),
        Ok(Some(user)) => create(emulator, &pool, sign_in, user).await,
        Err(fault) => Ok(Outcome::Failed(fault)),
    }
}

/// Creates the user. Fails if the pool's `PreSignUp` trigger rejects the user, or if a name belongs
/// to another user.
async fn create(
    emulator: &Emulator,
    pool: &PoolAt,
    sign_in: &SignIn,
    user: NewUser,
) -> Result<Outcome> {
    if let Err(fault) = pre_sign_up(emulator, pool, sign_in, &user).await? {
        return Ok(Outcome::Failed(fault));
    }
    let attributes: Vec<Value> = user
        .attributes
        .iter()
        .map(|(name, value)| json!({"Name": name, "Value": value}))
        .collect();
    let created = pool.call(
        emulator,
        "AdminCreateUser",
        json!({
            "Username": user.username,
            "UserAttributes": attributes,
            "MessageAction": "SUPPRESS",
            "ForceAliasCreation": user.takes_aliases,
            // corrections.py sets the password and the status when it creates the user.
            "SandboxMigration": {
                "Password": sign_in.password, "UserStatus": user.status, "SmsMfa": user.sms_mfa,
            },
        }),
    );
    if let Answer::Fault(..) = created.await? {
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

/// Invokes the pool's `PreSignUp` trigger, which can reject the user before it is created.
async fn pre_sign_up(
    emulator: &Emulator,
    pool: &PoolAt,
    sign_in: &SignIn,
    user: &NewUser,
) -> Result<Result<(), Fault>> {
    let Some(arn) = pool.settings["LambdaConfig"]["PreSignUp"].as_str() else {
        return Ok(Ok(()));
    };
    let event = sign_in.pre_sign_up(pool, &user.username, &user.attributes);
    let response = function::invoke(emulator, "PreSignUp", arn, pool, &event).await?;
    Ok(match response {
        Ok(response) if response["response"].is_object() => Ok(()),
        Ok(_) => Err(Fault::unrecognizable()),
        Err(fault) => Err(fault),
    })
}
