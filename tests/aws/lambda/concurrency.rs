//! An account that runs few functions at the same time.

use serde_json::json;

use crate::support::run::Run;
use crate::support::stage::{BOTH, LAMBDA, Stage};

fn warned(run: &Run) -> bool {
    let warnings = run.json()["warnings"].take();
    let mut warnings = warnings.as_array().unwrap().iter();
    warnings.any(|one| one["id"] == "low-concurrency")
}

#[test]
fn a_low_limit_of_the_new_account_is_a_warning_with_its_number() {
    let stage = Stage::new();
    let plan = format!("plan {BOTH} --output json");
    assert!(!warned(&stage.ok(&plan)));
    stage.sandbox.limit_concurrency("old", 10);
    assert!(!warned(&stage.ok(&plan)));
    for limit in [10, 50] {
        stage.sandbox.limit_concurrency("new", limit);
        assert!(warned(&stage.ok(&plan)));
        let run = stage.ok(&format!("plan {BOTH}"));
        let text = format!("executions of the new account in this Region is {limit}, ");
        assert!(run.printed(&text) && run.printed("sign-in"), "{run}");
    }
    stage.setup();
    // The function has its own limit.
    stage.sandbox.limit_concurrency("new", 2000);
    assert!(!warned(&stage.ok(&plan)));
    let reserved = json!({"FunctionName": LAMBDA, "ReservedConcurrentExecutions": 5});
    stage.aws("new", "lambda:PutFunctionConcurrency", reserved);
    let run = stage.changes_nothing(0, &format!("setup {BOTH}"));
    assert!(run.printed("5 are reserved for the function"), "{run}");
}

#[test]
fn without_the_permission_the_limit_is_unknown() {
    let stage = Stage::new();
    stage.user_without("new", "deployer", "lambda:GetAccountSettings");
    let profiles = "--old-profile old --new-profile deployer";
    for command in ["plan", "setup"] {
        let run = stage.ok(&format!("{command} {profiles}"));
        assert!(run.printed("allow lambda:GetAccountSettings"), "{run}");
    }
    for command in ["verify", "status"] {
        let run = stage.ok(&format!("{command} {profiles}"));
        assert!(!run.printed("GetAccountSettings"), "{run}");
    }
}
