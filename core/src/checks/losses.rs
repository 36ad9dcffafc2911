//! What users lose if the function's attributes are replaced by others.

use rules::attributes::Mapping;
use rules::env;
use rules::settings::{Rules, mappings};

use super::schema::FLAGS;
use crate::problem::{Problem, Severity};
use crate::record::Tags;

/// The attributes that the function migrates with this environment, and that it wouldn't migrate
/// with these rules. Users who are migrated from then on lose them.
#[must_use]
pub fn losses(environment: &Tags, rules: &Rules) -> Vec<Problem> {
    let deployed = environment.get(env::ATTRIBUTES);
    let deployed = deployed.and_then(|list| mappings(list)).unwrap_or_default();
    let (mut sub, mut others) = (Vec::new(), Vec::new());
    let gone = deployed
        .iter()
        .filter(|one| !rules.attributes.contains(one));
    for one in gone.clone().filter(|one| !is_flag_of(one, gone.clone())) {
        let names = if one.old == "sub" {
            &mut sub
        } else {
            &mut others
        };
        names.push(one.to_string());
    }
    let effect = "Users who are migrated from then on don't get them, and aren't updated if you add them again later. Users who were migrated before keep them";
    let mut problems = Vec::new();
    if let Some(first) = others.first() {
        let old = first.split('=').next().unwrap_or_default();
        let summary = format!(
            "these attributes are migrated today and wouldn't be any longer: {}. {effect}",
            others.join(", ")
        );
        let problem = Problem::new("attributes-no-longer-migrated", Severity::DataLoss, summary);
        problems.push(problem.fix(format!("omit the option that drops or renames {old}")));
    }
    if let Some(name) = sub.first().and_then(|one| one.strip_prefix("sub=")) {
        let summary = format!(
            "the old sub is migrated to {name} today and wouldn't be any longer. Users who are migrated from then on lose it, and aren't updated if you add it again later. Users who were migrated before keep it"
        );
        let problem = Problem::new("old-sub-no-longer-migrated", Severity::DataLoss, summary);
        problems.push(problem.fix(format!("use --old-sub {name}")));
    }
    problems
}

/// Whether it marks a contact as verified that is lost too.
fn is_flag_of<'a>(one: &Mapping, mut lost: impl Iterator<Item = &'a Mapping>) -> bool {
    let contact = FLAGS.iter().find(|(_, flag)| *flag == one.old);
    contact.is_some_and(|(contact, _)| lost.any(|other| other.old == *contact))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lost(deployed: &str, planned: &str) -> Vec<(&'static str, String)> {
        let environment = Tags::from([(env::ATTRIBUTES.to_owned(), deployed.to_owned())]);
        let rules = Rules {
            attributes: mappings(planned).expect(planned),
            ..Rules::default()
        };
        let losses = losses(&environment, &rules).into_iter();
        losses.map(|loss| (loss.id, loss.summary)).collect()
    }

    #[test]
    fn an_attribute_that_is_no_longer_migrated_is_a_loss() {
        let table = [
            ("email,name", "email,name", &[][..]),
            ("email", "email,name", &[]),
            ("", "email", &[]),
            ("email,name", "email", &["name"]),
            (
                "custom:a=custom:b",
                "custom:a=custom:c",
                &["custom:a=custom:b"],
            ),
            ("email,email_verified", "", &["email"]),
            ("email,email_verified", "email", &["email_verified"]),
        ];
        for (deployed, planned, expected) in table {
            let losses = lost(deployed, planned);
            assert_eq!(
                losses.len(),
                usize::from(!expected.is_empty()),
                "{losses:?}"
            );
            for name in expected {
                assert_eq!(losses[0].0, "attributes-no-longer-migrated");
                assert!(losses[0].1.contains(&format!(": {name}. ")), "{losses:?}");
            }
        }
    }

    #[test]
    fn the_old_sub_has_its_own_warning() {
        let losses = lost("email,sub=custom:old", "email");
        assert_eq!(losses.len(), 1);
        assert_eq!(losses[0].0, "old-sub-no-longer-migrated");
        assert!(losses[0].1.contains("custom:old"));
    }
}
