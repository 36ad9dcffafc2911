//! What is on record of one side of a deployment.

use crate::account::Side;
use crate::names::Names;
use crate::pasted::region_of;
use crate::resources::function::Function;
use crate::resources::role::Role;
use crate::undo;

/// What is on record of one side of a deployment.
#[derive(Clone, Debug, Default)]
pub struct Record {
    /// The user pool.
    pub pool: Option<String>,
    /// The app clients.
    pub clients: Vec<String>,
    /// The app client of the old pool that the function uses.
    pub in_use: Option<String>,
}

impl Record {
    /// By the tags of the side's role; where those are lost, by the function.
    pub fn of(side: Side, names: &Names, role: Option<&Role>, function: Option<&Function>) -> Self {
        let tagged = role.map(|role| &role.tags);
        // Of another deployment, it tells nothing of this one.
        let function = function.filter(|function| {
            let tag = function.tags.get(undo::DEPLOYMENT);
            tag.is_none_or(|deployment| *deployment == names.deployment)
        });
        let set = function.map(|function| &function.configuration.environment);
        let variable = |name: &str| set.and_then(|set| set.get(name)).cloned();
        let by_function = match side {
            Side::Old => variable("OLD_USER_POOL_ID"),
            Side::New => variable("NEW_USER_POOL_ID"),
        };
        let in_use = variable("OLD_CLIENT_ID").filter(|_| side == Side::Old);
        let mut clients: Vec<_> = tagged
            .into_iter()
            .flat_map(undo::client_ids)
            .map(str::to_owned)
            .collect();
        if clients.is_empty() {
            clients.extend(in_use.clone());
        }
        let pool = tagged.and_then(|tags| tags.get(undo::POOL)).cloned();
        // Whoever may write tags may write anything into them.
        let is_id = |pool: &String| region_of(pool).is_some();
        Self {
            pool: pool.filter(is_id).or(by_function.filter(is_id)),
            clients,
            in_use,
        }
    }
}
