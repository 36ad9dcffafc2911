//! Flags of the other account's policy.

use clap::ArgMatches;
use clap::parser::ValueSource;
use cogmig_core::identity::Side;
use cogmig_core::problem::{Problem, Result};

/// Options of the policy of one account alone.
const OF_ONE_SIDE: [(Side, &str); 7] = [
    (Side::Old, "old-pool"),
    (Side::Old, "old-region"),
    (Side::Old, "dedicated-old-client"),
    (Side::New, "new-pool"),
    (Side::New, "new-region"),
    (Side::New, "replace-trigger"),
    (Side::New, "sms-role"),
];

/// Refuses flags of the other account's policy: they would have no effect.
///
/// # Errors
/// One was given.
pub fn refuse_other_side(side: Side, flags: &ArgMatches) -> Result<()> {
    let given = |option: &str| {
        let source = flags.value_source(&option.replace('-', "_"));
        source == Some(ValueSource::CommandLine)
    };
    let misplaced = OF_ONE_SIDE
        .iter()
        .find(|(of, option)| *of != side && given(option));
    misplaced.map_or(Ok(()), |(of, option)| {
        Err(Problem::usage(
            "option-without-effect",
            format!(
                "--{option} has no effect on the policy of the {} account",
                side.as_str()
            ),
        )
        .fix(format!("`cogmig policy {}`, or no --{option}", of.as_str())))
    })
}
