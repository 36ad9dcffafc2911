//! The examples in the help of each command.

/// An example: what it does, and the command line.
pub type Example = (&'static str, &'static str);

/// Two examples per command, and two of `cogmig` itself.
const EXAMPLES: [(&str, [Example; 2]); 11] = [
    (
        "cogmig",
        [
            (
                "Show the changes that setup would make",
                "cogmig plan --old-profile old-account --new-profile new-account",
            ),
            (
                "Deploy the migration",
                "cogmig setup --old-profile old-account --new-profile new-account",
            ),
        ],
    ),
    (
        "plan",
        [
            (
                "Show the changes that setup would make",
                "cogmig plan --old-profile old-account --new-profile new-account",
            ),
            (
                "In a pipeline, with cogmig.toml: exit with 2 if there are changes",
                "cogmig plan --detailed-exitcode --output json",
            ),
        ],
    ),
    (
        "setup",
        [
            (
                "Deploy the migration, and don't migrate users with MFA",
                "cogmig setup --old-profile old --new-profile new --mfa-users refuse",
            ),
            (
                "With cogmig.toml: replace the trigger of another tool, without a prompt",
                "cogmig setup --replace-trigger --yes",
            ),
        ],
    ),
    (
        "verify",
        [
            (
                "Report drift and run the connectivity check",
                "cogmig verify --old-profile old-account --new-profile new-account",
            ),
            (
                "With cogmig.toml: print the result as JSON",
                "cogmig verify --output json",
            ),
        ],
    ),
    (
        "user",
        [
            (
                "Report whether a sign-in would migrate a user",
                "cogmig user ada@example.com --old-profile old --new-profile new",
            ),
            (
                "With cogmig.toml: check the password of the user ada",
                "cogmig user ada --password-stdin < password.txt",
            ),
        ],
    ),
    (
        "status",
        [
            (
                "Report the progress of the migration",
                "cogmig status --old-profile old-account --new-profile new-account",
            ),
            (
                "With cogmig.toml: exit with 2 if sign-ins failed in the last 7 days",
                "cogmig status --since 7d --detailed-exitcode",
            ),
        ],
    ),
    (
        "teardown",
        [
            (
                "Show which settings would be restored and which resources deleted",
                "cogmig teardown --old-profile old --new-profile new --dry-run",
            ),
            (
                "Remove the deployment from the new account if the old one is closed",
                "cogmig teardown --new-profile new-account",
            ),
        ],
    ),
    (
        "list",
        [
            (
                "List the deployments in both accounts",
                "cogmig list --old-profile old-account --new-profile new-account",
            ),
            (
                "In a script: the deployments of one account",
                "cogmig list --new-profile new-account --output json",
            ),
        ],
    ),
    (
        "policy",
        [
            (
                "Print the policy for the old account, limited to one user pool",
                "cogmig policy old --account 111111111111 --old-pool eu-west-1_AbCdEfGhI",
            ),
            (
                "Print the policy for pull requests, which only run plan and status",
                "cogmig policy new --read-only",
            ),
        ],
    ),
    (
        "completions",
        [
            (
                "Install the completions for bash",
                "cogmig completions bash > ~/.local/share/bash-completion/completions/cogmig",
            ),
            (
                "Install the completions for fish",
                "cogmig completions fish > ~/.config/fish/completions/cogmig.fish",
            ),
        ],
    ),
    (
        "man",
        [
            (
                "Install the man pages for the current user",
                "cogmig man ~/.local/share/man/man1",
            ),
            (
                "Write the man pages for a package",
                "cogmig man build/usr/share/man/man1",
            ),
        ],
    ),
];

/// The examples of a command.
pub fn examples(command: &str) -> &'static [Example] {
    let examples = EXAMPLES.iter().find(|(name, _)| *name == command);
    examples.map_or(&[], |(_, examples)| examples)
}
