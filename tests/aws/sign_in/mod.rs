//! Sign-ins through the deployed Lambda: who is migrated, under which name, with which
//! attributes.

mod attributes;
mod client_secret;
mod forgot_password;
pub mod mfa;
mod moto;
mod usernames;
mod users;
