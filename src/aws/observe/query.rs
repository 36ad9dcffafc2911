//! Queries of a log group with CloudWatch Logs Insights.

use aws_sdk_cloudwatchlogs::operation::get_query_results::GetQueryResultsOutput;
use aws_sdk_cloudwatchlogs::types::{QueryStatus, ResultField};
use cogmig_core::call::CallError;
use cogmig_core::event::PATIENCE;
use cogmig_core::status::queries::Row;

use crate::aws::account::Account;
use crate::aws::retry::{self, Backoff, Transient};

/// The quota for queries that run at the same time. They usually end within seconds.
const QUOTA: &Transient = &Transient::new(&[("LimitExceededException", "")]);

/// The rows of a query of the events in this period (in seconds since 1970, inclusive).
///
/// # Errors
/// A call fails permanently, the query fails, or it isn't complete after two minutes.
pub async fn run(
    account: &Account,
    group: &str,
    (from, to): (i64, i64),
    query: String,
) -> Result<Vec<Row>, CallError> {
    let what = "a query of the function's log";
    let started = retry::retry_until(account, what, &[QUOTA], async || {
        let request = account
            .logs
            .start_query()
            .log_group_name(group)
            .start_time(from.max(0))
            .end_time(to)
            .query_string(&query);
        account.call("logs:StartQuery", request.send()).await
    });
    let id = started.await?.query_id;
    let finished = finished(account, what, id.as_deref());
    let failed = |why: &str| CallError {
        message: why.to_owned(),
        ..CallError::unreadable(account.identity.place(), "logs:GetQueryResults")
    };
    let answer = finished.await?;
    let answer = answer.ok_or_else(|| failed("the query isn't complete after two minutes"))?;
    if answer.status != Some(QueryStatus::Complete) {
        return Err(failed("the query failed"));
    }
    let rows = answer.results.unwrap_or_default().into_iter();
    Ok(rows
        .map(|row| row.into_iter().filter_map(cell).collect())
        .collect())
}

/// The result of a query, or `None` if it isn't complete at the deadline. Most queries end within
/// seconds, so only a longer wait is reported.
async fn finished(
    account: &Account,
    what: &str,
    id: Option<&str>,
) -> Result<Option<GetQueryResultsOutput>, CallError> {
    let mut backoff = Backoff::unless_stopped(account.stop(), retry::DEADLINE);
    let report = |since| {
        if since >= PATIENCE {
            account.waiting(what, since);
        }
    };
    let running = [QueryStatus::Scheduled, QueryStatus::Running];
    loop {
        let request = account
            .logs
            .get_query_results()
            .set_query_id(id.map(str::to_owned));
        let call = account.call("logs:GetQueryResults", request.send());
        let answer = call.await?;
        let status = answer.status.as_ref();
        if status.is_some_and(|status| !running.contains(status)) {
            return Ok(Some(answer));
        }
        if !backoff.next(report).await {
            return Ok(None);
        }
    }
}

fn cell(cell: ResultField) -> Option<(String, String)> {
    Some((cell.field?, cell.value?))
}
