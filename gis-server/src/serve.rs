//! Binding, serving, stopping.

use std::{
    io,
    net::{SocketAddr, TcpListener},
    time::Duration,
};

use axum_server::{Handle, tls_rustls::RustlsConfig};
use hyper_util::{
    rt::{TokioExecutor, TokioTimer},
    server::conn::auto::Builder,
};

use crate::{config::Http, routes, sensing::MqttError, state::App};

/// Why the server could not serve.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// The address is taken or not this machine's.
    #[error("cannot listen on {address}; choose another with --http, port 0 takes a free one")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// The certificate or its key cannot be used.
    #[error("cannot use the certificate {cert} with the key {key}; both must be PEM files")]
    Certificate {
        /// File of the certificate.
        cert: String,
        /// File of the key.
        key: String,
        /// Why.
        source: io::Error,
    },
    /// MQTT cannot be spoken.
    #[error(transparent)]
    Mqtt(#[from] MqttError),
    /// Serving ended with an error.
    #[error("serving failed")]
    Serve(#[source] io::Error),
}

/// Listens on the configured address.
///
/// # Errors
/// [`ServeError::Bind`].
pub fn bind(http: &Http) -> Result<TcpListener, ServeError> {
    let failed = |source| ServeError::Bind { address: http.address, source };
    let listener = TcpListener::bind(http.address).map_err(failed)?;
    listener.set_nonblocking(true).map_err(failed)?;
    Ok(listener)
}

/// The address under which people open the server.
pub fn address(http: &Http, bound: SocketAddr) -> String {
    let scheme = if http.tls_cert.is_some() { "https" } else { "http" };
    let host = match bound {
        // An address that means "any" opens nowhere; this machine is one of the any.
        SocketAddr::V4(v4) if v4.ip().is_unspecified() => format!("127.0.0.1:{}", v4.port()),
        SocketAddr::V6(v6) if v6.ip().is_unspecified() => format!("[::1]:{}", v6.port()),
        other => other.to_string(),
    };
    let tail =
        if http.base_path.is_empty() { "/".to_owned() } else { format!("{}/", http.base_path) };
    format!("{scheme}://{host}{tail}")
}

/// Serves until the process is told to stop, then lets running requests finish.
///
/// # Errors
/// [`ServeError`].
pub async fn serve(app: App, listener: TcpListener) -> Result<(), ServeError> {
    let handle = Handle::new();
    tokio::spawn(stop_on_signal(handle.clone(), Duration::from_secs(app.config.http.drain_s)));
    let service = routes::service(&app).into_make_service_with_connect_info::<SocketAddr>();
    match (&app.config.http.tls_cert, &app.config.http.tls_key) {
        (Some(cert), Some(key)) => {
            // The provider is chosen by name, since a second one may be linked one day.
            let _ = rustls::crypto::ring::default_provider().install_default();
            let failed = |source| ServeError::Certificate {
                cert: cert.display().to_string(),
                key: key.display().to_string(),
                source,
            };
            let tls = RustlsConfig::from_pem_file(cert, key).await.map_err(failed)?;
            let mut server =
                axum_server::from_tcp_rustls(listener, tls).map_err(ServeError::Serve)?;
            set_up(server.http_builder());
            server.handle(handle).serve(service).await.map_err(ServeError::Serve)
        }
        _ => {
            let mut server = axum_server::from_tcp(listener).map_err(ServeError::Serve)?;
            set_up(server.http_builder());
            server.handle(handle).serve(service).await.map_err(ServeError::Serve)
        }
    }
}

/// Gives up callers who never finish sending their request's head, and writes names of fields as people do: QGIS
/// 3.28 to 3.40 takes no `location` for the `Location` of what it made.
fn set_up(http: &mut Builder<TokioExecutor>) {
    const HEAD: Duration = Duration::from_secs(20);
    http.http1().timer(TokioTimer::new()).header_read_timeout(HEAD).title_case_headers(true);
    http.http2().timer(TokioTimer::new()).keep_alive_interval(Some(HEAD));
}

async fn stop_on_signal(handle: Handle<SocketAddr>, drain: Duration) {
    asked_to_stop().await;
    tracing::info!(drain_s = drain.as_secs(), "stopping: running requests finish first");
    handle.graceful_shutdown(Some(drain));
    asked_to_stop().await;
    tracing::warn!("asked twice: stopping at once");
    handle.shutdown();
}

async fn asked_to_stop() {
    let interrupted = tokio::signal::ctrl_c();
    let mut terminated =
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(signal) => signal,
            Err(error) => {
                tracing::warn!(%error, "cannot listen for SIGTERM");
                let _ = interrupted.await;
                return;
            }
        };
    tokio::select! {
        _ = interrupted => {}
        _ = terminated.recv() => {}
    }
}
