//! The log line: its content, and the rules of CloudWatch's embedded metric format.

use std::collections::BTreeSet;

use rules::reasons::{Failure, Fault, Rejection};
use serde_json::{Value, json};

use crate::handler::answer;
use crate::handler::tests::fake::{
    AUTHENTICATION, FORGOT_PASSWORD, FakePool, event, line, pool, raw, service,
};

fn names(object: &Value) -> BTreeSet<&str> {
    object
        .as_object()
        .expect("an object")
        .keys()
        .map(String::as_str)
        .collect()
}

/// The rules of the format's specification that apply to this line.
fn assert_embedded_metric_format(line: &Value) {
    let metadata = &line["_aws"];
    assert_eq!(
        names(metadata),
        BTreeSet::from(["Timestamp", "CloudWatchMetrics"])
    );
    assert!(
        metadata["Timestamp"].is_u64(),
        "milliseconds since the epoch"
    );
    let directives = metadata["CloudWatchMetrics"]
        .as_array()
        .expect("directives");
    let mut seen = BTreeSet::new();
    for directive in directives {
        assert_eq!(
            names(directive),
            BTreeSet::from(["Namespace", "Dimensions", "Metrics"])
        );
        let namespace = directive["Namespace"].as_str().expect("a text");
        assert!(!namespace.is_empty() && !namespace.starts_with("AWS/"));
        let metrics = directive["Metrics"].as_array().expect("metrics");
        assert!((1..=100).contains(&metrics.len()));
        for dimensions in directive["Dimensions"].as_array().expect("sets") {
            let set: Vec<_> = dimensions
                .as_array()
                .expect("a set")
                .iter()
                .map(|name| name.as_str().expect("a text"))
                .collect();
            assert!(set.len() <= 30);
            assert_eq!(
                set.iter().collect::<BTreeSet<_>>().len(),
                set.len(),
                "no dimension twice"
            );
            for name in &set {
                let value = line[name]
                    .as_str()
                    .expect("a dimension's target is a text at the root");
                assert!(!value.is_empty() && value.len() <= 1024 && value.is_ascii());
            }
            for metric in metrics {
                let name = metric["Name"].as_str().expect("a name");
                assert!(
                    line[name].is_number(),
                    "a metric's target is a number at the root"
                );
                assert!(
                    ["Count", "Milliseconds"].contains(&metric["Unit"].as_str().expect("a unit"))
                );
                assert!(
                    seen.insert((set.clone(), name.to_owned())),
                    "no metric twice"
                );
            }
        }
    }
}

async fn of(pool: FakePool, source: &str) -> Value {
    line(&answer(Some(&service(pool)), raw(&event(source))).await)
}

#[tokio::test]
async fn each_event_increments_one_counter() {
    let rejected = || FakePool {
        password: Err(Failure::Rejected(Rejection::NotAuthorized)),
        ..pool()
    };
    let failing = |fault| FakePool {
        password: Err(Failure::Fault(fault)),
        ..pool()
    };
    let rows = [
        (pool(), "Migrated", None),
        (rejected(), "Rejected", Some("not_authorized")),
        (failing(Fault::Throttled), "Throttled", Some("throttled")),
        (failing(Fault::Credentials), "Faults", Some("credentials")),
    ];
    for (pool, counted, reason) in rows {
        let line = of(pool, AUTHENTICATION).await;
        assert_embedded_metric_format(&line);
        for name in ["Migrated", "Rejected", "Throttled", "Faults"] {
            assert_eq!(line[name], u8::from(name == counted), "{name}");
        }
        let directives = line["_aws"]["CloudWatchMetrics"]
            .as_array()
            .expect("directives");
        assert_eq!(line.get("reason").and_then(Value::as_str), reason);
        let by_reason = json!({
            "Namespace": "cogmig", "Dimensions": [["functionName", "reason"]],
            "Metrics": [{"Name": counted, "Unit": "Count"}],
        });
        assert_eq!(directives.get(1), reason.map(|_| &by_reason));
    }
}

#[tokio::test]
async fn the_line_contains_only_words_of_closed_sets_and_numbers() {
    let line = of(pool(), AUTHENTICATION).await;
    let mut wanted = json!({
        "requestId": "request-1", "functionName": "function-1", "triggerSource": AUTHENTICATION,
        "outcome": "migrated", "user": "3772b75485b3ccff", "durationMs": 7, "initiateAuthMs": 0, "getUserMs": 0,
        "Migrated": 1, "Rejected": 0, "Throttled": 0, "Faults": 0,
        "_aws": {"Timestamp": 1_700_000_000_123_u64, "CloudWatchMetrics": [{
            "Namespace": "cogmig", "Dimensions": [["functionName"]],
            "Metrics": [
                {"Name": "Migrated", "Unit": "Count"}, {"Name": "Rejected", "Unit": "Count"},
                {"Name": "Throttled", "Unit": "Count"}, {"Name": "Faults", "Unit": "Count"},
                {"Name": "durationMs", "Unit": "Milliseconds"},
            ],
        }]},
    });
    let key = line["userKey"].as_str().expect("the ID of the key");
    assert!(key.len() == 8 && key.bytes().all(|byte| byte.is_ascii_hexdigit()));
    wanted["userKey"] = line["userKey"].clone();
    for name in ["initiateAuthMs", "getUserMs"] {
        assert!(line[name].is_u64());
        wanted[name] = line[name].clone();
    }
    assert_eq!(line, wanted);
    let line = of(pool(), FORGOT_PASSWORD).await;
    assert_eq!(
        line.get("initiateAuthMs"),
        None,
        "there was no password call"
    );
    let line = of(pool(), "marked-password").await;
    assert_embedded_metric_format(&line);
    assert!(line.get("getUserMs").is_none() && line.get("initiateAuthMs").is_none());
}
