//! The dependencies between the steps of whole plans.

use super::accounts::{desired_with, fresh, set_up};
use super::{planned, torn_down};
use crate::desired::OldClient;
use crate::plan::{Expected, Plan, Step, Wait, setup, wait};
use crate::resource::{Call, ClientCall, FunctionCall, RoleCall};

fn steps(plan: &Plan) -> Vec<&Step> {
    let steps = plan.changes.iter().flat_map(|change| &change.steps);
    steps.collect()
}

fn creates_role(step: &Step) -> bool {
    matches!(step.call, Call::Role(RoleCall::Create { .. }))
}

fn with_dedicated_client() -> Plan {
    let (mut old, new) = fresh();
    old.pool.clients.clear();
    let desired = desired_with(OldClient::Dedicated { id: None });
    setup(&desired, &old, &new).unwrap_or_else(|refusal| panic!("{refusal}"))
}

/// Whether a step depends on another one, directly or through others.
fn follows(steps: &[&Step], later: usize, earlier: usize) -> bool {
    (earlier..later).any(|between| {
        wait(steps[later], steps[between]) == Wait::Done
            && (between == earlier || follows(steps, between, earlier))
    })
}

#[test]
fn the_record_is_written_before_the_change_that_it_records() {
    for plan in [planned(&fresh()), with_dedicated_client()] {
        let steps = steps(&plan);
        let mut recorded = 0;
        for (index, step) in steps.iter().enumerate() {
            let Some(Expected::Tag { role, .. }) =
                step.recheck.as_ref().map(|recheck| &recheck.expected)
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
fn the_trigger_waits_for_everything_that_a_sign_in_needs() {
    for plan in [planned(&fresh()), with_dedicated_client()] {
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

/// Setup compares the age of the roles with the age of the function.
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
fn steps_that_delete_or_update_run_alone() {
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
                let independent = removes(later) && removes(earlier) && later.on != earlier.on;
                let expected = if independent { Wait::Not } else { Wait::Done };
                assert_eq!(wait(later, earlier), expected);
            }
        }
    }
}

/// Whether the step removes the flow of an app client. The flows of others are independent.
fn removes(step: &Step) -> bool {
    matches!(step.call, Call::Client(ClientCall::RemoveFlow { .. }))
}

/// The longest chain of a first setup: the role, the function, the permission, and the trigger.
#[test]
fn the_longest_chain_of_a_first_setup_has_four_steps() {
    let plan = planned(&fresh());
    let steps = steps(&plan);
    let mut lengths: Vec<usize> = Vec::new();
    for (index, later) in steps.iter().enumerate() {
        let dependencies = (0..index).filter(|&earlier| wait(later, steps[earlier]) != Wait::Not);
        let longest = dependencies.map(|earlier| lengths[earlier]).max();
        lengths.push(1 + longest.unwrap_or(0));
    }
    assert_eq!(lengths.iter().max(), Some(&4));
}
