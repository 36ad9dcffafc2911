//! The words for what a plan changes, for what has drifted, and why.

use cogmig_core::cognito::flows::{ADMIN_PASSWORD, USER_PASSWORD};
use cogmig_core::lambda::Why;
use cogmig_core::plan::{Edit, Lost, LostRecord, Reason};
use cogmig_core::record;

/// The words between the values of a setting.
struct Words {
    added: &'static str,
    removed: &'static str,
    replaced: &'static str,
    /// After the name of a setting without values.
    alone: &'static str,
}

const CHANGE: Words = Words {
    added: "+ ",
    removed: "- ",
    replaced: " → ",
    alone: "",
};

const DRIFT: Words = Words {
    added: "missing ",
    removed: "unexpected ",
    replaced: ", configured ",
    alone: ": changed",
};

/// The reasons, and what changes, one line per setting.
pub fn changes<'a>(reasons: impl IntoIterator<Item = &'a Reason>, edits: &[Edit]) -> Vec<String> {
    lines(reasons, edits, &CHANGE)
}

/// The reasons, and what has drifted, one line per setting: the direction is that of the drift,
/// not that of the change that would fix it.
pub fn drift<'a>(reasons: impl IntoIterator<Item = &'a Reason>, edits: &[Edit]) -> Vec<String> {
    lines(reasons, edits, &DRIFT)
}

fn lines<'a>(
    reasons: impl IntoIterator<Item = &'a Reason>,
    edits: &[Edit],
    words: &Words,
) -> Vec<String> {
    let settings = edits.chunk_by(|one, other| one.path == other.path);
    let settings = settings.map(|edits| setting(edits, words));
    reasons.into_iter().map(reason).chain(settings).collect()
}

/// The edits of one setting; of a secret only its name.
fn setting(edits: &[Edit], words: &Words) -> String {
    let path = edits.first().map_or("", |edit| &edit.path);
    let values = edits.iter().filter(|edit| !edit.secret);
    let values = values.filter_map(|edit| match (&edit.before, &edit.after) {
        (None, None) => None,
        (None, Some(after)) => Some(format!("{}{after}", words.added)),
        (Some(before), None) => Some(format!("{}{before}", words.removed)),
        (Some(before), Some(after)) => Some(format!("{before}{}{after}", words.replaced)),
    });
    let values: Vec<_> = values.collect();
    if values.is_empty() {
        return format!("{path}{}", words.alone);
    }
    format!("{path}: {}", values.join(", "))
}

fn reason(reason: &Reason) -> String {
    match reason {
        Reason::Trusts { role, account } => {
            format!("trusts role {role} of account {account}, with an ExternalId")
        }
        Reason::RunsFunction { policy } => {
            format!("execution role of the function, with policy {policy}")
        }
        Reason::Allows { role, account } => {
            format!("allows sts:AssumeRole for role {role} of account {account}, and writing logs")
        }
        Reason::Retention { days } => format!("retention: {days} days"),
        Reason::Runs {
            runtime,
            architecture,
            memory,
            timeout,
        } => format!("{runtime}, {architecture}, {memory} MB, timeout {timeout} s"),
        Reason::AllowsInvoke { pool } => {
            format!("allows Cognito to invoke the function for user pool {pool}")
        }
        Reason::Failed { why, kept, lost } => failed(why, kept, lost),
        Reason::UpdateFailed { why } => {
            format!("Lambda runs it without its last update, which failed ({why})")
        }
        Reason::Blocked { state, why } => {
            format!("Lambda can't run it: its state is {state} ({why}), and setup can't change it")
        }
        Reason::ChecksPasswords => {
            "only checks passwords: no client secret, one authentication flow, the shortest token lifetimes".into()
        }
        Reason::ChangedAfterSetup => "replaced, because it was changed after setup created it".into(),
        Reason::NoLongerUsed => "no longer used by this deployment".into(),
        Reason::NoSecretRead => "the function no longer reads a client secret".into(),
        Reason::Named { name } => format!("name: {name}"),
        Reason::IncludesOthers { others } => {
            format!("includes what others added to it: {}", others.join(", "))
        }
        Reason::AttachedToOthers { others } => format!(
            "attached to {}. Detach it, then run teardown again",
            others.join(", ")
        ),
        Reason::NotManaged => not_managed(),
        Reason::PoolUnknown => format!(
            "has no tag {}, so the user pool of this deployment is unknown",
            record::POOL
        ),
        Reason::RecordLost { how, record } => lost(*how, *record),
        Reason::LastFlow { added } => format!(
            "{} is its only authentication flow. Without it, the default flows would be enabled",
            added.flow
        ),
        Reason::FlowUnrecorded { flow } => format!(
            "allows {}, and no record shows whether it did before setup. Check its ExplicitAuthFlows",
            flow.modern
        ),
        Reason::PreviousTriggerGone => {
            "was the UserMigration trigger before setup and no longer exists, so it isn't restored"
                .into()
        }
        Reason::PreviousTriggerUnknown => {
            "no record shows whether it had another UserMigration trigger before setup".into()
        }
        Reason::OtherTrigger { trigger } => format!(
            "LambdaConfig.UserMigration is {}, which this deployment didn't set",
            trigger.as_deref().unwrap_or("not set")
        ),
    }
}

fn failed(why: &Why, kept: &[String], lost: &[String]) -> String {
    let kept = ["its configuration", "its tags"]
        .into_iter()
        .map(str::to_owned)
        .chain(kept.iter().cloned());
    let kept: Vec<_> = kept.collect();
    let lost = match lost {
        [] => String::new(),
        ids => format!(
            ", and permissions that cogmig didn't add: {}",
            ids.join(", ")
        ),
    };
    format!(
        "Lambda can't run it: its state is Failed ({why}). Setup deletes it and creates it again with {}. This deletes its versions, aliases, function URL and code signing configuration{lost}",
        kept.join(", ")
    )
}

fn not_managed() -> String {
    format!(
        "not managed by this deployment: has no tag {}",
        record::DEPLOYMENT
    )
}

fn lost(how: Lost, record: LostRecord) -> String {
    let how = match how {
        Lost::Gone => "no longer exists".to_owned(),
        Lost::NotManaged => not_managed(),
        Lost::Recreated => "was replaced by a role that setup didn't create".to_owned(),
    };
    let record = match record {
        LostRecord::OldFlow => format!(
            "which app client setup added {} to. Check ExplicitAuthFlows of the app clients",
            ADMIN_PASSWORD.modern
        ),
        LostRecord::NewFlowsAndTrigger => format!(
            "which app clients setup added {} to, and which UserMigration trigger was attached before. Check ExplicitAuthFlows of the app clients and LambdaConfig of the user pool",
            USER_PASSWORD.modern
        ),
    };
    format!("{how}, so no record shows {record}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_printed_in_both_directions_but_for_those_of_a_secret() {
        let text = |value: &str| Some(value.to_owned());
        for (edit, changed, has_drifted) in [
            (Edit::of("code"), "code", "code: changed"),
            (Edit::add("flows", "a"), "flows: + a", "flows: missing a"),
            (
                Edit::remove("flows", "a"),
                "flows: - a",
                "flows: unexpected a",
            ),
            (
                Edit::set("retention", text("30 days"), text("90 days")),
                "retention: 30 days → 90 days",
                "retention: 30 days, configured 90 days",
            ),
            (
                Edit {
                    before: text("one"),
                    after: text("two"),
                    ..Edit::secret("trust policy")
                },
                "trust policy",
                "trust policy: changed",
            ),
        ] {
            assert_eq!(changes(None, std::slice::from_ref(&edit)), [changed]);
            assert_eq!(drift(None, &[edit]), [has_drifted]);
        }
        let lists = [Edit::remove("list", "a"), Edit::add("list", "b")];
        assert_eq!(changes(None, &lists), ["list: - a, + b"]);
        let edits = [Edit::of("tags"), Edit::of("code")];
        assert_eq!(
            changes([&Reason::NoLongerUsed], &edits),
            ["no longer used by this deployment", "tags", "code"]
        );
    }
}
