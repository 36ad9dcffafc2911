//! The secret hash, compared with values computed with Python's hmac, hashlib and base64.

use super::ClientSecret;

#[test]
fn the_hash_covers_the_username_as_sent_and_the_app_client() {
    let long = "k".repeat(100);
    let rows = [
        (
            "1ab2cd3-secret-of-the-client",
            "änn@x.org",
            "7client",
            "3DI5PWG+f28xAIjdIHeM4/ilCk7gaVaH2SoP+n09ZPs=",
        ),
        (
            &*long,
            "u",
            "client",
            "Urplgl/tAIiuQ3smAUNC+VaQodFkBObbfHtRU57/6Cw=",
        ),
    ];
    for (secret, username, client, hash) in rows {
        let got = ClientSecret::new(secret.to_owned()).hash(username, client);
        assert_eq!(got.as_deref(), Some(hash));
    }
    let secret = ClientSecret::new("s".to_owned());
    assert_ne!(secret.hash("Ann", "c"), secret.hash("ann", "c"));
}
