//! The settings of a function that setup doesn't set. An update of the configuration keeps what it
//! omits. They're needed only if a function is created again.

use serde_json::{Value, json};

use crate::cognito::lossless::Object;

/// The members that setup sets.
const SET_BY_SETUP: [&str; 8] = [
    "Architectures",
    "Description",
    "Environment",
    "Handler",
    "MemorySize",
    "Role",
    "Runtime",
    "Timeout",
];
/// The members that only describe the function.
const DESCRIBED: [&str; 20] = [
    "CodeSha256",
    "CodeSize",
    "ConfigSha256",
    "FunctionArn",
    "FunctionName",
    "ImageConfigResponse",
    "LastModified",
    "LastUpdateStatus",
    "LastUpdateStatusReason",
    "LastUpdateStatusReasonCode",
    "MasterArn",
    "PackageType",
    "RevisionId",
    "RuntimeVersionConfig",
    "SigningJobArn",
    "SigningProfileVersionArn",
    "State",
    "StateReason",
    "StateReasonCode",
    "Version",
];

/// The settings that others added, as members of a CreateFunction request. Members that aren't
/// known here are settings, so that new ones of AWS aren't lost.
#[must_use]
pub fn settings_of_others(configuration: &Object) -> Object {
    let members = configuration.iter().filter(|(name, _)| {
        let name = name.as_str();
        !SET_BY_SETUP.contains(&name) && !DESCRIBED.contains(&name)
    });
    let settings = members.filter_map(|(name, value)| {
        let value = requested(name, value)?;
        (!is_default(name, &value, configuration)).then(|| (name.clone(), value))
    });
    settings.collect()
}

/// The value in the request, which differs for some members from that in the response.
fn requested(name: &str, value: &Value) -> Option<Value> {
    let without = |member: &str| {
        let mut members = value.as_object()?.clone();
        members.remove(member);
        Some(members.into())
    };
    match name {
        "Layers" => {
            let layers = value.as_array()?.iter();
            let arns: Vec<_> = layers.filter_map(|layer| layer.get("Arn")).collect();
            Some(json!(arns))
        }
        "VpcConfig" => without("VpcId"),
        "SnapStart" => without("OptimizationStatus"),
        _ => Some(value.clone()),
    }
}

/// Whether a new function has this value too.
fn is_default(name: &str, value: &Value, configuration: &Object) -> bool {
    let group = || {
        let name = configuration.get("FunctionName").and_then(Value::as_str);
        format!("/aws/lambda/{}", name.unwrap_or_default())
    };
    match name {
        "EphemeralStorage" => *value == json!({"Size": 512}),
        "LoggingConfig" => {
            let members = value.as_object().into_iter().flatten();
            let mut members = members.filter(|(_, value)| !is_empty(value));
            members.all(|(name, value)| match name.as_str() {
                "LogFormat" => value == "Text",
                "LogGroup" => *value == group(),
                _ => false,
            })
        }
        "SnapStart" => *value == json!({"ApplyOn": "None"}),
        "TracingConfig" => *value == json!({"Mode": "PassThrough"}),
        // A function that was removed from a VPC has empty lists.
        "VpcConfig" => value.get("SubnetIds").is_none_or(is_empty),
        _ => is_empty(value),
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(members) => members.values().all(is_empty),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(configuration: Value) -> Value {
        let Value::Object(members) = configuration else {
            panic!("an object");
        };
        settings_of_others(&members).into()
    }

    #[test]
    fn a_function_of_setup_has_no_settings_of_others() {
        let function = json!({
            "FunctionName": "f", "FunctionArn": "arn", "Runtime": "provided.al2023", "Role": "r",
            "Handler": "bootstrap", "CodeSize": 1, "Description": "", "Timeout": 5,
            "MemorySize": 256, "LastModified": "2026", "CodeSha256": "x", "Version": "$LATEST",
            "VpcConfig": {"SubnetIds": [], "SecurityGroupIds": [], "VpcId": "",
                "Ipv6AllowedForDualStack": false},
            "TracingConfig": {"Mode": "PassThrough"}, "RevisionId": "1", "State": "Failed",
            "StateReason": "x", "StateReasonCode": "y", "LastUpdateStatus": "Failed",
            "LastUpdateStatusReason": "x", "LastUpdateStatusReasonCode": "y", "Layers": [],
            "PackageType": "Zip", "Architectures": ["arm64"], "Environment": {"Variables": {}},
            "EphemeralStorage": {"Size": 512}, "ConfigSha256": "x", "KMSKeyArn": null,
            "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"},
            "LoggingConfig": {"LogFormat": "Text", "LogGroup": "/aws/lambda/f"},
            "RuntimeVersionConfig": {"RuntimeVersionArn": "x"}, "DeadLetterConfig": {},
            "FileSystemConfigs": [],
        });
        assert_eq!(of(function), json!({}));
    }

    #[test]
    fn settings_of_others_are_members_of_a_request() {
        let vpc = json!({"SubnetIds": ["s"], "SecurityGroupIds": ["g"]});
        let mut function = json!({
            "FunctionName": "f",
            "VpcConfig": vpc.clone(),
            "Layers": [{"Arn": "layer:1", "CodeSize": 5}, {"Arn": "layer:2"}],
            "TracingConfig": {"Mode": "Active"},
            "EphemeralStorage": {"Size": 1024},
            "SnapStart": {"ApplyOn": "PublishedVersions", "OptimizationStatus": "On"},
            "LoggingConfig": {"LogFormat": "JSON", "LogGroup": "/aws/lambda/f"},
            "KMSKeyArn": "key", "DeadLetterConfig": {"TargetArn": "queue"},
            "FileSystemConfigs": [{"Arn": "efs", "LocalMountPath": "/mnt/x"}],
            "NewInAws": {"Mode": 7},
        });
        function["VpcConfig"]["VpcId"] = "v".into();
        let expected = json!({
            "VpcConfig": vpc,
            "Layers": ["layer:1", "layer:2"],
            "TracingConfig": {"Mode": "Active"},
            "EphemeralStorage": {"Size": 1024},
            "SnapStart": {"ApplyOn": "PublishedVersions"},
            "LoggingConfig": {"LogFormat": "JSON", "LogGroup": "/aws/lambda/f"},
            "KMSKeyArn": "key", "DeadLetterConfig": {"TargetArn": "queue"},
            "FileSystemConfigs": [{"Arn": "efs", "LocalMountPath": "/mnt/x"}],
            "NewInAws": {"Mode": 7},
        });
        assert_eq!(of(function), expected);
    }
}
