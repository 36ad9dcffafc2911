//! How the function decides on a user, and how that stands in its environment: written by
//! `cogmig setup`, read by the function. What is missing or odd is named; no value ever is.

use std::collections::BTreeMap;

use crate::attributes::Mapping;
use crate::env;
use crate::usernames::NameRules;

#[cfg(test)]
mod tests;

/// Contacts of a user to which a code can be sent.
pub const CONTACTS: [&str; 2] = ["email", "phone_number"];
/// Attributes that a pool can take in the place of a username, `UsernameAttributes`.
pub const USERNAMES: [&str; 2] = CONTACTS;
/// Attributes that a pool can take next to a username, `AliasAttributes`.
pub const ALIASES: [&str; 3] = ["email", "phone_number", "preferred_username"];

/// The variable that is missing or odd.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Misconfigured(pub &'static str);

/// How users with MFA are handled, whose password is not all that they sign in with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MfaUsers {
    /// MFA is off in the old pool: what is left of it at the users means nothing.
    #[default]
    None,
    /// They are not migrated.
    Refuse,
    /// They are migrated by their password alone.
    Migrate,
}

/// How users are handled who still have the password that an administrator gave them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TemporaryPasswords {
    /// They are not migrated.
    #[default]
    Refuse,
    /// They are migrated and have to choose a password by a code sent to their verified contact.
    Reset,
}

/// How users are handled who ask for a code in the place of their password.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ForgotPassword {
    /// They are not migrated: no password was checked, and no trigger of the old pool ran.
    Refuse,
    /// They are migrated and have to choose a password by a code sent to their verified contact.
    #[default]
    Migrate,
}

/// Each value, and how it is written. A table is read both ways; in a flag, absence has a meaning.
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
    /// The value that is written so.
    #[must_use]
    pub fn of_code(code: &str) -> Option<Self> {
        of(MFA_USERS, Some(code))
    }
}

/// How it is decided.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// The attributes that are migrated.
    pub attributes: Vec<Mapping>,
    /// How users with MFA are handled.
    pub mfa_users: MfaUsers,
    /// How users with a temporary password are handled.
    pub temporary_passwords: TemporaryPasswords,
    /// How users with a forgotten password are handled.
    pub forgot_password: ForgotPassword,
    /// Whether the old pool requires MFA of every user. It then takes a phone number for a second
    /// factor, without showing it among the user's settings.
    pub mfa_required: bool,
    /// Whether triggers of the old pool run at a sign-in there: they may create the user, or
    /// write to it.
    pub old_triggers: bool,
    /// The contacts to which the new pool sends a code that resets a password.
    pub recovery: Vec<&'static str>,
    /// Whether the new pool can ask for a code by SMS.
    pub sms_mfa: bool,
    /// How users are named.
    pub names: NameRules,
}

impl Rules {
    /// The variables that say so. What has no value, or the value of an absent one, is left out;
    /// an empty list of attributes is written, since the function needs to be told of it.
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
        set(env::SMS_MFA, code(TRUE, self.sms_mfa));
        let names = &self.names;
        for (name, kinds) in [
            (env::OLD_USERNAME_ATTRIBUTES, &names.old_usernames),
            (env::NEW_USERNAME_ATTRIBUTES, &names.new_usernames),
            (env::NEW_ALIAS_ATTRIBUTES, &names.new_aliases),
        ] {
            set(name, Some(kinds.join(",")));
        }
        set(env::NEW_CASE_SENSITIVE, code(TRUE, names.case_sensitive));
        let entries = self.attributes.iter().map(Mapping::to_string);
        let attributes = entries.collect::<Vec<_>>().join(",");
        variables.insert(env::ATTRIBUTES.to_owned(), attributes);
        variables
    }

    /// The rules of an environment, by what `get` gives for each variable.
    ///
    /// # Errors
    /// The variable that is missing or odd.
    pub fn from_env(get: impl Fn(&str) -> Option<String>) -> Result<Self, Misconfigured> {
        let kinds = |name, known: &[&'static str]| {
            pick_all(&get(name).unwrap_or_default(), known).ok_or(Misconfigured(name))
        };
        let flag = |name| read(&get, name, TRUE);
        Ok(Self {
            attributes: get(env::ATTRIBUTES)
                .and_then(|list| mappings(&list))
                .ok_or(Misconfigured(env::ATTRIBUTES))?,
            mfa_users: read(&get, env::MFA_USERS, MFA_USERS)?,
            temporary_passwords: read(&get, env::TEMPORARY_PASSWORDS, TEMPORARY_PASSWORDS)?,
            forgot_password: read(&get, env::FORGOT_PASSWORD, FORGOT_PASSWORD)?,
            mfa_required: read(&get, env::OLD_MFA, ON)?,
            old_triggers: flag(env::OLD_SIGN_IN_TRIGGERS)?,
            recovery: kinds(env::NEW_RECOVERY, &CONTACTS)?,
            sms_mfa: get(env::SMS_MFA).as_deref() != Some("false") && flag(env::SMS_MFA)?,
            names: NameRules {
                old_usernames: kinds(env::OLD_USERNAME_ATTRIBUTES, &USERNAMES)?,
                new_usernames: kinds(env::NEW_USERNAME_ATTRIBUTES, &USERNAMES)?,
                new_aliases: kinds(env::NEW_ALIAS_ATTRIBUTES, &ALIASES)?,
                case_sensitive: flag(env::NEW_CASE_SENSITIVE)?,
            },
        })
    }
}

fn of<T: Copy>(table: Table<T>, written: Option<&str>) -> Option<T> {
    let found = table.iter().find(|(known, _)| *known == written);
    found.map(|(_, value)| *value)
}

fn code<T: Copy + PartialEq>(table: Table<T>, value: T) -> Option<String> {
    let found = table.iter().find(|(_, known)| *known == value);
    found.and_then(|(written, _)| written.map(str::to_owned))
}

fn read<T: Copy>(
    get: impl Fn(&str) -> Option<String>,
    name: &'static str,
    table: Table<T>,
) -> Result<T, Misconfigured> {
    of(table, get(name).as_deref()).ok_or(Misconfigured(name))
}

fn pick_all(list: &str, known: &[&'static str]) -> Option<Vec<&'static str>> {
    entries(list)
        .map(|entry| known.iter().copied().find(|name| *name == entry))
        .collect()
}

fn mappings(list: &str) -> Option<Vec<Mapping>> {
    entries(list)
        .map(|entry| {
            let (old, new) = entry.split_once('=').unwrap_or((entry, entry));
            let is_odd =
                |name: &str| name.is_empty() || name.contains(|c: char| c == '=' || c.is_control());
            (!is_odd(old) && !is_odd(new)).then(|| Mapping {
                old: old.to_owned(),
                new: new.to_owned(),
            })
        })
        .collect()
}

fn entries(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').filter(move |_| !list.is_empty())
}
