//! Rejects flags that apply only to the policy of the other account.

use clap::ArgMatches;
use clap::parser::ValueSource;
use cogmig_core::identity::Side;
use cogmig_core::problem::{Problem, Result};

/// Options that apply to the policy of only one account.
const OF_ONE_SIDE: [(Side, &str); 10] = [
    (Side::Old, "old-pool"),
    (Side::Old, "old-region"),
    (Side::Old, "dedicated-old-client"),
    (Side::Old, "old-permissions-boundary"),
    (Side::New, "new-pool"),
    (Side::New, "new-region"),
    (Side::New, "new-permissions-boundary"),
    (Side::New, "replace-trigger"),
    (Side::New, "sms-role"),
    (Side::New, "kms-key"),
];

/// Rejects flags that apply only to the policy of the other account, because they would have no
/// effect.
///
/// # Errors
/// There is such a flag.
pub fn refuse_other_side(side: Side, flags: &ArgMatches) -> Result<()> {
    let is_set = |option: &str| {
        let source = flags.value_source(&option.replace('-', "_"));
        source == Some(ValueSource::CommandLine)
    };
    let misplaced = OF_ONE_SIDE
        .iter()
        .find(|(of, option)| *of != side && is_set(option));
    misplaced.map_or(Ok(()), |(of, option)| {
        Err(Problem::usage(
            "option-without-effect",
            format!(
                "--{option} has no effect on the policy of the {} account",
                side.as_str()
            ),
        )
        .fix(format!("run `cogmig policy {}`", of.as_str()))
        .fix(format!("remove --{option}")))
    })
}
