//! The encoding of IAM documents.

use serde_json::Value;

/// A document as IAM returns it: URL-encoded JSON. Invalid JSON is `null`.
pub fn decode(encoded: &str) -> Value {
    let text = percent_encoding::percent_decode_str(encoded).decode_utf8_lossy();
    serde_json::from_str(&text).unwrap_or(Value::Null)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_document_of_iam_is_decoded() {
        assert_eq!(
            decode("%7B%22a%22%3A%20%22b%2Bc%22%7D"),
            json!({"a": "b+c"})
        );
        assert_eq!(decode(r#"{"a": "b+c"}"#), json!({"a": "b+c"}));
        assert_eq!(decode("not JSON"), Value::Null);
    }
}
