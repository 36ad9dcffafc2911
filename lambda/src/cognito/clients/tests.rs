//! What the variables mean, and where the old pool's Cognito is.

use super::super::tests::server::settings;
use super::Home;

fn home(variables: &[(&str, &str)]) -> Home {
    Home::read(|name| {
        let found = variables.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| (*value).to_owned())
    })
}

#[test]
fn endpoints_of_a_service_come_before_those_of_all() {
    let (all, sts, cognito) = (
        ("AWS_ENDPOINT_URL", "http://all"),
        ("AWS_ENDPOINT_URL_STS", "http://sts"),
        (
            "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER",
            "http://cognito",
        ),
    );
    let rows = [
        (vec![], (None, None)),
        (vec![all], (Some("http://all"), Some("http://all"))),
        (vec![all, sts], (Some("http://sts"), Some("http://all"))),
        (
            vec![all, cognito],
            (Some("http://all"), Some("http://cognito")),
        ),
        (
            vec![sts, cognito],
            (Some("http://sts"), Some("http://cognito")),
        ),
        (
            vec![all, ("AWS_ENDPOINT_URL_STS", "")],
            (Some("http://all"), Some("http://all")),
        ),
    ];
    for (variables, wanted) in rows {
        let home = home(&variables);
        assert_eq!((home.sts.as_deref(), home.cognito.as_deref()), wanted);
    }
}

#[test]
fn keys_are_taken_whole_or_not_at_all() {
    let (id, secret, token) = (
        ("AWS_ACCESS_KEY_ID", "id"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
        ("AWS_SESSION_TOKEN", "token"),
    );
    assert!(home(&[id, token]).credentials.is_none() && home(&[secret]).credentials.is_none());
    let whole = home(&[id, secret, token]).credentials.expect("keys");
    let got = (
        whole.access_key_id(),
        whole.secret_access_key(),
        whole.session_token(),
    );
    assert_eq!(got, ("id", "secret", Some("token")));
}

#[tokio::test]
async fn the_public_keys_are_where_the_pool_is() {
    let (fips, dual) = (
        ("AWS_USE_FIPS_ENDPOINT", "true"),
        ("AWS_USE_DUALSTACK_ENDPOINT", "TRUE"),
    );
    let rows: [(&str, &[_], &str); 5] = [
        (
            "eu-west-1",
            &[],
            "https://cognito-idp.eu-west-1.amazonaws.com",
        ),
        (
            "cn-north-1",
            &[],
            "https://cognito-idp.cn-north-1.amazonaws.com.cn",
        ),
        (
            "us-west-2",
            &[fips],
            "https://cognito-idp-fips.us-west-2.amazonaws.com",
        ),
        (
            "eu-west-1",
            &[dual],
            "https://cognito-idp.eu-west-1.amazonaws.com",
        ),
        (
            "eu-west-1",
            &[("AWS_ENDPOINT_URL", "http://x:1/")],
            "http://x:1",
        ),
    ];
    for (region, variables, wanted) in rows {
        let mut settings = settings();
        settings.region = region.to_owned();
        let public = home(variables).public(&settings).await;
        assert_eq!(public, Some(format!("{wanted}/pool/.well-known/jwks.json")));
    }
}
