//! IAM documents as they come.

use serde_json::Value;

/// A document as IAM sends it: URL-encoded JSON. What is no JSON is no document.
pub fn decode(encoded: &str) -> Value {
    let text = percent_encoding::percent_decode_str(encoded).decode_utf8_lossy();
    serde_json::from_str(&text).unwrap_or(Value::Null)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_iam_sends_is_decoded() {
        assert_eq!(
            decode("%7B%22a%22%3A%20%22b%2Bc%22%7D"),
            json!({"a": "b+c"})
        );
        assert_eq!(decode(r#"{"a": "b+c"}"#), json!({"a": "b+c"}));
        assert_eq!(decode("no document"), Value::Null);
    }
}
