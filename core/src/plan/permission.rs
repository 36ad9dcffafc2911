//! The statement in the function's resource policy that allows Cognito to invoke it. It's deleted
//! with the function.

use serde_json::{Value, json};

use super::change::{Action, Plan, Reason};
use super::step::Step;
use crate::desired::Desired;
use crate::iam::documents::same;
use crate::identity::Side;
use crate::observed::{NewSide, statement};
use crate::resource::{Address, Call, Kind, PermissionCall};

/// Creates or updates it.
pub(super) fn setup(plan: &mut Plan, desired: &Desired, new: &NewSide) {
    let id = &desired.names.permission;
    let pool_arn = desired.new.pool_arn();
    let desired_statement = json!({
        "Sid": id,
        "Effect": "Allow",
        "Principal": {"Service": "cognito-idp.amazonaws.com"},
        "Action": "lambda:InvokeFunction",
        "Resource": desired.names.function_arn(&desired.new.identity),
        "Condition": {
            "StringEquals": {"AWS:SourceAccount": desired.new.identity.id},
            "ArnLike": {"AWS:SourceArn": pool_arn},
        },
    });
    // The statements of a function that is created again are deleted with it.
    let function = new.function.as_ref().filter(|one| !one.has_failed());
    let existing = function.and_then(|function| statement(&function.policy, id));
    if existing.is_some_and(|existing| same(&lower_keys(existing), &lower_keys(&desired_statement)))
    {
        return;
    }
    let on = Address::new(Side::New, Kind::Permission, id);
    let permit = PermissionCall::Permit {
        function: desired.names.function.clone(),
        pool_arn,
    };
    let steps = vec![Step::new(on.clone(), Call::Permission(permit))];
    let pool = desired.new.pool.id.clone();
    let reason = Reason::AllowsInvoke { pool };
    match existing {
        Some(_) => plan.update_because(on, reason, Vec::new(), steps),
        None => plan.add(Action::Create, on, reason, steps),
    }
}

/// Condition keys are case-insensitive: AWS writes `AWS:SourceArn` instead of `aws:SourceArn`.
fn lower_keys(value: &Value) -> Value {
    match value {
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (name.to_lowercase(), lower_keys(value)))
            .collect(),
        other => other.clone(),
    }
}
