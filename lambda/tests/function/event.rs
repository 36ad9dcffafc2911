//! What the function takes from the event: `ClientMetadata` for the old pool, and nothing of a
//! response that the event came with.

use serde_json::{Value, json};

use super::{FORGOT, Function, PROBE, SIGN_IN, error, event, tokens, valid_user};

/// The triggers of the old pool see only the metadata of its own AdminInitiateAuth.
#[test]
fn the_password_call_has_the_metadata_of_the_application() {
    let long = "x".repeat(131_072);
    let rows = [
        (json!({"validationData": null}), None),
        (json!({}), None),
        (json!({"validationData": {}, "clientMetadata": null}), None),
        (json!({"validationData": "marked"}), None),
        (json!({"validationData": ["marked"]}), None),
        (
            json!({"validationData": {"captcha": "marked-captcha"}}),
            Some(json!({"captcha": "marked-captcha"})),
        ),
        (
            json!({"clientMetadata": {"captcha": "marked-captcha"}}),
            Some(json!({"captcha": "marked-captcha"})),
        ),
        (
            json!({
                "validationData": {"a": "marked-1", "b": ""},
                "clientMetadata": {"a": "marked-2", "c": "marked-ü\n\"3"},
            }),
            Some(json!({"a": "marked-1", "b": "", "c": "marked-ü\n\"3"})),
        ),
        // Only what Cognito accepts.
        (
            json!({"validationData": {
                "text": "marked", "none": null, "number": 1, "flag": true, "list": ["marked"],
                "map": {"text": "marked"}, "longest": long, "longer": format!("{long}x"),
            }}),
            Some(json!({"text": "marked", "longest": long})),
        ),
        (json!({"validationData": {"number": 1}}), None),
    ];
    let mut function = Function::start(&[]);
    for (request, _) in &rows {
        let mut sent = event(SIGN_IN);
        sent["request"] = request.clone();
        sent["request"]["password"] = "marked-password".into();
        let ((responded, back), _) = function.invoke(&sent.to_string(), &[tokens()], &valid_user());
        assert!(responded);
        let back: Value = serde_json::from_str(&back).expect("JSON");
        assert_eq!(back["response"]["finalUserStatus"], "CONFIRMED", "{back}");
        assert_eq!(back["request"], sent["request"]);
    }
    // There is no password call for a forgotten password.
    let mut sent = event(FORGOT);
    sent["request"] = json!({"clientMetadata": {"captcha": "marked-captcha"}});
    function.invoke(&sent.to_string(), &[tokens()], &valid_user());
    let calls = function.server.bodies("AdminInitiateAuth");
    assert_eq!(calls.len(), rows.len());
    for (call, (_, metadata)) in calls.iter().zip(&rows) {
        assert_eq!(call.get("ClientMetadata"), metadata.as_ref(), "{call}");
    }
    for call in function.server.bodies("AdminGetUser") {
        let members = call.as_object().expect("members").keys();
        assert_eq!(members.collect::<Vec<_>>(), ["UserPoolId", "Username"]);
    }
    assert_eq!(function.end().len(), rows.len() + 1);
}

/// Cognito sends nulls. Another function can stand between Cognito and this one.
#[test]
fn a_response_that_the_event_came_with_never_migrates_a_user() {
    let mut function = Function::start(&[]);
    let wrong = || error("NotAuthorizedException", "Incorrect");
    let preset = json!({
        "userAttributes": {"email": "marked-other@example.com", "email_verified": "true"},
        "finalUserStatus": "CONFIRMED", "messageAction": "RESEND",
        "desiredDeliveryMediums": ["SMS"], "forceAliasCreation": true, "enableSMSMFA": true,
    });
    let unknown = error("UserNotFoundException", "");
    for (source, password, user, wanted) in [
        (SIGN_IN, wrong(), valid_user(), json!({})),
        (FORGOT, tokens(), unknown, json!({})),
        (
            SIGN_IN,
            tokens(),
            valid_user(),
            json!({"finalUserStatus": "CONFIRMED"}),
        ),
        (
            FORGOT,
            tokens(),
            valid_user(),
            json!({"finalUserStatus": null}),
        ),
    ] {
        let mut sent = event(source);
        sent["response"] = preset.clone();
        let ((responded, back), _) = function.invoke(&sent.to_string(), &[password], &user);
        assert!(responded);
        let back: Value = serde_json::from_str(&back).expect("JSON");
        if wanted == json!({}) {
            let mut rejected = sent.clone();
            rejected["response"] = json!({});
            assert_eq!(back, rejected);
            continue;
        }
        let response = &back["response"];
        assert_eq!(response["finalUserStatus"], wanted["finalUserStatus"]);
        assert_eq!(response["userAttributes"]["email"], "marked@example.com");
        assert_eq!(response["messageAction"], "SUPPRESS");
        for member in [
            "desiredDeliveryMediums",
            "forceAliasCreation",
            "enableSMSMFA",
        ] {
            assert_eq!(response.get(member), None, "{member}");
        }
    }
    // The response of a connectivity check is its own.
    let mut sent = event(PROBE);
    sent["response"] = preset;
    let ((_, back), _) = function.invoke(&sent.to_string(), &[wrong()], &valid_user());
    assert!(!back.contains("userAttributes"), "{back}");
    function.end();
}
