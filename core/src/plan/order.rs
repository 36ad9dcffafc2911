//! Which step waits for which. A plan's order is right as it stands; this says which
//! steps need not wait, so that what does not need each other goes out at once.

use super::step::{Seen, Step};
use crate::resource::{
    Call, ClientCall, FunctionCall, LogGroupCall, PermissionCall, PolicyCall, PoolCall, RoleCall,
};

/// How far an earlier step must have come before a later one may begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// It need not have begun.
    Not,
    /// What it writes is written; what is still to be seen of it may come later.
    Written,
    /// It is done.
    Done,
}

/// How long `later` waits for `earlier`, which stands before it in the plan.
#[must_use]
pub fn wait(later: &Step, earlier: &Step) -> Wait {
    let same = || later.on == earlier.on;
    let needs = match (&later.call, &earlier.call) {
        // From the trigger on users sign in, so that all that a sign-in needs is there. Should a
        // flow turn out not to last, the trigger is put back.
        (Call::Pool(PoolCall::SetTrigger { .. }), Call::Client(ClientCall::AddFlow { .. }))
        // It needs no more of it than the id.
        | (Call::Function(FunctionCall::Create { .. }), Call::Client(ClientCall::Create { .. }))
        // It says who may invoke a function, which need not be ready for that.
        | (
            Call::Permission(PermissionCall::Permit { .. }),
            Call::Function(FunctionCall::Create { .. }),
        ) => return Wait::Written,
        _ if !(makes(later) && makes(earlier)) => true,
        // Write ahead: the record comes before what it records, and the id after what has it.
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
        | (Call::LogGroup(LogGroupCall::Keep { .. }), Call::LogGroup(LogGroupCall::Create { .. })) => {
            same()
        }
        (Call::Role(RoleCall::Attach { .. }), Call::Policy(PolicyCall::Create { .. }))
        // Of both roles: one that is younger than the function is taken for another's.
        | (
            Call::Function(FunctionCall::Create { .. }),
            Call::Role(RoleCall::Create { .. }),
        ) => true,
        _ => false,
    };
    if needs { Wait::Done } else { Wait::Not }
}

/// Whether the role of a step records another.
fn is_recorded_by(recorded: &Step, on_role: &Step) -> bool {
    let seen = recorded.recheck.as_ref().map(|recheck| &recheck.seen);
    matches!(seen, Some(Seen::Tag { role, .. }) if *role == on_role.on.name)
}

/// Whether a step makes something that nothing depends on yet. Whatever edits or takes away
/// what may be in use goes alone.
fn makes(step: &Step) -> bool {
    matches!(
        step.call,
        Call::Role(
            RoleCall::Create { .. }
                | RoleCall::PutInline { .. }
                | RoleCall::Attach { .. }
                | RoleCall::Tag { .. }
        ) | Call::Policy(PolicyCall::Create { .. })
            | Call::LogGroup(LogGroupCall::Create { .. } | LogGroupCall::Keep { .. })
            | Call::Function(FunctionCall::Create { .. })
            | Call::Permission(_)
            | Call::Client(ClientCall::AddFlow { .. } | ClientCall::Create { .. })
    )
}
