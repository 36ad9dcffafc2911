//! Why STS gives the function no session of the access role: its own words, and the account and the
//! Region that the administrator has to change.

use rules::probe::StsError;

use crate::desired::Desired;

/// Why STS gives no session in any Region that the function asked.
pub(super) struct Disabled {
    /// The errors of STS.
    pub(super) words: String,
    /// The accounts that have to enable a Region.
    pub(super) remedy: String,
    /// Whether it may resolve on its own.
    pub(super) is_transient: bool,
}

/// The cause, if STS isn't enabled in the Regions that the function asked. `None` if STS was asked
/// in a Region where it works, so the cause is another one.
pub(super) fn disabled_regions(errors: &[StsError], desired: &Desired) -> Option<Disabled> {
    let mut answered = errors.iter().filter(|error| error.code.is_some());
    let is_disabled = errors.iter().any(StsError::is_region_disabled);
    if !is_disabled || !answered.all(StsError::is_region_disabled) {
        return None;
    }
    let disabled = errors.iter().filter(|error| error.is_region_disabled());
    let ways: Vec<_> = disabled.map(|error| enable(error, desired)).collect();
    let remedy = format!(
        "{}. Use `aws account enable-region` with a profile of that account. If the Region is enabled, activate its STS endpoint in the IAM console (Account settings)",
        ways.join(", or ")
    );
    // Credentials that were just created can be unknown to STS for a moment.
    let permanent = |error: &StsError| error.code.as_deref() == Some("RegionDisabledException");
    Some(Disabled {
        words: words(errors)?,
        remedy,
        is_transient: !errors.iter().any(permanent),
    })
}

/// The errors of STS, with the Region of each. `None` if there are none.
pub(super) fn words(errors: &[StsError]) -> Option<String> {
    let each = errors.iter().map(|error| {
        let StsError {
            region,
            code,
            message,
        } = error;
        let message = message.trim_end_matches('.');
        match code {
            Some(code) if message.is_empty() => format!("STS in {region} returned {code}"),
            Some(code) => format!("STS in {region} returned {code}: {message}"),
            None => format!("STS in {region} gave {message}"),
        }
    });
    let all: Vec<_> = each.collect();
    (!all.is_empty()).then(|| all.join("; "))
}

/// STS needs the Region in the account of the role, which is the old one, and in the account of the
/// caller, which is the new one. The function's own Region is enabled in the new account.
fn enable(error: &StsError, desired: &Desired) -> String {
    let (old, new) = (&desired.old.identity, &desired.new.identity);
    let is_of_role = error.code.as_deref() == Some("RegionDisabledException");
    let lacking = if is_of_role || error.region == new.region {
        old
    } else {
        new
    };
    format!(
        "enable Region {} in the {} account {}",
        error.region,
        lacking.side.as_str(),
        lacking.id
    )
}
