//! An app client's `ExplicitAuthFlows`: adding one flow and taking just that one
//! away again. Pure. The rules are those of the Cognito API reference:
//! `ALLOW_*` and legacy names cannot be mixed, and no flows at all mean three.

/// What a client without `ExplicitAuthFlows` allows.
const DEFAULTS: [&str; 3] = [
    "ALLOW_REFRESH_TOKEN_AUTH",
    "ALLOW_USER_SRP_AUTH",
    "ALLOW_CUSTOM_AUTH",
];

/// A flow by its two names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flow {
    /// The name beside other `ALLOW_*` names.
    pub modern: &'static str,
    /// The name beside legacy names.
    pub legacy: &'static str,
}

/// How the Lambda asks the old pool whether a password is right.
pub const ADMIN_PASSWORD: Flow = Flow {
    modern: "ALLOW_ADMIN_USER_PASSWORD_AUTH",
    legacy: "ADMIN_NO_SRP_AUTH",
};

/// How an application sends the password to the new pool, so that the trigger fires.
pub const USER_PASSWORD: Flow = Flow {
    modern: "ALLOW_USER_PASSWORD_AUTH",
    legacy: "USER_PASSWORD_AUTH",
};

/// What was added to a client, and whether it had any flows before: all that undoing
/// needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Added {
    /// The flow's name as it was added.
    pub flow: String,
    /// The client had no `ExplicitAuthFlows`; the defaults were spelled out.
    pub had_none: bool,
    /// Refresh-token rotation was on, which leaves one of the defaults out.
    pub rotated: bool,
}

const HAD_NONE: &str = " to none";
const HAD_NONE_ROTATED: &str = " to none with rotation";

impl Added {
    /// As the value of a tag.
    #[must_use]
    pub fn to_tag(&self) -> String {
        let ending = match (self.had_none, self.rotated) {
            (false, _) => "",
            (true, false) => HAD_NONE,
            (true, true) => HAD_NONE_ROTATED,
        };
        format!("{}{ending}", self.flow)
    }

    /// From the value of a tag; `None` where it is not one of ours.
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

/// The flows with `flow` among them, and what was added; `None` where it is there.
/// `rotates` tells that refresh-token rotation is on, with which
/// `ALLOW_REFRESH_TOKEN_AUTH` is refused.
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

/// What taking an addition away comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Removal {
    /// It is gone already.
    Nothing,
    /// These flows; empty where there were none before.
    To(Vec<String>),
    /// It is the last one left, and a client without flows would allow the defaults:
    /// more than anybody asked for.
    WouldOpenDefaults,
}

/// The flows without what was added, by either of its names: the client may have been
/// moved from legacy names to `ALLOW_*` since. Absence comes back where there were none
/// before and nobody has changed them.
#[must_use]
pub fn remove(flows: &[String], added: &Added, rotates: bool) -> Removal {
    let ours = |name: &str| {
        [ADMIN_PASSWORD, USER_PASSWORD].iter().any(|flow| {
            let names = [flow.modern, flow.legacy];
            names.contains(&name) && names.contains(&added.flow.as_str())
        })
    };
    let rest: Vec<String> = flows.iter().filter(|flow| !ours(flow)).cloned().collect();
    if rest.len() == flows.len() {
        return Removal::Nothing;
    }
    let sorted = |mut flows: Vec<String>| {
        flows.sort();
        flows
    };
    let spelled_out = [defaults(rotates), defaults(added.rotated)].map(sorted);
    if added.had_none && spelled_out.contains(&sorted(rest.clone())) {
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

    /// Every starting point, what stands after setup, and what after teardown.
    #[test]
    fn what_is_added_is_taken_away_exactly() {
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
            let (with, added) = add(&flows(before), USER_PASSWORD, false).expect("it is not there");
            assert_eq!(with, flows(after));
            let read_back = Added::from_tag(&added.to_tag()).expect("it is ours");
            assert_eq!(read_back, added);
            assert_eq!(remove(&with, &read_back, false), Removal::To(flows(before)));
        }
    }

    #[test]
    fn what_is_there_is_not_added() {
        for name in ["ALLOW_USER_PASSWORD_AUTH", "USER_PASSWORD_AUTH"] {
            assert_eq!(add(&flows(&[name]), USER_PASSWORD, false), None);
        }
    }

    #[test]
    fn refresh_token_rotation_leaves_refresh_out() {
        let (with, added) = add(&[], USER_PASSWORD, true).expect("it is not there");
        assert!(!with.contains(&"ALLOW_REFRESH_TOKEN_AUTH".to_owned()));
        let added = Added::from_tag(&added.to_tag()).expect("it is ours");
        // Whether rotation is still on by then or not.
        for rotates in [true, false] {
            assert_eq!(remove(&with, &added, rotates), Removal::To(Vec::new()));
        }
    }

    #[test]
    fn the_edits_of_others_survive() {
        let (mut with, added) = add(&[], USER_PASSWORD, false).expect("it is not there");
        with.push("ALLOW_USER_AUTH".into());
        let Removal::To(rest) = remove(&with, &added, false) else {
            panic!("ours is to be removed");
        };
        assert!(rest.contains(&"ALLOW_USER_AUTH".to_owned()));
        assert!(!rest.contains(&"ALLOW_USER_PASSWORD_AUTH".to_owned()));
        assert_eq!(rest.len(), 4);
    }

    #[test]
    fn removed_by_others_is_nothing_to_do() {
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
    fn the_last_flow_is_left() {
        let added = Added {
            flow: "ALLOW_USER_PASSWORD_AUTH".into(),
            had_none: false,
            rotated: false,
        };
        let left = remove(&flows(&["ALLOW_USER_PASSWORD_AUTH"]), &added, false);
        assert_eq!(left, Removal::WouldOpenDefaults);
    }

    #[test]
    fn a_foreign_tag_is_not_ours() {
        assert_eq!(Added::from_tag("ALLOW_EVERYTHING"), None);
    }

    #[test]
    fn a_flow_under_its_other_name_is_still_ours() {
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
    fn a_default_that_others_took_away_does_not_come_back() {
        let (mut with, added) = add(&[], USER_PASSWORD, false).expect("it is not there");
        with.retain(|flow| flow != "ALLOW_REFRESH_TOKEN_AUTH");
        let rest = Removal::To(flows(&["ALLOW_USER_SRP_AUTH", "ALLOW_CUSTOM_AUTH"]));
        assert_eq!(remove(&with, &added, false), rest);
    }
}
