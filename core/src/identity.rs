//! The two accounts of a migration, and what identifies each.

/// Which end of the migration an account is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// Where the users come from.
    Old,
    /// Where the users go.
    New,
}

impl Side {
    /// The other end.
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
}

/// What identifies an account; enough to write every ARN of what `cogmig` makes.
#[derive(Clone, Debug)]
pub struct Identity {
    /// Which end it is.
    pub side: Side,
    /// The profile it was reached by.
    pub profile: String,
    /// Twelve digits.
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

    /// The account in words, for messages.
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
