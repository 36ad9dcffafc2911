//! Pools, app clients and users with realistic settings. No setting has its default value, so that
//! tests detect an update that omits a setting.

use anyhow::{Context, Result};
use serde_json::{Map, Value, json};

use crate::aws_fault::AwsFault;
use crate::home::PROFILES;
use crate::pool::Pool;
use crate::sandbox::Sandbox;

/// The settings of [`Sandbox::pool`]. No setting has its default value, so that tests detect an
/// update that omits a setting.
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

/// The settings of a pool's first app client. No setting has its default value.
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
    /// Creates a pool with [`rich_pool`]'s settings and one app client, `web`, in the profile's
    /// account and Region.
    ///
    /// # Errors
    ///
    /// The error of AWS.
    pub fn pool(&self, profile: &str, name: &str) -> Result<Pool> {
        self.pool_with(profile, name, json!({}))
    }

    /// Creates a pool like [`Sandbox::pool`], with these members of `CreateUserPool` instead of its
    /// own. A null omits a member.
    ///
    /// # Errors
    ///
    /// The error of AWS.
    pub fn pool_with(&self, profile: &str, name: &str, settings: Value) -> Result<Pool> {
        let mut params = merged(rich_pool(), settings);
        params.insert("PoolName".to_owned(), name.into());
        if let Some((_, account, region)) = PROFILES.iter().find(|listed| listed.0 == profile) {
            // Another trigger of the pool. The function doesn't exist, because the trigger runs
            // only in custom authentication.
            let function = format!("arn:aws:lambda:{region}:{account}:function:judge");
            let triggers = json!({"VerifyAuthChallengeResponse": function});
            params.entry("LambdaConfig").or_insert(triggers);
            let identity = format!("arn:aws:ses:{region}:{account}:identity/example.com");
            let email = json!({
                "EmailSendingAccount": "DEVELOPER", "SourceArn": identity,
                "From": "Accounts <accounts@example.com>",
            });
            params.entry("EmailConfiguration").or_insert(email);
        }
        let created = self.aws(profile, "cognito-idp", "CreateUserPool", params.into())?;
        let text = |member: &str| {
            let value = created["UserPool"][member].as_str();
            value.map(str::to_owned).context("the pool has no ID")
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

    /// Creates an app client and returns its ID. `settings` replace the default settings of the
    /// sandbox. A null omits a member.
    ///
    /// # Errors
    ///
    /// The error of AWS.
    pub fn client(&self, pool: &Pool, name: &str, settings: Value) -> Result<String> {
        let mut params = merged(rich_client(), settings);
        params.insert("UserPoolId".to_owned(), pool.id.as_str().into());
        params.insert("ClientName".to_owned(), name.into());
        let created = self.in_pool(pool, "CreateUserPoolClient", params.into())?;
        let id = created["UserPoolClient"]["ClientId"].as_str();
        id.map(str::to_owned).context("the app client has no ID")
    }

    /// The `SECRET_HASH` or `SecretHash` that an app client with a secret must send with this
    /// username. The secret is read from AWS.
    ///
    /// # Errors
    ///
    /// If the app client doesn't exist or has no secret.
    pub fn secret_hash(&self, pool: &Pool, client: &str, username: &str) -> Result<String> {
        let params = json!({"UserPoolId": pool.id, "ClientId": client});
        let described = self.in_pool(pool, "DescribeUserPoolClient", params)?;
        let secret = described["UserPoolClient"]["ClientSecret"].as_str();
        let secret = secret.context("the app client has no secret")?;
        let hash = self.client.secret_hash(secret, username, client)?;
        hash.as_str()
            .map(str::to_owned)
            .context("the hash isn't a string")
    }

    /// Creates a confirmed user with a permanent password. Sends no message.
    ///
    /// # Errors
    ///
    /// The error of AWS.
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

    /// The user as `AdminGetUser` returns it, or `None` if there is no such user.
    ///
    /// # Errors
    ///
    /// All other errors of AWS.
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
    /// The error of AWS.
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

/// Merges both objects without nulls. Members of `over` replace members of `under`.
fn merged(under: Value, over: Value) -> Map<String, Value> {
    let members = [under, over].into_iter().filter_map(|value| match value {
        Value::Object(members) => Some(members),
        _ => None,
    });
    let mut all: Map<String, Value> = members.flatten().collect();
    all.retain(|_, value| !value.is_null());
    all
}
