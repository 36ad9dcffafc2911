//! The deployments that exist in one or two accounts, by the tags of their roles. Pure.

use std::collections::BTreeMap;

use crate::identity::Side;
use crate::record::{self, Tags};
use crate::text::on_one_line;

/// One of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Deployment {
    /// `default`, or the suffix.
    pub name: String,
    /// The pool that it migrates from, if the role in the old account says so.
    pub old_pool: Option<String>,
    /// The pool that it migrates to, if the role in the new account says so.
    pub new_pool: Option<String>,
}

/// Those of both sides, in the order of their names.
pub fn of<'a>(roles: impl Iterator<Item = (Side, &'a Tags)>) -> Vec<Deployment> {
    let mut found: BTreeMap<String, Deployment> = BTreeMap::new();
    for (side, tags) in roles {
        let Some(name) = tags.get(record::DEPLOYMENT).map(|name| on_one_line(name)) else {
            continue;
        };
        let deployment = found.entry(name.clone()).or_default();
        deployment.name = name;
        let pool = tags.get(record::POOL).map(|pool| on_one_line(pool));
        match side {
            Side::Old => deployment.old_pool = pool,
            Side::New => deployment.new_pool = pool,
        }
    }
    found.into_values().collect()
}
