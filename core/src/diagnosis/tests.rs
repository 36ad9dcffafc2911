//! Each reason that the function can give, and the link that it names.

use rules::probe::Answer;
use rules::reasons::Rejection;
use serde_json::{Value, json};

use super::{Broken, Link};
use super::{is_open, words};
use crate::identity::Side;
use crate::plan::{Action, Change, Plan, Step, accounts};
use crate::problem::Problem;
use crate::resource::{Address, Call, Kind, PolicyCall, RoleCall};

fn answer(reason: &str) -> Answer {
    let rejected = Rejection::of_code(reason).is_some();
    answered(if rejected { "rejected" } else { "fault" }, reason)
}

fn answered(outcome: &str, reason: &str) -> Answer {
    let answer = json!({"outcome": outcome, "reason": reason, "call": "AdminGetUser"});
    Answer::of_json(&answer).expect("an answer")
}

/// A plan with this step.
fn with(step: Step) -> Plan {
    let change = Change {
        address: step.on.clone(),
        action: Action::Update,
        edits: Vec::new(),
        reason: None,
        steps: vec![step],
    };
    Plan {
        changes: vec![change],
        ..Plan::default()
    }
}

fn broken(reason: &str, plan: &Plan) -> Broken {
    Broken::of(&answer(reason), &accounts::desired(), plan)
}

#[test]
fn every_fault_names_its_link_and_a_remedy() {
    let plan = Plan::default();
    for (reason, link, passes, words) in [
        ("credentials", Link::Way, true, "service control policy"),
        (
            "access_denied",
            Link::Policy,
            true,
            "may not AdminGetUser on eu-west-1_old",
        ),
        ("flow", Link::Flow, true, "ALLOW_ADMIN_USER_PASSWORD_AUTH"),
        ("secret_hash", Link::Secret, false, "secret"),
        ("client_not_found", Link::Client, true, "app client"),
        ("pool_not_found", Link::Pool, false, "eu-west-1_old"),
        ("throttled", Link::Way, true, "too often"),
        ("unreachable", Link::Way, true, "in time"),
        ("timed_out", Link::Way, true, "in time"),
        ("internal", Link::Way, true, "in time"),
        ("old_trigger_failed", Link::Pool, true, "trigger"),
        ("invalid_parameter", Link::Pool, true, "takes no sign-in"),
        ("configuration", Link::Function, false, "configuration"),
        ("foreign_pool", Link::Function, false, "foreign_pool"),
        (
            "a reason of the future",
            Link::Function,
            false,
            "of the future",
        ),
    ] {
        let broken = broken(reason, &plan);
        assert_eq!((broken.link, broken.passes), (link, passes), "{reason}");
        let text = Problem::from(&broken).words();
        assert!(
            text.contains(words) && !broken.remedy.is_empty(),
            "{reason}: {text}"
        );
    }
}

#[test]
fn why_a_role_cannot_be_assumed_is_told_by_what_differs() {
    let names = accounts::desired().names;
    let step = |kind, name: &str, call| Step::new(Address::new(Side::New, kind, name), call);
    let trust = |name: &str| {
        let trust = Value::Null;
        step(Kind::Role, name, Call::Role(RoleCall::SetTrust { trust }))
    };
    let role = |name: &str| {
        let create = RoleCall::Create {
            description: String::new(),
            trust: Value::Null,
            tags: crate::record::Tags::new(),
        };
        step(Kind::Role, name, Call::Role(create))
    };
    let attach = RoleCall::Attach {
        policy_arn: "arn".into(),
    };
    let update = PolicyCall::Update {
        document: Value::Null,
    };
    let (lambda, policy) = (&names.lambda_role, &names.lambda_policy);
    for (step, link) in [
        (role(&names.access_role), Link::Role),
        (role(lambda), Link::Role),
        (trust(&names.access_role), Link::Trust),
        (trust(lambda), Link::Trust),
        (step(Kind::Role, lambda, Call::Role(attach)), Link::Policy),
        (
            step(Kind::Policy, policy, Call::Policy(update)),
            Link::Policy,
        ),
        (
            step(Kind::Role, "other", Call::Role(RoleCall::Delete)),
            Link::Way,
        ),
    ] {
        assert_eq!(broken("credentials", &with(step)).link, link);
    }
}

#[test]
fn the_way_is_open_where_nobody_is_refused_as_such() {
    for (outcome, reason, open) in [
        ("rejected", "not_authorized", true),
        ("rejected", "old_trigger", true),
        ("rejected", "old_trigger_failed", false),
        ("rejected", "invalid_parameter", false),
        ("rejected", "unknown_answer", false),
        ("fault", "not_authorized", false),
        ("rejected", "a reason of the future", true),
    ] {
        let answer = answered(outcome, reason);
        assert_eq!(is_open(&answer), open, "{reason}");
    }
}

#[test]
fn every_rejection_has_words() {
    for rejection in Rejection::ALL {
        assert!(words(*rejection).len() > 10, "{rejection:?}");
    }
}
