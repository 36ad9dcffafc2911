//! CloudWatch Logs Insights, and the metrics that CloudWatch extracts from the lines of functions,
//! checked with boto3.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use cogmig_sandbox::{PastLines, Sandbox};
use serde_json::{Value, json};

const GROUP: &str = "/aws/lambda/function";
const DAY: Duration = Duration::from_hours(24);

/// The time this long ago, in seconds since 1970.
fn ago(age: Duration) -> u64 {
    let then = SystemTime::now() - age;
    then.duration_since(UNIX_EPOCH).unwrap().as_secs()
}

fn logs(sandbox: &Sandbox, operation: &str, params: Value) -> Result<Value, String> {
    let answer = sandbox.aws("new", "logs", operation, params);
    answer.map_err(|fault| fault.code)
}

fn with_group() -> Sandbox {
    let sandbox = Sandbox::start().unwrap();
    logs(&sandbox, "CreateLogGroup", json!({"logGroupName": GROUP})).unwrap();
    sandbox
}

/// Starts a query of the last 100 days.
fn start(sandbox: &Sandbox, query: &str) -> Result<String, String> {
    let params = json!({
        "logGroupName": GROUP, "queryString": query,
        "startTime": ago(100 * DAY), "endTime": ago(Duration::ZERO),
    });
    let answer = logs(sandbox, "StartQuery", params)?;
    Ok(answer["queryId"].as_str().unwrap().to_owned())
}

/// The rows of a query: `name=value`, separated by spaces.
fn rows(sandbox: &Sandbox, query: &str) -> Vec<String> {
    let id = start(sandbox, query).unwrap_or_else(|fault| panic!("{query}: {fault}"));
    let results = || logs(sandbox, "GetQueryResults", json!({"queryId": id})).unwrap();
    let running = results();
    assert_eq!(running["status"], "Running");
    assert_eq!(running["results"], json!([]));
    let complete = results();
    assert_eq!(complete["status"], "Complete");
    let rows = complete["results"].as_array().unwrap().iter();
    let cell = |cell: &Value| {
        let text = |member: &str| cell[member].as_str().unwrap().to_owned();
        format!("{}={}", text("field"), text("value"))
    };
    rows.map(|row| {
        let cells = row.as_array().unwrap().iter().map(cell);
        cells.collect::<Vec<_>>().join(" ")
    })
    .collect()
}

/// Writes lines this long ago, a second apart.
fn write(sandbox: &Sandbox, age: Duration, lines: &[Value]) {
    let first = UNIX_EPOCH + Duration::from_secs(ago(age));
    for (at, line) in (0..).zip(lines) {
        let text = line
            .as_str()
            .map_or_else(|| line.to_string(), str::to_owned);
        let one = PastLines {
            line: &text,
            count: 1,
            users: 1,
            first: first + Duration::from_secs(at),
            step: Duration::ZERO,
        };
        sandbox.write_past("new", GROUP, &[one]);
    }
}

#[test]
fn queries_filter_and_aggregate_the_fields_of_json_lines() {
    let sandbox = with_group();
    let line = |outcome: &str, user: &str| json!({"outcome": outcome, "user": user, "ms": 2});
    let lines = [
        line("migrated", "a"),
        line("migrated", "a"),
        line("migrated", "b"),
        json!({"outcome": "rejected", "reason": "mfa", "user": "c", "nested": {"name": [7]}}),
        json!({"outcome": "rejected", "reason": "mfa"}),
        json!({"outcome": "rejected", "reason": "name"}),
        json!("REPORT RequestId: 1"),
        json!(["outcome"]),
    ];
    write(&sandbox, DAY, &lines);
    let first = ago(DAY) * 1000;
    let near = |value: &str| value.parse::<u64>().unwrap().abs_diff(first) < 60_000;
    for (query, expected) in [
        (
            "stats count(*) as lines, count(user) as named",
            "lines=8 named=4",
        ),
        (
            "filter outcome = 'migrated' | stats count(*) as lines, count_distinct(user) as users",
            "lines=3 users=2",
        ),
        (
            "filter outcome = \"none\" | stats count(*) as lines",
            "lines=0",
        ),
        (
            "filter outcome = 'none' | stats count(*) as lines by outcome",
            "",
        ),
        (
            "filter outcome in ['migrated', 'rejected'] | stats count(*) as lines by outcome, reason | sort lines desc, reason",
            "lines=3 outcome=migrated; lines=2 outcome=rejected reason=mfa; lines=1 outcome=rejected reason=name",
        ),
        (
            "filter not ispresent(user) and ispresent(outcome) | stats count(*)",
            "count(*)=2",
        ),
        // A comparison with a missing field is false.
        ("filter reason != 'mfa' | stats count(*) as n", "n=1"),
        (
            "filter not (reason = 'mfa' or outcome = 'migrated') | stats count(*) as n",
            "n=3",
        ),
        ("filter nested.name.0 = 7 | fields user, none", "user=c"),
        ("filter ms * 2 - 1 >= 3 | stats sum(ms) as ms", "ms=6"),
        (
            "filter ispresent(user) | stats count(*) as times, min(@timestamp) as first, max(@timestamp) as last by user | filter times > 1 and last - first > 500 | stats count(*) as users, sum(times) as lines",
            "users=1 lines=2",
        ),
        ("stats count(*) as n by user | sort n desc | limit 1", "n=4"),
        (
            "fields outcome | sort @timestamp asc | limit 1",
            "outcome=migrated",
        ),
        ("fields outcome | limit 2", "; "),
    ] {
        assert_eq!(rows(&sandbox, query).join("; "), expected, "{query}");
    }
    let times = rows(&sandbox, "stats min(@timestamp) as first");
    assert!(near(times[0].trim_start_matches("first=")), "{times:?}");
    let times = rows(
        &sandbox,
        "fields @timestamp | sort @timestamp desc | limit 1",
    );
    assert!(times[0].starts_with("@timestamp=20"), "{times:?}");
    assert!(times[0].contains(':'), "{times:?}");
}

#[test]
fn what_the_sandbox_does_not_support_is_malformed() {
    let sandbox = with_group();
    for query in [
        "",
        "stats",
        "stats count(*) as n |",
        "stats count(*) as n, count(*) as n",
        "stats count(*) as @n",
        "stats avg(ms) as n",
        "stats count(*) by bin(1h)",
        "stats count(*) as a by x | stats count(*) as b by x | stats count(*) as c",
        // Only what the first stats defines is known to the second.
        "stats count(*) as a by x | stats count_distinct(y) as b",
        "stats count(*) as a by x | filter y > 1",
        "sort x | stats count(*) as n by x",
        "limit 5 | stats count(*) as n",
        "limit 0",
        "limit 1.5",
        "limit 100001",
        "filter x like /a/",
        "filter x = ",
        "filter x",
        "filter x in []",
        "filter 'x' in [y]",
        "filter (x = 1",
        "filter x == 1",
        "filter x = 1 & y = 2",
        "filter strlen(x) > 1",
        "filter @unknown = 1",
        "fields x as y",
        "parse x '*' as y",
        "dedup x",
        "display x",
    ] {
        let fault = start(&sandbox, query).expect_err(query);
        assert!(
            fault == "MalformedQueryException" || query.is_empty(),
            "{query}: {fault}"
        );
    }
}

#[test]
fn queries_are_bound_to_a_log_group_its_retention_and_a_quota() {
    let sandbox = with_group();
    let count = "stats count(*) as n";
    write(&sandbox, 40 * DAY, &[json!({}), json!({})]);
    write(&sandbox, DAY, &[json!({})]);
    assert_eq!(rows(&sandbox, count), ["n=3"]);
    let keep = |days: u32| json!({"logGroupName": GROUP, "retentionInDays": days});
    logs(&sandbox, "PutRetentionPolicy", keep(30)).unwrap();
    assert_eq!(rows(&sandbox, count), ["n=1"]);
    let events = logs(&sandbox, "FilterLogEvents", json!({"logGroupName": GROUP})).unwrap();
    assert_eq!(events["events"].as_array().unwrap().len(), 1);
    // The range is inclusive, and must overlap with the retention.
    let range = |from: Duration, to: Duration| json!({"logGroupName": GROUP, "queryString": count, "startTime": ago(from), "endTime": ago(to)});
    let started = |params: Value| logs(&sandbox, "StartQuery", params);
    let expired = started(range(40 * DAY, 31 * DAY));
    assert_eq!(expired.unwrap_err(), "MalformedQueryException");
    let reversed = started(range(DAY, 2 * DAY));
    assert_eq!(reversed.unwrap_err(), "InvalidParameterException");
    let mut other = range(DAY, Duration::ZERO);
    other["logGroupName"] = json!("other");
    assert_eq!(
        started(other.clone()).unwrap_err(),
        "ResourceNotFoundException"
    );
    other["logGroupName"] = json!(GROUP);
    other["limit"] = json!(100_001);
    assert_eq!(started(other).unwrap_err(), "InvalidParameterException");
    let unknown = logs(&sandbox, "GetQueryResults", json!({"queryId": "00000000"}));
    assert_eq!(unknown.unwrap_err(), "ResourceNotFoundException");

    let ids: Vec<_> = (0..100).map(|_| start(&sandbox, count).unwrap()).collect();
    assert_eq!(
        start(&sandbox, count).unwrap_err(),
        "LimitExceededException"
    );
    for _ in 0..2 {
        logs(&sandbox, "GetQueryResults", json!({"queryId": ids[0]})).unwrap();
    }
    start(&sandbox, count).unwrap();

    logs(&sandbox, "DeleteLogGroup", json!({"logGroupName": GROUP})).unwrap();
    assert_eq!(
        start(&sandbox, count).unwrap_err(),
        "ResourceNotFoundException"
    );
}

#[test]
fn many_lines_are_counted_and_many_distinct_values_are_estimated() {
    let sandbox = with_group();
    let line = r#"{"outcome":"migrated","user":"{user}"}"#;
    let first = SystemTime::now() - 30 * DAY;
    let past = |count, users| PastLines {
        line,
        count,
        users,
        first,
        step: Duration::from_secs(1),
    };
    sandbox.write_past("new", GROUP, &[past(20_000, 10_000)]);
    let query = "stats count(*) as lines, count_distinct(user) as users";
    assert_eq!(rows(&sandbox, query), ["lines=20000 users=10000"]);
    sandbox.write_past("new", GROUP, &[past(180_000, 90_000)]);
    assert_eq!(rows(&sandbox, query), ["lines=200000 users=89800"]);
    // A page has 10,000 rows, and a query without a limit returns not more.
    let all = rows(&sandbox, "fields user");
    assert_eq!(all.len(), 10_000);
    let id = start(&sandbox, "fields user | limit 10001").unwrap();
    let page = |token: &Value| {
        let mut params = json!({"queryId": id});
        if let Some(token) = token.as_str() {
            params["nextToken"] = json!(token);
        }
        logs(&sandbox, "GetQueryResults", params).unwrap()
    };
    page(&Value::Null);
    let second = page(&page(&Value::Null)["nextToken"]);
    assert_eq!(second["results"].as_array().unwrap().len(), 1);
    assert_eq!(second["nextToken"], Value::Null);
}

/// The sum of a metric since this long ago.
fn sum(sandbox: &Sandbox, name: &str, dimensions: &Value, period: u64, age: Duration) -> f64 {
    let params = json!({
        "StartTime": ago(age), "EndTime": ago(Duration::ZERO) + 60,
        "MetricDataQueries": [{"Id": "m", "MetricStat": {
            "Metric": {"Namespace": "cogmig", "MetricName": name, "Dimensions": dimensions},
            "Period": period, "Stat": "Sum",
        }}],
    });
    let answer = sandbox
        .aws("new", "cloudwatch", "GetMetricData", params)
        .unwrap();
    let values = answer["MetricDataResults"][0]["Values"]
        .as_array()
        .unwrap()
        .clone();
    values.iter().map(|value| value.as_f64().unwrap()).sum()
}

#[test]
fn metrics_are_extracted_from_the_lines_of_functions_and_outlive_the_log_group() {
    let sandbox = with_group();
    let with = |metrics: Value, more: &Value| {
        let mut line = json!({"functionName": "f", "reason": "mfa", "Migrated": 1, "Ms": [1, 2.5],
            "_aws": {"Timestamp": "{at}", "CloudWatchMetrics": metrics}});
        line.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        line.to_string().replace("\"{at}\"", "{at}")
    };
    let directive = |dimensions: Value, metrics: Value| json!([{"Namespace": "cogmig", "Dimensions": dimensions, "Metrics": metrics}]);
    let both = directive(
        json!([["functionName"], ["functionName", "reason"]]),
        json!([{"Name": "Migrated", "Unit": "Count"}, {"Name": "Ms"}]),
    );
    let write = |line: &str, count, age: Duration| {
        let first = SystemTime::now() - age;
        let step = Duration::from_mins(1);
        sandbox.write_past(
            "new",
            GROUP,
            &[PastLines {
                line,
                count,
                users: 1,
                first,
                step,
            }],
        );
    };
    let valid = with(both.clone(), &json!({}));
    write(&valid, 3, DAY);
    write(&valid, 5, 40 * DAY);
    write(&valid, 7, 400 * DAY);
    write(&valid, 11, 500 * DAY);
    let one = directive(json!([["functionName"]]), json!([{"Name": "Migrated"}]));
    for invalid in [
        with(both.clone(), &json!({"Migrated": "1"})),
        with(both.clone(), &json!({"reason": 1})),
        with(both, &json!({"reason": null})),
        with(
            directive(json!(["functionName"]), json!([{"Name": "Migrated"}])),
            &json!({}),
        ),
        with(
            directive(json!([["functionName"]]), json!([{"Name": "Absent"}])),
            &json!({}),
        ),
        valid.replace("{at}", "\"{at}\""),
        valid.replace("\"Namespace\"", "\"namespace\""),
        format!("INFO {}", with(one, &json!({}))),
    ] {
        write(&invalid, 1, DAY);
    }
    let function = json!([{"Name": "functionName", "Value": "f"}]);
    let reason =
        json!([{"Name": "functionName", "Value": "f"}, {"Name": "reason", "Value": "mfa"}]);
    let migrated = |period, age| sum(&sandbox, "Migrated", &function, period, age);
    let is =
        |found: f64, expected: f64| assert!((found - expected).abs() < 1e-9, "{found} {expected}");
    // The period must fit the age: the oldest data points are aggregated by hour.
    is(migrated(86_400, 2 * DAY), 3.0);
    is(migrated(86_400, 455 * DAY), 15.0);
    is(migrated(86_400, 600 * DAY), 15.0);
    is(migrated(300, 600 * DAY), 8.0);
    is(migrated(60, 600 * DAY), 3.0);
    is(sum(&sandbox, "Ms", &reason, 3600, 2 * DAY), 10.5);
    is(
        sum(
            &sandbox,
            "Migrated",
            &json!([{"Name": "functionName", "Value": "g"}]),
            3600,
            2 * DAY,
        ),
        0.0,
    );

    logs(&sandbox, "DeleteLogGroup", json!({"logGroupName": GROUP})).unwrap();
    is(migrated(86_400, 455 * DAY), 15.0);
    // Only lines of functions are metrics.
    logs(&sandbox, "CreateLogGroup", json!({"logGroupName": "other"})).unwrap();
    let past = PastLines {
        line: &valid,
        count: 1,
        users: 1,
        first: SystemTime::now(),
        step: Duration::ZERO,
    };
    sandbox.write_past("new", "other", &[past]);
    is(migrated(86_400, 455 * DAY), 15.0);
}

#[test]
fn lines_that_a_client_writes_are_metrics_too() {
    let sandbox = with_group();
    let mut params = json!({"logGroupName": GROUP, "logStreamName": "s"});
    logs(&sandbox, "CreateLogStream", params.clone()).unwrap();
    let now = ago(Duration::ZERO) * 1000;
    let line = json!({"functionName": "f", "Migrated": 2, "_aws": {"Timestamp": now, "CloudWatchMetrics": [
        {"Namespace": "cogmig", "Dimensions": [["functionName"]], "Metrics": [{"Name": "Migrated"}]},
    ]}});
    params["logEvents"] = json!([{"timestamp": now, "message": line.to_string()}]);
    logs(&sandbox, "PutLogEvents", params).unwrap();
    let function = json!([{"Name": "functionName", "Value": "f"}]);
    let found = sum(&sandbox, "Migrated", &function, 86_400, 455 * DAY);
    assert!((found - 2.0).abs() < 1e-9, "{found}");
}
