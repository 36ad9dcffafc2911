//! Whether a CI system runs this. It decides whether anybody is asked, so that what looks like one
//! and is none must not count.

use std::env;

use ci_info::types::Vendor;

/// Hosts of applications, which set their variables in a person's shell as well.
const HOSTS: [Vendor; 4] = [
    Vendor::Heroku,
    Vendor::NetlifyCI,
    Vendor::Render,
    Vendor::Vercel,
];

/// The variables by which `ci_info` detects the common vendors: it counts one that is set, even
/// to nothing or to false.
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
        ci => !says_no(ci),
    }
}

fn by_vendor() -> bool {
    let is_off = |name: &&str| env::var(name).is_ok_and(|value| says_no(&value));
    let vendor = ci_info::get().vendor;
    vendor.is_some_and(|vendor| !HOSTS.contains(&vendor)) && !SWITCHES.iter().any(is_off)
}

fn says_no(value: &str) -> bool {
    let no = ["", "0", "false", "no", "off"];
    no.contains(&value.trim().to_lowercase().as_str())
}
