//! The user's tags, which all resources that can have tags get. They are separate from the undo
//! record: setup changes a tag only if an option names it, or named it at an earlier setup.

use rules::env;

use super::change::{Edit, Update};
use super::step::Step;
use crate::desired::Desired;
use crate::governance::tags_of;
use crate::observed::NewSide;
use crate::record::{Tags, missing};

/// Sets the tags that are missing on a resource, and removes those of an earlier setup that this
/// one doesn't have, unless someone else changed their values.
pub(super) fn update(
    update: &mut Update,
    (desired, new): (&Desired, &NewSide),
    existing: &Tags,
    set: impl FnOnce(Tags) -> Step,
    remove: impl FnOnce(Vec<String>) -> Step,
) {
    let shown = |(key, value): (&String, &String)| format!("{key}={}", value.escape_debug());
    // IAM doesn't distinguish keys by case, so a tag is removed before one with another case is set.
    let mut removed = recorded(desired, new);
    removed
        .retain(|key, value| !desired.tags.contains_key(key) && existing.get(key) == Some(value));
    let mut left = existing.clone();
    left.retain(|key, _| !removed.contains_key(key));
    if !removed.is_empty() {
        let edits = removed.iter().map(|tag| Edit::remove("tags", shown(tag)));
        update.edits.extend(edits);
        update.steps.push(remove(removed.into_keys().collect()));
    }
    if let Some(tags) = missing(&spelled(&left, &desired.tags), &desired.tags) {
        let edits = tags.iter().map(|tag| {
            let before = left.get_key_value(tag.0).map(shown);
            Edit::set("tags", before, Some(shown(tag)))
        });
        update.edits.extend(edits);
        update.steps.push(set(tags));
    }
}

/// The existing tags, with the keys as they are desired. IAM keeps the case of an existing key.
fn spelled(existing: &Tags, desired: &Tags) -> Tags {
    let mut spelled = existing.clone();
    for key in desired.keys().filter(|key| !existing.contains_key(*key)) {
        let mut others = existing.iter();
        let other = others.find(|(other, _)| other.to_lowercase() == key.to_lowercase());
        spelled.extend(other.map(|(_, value)| (key.clone(), value.clone())));
    }
    spelled
}

/// The tags of the last setup, which the function has on record.
fn recorded(desired: &Desired, new: &NewSide) -> Tags {
    let function = new.function.as_ref();
    let function = function.filter(|function| desired.names.own(&function.tags));
    let recorded = function.and_then(|function| {
        let environment = &function.configuration.environment;
        environment.get(env::TAGS)
    });
    recorded.map(|text| tags_of(text)).unwrap_or_default()
}
