//! A description or a request as raw JSON.

use serde_json::{Map, Value};

/// A JSON object.
pub type Object = Map<String, Value>;
