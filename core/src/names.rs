//! The names of all resources. They are the names of AWS's migration guide. A suffix allows more
//! than one deployment.

use crate::governance::{ROOT, is_role};
use crate::identity::{Identity, Side};
use crate::record::{self, Tags};
use crate::reference::region_of;

/// The names of one deployment's resources.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    /// The value of the tag `cogmig:deployment`.
    pub deployment: String,
    /// The path of both roles, `/` if they have none. It's part of their ARNs.
    pub role_path: String,
    /// The role in the old account that the Lambda assumes.
    pub access_role: String,
    /// The inline policy of that role.
    pub access_policy: String,
    /// The managed policy in the new account.
    pub lambda_policy: String,
    /// The execution role of the Lambda.
    pub lambda_role: String,
    /// The Lambda.
    pub function: String,
    /// The log group of the Lambda.
    pub log_group: String,
    /// The statement in the function's resource policy that lets Cognito invoke it.
    pub permission: String,
    /// The app client of the old pool that setup creates with `--dedicated-old-client`.
    pub old_client: String,
}

impl Names {
    /// The names of the deployment with this suffix.
    #[must_use]
    pub fn new(suffix: Option<&str>) -> Self {
        let name = |base: &str| match suffix {
            Some(suffix) => format!("{base}-{suffix}"),
            None => base.to_owned(),
        };
        Self {
            deployment: suffix.unwrap_or("default").to_owned(),
            role_path: ROOT.to_owned(),
            access_role: name("cognito-access-role"),
            access_policy: "cognito-access".to_owned(),
            lambda_policy: name("cognito-migration-lambda-policy"),
            lambda_role: name("cognito-migration-lambda"),
            function: name("cognito-migration-lambda"),
            log_group: name("/aws/lambda/cognito-migration-lambda"),
            permission: "cognito-user-migration".to_owned(),
            old_client: name("cognito-migration-lambda"),
        }
    }

    /// These names, with another path of the roles.
    #[must_use]
    pub fn with_role_path(self, role_path: String) -> Self {
        Self { role_path, ..self }
    }

    /// Whether the ARN is that of the access role, under any path.
    #[must_use]
    pub fn is_access_role(&self, old: &Identity, arn: &str) -> bool {
        is_role(arn, old, &self.access_role)
    }

    /// Whether the ARN is that of the Lambda's role, under any path.
    #[must_use]
    pub fn is_lambda_role(&self, new: &Identity, arn: &str) -> bool {
        is_role(arn, new, &self.lambda_role)
    }

    /// The role with the undo record of a side.
    #[must_use]
    pub fn record_role(&self, side: Side) -> &str {
        match side {
            Side::Old => &self.access_role,
            Side::New => &self.lambda_role,
        }
    }

    /// The ARN of the role in the old account.
    #[must_use]
    pub fn access_role_arn(&self, old: &Identity) -> String {
        old.iam_arn(&format!("role{}{}", self.role_path, self.access_role))
    }

    /// The ARN of the managed policy.
    #[must_use]
    pub fn lambda_policy_arn(&self, new: &Identity) -> String {
        new.iam_arn(&format!("policy/{}", self.lambda_policy))
    }

    /// The ARN of the Lambda's role.
    #[must_use]
    pub fn lambda_role_arn(&self, new: &Identity) -> String {
        new.iam_arn(&format!("role{}{}", self.role_path, self.lambda_role))
    }

    /// The ARN of the Lambda.
    #[must_use]
    pub fn function_arn(&self, new: &Identity) -> String {
        new.arn("lambda", &format!("function:{}", self.function))
    }

    /// Whether a resource with these tags is managed by this deployment.
    #[must_use]
    pub fn own(&self, tags: &Tags) -> bool {
        tags.get(record::DEPLOYMENT) == Some(&self.deployment)
    }

    /// The user pool in these tags, if they are tags of this deployment.
    #[must_use]
    pub fn pool_of(&self, tags: &Tags) -> Option<String> {
        let pool = tags.get(record::POOL).filter(|_| self.own(tags))?;
        region_of(pool).map(|_| pool.clone())
    }

    /// Whether these tags of a role record that this deployment created an app client.
    #[must_use]
    pub fn made_client(&self, tags: &Tags) -> bool {
        self.own(tags) && tags.get(record::DEDICATED_CLIENT) == Some(&self.old_client)
    }

    /// Whether the ARN of a trigger is the Lambda's, with or without an alias or a version.
    #[must_use]
    pub fn is_function(&self, new: &Identity, arn: &str) -> bool {
        arn.strip_prefix(&self.function_arn(new))
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
    }

    /// The name of the Lambda, if the ARN is that of any deployment's Lambda in this account.
    #[must_use]
    pub fn function_of_any<'a>(account: &Identity, arn: &'a str) -> Option<&'a str> {
        let base = Self::new(None).function_arn(account);
        let rest = arn.strip_prefix(&base)?;
        let ends = rest.is_empty() || rest.starts_with(['-', ':']);
        ends.then(|| arn.split(':').nth(6)).flatten()
    }

    /// The ARN of the log group.
    #[must_use]
    pub fn log_group_arn(&self, new: &Identity) -> String {
        new.arn("logs", &format!("log-group:{}", self.log_group))
    }

    /// Checks a suffix. A function's name has at most 64 of `[A-Za-z0-9-_]`, the names of roles are
    /// unique regardless of case, and `default` is the name of the deployment without a suffix.
    ///
    /// # Errors
    /// Why the suffix is invalid.
    pub fn check_suffix(suffix: &str) -> Result<(), String> {
        let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
        if suffix == "default" {
            Err("`default` is the name of the deployment without a suffix".into())
        } else if suffix.is_empty() || suffix.len() > 32 || !suffix.chars().all(legal) {
            Err("expected 1 to 32 lower-case letters, digits, `-` or `_`".into())
        } else {
            Ok(())
        }
    }
}
