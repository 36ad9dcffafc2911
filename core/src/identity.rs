//! The two accounts of a migration, and how they are identified.

/// The side of the migration that an account is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// Users are migrated from this account.
    Old,
    /// Users are migrated to this account.
    New,
}

impl Side {
    /// The other side.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Old => Self::New,
            Self::New => Self::Old,
        }
    }

    /// `old` or `new`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Old => "old",
            Self::New => "new",
        }
    }

    /// The remedy if the profile of this side lacks a permission.
    #[must_use]
    pub fn grant(self, actions: &str) -> String {
        let side = self.as_str();
        format!("allow {actions} in an IAM policy of the {side} profile's role or user")
    }
}

/// The identity of an account, from which the ARNs of all resources are derived.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The side of the migration.
    pub side: Side,
    /// The AWS profile.
    pub profile: String,
    /// The account id, twelve digits.
    pub id: String,
    /// `aws`, `aws-us-gov`, `aws-cn`, `aws-eusc`, …
    pub partition: String,
    /// The Region of this side's user pool.
    pub region: String,
}

impl Identity {
    /// The ARN of an IAM resource, such as `role/NAME`.
    #[must_use]
    pub fn iam_arn(&self, resource: &str) -> String {
        format!("arn:{}:iam::{}:{resource}", self.partition, self.id)
    }

    /// The ARN of a resource of a Regional service.
    #[must_use]
    pub fn arn(&self, service: &str, resource: &str) -> String {
        format!(
            "arn:{}:{service}:{}:{}:{resource}",
            self.partition, self.region, self.id
        )
    }

    /// The account, for messages.
    #[must_use]
    pub fn place(&self) -> String {
        let Self {
            side,
            profile,
            id,
            region,
            ..
        } = self;
        format!(
            "{} account {id} ({region}, profile `{profile}`)",
            side.as_str()
        )
    }
}
