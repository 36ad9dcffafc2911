//! The Lambda function as others and AWS change it.

mod concurrency;
mod failed;
mod settings;
