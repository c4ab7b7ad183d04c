//! The listener: takes connections, bounds them, stops them.

use std::{
    collections::HashMap,
    io,
    net::{IpAddr, Ipv6Addr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use thiserror::Error;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::{mpsc, watch},
    time::{sleep, timeout},
};
use tokio_rustls::{TlsAcceptor, rustls::ServerConfig};

use super::{
    Application, Limits, Message, Snapshot, delivery::Receipt, handshake::Door, hub::Hub,
    metrics::count, wire::Wire,
};

/// How long the listener waits for its connections when it stops.
const LAST_WORDS: Duration = Duration::from_secs(10);
/// How long it waits after the system refused a connection: it is out of files, most likely.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Where to listen.
pub struct Endpoint {
    /// The address; with port 0 the system chooses one.
    pub address: SocketAddr,
    /// Encrypt with this.
    pub tls: Option<Arc<ServerConfig>>,
}

/// The address cannot be listened on.
#[derive(Debug, Error)]
#[error("cannot listen for MQTT on {address}; choose another address or port")]
pub struct ListenError {
    address: SocketAddr,
    #[source]
    source: io::Error,
}

/// A running MQTT listener. Dropped, it stops at once; [`Listener::stop`] lets it say good-bye.
pub struct Listener {
    hub: Arc<Hub>,
    addresses: Vec<SocketAddr>,
    stop: watch::Sender<bool>,
    /// Ends when the last task of the listener has ended.
    all_done: mpsc::Receiver<()>,
}

/// Publishes messages of the application's own.
#[derive(Clone)]
pub struct Publisher {
    hub: Arc<Hub>,
}

impl Publisher {
    /// Puts a message into the queue of every relayed subscription that matches; the number of
    /// sessions that want it. Never waits: what a full queue misses is counted.
    pub fn publish(&self, message: Message) -> usize {
        self.hub.relay(message, None)
    }

    /// Publishes a message, and calls `told` each time that a subscriber acknowledges it (PUBACK);
    /// `told` must be quick. A message with an expiry is not sent again after it, even to a client
    /// that comes back for it.
    pub fn publish_with_receipt(
        &self,
        message: Message,
        told: impl Fn() + Send + Sync + 'static,
    ) -> usize {
        self.hub.relay_with(message, None, Some(Receipt(Arc::new(told))))
    }
}

impl Listener {
    /// Listens on every endpoint.
    ///
    /// # Errors
    /// An address cannot be listened on; then none is.
    pub async fn start<A: Application>(
        app: Arc<A>,
        endpoints: Vec<Endpoint>,
        limits: Limits,
    ) -> Result<Self, ListenError> {
        let mut sockets = Vec::with_capacity(endpoints.len());
        let mut addresses = Vec::with_capacity(endpoints.len());
        for endpoint in endpoints {
            let failed = |source| ListenError { address: endpoint.address, source };
            let socket = TcpListener::bind(endpoint.address).await.map_err(failed)?;
            addresses.push(socket.local_addr().map_err(failed)?);
            sockets.push((socket, endpoint.tls.map(TlsAcceptor::from)));
        }
        let hub = Arc::new(Hub::new(limits));
        let (alive, all_done) = mpsc::channel(1);
        let stop = watch::Sender::new(false);
        let census = Arc::new(Census::default());
        for (socket, tls) in sockets {
            let reception = Reception {
                app: app.clone(),
                hub: hub.clone(),
                census: census.clone(),
                tls,
                stop: stop.subscribe(),
                alive: alive.clone(),
            };
            tokio::spawn(reception.receive(socket));
        }
        Ok(Self { hub, addresses, stop, all_done })
    }

    /// The addresses listened on, in the order of the endpoints, with the port that was chosen.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// What was counted so far.
    pub fn metrics(&self) -> Snapshot {
        self.hub.counters.snapshot()
    }

    /// For messages of the application's own.
    pub fn publisher(&self) -> Publisher {
        Publisher { hub: self.hub.clone() }
    }

    /// Stops: takes no connection more, acknowledges what becomes durable in the next seconds, says
    /// good-bye to the clients and waits for all of it.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        if timeout(LAST_WORDS, self.all_done.recv()).await.is_err() {
            tracing::warn!("MQTT connections were still busy when the listener stopped");
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.stop.send_replace(true);
    }
}

/// What takes the connections of one endpoint.
struct Reception<A: Application> {
    app: Arc<A>,
    hub: Arc<Hub>,
    census: Arc<Census>,
    tls: Option<TlsAcceptor>,
    stop: watch::Receiver<bool>,
    alive: mpsc::Sender<()>,
}

impl<A: Application> Reception<A> {
    async fn receive(mut self, socket: TcpListener) {
        loop {
            let accepted = tokio::select! {
                accepted = socket.accept() => accepted,
                _ = self.stop.wait_for(|stop| *stop) => return,
            };
            match accepted {
                Ok((stream, address)) => self.welcome(stream, address),
                Err(error) => {
                    tracing::warn!(%error, "an MQTT connection could not be accepted");
                    sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }

    fn welcome(&self, stream: TcpStream, address: SocketAddr) {
        let limits = &self.hub.limits.connection;
        let place =
            self.census.enter(address.ip(), limits.connections, limits.connections_per_address);
        let Some(place) = place else {
            count(&self.hub.counters.connections_refused);
            return;
        };
        // Small packets go out at once; acknowledgements are latency.
        let _ = stream.set_nodelay(true);
        let door = Door {
            app: self.app.clone(),
            hub: self.hub.clone(),
            address,
            is_encrypted: self.tls.is_some(),
            alive: self.alive.clone(),
        };
        let (tls, stop) = (self.tls.clone(), self.stop.clone());
        tokio::spawn(async move {
            match tls {
                None => serve(door, stream, stop).await,
                Some(tls) => serve_tls(door, stream, tls, stop).await,
            }
            drop(place);
        });
    }
}

async fn serve_tls<A: Application>(
    door: Door<A>,
    stream: TcpStream,
    tls: TlsAcceptor,
    stop: watch::Receiver<bool>,
) {
    let hub = door.hub.clone();
    match timeout(hub.limits.connection.connect_timeout, tls.accept(stream)).await {
        Ok(Ok(stream)) => serve(door, stream, stop).await,
        Ok(Err(_)) => count(&hub.counters.connections_refused),
        Err(_) => count(&hub.counters.timeouts),
    }
}

async fn serve<A, S>(door: Door<A>, stream: S, mut stop: watch::Receiver<bool>)
where
    A: Application,
    S: AsyncRead + AsyncWrite + Send + 'static,
{
    let hub = door.hub.clone();
    let mut wire = Wire::new(stream);
    let opened = tokio::select! {
        opened = timeout(hub.limits.connection.connect_timeout, door.open(&mut wire)) => opened,
        _ = stop.wait_for(|stop| *stop) => return,
    };
    match opened {
        Ok(Some(connection)) => connection.run(wire, stop).await,
        Ok(None) => {}
        Err(_) => count(&hub.counters.timeouts),
    }
}

/// How many are connected, from where.
#[derive(Default)]
struct Census {
    counts: Mutex<Counts>,
}

#[derive(Default)]
struct Counts {
    all: usize,
    by_address: HashMap<IpAddr, usize>,
}

/// A place in the census, given back when dropped.
struct Place {
    census: Arc<Census>,
    address: IpAddr,
}

impl Census {
    fn enter(self: &Arc<Self>, address: IpAddr, max: usize, max_here: usize) -> Option<Place> {
        let address = neighbourhood(address);
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let here = counts.by_address.get(&address).copied().unwrap_or(0);
        if counts.all >= max || here >= max_here {
            return None;
        }
        counts.all += 1;
        counts.by_address.insert(address, here + 1);
        Some(Place { census: self.clone(), address })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = self.census.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.all -= 1;
        if let Some(here) = counts.by_address.get_mut(&self.address) {
            *here -= 1;
            if *here == 0 {
                counts.by_address.remove(&self.address);
            }
        }
    }
}

/// An IPv4 address, or the /64 of an IPv6 address: what one subscriber of a network has.
fn neighbourhood(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX))),
        v4 => v4,
    }
}
