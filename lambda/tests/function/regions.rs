//! The access role is assumed in the function's Region, or in the old pool's Region.

use std::time::{Duration, Instant};

use cogmig_sandbox::Reply;
use serde_json::{Value, json};

use super::{CREDENTIALS, FAULT, Function, PROBE, SIGN_IN, event, tokens, valid_user};

/// The function's Region is an opt-in Region that the old account hasn't enabled.
const REGIONS: [(&str, Option<&str>); 2] = [
    ("AWS_REGION", Some("eu-south-2")),
    ("OLD_USER_POOL_REGION", Some("eu-west-1")),
];

fn disabled() -> Reply {
    let message = "STS is not activated in this region for account:111111111111.";
    Reply::query_error(403, "RegionDisabledException", message)
}

fn invalid() -> Reply {
    let message = "The security token included in the request is invalid.";
    Reply::query_error(403, "InvalidClientTokenId", message)
}

fn session() -> Reply {
    Reply::text(200, CREDENTIALS)
}

#[test]
fn users_migrate_through_the_sts_of_the_old_pools_region() {
    for refused in [disabled(), invalid()] {
        let mut function = Function::start_with(&REGIONS, &[refused, session()]);
        for source in [SIGN_IN, PROBE, SIGN_IN] {
            let started = Instant::now();
            let event = event(source).to_string();
            let ((responded, body), _) = function.invoke(&event, &[tokens()], &valid_user());
            assert!(responded, "{body}");
            assert!(started.elapsed() < Duration::from_millis(1500));
        }
        let wanted = ["eu-south-2", "eu-west-1", "eu-west-1"];
        assert_eq!(function.server.sts_regions(), wanted);
        let lines = function.end();
        assert!(lines.iter().all(|line| line["outcome"] == "migrated"));
    }
}

#[test]
fn a_region_that_does_not_answer_costs_one_second_once() {
    let mut function = Function::start_with(&REGIONS, &[Reply::silent(), session()]);
    for _ in 0..2 {
        let event = event(SIGN_IN).to_string();
        let ((responded, body), _) = function.invoke(&event, &[tokens()], &valid_user());
        assert!(responded, "{body}");
    }
    assert_eq!(
        function.server.sts_regions(),
        ["eu-south-2", "eu-west-1"],
        "the session is assumed before the first event"
    );
    function.end();
}

#[test]
fn the_probe_has_the_errors_of_both_regions_and_a_sign_in_has_none() {
    let sessions = [
        disabled(),
        invalid(),
        disabled(),
        invalid(),
        disabled(),
        invalid(),
    ];
    let mut function = Function::start_with(&REGIONS, &sessions);
    let sign_in = event(SIGN_IN).to_string();
    let ((responded, body), _) = function.invoke(&sign_in, &[tokens()], &valid_user());
    assert!(!responded);
    assert_eq!(
        serde_json::from_str::<Value>(&body).expect("JSON")["errorMessage"],
        FAULT
    );
    let probe = event(PROBE).to_string();
    let ((responded, body), _) = function.invoke(&probe, &[tokens()], &valid_user());
    assert!(responded);
    let answer: Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!(
        answer["stsErrors"],
        json!([
            {"region": "eu-south-2", "code": "RegionDisabledException",
             "message": "STS is not activated in this region for account:111111111111."},
            {"region": "eu-west-1", "code": "InvalidClientTokenId",
             "message": "The security token included in the request is invalid."},
        ])
    );
    assert_eq!(answer["reason"], "credentials");
    for line in function.end() {
        assert_eq!(line["reason"], "credentials");
        assert!(!line.to_string().contains("111111111111"), "{line}");
    }
}
