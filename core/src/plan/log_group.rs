//! The function's log group. Setup creates it, so the function doesn't need `logs:CreateLogGroup`,
//! and can't create it again after teardown.

use super::change::{Action, Edit, Plan, Reason, Update};
use super::guards::{self, Recognized};
use super::{owned, step::Step, tags};
use crate::desired::Desired;
use crate::identity::Side;
use crate::names::Names;
use crate::observed::NewSide;
use crate::problem::Result;
use crate::record;
use crate::resource::{Address, Call, Kind, LogGroupCall};

fn address(names: &Names) -> Address {
    Address::new(Side::New, Kind::LogGroup, &names.log_group)
}

fn step(on: &Address, call: LogGroupCall) -> Step {
    Step::new(on.clone(), Call::LogGroup(call))
}

/// Creates or updates it.
///
/// # Errors
/// It isn't managed by this deployment.
pub(super) fn setup(
    plan: &mut Plan,
    desired: &Desired,
    new: &NewSide,
    recognized: &Recognized,
) -> Result<()> {
    let on = address(&desired.names);
    let days = desired.log_retention;
    let set_retention = || step(&on, LogGroupCall::SetRetention { days });
    let Some(group) = &new.log_group else {
        let tags = desired.with_tags(&desired.new_tags);
        let steps = vec![step(&on, LogGroupCall::Create { tags }), set_retention()];
        plan.add(Action::Create, on, Reason::Retention { days }, steps);
        return Ok(());
    };
    guards::managed(&on, &group.tags, desired, recognized)?;
    let mut update = Update::default();
    if let Some(tags) = record::missing(&group.tags, &desired.new_tags) {
        update.push(Edit::of("tags"), step(&on, LogGroupCall::Tag { tags }));
    }
    tags::update(
        &mut update,
        (desired, new),
        &group.tags,
        |tags| step(&on, LogGroupCall::Tag { tags }),
        |keys| step(&on, LogGroupCall::Untag { keys }),
    );
    if group.retention != Some(days) {
        let before = group.retention.map(|days| format!("{days} days"));
        let before = before.unwrap_or_else(|| "never expire".to_owned());
        let edit = Edit::set("retention", Some(before), Some(format!("{days} days")));
        update.push(edit, set_retention());
    }
    plan.update(on, update.edits, update.steps);
    Ok(())
}

/// Deletes it, unless `--keep-logs` is set.
pub(super) fn teardown(plan: &mut Plan, names: &Names, new: &NewSide, keep_logs: bool) {
    let Some(group) = &new.log_group else { return };
    if keep_logs {
        let summary = format!(
            "log group {} is kept, because --keep-logs is set",
            names.log_group
        );
        plan.note("log-group-kept", summary);
        return;
    }
    let on = address(names);
    let steps = vec![step(&on, LogGroupCall::Delete)];
    let is_managed = names.own(&group.tags);
    owned::delete(plan, names, (on, is_managed), Vec::new(), steps);
}
