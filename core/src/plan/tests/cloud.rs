//! Plans are applied to a cloud in memory, in each order that [`wait`] allows. In each order, all
//! preconditions of AWS are met, records are written first, and the final state is the same.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::accounts::{desired_with, fresh, set_up};
use super::{planned, torn_down};
use crate::desired::OldClient;
use crate::plan::{Expected, Plan, Step, Wait, setup, wait};
use crate::record::Tags;
use crate::resource::{
    Call, ClientCall, FunctionCall, LogGroupCall, PermissionCall, PolicyCall, PoolCall, RoleCall,
};

/// A role, its tags, and its policies.
#[derive(Clone, Debug, Default, PartialEq)]
struct Role {
    tags: Tags,
    inline: BTreeSet<String>,
    attached: BTreeSet<String>,
}

/// The resources of both accounts.
#[derive(Clone, Debug, Default, PartialEq)]
struct Cloud {
    roles: BTreeMap<String, Role>,
    policies: BTreeSet<String>,
    log_groups: BTreeMap<String, Option<i32>>,
    functions: BTreeSet<String>,
    permissions: BTreeSet<String>,
    flows: BTreeSet<String>,
    clients: BTreeSet<String>,
    trigger: Option<String>,
}

impl Cloud {
    /// The state that a teardown expects.
    fn deployed() -> Self {
        let mut cloud = Self::default();
        let plan = planned(&fresh());
        for step in plan.steps() {
            cloud.apply(step);
        }
        cloud
    }

    fn role(&mut self, step: &Step) -> &mut Role {
        let name = &step.on.name;
        let role = self.roles.get_mut(name);
        role.unwrap_or_else(|| panic!("the role {name} does not exist"))
    }

    fn apply(&mut self, step: &Step) {
        let name = step.on.name.clone();
        if let Some(Expected::Tag { role, key }) =
            step.recheck.as_ref().map(|recheck| &recheck.expected)
        {
            let record = self
                .roles
                .get(role)
                .is_some_and(|role| role.tags.contains_key(key));
            assert!(record, "{name} is written before its record {key}");
        }
        match &step.call {
            Call::Role(call) => self.role_call(step, call),
            Call::Policy(PolicyCall::Create { .. }) => assert!(self.policies.insert(name)),
            Call::Policy(PolicyCall::Delete) => {
                let attached = |role: &Role| role.attached.iter().any(|arn| arn.ends_with(&name));
                assert!(!self.roles.values().any(attached), "{name} is attached");
                assert!(self.policies.remove(&name));
            }
            Call::Policy(
                PolicyCall::Update { .. } | PolicyCall::Tag { .. } | PolicyCall::Untag { .. },
            ) => {
                assert!(self.policies.contains(&name));
            }
            Call::LogGroup(LogGroupCall::Create { .. }) => {
                assert_eq!(self.log_groups.insert(name, None), None);
            }
            Call::LogGroup(LogGroupCall::SetRetention { days }) => {
                *self.log_groups.get_mut(&name).expect("a log group") = Some(*days);
            }
            Call::LogGroup(LogGroupCall::Delete) => {
                self.log_groups.remove(&name).expect("a log group");
            }
            Call::LogGroup(LogGroupCall::Tag { .. } | LogGroupCall::Untag { .. }) => {}
            Call::Function(FunctionCall::Create { set, .. }) => {
                let role = set.role_arn.rsplit('/').next().expect("a role");
                assert!(self.roles.contains_key(role), "{role} does not exist");
                assert_eq!(
                    self.roles.len(),
                    2,
                    "a role would be younger than the function"
                );
                assert!(self.functions.insert(name));
            }
            Call::Function(FunctionCall::Recreate(_)) => {
                assert!(self.functions.contains(&name));
                self.permissions.clear();
            }
            Call::Function(FunctionCall::Delete) => {
                assert_eq!(self.trigger, None, "a trigger without a function");
                assert!(self.functions.remove(&name));
                self.permissions.clear();
            }
            Call::Function(_) => assert!(self.functions.contains(&name)),
            Call::Permission(PermissionCall::Permit { function, .. }) => {
                assert!(self.functions.contains(function));
                self.permissions.insert(name);
            }
            Call::Client(ClientCall::AddFlow { .. }) => assert!(self.flows.insert(name)),
            Call::Client(ClientCall::RemoveFlow { .. }) => {
                self.flows.remove(&name);
            }
            Call::Client(ClientCall::Create { .. }) => assert!(self.clients.insert(name)),
            Call::Client(ClientCall::DeleteCreated { .. }) => {
                self.clients.remove(&name);
            }
            Call::Pool(PoolCall::SetTrigger { to: Some(to), .. }) => {
                assert_eq!(self.functions.len(), self.permissions.len());
                assert_eq!(
                    self.flows.len() + self.clients.len(),
                    2,
                    "a sign-in needs both"
                );
                self.trigger = Some(to.clone());
            }
            Call::Pool(PoolCall::SetTrigger { to: None, .. }) => self.trigger = None,
        }
    }

    fn role_call(&mut self, step: &Step, call: &RoleCall) {
        match call {
            RoleCall::Create { tags, .. } => {
                let role = Role {
                    tags: tags.clone(),
                    ..Role::default()
                };
                assert_eq!(self.roles.insert(step.on.name.clone(), role), None);
            }
            RoleCall::SetTrust { .. } | RoleCall::SetBoundary { .. } => drop(self.role(step)),
            RoleCall::PutInline { policy, .. } => {
                self.role(step).inline.insert(policy.clone());
            }
            RoleCall::Attach { policy_arn } => {
                let policy = policy_arn.rsplit('/').next().expect("a policy");
                assert!(self.policies.contains(policy), "{policy} does not exist");
                self.role(step).attached.insert(policy_arn.clone());
            }
            RoleCall::Tag { tags } => self.role(step).tags.extend(tags.clone()),
            RoleCall::Untag { keys } => {
                let tags = &mut self.role(step).tags;
                tags.retain(|key, _| !keys.contains(key));
            }
            RoleCall::Detach { policy_arn } => {
                self.role(step).attached.remove(policy_arn);
            }
            RoleCall::DeleteInline { policy } => {
                self.role(step).inline.remove(policy);
            }
            RoleCall::Delete => {
                let role = self.role(step);
                assert!(role.inline.is_empty() && role.attached.is_empty());
                assert!(self.flows.is_empty() || step.on.side != crate::identity::Side::Old);
                self.roles.remove(&step.on.name);
            }
        }
    }
}

/// Applies a plan as the scheduler does. `choices` selects the next step. A step is written first,
/// and done later.
fn apply(plan: &Plan, cloud: &mut Cloud, mut choices: impl Iterator<Item = usize>) {
    let steps: Vec<_> = plan.steps().collect();
    let mut state = vec![0_u8; steps.len()];
    while state.iter().any(|state| *state < 2) {
        let is_ready = |later: usize| match state[later] {
            0 => (0..later).all(|earlier| match wait(steps[later], steps[earlier]) {
                Wait::Not => true,
                Wait::Written => state[earlier] >= 1,
                Wait::Done => state[earlier] == 2,
            }),
            1 => true,
            _ => false,
        };
        let ready: Vec<_> = (0..steps.len()).filter(|step| is_ready(*step)).collect();
        let next = ready[choices.next().unwrap_or_default() % ready.len()];
        if state[next] == 0 {
            cloud.apply(steps[next]);
        }
        state[next] += 1;
    }
}

fn in_order(plan: &Plan, mut cloud: Cloud) -> Cloud {
    apply(plan, &mut cloud, std::iter::empty());
    cloud
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn setup_has_the_same_result_in_each_order(choices in prop::collection::vec(0..64_usize, 64)) {
        let (mut old, new) = fresh();
        old.pool.clients.clear();
        let dedicated = desired_with(OldClient::Dedicated { id: None });
        let dedicated = setup(&dedicated, &old, &new).expect("a plan");
        for plan in [planned(&fresh()), dedicated] {
            let mut cloud = Cloud::default();
            apply(&plan, &mut cloud, choices.iter().copied());
            prop_assert_eq!(cloud, in_order(&plan, Cloud::default()));
        }
    }

    #[test]
    fn teardown_leaves_nothing_in_each_order(choices in prop::collection::vec(0..64_usize, 64)) {
        let mut cloud = Cloud::deployed();
        apply(&torn_down(set_up()), &mut cloud, choices.into_iter());
        prop_assert_eq!(cloud, Cloud::default());
    }
}
