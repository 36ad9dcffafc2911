//! What the resources of both accounts have in common.

use std::collections::BTreeMap;

/// Tags as IAM, Lambda and CloudWatch Logs hold them.
pub type Tags = BTreeMap<String, String>;

/// A pool or an app client, by id and name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Its id.
    pub id: String,
    /// Its name, which need not be unique.
    pub name: String,
}
