//! What users lose if the function's attributes are replaced by others.

use rules::attributes::Mapping;
use rules::env;
use rules::settings::{Rules, valid_mappings};

use super::schema::FLAGS;
use crate::cognito::lossless::Object;
use crate::cognito::pool;
use crate::problem::{Problem, Severity};
use crate::record::Tags;

/// The attributes that the function migrates with this environment, and that it wouldn't migrate
/// with these rules. Users who are migrated from then on lose them. What a pool doesn't have isn't
/// migrated today.
#[must_use]
pub fn losses((old, new): (&Object, &Object), environment: &Tags, rules: &Rules) -> Vec<Problem> {
    let deployed = environment.get(env::ATTRIBUTES);
    let deployed = deployed
        .map(|list| valid_mappings(list))
        .unwrap_or_default();
    let (mut sub, mut others) = (Vec::new(), Vec::new());
    let gone = deployed
        .iter()
        .filter(|one| pool::has_attribute(old, &one.old) && pool::has_attribute(new, &one.new))
        .filter(|one| !rules.attributes.contains(one));
    for one in gone.clone().filter(|one| !is_flag_of(one, gone.clone())) {
        let names = if one.old == "sub" {
            &mut sub
        } else {
            &mut others
        };
        names.push(one.to_string());
    }
    let effect = "Users who are migrated after it don't get them, and aren't updated if you add the attributes again. Users who were migrated before keep them";
    let mut problems = Vec::new();
    if let Some(first) = others.first() {
        let old = first.split('=').next().unwrap_or_default();
        let summary = format!(
            "after this change, these attributes are no longer migrated: {}. {effect}",
            others.join(", ")
        );
        let problem = Problem::new("attributes-no-longer-migrated", Severity::DataLoss, summary);
        problems.push(problem.fix(format!(
            "if an option drops or renames {old}, restore its previous value"
        )));
    }
    if let Some(name) = sub.first().and_then(|one| one.strip_prefix("sub=")) {
        let summary = format!(
            "after this change, the old sub is no longer stored in {name}. Users who are migrated after it don't get this attribute, and aren't updated if you set the option again. Users who were migrated before keep it"
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
    use rules::settings::mappings;
    use serde_json::json;

    use super::*;

    /// Both pools have all attributes except `custom:ghost`.
    fn lost(deployed: &str, planned: &str) -> Vec<(&'static str, String)> {
        let names = deployed
            .split([',', '='])
            .filter(|name| *name != "custom:ghost");
        let attributes: Vec<_> = names.map(|name| json!({"Name": name})).collect();
        let pool = json!({"SchemaAttributes": attributes});
        let pool = pool.as_object().expect("an object");
        let environment = Tags::from([(env::ATTRIBUTES.to_owned(), deployed.to_owned())]);
        let rules = Rules {
            attributes: mappings(planned).expect(planned),
            ..Rules::default()
        };
        let losses = losses((pool, pool), &environment, &rules).into_iter();
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
            ("email,custom:ghost,name=custom:ghost", "email", &[]),
            ("email,name,=,,", "email", &["name"]),
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
