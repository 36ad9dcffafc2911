//! The user migration trigger: a real function with a real pool, and all responses that Cognito
//! rejects.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod deployed;

use cogmig_sandbox::{Message, MessageKind};
use deployed::{Deployed, PASSWORD, migrated, with};
use serde_json::{Value, json};

#[test]
fn an_unknown_user_is_created_from_the_response_and_signed_in() {
    let answers = json!({"ann": {"response": migrated("ann@example.com")}});
    let it = Deployed::new(&answers);
    let signed_in = it.sign_in("ann").unwrap();
    assert!(signed_in["AuthenticationResult"]["AccessToken"].is_string());

    let user = it.user("ann").unwrap();
    assert_eq!(user["UserStatus"], "CONFIRMED");
    let attributes = user["UserAttributes"].as_array().unwrap();
    assert!(attributes.contains(&json!({"Name": "email", "Value": "ann@example.com"})));
    assert!(attributes.contains(&json!({"Name": "custom:tenant", "Value": "blue"})));
    assert_eq!(it.sandbox.messages(), []);
    // The role can't create log groups, so there is none.
    assert_eq!(
        it.sandbox.snapshot()["222222222222"]["log_groups"],
        json!([])
    );

    // The user exists now, so the pool doesn't invoke the function, not even for a wrong password.
    it.remove_permission();
    assert!(it.sign_in("ann").is_ok());
    let fault = it
        .sandbox
        .sign_in(&it.pool.client, "ann", "wrong")
        .unwrap_err();
    assert_eq!(fault.code, "NotAuthorizedException");
}

#[test]
fn an_unchanged_event_rejects_the_sign_in() {
    let it = Deployed::new(&json!({}));
    let fault = it.sign_in("bob").unwrap_err();
    assert_eq!(fault.code, "NotAuthorizedException");
    assert_eq!(fault.message, "Incorrect username or password.");
    assert_eq!(it.user("bob"), None);
}

#[test]
fn the_event_has_all_fields_of_cognitos_event() {
    let answers = json!({"ann": {"raise": "event"}, "gone": {"raise": "event"}});
    let it = Deployed::new(&answers);
    let event_in = |message: &str| -> Value {
        let event = message.strip_prefix("UserMigration failed with error ");
        serde_json::from_str(event.unwrap().strip_suffix('.').unwrap()).unwrap()
    };
    let fault = it.sign_in("ann").unwrap_err();
    assert_eq!(fault.code, "UserLambdaValidationException");
    let mut expected = json!({
        "version": "1", "triggerSource": "UserMigration_Authentication",
        "region": "eu-central-1", "userPoolId": it.pool.id, "userName": "ann",
        "callerContext": {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": it.pool.client},
        "request": {"password": PASSWORD, "validationData": null, "userAttributes": null},
        "response": {
            "userAttributes": null, "forceAliasCreation": null, "enableSMSMFA": null,
            "finalUserStatus": null, "messageAction": null, "desiredDeliveryMediums": null,
        },
    });
    assert_eq!(event_in(&fault.message), expected);

    let fault = it.forgot("gone").unwrap_err();
    expected["triggerSource"] = "UserMigration_ForgotPassword".into();
    expected["userName"] = "gone".into();
    expected["request"] = json!({"validationData": null, "userAttributes": null});
    assert_eq!(event_in(&fault.message), expected);
}

#[test]
fn responses_that_cannot_create_a_user_are_rejected() {
    let good = migrated("x@example.com");
    let attributes = |change: Value| with(&good, &json!({"userAttributes": change}));
    let answers = json!({
        "raises": {"raise": "boom"},
        "not-a-string": {"response": attributes(json!({"email": 7}))},
        "empty": {"response": attributes(json!({"email": ""}))},
        "sub": {"response": attributes(json!({"email": "x@example.com", "sub": "1"}))},
        "unknown": {"response": attributes(json!({"email": "x@example.com", "custom:shoe": "1"}))},
        "required": {"response": attributes(json!({"custom:tenant": "blue"}))},
        "too-long": {"response": attributes(json!({"email": "x@example.com", "custom:tenant": "x".repeat(65)}))},
        "named": {"response": attributes(json!({"email": "x@example.com", "username": "other"}))},
        "status": {"response": with(&good, &json!({"finalUserStatus": "RESET_REQUIRED"}))},
        "action": {"response": with(&good, &json!({"messageAction": "RESEND"}))},
        "no-echo": {"response": good, "event": {"userPoolId": "eu-central-1_other"}},
    });
    let it = Deployed::new(&answers);
    for (username, code, message) in [
        (
            "raises",
            "UserLambdaValidationException",
            "UserMigration failed with error boom.",
        ),
        (
            "not-a-string",
            "InvalidLambdaResponseException",
            "Unrecognizable lambda output",
        ),
        (
            "empty",
            "InvalidLambdaResponseException",
            "Unrecognizable lambda output",
        ),
        (
            "sub",
            "UserNotFoundException",
            "Exception migrating user in app client",
        ),
        (
            "unknown",
            "UserNotFoundException",
            "Exception migrating user in app client",
        ),
        (
            "required",
            "UserNotFoundException",
            "Exception migrating user in app client",
        ),
        (
            "too-long",
            "UserNotFoundException",
            "Exception migrating user in app client",
        ),
        (
            "named",
            "UserNotFoundException",
            "Exception migrating user in app client",
        ),
        (
            "status",
            "InvalidLambdaResponseException",
            "Unrecognizable lambda output",
        ),
        (
            "action",
            "InvalidLambdaResponseException",
            "Unrecognizable lambda output",
        ),
        (
            "no-echo",
            "InvalidLambdaResponseException",
            "Unrecognizable lambda output",
        ),
    ] {
        let fault = it.sign_in(username).unwrap_err();
        assert_eq!(fault.code, code, "{username}");
        assert!(
            fault.message.starts_with(message),
            "{username}: {}",
            fault.message
        );
        assert_eq!(it.user(username), None, "{username}");
    }
}

#[test]
fn cognito_needs_permission_to_invoke_the_function_for_this_pool() {
    let it = Deployed::new(&json!({"ann": {"response": migrated("ann@example.com")}}));
    let denied = "UserMigration invocation failed due to error AccessDeniedException.";
    let assert_denied = || {
        let fault = it.sign_in("ann").unwrap_err();
        assert_eq!(fault.code, "UnexpectedLambdaException");
        assert_eq!(fault.message, denied);
        assert_eq!(it.user("ann"), None);
    };
    it.remove_permission();
    assert_denied();
    it.add_permission(
        &it.pool.arn.replace(&it.pool.id, "eu-central-1_other"),
        "222222222222",
    );
    assert_denied();
    it.remove_permission();
    it.add_permission(&it.pool.arn, "111111111111");
    assert_denied();
    it.remove_permission();
    it.add_permission(&it.pool.arn, "222222222222");
    assert!(it.sign_in("ann").is_ok());
}

#[test]
fn a_message_that_is_not_suppressed_is_recorded() {
    let mut unsuppressed = migrated("ann@example.com");
    unsuppressed["messageAction"] = Value::Null;
    let answers = json!({
        "ann": {"response": unsuppressed},
        "bob": {"response": with(&unsuppressed, &json!({"desiredDeliveryMediums": ["EMAIL"]}))},
    });
    let it = Deployed::new(&answers);
    let welcome = |username: &str, medium: &str| Message {
        pool: it.pool.id.clone(),
        username: username.to_owned(),
        kind: MessageKind::Welcome,
        mediums: vec![medium.to_owned()],
    };
    it.sign_in("ann").unwrap();
    it.sign_in("bob").unwrap();
    let expected = [welcome("ann", "SMS"), welcome("bob", "EMAIL")];
    assert_eq!(it.sandbox.messages(), expected);
}

#[test]
fn without_a_final_status_the_password_must_be_reset() {
    let mut unfinished = migrated("ann@example.com");
    unfinished["finalUserStatus"] = Value::Null;
    let it =
        Deployed::new(&json!({"ann": {"response": unfinished}, "bob": {"response": unfinished}}));
    let fault = it.sign_in("ann").unwrap_err();
    assert_eq!(fault.code, "PasswordResetRequiredException");
    assert_eq!(it.user("ann").unwrap()["UserStatus"], "RESET_REQUIRED");

    // Forgotten password: the user is created, Cognito sends a code, and the code sets a new
    // password.
    it.forgot("bob").unwrap();
    assert_eq!(it.user("bob").unwrap()["UserStatus"], "RESET_REQUIRED");
    let codes: Vec<_> = it
        .sandbox
        .messages()
        .into_iter()
        .map(|sent| (sent.username, sent.kind))
        .collect();
    assert_eq!(codes, [("bob".to_owned(), MessageKind::Code)]);
    let params = json!({
        "ClientId": it.pool.client, "Username": "bob",
        "ConfirmationCode": "654321", "Password": PASSWORD,
    });
    it.sandbox.public("ConfirmForgotPassword", params).unwrap();
    assert!(it.sign_in("bob").is_ok());
}

#[test]
fn an_unknown_user_with_a_forgotten_password_gets_no_code() {
    let it = Deployed::new(&json!({}));
    it.forgot("nobody").unwrap();
    assert_eq!(it.sandbox.messages(), []);
    assert_eq!(it.user("nobody"), None);
}

#[test]
fn a_function_that_times_out_is_invoked_three_times() {
    let it = Deployed::new(&json!({"slow": {"sleep": 30}}));
    let started = std::time::Instant::now();
    let fault = it.sign_in("slow").unwrap_err();
    let timed_out = "UserMigration invocation failed due to error \
                     Socket timeout while invoking Lambda function.";
    assert_eq!(
        (fault.code.as_str(), fault.message.as_str()),
        ("UnexpectedLambdaException", timed_out)
    );
    assert!(
        started.elapsed().as_secs() >= 3 * 2,
        "three attempts of two seconds"
    );
}

#[test]
fn a_pool_with_aliases_needs_a_username_that_is_not_an_address() {
    let named = with(
        &migrated("ann@example.com"),
        &json!({"userAttributes": {
            "email": "ann@example.com", "email_verified": "true", "username": "ann"}}),
    );
    let answers = json!({
        "ann@example.com": {"response": named},
        "bob@example.com": {"response": migrated("bob@example.com")},
        "thief": {"response": migrated("ann@example.com")},
    });
    let it = Deployed::with_pool(&answers, json!({"AliasAttributes": ["email"]}));
    it.sign_in("ann@example.com").unwrap();
    assert_eq!(it.user("ann").unwrap()["Username"], "ann");
    assert_eq!(
        it.sign_in("bob@example.com").unwrap_err().code,
        "UserNotFoundException"
    );
    // The address is ann's alias, and the response doesn't set forceAliasCreation.
    assert_eq!(
        it.sign_in("thief").unwrap_err().code,
        "UserNotFoundException"
    );
    assert_eq!(it.user("thief"), None);
}

/// Its validationData is the ClientMetadata of the sign-in.
#[test]
fn a_pre_authentication_trigger_can_reject_a_sign_in_before_the_password_is_checked() {
    let answers = json!({"ann": {"needs": "captcha"}, "bob": {}, "eve": {"raise": "not eve"}});
    let arn = |name: &str| format!("arn:aws:lambda:eu-central-1:222222222222:function:{name}");
    let pool = |name: &str| {
        let triggers = json!({"LambdaConfig": {"PreAuthentication": arn(name)}});
        let it = Deployed::with_pool(&answers, triggers);
        for name in ["ann", "bob", "eve"] {
            let email = format!("{name}@example.com");
            let password = "A-longer-password-1";
            let email = [("email", email.as_str())];
            it.sandbox.user(&it.pool, name, password, &email).unwrap();
        }
        it
    };
    let sign_in = |it: &Deployed, name: &str, password: &str, metadata: Value| {
        let params = json!({
            "ClientId": it.pool.client, "AuthFlow": "USER_PASSWORD_AUTH",
            "AuthParameters": {"USERNAME": name, "PASSWORD": password}, "ClientMetadata": metadata,
        });
        let answer = it.sandbox.public("InitiateAuth", params);
        answer.map_err(|fault| format!("{}: {}", fault.code, fault.message))
    };
    let it = pool("migrate");
    let (right, wrong) = ("A-longer-password-1", "wrong");
    let none = json!({"other": "x"});
    let captcha = json!({"captcha": "solved"});
    let rejected = |why: &str| {
        let message = format!("PreAuthentication failed with error {why}.");
        Err(format!("UserLambdaValidationException: {message}"))
    };
    assert_eq!(
        sign_in(&it, "ann", right, none.clone()),
        rejected("no captcha")
    );
    assert_eq!(
        sign_in(&it, "ann", wrong, none.clone()),
        rejected("no captcha")
    );
    assert_eq!(
        sign_in(&it, "eve", right, captcha.clone()),
        rejected("not eve")
    );
    sign_in(&it, "ann", right, captcha.clone()).unwrap();
    sign_in(&it, "ann", wrong, captcha).unwrap_err();
    sign_in(&it, "bob", right, none.clone()).unwrap();

    let it = pool("absent");
    let fault = sign_in(&it, "bob", right, none).unwrap_err();
    let failed = "UnexpectedLambdaException: PreAuthentication invocation failed";
    assert!(fault.starts_with(failed), "{fault}");
}

#[test]
fn a_pre_sign_up_trigger_can_reject_the_user() {
    let named = |name: &str| {
        let attributes = json!({"email": format!("{name}@example.com"), "username": name});
        json!({"response": with(&migrated(""), &json!({"userAttributes": attributes}))})
    };
    // One function is both triggers. The PreSignUp event has the username of the migration
    // response.
    let answers = json!({
        "to-ann": named("ann"), "to-bob": named("bob"), "bob": {"raise": "not bob"},
    });
    let arn = |name: &str| format!("arn:aws:lambda:eu-central-1:222222222222:function:{name}");
    let pool = |pre_sign_up: &str| {
        let triggers = json!({"PreSignUp": arn(pre_sign_up)});
        let settings = json!({"AliasAttributes": ["email"], "LambdaConfig": triggers});
        Deployed::with_pool(&answers, settings)
    };
    let it = pool("migrate");
    let _ = it.sign_in("to-ann");
    assert_eq!(it.user("ann").unwrap()["UserStatus"], "CONFIRMED");
    let fault = it.sign_in("to-bob").unwrap_err();
    assert_eq!(fault.code, "UserLambdaValidationException");
    assert_eq!(fault.message, "PreSignUp failed with error not bob.");
    assert_eq!(it.user("bob"), None);

    let it = pool("absent");
    let fault = it.sign_in("to-ann").unwrap_err();
    assert_eq!(fault.code, "UnexpectedLambdaException");
    assert!(fault.message.starts_with("PreSignUp invocation failed"));
    assert_eq!(it.user("ann"), None);
}
