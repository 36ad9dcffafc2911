//! The pools that are compared, and the result.

use rules::settings::{MfaUsers, Rules};
use serde_json::Value;

use crate::cognito::lossless::Object;
use crate::cognito::pool;
use crate::identity::{Identity, Side};
use crate::observed::{NewSide, OldSide, Pool};
use crate::problem::{Problem, Result, Severity};

/// Both pools as DescribeUserPool returns them, and further input for the checks.
#[derive(Clone, Copy)]
pub struct Pools<'a> {
    /// The account of the old pool, for commands in fixes.
    pub old_account: &'a Identity,
    /// The old pool, from which users are migrated.
    pub old: &'a Object,
    /// The new pool, to which users are migrated.
    pub new: &'a Object,
    /// App clients of the new pool, by id.
    pub new_clients: &'a [(String, Option<Object>)],
    /// Whether SMS MFA is on in the new pool (GetUserPoolMfaConfig).
    pub sms_mfa: bool,
    /// Whether users of the old pool may have MFA codes by email (GetUserPoolMfaConfig).
    pub old_email_mfa: bool,
    /// Whether nothing of the deployment exists yet.
    pub is_first: bool,
}

impl<'a> Pools<'a> {
    /// The pools as they were read. Without the MFA settings of the new pool, SMS MFA counts as off.
    /// Without those of the old pool, its users may have codes by email.
    ///
    /// # Errors
    /// One of the pools no longer exists.
    pub fn of(old_account: &'a Identity, old: &'a OldSide, new: &'a NewSide) -> Result<Self> {
        Ok(Self {
            old_account,
            old: described(&old.pool)?,
            new: described(&new.pool)?,
            new_clients: &new.pool.clients,
            sms_mfa: offers(&new.pool, "SmsMfaConfiguration") == Some(true),
            old_email_mfa: offers(&old.pool, "EmailMfaConfiguration") != Some(false),
            is_first: old.role.is_none() && new.role.is_none(),
        })
    }

    /// The number of users of each pool, as AWS estimates it.
    #[must_use]
    pub fn users(&self) -> Vec<(Side, u64)> {
        let pools = [(Side::Old, self.old), (Side::New, self.new)];
        let counts = pools
            .into_iter()
            .filter_map(|(side, pool)| Some((side, pool::users(pool)?)));
        counts.collect()
    }

    /// The IDs of the app clients of the new pool to which this applies.
    pub(super) fn clients_that(&self, applies: impl Fn(&Object) -> bool) -> Vec<&'a str> {
        let clients = self.new_clients.iter();
        let clients = clients.filter(|(_, client)| client.as_ref().is_some_and(&applies));
        clients.map(|(id, _)| id.as_str()).collect()
    }

    /// Whether the old pool uses MFA.
    #[must_use]
    pub fn old_asks_for_mfa(&self) -> bool {
        uses_mfa(self.old)
    }

    /// Whether the rules depend on SMS MFA in the new pool.
    #[must_use]
    pub fn sms_counts(&self, mfa: MfaUsers) -> bool {
        mfa == MfaUsers::Migrate && uses_mfa(self.new)
    }
}

fn described(pool: &Pool) -> Result<&Object> {
    pool.described.as_ref().ok_or_else(|| {
        let deleted = format!("user pool {} was deleted during this run", pool.id);
        Problem::error("deleted-meanwhile", deleted)
    })
}

/// Whether a pool offers this kind of MFA. `None` if its MFA settings weren't read.
fn offers(pool: &Pool, kind: &str) -> Option<bool> {
    let mfa = pool.extras.mfa.as_ref()?.as_ref().ok()?;
    Some(mfa.contains_key(kind))
}

/// The result of the comparison.
#[derive(Debug, Default)]
pub struct Preflight {
    /// How the function decides whether a user is migrated.
    pub rules: Rules,
    /// What users notice, and security risks.
    pub warnings: Vec<Problem>,
    /// Why no user could be migrated. Setup fails with these.
    pub refusals: Vec<Problem>,
    /// Why the function rejects all users, or all users who need a code. Plan and setup fail with
    /// these. Verify and status report what exists, so for them they are warnings.
    pub blockers: Vec<Problem>,
}

impl Preflight {
    pub(super) fn warn(
        &mut self,
        id: &'static str,
        severity: Severity,
        what: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        let warning = Problem::new(id, severity, what).fix(remedy);
        self.warnings.push(warning);
    }

    pub(super) fn refuse(
        &mut self,
        id: &'static str,
        what: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.refusals.push(Problem::error(id, what).fix(remedy));
    }
}

/// Whether MFA is optional or required in a pool.
#[must_use]
pub(super) fn uses_mfa(pool: &Object) -> bool {
    !matches!(text(pool, &["MfaConfiguration"]), None | Some("OFF"))
}

/// The member at this path, if it's a string that isn't empty.
pub(super) fn text<'a>(object: &'a Object, path: &[&str]) -> Option<&'a str> {
    let (first, rest) = path.split_first()?;
    let value = rest
        .iter()
        .try_fold(object.get(*first)?, |value, name| value.get(name))?;
    value.as_str().filter(|text| !text.is_empty())
}

/// A member that is a list of strings; empty if it's absent.
pub(super) fn texts<'a>(object: &'a Object, name: &str) -> Vec<&'a str> {
    let list = object.get(name).and_then(Value::as_array);
    list.into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}

/// App clients, in words.
pub(super) fn named(clients: &[&str]) -> String {
    let s = if clients.len() == 1 { "" } else { "s" };
    format!("app client{s} {}", listed(clients))
}

/// A list with commas.
pub(super) fn listed<T: AsRef<str>>(words: &[T]) -> String {
    words
        .iter()
        .map(AsRef::as_ref)
        .collect::<Vec<_>>()
        .join(", ")
}
