//! Tags in the formats of IAM.

use aws_sdk_iam::error::BuildError;
use aws_sdk_iam::types::Tag;
use cogmig_core::record::Tags;

/// Tags in the request format of IAM.
pub fn iam_tags(tags: &Tags) -> Vec<Tag> {
    let tag = |(key, value): (&String, &String)| -> Result<Tag, BuildError> {
        Tag::builder().key(key).value(value).build()
    };
    // The key and the value are set, so building can't fail.
    tags.iter().filter_map(|pair| tag(pair).ok()).collect()
}

/// Tags from the response format of IAM.
pub fn from_iam_tags(tags: &[Tag]) -> Tags {
    tags.iter()
        .map(|tag| (tag.key().to_owned(), tag.value().to_owned()))
        .collect()
}
