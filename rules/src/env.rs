//! The names of the function's environment variables. `cogmig setup` writes them, and the function
//! reads them. Lambda reserves `AWS_*`, `_HANDLER` and `LAMBDA_*`, and allows 4 KB for all
//! variables.

/// The new pool. The function answers only events of this pool.
pub const NEW_USER_POOL_ID: &str = "NEW_USER_POOL_ID";
/// The app client of the old pool through which the function checks passwords.
pub const OLD_CLIENT_ID: &str = "OLD_CLIENT_ID";
/// `read`, if that app client has a secret. The function then reads the secret itself.
pub const OLD_CLIENT_SECRET: &str = "OLD_CLIENT_SECRET";
/// The ExternalId that the access role requires.
pub const OLD_EXTERNAL_ID: &str = "OLD_EXTERNAL_ID";
/// The access role in the old account.
pub const OLD_ROLE_ARN: &str = "OLD_ROLE_ARN";
/// The old pool.
pub const OLD_USER_POOL_ID: &str = "OLD_USER_POOL_ID";
/// Its Region.
pub const OLD_USER_POOL_REGION: &str = "OLD_USER_POOL_REGION";

/// The attributes that are migrated: a comma-separated list of `NAME` or `OLD=NEW`.
pub const ATTRIBUTES: &str = "ATTRIBUTES";
/// The attributes that aren't migrated by choice: a comma-separated list. The function doesn't need
/// it. A later setup does: without it, the choice can't be told from an attribute that was added to
/// a pool later.
pub const DROPPED_ATTRIBUTES: &str = "DROPPED_ATTRIBUTES";
/// The `CodeSha256` of a deployment package that setup didn't take from its own build. The function
/// doesn't need it. A later setup then keeps the package.
pub const CUSTOM_PACKAGE_SHA256: &str = "CUSTOM_PACKAGE_SHA256";
/// The permissions boundary of the access role. The function doesn't need it. Setup then restores it
/// if it's removed. The same applies to the next two variables.
pub const OLD_PERMISSIONS_BOUNDARY: &str = "OLD_PERMISSIONS_BOUNDARY";
/// The permissions boundary of the function's role.
pub const NEW_PERMISSIONS_BOUNDARY: &str = "NEW_PERMISSIONS_BOUNDARY";
/// The tags of `--tag`, as a comma-separated list of `KEY=VALUE`.
pub const TAGS: &str = "TAGS";
/// How users with MFA are handled: `none`, `refuse` or `migrate`.
pub const MFA_USERS: &str = "MFA_USERS";
/// How users with a temporary password are handled: `refuse` or `reset`.
pub const TEMPORARY_PASSWORDS: &str = "TEMPORARY_PASSWORDS";
/// How users with a forgotten password are handled: `refuse` or `migrate`.
pub const FORGOT_PASSWORD: &str = "FORGOT_PASSWORD";
/// `ON`, if the old pool requires MFA for all users.
pub const OLD_MFA: &str = "OLD_MFA";
/// `true`, if the old pool has triggers that run at a sign-in.
pub const OLD_SIGN_IN_TRIGGERS: &str = "OLD_SIGN_IN_TRIGGERS";
/// The contacts to which the new pool sends a code that resets a password.
pub const NEW_RECOVERY: &str = "NEW_RECOVERY";
/// The contacts that take precedence over those of `NEW_RECOVERY`, and to which the new pool can't
/// send a code. Users with one of them get no code.
pub const NEW_RECOVERY_WITHOUT_SENDER: &str = "NEW_RECOVERY_WITHOUT_SENDER";
/// `true`, if SMS MFA is available in the new pool.
pub const SMS_MFA: &str = "SMS_MFA";
/// The `UsernameAttributes` of the old pool.
pub const OLD_USERNAME_ATTRIBUTES: &str = "OLD_USERNAME_ATTRIBUTES";
/// The `UsernameAttributes` of the new pool.
pub const NEW_USERNAME_ATTRIBUTES: &str = "NEW_USERNAME_ATTRIBUTES";
/// The `AliasAttributes` of the new pool.
pub const NEW_ALIAS_ATTRIBUTES: &str = "NEW_ALIAS_ATTRIBUTES";
/// The key with which the function hashes usernames for its log: 64 lower-case hexadecimal digits.
/// Random, made at setup. Without it, the log has no users.
pub const LOG_USER_KEY: &str = "LOG_USER_KEY";
/// `true`, if usernames are case sensitive in the old pool.
pub const OLD_CASE_SENSITIVE: &str = "OLD_CASE_SENSITIVE";
/// `true`, if usernames are case sensitive in the new pool.
pub const NEW_CASE_SENSITIVE: &str = "NEW_CASE_SENSITIVE";
