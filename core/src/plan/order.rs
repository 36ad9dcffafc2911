//! The dependencies between steps. A plan could be applied in its order. This module determines
//! which steps are independent, so they can run in parallel.

use super::step::{Expected, Step};
use crate::resource::{
    Call, ClientCall, FunctionCall, LogGroupCall, PermissionCall, PolicyCall, PoolCall, RoleCall,
};

/// The state that an earlier step must have before a later step starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// Any: the steps are independent.
    Not,
    /// Its call succeeded. Its checks may still run.
    Written,
    /// Its call and its checks succeeded.
    Done,
}

/// The state of `earlier` for which `later` waits. `earlier` comes before it in the plan.
#[must_use]
pub fn wait(later: &Step, earlier: &Step) -> Wait {
    let same = || later.on == earlier.on;
    let depends = match (&later.call, &earlier.call) {
        // When the trigger is attached, users sign in, so all that a sign-in needs must exist. If
        // the check of a flow fails later, the trigger is restored.
        (Call::Pool(PoolCall::SetTrigger { .. }), Call::Client(ClientCall::AddFlow { .. }))
        // It needs only the id of the app client.
        | (Call::Function(FunctionCall::Create { .. }), Call::Client(ClientCall::Create { .. }))
        // A permission can be added before the function is active.
        | (
            Call::Permission(PermissionCall::Permit { .. }),
            Call::Function(FunctionCall::Create { .. }),
        ) => return Wait::Written,
        // Each app client has its own settings, and its flow is removed only if no record has it.
        (
            Call::Client(ClientCall::RemoveFlow { .. }),
            Call::Client(ClientCall::RemoveFlow { .. }),
        ) if !same() => return Wait::Not,
        _ if !(adds(later) && adds(earlier)) => true,
        // The undo record is written before the change that it records. The id of an app client is
        // recorded after its creation.
        (
            Call::Client(ClientCall::AddFlow { .. } | ClientCall::Create { .. }),
            Call::Role(RoleCall::Create { .. } | RoleCall::Tag { .. }),
        ) => is_recorded_by(later, earlier),
        (
            Call::Role(RoleCall::Tag { .. }),
            Call::Client(ClientCall::Create { .. }),
        ) => is_recorded_by(earlier, later),
        (
            Call::Role(
                RoleCall::PutInline { .. } | RoleCall::Attach { .. } | RoleCall::Tag { .. },
            ),
            Call::Role(RoleCall::Create { .. }),
        )
        | (
            Call::Client(ClientCall::AddFlow { .. }),
            Call::Client(ClientCall::AddFlow { .. }),
        )
        | (Call::LogGroup(LogGroupCall::SetRetention { .. }), Call::LogGroup(LogGroupCall::Create { .. })) => {
            same()
        }
        (Call::Role(RoleCall::Attach { .. }), Call::Policy(PolicyCall::Create { .. }))
        // For both roles: a role that is younger than the function counts as recreated.
        | (
            Call::Function(FunctionCall::Create { .. }),
            Call::Role(RoleCall::Create { .. }),
        ) => true,
        _ => false,
    };
    if depends { Wait::Done } else { Wait::Not }
}

/// Whether a step on a role records another step.
fn is_recorded_by(recorded: &Step, on_role: &Step) -> bool {
    let expected = recorded.recheck.as_ref().map(|recheck| &recheck.expected);
    matches!(expected, Some(Expected::Tag { role, .. }) if *role == on_role.on.name)
}

/// Whether a step adds something that isn't in use yet. Steps that change or delete existing
/// resources aren't run in parallel.
fn adds(step: &Step) -> bool {
    matches!(
        step.call,
        Call::Role(
            RoleCall::Create { .. }
                | RoleCall::PutInline { .. }
                | RoleCall::Attach { .. }
                | RoleCall::Tag { .. }
        ) | Call::Policy(PolicyCall::Create { .. })
            | Call::LogGroup(LogGroupCall::Create { .. } | LogGroupCall::SetRetention { .. })
            | Call::Function(FunctionCall::Create { .. })
            | Call::Permission(_)
            | Call::Client(ClientCall::AddFlow { .. } | ClientCall::Create { .. })
    )
}
