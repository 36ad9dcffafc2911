//! The decision, as tables: from what the old pool said to the members of the response that make Cognito create the
//! user, or to the reason why not. Pure: no client, no clock, no event. What is not in a table is rejected.

use serde_json::{Map, Value, json};

use crate::attributes::{self, Attribute};
use crate::reasons::{Failure, Rejection};
use crate::settings::{ForgotPassword, MfaUsers, Rules, TemporaryPasswords};
use crate::usernames;

#[cfg(test)]
mod tests;

/// What the old pool says to a password that it does not refuse. The tokens themselves are of no use here.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// Whether tokens came.
    pub tokens: bool,
    /// What more the old pool asks for.
    pub challenge: Option<String>,
}

/// A user of the old pool.
#[derive(Clone)]
pub struct OldUser {
    /// The name that the old pool itself knows the user by.
    pub username: String,
    /// False when an administrator has disabled the user.
    pub enabled: bool,
    /// Whether the status is CONFIRMED, and none of the others.
    pub confirmed: bool,
    /// Whether the user has set up a second factor of any kind.
    pub has_mfa: bool,
    /// Whether one of them is a code by SMS.
    pub has_sms_mfa: bool,
    /// All attributes, those that Cognito sets among them.
    pub attributes: Vec<Attribute>,
}

/// Nothing of a user is ever printed.
impl std::fmt::Debug for OldUser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OldUser").finish_non_exhaustive()
    }
}

/// What proves that a user may be migrated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// The old pool gave tokens.
    Tokens,
    /// The old pool is content with the password and asks for a second factor.
    PasswordAlone {
        /// Whether that is a code by SMS.
        by_sms: bool,
    },
    /// The old pool knows the password as a temporary one.
    TemporaryPassword,
    /// Nothing yet: Cognito will send a code to the contact.
    CodeToCome,
}

/// What an evidence requirements of the user, and leads to.
struct Requirements {
    /// The user's status must be CONFIRMED. A sign-in has shown as much or more.
    confirmed: bool,
    /// A verified contact must go along, for a code is all that will prove the user.
    verified_contact: bool,
    /// The password that was typed becomes the new user's own. Otherwise Cognito wants a reset.
    keeps_password: bool,
}

impl Evidence {
    /// What the old pool's answer to a password stands for.
    ///
    /// # Errors
    /// It proves nothing that these rules accept.
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
            // Whoever reads the mail of years ago knows it: it must never become permanent.
            (false, Some("NEW_PASSWORD_REQUIRED")) => match rules.temporary_passwords {
                TemporaryPasswords::Refuse => Err(Rejection::TemporaryPassword),
                TemporaryPasswords::Reset => Ok(Self::TemporaryPassword),
            },
            // All others, and tokens beside any.
            (_, Some(_)) => Err(Rejection::Challenge),
        }
    }

    /// What a forgotten password stands for.
    ///
    /// # Errors
    /// These rules migrate no such users.
    pub fn of_forgotten(rules: &Rules) -> Result<Self, Rejection> {
        match rules.forgot_password {
            ForgotPassword::Refuse => Err(Rejection::ForgotPassword),
            ForgotPassword::Migrate => Ok(Self::CodeToCome),
        }
    }

    const fn requirements(self) -> Requirements {
        let (confirmed, verified_contact, keeps_password) = match self {
            Self::Tokens | Self::PasswordAlone { .. } => (false, false, true),
            Self::TemporaryPassword => (false, true, false),
            Self::CodeToCome => (true, true, false),
        };
        Requirements {
            confirmed,
            verified_contact,
            keeps_password,
        }
    }
}

/// What Cognito is told of the new user. Not `Debug`, as it holds attributes.
pub struct Migration {
    username: Option<String>,
    attributes: Map<String, Value>,
    keeps_password: bool,
    sms_mfa: bool,
}

impl Migration {
    /// The names of the attributes that the new user gets.
    pub fn attribute_names(&self) -> impl Iterator<Item = &str> {
        self.attributes.keys().map(String::as_str)
    }

    /// The members of the response. `forceAliasCreation` is none of them: it takes an alias away from its owner.
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

/// Decides on a user by what is known of the right to come in and of the user. A fault comes before a rejection, as it
/// says that nothing is known; the rejection of the password comes before all that only its owner may learn.
///
/// # Errors
/// Why there is no migration.
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
            Evidence::TemporaryPassword | Evidence::CodeToCome => {
                rules.mfa_required && !user.has_mfa
            }
        };
    let sms_mfa = rules.sms_mfa
        && rules.mfa_users == MfaUsers::Migrate
        && by_sms
        && attributes.contains_key("phone_number");
    // Tokens may have come without the second factor, as adaptive authentication skips it where the risk is low. And a
    // mailbox alone must not stand for password and second factor.
    let has_mfa = user.has_mfa || rules.mfa_required;
    let stays = match rules.mfa_users {
        MfaUsers::None => false,
        MfaUsers::Refuse => has_mfa,
        MfaUsers::Migrate => has_mfa && !requirements.keeps_password && !sms_mfa,
    };
    // The phone that is the second factor gets no code that resets the first.
    let reachable = rules.recovery.iter();
    let reachable: Vec<_> = reachable
        .filter(|kind| !(sms_mfa && **kind == "phone_number"))
        .copied()
        .collect();
    let blockers = [
        (!user.enabled, Rejection::Disabled),
        (
            requirements.confirmed && !user.confirmed,
            Rejection::NotConfirmed,
        ),
        (stays, Rejection::Mfa),
        (
            requirements.verified_contact
                && !attributes::has_verified_contact(&attributes, &reachable),
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
