//! The settings of the decision, and their representation in the function's environment.
//! `cogmig setup` writes them, and the function reads them. Errors name the variable that is
//! missing or invalid, and never its value.

use std::collections::BTreeMap;

use crate::attributes::Mapping;
use crate::env;
use crate::usernames::NameRules;

#[cfg(test)]
mod tests;

/// Contacts of a user to which Cognito can send a code.
pub const CONTACTS: [&str; 2] = ["email", "phone_number"];
/// Attributes that a pool can use instead of a username, `UsernameAttributes`.
pub const USERNAMES: [&str; 2] = CONTACTS;
/// Attributes that a pool can use in addition to a username, `AliasAttributes`.
pub const ALIASES: [&str; 3] = ["email", "phone_number", "preferred_username"];

/// The variable that is missing or invalid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Misconfigured(pub &'static str);

/// How users with MFA are handled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MfaUsers {
    /// MFA is off in the old pool. MFA settings that users still have there are ignored.
    #[default]
    None,
    /// They aren't migrated.
    Refuse,
    /// They are migrated with their password alone.
    Migrate,
}

/// How users with a temporary password are handled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TemporaryPasswords {
    /// They aren't migrated.
    #[default]
    Refuse,
    /// They are migrated and must set a password with a code sent to their verified contact.
    Reset,
}

/// How users are handled who request a password reset code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ForgotPassword {
    /// They aren't migrated, because no password was checked and no trigger of the old pool ran.
    Refuse,
    /// They are migrated and must set a password with a code sent to their verified contact.
    #[default]
    Migrate,
}

/// Each value with its text in the environment, for both directions. For a flag, an absent variable
/// is a value.
type Table<T> = &'static [(Option<&'static str>, T)];

const MFA_USERS: Table<MfaUsers> = &[
    (Some("none"), MfaUsers::None),
    (Some("refuse"), MfaUsers::Refuse),
    (Some("migrate"), MfaUsers::Migrate),
];
const TEMPORARY_PASSWORDS: Table<TemporaryPasswords> = &[
    (Some("refuse"), TemporaryPasswords::Refuse),
    (Some("reset"), TemporaryPasswords::Reset),
];
const FORGOT_PASSWORD: Table<ForgotPassword> = &[
    (Some("refuse"), ForgotPassword::Refuse),
    (Some("migrate"), ForgotPassword::Migrate),
];
const TRUE: Table<bool> = &[(None, false), (Some("true"), true)];
const ON: Table<bool> = &[(None, false), (Some("ON"), true)];

impl MfaUsers {
    /// The value with this text, or `None` if the text is unknown.
    #[must_use]
    pub fn of_code(code: &str) -> Option<Self> {
        of(MFA_USERS, Some(code))
    }
}

impl TemporaryPasswords {
    /// The value with this text, or `None` if the text is unknown.
    #[must_use]
    pub fn of_code(code: &str) -> Option<Self> {
        of(TEMPORARY_PASSWORDS, Some(code))
    }
}

impl ForgotPassword {
    /// The value with this text, or `None` if the text is unknown.
    #[must_use]
    pub fn of_code(code: &str) -> Option<Self> {
        of(FORGOT_PASSWORD, Some(code))
    }
}

/// The rules of the decision.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// The attributes that are migrated.
    pub attributes: Vec<Mapping>,
    /// The attributes that aren't migrated by choice. The decision doesn't need them.
    pub dropped: Vec<String>,
    /// How users with MFA are handled.
    pub mfa_users: MfaUsers,
    /// How users with a temporary password are handled.
    pub temporary_passwords: TemporaryPasswords,
    /// How users with a forgotten password are handled.
    pub forgot_password: ForgotPassword,
    /// Whether the old pool requires MFA for all users. The pool then uses a phone number for SMS
    /// MFA without listing it in the user's MFA settings.
    pub mfa_required: bool,
    /// Whether the old pool has triggers that run at a sign-in. They may create or update the
    /// user.
    pub old_triggers: bool,
    /// The contacts to which the new pool sends a code that resets a password.
    pub recovery: Vec<&'static str>,
    /// The contacts that take precedence over those of `recovery`, and to which the new pool can't
    /// send a code.
    pub recovery_without_sender: Vec<&'static str>,
    /// Whether SMS MFA is available in the new pool.
    pub sms_mfa: bool,
    /// How users are named.
    pub names: NameRules,
}

impl Rules {
    /// The environment variables for these rules. Omits empty values and values that an absent
    /// variable represents. An empty list of attributes is included, because the function requires
    /// that variable.
    #[must_use]
    pub fn to_env(&self) -> BTreeMap<String, String> {
        let mut variables = BTreeMap::new();
        let mut set = |name: &str, value: Option<String>| {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                variables.insert(name.to_owned(), value);
            }
        };
        set(env::MFA_USERS, code(MFA_USERS, self.mfa_users));
        let temporary = code(TEMPORARY_PASSWORDS, self.temporary_passwords);
        set(env::TEMPORARY_PASSWORDS, temporary);
        let forgotten = code(FORGOT_PASSWORD, self.forgot_password);
        set(env::FORGOT_PASSWORD, forgotten);
        set(env::OLD_MFA, code(ON, self.mfa_required));
        set(env::OLD_SIGN_IN_TRIGGERS, code(TRUE, self.old_triggers));
        set(env::NEW_RECOVERY, Some(self.recovery.join(",")));
        let without_sender = self.recovery_without_sender.join(",");
        set(env::NEW_RECOVERY_WITHOUT_SENDER, Some(without_sender));
        set(env::SMS_MFA, code(TRUE, self.sms_mfa));
        let names = &self.names;
        for (name, kinds) in [
            (env::OLD_USERNAME_ATTRIBUTES, &names.old_usernames),
            (env::NEW_USERNAME_ATTRIBUTES, &names.new_usernames),
            (env::NEW_ALIAS_ATTRIBUTES, &names.new_aliases),
        ] {
            set(name, Some(kinds.join(",")));
        }
        set(
            env::OLD_CASE_SENSITIVE,
            code(TRUE, names.old_case_sensitive),
        );
        set(env::NEW_CASE_SENSITIVE, code(TRUE, names.case_sensitive));
        set(env::DROPPED_ATTRIBUTES, Some(self.dropped.join(",")));
        let entries = self.attributes.iter().map(Mapping::to_string);
        let attributes = entries.collect::<Vec<_>>().join(",");
        variables.insert(env::ATTRIBUTES.to_owned(), attributes);
        variables
    }

    /// Parses the rules from environment variables, which `get` returns.
    ///
    /// # Errors
    /// The variable that is missing or invalid.
    pub fn from_env(get: impl Fn(&str) -> Option<String>) -> Result<Self, Misconfigured> {
        let kinds = |name, allowed: &[&'static str]| {
            pick_all(&get(name).unwrap_or_default(), allowed).ok_or(Misconfigured(name))
        };
        let flag = |name| read(&get, name, TRUE);
        Ok(Self {
            attributes: get(env::ATTRIBUTES)
                .and_then(|list| mappings(&list))
                .ok_or(Misconfigured(env::ATTRIBUTES))?,
            dropped: names(&get(env::DROPPED_ATTRIBUTES).unwrap_or_default()),
            mfa_users: read(&get, env::MFA_USERS, MFA_USERS)?,
            temporary_passwords: read(&get, env::TEMPORARY_PASSWORDS, TEMPORARY_PASSWORDS)?,
            forgot_password: read(&get, env::FORGOT_PASSWORD, FORGOT_PASSWORD)?,
            mfa_required: read(&get, env::OLD_MFA, ON)?,
            old_triggers: flag(env::OLD_SIGN_IN_TRIGGERS)?,
            recovery: kinds(env::NEW_RECOVERY, &CONTACTS)?,
            recovery_without_sender: kinds(env::NEW_RECOVERY_WITHOUT_SENDER, &CONTACTS)?,
            sms_mfa: get(env::SMS_MFA).as_deref() != Some("false") && flag(env::SMS_MFA)?,
            names: NameRules {
                old_usernames: kinds(env::OLD_USERNAME_ATTRIBUTES, &USERNAMES)?,
                new_usernames: kinds(env::NEW_USERNAME_ATTRIBUTES, &USERNAMES)?,
                new_aliases: kinds(env::NEW_ALIAS_ATTRIBUTES, &ALIASES)?,
                old_case_sensitive: flag(env::OLD_CASE_SENSITIVE)?,
                case_sensitive: flag(env::NEW_CASE_SENSITIVE)?,
            },
        })
    }
}

fn of<T: Copy>(table: Table<T>, text: Option<&str>) -> Option<T> {
    let mut entries = table.iter();
    entries.find_map(|(code, value)| (*code == text).then_some(*value))
}

fn code<T: Copy + PartialEq>(table: Table<T>, value: T) -> Option<String> {
    let entry = table.iter().find(|(_, entry)| *entry == value);
    entry.and_then(|(code, _)| code.map(str::to_owned))
}

fn read<T: Copy>(
    get: impl Fn(&str) -> Option<String>,
    name: &'static str,
    table: Table<T>,
) -> Result<T, Misconfigured> {
    of(table, get(name).as_deref()).ok_or(Misconfigured(name))
}

fn pick_all(list: &str, allowed: &[&'static str]) -> Option<Vec<&'static str>> {
    entries(list)
        .map(|entry| allowed.iter().copied().find(|name| *name == entry))
        .collect()
}

/// The names in a comma-separated list.
#[must_use]
pub fn names(list: &str) -> Vec<String> {
    entries(list).map(str::to_owned).collect()
}

/// The attributes in the variable [`env::ATTRIBUTES`], or `None` if it's invalid.
#[must_use]
pub fn mappings(list: &str) -> Option<Vec<Mapping>> {
    entries(list)
        .map(|entry| {
            let (old, new) = entry.split_once('=').unwrap_or((entry, entry));
            let is_valid = |name: &str| {
                !name.is_empty() && !name.contains(|c: char| c == '=' || c.is_control())
            };
            (is_valid(old) && is_valid(new)).then(|| Mapping {
                old: old.to_owned(),
                new: new.to_owned(),
            })
        })
        .collect()
}

/// The valid attributes in the variable [`env::ATTRIBUTES`], without those that are invalid.
#[must_use]
pub fn valid_mappings(list: &str) -> Vec<Mapping> {
    let mappings = entries(list).filter_map(self::mappings);
    mappings.flatten().collect()
}

fn entries(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').filter(move |_| !list.is_empty())
}
