//! The undo record: tags on the two roles, written before the first change to what
//! was there before us and deleted last. It holds deltas, so that the edits which
//! others make meanwhile survive, and its first entry for a thing wins.

use std::collections::BTreeMap;

use crate::flows::Added;

/// Tags as IAM, Lambda and CloudWatch Logs hold them.
pub type Tags = BTreeMap<String, String>;

/// Which deployment a resource belongs to. Nothing without it is ever deleted.
pub const DEPLOYMENT: &str = "cogmig:deployment";
/// The user pool of the resource's side.
pub const POOL: &str = "cogmig:pool";
/// The account at the other end.
pub const PEER: &str = "cogmig:peer";
/// The UserMigration trigger that ours took the place of.
pub const TRIGGER_BEFORE: &str = "cogmig:trigger-before";
/// Before the id of an app client whose flows were added to.
const CLIENT: &str = "cogmig:client:";

/// The tag's key for an app client.
pub fn client_key(client_id: &str) -> String {
    format!("{CLIENT}{client_id}")
}

/// The app clients that a role's tags record, and what was added to each.
pub fn clients(tags: &Tags) -> BTreeMap<String, Added> {
    tags.iter()
        .filter_map(|(key, value)| {
            let id = key.strip_prefix(CLIENT)?;
            Some((id.to_owned(), Added::from_tag(value)?))
        })
        .collect()
}

/// The app clients whose record is there and cannot be read: somebody edited it.
pub fn unreadable(tags: &Tags) -> Vec<String> {
    tags.iter()
        .filter(|(_, value)| Added::from_tag(value).is_none())
        .filter_map(|(key, _)| key.strip_prefix(CLIENT).map(str::to_owned))
        .collect()
}

/// A trigger's ARN as a tag's value. Of an ARN's characters only the `$` of
/// `$LATEST` may not stand in a tag.
pub fn arn_to_tag(arn: &str) -> String {
    arn.replace('$', "@")
}

/// The ARN that [`arn_to_tag`] wrote.
pub fn arn_from_tag(value: &str) -> String {
    value.replace('@', "$")
}

/// The first reason why IAM would refuse these tags, if there is one: 50 a role,
/// keys of 1–128 and values of 0–256 letters, digits, spaces and `_.:/=+-@`.
pub fn refusal(tags: &Tags) -> Option<String> {
    let legal = |text: &str| {
        text.chars()
            .all(|c| c.is_alphanumeric() || c == ' ' || "_.:/=+-@".contains(c))
    };
    if tags.len() > 50 {
        return Some(format!(
            "the undo record needs {} tags on one role, and IAM allows 50: name fewer app clients, or spread them over several deployments with --suffix",
            tags.len()
        ));
    }
    tags.iter()
        .find(|(key, value)| key.len() > 128 || value.len() > 256 || !legal(key) || !legal(value))
        .map(|(key, _)| format!("the undo record does not fit an IAM tag: {key}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trigger_arn_survives_the_tag() {
        let arn = "arn:aws:lambda:eu-west-1:111111111111:function:before:$LATEST";
        let tags = Tags::from([(TRIGGER_BEFORE.into(), arn_to_tag(arn))]);
        assert_eq!(refusal(&tags), None);
        assert_eq!(arn_from_tag(&tags[TRIGGER_BEFORE]), arn);
    }

    #[test]
    fn more_clients_than_tags_are_refused() {
        let tags = (0..51).map(|n| (client_key(&n.to_string()), String::new()));
        assert!(refusal(&tags.collect()).is_some_and(|why| why.contains("51")));
    }

    #[test]
    fn what_iam_forbids_is_refused() {
        let tags = Tags::from([(client_key("a*b"), String::new())]);
        assert!(refusal(&tags).is_some());
        let tags = Tags::from([(client_key("a"), "x".repeat(257))]);
        assert!(refusal(&tags).is_some());
    }
}
