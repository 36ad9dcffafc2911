//! `output.schema.json` is generated from the types of the document.

use schemars::generate::SchemaSettings;

use super::document::Document;

/// `INSTA_UPDATE=always` accepts a change.
#[test]
fn the_schema_is_that_of_the_types() {
    let settings = SchemaSettings::draft07();
    let schema = settings.into_generator().into_root_schema_for::<Document>();
    let schema = serde_json::to_string_pretty(&schema).expect("a schema");
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/output.schema.json");
    if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
        std::fs::write(path, format!("{schema}\n")).expect("the file is written");
    }
    let file = std::fs::read_to_string(path).expect("the file exists");
    assert_eq!(file.trim_end(), schema);
}
