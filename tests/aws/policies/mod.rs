//! The IAM policies that `cogmig policy` prints are sufficient, minimal, and limited to the
//! deployment.

mod denied;
mod least_privilege;
mod scope;
