//! Accounts with many roles, user pools and deployments.

use serde_json::json;

use super::rounds::{rounds, shown};
use crate::support::stage::{ACCESS_ROLE, BOTH, LAMBDA, Stage};

const ROLES: usize = 1500;
const POOLS: usize = 600;
const DEPLOYMENTS: usize = 150;

/// Adds the roles of other deployments, other roles and other user pools to both accounts.
fn fill(stage: &Stage) {
    for (side, base) in [("old", ACCESS_ROLE), ("new", LAMBDA)] {
        stage.sandbox.fill_account(
            side,
            &json!({
                "roles": ROLES, "pools": POOLS, "base": base, "deployments": DEPLOYMENTS,
            }),
        );
    }
}

/// The number of calls of an operation since the journal was cleared.
fn calls(stage: &Stage, action: &str) -> usize {
    let calls = stage.sandbox.journal();
    calls.iter().filter(|call| call.action == action).count()
}

/// Checks that a command takes at most this number of rounds, in one of three attempts: a busy
/// machine can split rounds but never merges them.
fn assert_rounds(stage: &Stage, command: &str, maximum: usize) {
    let mut last = Vec::new();
    for _ in 0..3 {
        last = rounds(stage, command);
        if last.len() <= maximum {
            return;
        }
    }
    panic!("{command}: {}", shown(&last));
}

#[test]
fn commands_take_few_rounds_in_large_accounts() {
    let stage = Stage::new();
    fill(&stage);
    let named = format!("--old-pool {} --new-pool {}", stage.old.id, stage.new.id);
    assert_rounds(&stage, &format!("plan {named}"), 5);
    assert_eq!(calls(&stage, "ListUserPools"), 0);
    // Two pages in each account.
    assert_eq!(calls(&stage, "ListRoles"), 4);
    stage.ok(&format!("setup {BOTH} {named}"));
    for command in ["plan", "verify", "setup"] {
        assert_rounds(&stage, command, 5);
        assert_eq!(calls(&stage, "ListRoles"), 4, "{command}");
        let listed = calls(&stage, "ListUserPools");
        // A first page and two connections in each account, before the record is known.
        assert!(
            listed <= if command == "verify" { 0 } else { 8 },
            "{command}: {listed}"
        );
    }
}

/// App clients are independent. The roles of other deployments are read for the plan, before the
/// first flow is removed, and after the record is deleted.
#[test]
fn a_teardown_of_many_app_clients_changes_them_at_the_same_time() {
    let stage = Stage::new();
    let flows = json!({"ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH"]});
    let ids = (0..10).map(|number| {
        let name = format!("app-{number}");
        let client = stage.sandbox.client(&stage.new, &name, flows.clone());
        client.unwrap()
    });
    let ids: Vec<_> = ids.collect();
    let clients = ids.join(",");
    let before = stage.sandbox.snapshot();
    stage.ok(&format!("setup {BOTH} --new-client {clients}"));
    let rounds = rounds(&stage, "teardown");
    assert_eq!(stage.sandbox.snapshot(), before);
    let updates = |calls: &&Vec<String>| calls.iter().any(|call| call == "UpdateUserPoolClient");
    // One round for each side, unless a busy machine splits it.
    let count = rounds.iter().filter(updates).count();
    assert!(count <= 5, "{}", shown(&rounds));
    // One page in each account.
    assert!(calls(&stage, "ListRoles") <= 2 * 3);
}
