//! The deployments in one or two accounts, by the tags of their roles. Pure.

use std::collections::BTreeMap;

use crate::identity::{Identity, Side};
use crate::names::Names;
use crate::record::{self, Tags};
use crate::reference::region_of;
use crate::text::on_one_line;

/// A role with the undo record of one side of a deployment.
pub struct RecordRole {
    /// Its name.
    pub name: String,
    /// Its tags.
    pub tags: Tags,
    /// The time of its creation, in seconds since 1970.
    pub created: Option<i64>,
}

/// A deployment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Deployment {
    /// `default`, or the suffix.
    pub name: String,
    /// The old side.
    pub old: Half,
    /// The new side.
    pub new: Half,
    /// When the first of its roles was created, in seconds since 1970.
    pub since: Option<i64>,
    /// Whether its resources exist. `None` if they weren't read.
    pub state: Option<State>,
}

/// One side of a deployment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Half {
    /// The account, if it's known.
    pub account: Option<String>,
    /// The user pool, if it's in the tags of the role in this account.
    pub pool: Option<String>,
    /// Whether the role exists. `None` if the account wasn't read.
    pub exists: Option<bool>,
}

/// Whether the resources of a deployment exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// All of those that were read exist.
    Complete,
    /// These don't exist.
    Partial(Vec<&'static str>),
    /// They can't be read, for this reason.
    Unknown(String),
}

impl State {
    /// All values of `state` in JSON.
    pub const WORDS: [&str; 3] = ["complete", "partial", "unknown"];

    /// The value of `state` in JSON.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Complete => Self::WORDS[0],
            Self::Partial(_) => Self::WORDS[1],
            Self::Unknown(_) => Self::WORDS[2],
        }
    }
}

/// What was read of the new side of a deployment, except for its role.
pub struct NewResources {
    /// Whether the managed policy exists.
    pub policy: bool,
    /// Whether the function exists.
    pub function: bool,
    /// Whether the function is the trigger of the user pool.
    pub trigger: bool,
}

impl Deployment {
    /// The names of its resources.
    #[must_use]
    pub fn names(&self) -> Names {
        Names::new((self.name != "default").then_some(self.name.as_str()))
    }

    /// Sets the state. `read` is the new side, if it was read.
    pub fn set_state(&mut self, read: Option<&NewResources>) {
        let missing = [
            (self.old.exists == Some(false), "old role"),
            (self.new.exists == Some(false), "new role"),
            (read.is_some_and(|read| !read.policy), "policy"),
            (read.is_some_and(|read| !read.function), "function"),
            (read.is_some_and(|read| !read.trigger), "trigger"),
        ];
        let missing = missing.into_iter().filter(|(is_missing, _)| *is_missing);
        let missing: Vec<_> = missing.map(|(_, what)| what).collect();
        self.state = Some(if missing.is_empty() {
            State::Complete
        } else {
            State::Partial(missing)
        });
    }

    fn half(&mut self, side: Side) -> &mut Half {
        match side {
            Side::Old => &mut self.old,
            Side::New => &mut self.new,
        }
    }
}

/// The deployments in these accounts, sorted by name. The two roles of a deployment name each
/// other's account, so deployments with the same name to other accounts are listed separately.
#[must_use]
pub fn of(roles: &[(&Identity, Vec<RecordRole>)]) -> Vec<Deployment> {
    let read: BTreeMap<_, _> = roles
        .iter()
        .map(|(account, _)| (account.side, account.id.as_str()))
        .collect();
    let mut found: BTreeMap<_, Deployment> = BTreeMap::new();
    for (account, role) in roles.iter().flat_map(|(account, roles)| {
        let roles = roles.iter().filter(|role| is_record(account.side, role));
        roles.map(move |role| (account, role))
    }) {
        let name = role.tags.get(record::DEPLOYMENT).cloned();
        let name = name.unwrap_or_default();
        let peer = role.tags.get(record::PEER).map(|id| on_one_line(id));
        let accounts = match account.side {
            Side::Old => [Some(account.id.clone()), peer.clone()],
            Side::New => [peer.clone(), Some(account.id.clone())],
        };
        let deployment = found.entry((name.clone(), accounts)).or_default();
        deployment.name = name;
        let since = [deployment.since, role.created].into_iter().flatten();
        deployment.since = since.min();
        let other = deployment.half(account.side.other());
        let is_read = read.get(&account.side.other()).copied() == peer.as_deref();
        other.exists = other.exists.or(is_read.then_some(false));
        other.account = other.account.take().or(peer);
        let half = deployment.half(account.side);
        half.account = Some(account.id.clone());
        half.exists = Some(true);
        let pool = role.tags.get(record::POOL);
        half.pool = pool.filter(|pool| region_of(pool).is_some()).cloned();
    }
    found.into_values().collect()
}

/// Whether the role has the name that the deployment in its tags gives it. Tags are untrusted:
/// anyone who can edit them can write any value.
fn is_record(side: Side, role: &RecordRole) -> bool {
    let Some(deployment) = role.tags.get(record::DEPLOYMENT) else {
        return false;
    };
    let suffix = (deployment != "default").then_some(deployment.as_str());
    suffix.is_none_or(|suffix| Names::check_suffix(suffix).is_ok())
        && Names::new(suffix).record_role(side) == role.name
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(side: Side, id: &str) -> Identity {
        Identity {
            side,
            id: id.into(),
            region: "eu-west-1".into(),
            partition: "aws".into(),
            profile: side.as_str().into(),
        }
    }

    fn role(name: &str, deployment: &str, peer: &str, created: i64) -> RecordRole {
        let tags = [
            (record::DEPLOYMENT, deployment),
            (record::PEER, peer),
            (record::POOL, "eu-west-1_AbC"),
        ];
        RecordRole {
            name: name.into(),
            tags: Tags::from(tags.map(|(key, value)| (key.to_owned(), value.to_owned()))),
            created: Some(created),
        }
    }

    #[test]
    fn the_two_roles_of_a_deployment_are_one_deployment() {
        let (old, new) = (account(Side::Old, "1"), account(Side::New, "2"));
        let roles = [
            (&old, vec![role("cognito-access-role", "default", "2", 7)]),
            (
                &new,
                vec![role("cognito-migration-lambda", "default", "1", 9)],
            ),
        ];
        let [deployment] = &of(&roles)[..] else {
            panic!("one deployment")
        };
        assert_eq!(deployment.since, Some(7));
        assert_eq!(deployment.old.exists, Some(true));
        assert_eq!(deployment.new.exists, Some(true));
    }

    #[test]
    fn deployments_to_other_accounts_are_listed_separately() {
        let (old, new) = (account(Side::Old, "1"), account(Side::New, "2"));
        let roles = [
            (&old, vec![role("cognito-access-role", "default", "3", 7)]),
            (
                &new,
                vec![role("cognito-migration-lambda", "default", "1", 9)],
            ),
        ];
        let [to_2, to_3] = &of(&roles)[..] else {
            panic!("two deployments")
        };
        // The role in account 1 trusts account 3, so the old side of this one doesn't exist.
        assert_eq!(
            (to_2.old.exists, to_2.new.exists),
            (Some(false), Some(true))
        );
        assert_eq!((to_3.old.exists, to_3.new.exists), (Some(true), None));
        assert_eq!(to_3.new.account.as_deref(), Some("3"));
    }

    #[test]
    fn a_role_with_the_tags_of_another_name_is_no_deployment() {
        let new = account(Side::New, "2");
        for (name, deployment) in [
            ("cognito-migration-lambda-a", "b"),
            ("cognito-migration-lambda-\u{1b}[31m", "\u{1b}[31m"),
            ("cognito-migration-lambdas", "default"),
        ] {
            let roles = [(&new, vec![role(name, deployment, "1", 1)])];
            assert_eq!(of(&roles), [], "{name}");
        }
    }

    #[test]
    fn the_state_names_what_is_missing() {
        let mut deployment = Deployment::default();
        let mut read = NewResources {
            policy: true,
            function: true,
            trigger: true,
        };
        deployment.set_state(Some(&read));
        assert_eq!(deployment.state, Some(State::Complete));
        read.trigger = false;
        deployment.old.exists = Some(false);
        deployment.set_state(Some(&read));
        let missing = State::Partial(vec!["old role", "trigger"]);
        assert_eq!(deployment.state, Some(missing));
    }
}
