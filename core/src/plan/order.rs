//! Which step waits for which. A plan's order is right as it stands; this says which
//! steps need not wait, so that what does not need each other goes out at once.

use super::Step;

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
    use Step::{
        AddFlow, Attach, CreateClient, CreateFunction, CreateLogGroup, CreatePolicy, CreateRole,
        KeepLogs, Permit, PutInline, SetTrigger, TagRole,
    };
    let needs = match (later, earlier) {
        // From the trigger on users sign in, so that all that a sign-in needs is there. Should a
        // flow turn out not to last, the trigger is put back.
        (SetTrigger { .. }, AddFlow { .. })
        // It needs no more of it than the id.
        | (CreateFunction { .. }, CreateClient { .. })
        // It says who may invoke a function, which need not be ready for that.
        | (Permit { .. }, CreateFunction { .. }) => return Wait::Written,
        (later, earlier) if !(makes(later) && makes(earlier)) => true,
        // Write ahead: the record comes before what it records.
        (
            AddFlow { role, .. } | CreateClient { role, .. },
            CreateRole { name, .. } | TagRole { role: name, .. },
        )
        | (
            PutInline { role, .. } | Attach { role, .. } | TagRole { role, .. },
            CreateRole { name, .. },
        ) => role == name,
        (TagRole { role, .. }, CreateClient { role: of, .. }) => role == of,
        (Attach { .. }, CreatePolicy { .. })
        // Of both roles: one that is younger than the function is taken for another's.
        | (CreateFunction { .. }, CreateRole { .. })
        | (KeepLogs { .. }, CreateLogGroup { .. }) => true,
        (AddFlow { client, .. }, AddFlow { client: same, .. }) => client == same,
        _ => false,
    };
    if needs { Wait::Done } else { Wait::Not }
}

/// Whether a step makes something that nothing depends on yet. Whatever edits or takes away
/// what may be in use goes alone.
fn makes(step: &Step) -> bool {
    matches!(
        step,
        Step::CreateRole { .. }
            | Step::PutInline { .. }
            | Step::Attach { .. }
            | Step::TagRole { .. }
            | Step::CreatePolicy { .. }
            | Step::CreateLogGroup { .. }
            | Step::KeepLogs { .. }
            | Step::CreateFunction { .. }
            | Step::Permit { .. }
            | Step::AddFlow { .. }
            | Step::CreateClient { .. }
    )
}
