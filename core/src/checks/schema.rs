//! A pool's attributes, from `SchemaAttributes` of DescribeUserPool.

use serde_json::Value;

use crate::cognito::lossless::Object;

/// The contacts of a user, each with the attribute that marks it as verified.
pub(super) const FLAGS: [(&str, &str); 2] = [
    ("email", "email_verified"),
    ("phone_number", "phone_number_verified"),
];

/// An attribute of a pool's schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Attribute<'a> {
    pub name: &'a str,
    kind: &'a str,
    pub required: bool,
    pub mutable: bool,
    least: Option<i64>,
    most: Option<i64>,
}

impl<'a> Attribute<'a> {
    fn of(value: &'a Value) -> Option<Self> {
        let kind = value.get("AttributeDataType").and_then(Value::as_str);
        let limit = |string: &str, number: &str| {
            let limit = match kind {
                Some("Number") => value.get("NumberAttributeConstraints")?.get(number)?,
                _ => value.get("StringAttributeConstraints")?.get(string)?,
            };
            limit.as_str()?.parse().ok()
        };
        Some(Self {
            name: value.get("Name")?.as_str()?,
            kind: kind.unwrap_or("String"),
            required: value.get("Required") == Some(&Value::Bool(true)),
            mutable: value.get("Mutable") != Some(&Value::Bool(false)),
            least: limit("MinLength", "MinValue"),
            most: limit("MaxLength", "MaxValue"),
        })
    }

    /// Whether the trigger can set it. `sub` and `identities` are reserved for Cognito, and only
    /// administrators can set `dev:` attributes. Commas and equals signs are the separators in
    /// the function's environment.
    pub fn can_be_set(&self) -> bool {
        let reserved = ["sub", "identities"].contains(&self.name);
        let prefixes = ["cognito:", "dev:"];
        !reserved
            && !prefixes.iter().any(|prefix| self.name.starts_with(prefix))
            && !self.name.contains([',', '='])
    }

    /// Whether it marks a contact as verified.
    pub fn is_flag(&self) -> bool {
        FLAGS.iter().any(|(_, flag)| *flag == self.name)
    }

    /// Whether a string of `length` characters fits.
    pub fn fits_string(&self, length: i64) -> bool {
        self.kind == "String" && self.most.is_none_or(|most| length <= most)
    }

    /// Why a value of `other` may not fit, if so.
    pub fn narrower_than(&self, other: &Self) -> Option<String> {
        if self.kind != "String" && self.kind != other.kind {
            return Some(format!(
                "is a {} in the new pool and a {} in the old pool",
                self.kind, other.kind
            ));
        }
        // Limits of different types can't be compared, so any limit of the new pool may be hit.
        let same = self.kind == other.kind;
        let most = self
            .most
            .filter(|most| !same || other.most.is_none_or(|other| other > *most));
        let least = self.least.filter(|least| {
            *least > 0 && (!same || other.least.is_none_or(|other| other < *least))
        });
        let unit = if self.kind == "Number" {
            ""
        } else {
            " characters"
        };
        match (least, most) {
            (_, Some(most)) => Some(format!("allows at most {most}{unit} in the new pool")),
            (Some(least), None) => Some(format!("requires at least {least}{unit} in the new pool")),
            (None, None) => None,
        }
    }
}

/// All attributes of a pool.
pub(super) fn of(pool: &Object) -> Vec<Attribute<'_>> {
    let list = pool.get("SchemaAttributes").and_then(Value::as_array);
    list.into_iter()
        .flatten()
        .filter_map(Attribute::of)
        .collect()
}

/// The attribute with this name.
pub(super) fn find<'a, 'b>(schema: &'b [Attribute<'a>], name: &str) -> Option<&'b Attribute<'a>> {
    schema.iter().find(|attribute| attribute.name == name)
}
