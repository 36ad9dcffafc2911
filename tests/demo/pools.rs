//! What a newcomer finds: an old pool with users, and a new one without.

use anyhow::Result;
use cogmig_sandbox::{Pool, Sandbox};

/// What the users of the old pool sign in with.
pub(crate) const PASSWORD: &str = "Correct-horse-1";

/// The two pools.
pub(crate) struct Scene {
    pub(crate) old: Pool,
    pub(crate) new: Pool,
}

impl Scene {
    /// Makes both.
    pub(crate) fn set(sandbox: &Sandbox) -> Result<Self> {
        let scene = Self {
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
            sandbox.user(&scene.old, username, PASSWORD, &attributes)?;
        }
        Ok(scene)
    }
}
