//! Detects CI systems. In a CI system there are no prompts, so an environment that only looks like
//! a CI system must not count.

use std::env;

use ci_info::types::Vendor;

/// Application hosts, which also set their variables in interactive shells.
const HOSTS: [Vendor; 4] = [
    Vendor::Heroku,
    Vendor::NetlifyCI,
    Vendor::Render,
    Vendor::Vercel,
];

/// The variables with which `ci_info` detects common vendors. It also counts variables that are
/// empty or `false`.
const SWITCHES: [&str; 16] = [
    "APPVEYOR",
    "BITBUCKET_COMMIT",
    "BUILDKITE",
    "BUILD_ID",
    "CIRCLECI",
    "CIRRUS_CI",
    "CODEBUILD_BUILD_ARN",
    "DRONE",
    "GITEA_ACTIONS",
    "GITHUB_ACTIONS",
    "GITLAB_CI",
    "JENKINS_URL",
    "SEMAPHORE",
    "TEAMCITY_VERSION",
    "TF_BUILD",
    "TRAVIS",
];

/// By `CI`, or by the variables of a vendor. `CI=false` disables the detection, and so does a
/// vendor's variable that is empty or false. General variables, such as `BUILD_NUMBER`, don't
/// count.
pub fn detected() -> bool {
    let ci = env::var("CI").unwrap_or_default();
    match ci.trim() {
        "" => by_vendor(),
        ci => !is_off_value(ci),
    }
}

fn by_vendor() -> bool {
    let is_off = |name: &&str| env::var(name).is_ok_and(|value| is_off_value(&value));
    let vendor = ci_info::get().vendor;
    vendor.is_some_and(|vendor| !HOSTS.contains(&vendor)) && !SWITCHES.iter().any(is_off)
}

fn is_off_value(value: &str) -> bool {
    let no = ["", "0", "false", "no", "off"];
    no.contains(&value.trim().to_lowercase().as_str())
}
