//! The AWS config and credentials files, as the AWS CLI reads them: Python's `configparser`, which
//! accepts more than the SDK's parser. Pure.

use std::collections::BTreeMap;
use std::fmt::Write;

/// The characters that the SDK allows in names, in addition to letters and digits.
const ALLOWED: &str = "_-/.@:+";
/// The settings whose value is the name of a section.
const REFERENCES: [&str; 3] = ["source_profile", "sso_session", "services"];

/// A file of profiles.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `~/.aws/config`: the name of a profile's section starts with `profile`.
    Config,
    /// `~/.aws/credentials`: each section is a profile.
    Credentials,
}

/// The sections of a file.
pub struct File {
    kind: Kind,
    sections: BTreeMap<Name, Section>,
    /// The lines that aren't in a section and can't be parsed, from 1.
    pub broken: Vec<usize>,
}

/// The name of a section: its type, such as `profile` or `services`, and its own name.
type Name = (String, String);

/// A section. Sections with the same name are one.
#[derive(Default)]
pub struct Section {
    /// The settings, each with the lines of its value.
    settings: BTreeMap<String, Vec<String>>,
    /// The lines that can't be parsed, from 1.
    pub broken: Vec<usize>,
}

impl File {
    /// Parses the text of a file. Lines that can't be parsed are skipped.
    pub fn parse(kind: Kind, text: &str) -> Self {
        let mut file = Self {
            kind,
            sections: BTreeMap::new(),
            broken: Vec::new(),
        };
        let mut at: Option<Name> = None;
        // The setting of the last line, and its indentation.
        let mut last: Option<(String, usize)> = None;
        for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
            let text = line.trim();
            let indent = line.len() - line.trim_start().len();
            if text.is_empty() || text.starts_with(['#', ';']) {
                continue;
            }
            if text.starts_with('[') {
                last = None;
                at = section_name(kind, text);
                match &at {
                    Some(name) => drop(file.sections.entry(name.clone()).or_default()),
                    None => file.broken.push(index + 1),
                }
                continue;
            }
            let Some(name) = &at else {
                file.broken.push(index + 1);
                continue;
            };
            let section = file.sections.entry(name.clone()).or_default();
            if let Some((setting, of)) = &last
                && indent > *of
            {
                let value = section.settings.entry(setting.clone()).or_default();
                value.push(text.to_owned());
                continue;
            }
            match text.split_once(['=', ':']) {
                Some((key, value)) if !key.trim().is_empty() => {
                    let key = key.trim().to_lowercase();
                    last = Some((key.clone(), indent));
                    section.settings.insert(key, vec![value.trim().to_owned()]);
                }
                _ => section.broken.push(index + 1),
            }
        }
        file
    }

    /// A profile.
    pub fn profile(&self, name: &str) -> Option<&Section> {
        self.section("profile", name)
    }

    /// A section of this type.
    pub fn section(&self, kind: &str, name: &str) -> Option<&Section> {
        self.sections.get(&(kind.to_owned(), name.to_owned()))
    }

    /// The text of the file in the form that the SDK's parser accepts.
    pub fn normalized(&self) -> String {
        let mut text = String::new();
        for ((kind, name), section) in &self.sections {
            let name = encoded(name);
            let _ = match (self.kind, kind.as_str(), name.as_str()) {
                (Kind::Credentials, ..) => writeln!(text, "[{name}]"),
                (Kind::Config, "", name) | (Kind::Config, "profile", name @ "default") => {
                    writeln!(text, "[{name}]")
                }
                (Kind::Config, kind, name) => writeln!(text, "[{kind} {name}]"),
            };
            for (setting, value) in &section.settings {
                section_setting(&mut text, kind, setting, value);
            }
        }
        text
    }
}

impl Section {
    /// The value of a setting, if it has one line.
    pub fn get(&self, setting: &str) -> Option<&str> {
        match self.settings.get(setting)?.as_slice() {
            [value] => Some(value.as_str()).filter(|value| !value.is_empty()),
            _ => None,
        }
    }
}

fn section_setting(text: &mut String, kind: &str, setting: &str, value: &[String]) {
    let mut lines = value.iter();
    let first = lines.next().map(String::as_str).unwrap_or_default();
    let first = if REFERENCES.contains(&setting) {
        encoded(first)
    } else {
        first.to_owned()
    };
    // The AWS CLI separates the words of a service's name with underscores, the SDK with hyphens.
    let setting = if kind == "services" {
        setting.replace('_', "-")
    } else {
        setting.to_owned()
    };
    let _ = writeln!(text, "{setting} = {first}");
    for line in lines {
        let _ = writeln!(text, "  {line}");
    }
}

/// The name in a line with brackets.
fn section_name(kind: Kind, line: &str) -> Option<Name> {
    let (inside, _) = line.strip_prefix('[')?.split_once(']')?;
    let inside = inside.trim();
    let name = |kind: &str, name: &str| Some((kind.to_owned(), name.to_owned()));
    match (kind, inside.split_once([' ', '\t'])) {
        _ if inside.is_empty() => None,
        (Kind::Credentials, _) => name("profile", inside),
        (Kind::Config, Some((kind, rest))) => name(kind, unquoted(rest.trim())?),
        (Kind::Config, None) if inside == "default" => name("profile", inside),
        (Kind::Config, None) => name("", inside),
    }
}

/// The name without its quotes.
fn unquoted(name: &str) -> Option<&str> {
    let quote = name.chars().next().filter(|c| ['"', '\''].contains(c));
    let Some(quote) = quote else {
        return Some(name);
    };
    let inside = name.strip_prefix(quote)?.strip_suffix(quote)?;
    (!inside.is_empty()).then_some(inside)
}

/// A name in the characters that the SDK allows. Names that it allows don't change.
pub fn encoded(name: &str) -> String {
    let mut encoded = String::new();
    for character in name.chars() {
        if character.is_ascii_alphanumeric() || ALLOWED.contains(character) {
            encoded.push(character);
        } else {
            let mut bytes = [0; 4];
            for byte in character.encode_utf8(&mut bytes).bytes() {
                let _ = write!(encoded, "%{byte:02X}");
            }
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(text: &str) -> File {
        File::parse(Kind::Config, text)
    }

    /// Each is accepted by the AWS CLI.
    #[test]
    fn what_the_aws_cli_accepts_is_read() {
        for text in [
            "[profile old]\nregion = eu-west-1\n",
            "\u{feff}[profile old]\r\nregion=eu-west-1\r\n",
            "[profile old]\n    region = eu-west-1\n    output = json\n",
            "[profile \"old\"]\nregion = eu-west-1",
            "[profile 'old']\nregion = eu-west-1",
            "[ profile old ]\nREGION : eu-west-1",
            "[profile old]\noutput = json\n[profile old]\nregion = eu-west-1",
            "# a comment\n[profile old] ; another\n  ; indented\nregion = eu-west-1",
            "[profile other]\nbroken\n[profile old]\nregion = eu-west-1",
            "[broken\nregion = us-east-1\n[profile old]\nregion = eu-west-1",
            "[profile old]\ns3 =\n  max_concurrent_requests = 20\nregion = eu-west-1",
        ] {
            let file = config(text);
            let profile = file.profile("old").expect(text);
            assert_eq!(profile.get("region"), Some("eu-west-1"), "{text}");
            assert_eq!(profile.broken, [0_usize; 0], "{text}");
        }
    }

    #[test]
    fn a_broken_line_is_known_by_its_number() {
        let file = config("[profile a]\nregion = eu-west-1\nthis is broken\n[profile b]\n");
        assert_eq!(file.profile("a").expect("a").broken, [3]);
        assert_eq!(file.profile("b").expect("b").broken, [0_usize; 0]);
        assert_eq!(config("[profile a\nregion = x").broken, [1, 2]);
    }

    #[test]
    fn the_normalized_text_has_the_same_settings() {
        let file = config(
            "[profile \"my dev\"]\n source_profile = the base\n role_arn = r\n[profile the base]\nservices = local\n[services local]\ncognito_identity_provider =\n  endpoint_url = http://127.0.0.1:1\n[default]\nregion = x\n",
        );
        assert_eq!(
            file.normalized(),
            "[default]\nregion = x\n[profile my%20dev]\nrole_arn = r\nsource_profile = the%20base\n[profile the%20base]\nservices = local\n[services local]\ncognito-identity-provider = \n  endpoint_url = http://127.0.0.1:1\n"
        );
        let credentials = File::parse(Kind::Credentials, "[my dev]\naws_access_key_id = a\n");
        assert_eq!(
            credentials.normalized(),
            "[my%20dev]\naws_access_key_id = a\n"
        );
    }

    #[test]
    fn names_that_the_sdk_allows_do_not_change() {
        assert_eq!(
            encoded("Old-account_1/x.y@z:w+v"),
            "Old-account_1/x.y@z:w+v"
        );
        assert_eq!(encoded("a b"), "a%20b");
        assert_ne!(encoded("a b"), encoded("a%20b"));
        assert_eq!(encoded("größe"), "gr%C3%B6%C3%9Fe");
    }
}
