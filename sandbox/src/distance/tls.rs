//! TLS with a certificate authority of the sandbox, created each time.

use std::sync::Arc;

use anyhow::Result;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// A certificate authority for services on the loopback interface. Clients must trust it
/// explicitly.
#[derive(Debug)]
pub struct Authority {
    pem: String,
    service: Arc<ServerConfig>,
    #[cfg(test)]
    certificate: CertificateDer<'static>,
}

impl Authority {
    /// Creates the authority, and a certificate for `127.0.0.1` and `localhost`.
    ///
    /// # Errors
    ///
    /// If keys can't be generated.
    pub fn new() -> Result<Self> {
        let mut authority = CertificateParams::new(Vec::new())?;
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        // If both had the same name, OpenSSL would treat the certificate as self-signed.
        authority
            .distinguished_name
            .push(DnType::CommonName, "cogmig sandbox");
        let issuer = CertifiedIssuer::self_signed(authority, KeyPair::generate()?)?;
        let key = KeyPair::generate()?;
        let names = ["127.0.0.1", "localhost"].map(str::to_owned);
        let service = CertificateParams::new(names)?.signed_by(&key, &issuer)?;
        let key = PrivateKeyDer::try_from(key.serialize_der()).map_err(anyhow::Error::msg)?;
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![CertificateDer::from(service)], key)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self {
            pem: issuer.pem(),
            service: Arc::new(config),
            #[cfg(test)]
            certificate: issuer.der().clone(),
        })
    }

    /// The authority's certificate as PEM, which clients must trust.
    #[must_use]
    pub fn pem(&self) -> &str {
        &self.pem
    }

    pub(super) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(Arc::clone(&self.service))
    }

    /// A client that trusts the authority.
    #[cfg(test)]
    pub(super) fn connector(&self) -> tokio_rustls::TlsConnector {
        use tokio_rustls::rustls::{ClientConfig, RootCertStore};
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate.clone()).expect("a certificate");
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_root_certificates(roots)
            .with_no_client_auth();
        Arc::new(config).into()
    }
}
