//! What is counted, and what is said to be left.

use std::time::Duration;

use serde_json::json;

use super::{
    COUNTED, Counted, Log, State, Status, Sums, Unread, Users, left, pattern, resources, share,
};
use crate::desired::{Desired, OldClient};
use crate::identity::Side;
use crate::observed::{NewSide, OldSide};
use crate::outcome::Ended;
use crate::plan::accounts::{desired, desired_with, fresh, set_up};
use crate::plan::{self, Action, Edit, Plan};
use crate::record::Tags;
use crate::resource::{Address, Kind};
use crate::time::span as time;

fn planned(desired: &Desired, (old, new): &(OldSide, NewSide)) -> Plan {
    plan::setup(desired, old, new).unwrap_or_else(|refusal| panic!("{refusal}"))
}

fn lines(lines: &[serde_json::Value]) -> Vec<String> {
    lines.iter().map(ToString::to_string).collect()
}

fn sums(lines: &[String]) -> Sums {
    Sums::of(lines.iter().map(String::as_str))
}

/// Of a deployment that stands, with what was read.
fn status(users: (u64, u64), moved: Counted<u64>, lately: Sums) -> Status {
    let desired = desired();
    Status {
        deployment: "default".into(),
        resources: resources(&desired, &planned(&desired, &set_up())),
        notes: Vec::new(),
        now: 0,
        began: None,
        changed: None,
        attached: true,
        users: Users {
            old: Some(users.0),
            new: Some(users.1),
        },
        log: Ok(Log {
            since: 0,
            lately: Counted {
                of: lately,
                complete: true,
            },
            moved_since: 0,
            moved,
        }),
        left: Vec::new(),
    }
}

fn all<T>(of: T) -> Counted<T> {
    Counted { of, complete: true }
}

#[test]
fn lines_count_as_the_functions_metrics_do() {
    let line = |outcome: &str, reason: &str| json!({"triggerSource": "UserMigration_Authentication", "outcome": outcome, "reason": reason});
    let counted = sums(&lines(&[
        json!({"triggerSource": "UserMigration_ForgotPassword", "outcome": "migrated"}),
        line("rejected", "unknown_user"),
        line("rejected", "not_authorized"),
        line("rejected", "not_authorized"),
        line("rejected", "NOT A CODE"),
        line("fault", "throttled"),
        line("fault", "flow"),
        json!({"outcome": "panic", "location": "here"}),
        // Of these nothing counts.
        json!({"outcome": "misconfigured", "variable": "ATTRIBUTES"}),
        json!({"triggerSource": "cogmig_Probe", "outcome": "fault", "reason": "flow"}),
        json!({"outcome": "other"}),
        json!("migrated"),
        json!(null),
    ]));
    let all = (counted.migrated, counted.rejected, counted.throttled);
    assert_eq!((all, counted.faults), ((1, 4, 1), 2));
    assert_eq!(
        counted.reasons("rejected"),
        [("not_authorized", 2), ("unknown", 1), ("unknown_user", 1)]
    );
    assert_eq!(
        counted.reasons("fault"),
        [("flow", 1), ("panic", 1), ("throttled", 1)]
    );
    assert_eq!(sums(&["START RequestId: 1".to_owned()]), Sums::default());
}

/// What counts must come through the filter.
#[test]
fn the_patterns_name_the_outcomes_that_count() {
    for outcome in COUNTED {
        let counted = sums(&lines(&[json!({"outcome": outcome})]));
        assert_ne!(counted, Sums::default(), "{outcome}");
    }
    assert_eq!(
        pattern(&COUNTED),
        r#"{ ($.outcome = "migrated") || ($.outcome = "rejected") || ($.outcome = "fault") || ($.outcome = "panic") }"#
    );
    assert_eq!(pattern(&["migrated"]), r#"{ $.outcome = "migrated" }"#);
}

#[test]
fn a_deployment_consists_of_what_setup_makes_and_changes() {
    for desired in [desired(), desired_with(OldClient::Dedicated { id: None })] {
        let plan = planned(&desired, &fresh());
        let found = resources(&desired, &plan);
        // Nothing that setup does is of a resource that was not thought of.
        assert_eq!(found.len(), plan.changes.len());
        assert!(found.iter().all(|one| one.state != State::Stands));
        assert!(
            found
                .iter()
                .all(|one| one.made == (one.state == State::Missing))
        );
    }
    let desired = desired();
    let found = resources(&desired, &planned(&desired, &set_up()));
    assert!(found.iter().all(|one| one.state == State::Stands));
}

#[test]
fn two_changes_of_a_resource_are_one_line_and_others_come_last() {
    let desired = desired();
    let mut plan = planned(&desired, &set_up());
    let mut change = |action, kind, name: &str, path: &str| {
        plan.changes.push(plan::Change {
            address: Address::new(Side::Old, kind, name),
            action,
            edits: vec![Edit::of(path)],
            reason: None,
            steps: Vec::new(),
        });
    };
    let role = "cognito-access-role";
    change(Action::Update, Kind::Role, role, "trust policy");
    change(Action::Update, Kind::Role, role, "undo record");
    change(Action::Leave, Kind::AppClient, "another", "look");
    let found = resources(&desired, &plan);
    assert_eq!(found[0].state, State::Differs);
    let edits = ["trust policy", "undo record"].map(Edit::of);
    assert_eq!(found[0].edits, edits);
    let last = found
        .last()
        .map(|one| (one.address.name.as_str(), one.state));
    assert_eq!(last, Some(("another", State::LookAt)));
    assert_eq!(
        found
            .iter()
            .filter(|one| one.state != State::Stands)
            .count(),
        2
    );
}

#[test]
fn how_much_stands_and_what_it_comes_to() {
    let desired = desired();
    let rejected = sums(&lines(&[json!({"outcome": "rejected", "reason": "name"})]));
    let fault = sums(&lines(&[json!({"outcome": "fault", "reason": "flow"})]));
    let throttled = sums(&lines(&[
        json!({"outcome": "fault", "reason": "throttled"}),
    ]));
    for (state, lately, deployed, result) in [
        (fresh(), &fault, "none", "absent"),
        (set_up(), &rejected, "all", "stands"),
        (set_up(), &throttled, "all", "stands"),
        (set_up(), &fault, "all", "faults"),
        (
            (
                set_up().0,
                NewSide {
                    policy: None,
                    ..set_up().1
                },
            ),
            &fault,
            "part",
            "differs",
        ),
        (
            (
                set_up().0,
                NewSide {
                    pool: fresh().1.pool,
                    ..set_up().1
                },
            ),
            &rejected,
            "all",
            "differs",
        ),
    ] {
        let mut status = status((3, 1), all(1), lately.clone());
        status.resources = resources(&desired, &planned(&desired, &state));
        assert_eq!(
            (status.deployed(), Ended::of_status(&status).word()),
            (deployed, result)
        );
    }
}

#[test]
fn what_is_left_is_what_the_data_says() {
    let desired = desired();
    let with = |name: &str, value: &str| Tags::from([(name.into(), value.into())]);
    let rejected = |reason: &str| sums(&lines(&[json!({"outcome": "rejected", "reason": reason})]));
    let fault = |reason: &str| sums(&lines(&[json!({"outcome": "fault", "reason": reason})]));
    let none = Sums::default;
    let at_least = |of| Counted {
        of,
        complete: false,
    };
    for (status, variables, said, unsaid) in [
        (
            status((10, 4), all(3), none()),
            Tags::new(),
            "Still to move: about 7 of",
            "second factor",
        ),
        (
            status((10, 10), all(11), none()),
            Tags::new(),
            "everybody has moved",
            "Still to move",
        ),
        (
            status((10, 4), all(11), none()),
            Tags::new(),
            "is not yet as high",
            "everybody has moved",
        ),
        (
            status((0, 4), all(0), none()),
            Tags::new(),
            "has no users",
            "Still to move",
        ),
        (
            status((10, 4), at_least(3), none()),
            Tags::new(),
            "about 10, are still to move is not known",
            "Still",
        ),
        (
            status((10, 4), all(3), none()),
            with("MFA_USERS", "refuse"),
            "stay in the old pool, by --mfa",
            "lately",
        ),
        (
            status((10, 4), all(3), rejected("mfa")),
            with("MFA_USERS", "refuse"),
            "(1 refused lately)",
            "temporary",
        ),
        (
            status((10, 4), all(3), none()),
            with("MFA_USERS", "migrate"),
            "Groups",
            "second factor",
        ),
        (
            status((10, 4), all(3), none()),
            with("TEMPORARY_PASSWORDS", "refuse"),
            "Groups",
            "temporary",
        ),
        (
            status((10, 4), all(3), rejected("temporary_password")),
            with("TEMPORARY_PASSWORDS", "refuse"),
            "temporary password were refused",
            "forgotten",
        ),
        (
            status((10, 4), all(3), rejected("forgot_password")),
            with("FORGOT_PASSWORD", "refuse"),
            "forgotten password were refused",
            "temporary",
        ),
        (
            status((10, 4), all(3), fault("flow")),
            Tags::new(),
            "1 sign-in met a fault lately: `cogmig verify`",
            "quota",
        ),
        (
            status((10, 4), all(3), fault("throttled")),
            Tags::new(),
            "quota for UserAuthentication",
            "verify",
        ),
        (
            status((10, 4), all(3), none()),
            Tags::new(),
            "still has the role cognito-access-role, and checks passwords through the app client oldclient",
            "setup",
        ),
    ] {
        let told = left(&status, &desired, &variables).join("\n");
        assert!(told.contains(said), "{said}\n{told}");
        assert!(!told.contains(unsaid), "{unsaid}\n{told}");
    }
}

#[test]
fn without_a_log_or_a_deployment_less_is_said() {
    let desired = desired();
    let mut unread = status((10, 4), all(3), Sums::default());
    unread.log = Err(Unread {
        why: "AccessDenied".into(),
        grant: None,
    });
    assert!(
        left(&unread, &desired, &Tags::new())
            .join("\n")
            .contains("is not known")
    );
    unread.resources = resources(&desired, &planned(&desired, &fresh()));
    assert_eq!(
        left(&unread, &desired, &Tags::new()),
        [
            "Nobody can move yet: `cogmig setup` begins the migration.",
            "Still to move: about 10 of the old pool's users.",
        ]
    );
}

#[test]
fn shares_and_times() {
    for (moved, old, percent) in [
        (0, 0, None),
        (1, 3, Some(33)),
        (5, 3, Some(100)),
        (u64::MAX, 9, Some(100)),
    ] {
        assert_eq!(share(moved, old), percent, "{moved} of {old}");
    }
    for (text, seconds) in [("90m", 5400), ("24h", 86_400), ("7d", 604_800)] {
        assert_eq!(time(text), Ok(Duration::from_secs(seconds)), "{text}");
    }
    for wrong in [
        "",
        "7",
        "d",
        "0d",
        "-1d",
        "+",
        "1w",
        "1.5h",
        "4294967296d",
        "7ä",
    ] {
        assert!(time(wrong).is_err(), "{wrong}");
    }
}
