//! What an account may require of new resources: a permissions boundary and a path for roles, and
//! tags. Pure.

use std::collections::BTreeMap;

use crate::identity::Identity;

/// The path of a role that was created without one.
pub const ROOT: &str = "/";

/// The prefixes of the keys that users can't set: AWS's, and those of the undo record.
const RESERVED: [&str; 2] = ["aws:", "cogmig:"];

/// Checks the path of a role: `/`, or up to 512 printable ASCII characters that start and end with
/// `/` (IAM's `CreateRole`).
///
/// # Errors
/// What is expected.
pub fn check_path(path: &str) -> Result<(), &'static str> {
    let is_legal = |c: char| c.is_ascii_graphic() && !"*?$".contains(c);
    let has_slashes = path.starts_with('/') && path.ends_with('/') && !path.contains("//");
    if has_slashes && path.len() <= 512 && path.chars().all(is_legal) {
        Ok(())
    } else {
        Err("expected a path that starts and ends with /, such as /app/")
    }
}

/// The path in the ARN of a role.
#[must_use]
pub fn path_of(role_arn: &str) -> Option<&str> {
    let resource = role_arn.splitn(6, ':').nth(5)?;
    let path = resource.strip_prefix("role")?;
    let path = &path[..=path.rfind('/')?];
    check_path(path).is_ok().then_some(path)
}

/// Whether an ARN is that of the role with this name in the account, under any path. The names of
/// roles are unique in an account, whatever their paths are.
#[must_use]
pub fn is_role(arn: &str, account: &Identity, name: &str) -> bool {
    let resource = arn.strip_prefix(&account.iam_arn("role/"));
    resource.is_some_and(|resource| resource.rsplit('/').next() == Some(name))
}

/// Checks a permissions boundary: the ARN of a policy, or the name of a policy of the account, with
/// its path if it has one.
///
/// # Errors
/// What is expected.
pub fn check_boundary(boundary: &str) -> Result<(), &'static str> {
    let name = match boundary.splitn(6, ':').collect::<Vec<_>>()[..] {
        ["arn", _, "iam", "", _, policy] => policy.strip_prefix("policy/").unwrap_or_default(),
        _ => boundary.trim_start_matches('/'),
    };
    let is_legal = |c: char| c.is_ascii_alphanumeric() || "/_+=,.@-".contains(c);
    if !name.is_empty() && !name.ends_with('/') && name.chars().all(is_legal) {
        Ok(())
    } else {
        Err("expected the ARN or the name of an IAM policy")
    }
}

/// The ARN of a permissions boundary in an account. A boundary is a policy of the same account, or
/// an AWS managed policy.
///
/// # Errors
/// The ARN is that of another account.
pub fn boundary_arn(boundary: &str, account: &Identity) -> Result<String, String> {
    let [_, partition, _, _, owner, _] = boundary.splitn(6, ':').collect::<Vec<_>>()[..] else {
        let name = boundary.trim_start_matches('/');
        return Ok(account.iam_arn(&format!("policy/{name}")));
    };
    if partition == account.partition && [account.id.as_str(), "aws"].contains(&owner) {
        return Ok(boundary.to_owned());
    }
    Err(format!(
        "the policy isn't in the {} account, which is {} in the partition {}",
        account.side.as_str(),
        account.id,
        account.partition
    ))
}

/// The tags in texts such as `team=identity`.
///
/// # Errors
/// A text, and why it isn't a tag: IAM, Lambda and CloudWatch Logs allow keys of 1–128 and values of
/// 0–256 letters, digits, spaces and `_.:/=+-@`, and IAM no two keys that differ only in case.
pub fn tags<'a>(
    texts: impl IntoIterator<Item = &'a str>,
) -> Result<BTreeMap<String, String>, (&'a str, &'static str)> {
    let mut tags = BTreeMap::new();
    for text in texts {
        let (key, value) = text.split_once('=').ok_or((text, "expected KEY=VALUE"))?;
        let (key, value) = (key.trim(), value.trim());
        let has_key = |other: &String| other.to_lowercase() == key.to_lowercase();
        if key.is_empty() || !is_legal(key, 128) || !is_legal(value, 256) {
            return Err((text, LEGAL));
        }
        if is_reserved(key) {
            return Err((text, "keys that start with aws: or cogmig: are reserved"));
        }
        if tags.keys().any(has_key) {
            return Err((text, "another tag has this key"));
        }
        tags.insert(key.to_owned(), value.to_owned());
    }
    Ok(tags)
}

const LEGAL: &str =
    "expected a key of 1 to 128 and a value of 0 to 256 letters, digits, spaces and _.:/=+-@";

fn is_legal(text: &str, most: usize) -> bool {
    text.chars().count() <= most
        && text
            .chars()
            .all(|c| c.is_alphanumeric() || " _.:/=+-@".contains(c))
}

/// Whether users can't set this key.
#[must_use]
pub fn is_reserved(key: &str) -> bool {
    let key = key.to_lowercase();
    RESERVED.iter().any(|prefix| key.starts_with(prefix))
}

/// Tags as one text, such as `cost-center=7,team=identity`. No tag contains a comma.
#[must_use]
pub fn text_of(tags: &BTreeMap<String, String>) -> String {
    let tags = tags.iter().map(|(key, value)| format!("{key}={value}"));
    tags.collect::<Vec<_>>().join(",")
}

/// The tags of [`text_of`]. Invalid ones are omitted.
#[must_use]
pub fn tags_of(text: &str) -> BTreeMap<String, String> {
    let valid = text.split(',').filter_map(|text| tags([text]).ok());
    valid.flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::Side;

    fn account() -> Identity {
        Identity {
            side: Side::New,
            id: "222222222222".into(),
            region: "eu-central-1".into(),
            partition: "aws".into(),
            profile: "new".into(),
        }
    }

    #[test]
    fn a_path_has_two_slashes() {
        for (path, is_valid) in [
            ("/", true),
            ("/app/", true),
            ("/team/app-1_x/", true),
            ("", false),
            ("app", false),
            ("/app", false),
            ("app/", false),
            ("//", false),
            ("/a//b/", false),
            ("/a b/", false),
            ("/*/", false),
            ("/ä/", false),
        ] {
            assert_eq!(check_path(path).is_ok(), is_valid, "{path}");
        }
        assert!(check_path(&format!("/{}/", "x".repeat(510))).is_ok());
        assert!(check_path(&format!("/{}/", "x".repeat(511))).is_err());
    }

    #[test]
    fn the_path_and_the_name_are_read_from_an_arn() {
        let arn = |resource: &str| account().iam_arn(resource);
        assert_eq!(path_of(&arn("role/r")), Some("/"));
        assert_eq!(path_of(&arn("role/a/b/r")), Some("/a/b/"));
        assert_eq!(path_of(&arn("user/u")), None);
        assert_eq!(path_of("r"), None);
        for (resource, is_r) in [
            ("role/r", true),
            ("role/a/r", true),
            ("role/a/xr", false),
            ("role/r/x", false),
            ("user/r", false),
        ] {
            assert_eq!(is_role(&arn(resource), &account(), "r"), is_r, "{resource}");
        }
        assert!(!is_role(
            "arn:aws:iam::111111111111:role/r",
            &account(),
            "r"
        ));
    }

    #[test]
    fn a_boundary_is_a_policy_of_the_account_or_of_aws() {
        let own = "arn:aws:iam::222222222222:policy/team/boundary";
        for name in ["team/boundary", "/team/boundary", own] {
            assert_eq!(check_boundary(name), Ok(()));
            assert_eq!(boundary_arn(name, &account()).as_deref(), Ok(own));
        }
        let of_aws = "arn:aws:iam::aws:policy/PowerUserAccess";
        assert_eq!(boundary_arn(of_aws, &account()).as_deref(), Ok(of_aws));
        for other in [
            "arn:aws:iam::111111111111:policy/boundary",
            "arn:aws-cn:iam::222222222222:policy/boundary",
        ] {
            assert_eq!(check_boundary(other), Ok(()));
            assert!(boundary_arn(other, &account()).is_err(), "{other}");
        }
        for invalid in [
            "",
            "/",
            "a b",
            "arn:aws:iam::222222222222:role/r",
            "a*",
            "x/",
        ] {
            assert!(check_boundary(invalid).is_err(), "{invalid}");
        }
    }

    #[test]
    fn tags_are_read_and_written_as_one_text() {
        let read = tags(["team=identity", "cost-center=a=b", "Größe = 7 ", "empty="]);
        let read = read.expect("valid tags");
        assert_eq!(read["cost-center"], "a=b");
        assert_eq!(read["Größe"], "7");
        assert_eq!(tags_of(&text_of(&read)), read);
        assert_eq!(tags_of(""), BTreeMap::new());
        assert_eq!(tags_of("none"), BTreeMap::new());
        for invalid in ["team", "=x", "aws:a=b", "Cogmig:pool=x", "a*=b", "a=b;c"] {
            assert!(tags([invalid]).is_err(), "{invalid}");
        }
        assert!(tags(["Team=a", "team=b"]).is_err());
    }
}
