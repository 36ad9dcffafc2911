//! What is held against each other, and what that comes to.

use rules::settings::{MfaUsers, Rules};
use serde_json::Value;

use crate::cognito::lossless::Object;
use crate::cognito::pool;
use crate::identity::Side;
use crate::observed::{NewSide, OldSide, Pool};
use crate::problem::{Problem, Result, Severity};

/// Both pools as Describe sends them, and what else was read.
#[derive(Clone, Copy)]
pub struct Pools<'a> {
    /// The pool that users come from.
    pub old: &'a Object,
    /// The pool that users go to.
    pub new: &'a Object,
    /// Its app clients, by id.
    pub new_clients: &'a [(String, Option<Object>)],
    /// Whether the new pool can ask for a code by SMS (GetUserPoolMfaConfig).
    pub sms_mfa: bool,
    /// Whether nothing of the deployment exists yet.
    pub is_first: bool,
}

impl<'a> Pools<'a> {
    /// As they were read. Of codes by SMS nothing is known yet.
    ///
    /// # Errors
    /// One of them is gone.
    pub fn of(old: &'a OldSide, new: &'a NewSide) -> Result<Self> {
        Ok(Self {
            old: described(&old.pool)?,
            new: described(&new.pool)?,
            new_clients: &new.pool.clients,
            sms_mfa: false,
            is_first: old.role.is_none() && new.role.is_none(),
        })
    }

    /// How many users they have, by AWS's estimate.
    #[must_use]
    pub fn users(&self) -> Vec<(Side, u64)> {
        let pools = [(Side::Old, self.old), (Side::New, self.new)];
        let counts = pools
            .into_iter()
            .filter_map(|(side, pool)| Some((side, pool::users(pool)?)));
        counts.collect()
    }

    /// Whether the old pool asks users for a second factor.
    #[must_use]
    pub fn old_asks_for_mfa(&self) -> bool {
        asks_for_mfa(self.old)
    }

    /// Whether it counts that the new pool can ask for a code by SMS.
    #[must_use]
    pub fn sms_counts(&self, mfa: MfaUsers) -> bool {
        mfa == MfaUsers::Migrate && asks_for_mfa(self.new)
    }
}

fn described(pool: &Pool) -> Result<&Object> {
    pool.described.as_ref().ok_or_else(|| {
        let gone = format!("the user pool {} was deleted while this ran", pool.id);
        Problem::error("deleted-meanwhile", gone)
    })
}

/// What holding the pools against each other comes to.
#[derive(Debug, Default)]
pub struct Preflight {
    /// How the function decides on a user.
    pub rules: Rules,
    /// What users will notice, or somebody could make use of.
    pub warnings: Vec<Problem>,
    /// Why no user could move.
    pub refusals: Vec<Problem>,
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

/// Whether a pool asks some or all of its users for a second factor.
#[must_use]
pub(super) fn asks_for_mfa(pool: &Object) -> bool {
    !matches!(text(pool, &["MfaConfiguration"]), None | Some("OFF"))
}

/// A member by its path of names, where it is a text that is not empty.
pub(super) fn text<'a>(object: &'a Object, path: &[&str]) -> Option<&'a str> {
    let (first, rest) = path.split_first()?;
    let value = rest
        .iter()
        .try_fold(object.get(*first)?, |value, name| value.get(name))?;
    value.as_str().filter(|text| !text.is_empty())
}

/// A member that is a list of texts; empty where there is none.
pub(super) fn texts<'a>(object: &'a Object, name: &str) -> Vec<&'a str> {
    let list = object.get(name).and_then(Value::as_array);
    list.into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}

/// Words with commas between.
pub(super) fn listed<T: AsRef<str>>(words: &[T]) -> String {
    words
        .iter()
        .map(AsRef::as_ref)
        .collect::<Vec<_>>()
        .join(", ")
}
