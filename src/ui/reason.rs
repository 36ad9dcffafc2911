//! The words for what a plan changes, and why.

use cogmig_core::cognito::flows::{ADMIN_PASSWORD, USER_PASSWORD};
use cogmig_core::plan::{Edit, Lost, LostRecord, Reason};
use cogmig_core::record;

/// Why something is changed, and what of it.
pub fn why<'a>(reasons: impl IntoIterator<Item = &'a Reason>, edits: &[Edit]) -> String {
    let reasons: Vec<_> = reasons.into_iter().map(reason).collect();
    let edits = edits.chunk_by(|one, other| one.path == other.path);
    let edits: Vec<_> = edits.map(of_one_path).collect();
    let parts = [reasons.join(", "), edits.join(", ")];
    let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(": ")
}

/// The path, and what of it changes; of a secret only the path.
fn of_one_path(edits: &[Edit]) -> String {
    let path = edits.first().map_or("", |edit| &edit.path);
    let changes = edits.iter().filter(|edit| !edit.secret).map(change);
    format!("{path}{}", changes.collect::<String>())
}

fn change(Edit { before, after, .. }: &Edit) -> String {
    match (before, after) {
        (None, None) => String::new(),
        (None, Some(after)) => format!(" + {after}"),
        (Some(before), None) => format!(" - {before}"),
        (Some(before), Some(after)) => format!(" {before} → {after}"),
    }
}

fn reason(reason: &Reason) -> String {
    match reason {
        Reason::Trusts { role, account } => {
            format!("trusts {role} of {account}, with an ExternalId")
        }
        Reason::RunsFunction { policy } => format!("runs the function, with {policy}"),
        Reason::Allows { role, account } => {
            format!("may assume {role} of {account}, write its logs")
        }
        Reason::Kept { days } => format!("kept {days} days"),
        Reason::Runs {
            runtime,
            architecture,
            memory,
            timeout,
        } => format!("{runtime} {architecture}, {memory} MB, {timeout} s"),
        Reason::LetsInvoke { pool } => format!("lets Cognito invoke it for {pool}"),
        Reason::ChecksPasswords => {
            "no secret, one flow, the shortest token lives: checks passwords alone".into()
        }
        Reason::WasChanged => "made again: it was changed since".into(),
        Reason::TakesPartNoLonger => "takes part no longer".into(),
        Reason::NoSecretRead => "no client secret is read any more".into(),
        Reason::Named { name } => name.clone(),
        Reason::WithOthers { others } => {
            format!("with what others gave it: {}", others.join(", "))
        }
        Reason::HeldByOthers { others } => format!(
            "others have it: {}; take it off them, then tear down again",
            others.join(", ")
        ),
        Reason::NotManaged => not_managed(),
        Reason::PoolUnknown => format!(
            "bears no {}: which user pool it serves is not known",
            record::POOL
        ),
        Reason::RecordLost { how, record } => lost(*how, *record),
        Reason::LastFlow { added } => format!(
            "{} is its only flow now: without it, the default flows would open",
            added.flow
        ),
        Reason::FlowUnrecorded { flow } => format!(
            "allows {}, and no record tells whether it did before: look at its ExplicitAuthFlows",
            flow.modern
        ),
        Reason::FormerTriggerGone => {
            "was the UserMigration trigger before and is gone since: not put back".into()
        }
        Reason::FormerTriggerUnknown => {
            "may have had another UserMigration trigger before: no record tells".into()
        }
        Reason::OtherTrigger { trigger } => format!(
            "LambdaConfig.UserMigration is {}, set by somebody else",
            trigger.as_deref().unwrap_or("none")
        ),
    }
}

fn not_managed() -> String {
    format!(
        "is not managed by this deployment: no tag {}",
        record::DEPLOYMENT
    )
}

fn lost(how: Lost, record: LostRecord) -> String {
    let how = match how {
        Lost::Gone => "is gone".to_owned(),
        Lost::NotManaged => not_managed(),
        Lost::MadeAgain => "was made again by somebody else".to_owned(),
    };
    let record = match record {
        LostRecord::OldFlow => format!("which app client was given {}", ADMIN_PASSWORD.modern),
        LostRecord::NewFlowsAndTrigger => format!(
            "which app clients were given {}, and which trigger stood before",
            USER_PASSWORD.modern
        ),
    };
    format!("{how}; with the one that setup made went the record of {record}: look there")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_told_but_for_those_of_a_secret() {
        let text = |value: &str| Some(value.to_owned());
        for (edit, expected) in [
            (Edit::of("code"), "code"),
            (Edit::add("flows", "a"), "flows + a"),
            (Edit::remove("flows", "a"), "flows - a"),
            (Edit::set("days", text("1"), text("2")), "days 1 → 2"),
            (
                Edit {
                    before: text("one"),
                    after: text("two"),
                    ..Edit::secret("trust policy")
                },
                "trust policy",
            ),
        ] {
            assert_eq!(why(None, &[edit]), expected);
        }
        let lists = [Edit::remove("list", "a"), Edit::add("list", "b")];
        assert_eq!(why(None, &lists), "list - a + b");
        let edits = [Edit::of("tags"), Edit::of("code")];
        assert_eq!(why(None, &edits), "tags, code");
        assert_eq!(
            why([&Reason::TakesPartNoLonger], &edits),
            "takes part no longer: tags, code"
        );
    }
}
