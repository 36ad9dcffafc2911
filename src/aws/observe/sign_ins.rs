//! Counts the sign-ins in the function's log, and the approvals in its metric. AWS counts, so the
//! number of calls doesn't depend on the number of sign-ins. If a count can't be read, the command
//! doesn't fail.

use std::time::Duration;

use cogmig_core::call::CallError;
use cogmig_core::found::UserLog;
use cogmig_core::names::Names;
use cogmig_core::observed::LogGroup;
use cogmig_core::status::queries::{self, approved_again, approved_again_in, by_reason, by_source};
use cogmig_core::status::{Log, Metric, Sums, Unread, WholeLog};

use super::{metric, query};
use crate::aws::account::Account;

/// The period in which a user's sign-ins are counted, in seconds: 24 hours.
const USER_PERIOD: i64 = 86_400;

/// The log and the metric of a function.
pub struct Source<'a> {
    /// The new account.
    pub account: &'a Account,
    /// The names of the deployment.
    pub names: &'a Names,
    /// The log group, if it exists.
    pub group: Option<&'a LogGroup>,
    /// The current time, in seconds since 1970.
    pub now: i64,
}

impl Source<'_> {
    /// The sign-ins of this period, and all approvals.
    pub async fn progress(
        &self,
        period: Duration,
    ) -> (Result<Log, Unread>, Result<Metric, Unread>) {
        tokio::join!(self.log(period), self.metric())
    }

    /// All sign-ins.
    pub async fn whole(&self) -> (Result<WholeLog, Unread>, Result<Metric, Unread>) {
        tokio::join!(self.whole_log(), self.metric())
    }

    /// The recent sign-ins of the user with this hash. Without a hash, the log has no users.
    ///
    /// # Errors
    /// The log can't be read, or has no users. The command doesn't fail.
    pub async fn of_user(&self, hash: Option<String>) -> Result<UserLog, Unread> {
        self.begins()?;
        let hash =
            hash.ok_or_else(|| Unread::new("the function's log has no users (--log-users none)"))?;
        let since = self.now - USER_PERIOD;
        let rows = self.query(since, queries::of_user(&hash)).await;
        let sign_ins = Sums::of(&rows.map_err(|error| Unread::from(&error))?);
        Ok(UserLog { since, sign_ins })
    }

    async fn log(&self, period: Duration) -> Result<Log, Unread> {
        let begins = self.begins()?;
        let period = i64::try_from(period.as_secs()).unwrap_or(i64::MAX);
        let since = self.now.saturating_sub(period);
        let (recent, all, again) = tokio::try_join!(
            self.query(since, by_reason()),
            self.query(begins, by_reason()),
            self.query(begins, approved_again(since)),
        )
        .map_err(|error| Unread::from(&error))?;
        let approved = Sums::of(&all).approved;
        Ok(Log {
            since,
            recent: Sums::of(&recent),
            begins,
            approved,
            not_created: approved.users().map(|_| approved_again_in(&again)),
        })
    }

    async fn whole_log(&self) -> Result<WholeLog, Unread> {
        let begins = self.begins()?;
        let (reasons, sources, again) = tokio::try_join!(
            self.query(begins, by_reason()),
            self.query(begins, by_source()),
            self.query(begins, approved_again(begins)),
        )
        .map_err(|error| Unread::from(&error))?;
        let again = approved_again_in(&again);
        Ok(WholeLog::of(begins, &reasons, &sources, again))
    }

    async fn metric(&self) -> Result<Metric, Unread> {
        let metric = metric::approvals(self.account, self.names, self.now).await;
        metric.map_err(|error| Unread::from(&error))
    }

    /// Where the log begins.
    fn begins(&self) -> Result<i64, Unread> {
        let Some(group) = self.group else {
            let name = &self.names.log_group;
            return Err(Unread::new(format!("the log group {name} doesn't exist")));
        };
        let kept = group
            .retention
            .map(|days| self.now - i64::from(days) * 86_400);
        Ok(group.created.max(kept).unwrap_or_default())
    }

    /// A query until now. The clock of this machine can be slow.
    async fn query(&self, from: i64, query: String) -> Result<Vec<queries::Row>, CallError> {
        let period = (from, self.now + 60);
        query::run(self.account, &self.names.log_group, period, query).await
    }
}
