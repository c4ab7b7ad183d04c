//! Who asks: what they may see, and what they may do.

use std::sync::Arc;

use city::Access;
use feeds::service::MayPublish;

/// The access classes that somebody is cleared for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Clearances(u8);

impl Clearances {
    /// How many different sets there are.
    pub(crate) const COUNT: usize = 16;
    /// What everyone may see.
    pub const PUBLIC: Self = Self(1 << Access::Public as u8);
    /// Every class.
    pub const ALL: Self = Self(0b1111);

    /// The set with one class more.
    ///
    /// ```
    /// use city::Access;
    /// use gis_server::viewer::Clearances;
    /// let officer = Clearances::PUBLIC.with(Access::Internal);
    /// assert!(officer.contains(Access::Internal) && !officer.contains(Access::Personal));
    /// ```
    #[must_use]
    pub const fn with(self, class: Access) -> Self {
        Self(self.0 | 1 << class as u8)
    }

    /// The set of a small number: what [`scope`](Self::scope) gave.
    pub(crate) const fn of_scope(scope: u8) -> Self {
        Self(scope & Self::ALL.0)
    }

    /// Whether a class is in the set.
    pub const fn contains(self, class: Access) -> bool {
        self.0 >> class as u8 & 1 == 1
    }

    /// The set as a small number: what an ETag or a cache key tells readers apart by.
    pub const fn scope(self) -> u8 {
        self.0
    }
}

/// A role that a token gives its holder; the names stand in `tokens.toml`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TokenRole {
    /// Sees what everyone sees.
    Public,
    /// Officer of any department: internal data.
    Officer,
    /// Officer of the land office: internal and personal data.
    LandOfficer,
    /// Sees defence and security land as well.
    Defence,
    /// Operator of lighting, traffic or warnings: internal data; may run.
    Operator,
    /// A device, a gateway or a station: sends observations.
    Device,
    /// A gateway of messages, such as of SMS: reports what became of them.
    Gateway,
    /// May edit what they see.
    Editor,
    /// Sees, edits and runs everything.
    Admin,
}

impl TokenRole {
    fn clearances(self) -> Clearances {
        let officer = Clearances::PUBLIC.with(Access::Internal);
        match self {
            Self::Public | Self::Device | Self::Gateway | Self::Editor => Clearances::PUBLIC,
            Self::Officer | Self::Operator => officer,
            Self::LandOfficer => officer.with(Access::Personal),
            Self::Defence => officer.with(Access::Defence),
            Self::Admin => Clearances::ALL,
        }
    }
}

/// Somebody who asks. Every read and every edit takes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Viewer {
    /// Who it is, as the change log names them.
    pub name: Arc<str>,
    /// What they may see.
    pub clearances: Clearances,
    /// Whether they may create, replace and delete features.
    pub may_write: bool,
    /// Whether they may start runs and command devices.
    pub may_run: bool,
    /// Whether they may report what became of messages.
    pub may_report: bool,
    /// Whose observations they may send.
    pub may_observe: MayPublish,
}

impl Viewer {
    /// Anyone, without a name: sees what is public and changes nothing.
    pub fn public() -> Self {
        Self {
            name: "public".into(),
            clearances: Clearances::PUBLIC,
            may_write: false,
            may_run: false,
            may_report: false,
            may_observe: MayPublish::Nothing,
        }
    }

    /// Anyone at this very machine, where no tokens are set up: sees what is public, and may write,
    /// run and send observations.
    pub fn local() -> Self {
        Self {
            name: "local".into(),
            may_write: true,
            may_run: true,
            may_report: true,
            may_observe: MayPublish::Everything,
            ..Self::public()
        }
    }

    /// Somebody who sees and does everything, such as a program of the server itself.
    pub fn admin(name: &str) -> Self {
        Self::of(name, &[TokenRole::Admin])
    }

    /// Somebody with these roles together.
    ///
    /// ```
    /// use city::Access;
    /// use gis_server::viewer::{TokenRole, Viewer};
    /// let lan = Viewer::of("Lan", &[TokenRole::LandOfficer, TokenRole::Editor]);
    /// assert!(lan.sees(Access::Personal) && lan.may_write && !lan.sees(Access::Defence));
    /// ```
    pub fn of(name: &str, roles: &[TokenRole]) -> Self {
        let clearances = roles
            .iter()
            .fold(Clearances::PUBLIC, |all, role| Clearances(all.0 | role.clearances().0));
        let any = |wanted: &[TokenRole]| roles.iter().any(|role| wanted.contains(role));
        Self {
            name: name.into(),
            clearances,
            may_write: any(&[TokenRole::Editor, TokenRole::Admin]),
            may_run: any(&[TokenRole::Operator, TokenRole::Admin]),
            may_report: any(&[TokenRole::Gateway, TokenRole::Admin]),
            may_observe: match any(&[TokenRole::Device, TokenRole::Admin]) {
                true => MayPublish::Everything,
                false => MayPublish::Nothing,
            },
        }
    }

    /// Whether they may see data of a class.
    pub fn sees(&self, class: Access) -> bool {
        self.clearances.contains(class)
    }
}
