//! A value as a file has it.

use toml::de::DeValue;

/// A value as it is written.
pub enum Written {
    /// Between quotes.
    Text(String),
    /// In brackets.
    Texts(Vec<String>),
    /// A whole number, in decimal digits.
    Number(String),
    /// `true` or `false`.
    Bool(bool),
    /// What no option takes.
    Other,
}

impl Written {
    /// As it was parsed.
    pub fn of(value: &DeValue<'_>) -> Self {
        let text = |value: &DeValue<'_>| value.as_str().map(str::to_owned);
        match value {
            DeValue::String(text) => Self::Text(text.clone().into_owned()),
            DeValue::Integer(number) if number.radix() == 10 => {
                Self::Number(number.as_str().to_owned())
            }
            DeValue::Boolean(value) => Self::Bool(*value),
            DeValue::Array(items) => {
                let texts = items.iter().map(|item| text(item.get_ref()));
                texts
                    .collect::<Option<_>>()
                    .map_or(Self::Other, Self::Texts)
            }
            _ => Self::Other,
        }
    }
}
