//! What a block is for.

/// What a block is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Purpose {
    /// Tube houses wall to wall.
    Tube,
    /// Houses and villas with a yard in front.
    Villa,
    /// Garden houses.
    Garden,
    School,
    Kindergarten,
    Market,
    Health,
    Hospital,
    Committee,
    CityHall,
    Hall,
    Pagoda,
    Shops,
    Park,
    Square,
    Plant,
    Hotel,
    Barracks,
    Graves,
    Rice,
    Crops,
    Trees,
    Forest,
    Casuarina,
    Pond,
    Sand,
}

impl Purpose {
    /// Land-use code (Circular 08/2024/TT-BTNMT).
    pub(super) fn use_code(self, urban: bool) -> &'static str {
        match self {
            Self::Tube | Self::Villa | Self::Garden => {
                if urban {
                    "ODT"
                } else {
                    "ONT"
                }
            }
            Self::School | Self::Kindergarten => "DGD",
            Self::Market => "DCH",
            Self::Health | Self::Hospital => "DYT",
            Self::Committee | Self::CityHall => "TSC",
            Self::Hall => "DSH",
            Self::Pagoda => "TON",
            Self::Shops | Self::Hotel => "TMD",
            Self::Park | Self::Square => "DKV",
            Self::Plant => "SKK",
            Self::Barracks => "CQP",
            Self::Graves => "NTD",
            Self::Rice => "LUC",
            Self::Crops => "HNK",
            Self::Trees => "CLN",
            Self::Forest => "RSX",
            Self::Casuarina => "RPH",
            Self::Pond => "NTS",
            Self::Sand => "BCS",
        }
    }

    /// Whether its ground is cut into house lots.
    pub(super) fn is_homes(self) -> bool {
        matches!(self, Self::Tube | Self::Villa | Self::Garden)
    }
}
