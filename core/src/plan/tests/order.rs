//! What waits for what, over the steps of whole plans.

use super::accounts::{desired_with, fresh, set_up};
use super::{planned, torn_down};
use crate::desired::OldClient;
use crate::plan::{Plan, Seen, Step, Wait, setup, wait};
use crate::resource::{Call, ClientCall, FunctionCall, RoleCall};

fn steps(plan: &Plan) -> Vec<&Step> {
    let steps = plan.changes.iter().flat_map(|change| &change.steps);
    steps.collect()
}

fn creates_role(step: &Step) -> bool {
    matches!(step.call, Call::Role(RoleCall::Create { .. }))
}

fn with_own_client() -> Plan {
    let (mut old, new) = fresh();
    old.pool.clients.clear();
    let desired = desired_with(OldClient::Dedicated { id: None });
    setup(&desired, &old, &new).unwrap_or_else(|refusal| panic!("{refusal}"))
}

/// Whether a step may begin only when the other is done, directly or through others.
fn follows(steps: &[&Step], later: usize, earlier: usize) -> bool {
    (earlier..later).any(|between| {
        wait(steps[later], steps[between]) == Wait::Done
            && (between == earlier || follows(steps, between, earlier))
    })
}

#[test]
fn the_record_is_written_before_what_it_records() {
    for plan in [planned(&fresh()), with_own_client()] {
        let steps = steps(&plan);
        let mut recorded = 0;
        for (index, step) in steps.iter().enumerate() {
            let Some(Seen::Tag { role, .. }) = step.recheck.as_ref().map(|recheck| &recheck.seen)
            else {
                continue;
            };
            let is_record = |step: &&Step| creates_role(step) && step.on.name == *role;
            let record = steps.iter().position(is_record).expect("a record");
            assert_eq!(wait(step, steps[record]), Wait::Done);
            assert!(record < index);
            recorded += 1;
        }
        assert_eq!(recorded, 2);
    }
}

#[test]
fn the_trigger_waits_for_all_that_a_sign_in_needs() {
    for plan in [planned(&fresh()), with_own_client()] {
        let steps = steps(&plan);
        let (trigger, before) = steps.split_last().expect("steps");
        assert!(matches!(trigger.call, Call::Pool(_)));
        for step in before {
            let expected = match step.call {
                Call::Client(ClientCall::AddFlow { .. }) => Wait::Written,
                _ => Wait::Done,
            };
            assert_eq!(wait(trigger, step), expected);
        }
    }
}

/// Setup holds the roles' age against the function's.
#[test]
fn the_function_is_younger_than_both_roles() {
    let plan = planned(&fresh());
    let steps = steps(&plan);
    let function = steps
        .iter()
        .position(|step| matches!(step.call, Call::Function(FunctionCall::Create { .. })));
    let function = function.expect("a function");
    for (index, step) in steps.iter().enumerate() {
        if creates_role(step) {
            assert!(follows(&steps, function, index));
        }
    }
}

#[test]
fn what_takes_away_or_edits_goes_alone() {
    let mut edited = set_up();
    edited
        .1
        .policy
        .iter_mut()
        .for_each(|policy| policy.document = "edited".into());
    edited
        .1
        .function
        .iter_mut()
        .for_each(|function| function.code_sha256 = "old".into());
    for plan in [torn_down(set_up()), planned(&edited)] {
        let steps = steps(&plan);
        assert!(steps.len() > 1);
        for (index, later) in steps.iter().enumerate() {
            for earlier in &steps[..index] {
                assert_eq!(wait(later, earlier), Wait::Done);
            }
        }
    }
}

/// Of a fresh setup, in calls that need each other: the role, the function, the permission,
/// and the trigger.
#[test]
fn the_longest_chain_of_a_fresh_setup_is_four_steps() {
    let plan = planned(&fresh());
    let steps = steps(&plan);
    let mut lengths: Vec<usize> = Vec::new();
    for (index, later) in steps.iter().enumerate() {
        let needed = (0..index).filter(|&earlier| wait(later, steps[earlier]) != Wait::Not);
        let longest = needed.map(|earlier| lengths[earlier]).max();
        lengths.push(1 + longest.unwrap_or(0));
    }
    assert_eq!(lengths.iter().max(), Some(&4));
}
