//! The IAM policies that `cogmig policy` prints: enough, no more than enough, and limited to
//! the deployment.

mod denied;
mod least_privilege;
mod scope;
