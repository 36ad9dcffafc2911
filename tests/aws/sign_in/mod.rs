//! Sign-ins through the deployed function: which users are migrated, with which usernames and
//! attributes.

mod attributes;
mod client_secret;
mod forgot_password;
mod metadata;
pub mod mfa;
mod moto;
mod usernames;
mod users;
