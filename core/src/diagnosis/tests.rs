//! Each reason of the function, with the broken component.

use rules::probe::Answer;
use rules::reasons::Rejection;
use serde_json::{Value, json};

use super::is_open;
use super::{Broken, Component};
use crate::identity::Side;
use crate::plan::{Action, Change, Plan, Step, accounts};
use crate::problem::Problem;
use crate::reasons::text;
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
fn every_fault_has_a_component_and_a_remedy() {
    let plan = Plan::default();
    for (reason, component, transient, words) in [
        (
            "credentials",
            Component::External,
            true,
            "service control policy",
        ),
        (
            "not_available",
            Component::Pool,
            false,
            "AdminGetUser isn't available for the old user pool eu-west-1_old",
        ),
        (
            "access_denied",
            Component::Policy,
            true,
            "is not authorized to perform AdminGetUser on eu-west-1_old",
        ),
        (
            "flow",
            Component::Flow,
            true,
            "ALLOW_ADMIN_USER_PASSWORD_AUTH",
        ),
        (
            "secret_hash",
            Component::Secret,
            false,
            "--dedicated-old-client",
        ),
        ("secret_rotated", Component::Secret, false, "it was rotated"),
        ("client_not_found", Component::Client, true, "app client"),
        ("pool_not_found", Component::Pool, false, "eu-west-1_old"),
        ("throttled", Component::External, true, "throttles requests"),
        ("unreachable", Component::External, true, "in time"),
        ("timed_out", Component::External, true, "in time"),
        ("internal", Component::External, true, "in time"),
        ("old_trigger_failed", Component::Pool, true, "trigger"),
        (
            "invalid_parameter",
            Component::Pool,
            true,
            "doesn't accept sign-ins",
        ),
        ("configuration", Component::Function, false, "configuration"),
        ("foreign_pool", Component::Function, false, "foreign_pool"),
        (
            "a reason of the future",
            Component::Function,
            false,
            "of the future",
        ),
    ] {
        let broken = broken(reason, &plan);
        assert_eq!(
            (broken.component, broken.is_transient),
            (component, transient),
            "{reason}"
        );
        let text = Problem::from(&broken).words();
        assert!(
            text.contains(words) && !broken.remedy.is_empty(),
            "{reason}: {text}"
        );
    }
}

#[test]
fn drift_shows_why_a_role_cannot_be_assumed() {
    let names = accounts::desired().names;
    let step = |kind, name: &str, call| Step::new(Address::new(Side::New, kind, name), call);
    let trust = |name: &str| {
        let trust = Value::Null;
        step(Kind::Role, name, Call::Role(RoleCall::SetTrust { trust }))
    };
    let role = |name: &str| {
        let create = RoleCall::Create {
            path: "/".into(),
            boundary: None,
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
    for (step, component) in [
        (role(&names.access_role), Component::Role),
        (role(lambda), Component::Role),
        (trust(&names.access_role), Component::Trust),
        (trust(lambda), Component::Trust),
        (
            step(Kind::Role, lambda, Call::Role(attach)),
            Component::Policy,
        ),
        (
            step(Kind::Policy, policy, Call::Policy(update)),
            Component::Policy,
        ),
        (
            step(Kind::Role, "other", Call::Role(RoleCall::Delete)),
            Component::External,
        ),
    ] {
        assert_eq!(broken("credentials", &with(step)).component, component);
    }
}

/// The answer of a function that can't assume the role, with the errors of STS.
fn refused(errors: &[(&str, Option<&str>, &str)]) -> Broken {
    let errors = errors
        .iter()
        .map(|(region, code, message)| json!({"region": region, "code": code, "message": message}));
    let answer = json!({
        "outcome": "fault", "reason": "credentials", "call": "AssumeRole",
        "stsErrors": errors.collect::<Vec<_>>(),
    });
    let answer = Answer::of_json(&answer).expect("an answer");
    Broken::of(&answer, &accounts::desired(), &Plan::default())
}

/// The old pool is in eu-west-1 of account 111111111111, the function in eu-central-1 of
/// 222222222222.
#[test]
fn a_region_without_sts_is_named_with_the_account_that_has_to_enable_it() {
    const DISABLED: &str = "RegionDisabledException";
    const INVALID: &str = "InvalidClientTokenId";
    let (own, old) = ("eu-central-1", "eu-west-1");
    let enable_own = "enable Region eu-central-1 in the old account 111111111111";
    let enable_old = "enable Region eu-west-1 in the new account 222222222222";
    let both = format!("{enable_own}, or {enable_old}");
    let rows: [(&[_], bool, &str); 6] = [
        (
            &[
                (own, Some(DISABLED), "STS is off"),
                (old, Some(INVALID), "The token"),
            ],
            false,
            &both,
        ),
        (&[(own, Some(DISABLED), "STS is off")], false, enable_own),
        (&[(own, Some(INVALID), "The token")], true, enable_own),
        (
            &[(own, Some(INVALID), ""), (old, Some(INVALID), "")],
            true,
            &both,
        ),
        (
            &[(own, Some(DISABLED), ""), (old, None, "no response")],
            false,
            enable_own,
        ),
        (
            &[(old, Some(DISABLED), "")],
            false,
            "enable Region eu-west-1 in the old account 111111111111",
        ),
    ];
    for (errors, transient, remedy) in rows {
        let broken = refused(errors);
        assert_eq!(broken.component, Component::External);
        assert_eq!(broken.is_transient, transient, "{errors:?}");
        assert!(
            broken.remedy.starts_with(&format!("{remedy}.")),
            "{}",
            broken.remedy
        );
        for (region, code, message) in errors {
            let (code, what) = (code.unwrap_or("gave"), &broken.what);
            assert!(
                [region, code, message]
                    .iter()
                    .all(|word| what.contains(*word)),
                "{what}"
            );
        }
    }
}

#[test]
fn the_words_of_sts_are_part_of_every_other_cause() {
    let denied = "User: x is not authorized to perform: sts:AssumeRole with an explicit deny in a resource control policy";
    for errors in [
        &[("eu-central-1", Some("AccessDenied"), denied)][..],
        // STS works in the Region of the second error.
        &[
            ("eu-central-1", Some("RegionDisabledException"), "off"),
            ("eu-west-1", Some("AccessDenied"), denied),
        ],
    ] {
        let broken = refused(errors);
        assert!(
            broken.is_transient && broken.what.contains(denied),
            "{}",
            broken.what
        );
        assert!(
            broken
                .remedy
                .contains("one of its resource control policies")
                && broken.remedy.contains("--tag"),
            "{}",
            broken.remedy
        );
    }
}

#[test]
fn the_check_passes_unless_the_rejection_applies_to_all_users() {
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
fn every_refusal_has_a_text() {
    for refusal in Rejection::ALL {
        assert!(text(*refusal).len() > 10, "{refusal:?}");
    }
}
