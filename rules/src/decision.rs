//! The decision, as tables: maps the old pool's responses to the fields of the trigger's response
//! with which Cognito creates the user, or to the reason for a rejection. Pure: no client, no
//! clock, no event. Anything that isn't in a table is rejected.

use serde_json::{Map, Value, json};

use crate::attributes::{self, Attribute};
use crate::reasons::{Failure, Rejection};
use crate::settings::{ForgotPassword, MfaUsers, Rules, TemporaryPasswords};
use crate::usernames;

#[cfg(test)]
pub(crate) mod tests;

/// The old pool's response to a password that it accepts. The tokens themselves aren't needed.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// Whether the response contains tokens.
    pub tokens: bool,
    /// The challenge that the old pool requires in addition to the password.
    pub challenge: Option<String>,
}

/// The status of a user, as far as it matters here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// The user has signed in, or has confirmed the sign-up.
    Confirmed,
    /// The user has signed up and hasn't confirmed it.
    Unconfirmed,
    /// The user must reset the password.
    ResetRequired,
    /// The user has a temporary password.
    TemporaryPassword,
    /// The user signs in with an external identity provider and has no password.
    External,
    /// The user is archived, or Cognito disabled the user because of a security threat.
    Inactive,
    /// Any other status.
    Other,
}

impl Status {
    /// The status with Cognito's name for it (`UserStatusType`).
    #[must_use]
    pub fn of_name(name: &str) -> Self {
        match name {
            "CONFIRMED" => Self::Confirmed,
            "UNCONFIRMED" => Self::Unconfirmed,
            "RESET_REQUIRED" => Self::ResetRequired,
            "FORCE_CHANGE_PASSWORD" => Self::TemporaryPassword,
            "EXTERNAL_PROVIDER" => Self::External,
            "ARCHIVED" | "COMPROMISED" => Self::Inactive,
            _ => Self::Other,
        }
    }
}

/// A user of the old pool.
#[derive(Clone)]
pub struct OldUser {
    /// The username in the old pool.
    pub username: String,
    /// False if an administrator has disabled the user.
    pub enabled: bool,
    /// The user's status.
    pub status: Status,
    /// Whether the user has set up MFA of any kind.
    pub has_mfa: bool,
    /// Whether the user has set up SMS MFA.
    pub has_sms_mfa: bool,
    /// All attributes, including those that Cognito sets.
    pub attributes: Vec<Attribute>,
}

impl OldUser {
    /// Why the old pool rejects this user's sign-in even with the right password.
    #[must_use]
    pub const fn blocker(&self) -> Option<Rejection> {
        match self.status {
            _ if !self.enabled => Some(Rejection::Disabled),
            Status::Unconfirmed => Some(Rejection::NotConfirmed),
            Status::ResetRequired => Some(Rejection::ResetRequired),
            Status::External => Some(Rejection::External),
            Status::Inactive => Some(Rejection::Inactive),
            Status::Confirmed | Status::TemporaryPassword | Status::Other => None,
        }
    }

    /// Why a code can't let this user set a password. A code takes the place of a password that the
    /// user has had. It must not confirm a sign-up or accept an invitation.
    const fn reset_blocker(&self) -> Option<Rejection> {
        match self.status {
            Status::Confirmed | Status::ResetRequired => None,
            Status::TemporaryPassword => Some(Rejection::TemporaryPassword),
            Status::External => Some(Rejection::External),
            Status::Inactive => Some(Rejection::Inactive),
            Status::Unconfirmed | Status::Other => Some(Rejection::NotConfirmed),
        }
    }
}

/// Prints no data of the user.
impl std::fmt::Debug for OldUser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OldUser").finish_non_exhaustive()
    }
}

/// The evidence that a user may be migrated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// The old pool returned tokens.
    Tokens,
    /// The old pool accepted the password and requires MFA.
    PasswordAlone {
        /// Whether the MFA challenge is SMS MFA.
        by_sms: bool,
    },
    /// The password is a temporary password in the old pool.
    TemporaryPassword,
    /// None yet: Cognito sends a code to the verified contact.
    PendingCode,
}

/// The requirements that a kind of evidence has for the user, and its effect.
struct Requirements {
    /// The user's status must allow a password reset. After a sign-in, this needs no check.
    resettable: bool,
    /// A verified contact must be migrated, because only a code identifies the user.
    verified_contact: bool,
    /// The typed password becomes the new user's password. Otherwise Cognito requires a reset.
    keeps_password: bool,
}

impl Evidence {
    /// The evidence in the old pool's response to a password.
    ///
    /// # Errors
    /// The response is no evidence that these rules accept.
    pub fn of(answer: &Answer, rules: &Rules) -> Result<Self, Rejection> {
        Self::of_response(answer.tokens, answer.challenge.as_deref(), rules)
    }

    /// The same, from the parts of the response.
    pub(crate) fn of_response(
        tokens: bool,
        challenge: Option<&str>,
        rules: &Rules,
    ) -> Result<Self, Rejection> {
        match (tokens, challenge) {
            (true, None) => Ok(Self::Tokens),
            (false, None) => Err(Rejection::UnknownAnswer),
            (
                false,
                Some(
                    kind @ ("SMS_MFA" | "SOFTWARE_TOKEN_MFA" | "EMAIL_OTP" | "SELECT_MFA_TYPE"
                    | "MFA_SETUP"),
                ),
            ) => match rules.mfa_users {
                MfaUsers::Migrate => Ok(Self::PasswordAlone {
                    by_sms: kind == "SMS_MFA",
                }),
                MfaUsers::None | MfaUsers::Refuse => Err(Rejection::Mfa),
            },
            // Anyone who can read an old invitation email knows this password. It must never become
            // permanent.
            (false, Some("NEW_PASSWORD_REQUIRED")) => match rules.temporary_passwords {
                TemporaryPasswords::Refuse => Err(Rejection::TemporaryPassword),
                TemporaryPasswords::Reset => Ok(Self::TemporaryPassword),
            },
            // All other challenges, and any challenge together with tokens.
            (_, Some(_)) => Err(Rejection::Challenge),
        }
    }

    /// The evidence for a user who forgot their password.
    ///
    /// # Errors
    /// These rules don't migrate users who forgot their password.
    pub fn of_forgotten(rules: &Rules) -> Result<Self, Rejection> {
        match rules.forgot_password {
            ForgotPassword::Refuse => Err(Rejection::ForgotPassword),
            ForgotPassword::Migrate => Ok(Self::PendingCode),
        }
    }

    const fn requirements(self) -> Requirements {
        let (resettable, verified_contact, keeps_password) = match self {
            Self::Tokens | Self::PasswordAlone { .. } => (false, false, true),
            Self::TemporaryPassword => (false, true, false),
            Self::PendingCode => (true, true, false),
        };
        Requirements {
            resettable,
            verified_contact,
            keeps_password,
        }
    }
}

/// The new user, as returned to Cognito. Not `Debug`, because it holds attributes.
pub struct Migration {
    username: Option<String>,
    attributes: Map<String, Value>,
    keeps_password: bool,
    sms_mfa: bool,
}

impl Migration {
    /// The new user's attributes.
    pub(crate) const fn attributes(&self) -> &Map<String, Value> {
        &self.attributes
    }

    /// The names of the new user's attributes.
    pub fn attribute_names(&self) -> impl Iterator<Item = &str> {
        self.attributes.keys().map(String::as_str)
    }

    /// The fields of the trigger's response. `forceAliasCreation` is never set, because it would
    /// take an alias from the user who owns it.
    #[must_use]
    pub fn into_response(self) -> Map<String, Value> {
        let mut attributes = self.attributes;
        if let Some(username) = self.username {
            attributes.insert("username".to_owned(), username.into());
        }
        let mut response = Map::new();
        response.insert("userAttributes".to_owned(), attributes.into());
        response.insert("messageAction".to_owned(), json!("SUPPRESS"));
        if self.keeps_password {
            response.insert("finalUserStatus".to_owned(), json!("CONFIRMED"));
        }
        if self.sms_mfa {
            response.insert("enableSMSMFA".to_owned(), json!(true));
        }
        response
    }
}

/// Decides whether to migrate a user, from the evidence and the user's data. A fault has priority
/// over a rejection, because it leaves the result unknown. A rejected password has priority over
/// all other rejections, because only someone who knows the password may learn those.
///
/// # Errors
/// The reason why the user isn't migrated.
pub fn decide(
    rules: &Rules,
    typed: &str,
    evidence: Result<Evidence, Failure>,
    user: Result<&OldUser, Failure>,
) -> Result<Migration, Failure> {
    match (evidence, user) {
        (Err(fault @ Failure::Fault(_)), _) | (_, Err(fault @ Failure::Fault(_))) => Err(fault),
        (Err(rejection), _) | (Ok(_), Err(rejection)) => Err(rejection),
        (Ok(evidence), Ok(user)) => {
            migrate(rules, typed, evidence, user).map_err(Failure::Rejected)
        }
    }
}

/// The reason of a rejection, for the log. With `PreventUserExistenceErrors`, the old pool answers
/// a wrong password, an unknown user and a disabled user alike. `user` is its answer about the
/// user, and distinguishes them. Never part of the reply, which must not depend on the user.
#[must_use]
pub const fn explain(failure: Failure, user: Option<&Result<OldUser, Failure>>) -> Failure {
    let Failure::Rejected(Rejection::NotAuthorized) = failure else {
        return failure;
    };
    match user {
        Some(Err(unknown @ Failure::Rejected(Rejection::UnknownUser))) => *unknown,
        Some(Ok(user)) => match (user.blocker(), user.status) {
            (Some(blocker), _) => Failure::Rejected(blocker),
            (None, Status::Confirmed) => Failure::Rejected(Rejection::WrongPassword),
            // A temporary password can also have expired.
            (None, _) => failure,
        },
        Some(Err(_)) | None => failure,
    }
}

fn migrate(
    rules: &Rules,
    typed: &str,
    evidence: Evidence,
    user: &OldUser,
) -> Result<Migration, Rejection> {
    let mut migration = approve(rules, evidence, user)?;
    migration.username = usernames::for_new_user(
        &rules.names,
        typed,
        &user.username,
        &user.attributes,
        &migration.attributes,
    )?;
    // Cognito takes a response without attributes for a rejection. `username` is an attribute of
    // the response, and may repeat the typed name.
    if migration.attributes.is_empty() && migration.username.is_none() {
        migration.username = Some(typed.to_owned());
    }
    Ok(migration)
}

/// The part of the decision that doesn't depend on the typed name. The result has no username yet.
pub(crate) fn approve(
    rules: &Rules,
    evidence: Evidence,
    user: &OldUser,
) -> Result<Migration, Rejection> {
    let requirements = evidence.requirements();
    let attributes = attributes::for_new_user(&user.attributes, &rules.attributes);
    let by_sms = user.has_sms_mfa
        || match evidence {
            Evidence::PasswordAlone { by_sms } => by_sms,
            Evidence::Tokens => false,
            Evidence::TemporaryPassword | Evidence::PendingCode => {
                rules.mfa_required && !user.has_mfa
            }
        };
    let sms_mfa = rules.sms_mfa
        && rules.mfa_users == MfaUsers::Migrate
        && by_sms
        && attributes.contains_key("phone_number");
    // Cognito may have issued tokens without MFA, because adaptive authentication skips it if the
    // risk is low. And a code by email alone must not replace both password and MFA.
    let has_mfa = user.has_mfa || rules.mfa_required;
    let blocked_by_mfa = match rules.mfa_users {
        MfaUsers::None => false,
        MfaUsers::Refuse => has_mfa,
        MfaUsers::Migrate => has_mfa && !requirements.keeps_password && !sms_mfa,
    };
    // A phone number that is used for SMS MFA must not receive the code that resets the password.
    let has_one_of = |kinds: &[&'static str]| {
        let kinds = kinds.iter().copied();
        let kinds: Vec<_> = kinds
            .filter(|kind| !(sms_mfa && *kind == "phone_number"))
            .collect();
        attributes::has_verified_contact(&attributes, &kinds)
    };
    // Cognito uses only the first mechanism whose contact is verified.
    let has_contact = has_one_of(&rules.recovery) && !has_one_of(&rules.recovery_without_sender);
    // A pool that generates usernames accepts no username in the response.
    let is_empty = attributes.is_empty() && !rules.names.new_usernames.is_empty();
    let blockers = [
        (!user.enabled).then_some(Rejection::Disabled),
        user.reset_blocker().filter(|_| requirements.resettable),
        blocked_by_mfa.then_some(Rejection::Mfa),
        (requirements.verified_contact && !has_contact).then_some(Rejection::NoVerifiedContact),
        is_empty.then_some(Rejection::NoAttributes),
    ];
    if let Some(rejection) = blockers.into_iter().flatten().next() {
        return Err(rejection);
    }
    Ok(Migration {
        username: None,
        keeps_password: requirements.keeps_password,
        sms_mfa,
        attributes,
    })
}
