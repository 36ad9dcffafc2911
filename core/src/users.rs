//! Users as ListUsers shows them, and the filters that find a user.

use rules::decision::OldUser;

/// A user. Not `Debug`, because it holds attributes.
pub struct ListedUser {
    /// The user as a sign-in would read it, except for MFA settings.
    pub user: OldUser,
    /// The status, as AWS names it (`UserStatusType`).
    pub status: String,
    /// When the user was created, in seconds since 1970.
    pub created: Option<i64>,
    /// When the user was last changed, in seconds since 1970.
    pub changed: Option<i64>,
}

/// The filters of ListUsers that find a user by username, email, phone number or `sub`. Only those
/// that the text's form allows.
#[must_use]
pub fn filters(text: &str) -> Vec<String> {
    let is_phone_number = text
        .strip_prefix('+')
        .is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()));
    // The filter distinguishes case also in a pool that ignores it, and such pools are mostly used
    // with names in lower case.
    let lower = text.to_lowercase();
    [
        ("username", text, true),
        ("username", lower.as_str(), lower != text),
        ("email", text, text.contains('@')),
        ("phone_number", text, is_phone_number),
        ("sub", text, is_uuid(text)),
    ]
    .into_iter()
    .filter(|(_, _, fits)| *fits)
    .map(|(attribute, value, _)| filter(attribute, value))
    .collect()
}

/// The filter for users whose attribute has exactly this value. A quotation mark in the value must
/// be escaped with a backslash (ListUsers, `Filter`), and so must a backslash.
fn filter(attribute: &str, value: &str) -> String {
    let escaped = value.replace('\\', r"\\").replace('"', "\\\"");
    format!("{attribute} = \"{escaped}\"")
}

/// `sub` has this form.
fn is_uuid(text: &str) -> bool {
    let groups: Vec<_> = text.split('-').collect();
    let lengths: Vec<_> = groups.iter().map(|group| group.len()).collect();
    let is_hex = |group: &&str| group.bytes().all(|byte| byte.is_ascii_hexdigit());
    lengths == [8, 4, 4, 4, 12] && groups.iter().all(is_hex)
}

#[cfg(test)]
mod tests {
    use super::filters;

    #[test]
    fn each_filter_fits_the_form_of_the_text() {
        let uuid = "11111111-2222-4333-8444-5555555555ab";
        let rows = [
            ("ann", vec!["username = \"ann\"".to_owned()]),
            (
                "a@x",
                vec!["username = \"a@x\"".into(), "email = \"a@x\"".into()],
            ),
            (
                "+155",
                vec![
                    "username = \"+155\"".into(),
                    "phone_number = \"+155\"".into(),
                ],
            ),
            (
                "Ann",
                vec!["username = \"Ann\"".into(), "username = \"ann\"".into()],
            ),
            ("+1 55", vec!["username = \"+1 55\"".into()]),
            ("+", vec!["username = \"+\"".into()]),
            (
                uuid,
                vec![
                    format!("username = \"{uuid}\""),
                    format!("sub = \"{uuid}\""),
                ],
            ),
            (&uuid[1..], vec![format!("username = \"{}\"", &uuid[1..])]),
        ];
        for (text, wanted) in rows {
            assert_eq!(filters(text), wanted);
        }
    }

    #[test]
    fn attack_a_filter_with_quotation_marks() {
        let text = r#"a" or \"#;
        assert_eq!(filters(text), [r#"username = "a\" or \\""#]);
    }
}
