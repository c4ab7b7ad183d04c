//! Reason codes of MQTT 5.0 (section 2.4), and what 3.1.1 says instead.

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident = $code:literal,)*) => {
        /// A reason code of MQTT 5.0. One number can mean different things in different packets
        /// (0x00 is success, normal disconnection and granted QoS 0); the name is the usual one.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum Reason { $($(#[$doc])* $name = $code,)* }

        impl Reason {
            /// Every reason code, for tests and tables.
            pub const ALL: &'static [Reason] = &[$(Reason::$name,)*];

            /// The reason with this number.
            pub fn from_code(code: u8) -> Option<Self> {
                match code { $($code => Some(Self::$name),)* _ => None }
            }
        }
    };
}

reasons! {
    /// It was done (also: normal disconnection, granted QoS 0).
    Success = 0x00,
    /// Subscribed with QoS 1.
    GrantedQos1 = 0x01,
    /// Subscribed with QoS 2.
    GrantedQos2 = 0x02,
    /// The client leaves and wants its will published.
    DisconnectWithWill = 0x04,
    /// Accepted, and nobody is subscribed.
    NoMatchingSubscribers = 0x10,
    /// There was no such subscription.
    NoSubscriptionExisted = 0x11,
    /// Authentication goes on.
    ContinueAuthentication = 0x18,
    /// Authenticate anew.
    ReAuthenticate = 0x19,
    /// Refused without a nearer reason.
    UnspecifiedError = 0x80,
    /// The bytes are no packet.
    MalformedPacket = 0x81,
    /// The packet is not allowed here.
    ProtocolError = 0x82,
    /// Valid, and not taken by this implementation.
    ImplementationSpecificError = 0x83,
    /// Another protocol version.
    UnsupportedProtocolVersion = 0x84,
    /// The client identifier is not allowed.
    ClientIdentifierNotValid = 0x85,
    /// Wrong user name or password.
    BadUserNameOrPassword = 0x86,
    /// Known, and not allowed to do this.
    NotAuthorized = 0x87,
    /// The server cannot serve now.
    ServerUnavailable = 0x88,
    /// The server is busy; try again.
    ServerBusy = 0x89,
    /// Banned by an administrator.
    Banned = 0x8A,
    /// The server stops.
    ServerShuttingDown = 0x8B,
    /// The authentication method is not spoken.
    BadAuthenticationMethod = 0x8C,
    /// Nothing was heard in time.
    KeepAliveTimeout = 0x8D,
    /// Another connection took the session over.
    SessionTakenOver = 0x8E,
    /// The topic filter is not accepted.
    TopicFilterInvalid = 0x8F,
    /// The topic name is not accepted.
    TopicNameInvalid = 0x90,
    /// The packet identifier is in use.
    PacketIdentifierInUse = 0x91,
    /// There is no such packet identifier.
    PacketIdentifierNotFound = 0x92,
    /// More unacknowledged messages than the receive maximum.
    ReceiveMaximumExceeded = 0x93,
    /// A topic alias outside the agreed range, or never set.
    TopicAliasInvalid = 0x94,
    /// Larger than the agreed size.
    PacketTooLarge = 0x95,
    /// Too many messages in a time.
    MessageRateTooHigh = 0x96,
    /// A quota is used up.
    QuotaExceeded = 0x97,
    /// An administrator ended it.
    AdministrativeAction = 0x98,
    /// The payload is not what the topic takes.
    PayloadFormatInvalid = 0x99,
    /// Retained messages are not kept.
    RetainNotSupported = 0x9A,
    /// This quality of service is not spoken.
    QosNotSupported = 0x9B,
    /// Use another server for now.
    UseAnotherServer = 0x9C,
    /// The server moved.
    ServerMoved = 0x9D,
    /// No shared subscriptions here.
    SharedSubscriptionsNotSupported = 0x9E,
    /// Connections come too fast.
    ConnectionRateExceeded = 0x9F,
    /// Connected for too long.
    MaximumConnectTime = 0xA0,
    /// No subscription identifiers here.
    SubscriptionIdentifiersNotSupported = 0xA1,
    /// No wildcards here.
    WildcardSubscriptionsNotSupported = 0xA2,
}

impl Reason {
    /// The number on the wire.
    pub fn code(self) -> u8 {
        self as u8
    }

    /// Whether the code refuses (0x80 and above).
    pub fn is_refusal(self) -> bool {
        self.code() >= 0x80
    }

    /// The return code of a 3.1.1 CONNACK (table 3.1 there) that is nearest.
    pub fn connack_v3(self) -> u8 {
        match self {
            reason if !reason.is_refusal() => 0,
            Self::UnsupportedProtocolVersion => 1,
            Self::ClientIdentifierNotValid => 2,
            Self::BadUserNameOrPassword | Self::BadAuthenticationMethod => 4,
            Self::NotAuthorized | Self::Banned => 5,
            _ => 3,
        }
    }

    /// The reason that a 3.1.1 CONNACK return code means.
    pub fn from_connack_v3(code: u8) -> Option<Self> {
        match code {
            0 => Some(Self::Success),
            1 => Some(Self::UnsupportedProtocolVersion),
            2 => Some(Self::ClientIdentifierNotValid),
            3 => Some(Self::ServerUnavailable),
            4 => Some(Self::BadUserNameOrPassword),
            5 => Some(Self::NotAuthorized),
            _ => None,
        }
    }
}
