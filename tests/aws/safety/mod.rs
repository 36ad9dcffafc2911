//! What must never happen: changes to resources of others, lost settings, users who can't sign in.

mod access_role;
mod attacks;
mod compared;
mod conflicts;
mod feature_plan;
mod given_ids;
mod lossless;
mod not_managed;
mod repair;
