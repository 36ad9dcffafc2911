//! Pasted values: with whitespace around them, or with an ARN or a name instead of an id. Pure.

use crate::identity::Identity;

/// Removes spaces, tabs, line breaks and invisible characters around a value.
#[must_use]
pub fn trimmed(text: &str) -> &str {
    let invisible = |c: char| c.is_whitespace() || c.is_control() || "\u{feff}\u{200b}".contains(c);
    text.trim_matches(invisible)
}

/// The trimmed value of a flag.
///
/// # Errors
/// The value is empty. In a pipeline, this is usually a variable that isn't set.
pub fn text(flag: &str) -> Result<String, String> {
    match trimmed(flag) {
        "" => Err("a value is required".into()),
        text => Ok(text.to_owned()),
    }
}

/// A user pool or an app client in a list of AWS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its id.
    pub id: String,
    /// Its name, which may not be unique.
    pub name: String,
}

/// A user pool or an app client in an option.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// An id or a name.
    pub id: String,
    /// Its location, if the option is an ARN.
    place: Option<Place>,
}

/// The location in the ARN of a user pool or an app client.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    /// The partition, such as `aws`.
    partition: String,
    /// The Region.
    region: String,
    /// The account id, twelve digits.
    account: String,
    /// The user pool, if it's the ARN of an app client.
    pool: Option<String>,
}

impl Reference {
    /// A user pool: `arn:aws:cognito-idp:REGION:ACCOUNT:userpool/ID`, an id or a name.
    ///
    /// # Errors
    /// The ARN is that of another resource.
    pub fn pool(text: &str) -> Result<Self, &'static str> {
        let Some((place, resource)) = parts(text) else {
            return plain(text, "expected the ID, the ARN or the name of a user pool");
        };
        match resource.strip_prefix("userpool/") {
            Some(id) if !id.is_empty() && !id.contains('/') => Ok(Self {
                id: id.to_owned(),
                place: Some(place),
            }),
            _ => Err("this is not the ARN of a user pool"),
        }
    }

    /// An app client: `…:userpool/ID/client/ID`, an id or a name.
    ///
    /// # Errors
    /// The ARN is that of another resource.
    pub fn client(text: &str) -> Result<Self, &'static str> {
        let Some((place, resource)) = parts(text) else {
            return plain(
                text,
                "expected the ID, the ARN or the name of an app client",
            );
        };
        match resource.split('/').collect::<Vec<_>>()[..] {
            ["userpool", pool, "client", id] if !id.is_empty() => Ok(Self {
                id: id.to_owned(),
                place: Some(Place {
                    pool: Some(pool.to_owned()),
                    ..place
                }),
            }),
            _ => Err("this is not the ARN of an app client of a user pool"),
        }
    }

    /// The account in its ARN.
    #[must_use]
    pub fn account(&self) -> Option<&str> {
        self.place.as_ref().map(|place| place.account.as_str())
    }

    /// Why the ARN doesn't match this account and Region, or this user pool.
    #[must_use]
    pub fn mismatch(&self, identity: &Identity, pool: Option<&str>) -> Option<String> {
        let place = self.place.as_ref()?;
        let differs = [
            ("partition", &place.partition, &identity.partition),
            ("account", &place.account, &identity.id),
            ("Region", &place.region, &identity.region),
        ]
        .into_iter()
        .find(|(_, given, actual)| given != actual);
        if let Some((what, given, actual)) = differs {
            return Some(format!("the ARN is of {what} {given}, not {actual}"));
        }
        match (place.pool.as_deref(), pool) {
            (Some(given), Some(actual)) if given != actual => {
                Some(format!("the ARN is of user pool {given}, not {actual}"))
            }
            _ => None,
        }
    }
}

fn plain(text: &str, expected: &'static str) -> Result<Reference, &'static str> {
    if text.starts_with("arn:") {
        return Err(expected);
    }
    Ok(Reference {
        id: text.to_owned(),
        place: None,
    })
}

/// The location and the resource in an ARN of Cognito user pools.
fn parts(text: &str) -> Option<(Place, &str)> {
    let parts: Vec<_> = text.splitn(6, ':').collect();
    let ["arn", partition, "cognito-idp", region, account, resource] = parts[..] else {
        return None;
    };
    // Only twelve digits, because the value is written to policies and messages.
    if account.len() != 12 || !account.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let place = Place {
        partition: partition.to_owned(),
        region: region.to_owned(),
        account: account.to_owned(),
        pool: None,
    };
    Some((place, resource))
}

/// The Region at the start of a user pool's id.
#[must_use]
pub fn region_of(pool: &str) -> Option<&str> {
    let (region, id) = pool.split_once('_')?;
    let is_valid = is_region(region) && id.chars().all(|c| c.is_ascii_alphanumeric());
    (is_valid && !id.is_empty()).then_some(region)
}

/// Whether this can be a Region: `eu-west-1`, `us-gov-east-1`, `eusc-de-east-1`.
#[must_use]
pub fn is_region(text: &str) -> bool {
    let mut parts = text.rsplit('-');
    let number = parts.next().unwrap_or_default();
    let words: Vec<_> = parts.collect();
    let is_word = |word: &&str| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase());
    !number.is_empty()
        && number.chars().all(|c| c.is_ascii_digit())
        && words.len() >= 2
        && words.iter().all(is_word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::Side;

    #[test]
    fn whitespace_around_a_value_is_removed() {
        for text in [
            "a b",
            " a b",
            "a b\r\n",
            "\ta b\t",
            "\u{feff}a b",
            "\u{a0}a b\u{200b}",
        ] {
            assert_eq!(trimmed(text), "a b", "{text:?}");
        }
        assert_eq!(text("x"), Ok("x".into()));
        assert!(text(" \r\n").is_err());
    }

    #[test]
    fn regions_are_recognized() {
        for region in [
            "eu-west-1",
            "us-gov-east-1",
            "us-isob-east-1",
            "eusc-de-east-1",
        ] {
            assert!(is_region(region), "{region}");
            assert_eq!(region_of(&format!("{region}_AbC1")), Some(region));
        }
        for other in [
            "",
            "eu-west",
            "west-1",
            "eu-west-1a",
            "eu_west_1",
            "EU-WEST-1",
            "eu--1",
        ] {
            assert!(!is_region(other), "{other}");
        }
        for name in [
            "my-shop_1",
            "shop",
            "eu-west-1_",
            "eu-west-1_a b",
            "eu-west-1_a_b",
        ] {
            assert_eq!(region_of(name), None, "{name}");
        }
    }

    #[test]
    fn an_arn_has_the_location_of_its_user_pool() {
        let identity = Identity {
            side: Side::Old,
            profile: "old".into(),
            id: "111111111111".into(),
            partition: "aws".into(),
            region: "eu-west-1".into(),
        };
        let pool = Reference::pool("arn:aws:cognito-idp:eu-west-1:111111111111:userpool/p")
            .expect("a reference");
        assert_eq!(pool.id, "p");
        assert_eq!(pool.mismatch(&identity, None), None);
        for (arn, words) in [
            (
                "arn:aws-cn:cognito-idp:eu-west-1:111111111111:userpool/p",
                "partition aws-cn",
            ),
            (
                "arn:aws:cognito-idp:eu-west-1:333333333333:userpool/p",
                "account 333333333333",
            ),
            (
                "arn:aws:cognito-idp:eu-west-2:111111111111:userpool/p",
                "Region eu-west-2",
            ),
        ] {
            let why = Reference::pool(arn)
                .expect("a reference")
                .mismatch(&identity, None);
            assert!(why.is_some_and(|why| why.contains(words)), "{arn}");
        }
        let client = "arn:aws:cognito-idp:eu-west-1:111111111111:userpool/p/client/c";
        let client = Reference::client(client).expect("a reference");
        assert_eq!(client.id, "c");
        assert_eq!(client.mismatch(&identity, Some("p")), None);
        assert!(client.mismatch(&identity, Some("q")).is_some());
        for wrong in [
            "arn:aws:s3:::b",
            "arn:",
            "arn:aws:cognito-idp:r:a:userpool/",
        ] {
            assert!(Reference::pool(wrong).is_err(), "{wrong}");
        }
        assert!(
            Reference::client("arn:aws:cognito-idp:eu-west-1:111111111111:userpool/p").is_err()
        );
        assert_eq!(Reference::pool("shop").expect("a reference").id, "shop");
    }
}
