//! The environment variables, and the endpoint of the old pool.

use super::super::tests::server::settings;
use super::Environment;

fn environment(variables: &[(&str, &str)]) -> Environment {
    Environment::read(|name| {
        let variable = variables.iter().find(|(variable, _)| *variable == name);
        variable.map(|(_, value)| (*value).to_owned())
    })
}

#[test]
fn the_endpoint_of_a_service_overrides_the_global_endpoint() {
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
        let environment = environment(&variables);
        assert_eq!(
            (environment.sts.as_deref(), environment.cognito.as_deref()),
            wanted
        );
    }
}

#[test]
fn an_incomplete_access_key_is_ignored() {
    let (id, secret, token) = (
        ("AWS_ACCESS_KEY_ID", "id"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
        ("AWS_SESSION_TOKEN", "token"),
    );
    assert!(
        environment(&[id, token]).credentials.is_none()
            && environment(&[secret]).credentials.is_none()
    );
    let complete = environment(&[id, secret, token]).credentials.expect("keys");
    let got = (
        complete.access_key_id(),
        complete.secret_access_key(),
        complete.session_token(),
    );
    assert_eq!(got, ("id", "secret", Some("token")));
}

#[tokio::test]
async fn the_jwks_url_has_the_endpoint_of_the_pool() {
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
        let url = environment(variables).jwks_url(&settings).await;
        assert_eq!(url, Some(format!("{wanted}/pool/.well-known/jwks.json")));
    }
}
