//! The decision, as tables: from what the old pool said to the members of the response that make Cognito create the
//! user, or to the reason why not. Pure: no client, no clock, no event. What is not in a table is refused.

use serde_json::{Map, Value, json};

use crate::attributes::{self, Mapping};
use crate::failure::{Failure, Refusal};
use crate::names::{self, NameRules};
use crate::old_pool::{Answer, OldUser};

#[cfg(test)]
mod tests;

/// What becomes of users whose password is not all that they sign in with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MfaUsers {
    /// The old pool has second factors off: what is left of them at the users means nothing.
    None,
    /// They stay in the old pool.
    Refuse,
    /// They come along on their password alone.
    Migrate,
}

/// What becomes of users who still have the password that an administrator gave them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TemporaryPasswords {
    /// They stay in the old pool.
    Refuse,
    /// They come along and have to choose a password by a code sent to their verified contact.
    Reset,
}

/// What becomes of users who ask for a code in the place of their password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForgotPassword {
    /// They stay in the old pool: no password was asked for, and no trigger of the old pool's own.
    Refuse,
    /// They come along and have to choose a password by a code sent to their verified contact.
    Migrate,
}

/// How it is decided.
#[derive(Clone, Debug)]
pub struct Rules {
    /// What goes along.
    pub attributes: Vec<Mapping>,
    /// What becomes of users with a second factor.
    pub mfa_users: MfaUsers,
    /// What becomes of users with a temporary password.
    pub temporary_passwords: TemporaryPasswords,
    /// What becomes of users who have forgotten theirs.
    pub forgot_password: ForgotPassword,
    /// Whether the old pool asks everybody for a second factor. It then takes a phone number for one, without showing
    /// it among the user's settings.
    pub mfa_required: bool,
    /// Whether triggers of the old pool run at a sign-in there: they may make the user, or write to it.
    pub old_triggers: bool,
    /// The contacts to which the new pool sends a code that resets a password.
    pub recovery: Vec<&'static str>,
    /// Whether the new pool can ask for a code by SMS.
    pub sms_mfa: bool,
    /// How users are named.
    pub names: NameRules,
}

/// What a migration stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ground {
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

/// What a ground demands of the user, and leads to.
struct Demands {
    /// The user's status must be CONFIRMED. A sign-in has shown as much or more.
    confirmed: bool,
    /// A verified contact must go along, for a code is all that will prove the user.
    verified_contact: bool,
    /// The password that was typed becomes the new user's own. Otherwise Cognito wants a reset.
    keeps_password: bool,
}

impl Ground {
    /// What the old pool's answer to a password stands for.
    pub fn of(answer: &Answer, rules: &Rules) -> Result<Self, Refusal> {
        match (answer.tokens, answer.challenge.as_deref()) {
            (true, None) => Ok(Self::Tokens),
            (false, None) => Err(Refusal::UnknownAnswer),
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
                MfaUsers::None | MfaUsers::Refuse => Err(Refusal::SecondFactor),
            },
            // Whoever reads the mail of years ago knows it: it must never become permanent.
            (false, Some("NEW_PASSWORD_REQUIRED")) => match rules.temporary_passwords {
                TemporaryPasswords::Refuse => Err(Refusal::TemporaryPassword),
                TemporaryPasswords::Reset => Ok(Self::TemporaryPassword),
            },
            // All others, and tokens beside any.
            (_, Some(_)) => Err(Refusal::Challenge),
        }
    }

    /// What a forgotten password stands for.
    pub fn of_forgotten(rules: &Rules) -> Result<Self, Refusal> {
        match rules.forgot_password {
            ForgotPassword::Refuse => Err(Refusal::ForgotPassword),
            ForgotPassword::Migrate => Ok(Self::CodeToCome),
        }
    }

    const fn demands(self) -> Demands {
        let (confirmed, verified_contact, keeps_password) = match self {
            Self::Tokens | Self::PasswordAlone { .. } => (false, false, true),
            Self::TemporaryPassword => (false, true, false),
            Self::CodeToCome => (true, true, false),
        };
        Demands {
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

/// Decides on a user by what is known of the right to come in and of the user. A fault comes before a refusal, as it
/// says that nothing is known; the refusal of the password comes before all that only its owner may learn.
pub fn decide(
    rules: &Rules,
    typed: &str,
    ground: Result<Ground, Failure>,
    user: Result<OldUser, Failure>,
) -> Result<Migration, Failure> {
    match (ground, user) {
        (Err(fault @ Failure::Fault(_)), _) | (_, Err(fault @ Failure::Fault(_))) => Err(fault),
        (Err(refusal), _) | (Ok(_), Err(refusal)) => Err(refusal),
        (Ok(ground), Ok(user)) => migrate(rules, typed, ground, &user).map_err(Failure::Refused),
    }
}

fn migrate(
    rules: &Rules,
    typed: &str,
    ground: Ground,
    user: &OldUser,
) -> Result<Migration, Refusal> {
    let demands = ground.demands();
    let attributes = attributes::for_new_user(&user.attributes, &rules.attributes);
    let by_sms = user.has_sms_mfa
        || match ground {
            Ground::PasswordAlone { by_sms } => by_sms,
            Ground::Tokens => false,
            Ground::TemporaryPassword | Ground::CodeToCome => rules.mfa_required && !user.has_mfa,
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
        MfaUsers::Migrate => has_mfa && !demands.keeps_password && !sms_mfa,
    };
    // The phone that is the second factor gets no code that resets the first.
    let reachable = rules.recovery.iter();
    let reachable: Vec<_> = reachable
        .filter(|kind| !(sms_mfa && **kind == "phone_number"))
        .copied()
        .collect();
    let hindrances = [
        (!user.enabled, Refusal::Disabled),
        (demands.confirmed && !user.confirmed, Refusal::NotConfirmed),
        (stays, Refusal::SecondFactor),
        (
            demands.verified_contact && !attributes::has_verified_contact(&attributes, &reachable),
            Refusal::NoVerifiedContact,
        ),
    ];
    if let Some((_, refusal)) = hindrances.into_iter().find(|(hinders, _)| *hinders) {
        return Err(refusal);
    }
    Ok(Migration {
        username: names::for_new_user(
            &rules.names,
            typed,
            &user.username,
            &user.attributes,
            &attributes,
        )?,
        keeps_password: demands.keeps_password,
        sms_mfa,
        attributes,
    })
}
