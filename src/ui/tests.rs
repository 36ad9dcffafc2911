//! The layout of the output at any width.

use cogmig_core::identity::{Identity, Side};
use cogmig_core::options::{Origin, Origins, Setting};
use cogmig_core::outcome::Outcome;
use cogmig_core::plan::{Action, Edit, Reason};
use cogmig_core::problem::{Cause, Problem, Severity};
use cogmig_core::reference::Listed;
use cogmig_core::resource::{Address, Kind};
use cogmig_core::selected::{Selected, SelectedBy};
use cogmig_core::status::{Resource, State};

use super::transcript::{Line, Transcript};
use super::{drift, header, outcome, plan, problem, reason};

const FLOW: &str = "ALLOW_ADMIN_USER_PASSWORD_AUTH";

fn options() -> Origins {
    let file = Origin::File {
        name: "deploy/cogmig.toml".into(),
        line: 3,
    };
    let options = [
        ("log-retention", "90", file),
        ("old-sub", "custom:old_sub", Origin::Deployment),
    ];
    let options = options.map(|(name, value, origin)| {
        let value = value.to_owned();
        (name.to_owned(), Setting { value, origin })
    });
    options.into_iter().collect()
}

fn account(side: Side) -> Identity {
    Identity {
        side,
        profile: side.as_str().into(),
        id: "111111111111".into(),
        partition: "aws".into(),
        region: "eu-central-1".into(),
    }
}

fn line(side: Side, kind: Kind, name: &str, action: Action, edits: Vec<Edit>) -> Line {
    let reason = (action == Action::Conflict).then_some(Reason::NotManaged);
    Line {
        address: Address::new(side, kind, name),
        action,
        details: reason::changes(&reason, &edits),
        edits,
        status: "done",
    }
}

fn transcript() -> Transcript {
    let log_group = "/aws/lambda/cognito-migration-lambda";
    let flow = vec![Edit::add("ExplicitAuthFlows", FLOW)];
    let days = |days: &str| Some(format!("{days} days"));
    let retention = vec![Edit::set("retention", days("30"), days("90"))];
    Transcript {
        options: options(),
        sample: None,
        accounts: vec![account(Side::Old), account(Side::New)],
        users: vec![(Side::Old, 400_000), (Side::New, 0)],
        warnings: vec![
            Problem::new("one", Severity::Info, "the feature plans of the pools differ"),
            Problem::new("two", Severity::Lockout, "apps that sign in with SRP don't invoke the migration trigger. Their users won't be migrated")
                .because(Cause::Because("the flow isn't enabled yet".into()))
                .fix("sign in with USER_PASSWORD_AUTH in the application during the migration"),
        ],
        selected: vec![Selected {
            side: Side::Old,
            what: "app client",
            all: vec![Listed {
                id: "1example23456789abcdefghij".into(),
                name: "web".into(),
            }],
            source: SelectedBy::Record,
        }],
        changes: vec![
            line(Side::Old, Kind::Role, "cognito-access-role", Action::Create, Vec::new()),
            line(Side::Old, Kind::AppClient, "1example23456789abcdefghij", Action::Update, flow),
            line(Side::New, Kind::LogGroup, log_group, Action::Update, retention),
            line(Side::New, Kind::Function, "cognito-migration-lambda", Action::Delete, Vec::new()),
            line(Side::New, Kind::Policy, "cognito-migration-lambda-policy", Action::Conflict, Vec::new()),
        ],
        report: None,
        also: Vec::new(),
    }
}

fn resources(transcript: &Transcript) -> Vec<Resource> {
    let states = [
        State::Missing,
        State::Drifted,
        State::Drifted,
        State::InSync,
        State::ManualAction,
    ];
    let lines = transcript.changes.iter().zip(states);
    let resources = lines.map(|(line, state)| Resource {
        address: line.address.clone(),
        is_created: true,
        state,
        edits: line.edits.clone(),
        reasons: Vec::new(),
    });
    resources.collect()
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    let transcript = transcript();
    let resources = resources(&transcript);
    for width in 40..=160 {
        let texts = [
            header::text(&transcript, true, width),
            plan::text(&transcript, width, false),
            drift::text(&transcript.accounts, &resources, width, false),
            problem::warnings(&transcript.warnings, width, false),
            outcome::text(
                &transcript,
                &Outcome::TornDown { report: None },
                false,
                width,
            ),
            outcome::text(&transcript, &Outcome::Declined, false, width),
        ];
        for line in texts.iter().flat_map(|text| text.lines()) {
            assert!(line.chars().count() <= width, "{width}: {line}");
        }
    }
}

#[test]
fn the_name_is_one_line_and_each_detail_is_on_a_line_below_it() {
    let text = plan::text(&transcript(), 80, false);
    for lines in [
        "Old account 111111111111 (eu-central-1)\n  + role cognito-access-role\n",
        "  ~ app client 1example23456789abcdefghij\n      ExplicitAuthFlows: + ALLOW_ADMIN_USER_PASSWORD_AUTH\n",
        "  ~ log group /aws/lambda/cognito-migration-lambda\n      retention: 30 days → 90 days\n",
        "\nPlan: 1 to add, 2 to change, 1 to delete, 1 conflict.",
    ] {
        assert!(text.contains(lines), "{lines}\n{text}");
    }
}

#[test]
fn drift_has_the_direction_in_which_it_happened() {
    let transcript = transcript();
    let text = drift::text(&transcript.accounts, &resources(&transcript), 80, false);
    for lines in [
        "  + role cognito-access-role (missing)\n",
        "  ~ app client 1example23456789abcdefghij (drifted)\n      ExplicitAuthFlows: missing ALLOW_ADMIN_USER_PASSWORD_AUTH\n",
        "      retention: 30 days, configured 90 days\n",
        "cognito-migration-lambda-policy (manual action required)\n",
        "\n1 resource in sync",
    ] {
        assert!(text.contains(lines), "{lines}\n{text}");
    }
}

#[test]
fn the_most_severe_warning_comes_first() {
    let text = problem::warnings(&transcript().warnings, 200, false);
    assert_eq!(
        text,
        "warning (lockout): apps that sign in with SRP don't invoke the migration trigger. Their users won't be migrated.\n  \
         cause:  the flow isn't enabled yet\n  \
         fix:    sign in with USER_PASSWORD_AUTH in the application during the migration\n\n\
         info: the feature plans of the pools differ"
    );
}

/// Only changes that were applied are counted.
#[test]
fn the_end_counts_what_was_applied() {
    let mut transcript = transcript();
    let text = |transcript: &Transcript| {
        let text = outcome::text(transcript, &Outcome::TornDown { report: None }, false, 200);
        text.trim().to_owned()
    };
    assert_eq!(
        text(&transcript),
        "Teardown complete: 1 deleted, 2 restored, 1 added. Migrated users remain in the new user pool. Manual action required: see the resources marked ! above."
    );
    transcript
        .changes
        .retain(|line| line.action == Action::Delete);
    transcript.changes[0].status = "planned";
    assert_eq!(
        text(&transcript),
        "Teardown complete: 0 deleted, 0 restored. Migrated users remain in the new user pool."
    );
}
