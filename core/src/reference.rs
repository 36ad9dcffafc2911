//! Values as people paste them: with blanks and line ends around them, or as an ARN where an
//! id is asked for. Pure.

use crate::identity::Identity;

/// A value without the blanks, tabs, line ends and invisible characters around it.
#[must_use]
pub fn trimmed(text: &str) -> &str {
    let invisible = |c: char| c.is_whitespace() || c.is_control() || "\u{feff}\u{200b}".contains(c);
    text.trim_matches(invisible)
}

/// The value of a flag.
///
/// # Errors
/// Nothing is left of it: in a pipeline it is a variable that was forgotten.
pub fn text(flag: &str) -> Result<String, String> {
    match trimmed(flag) {
        "" => Err("a value is required".into()),
        text => Ok(text.to_owned()),
    }
}

/// A user pool or an app client as AWS lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its id.
    pub id: String,
    /// Its name, which need not be unique.
    pub name: String,
}

/// A user pool or an app client as it was named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// An id, or a name.
    pub id: String,
    /// Where it is, if an ARN says so.
    place: Option<Place>,
}

/// What an ARN says of the place of a user pool.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    /// `aws`, …
    partition: String,
    /// The Region.
    region: String,
    /// Twelve digits.
    account: String,
    /// The user pool, of an app client.
    pool: Option<String>,
}

impl Reference {
    /// A user pool: `arn:aws:cognito-idp:REGION:ACCOUNT:userpool/ID`, or anything else, which
    /// is an id or a name.
    ///
    /// # Errors
    /// An ARN of something else.
    pub fn pool(text: &str) -> Result<Self, &'static str> {
        let Some((place, resource)) = parts(text) else {
            return plain(text, "expected the id, the ARN or the name of a user pool");
        };
        match resource.strip_prefix("userpool/") {
            Some(id) if !id.is_empty() && !id.contains('/') => Ok(Self {
                id: id.to_owned(),
                place: Some(place),
            }),
            _ => Err("it is not the ARN of a user pool"),
        }
    }

    /// An app client: `…:userpool/ID/client/ID`, or anything else, which is an id or a name.
    ///
    /// # Errors
    /// An ARN of something else.
    pub fn client(text: &str) -> Result<Self, &'static str> {
        let Some((place, resource)) = parts(text) else {
            return plain(
                text,
                "expected the id, the ARN or the name of an app client",
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
            _ => Err("it is not the ARN of an app client of a user pool"),
        }
    }

    /// The account that its ARN names.
    #[must_use]
    pub fn account(&self) -> Option<&str> {
        self.place.as_ref().map(|place| place.account.as_str())
    }

    /// Why it cannot be in this account and Region, nor in this pool.
    #[must_use]
    pub fn mismatch(&self, identity: &Identity, pool: Option<&str>) -> Option<String> {
        let place = self.place.as_ref()?;
        let differs = [
            ("partition", &place.partition, &identity.partition),
            ("account", &place.account, &identity.id),
            ("Region", &place.region, &identity.region),
        ]
        .into_iter()
        .find(|(_, named, actual)| named != actual);
        if let Some((what, named, actual)) = differs {
            return Some(format!("its ARN names {what} {named}, not {actual}"));
        }
        match (place.pool.as_deref(), pool) {
            (Some(named), Some(actual)) if named != actual => {
                Some(format!("its ARN names user pool {named}, not {actual}"))
            }
            _ => None,
        }
    }
}

fn plain(text: &str, otherwise: &'static str) -> Result<Reference, &'static str> {
    if text.starts_with("arn:") {
        return Err(otherwise);
    }
    Ok(Reference {
        id: text.to_owned(),
        place: None,
    })
}

/// The parts of an ARN of Cognito user pools.
fn parts(text: &str) -> Option<(Place, &str)> {
    let parts: Vec<_> = text.splitn(6, ':').collect();
    let ["arn", partition, "cognito-idp", region, account, resource] = parts[..] else {
        return None;
    };
    // Twelve digits: it goes into policies and messages.
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

/// The Region that the id of a user pool begins with.
#[must_use]
pub fn region_of(pool: &str) -> Option<&str> {
    let (region, id) = pool.split_once('_')?;
    let fits = is_region(region) && id.chars().all(|c| c.is_ascii_alphanumeric());
    (fits && !id.is_empty()).then_some(region)
}

/// Whether this can be the name of a Region: `eu-west-1`, `us-gov-east-1`, `eusc-de-east-1`.
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
    fn what_surrounds_a_value_is_taken_off() {
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
    fn a_region_is_told_from_what_is_none() {
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
    fn an_arn_says_where_its_pool_is() {
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
