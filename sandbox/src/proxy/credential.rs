//! The credential scope of a signature: key, Region and service.

use bytes::Bytes;
use http::Request;

use super::request::header;

/// The parts of `Credential=<key>/<date>/<Region>/<service>/aws4_request`. All are empty for an
/// unsigned call.
#[derive(Debug, Default)]
pub(super) struct Credential<'a> {
    pub(super) key: &'a str,
    pub(super) region: &'a str,
    pub(super) service: &'a str,
}

impl<'a> Credential<'a> {
    pub(super) fn of(request: &'a Request<Bytes>) -> Self {
        let authorization = header(request, "authorization");
        let Some((_, scope)) = authorization.split_once("Credential=") else {
            return Self::default();
        };
        let scope = scope.split(',').next().unwrap_or_default();
        match *scope.split('/').collect::<Vec<_>>() {
            [key, _, region, service, _] => Self {
                key,
                region,
                service,
            },
            _ => Self::default(),
        }
    }
}

/// The Region of a signed call.
pub(super) fn region(request: &Request<Bytes>) -> Option<String> {
    let region = Credential::of(request).region;
    (!region.is_empty()).then(|| region.to_owned())
}
