//! The decision, as tables: maps the old pool's responses to the fields of the trigger's response
//! with which Cognito creates the user, or to the reason for a rejection. Pure: no client, no
//! clock, no event. Anything that isn't in a table is rejected.

use serde_json::{Map, Value, json};

use crate::attributes::{self, Attribute};
use crate::reasons::{Failure, Rejection};
use crate::settings::{ForgotPassword, MfaUsers, Rules, TemporaryPasswords};
use crate::usernames;

#[cfg(test)]
mod tests;

/// The old pool's response to a password that it accepts. The tokens themselves aren't needed.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// Whether the response contains tokens.
    pub tokens: bool,
    /// The challenge that the old pool requires in addition to the password.
    pub challenge: Option<String>,
}

/// A user of the old pool.
#[derive(Clone)]
pub struct OldUser {
    /// The username in the old pool.
    pub username: String,
    /// False if an administrator has disabled the user.
    pub enabled: bool,
    /// Whether the user's status is CONFIRMED.
    pub confirmed: bool,
    /// Whether the user has set up MFA of any kind.
    pub has_mfa: bool,
    /// Whether the user has set up SMS MFA.
    pub has_sms_mfa: bool,
    /// All attributes, including those that Cognito sets.
    pub attributes: Vec<Attribute>,
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
    /// The user's status must be CONFIRMED. After a sign-in, this needs no check.
    confirmed: bool,
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
        match (answer.tokens, answer.challenge.as_deref()) {
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
        let (confirmed, verified_contact, keeps_password) = match self {
            Self::Tokens | Self::PasswordAlone { .. } => (false, false, true),
            Self::TemporaryPassword => (false, true, false),
            Self::PendingCode => (true, true, false),
        };
        Requirements {
            confirmed,
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
    user: Result<OldUser, Failure>,
) -> Result<Migration, Failure> {
    match (evidence, user) {
        (Err(fault @ Failure::Fault(_)), _) | (_, Err(fault @ Failure::Fault(_))) => Err(fault),
        (Err(rejection), _) | (Ok(_), Err(rejection)) => Err(rejection),
        (Ok(evidence), Ok(user)) => {
            migrate(rules, typed, evidence, &user).map_err(Failure::Rejected)
        }
    }
}

fn migrate(
    rules: &Rules,
    typed: &str,
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
    let recovery = rules.recovery.iter();
    let recovery: Vec<_> = recovery
        .filter(|kind| !(sms_mfa && **kind == "phone_number"))
        .copied()
        .collect();
    let blockers = [
        (!user.enabled, Rejection::Disabled),
        (
            requirements.confirmed && !user.confirmed,
            Rejection::NotConfirmed,
        ),
        (blocked_by_mfa, Rejection::Mfa),
        (
            requirements.verified_contact
                && !attributes::has_verified_contact(&attributes, &recovery),
            Rejection::NoVerifiedContact,
        ),
    ];
    if let Some((_, rejection)) = blockers.into_iter().find(|(blocks, _)| *blocks) {
        return Err(rejection);
    }
    Ok(Migration {
        username: usernames::for_new_user(
            &rules.names,
            typed,
            &user.username,
            &user.attributes,
            &attributes,
        )?,
        keeps_password: requirements.keeps_password,
        sms_mfa,
        attributes,
    })
}
