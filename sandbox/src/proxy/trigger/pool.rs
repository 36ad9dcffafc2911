//! The pool that a call is for: public calls name an app client and no more, so it is
//! looked for over both accounts and all Regions.

use anyhow::Result;
use serde_json::{Value, json};

use super::event::SignIn;
use crate::proxy::Proxy;
use crate::proxy::upstream::{Answer, Place};
use crate::{NEW_ACCOUNT, OLD_ACCOUNT};

/// A user pool as it stands, and where.
#[derive(Debug)]
pub(super) struct PoolAt {
    pub(super) place: Place,
    pub(super) id: String,
    /// As `DescribeUserPool` gives it.
    pub(super) settings: Value,
}

/// The pool that the sign-in is for.
pub(super) async fn find(proxy: &Proxy, sign_in: &SignIn) -> Result<Option<PoolAt>> {
    for account in [OLD_ACCOUNT, NEW_ACCOUNT] {
        for region in proxy.regions() {
            let place = Place {
                account: account.to_owned(),
                region,
            };
            for id in ids(proxy, &place, sign_in).await? {
                let pool = PoolAt {
                    place: place.clone(),
                    id,
                    settings: Value::Null,
                };
                if let Some(pool) = pool.with_client(proxy, &sign_in.client).await? {
                    return Ok(Some(pool));
                }
            }
        }
    }
    Ok(None)
}

/// The pools of one place that it could be.
async fn ids(proxy: &Proxy, place: &Place, sign_in: &SignIn) -> Result<Vec<String>> {
    if let Some(id) = &sign_in.pool {
        return Ok(vec![id.clone()]);
    }
    let mut ids = Vec::new();
    let mut asked = json!({"MaxResults": 60});
    loop {
        let page = proxy
            .upstream
            .cognito(place, "ListUserPools", &asked)
            .await?;
        let page = page.expect_ok()?;
        let listed = page["UserPools"].as_array().into_iter().flatten();
        ids.extend(listed.filter_map(|pool| pool["Id"].as_str().map(str::to_owned)));
        if page["NextToken"].is_null() {
            return Ok(ids);
        }
        asked["NextToken"] = page["NextToken"].clone();
    }
}

impl PoolAt {
    /// A call about this pool, as its account's root.
    pub(super) async fn call(
        &self,
        proxy: &Proxy,
        action: &str,
        mut body: Value,
    ) -> Result<Answer> {
        body["UserPoolId"] = self.id.as_str().into();
        proxy.upstream.cognito(&self.place, action, &body).await
    }

    /// This pool with its settings, if the client is one of its.
    async fn with_client(mut self, proxy: &Proxy, client: &str) -> Result<Option<Self>> {
        let client = json!({"ClientId": client});
        let found = self.call(proxy, "DescribeUserPoolClient", client).await?;
        if let Answer::Fault(..) = found {
            return Ok(None);
        }
        let described = self.call(proxy, "DescribeUserPool", json!({})).await?;
        self.settings = described.expect_ok()?["UserPool"].take();
        Ok(Some(self))
    }

    /// Whether somebody has this name, or this alias.
    pub(super) async fn knows(&self, proxy: &Proxy, username: &str) -> Result<bool> {
        let username = json!({"Username": username});
        match self.call(proxy, "AdminGetUser", username).await? {
            Answer::Fault(code, _) if code == "UserNotFoundException" => Ok(false),
            answer => answer.expect_ok().map(|_| true),
        }
    }

    /// Whether both are one name; case counts where the pool does not say that it does not.
    pub(super) fn is_same_name(&self, one: &str, other: &str) -> bool {
        if self.settings["UsernameConfiguration"]["CaseSensitive"] == false {
            one.to_lowercase() == other.to_lowercase()
        } else {
            one == other
        }
    }
}
