//! `output.schema.json` is generated from the types of the document.

use cogmig_core::plan;
use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

use super::document::Document;
use super::edit::Edit;

/// `INSTA_UPDATE=always` accepts a change.
#[test]
fn the_schema_is_that_of_the_types() {
    let settings = SchemaSettings::draft07().for_serialize();
    let schema = settings.into_generator().into_root_schema_for::<Document>();
    let mut schema = serde_json::to_value(&schema).expect("a schema");
    on_one_line(&mut schema);
    let schema = serde_json::to_string_pretty(&schema).expect("a schema");
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/output.schema.json");
    if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
        std::fs::write(path, format!("{schema}\n")).expect("the file is written");
    }
    let file = std::fs::read_to_string(path).expect("the file exists");
    assert_eq!(file.trim_end(), schema);
}

/// Descriptions are doc comments with the line breaks of the source code. The formats of Rust's
/// integers aren't part of any standard.
fn on_one_line(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            if let Some(Value::String(text)) = members.get_mut("description") {
                *text = text.replace('\n', " ");
            }
            members.retain(|member, _| member != "format");
            members.values_mut().for_each(on_one_line);
        }
        Value::Array(items) => items.iter_mut().for_each(on_one_line),
        _ => {}
    }
}

#[test]
fn the_values_of_a_secret_are_not_written() {
    let secret = plan::Edit {
        before: Some("one".into()),
        after: Some("two".into()),
        ..plan::Edit::secret("trust policy")
    };
    let json = serde_json::to_value(Edit::of(&secret)).expect("JSON");
    let expected = json!({"path": "trust policy", "before": null, "after": null, "secret": true});
    assert_eq!(json, expected);
}
