//! The values that members of the document can have, from the tables in `core`.

use cogmig_core::deployments;
use cogmig_core::diagnosis::Component;
use cogmig_core::identity::Side;
use cogmig_core::outcome::Ended;
use cogmig_core::plan::Action;
use cogmig_core::problem::Severity;
use cogmig_core::selected::SelectedBy;
use cogmig_core::status::State;
use rules::reasons::{Fault, Rejection};

/// Of `side`.
pub fn sides() -> Vec<&'static str> {
    [Side::Old, Side::New].map(Side::as_str).into()
}

/// Of `result`, each once.
pub fn results() -> Vec<&'static str> {
    let mut words: Vec<_> = Ended::words().collect();
    let mut seen = Vec::new();
    words.retain(|word| {
        let is_new = !seen.contains(word);
        seen.push(*word);
        is_new
    });
    words
}

/// Of `source`.
pub fn sources() -> Vec<&'static str> {
    SelectedBy::ALL.map(SelectedBy::as_str).into()
}

/// Of `action`.
pub fn actions() -> Vec<&'static str> {
    Action::ALL.map(Action::as_str).into()
}

/// Of `severity`, without those of errors.
pub fn severities() -> Vec<&'static str> {
    Severity::OF_WARNINGS.map(Severity::as_str).into()
}

/// Of `state`.
pub fn states() -> Vec<&'static str> {
    State::ALL.map(State::as_str).into()
}

/// Of `state` of a deployment, which can be null.
pub fn deployment_states() -> Vec<Option<&'static str>> {
    let words = deployments::State::WORDS.into_iter();
    words.map(Some).chain([None]).collect()
}

/// Of `component`, which can be null.
pub fn components() -> Vec<Option<&'static str>> {
    let words = Component::ALL.map(Component::as_str).into_iter();
    words.map(Some).chain([None]).collect()
}

/// Of `reason`, if it's the reason of a rejection. A later version can have more.
pub fn rejections() -> Vec<&'static str> {
    Rejection::ALL.iter().map(|reason| reason.code()).collect()
}

/// Of `reason`. A later version can have more.
pub fn reasons() -> Vec<&'static str> {
    let faults = Fault::ALL.iter().map(|reason| reason.code());
    rejections().into_iter().chain(faults).collect()
}
