//! The states of Lambda functions, and the limits of an account.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[allow(dead_code, reason = "only a part is needed here")]
mod deployed;

use std::thread::sleep;
use std::time::Duration;

use cogmig_sandbox::AwsFault;
use deployed::{Deployed, migrated};
use serde_json::{Value, json};

const FUNCTION: &str = "migrate";

fn deployed() -> Deployed {
    let deployed = Deployed::new(&json!({"ada": migrated("ada@example.com")}));
    sleep(Duration::from_millis(300));
    deployed
}

fn call(deployed: &Deployed, operation: &str, more: &Value) -> Result<Value, AwsFault> {
    let params = deployed::with(&json!({"FunctionName": FUNCTION}), more);
    deployed.sandbox.aws("new", "lambda", operation, params)
}

fn state(deployed: &Deployed) -> Value {
    let function = call(deployed, "GetFunction", &json!({})).unwrap();
    function["Configuration"]["State"].clone()
}

#[test]
fn a_function_that_does_not_run_can_only_be_deleted() {
    let deployed = deployed();
    for state in ["Failed", "Deleting", "Deactivated", "NewInAws"] {
        deployed
            .sandbox
            .set_function("new", FUNCTION, &json!({"State": state}));
        for (operation, more) in [
            ("Invoke", json!({})),
            ("UpdateFunctionConfiguration", json!({"MemorySize": 512})),
            (
                "UpdateFunctionCode",
                json!({"ZipFile": {"$bytes": "UEsFBg=="}}),
            ),
        ] {
            let fault = call(&deployed, operation, &more).unwrap_err();
            assert_eq!(fault.code, "ResourceConflictException", "{operation}");
            assert!(fault.message.ends_with(state), "{}", fault.message);
        }
        assert!(deployed.sign_in("ada").is_err());
    }
    call(&deployed, "DeleteFunction", &json!({})).unwrap();
}

#[test]
fn an_inactive_function_is_activated_by_an_invocation_that_fails() {
    let deployed = deployed();
    let inactive = json!({"State": "Inactive", "StateReasonCode": "Idle"});
    deployed.sandbox.set_function("new", FUNCTION, &inactive);
    let fault = call(&deployed, "Invoke", &json!({})).unwrap_err();
    assert_eq!(fault.code, "ResourceNotReadyException");
    assert_eq!(state(&deployed), "Pending");
    let fault = call(&deployed, "Invoke", &json!({})).unwrap_err();
    assert_eq!(fault.code, "ResourceConflictException");
    sleep(Duration::from_secs(2));
    assert_eq!(state(&deployed), "Active");
    call(&deployed, "Invoke", &json!({})).unwrap();
}

#[test]
fn a_change_can_fail_after_its_call() {
    let deployed = deployed();
    let failed = json!({"State": "Active", "LastUpdateStatus": "Failed"});
    deployed.sandbox.end_next_change(&failed);
    let update = json!({"MemorySize": 512});
    call(&deployed, "UpdateFunctionConfiguration", &update).unwrap();
    sleep(Duration::from_millis(300));
    let function = call(&deployed, "GetFunction", &json!({})).unwrap();
    assert_eq!(function["Configuration"]["LastUpdateStatus"], "Failed");
    call(&deployed, "UpdateFunctionConfiguration", &update).unwrap();
    sleep(Duration::from_millis(300));
    let function = call(&deployed, "GetFunction", &json!({})).unwrap();
    assert_eq!(function["Configuration"]["LastUpdateStatus"], "Successful");
}

#[test]
fn the_limit_of_an_account_is_that_of_aws_or_of_the_test() {
    let deployed = deployed();
    let limits = |deployed: &Deployed| {
        let sandbox = &deployed.sandbox;
        let settings = sandbox.aws("new", "lambda", "GetAccountSettings", json!({}));
        let limits = settings.unwrap()["AccountLimit"].take();
        [
            limits["ConcurrentExecutions"].clone(),
            limits["UnreservedConcurrentExecutions"].clone(),
        ]
    };
    assert_eq!(limits(&deployed), [1000, 1000]);
    deployed.sandbox.limit_concurrency("new", 10);
    deployed.sandbox.limit_concurrency("old", 20);
    assert_eq!(limits(&deployed), [10, 10]);
    let reserved = json!({"ReservedConcurrentExecutions": 3});
    call(&deployed, "PutFunctionConcurrency", &reserved).unwrap();
    assert_eq!(limits(&deployed), [10, 7]);
}
