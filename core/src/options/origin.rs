//! Where an option was set.

use std::collections::BTreeMap;

use crate::problem::Problem;
use crate::text::on_one_line;

/// The origin of an option's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The command line.
    Flag,
    /// An environment variable.
    Environment,
    /// A configuration file.
    File {
        /// The path.
        name: String,
        /// The line, from 1.
        line: usize,
    },
    /// The existing deployment.
    Deployment,
}

impl Origin {
    /// The option, as it's written in its origin.
    #[must_use]
    pub fn option(&self, option: &str) -> String {
        match self {
            Self::Flag => format!("--{option}"),
            Self::Environment => variable(option),
            Self::File { name, line } => format!("{name}, line {line}: {option}"),
            Self::Deployment => format!("existing deployment: {option}"),
        }
    }

    /// The place where an option was set, for a list of options.
    #[must_use]
    pub fn place(&self, option: &str) -> String {
        match self {
            Self::Flag => "command line".to_owned(),
            Self::Environment => variable(option),
            Self::File { name, line } => format!("{name}, line {line}"),
            Self::Deployment => "existing deployment".to_owned(),
        }
    }

    /// The option with its value, as it's written in its origin. An empty value is omitted.
    #[must_use]
    pub fn setting(&self, option: &str, value: &str) -> String {
        let separator = match self {
            _ if value.is_empty() => "",
            Self::Environment => "=",
            Self::Flag | Self::File { .. } | Self::Deployment => " ",
        };
        let value = on_one_line(value);
        format!("{}{separator}{value}", self.option(option))
    }

    /// An error for an invalid value with this origin.
    #[must_use]
    pub fn refuse(&self, option: &str, value: &str, why: &str) -> Problem {
        let setting = self.setting(option, value);
        Problem::usage("option-invalid", format!("{setting}: {why}"))
    }
}

/// The value of an option, and its origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The value as text. Several values are separated by commas.
    pub value: String,
    /// The origin.
    pub origin: Origin,
}

/// The options that are set, by their long names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origins(BTreeMap<String, Setting>);

impl Origins {
    /// Each option that is set.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Setting)> {
        self.0
            .iter()
            .map(|(option, setting)| (option.as_str(), setting))
    }

    /// Whether an option is set.
    #[must_use]
    pub fn sets(&self, option: &str) -> bool {
        self.0.contains_key(option)
    }

    /// Keeps only the options for which `keep` is true.
    pub fn retain(&mut self, keep: impl Fn(&str, &Setting) -> bool) {
        self.0.retain(|option, setting| keep(option, setting));
    }

    /// The origin of an option. For an option that isn't set, this is the command line.
    #[must_use]
    pub fn of(&self, option: &str) -> &Origin {
        let setting = self.0.get(option);
        setting.map_or(&Origin::Flag, |setting| &setting.origin)
    }
}

impl FromIterator<(String, Setting)> for Origins {
    fn from_iter<T: IntoIterator<Item = (String, Setting)>>(settings: T) -> Self {
        Self(settings.into_iter().collect())
    }
}

/// The prefix of all environment variables of cogmig.
pub const PREFIX: &str = "COGMIG_";

/// The environment variable of a long option.
#[must_use]
pub fn variable(option: &str) -> String {
    format!("{PREFIX}{}", option.to_uppercase().replace('-', "_"))
}
