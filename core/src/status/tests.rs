//! The counts and the next steps.

use std::time::Duration;

use serde_json::json;

use super::queries::{ROWS, Row};
use super::report::share;
use super::{Log, Metric, State, Status, Sums, Tally, Unread, Users, next_steps, resources};
use crate::desired::{Desired, OldClient};
use crate::identity::Side;
use crate::observed::{NewSide, OldSide};
use crate::outcome::Ended;
use crate::plan::accounts::{desired, desired_with, fresh, set_up};
use crate::plan::{self, Action, Edit, Plan};
use crate::problem::Severity;
use crate::record::Tags;
use crate::resource::{Address, Kind};
use crate::time::span as time;

fn planned(desired: &Desired, (old, new): &(OldSide, NewSide)) -> Plan {
    plan::setup(desired, old, new).unwrap_or_else(|refusal| panic!("{refusal}"))
}

/// A row of a query: values by their names, without those that are missing.
fn row(values: &serde_json::Value) -> Row {
    let values = values.as_object().expect("an object").iter();
    let values =
        values.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())));
    values.collect()
}

/// The sums of one line with this outcome and reason.
fn sums(outcome: &str, reason: Option<&str>) -> Sums {
    Sums::of(&[row(
        &json!({"outcome": outcome, "reason": reason, "lines": "1", "named": "0", "users": "0"}),
    )])
}

/// Approvals, each of another user.
fn approved(lines: u64) -> Tally {
    let lines = lines.to_string();
    let rows = row(&json!({"outcome": "migrated", "lines": lines, "named": lines, "users": lines}));
    Sums::of(&[rows]).approved
}

/// The status of a deployment that is in sync, a day after `since`.
fn status(users: (u64, u64), recent: Sums) -> Status {
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
            recent,
            begins: 0,
            approved: approved(3),
            not_created: Some(0),
        }),
        metric: Ok(Metric {
            approvals: 3,
            since: Some(0),
        }),
        next_steps: Vec::new(),
    }
}

/// A user has another hash with each key.
#[test]
fn users_of_several_keys_are_not_counted() {
    let with = |keys: &str| {
        let row = row(
            &json!({"outcome": "migrated", "lines": "3", "named": "3", "users": "3", "keys": keys}),
        );
        Sums::of(&[row]).approved.users()
    };
    assert_eq!([with("1"), with("0"), with("2")], [Some(3), Some(3), None]);
}

#[test]
fn rows_are_counted_by_their_result_and_only_codes_are_kept() {
    let line = |outcome: &str, reason: Option<&str>, lines: &str, named: &str, users: &str| {
        row(
            &json!({"outcome": outcome, "reason": reason, "lines": lines, "named": named, "users": users}),
        )
    };
    let counted = Sums::of(&[
        line("migrated", None, "12", "9", "4"),
        line("rejected", Some("not_authorized"), "5", "5", "2"),
        line("rejected", Some("unknown_user"), "3", "0", "0"),
        line("rejected", Some("NOT A CODE"), "1", "1", "1"),
        line("rejected", Some("\u{1b}[31m"), "1", "1", "1"),
        line("fault", Some("throttled"), "2", "0", "0"),
        line("fault", Some("flow"), "3", "3", "1"),
        line("panic", None, "1", "0", "0"),
        // These aren't counted: the function doesn't write them.
        line("migrated", Some("owned"), "99", "99", "99"),
        line("misconfigured", None, "99", "0", "0"),
        row(&json!({"lines": "99"})),
        line("rejected", Some("many"), "-1", "\u{1b}", ""),
    ]);
    let approved = counted.approved;
    assert_eq!(
        (approved.lines, approved.users(), approved.unnamed()),
        (12, Some(4), 3)
    );
    assert_eq!(
        (counted.rejected, counted.throttled, counted.faults),
        (10, 2, 4)
    );
    let reasons = |outcome| {
        let reasons = counted.reasons(outcome).into_iter();
        reasons
            .map(|(reason, tally)| (reason, tally.lines, tally.users()))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        reasons("rejected"),
        [
            ("not_authorized", 5, Some(2)),
            ("unknown_user", 3, None),
            // A user can be in both rows.
            ("unknown", 2, None),
        ]
    );
    assert_eq!(
        reasons("fault"),
        [
            ("flow", 3, Some(1)),
            ("throttled", 2, None),
            ("panic", 1, None),
        ]
    );
    assert!(counted.complete);
    let many = vec![line("rejected", Some("name"), "1", "0", "0"); ROWS];
    assert!(!Sums::of(&many).complete);
}

#[test]
fn the_metric_is_the_sum_of_its_days() {
    let of = |days: &[(i64, f64)]| Metric::of(days.iter().copied());
    let metric = of(&[
        (200, 3.0),
        (100, 2.0),
        (0, 0.0),
        (300, -1.0),
        (400, f64::NAN),
    ]);
    assert_eq!((metric.approvals, metric.since), (5, Some(100)));
    assert_eq!((of(&[]).approvals, of(&[]).since), (0, None));
    assert_eq!(of(&[(0, 1e300)]).approvals, u64::MAX);
}

#[test]
fn users_who_were_approved_again_are_a_warning() {
    let warning = |not_created| {
        let status = Status {
            log: status((3, 1), Sums::default())
                .log
                .map(|log| Log { not_created, ..log }),
            ..status((3, 1), Sums::default())
        };
        let ended = Ended::of_status(&status).word();
        (super::not_created(status.log.as_ref(), status.now), ended)
    };
    for none in [None, Some(0)] {
        assert_eq!(warning(none), (None, "in_sync"));
    }
    let (problem, ended) = warning(Some(2));
    let problem = problem.expect("a warning");
    assert_eq!((problem.id, ended), ("users-not-created", "not_created"));
    assert_eq!(problem.severity, Severity::Lockout);
    for words in [
        "2 users again in the last 24 hours",
        "PreSignUp",
        "schema",
        "another user",
    ] {
        assert!(problem.words().contains(words), "{words}");
    }
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
    let rejected = sums("rejected", Some("name"));
    let fault = sums("fault", Some("flow"));
    let throttled = sums("fault", Some("throttled"));
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
        let mut status = status((3, 1), recent.clone());
        status.resources = resources(&desired, &planned(&desired, &state));
        assert_eq!(
            (status.deployed(), Ended::of_status(&status).word()),
            (deployed, result)
        );
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn the_next_steps_follow_from_the_data() {
    let desired = desired();
    let with = |name: &str, value: &str| Tags::from([(name.into(), value.into())]);
    let rejected = |reason: &str| sums("rejected", Some(reason));
    let fault = |reason: &str| sums("fault", Some(reason));
    let none = Sums::default;
    for (status, variables, expected, unexpected) in [
        (
            status((10, 4), none()),
            Tags::new(),
            "The old pool has about 10 users and the new pool about 4, by AWS's estimates.",
            "MFA",
        ),
        // As many users in the new pool don't prove that those of the old pool are among them.
        (
            status((10, 10), none()),
            Tags::new(),
            "The old pool has about 10 users and the new pool about 10, by AWS's estimates.",
            "All users",
        ),
        (
            status((0, 4), none()),
            Tags::new(),
            "has no users, by AWS's estimate",
            "about 4",
        ),
        (
            status((10, 4), none()),
            with("MFA_USERS", "refuse"),
            "Users with MFA aren't migrated (--mfa-users refuse)",
            "in the last",
        ),
        (
            status((10, 4), rejected("mfa")),
            with("MFA_USERS", "refuse"),
            "1 sign-in was rejected in the last 24 hours",
            "temporary",
        ),
        (
            status((10, 4), none()),
            with("MFA_USERS", "migrate"),
            "Groups",
            "MFA",
        ),
        (
            status((10, 4), none()),
            with("TEMPORARY_PASSWORDS", "refuse"),
            "Groups",
            "temporary",
        ),
        (
            status((10, 4), rejected("temporary_password")),
            with("TEMPORARY_PASSWORDS", "refuse"),
            "Users with a temporary password aren't migrated (--temporary-passwords refuse). 1 sign-in was rejected",
            "forgot",
        ),
        (
            status((10, 4), rejected("forgot_password")),
            with("FORGOT_PASSWORD", "refuse"),
            "Password reset requests don't migrate users (--forgot-password refuse). 1 password reset was rejected",
            "temporary",
        ),
        (
            status((10, 4), rejected("reset_required")),
            Tags::new(),
            "1 sign-in was rejected in the last 24 hours, because a password reset is required. A password reset request migrates these users",
            "refuse",
        ),
        (
            status((10, 4), rejected("reset_required")),
            with("FORGOT_PASSWORD", "refuse"),
            "They aren't migrated with --forgot-password refuse.",
            "request migrates",
        ),
        (
            status((10, 4), rejected("blocked")),
            Tags::new(),
            "1 sign-in was blocked by the old pool's threat protection in the last 24 hours.",
            "reset the password",
        ),
        (
            status((10, 4), fault("flow")),
            Tags::new(),
            "1 attempt to sign in failed with an error in the last 24 hours. Run `cogmig verify`",
            "quota",
        ),
        (
            status((10, 4), fault("throttled")),
            Tags::new(),
            "1 sign-in was throttled by the old pool in the last 24 hours. Check the quotas for UserAuthentication",
            "verify",
        ),
        (
            status((10, 4), none()),
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
    let mut unread = status((10, 4), sums("fault", Some("flow")));
    unread.log = Err(Unread {
        why: "AccessDenied".into(),
        grant: None,
    });
    let steps = next_steps(&unread, &desired, &Tags::new()).join("\n");
    assert!(!steps.contains("failed"), "{steps}");
    unread.resources = resources(&desired, &planned(&desired, &fresh()));
    assert_eq!(
        next_steps(&unread, &desired, &Tags::new()),
        [
            "No user can be migrated yet. Run `cogmig setup` to start the migration.",
            "The old pool has about 10 users and the new pool about 4, by AWS's estimates. Each user is migrated at their first sign-in to the new pool.",
        ]
    );
}

#[test]
fn approved_users_who_were_not_created_are_no_percentage() {
    for (new, not_created, percent) in [
        (2, Some(0), Some(50)),
        (5, Some(0), Some(50)),
        // AWS may not have updated the estimate yet.
        (0, Some(0), Some(50)),
        (1, Some(0), None),
        (2, Some(1), None),
        (2, None, None),
    ] {
        let mut status = status((4, new), Sums::default());
        let log = status.log.as_mut().unwrap_or_else(|_| panic!("the log"));
        log.approved = approved(2);
        log.not_created = not_created;
        assert_eq!(status.percent(), percent, "{new} {not_created:?}");
    }
}

#[test]
fn percentages_and_times() {
    for (migrated, old, percent) in [
        (0, 0, None),
        (1, 3, Some(33)),
        (3, 3, Some(100)),
        // AWS's estimate is too low.
        (5, 3, None),
        (1, u64::MAX, Some(0)),
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
