//! Reads the approvals from the function's metric.

use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{Dimension, Metric, MetricDataQuery, MetricStat, StatusCode};
use cogmig_core::call::CallError;
use cogmig_core::names::Names;
use cogmig_core::status::{self, METRIC_DAYS};
use rules::log::{self, Count};

use crate::aws::account::Account;

const DAY: i32 = 86_400;

/// The sum of the metric. Data points older than 63 days are available only in periods of whole
/// hours, so the period is a day: one call returns all of them.
///
/// # Errors
/// The call fails permanently.
pub async fn approvals(
    account: &Account,
    names: &Names,
    now: i64,
) -> Result<status::Metric, CallError> {
    let function = Dimension::builder()
        .name(log::FUNCTION_NAME)
        .value(&names.function);
    let metric = Metric::builder()
        .namespace(log::NAMESPACE)
        .metric_name(Count::Migrated.as_str())
        .dimensions(function.build());
    let sum = MetricStat::builder()
        .metric(metric.build())
        .period(DAY)
        .stat("Sum");
    let query = MetricDataQuery::builder()
        .id("approvals")
        .metric_stat(sum.build());
    let request = account
        .metrics
        .get_metric_data()
        .metric_data_queries(query.build())
        .start_time(DateTime::from_secs(now - METRIC_DAYS * i64::from(DAY)))
        // The end is exclusive.
        .end_time(DateTime::from_secs(now + 60));
    let answer = account
        .call("cloudwatch:GetMetricData", request.send())
        .await?;
    let results = answer.metric_data_results();
    let partial = |code: &StatusCode| *code != StatusCode::Complete;
    if results
        .iter()
        .any(|one| one.status_code().is_some_and(partial))
        || answer.next_token().is_some()
    {
        return Err(CallError {
            message: "CloudWatch returned only a part of the metric".to_owned(),
            ..CallError::unreadable(account.identity.place(), "cloudwatch:GetMetricData")
        });
    }
    let points = results.iter().flat_map(|one| {
        let times = one.timestamps().iter().map(DateTime::secs);
        times.zip(one.values().iter().copied())
    });
    Ok(status::Metric::of(points))
}
