//! The IAM documents of a deployment, and those of the pipelines that deploy it.

pub mod documents;
pub mod pipeline;
