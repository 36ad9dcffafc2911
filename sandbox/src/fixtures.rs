//! Pools, app clients and users with realistic settings. No setting is a default, so that an
//! update that omits one is noticed.

use anyhow::{Context, Result};
use serde_json::{Map, Value, json};

use crate::aws_fault::AwsFault;
use crate::home::PROFILES;
use crate::pool::Pool;
use crate::sandbox::Sandbox;

/// The settings of [`Sandbox::pool`]: nothing in them is a default, so that an
/// update which leaves one out is seen.
#[must_use]
pub fn rich_pool() -> Value {
    json!({
        "Policies": {"PasswordPolicy": {
            "MinimumLength": 14, "RequireUppercase": true, "RequireLowercase": true,
            "RequireNumbers": true, "RequireSymbols": false, "TemporaryPasswordValidityDays": 3,
        }},
        "AutoVerifiedAttributes": ["email"],
        "UsernameConfiguration": {"CaseSensitive": false},
        "AccountRecoverySetting": {"RecoveryMechanisms": [{"Priority": 1, "Name": "verified_email"}]},
        "VerificationMessageTemplate": {
            "DefaultEmailOption": "CONFIRM_WITH_CODE",
            "EmailSubject": "Your code", "EmailMessage": "Your code is {####}",
        },
        "AdminCreateUserConfig": {"AllowAdminCreateUserOnly": true},
        "DeviceConfiguration": {
            "ChallengeRequiredOnNewDevice": true, "DeviceOnlyRememberedOnUserPrompt": true,
        },
        "UserAttributeUpdateSettings": {"AttributesRequireVerificationBeforeUpdate": ["email"]},
        "DeletionProtection": "ACTIVE",
        "Schema": [
            {"Name": "email", "AttributeDataType": "String", "Required": true, "Mutable": true},
            {"Name": "tenant", "AttributeDataType": "String", "Mutable": true,
             "StringAttributeConstraints": {"MinLength": "1", "MaxLength": "64"}},
        ],
        "UserPoolTags": {"team": "accounts"},
    })
}

/// The settings of a pool's first app client, none of them a default either.
fn rich_client() -> Value {
    json!({
        "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        "RefreshTokenValidity": 12,
        "AccessTokenValidity": 20,
        "IdTokenValidity": 25,
        "TokenValidityUnits": {"RefreshToken": "hours", "AccessToken": "minutes", "IdToken": "minutes"},
        "PreventUserExistenceErrors": "ENABLED",
        "CallbackURLs": ["https://app.example.com/callback"],
        "LogoutURLs": ["https://app.example.com/bye"],
        "SupportedIdentityProviders": ["COGNITO"],
        "AllowedOAuthFlows": ["code"],
        "AllowedOAuthScopes": ["openid", "email"],
        "AllowedOAuthFlowsUserPoolClient": true,
        "AuthSessionValidity": 5,
    })
}

impl Sandbox {
    /// Makes a pool with [`rich_pool`]'s settings and one app client, `web`, in the
    /// profile's account and Region.
    ///
    /// # Errors
    ///
    /// What AWS says against it.
    pub fn pool(&self, profile: &str, name: &str) -> Result<Pool> {
        self.pool_with(profile, name, json!({}))
    }

    /// The same, with members of `CreateUserPool` that replace the rich ones; a null
    /// leaves one out.
    ///
    /// # Errors
    ///
    /// What AWS says against it.
    pub fn pool_with(&self, profile: &str, name: &str, settings: Value) -> Result<Pool> {
        let mut params = merged(rich_pool(), settings);
        params.insert("PoolName".to_owned(), name.into());
        if let Some((_, account, region)) = PROFILES.iter().find(|known| known.0 == profile) {
            // A sibling of the UserMigration trigger. It need not exist: it runs at sign-up only.
            let sibling = format!("arn:aws:lambda:{region}:{account}:function:greet");
            let triggers = json!({"PostConfirmation": sibling});
            params.entry("LambdaConfig").or_insert(triggers);
        }
        let made = self.aws(profile, "cognito-idp", "CreateUserPool", params.into())?;
        let text = |member: &str| {
            let value = made["UserPool"][member].as_str();
            value.map(str::to_owned).context("a pool without an id")
        };
        let id = text("Id")?;
        let region = id.split('_').next().unwrap_or_default().to_owned();
        let mut pool = Pool {
            profile: profile.to_owned(),
            region,
            arn: text("Arn")?,
            id,
            client: String::new(),
        };
        pool.client = self.client(&pool, "web", json!({}))?;
        Ok(pool)
    }

    /// Makes one more app client, and gives its id: rich settings, then `settings`
    /// over them; a null leaves one out.
    ///
    /// # Errors
    ///
    /// What AWS says against it.
    pub fn client(&self, pool: &Pool, name: &str, settings: Value) -> Result<String> {
        let mut params = merged(rich_client(), settings);
        params.insert("UserPoolId".to_owned(), pool.id.as_str().into());
        params.insert("ClientName".to_owned(), name.into());
        let made = self.in_pool(pool, "CreateUserPoolClient", params.into())?;
        let id = made["UserPoolClient"]["ClientId"].as_str();
        id.map(str::to_owned).context("an app client without an id")
    }

    /// What an app client with a secret has to send beside this user name: `SECRET_HASH`, or
    /// `SecretHash`. The secret is as AWS describes it.
    ///
    /// # Errors
    ///
    /// When there is no such app client, or it has no secret.
    pub fn secret_hash(&self, pool: &Pool, client: &str, username: &str) -> Result<String> {
        let params = json!({"UserPoolId": pool.id, "ClientId": client});
        let described = self.in_pool(pool, "DescribeUserPoolClient", params)?;
        let secret = described["UserPoolClient"]["ClientSecret"].as_str();
        let secret = secret.context("an app client without a secret")?;
        let hash = self.client.secret_hash(secret, username, client)?;
        hash.as_str()
            .map(str::to_owned)
            .context("a hash that is none")
    }

    /// Makes a confirmed user with a permanent password; no message is sent.
    ///
    /// # Errors
    ///
    /// What AWS says against it.
    pub fn user(
        &self,
        pool: &Pool,
        username: &str,
        password: &str,
        attributes: &[(&str, &str)],
    ) -> Result<()> {
        let attributes: Vec<Value> = attributes
            .iter()
            .map(|(name, value)| json!({"Name": name, "Value": value}))
            .collect();
        self.in_pool(
            pool,
            "AdminCreateUser",
            json!({
                "UserPoolId": pool.id, "Username": username, "MessageAction": "SUPPRESS",
                "TemporaryPassword": "Sandbox-temporary-1", "UserAttributes": attributes,
            }),
        )?;
        self.in_pool(
            pool,
            "AdminSetUserPassword",
            json!({
                "UserPoolId": pool.id, "Username": username,
                "Password": password, "Permanent": true,
            }),
        )?;
        Ok(())
    }

    /// The user as `AdminGetUser` shows it, or nothing when there is none.
    ///
    /// # Errors
    ///
    /// What AWS says otherwise.
    pub fn find_user(&self, pool: &Pool, username: &str) -> Result<Option<Value>> {
        let params = json!({"UserPoolId": pool.id, "Username": username});
        match self.in_pool(pool, "AdminGetUser", params) {
            Ok(user) => Ok(Some(user)),
            Err(fault) if fault.code == "UserNotFoundException" => Ok(None),
            Err(fault) => Err(fault.into()),
        }
    }

    /// One Cognito call in the pool's account and Region.
    ///
    /// # Errors
    ///
    /// AWS's own code and message.
    pub fn in_pool(&self, pool: &Pool, operation: &str, params: Value) -> Result<Value, AwsFault> {
        self.aws_in(
            &pool.profile,
            &pool.region,
            "cognito-idp",
            operation,
            params,
        )
    }
}

/// The members of both, those of `over` in place of those of `under`, without nulls.
fn merged(under: Value, over: Value) -> Map<String, Value> {
    let members = [under, over].into_iter().filter_map(|value| match value {
        Value::Object(members) => Some(members),
        _ => None,
    });
    let mut all: Map<String, Value> = members.flatten().collect();
    all.retain(|_, value| !value.is_null());
    all
}
