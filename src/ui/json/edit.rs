//! A setting that is changed.

use cogmig_core::plan;
#[cfg(test)]
use schemars::JsonSchema;
use serde::Serialize;

/// A setting that is changed.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Edit {
    /// The setting.
    path: String,
    /// Its value before. Null if the value is added or isn't known.
    before: Option<String>,
    /// Its value after. Null if the value is removed or isn't known.
    after: Option<String>,
    /// Whether its values are secret. They are never written, so both are null.
    secret: bool,
}

impl Edit {
    /// Without the values of a secret.
    pub fn of(edit: &plan::Edit) -> Self {
        let value = |value: &Option<String>| value.clone().filter(|_| !edit.secret);
        Self {
            path: edit.path.clone(),
            before: value(&edit.before),
            after: value(&edit.after),
            secret: edit.secret,
        }
    }
}
