//! The deployments in one or two accounts, by the tags of their roles. Pure.

use std::collections::BTreeMap;

use crate::identity::Side;
use crate::record::{self, Tags};
use crate::text::on_one_line;

/// A deployment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Deployment {
    /// `default`, or the suffix.
    pub name: String,
    /// The old user pool, if it's in the tags of the role in the old account.
    pub old_pool: Option<String>,
    /// The new user pool, if it's in the tags of the role in the new account.
    pub new_pool: Option<String>,
}

/// The deployments of both sides, sorted by name.
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
