//! Each reason has one code, and each code has one reason.

use std::collections::BTreeSet;

use super::{Failure, Fault, Rejection};

#[test]
fn a_reason_round_trips_through_its_code() {
    let rejections = Rejection::ALL.iter().copied().map(Failure::Rejected);
    let faults = Fault::ALL.iter().copied().map(Failure::Fault);
    let mut codes = BTreeSet::new();
    for failure in rejections.chain(faults) {
        let (outcome, reason) = (failure.outcome(), failure.reason());
        assert_eq!(Failure::of(outcome, reason), Some(failure));
        assert!(codes.insert(reason), "{reason} is a duplicate");
        let legal = |c: char| c.is_ascii_lowercase() || c == '_';
        assert!(reason.chars().all(legal), "{reason}");
    }
    assert_eq!(codes.len(), Rejection::ALL.len() + Fault::ALL.len());
}

#[test]
fn an_unknown_code_is_none() {
    assert_eq!(Failure::of("rejected", "of_the_future"), None);
    assert_eq!(Failure::of("rejected", "throttled"), None);
    assert_eq!(Failure::of("migrated", "disabled"), None);
}
