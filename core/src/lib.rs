//! The desired resources of a migration, the existing resources, and the difference, as values.
//! Nothing here calls AWS, waits, reads a clock or prints.

pub mod call;
pub mod checks;
pub mod client_secret;
pub mod cognito;
pub mod concurrency;
pub mod deployments;
pub mod desired;
pub mod diagnosis;
pub mod event;
pub mod found;
pub mod governance;
pub mod iam;
pub mod identity;
pub mod lambda;
pub mod names;
pub mod observed;
pub mod operations;
pub mod options;
pub mod outcome;
pub mod package;
pub mod plan;
pub mod problem;
pub mod reasons;
pub mod record;
pub mod reference;
pub mod remembered;
pub mod resource;
pub mod sample;
pub mod selected;
pub mod status;
pub mod targets;
pub mod text;
pub mod time;
pub mod users;
