//! Codes for forgotten passwords: Cognito reports success, also if it sends none.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use cogmig_sandbox::Sandbox;
use serde_json::{Value, json};

#[test]
fn a_code_is_sent_only_by_the_first_mechanism_and_with_a_sender() {
    let sandbox = Sandbox::start().unwrap();
    let pool = sandbox.pool("new", "users").unwrap();
    let email = [("email", "ann@example.com"), ("email_verified", "true")];
    let phone = [
        ("phone_number", "+4930123456"),
        ("phone_number_verified", "true"),
    ];
    sandbox
        .user(&pool, "ann", "Correct-Horse-1", &[email, phone].concat())
        .unwrap();
    let by = |names: &[&str]| {
        let all = names.iter().zip(1..);
        let all = all.map(|(name, priority)| json!({"Name": name, "Priority": priority}));
        json!({"RecoveryMechanisms": all.collect::<Vec<_>>()})
    };
    let (mail, call) = ("verified_email", "verified_phone_number");
    let sms = json!({"SnsCallerArn": "arn:aws:iam::222222222222:role/sms", "ExternalId": "e"});
    let sender = json!({"CustomSMSSender": {"LambdaArn": "arn:aws:lambda:eu-central-1:222222222222:function:send", "LambdaVersion": "V1_0"}});
    let rows: [(Value, Option<&str>); 8] = [
        (
            json!({"AccountRecoverySetting": by(&[mail])}),
            Some("EMAIL"),
        ),
        (
            json!({"AccountRecoverySetting": by(&[mail, call])}),
            Some("EMAIL"),
        ),
        (json!({"AccountRecoverySetting": by(&[call, mail])}), None),
        (json!({"AccountRecoverySetting": null}), None),
        (json!({"SmsConfiguration": sms}), Some("SMS")),
        (json!({"SmsConfigurationFailure": "SNSSandbox"}), None),
        (json!({"LambdaConfig": sender}), Some("SMS")),
        (
            json!({"AccountRecoverySetting": by(&[mail]), "EmailConfigurationFailure": "gone"}),
            None,
        ),
    ];
    for (members, medium) in rows {
        sandbox.seed_pool(&pool, &members).unwrap();
        let before = sandbox.messages().len();
        let params = json!({"ClientId": pool.client, "Username": "ann"});
        sandbox.public("ForgotPassword", params).unwrap();
        let sent = sandbox.messages().split_off(before);
        let sent: Vec<_> = sent
            .iter()
            .map(|message| message.mediums.concat())
            .collect();
        assert_eq!(sent, Vec::from_iter(medium), "{members}");
    }
}
