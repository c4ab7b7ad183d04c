//! Packets over a stream, as a client sends and receives them.

use std::{io, path::Path, sync::Arc, time::Duration};

use bytes::BytesMut;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::{
    TlsConnector,
    rustls::{
        ClientConfig, RootCertStore, crypto,
        pki_types::{CertificateDer, ServerName, pem::PemObject},
    },
};

use super::BridgeError;
use crate::mqtt::codec::{Decoder, Packet, Version, encode};

/// The version that the bridge speaks: every broker does.
pub(crate) const VERSION: Version = Version::V3;
/// Longer than connecting takes anywhere.
const PATIENCE: Duration = Duration::from_secs(20);

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// Where a broker is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct At<'a> {
    pub(crate) host: &'a str,
    pub(crate) port: u16,
    /// Certificates in PEM that the broker's is signed by: with them TLS is spoken.
    pub(crate) ca_file: Option<&'a Path>,
    /// The largest message, in bytes.
    pub(crate) most_bytes: usize,
}

/// A connection to a broker.
pub(crate) struct Connection {
    stream: Box<dyn Stream>,
    input: BytesMut,
    decoder: Decoder,
}

impl Connection {
    /// Connects, over TLS where certificates are given.
    pub(crate) async fn connect(at: At<'_>) -> Result<Self, BridgeError> {
        let connecting = async {
            let stream = TcpStream::connect((at.host, at.port)).await?;
            stream.set_nodelay(true)?;
            let Some(path) = at.ca_file else {
                return Ok(Box::new(stream) as Box<dyn Stream>);
            };
            let stream = encrypted(stream, at.host, path).await?;
            Ok(Box::new(stream) as Box<dyn Stream>)
        };
        let connected = timeout(PATIENCE, connecting).await.map_err(|_| timed_out());
        let stream = connected.and_then(|it| it).map_err(BridgeError::Connect)?;
        let decoder = Decoder::of_version(VERSION, at.most_bytes);
        Ok(Self { stream, input: BytesMut::new(), decoder })
    }

    /// The next packet. It may be dropped while it waits: nothing is lost then.
    pub(crate) async fn next(&mut self) -> Result<Packet, BridgeError> {
        loop {
            if let Some((packet, _)) = self.decoder.decode(&mut self.input)? {
                return Ok(packet);
            }
            let read = self.stream.read_buf(&mut self.input).await;
            if read.map_err(BridgeError::Lost)? == 0 {
                return Err(BridgeError::Lost(io::ErrorKind::UnexpectedEof.into()));
            }
        }
    }

    /// Sends packets; a broker that takes nothing is gone.
    pub(crate) async fn send(&mut self, packets: &[Packet]) -> Result<(), BridgeError> {
        let mut bytes = BytesMut::new();
        for packet in packets {
            encode(packet, VERSION, &mut bytes)?;
        }
        let sent = timeout(PATIENCE, self.stream.write_all(&bytes)).await;
        sent.map_err(|_| timed_out()).and_then(|it| it).map_err(BridgeError::Lost)
    }
}

async fn encrypted(stream: TcpStream, host: &str, path: &Path) -> io::Result<impl Stream + use<>> {
    let wrong = |why: String| io::Error::new(io::ErrorKind::InvalidInput, why);
    let mut roots = RootCertStore::empty();
    let certificates = CertificateDer::pem_file_iter(path);
    for certificate in certificates.map_err(|why| wrong(format!("ca_file: {why}")))? {
        let certificate = certificate.map_err(|why| wrong(format!("ca_file: {why}")))?;
        roots.add(certificate).map_err(|why| wrong(format!("ca_file: {why}")))?;
    }
    let provider = Arc::new(crypto::ring::default_provider());
    let tls = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|why| wrong(why.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from(host.to_owned()).map_err(|why| wrong(why.to_string()))?;
    TlsConnector::from(Arc::new(tls)).connect(name, stream).await
}

fn timed_out() -> io::Error {
    io::ErrorKind::TimedOut.into()
}
