//! An old user pool with two users, and an empty new user pool.

use anyhow::Result;
use cogmig_sandbox::{NEW_ACCOUNT, OLD_ACCOUNT, Pool, Sandbox};

/// The password of all users in the old pool.
pub(crate) const PASSWORD: &str = "Correct-horse-1";

/// Both pools.
pub(crate) struct Pools {
    pub(crate) old: Pool,
    pub(crate) new: Pool,
}

impl Pools {
    /// Creates both pools, and the users of the old pool.
    pub(crate) fn create(sandbox: &Sandbox) -> Result<Self> {
        let pools = Self {
            old: sandbox.pool("old", "shop")?,
            new: sandbox.pool("new", "shop")?,
        };
        for (username, name) in [("ann", "Ann Archer"), ("bob", "Bob Baker")] {
            let email = format!("{username}@example.com");
            let attributes = [
                ("name", name),
                ("email", &email),
                ("email_verified", "true"),
                ("custom:tenant", "blue"),
            ];
            sandbox.user(&pools.old, username, PASSWORD, &attributes)?;
        }
        Ok(pools)
    }

    /// A table of both accounts.
    pub(crate) fn table(&self) -> String {
        let (old, new) = (&self.old, &self.new);
        let rows = [
            ("", "old account", "new account"),
            ("account ID", OLD_ACCOUNT, NEW_ACCOUNT),
            ("profile", &old.profile, &new.profile),
            ("Region", &old.region, &new.region),
            ("user pool", &old.id, &new.id),
            ("users", "ann, bob", "none"),
        ];
        let lines = rows.map(|(name, old, new)| format!("  {name:10}  {old:22}  {new}\n"));
        lines.concat()
    }

    /// The AWS CLI command that signs a user in to the new pool.
    pub(crate) fn sign_in_command(&self, username: &str, password: &str) -> String {
        format!(
            "aws cognito-idp initiate-auth --profile {} --client-id {} \\\n      \
             --auth-flow USER_PASSWORD_AUTH \\\n      \
             --auth-parameters USERNAME={username},PASSWORD={password}",
            self.new.profile, self.new.client
        )
    }
}
