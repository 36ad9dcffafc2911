//! Finds the pool of a call. Public calls contain only an app client, so the search covers both
//! accounts and all Regions.

use anyhow::Result;
use serde_json::{Value, json};

use crate::accounts::{NEW_ACCOUNT, OLD_ACCOUNT};
use crate::proxy::emulator::Emulator;
use crate::proxy::upstream::{Answer, Place};

/// A user pool with its settings, account and Region.
#[derive(Debug)]
pub(super) struct PoolAt {
    pub(super) place: Place,
    pub(super) id: String,
    /// The output of `DescribeUserPool`.
    pub(super) settings: Value,
}

/// The pool with this app client. `id` is the pool's ID, if the call contains it.
pub(super) async fn find(
    emulator: &Emulator,
    id: Option<&str>,
    client: &str,
) -> Result<Option<PoolAt>> {
    for account in [OLD_ACCOUNT, NEW_ACCOUNT] {
        for region in emulator.regions() {
            let place = Place {
                account: account.to_owned(),
                region,
            };
            for id in ids(emulator, &place, id).await? {
                let pool = PoolAt {
                    place: place.clone(),
                    id,
                    settings: Value::Null,
                };
                if let Some(pool) = pool.with_client(emulator, client).await? {
                    return Ok(Some(pool));
                }
            }
        }
    }
    Ok(None)
}

/// The IDs of the pools to search in this account and Region.
async fn ids(emulator: &Emulator, place: &Place, id: Option<&str>) -> Result<Vec<String>> {
    if let Some(id) = id {
        return Ok(vec![id.to_owned()]);
    }
    let mut ids = Vec::new();
    let mut params = json!({"MaxResults": 60});
    loop {
        let page = emulator
            .upstream
            .cognito(place, "ListUserPools", &params)
            .await?;
        let page = page.expect_ok()?;
        let listed = page["UserPools"].as_array().into_iter().flatten();
        ids.extend(listed.filter_map(|pool| pool["Id"].as_str().map(str::to_owned)));
        if page["NextToken"].is_null() {
            return Ok(ids);
        }
        params["NextToken"] = page["NextToken"].clone();
    }
}

impl PoolAt {
    /// A Cognito call for this pool as the root user of its account.
    pub(super) async fn call(
        &self,
        emulator: &Emulator,
        action: &str,
        mut body: Value,
    ) -> Result<Answer> {
        body["UserPoolId"] = self.id.as_str().into();
        emulator.upstream.cognito(&self.place, action, &body).await
    }

    /// This pool with its settings, if it has the app client.
    async fn with_client(mut self, emulator: &Emulator, client: &str) -> Result<Option<Self>> {
        let client = json!({"ClientId": client});
        let described = self
            .call(emulator, "DescribeUserPoolClient", client)
            .await?;
        if let Answer::Fault(..) = described {
            return Ok(None);
        }
        let described = self.call(emulator, "DescribeUserPool", json!({})).await?;
        self.settings = described.expect_ok()?["UserPool"].take();
        Ok(Some(self))
    }

    /// Whether a user has this username or alias.
    pub(super) async fn has_user(&self, emulator: &Emulator, username: &str) -> Result<bool> {
        let username = json!({"Username": username});
        match self.call(emulator, "AdminGetUser", username).await? {
            Answer::Fault(code, _) if code == "UserNotFoundException" => Ok(false),
            answer => answer.expect_ok().map(|_| true),
        }
    }

    /// Whether both names are the same. Names are case sensitive by default.
    pub(super) fn is_same_name(&self, one: &str, other: &str) -> bool {
        if self.settings["UsernameConfiguration"]["CaseSensitive"] == false {
            one.to_lowercase() == other.to_lowercase()
        } else {
            one == other
        }
    }
}
