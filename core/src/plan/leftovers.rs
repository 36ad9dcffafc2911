//! Settings of app clients that refer to something that no longer exists. Cognito keeps such a
//! setting, and then rejects every update of the app client.

use std::collections::BTreeSet;

use serde_json::Value;

use super::change::{Action, Plan, Reason};
use super::notes;
use crate::cognito::client;
use crate::cognito::lossless::Object;
use crate::desired::Desired;
use crate::identity::Side;
use crate::observed::{NewSide, OldSide, Pool};
use crate::problem::{Problem, Severity};
use crate::resource::{Call, ClientCall};

/// A setting of an app client with names of something else.
struct Reference {
    setting: &'static str,
    /// What it names.
    what: &'static str,
    /// What has to be created again.
    owner: &'static str,
    /// Whether such a name is one of the pool's own resources. Others always exist.
    is_own: fn(&str) -> bool,
    /// Those that exist, if they were read.
    existing: fn(&Pool) -> Option<&BTreeSet<String>>,
}

const REFERENCES: [Reference; 2] = [
    Reference {
        setting: "AllowedOAuthScopes",
        what: "scope",
        owner: "resource server with this scope",
        is_own: |scope| scope.contains('/') && !scope.starts_with("aws.cognito"),
        existing: |pool| pool.extras.scopes.as_ref()?.as_ref().ok(),
    },
    Reference {
        setting: "SupportedIdentityProviders",
        what: "identity provider",
        owner: "identity provider",
        is_own: |provider| provider != "COGNITO",
        existing: |pool| pool.extras.providers.as_ref()?.as_ref().ok(),
    },
];

/// Why Cognito would reject updates of app clients in this plan. Adds a note if that can't be
/// checked.
#[must_use]
pub fn leftovers(plan: &mut Plan, desired: &Desired, old: &OldSide, new: &NewSide) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (target, pool) in [(&desired.old, &old.pool), (&desired.new, &new.pool)] {
        let (side, place) = (target.identity.side, target.identity.place());
        keep_flows(plan, pool, side, &place);
        let mut updated = BTreeSet::new();
        for step in plan.steps().filter(|step| step.on.side == side) {
            let (id, adds) = match &step.call {
                Call::Client(ClientCall::AddFlow { flow, .. }) => (&step.on.name, Some(*flow)),
                Call::Client(ClientCall::RemoveFlow { .. }) => (&step.on.name, None),
                _ => continue,
            };
            let changes = |client: &&Object| {
                adds.is_none_or(|flow| client::with_flow(client, flow).is_some())
            };
            if let Some(client) = pool.client(id).filter(changes)
                && updated.insert(id.clone())
            {
                problems.extend(of(id, client, pool, side, &place));
            }
        }
        if !updated.is_empty() {
            let lack = (
                "app-clients-not-checked",
                "the settings of the app clients aren't checked for deleted references",
            );
            notes::unread(plan, pool.extras.scopes.as_ref(), lack, &place);
            notes::unread(plan, pool.extras.providers.as_ref(), lack, &place);
        }
    }
    problems
}

/// Keeps the flow and the record of an app client that the deployment no longer uses, if Cognito
/// would reject the update. Its owner may never repair it, and users can be migrated without it.
fn keep_flows(plan: &mut Plan, pool: &Pool, side: Side, place: &str) {
    let mut kept = Vec::new();
    plan.changes.retain(|change| {
        let is_removal = change.address.side == side
            && change.action != Action::Conflict
            && change.reason == Some(Reason::NoLongerUsed);
        let id = &change.address.name;
        let client = pool.client(id).filter(|_| is_removal);
        let problem = client.and_then(|client| of(id, client, pool, side, place).next());
        let is_kept = problem.is_some();
        kept.extend(problem);
        !is_kept
    });
    for problem in kept {
        let summary = format!(
            "{}. The app client keeps the authentication flow that setup added, until it can be removed",
            problem.summary
        );
        let mut warning = Problem::new("app-client-flow-kept", Severity::Warning, summary);
        let own = problem.remedy.into_iter();
        warning.remedy = own
            .filter(|fix| !fix.contains("--dedicated-old-client"))
            .collect();
        plan.warnings
            .push(warning.fix("then run `cogmig setup` again"));
    }
}

fn of<'a>(
    id: &'a str,
    client: &'a Object,
    pool: &'a Pool,
    side: Side,
    place: &'a str,
) -> impl Iterator<Item = Problem> + 'a {
    REFERENCES.iter().filter_map(move |reference| {
        let Reference { setting, what, owner, .. } = reference;
        let existing = (reference.existing)(pool)?;
        let names = client.get(*setting)?.as_array()?.iter();
        let is_gone = |name: &&str| (reference.is_own)(name) && !existing.contains(*name);
        let gone: Vec<_> = names.filter_map(Value::as_str).filter(is_gone).collect();
        let s = match gone.len() {
            0 => return None,
            1 => "",
            _ => "s",
        };
        let gone = gone.join(", ");
        let summary = format!(
            "{setting} of app client {id} in the {place} has the {what}{s} {gone}, which the user pool doesn't have. Cognito rejects every update of this app client, so setup can't change its authentication flows"
        );
        let problem = Problem::error("app-client-reference-gone", summary)
            .fix(format!("remove {gone} from {setting} of the app client"))
            .fix(format!("create the {owner} again"));
        Some(match side {
            Side::Old => problem.fix("use --dedicated-old-client, which doesn't update this app client"),
            Side::New => problem,
        })
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::call::CallError;
    use crate::plan::accounts::{desired, fresh, object};
    use crate::plan::setup;
    use crate::problem::Severity;

    fn names(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    /// The problems and notes of a first setup, whose new app client has these settings.
    fn checked(client: Value, new: impl FnOnce(&mut Pool)) -> (Vec<Problem>, Vec<String>) {
        let (desired, (old, mut new_side)) = (desired(), fresh());
        new_side.pool.clients[0].1 = Some(object(client));
        new_side.pool.extras.scopes = Some(Ok(names(&["api/read", "https://api/v1/write"])));
        new_side.pool.extras.providers = Some(Ok(names(&["Google"])));
        new(&mut new_side.pool);
        let mut plan = setup(&desired, &old, &new_side).expect("a plan");
        let problems = leftovers(&mut plan, &desired, &old, &new_side);
        let notes = plan.warnings.iter();
        let notes = notes.filter(|note| note.severity == Severity::Info);
        (problems, notes.map(Problem::words).collect())
    }

    #[test]
    fn only_names_that_the_pool_must_have_are_checked() {
        for (setting, values, gone) in [
            (
                "AllowedOAuthScopes",
                vec!["openid", "aws.cognito.signin.user.admin"],
                "",
            ),
            (
                "AllowedOAuthScopes",
                vec!["api/read", "https://api/v1/write"],
                "",
            ),
            (
                "AllowedOAuthScopes",
                vec!["aws.cognito/dcr/register", "scope_of_the_future"],
                "",
            ),
            (
                "AllowedOAuthScopes",
                vec!["api/write", "https://api/read"],
                "scopes api/write, https://api/read,",
            ),
            ("SupportedIdentityProviders", vec!["COGNITO", "Google"], ""),
            (
                "SupportedIdentityProviders",
                vec!["Facebook"],
                "identity provider Facebook,",
            ),
        ] {
            let (problems, notes) = checked(json!({setting: values}), |_| ());
            assert_eq!(notes, Vec::<String>::new());
            match &problems[..] {
                [] => assert_eq!(gone, "", "{values:?}"),
                [problem] => {
                    let words = problem.words();
                    assert!(!gone.is_empty() && words.contains(gone), "{words}");
                    assert!(words.contains(setting), "{words}");
                }
                several => panic!("{several:?}"),
            }
        }
    }

    #[test]
    fn without_the_lists_there_is_a_note_and_no_error() {
        let gone = json!({"AllowedOAuthScopes": ["api/gone"]});
        let unread = |pool: &mut Pool| pool.extras.scopes = None;
        assert_eq!(checked(gone.clone(), unread), (Vec::new(), Vec::new()));
        let denied = |pool: &mut Pool| {
            pool.extras.scopes = Some(Err(CallError {
                place: "new account".into(),
                call: "cognito-idp:ListResourceServers",
                code: Some("AccessDeniedException".into()),
                message: "not authorized".into(),
                answered: true,
                request_id: None,
                unanswered: false,
            }));
        };
        let (problems, notes) = checked(gone, denied);
        assert_eq!(problems, []);
        let [note] = &notes[..] else {
            panic!("{notes:?}");
        };
        assert!(
            note.contains("allow cognito-idp:ListResourceServers"),
            "{note}"
        );
    }

    /// With the flow, the app client isn't updated.
    #[test]
    fn an_app_client_that_is_not_updated_is_not_checked() {
        let client = json!({
            "AllowedOAuthScopes": ["api/gone"], "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"],
        });
        assert_eq!(checked(client, |_| ()), (Vec::new(), Vec::new()));
    }
}
