//! The record of one side of a deployment.

use rules::env;

use crate::identity::Side;
use crate::names::Names;
use crate::observed::{Function, Role};
use crate::record;
use crate::reference::region_of;

/// The record of one side of a deployment.
#[derive(Clone, Debug, Default)]
pub struct SideRecord {
    /// The user pool.
    pub pool: Option<String>,
    /// The app clients.
    pub clients: Vec<String>,
    /// The app client of the old pool that the function uses.
    pub in_use: Option<String>,
}

impl SideRecord {
    /// The record without these app clients.
    #[must_use]
    pub fn without(mut self, clients: &[String]) -> Self {
        self.clients.retain(|id| !clients.contains(id));
        self.in_use = self.in_use.filter(|id| !clients.contains(id));
        self
    }

    /// Reads the tags of the side's role. If they are lost, reads the function's environment.
    pub fn of(side: Side, names: &Names, role: Option<&Role>, function: Option<&Function>) -> Self {
        let tagged = role.map(|role| &role.tags);
        // A function of another deployment has no record of this one. A function without the tag
        // counts only if the role exists, because both can lose their tags.
        let function = function.filter(|function| {
            let tag = function.tags.get(record::DEPLOYMENT);
            tag.map_or(role.is_some(), |tag| *tag == names.deployment)
        });
        let set = function.map(|function| &function.configuration.environment);
        let variable = |name: &str| set.and_then(|set| set.get(name)).cloned();
        // Tags and environment are untrusted: anyone who can edit them can write any value.
        let is_pool = |pool: &String| region_of(pool).is_some();
        let is_client = |id: &String| {
            id.chars()
                .all(|c| c.is_ascii_alphanumeric() || "_+".contains(c))
        };
        let by_function = match side {
            Side::Old => variable(env::OLD_USER_POOL_ID),
            Side::New => variable(env::NEW_USER_POOL_ID),
        };
        let in_use = match side {
            Side::Old => variable(env::OLD_CLIENT_ID).filter(is_client),
            Side::New => None,
        };
        let recorded = tagged.into_iter().flat_map(record::client_ids);
        let mut clients: Vec<_> = recorded.map(str::to_owned).filter(is_client).collect();
        // The function checks passwords through one old app client. An interrupted change of it
        // leaves two on record.
        if let Some(id) = &in_use
            && (clients.is_empty() || clients.contains(id))
        {
            clients = vec![id.clone()];
        }
        let pool = tagged.and_then(|tags| tags.get(record::POOL)).cloned();
        Self {
            pool: pool.filter(is_pool).or(by_function.filter(is_pool)),
            clients,
            in_use,
        }
    }
}
