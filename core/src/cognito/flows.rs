//! An app client's `ExplicitAuthFlows`: adds one flow, and removes only that flow. Pure. By the
//! Cognito API reference, `ALLOW_*` and legacy names can't be combined, and an empty list means
//! three default flows.

/// The flows of an app client without `ExplicitAuthFlows`.
const DEFAULTS: [&str; 3] = [
    "ALLOW_REFRESH_TOKEN_AUTH",
    "ALLOW_USER_SRP_AUTH",
    "ALLOW_CUSTOM_AUTH",
];

/// A flow with its two names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flow {
    /// The name in a list of `ALLOW_*` names.
    pub modern: &'static str,
    /// The name in a list of legacy names.
    pub legacy: &'static str,
}

/// The flow with which the Lambda checks passwords in the old pool.
pub const ADMIN_PASSWORD: Flow = Flow {
    modern: "ALLOW_ADMIN_USER_PASSWORD_AUTH",
    legacy: "ADMIN_NO_SRP_AUTH",
};

/// The flow with which applications send the password to the new pool, which invokes the trigger.
pub const USER_PASSWORD: Flow = Flow {
    modern: "ALLOW_USER_PASSWORD_AUTH",
    legacy: "USER_PASSWORD_AUTH",
};

/// A flow that was added to an app client, and whether it had any flows before. This is enough to
/// restore the app client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Added {
    /// The flow's name as it was added.
    pub flow: String,
    /// The app client had no `ExplicitAuthFlows`, so the default flows were added explicitly.
    pub had_none: bool,
    /// Refresh token rotation was on, so one of the default flows was left out.
    pub rotated: bool,
}

const HAD_NONE: &str = " to none";
const HAD_NONE_ROTATED: &str = " to none with rotation";

impl Added {
    /// The value of a tag.
    #[must_use]
    pub fn to_tag(&self) -> String {
        let ending = match (self.had_none, self.rotated) {
            (false, _) => "",
            (true, false) => HAD_NONE,
            (true, true) => HAD_NONE_ROTATED,
        };
        format!("{}{ending}", self.flow)
    }

    /// Reads the value of a tag; `None` if cogmig didn't write it.
    #[must_use]
    pub fn from_tag(value: &str) -> Option<Self> {
        let endings = [(HAD_NONE_ROTATED, true), (HAD_NONE, false)];
        let none = endings
            .iter()
            .find_map(|(ending, rotated)| Some((value.strip_suffix(ending)?, true, *rotated)));
        let (flow, had_none, rotated) = none.unwrap_or((value, false, false));
        [ADMIN_PASSWORD, USER_PASSWORD]
            .iter()
            .any(|known| known.modern == flow || known.legacy == flow)
            .then(|| Self {
                flow: flow.to_owned(),
                had_none,
                rotated,
            })
    }
}

/// The flows with `flow` added, and the record of it; `None` if the flow is present. `rotates`
/// means that refresh token rotation is on. Cognito then rejects `ALLOW_REFRESH_TOKEN_AUTH`.
#[must_use]
pub fn add(flows: &[String], flow: Flow, rotates: bool) -> Option<(Vec<String>, Added)> {
    if flows.iter().any(|f| f == flow.modern || f == flow.legacy) {
        return None;
    }
    let had_none = flows.is_empty();
    let legacy = flows.iter().any(|f| !f.starts_with("ALLOW_"));
    let name = if legacy { flow.legacy } else { flow.modern };
    let mut with = if had_none {
        defaults(rotates)
    } else {
        flows.to_vec()
    };
    with.push(name.to_owned());
    let flow = name.to_owned();
    let added = Added {
        flow,
        had_none,
        rotated: had_none && rotates,
    };
    Some((with, added))
}

/// The result of removing an added flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Removal {
    /// The flow isn't present.
    Nothing,
    /// The remaining flows; empty if there were none before.
    To(Vec<String>),
    /// The flow is the only one. Without it, the app client would allow the default flows, which it
    /// didn't allow before.
    WouldOpenDefaults,
}

/// Removes the added flow by either of its names, because the app client may have been changed from
/// legacy names to `ALLOW_*`. If it had no flows before and the default flows weren't changed, the
/// result is empty again.
#[must_use]
pub fn remove(flows: &[String], added: &Added, rotates: bool) -> Removal {
    let is_added = |name: &str| {
        [ADMIN_PASSWORD, USER_PASSWORD].iter().any(|flow| {
            let names = [flow.modern, flow.legacy];
            names.contains(&name) && names.contains(&added.flow.as_str())
        })
    };
    let rest: Vec<String> = flows
        .iter()
        .filter(|flow| !is_added(flow))
        .cloned()
        .collect();
    if rest.len() == flows.len() {
        return Removal::Nothing;
    }
    let sorted = |mut flows: Vec<String>| {
        flows.sort();
        flows
    };
    let explicit_defaults = [defaults(rotates), defaults(added.rotated)].map(sorted);
    if added.had_none && explicit_defaults.contains(&sorted(rest.clone())) {
        return Removal::To(Vec::new());
    }
    if rest.is_empty() {
        return Removal::WouldOpenDefaults;
    }
    Removal::To(rest)
}

fn defaults(rotates: bool) -> Vec<String> {
    DEFAULTS
        .iter()
        .filter(|flow| !(rotates && **flow == "ALLOW_REFRESH_TOKEN_AUTH"))
        .map(|&flow| flow.to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flows(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    /// The flows before setup and after it.
    #[test]
    fn exactly_the_added_flow_is_removed() {
        let table: [(&[&str], &[&str]); 4] = [
            (
                &[],
                &[
                    "ALLOW_REFRESH_TOKEN_AUTH",
                    "ALLOW_USER_SRP_AUTH",
                    "ALLOW_CUSTOM_AUTH",
                    "ALLOW_USER_PASSWORD_AUTH",
                ],
            ),
            (
                &["ALLOW_USER_SRP_AUTH"],
                &["ALLOW_USER_SRP_AUTH", "ALLOW_USER_PASSWORD_AUTH"],
            ),
            (
                &["CUSTOM_AUTH_FLOW_ONLY"],
                &["CUSTOM_AUTH_FLOW_ONLY", "USER_PASSWORD_AUTH"],
            ),
            (
                &["ADMIN_NO_SRP_AUTH"],
                &["ADMIN_NO_SRP_AUTH", "USER_PASSWORD_AUTH"],
            ),
        ];
        for (before, after) in table {
            let (with, added) =
                add(&flows(before), USER_PASSWORD, false).expect("the flow is absent");
            assert_eq!(with, flows(after));
            let read_back = Added::from_tag(&added.to_tag()).expect("cogmig wrote it");
            assert_eq!(read_back, added);
            assert_eq!(remove(&with, &read_back, false), Removal::To(flows(before)));
        }
    }

    #[test]
    fn a_present_flow_is_not_added() {
        for name in ["ALLOW_USER_PASSWORD_AUTH", "USER_PASSWORD_AUTH"] {
            assert_eq!(add(&flows(&[name]), USER_PASSWORD, false), None);
        }
    }

    #[test]
    fn with_refresh_token_rotation_the_refresh_flow_is_left_out() {
        let (with, added) = add(&[], USER_PASSWORD, true).expect("the flow is absent");
        assert!(!with.contains(&"ALLOW_REFRESH_TOKEN_AUTH".to_owned()));
        let added = Added::from_tag(&added.to_tag()).expect("cogmig wrote it");
        // Rotation may have been turned off since.
        for rotates in [true, false] {
            assert_eq!(remove(&with, &added, rotates), Removal::To(Vec::new()));
        }
    }

    #[test]
    fn changes_by_others_are_kept() {
        let (mut with, added) = add(&[], USER_PASSWORD, false).expect("the flow is absent");
        with.push("ALLOW_USER_AUTH".into());
        let Removal::To(rest) = remove(&with, &added, false) else {
            panic!("the added flow is to be removed");
        };
        assert!(rest.contains(&"ALLOW_USER_AUTH".to_owned()));
        assert!(!rest.contains(&"ALLOW_USER_PASSWORD_AUTH".to_owned()));
        assert_eq!(rest.len(), 4);
    }

    #[test]
    fn a_flow_that_others_removed_needs_no_change() {
        let added = Added {
            flow: "ALLOW_USER_PASSWORD_AUTH".into(),
            had_none: false,
            rotated: false,
        };
        assert_eq!(
            remove(&flows(&["ALLOW_USER_SRP_AUTH"]), &added, false),
            Removal::Nothing
        );
    }

    #[test]
    fn the_last_flow_is_not_removed() {
        let added = Added {
            flow: "ALLOW_USER_PASSWORD_AUTH".into(),
            had_none: false,
            rotated: false,
        };
        let removal = remove(&flows(&["ALLOW_USER_PASSWORD_AUTH"]), &added, false);
        assert_eq!(removal, Removal::WouldOpenDefaults);
    }

    #[test]
    fn other_values_of_a_tag_are_not_read() {
        assert_eq!(Added::from_tag("ALLOW_EVERYTHING"), None);
    }

    #[test]
    fn an_added_flow_is_removed_by_its_other_name() {
        let added = Added {
            flow: "ADMIN_NO_SRP_AUTH".into(),
            had_none: false,
            rotated: false,
        };
        let modern = flows(&["ALLOW_USER_SRP_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH"]);
        let rest = Removal::To(flows(&["ALLOW_USER_SRP_AUTH"]));
        assert_eq!(remove(&modern, &added, false), rest);
    }

    #[test]
    fn a_default_flow_that_others_removed_is_not_restored() {
        let (mut with, added) = add(&[], USER_PASSWORD, false).expect("the flow is absent");
        with.retain(|flow| flow != "ALLOW_REFRESH_TOKEN_AUTH");
        let rest = Removal::To(flows(&["ALLOW_USER_SRP_AUTH", "ALLOW_CUSTOM_AUTH"]));
        assert_eq!(remove(&with, &added, false), rest);
    }
}
