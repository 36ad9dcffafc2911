//! Checks of an existing function with which setup fails before it changes anything.

use crate::lambda::State;
use crate::observed::Function;
use crate::package::Package;
use crate::problem::{Cause, Problem, Result};

/// Checks that the function's environment was read, because it has the options of the deployment.
/// Without them, a setup would reset them.
///
/// # Errors
/// Lambda doesn't return it. Usually, the caller may not use the function's KMS key.
pub fn is_readable(name: &str, place: &str, function: &Function) -> Result<()> {
    let Some(why) = &function.unreadable else {
        return Ok(());
    };
    let summary = format!(
        "Lambda doesn't return the environment of function {name} in the {place}, which has the options of this deployment"
    );
    let key = function
        .others
        .get("KMSKeyArn")
        .and_then(|key| key.as_str());
    let key = key.unwrap_or("the KMS key of the function");
    Err(Problem::error("environment-unreadable", summary)
        .because(Cause::Aws {
            code: why.code.clone(),
            message: why.message.clone(),
        })
        .fix(format!(
            "allow kms:Decrypt on {key} for this profile, and check that the key is enabled"
        ))
        .fix("if the key no longer exists, run `cogmig teardown`, and then setup with the options of the deployment"))
}

/// Checks that setup can update the function, or delete it and create it again.
///
/// # Errors
/// It's in another state, or its deployment package is missing.
pub fn is_changeable(name: &str, function: &Function, package: &Package) -> Result<()> {
    match &function.state {
        State::Other(state, why) => {
            let summary =
                format!("function {name} is in state {state} ({why}), so setup can't change it");
            let problem = Problem::error("function-blocked", summary);
            Err(problem.fix(match state.as_str() {
                "Deleting" => "run `cogmig setup` again when the function is deleted",
                _ => "activate or delete the function, then run `cogmig setup` again",
            }))
        }
        State::Failed(why) if package.zip.is_empty() => {
            let summary = format!(
                "function {name} has failed ({why}) and must be created again, but this run doesn't have its deployment package, which was deployed with --lambda-zip"
            );
            let problem = Problem::error("package-lost", summary);
            let problem = problem.fix("use --lambda-zip FILE to deploy the package again");
            Err(problem.fix("use --lambda-zip none to deploy the package in this build"))
        }
        _ => Ok(()),
    }
}
