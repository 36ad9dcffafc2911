//! The counts and the next steps.

use std::time::Duration;

use serde_json::json;

use super::{
    COUNTED, Counted, Log, State, Status, Sums, Unread, Users, next_steps, pattern, resources,
    share,
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

/// The status of a deployment that is in sync, a day after `since`.
fn status(users: (u64, u64), migrated: Counted<u64>, recent: Sums) -> Status {
    let desired = desired();
    Status {
        deployment: "default".into(),
        resources: resources(&desired, &planned(&desired, &set_up())),
        warnings: Vec::new(),
        now: 86_400,
        began: None,
        changed: None,
        attached: true,
        users: Users {
            old: Some(users.0),
            new: Some(users.1),
        },
        log: Ok(Log {
            since: 0,
            recent: Counted {
                of: recent,
                complete: true,
            },
            migrated_since: 0,
            migrated,
        }),
        next_steps: Vec::new(),
    }
}

fn all<T>(of: T) -> Counted<T> {
    Counted { of, complete: true }
}

#[test]
fn lines_are_counted_like_the_functions_metrics() {
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
        // These aren't counted.
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

/// Lines that are counted have to match the filter.
#[test]
fn the_patterns_have_the_outcomes_that_are_counted() {
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
fn a_deployment_has_all_resources_that_setup_creates_and_changes() {
    for desired in [desired(), desired_with(OldClient::Dedicated { id: None })] {
        let plan = planned(&desired, &fresh());
        let found = resources(&desired, &plan);
        // Setup doesn't change any other resource.
        assert_eq!(found.len(), plan.changes.len());
        assert!(found.iter().all(|one| one.state != State::InSync));
        assert!(
            found
                .iter()
                .all(|one| one.is_created == (one.state == State::Missing))
        );
    }
    let desired = desired();
    let found = resources(&desired, &planned(&desired, &set_up()));
    assert!(found.iter().all(|one| one.state == State::InSync));
}

#[test]
fn two_changes_of_a_resource_are_one_line_and_other_resources_come_last() {
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
    change(Action::Conflict, Kind::AppClient, "another", "flow");
    let found = resources(&desired, &plan);
    assert_eq!(found[0].state, State::Drifted);
    let edits = ["trust policy", "undo record"].map(Edit::of);
    assert_eq!(found[0].edits, edits);
    let last = found
        .last()
        .map(|one| (one.address.name.as_str(), one.state));
    assert_eq!(last, Some(("another", State::ManualAction)));
    assert_eq!(
        found
            .iter()
            .filter(|one| one.state != State::InSync)
            .count(),
        2
    );
}

#[test]
fn the_result_depends_on_the_resources_and_the_faults() {
    let desired = desired();
    let rejected = sums(&lines(&[json!({"outcome": "rejected", "reason": "name"})]));
    let fault = sums(&lines(&[json!({"outcome": "fault", "reason": "flow"})]));
    let throttled = sums(&lines(&[
        json!({"outcome": "fault", "reason": "throttled"}),
    ]));
    for (state, recent, deployed, result) in [
        (fresh(), &fault, "none", "not_deployed"),
        (set_up(), &rejected, "all", "in_sync"),
        (set_up(), &throttled, "all", "in_sync"),
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
            "drifted",
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
            "drifted",
        ),
    ] {
        let mut status = status((3, 1), all(1), recent.clone());
        status.resources = resources(&desired, &planned(&desired, &state));
        assert_eq!(
            (status.deployed(), Ended::of_status(&status).word()),
            (deployed, result)
        );
    }
}

#[test]
fn the_next_steps_follow_from_the_data() {
    let desired = desired();
    let with = |name: &str, value: &str| Tags::from([(name.into(), value.into())]);
    let rejected = |reason: &str| sums(&lines(&[json!({"outcome": "rejected", "reason": reason})]));
    let fault = |reason: &str| sums(&lines(&[json!({"outcome": "fault", "reason": reason})]));
    let none = Sums::default;
    let at_least = |of| Counted {
        of,
        complete: false,
    };
    for (status, variables, expected, unexpected) in [
        (
            status((10, 4), all(3), none()),
            Tags::new(),
            "Not migrated yet: about 7 of",
            "MFA",
        ),
        (
            status((10, 10), all(11), none()),
            Tags::new(),
            "All users have been migrated",
            "Not migrated yet",
        ),
        (
            status((10, 4), all(11), none()),
            Tags::new(),
            "of the new pool is lower",
            "All users",
        ),
        (
            status((0, 4), all(0), none()),
            Tags::new(),
            "has no users",
            "Not migrated yet",
        ),
        (
            status((10, 4), at_least(3), none()),
            Tags::new(),
            "about 10 users. The number of users who haven't been migrated is unknown",
            "Not migrated yet",
        ),
        (
            status((10, 4), all(3), none()),
            with("MFA_USERS", "refuse"),
            "Users with MFA aren't migrated (--mfa-users refuse)",
            "in the last",
        ),
        (
            status((10, 4), all(3), rejected("mfa")),
            with("MFA_USERS", "refuse"),
            "1 sign-in was rejected in the last 24 hours",
            "temporary",
        ),
        (
            status((10, 4), all(3), none()),
            with("MFA_USERS", "migrate"),
            "Groups",
            "MFA",
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
            "Users with a temporary password aren't migrated (--temporary-passwords refuse). 1 sign-in was rejected",
            "forgot",
        ),
        (
            status((10, 4), all(3), rejected("forgot_password")),
            with("FORGOT_PASSWORD", "refuse"),
            "Password reset requests don't migrate users (--forgot-password refuse). 1 password reset was rejected",
            "temporary",
        ),
        (
            status((10, 4), all(3), fault("flow")),
            Tags::new(),
            "1 sign-in failed with an error in the last 24 hours. Run `cogmig verify`",
            "quota",
        ),
        (
            status((10, 4), all(3), fault("throttled")),
            Tags::new(),
            "1 sign-in was throttled by the old pool in the last 24 hours. Check the quotas for UserAuthentication",
            "verify",
        ),
        (
            status((10, 4), all(3), none()),
            Tags::new(),
            "still has the role cognito-access-role, and the function checks passwords through app client oldclient",
            "setup",
        ),
    ] {
        let steps = next_steps(&status, &desired, &variables).join("\n");
        assert!(steps.contains(expected), "{expected}\n{steps}");
        assert!(!steps.contains(unexpected), "{unexpected}\n{steps}");
    }
}

#[test]
fn without_a_log_or_a_deployment_there_are_fewer_next_steps() {
    let desired = desired();
    let mut unread = status((10, 4), all(3), Sums::default());
    unread.log = Err(Unread {
        why: "AccessDenied".into(),
        grant: None,
    });
    assert!(
        next_steps(&unread, &desired, &Tags::new())
            .join("\n")
            .contains("is unknown")
    );
    unread.resources = resources(&desired, &planned(&desired, &fresh()));
    assert_eq!(
        next_steps(&unread, &desired, &Tags::new()),
        [
            "No user can be migrated yet. Run `cogmig setup` to start the migration.",
            "Not migrated yet: about 10 of the old pool's users.",
        ]
    );
}

#[test]
fn percentages_and_times() {
    for (migrated, old, percent) in [
        (0, 0, None),
        (1, 3, Some(33)),
        (5, 3, Some(100)),
        (u64::MAX, 9, Some(100)),
    ] {
        assert_eq!(share(migrated, old), percent, "{migrated} of {old}");
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
