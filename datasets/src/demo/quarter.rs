//! What a quarter is: an old centre, rice fields, a resort strip.

use super::{
    carve::{Ground, place_key},
    country::{COASTWISE, Country, SEAWARD, at_coast},
    growth::Growth,
    plane::{Point, Ring, area, distance, dot, pt},
    seed::{noise, unit},
};

/// The kind of a quarter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Old,
    Urban,
    New,
    Suburb,
    Village,
    Fields,
    Gardens,
    Hills,
    Dunes,
    Beach,
    Ponds,
    Resort,
    Industry,
    Defence,
    Cemetery,
    Park,
    Civic,
}

impl Kind {
    /// Whether streets there are lit, drained and paved.
    pub(super) fn is_urban(self) -> bool {
        matches!(
            self,
            Self::Old | Self::Urban | Self::New | Self::Civic | Self::Park | Self::Industry
        )
    }

    /// The land-use code that a plan gives to a quarter that it leaves as it is.
    pub(super) fn planned_code(self, is_ward: bool) -> &'static str {
        match self {
            Self::Fields => "LUC",
            Self::Gardens => "CLN",
            Self::Hills => "RSX",
            Self::Dunes => "RPH",
            Self::Ponds => "NTS",
            Self::Beach => "BCS",
            Self::Resort => "TMD",
            Self::Industry => "SKK",
            Self::Defence => "CQP",
            Self::Cemetery => "NTD",
            Self::Park => "DKV",
            Self::Civic => "TSC",
            Self::Old | Self::Urban | Self::New | Self::Suburb | Self::Village => {
                if is_ward {
                    "ODT"
                } else {
                    "ONT"
                }
            }
        }
    }
}

/// A quarter of the country.
#[derive(Debug, Clone)]
pub(super) struct Quarter {
    pub(super) ring: Ring,
    pub(super) centre: Point,
    pub(super) ratio: f64,
    pub(super) kind: Kind,
    /// What would lie here if the town had not put something there: what public maps show of
    /// defence land.
    pub(super) natural: Kind,
    /// Its own seed, from its place.
    pub(super) key: u64,
    /// What it is called, where it has a name.
    pub(super) name: &'static str,
}

/// Gives every piece of ground its kind.
pub(super) fn quarters(
    seed: u64,
    country: &Country,
    growth: &Growth,
    buildings: u64,
    grounds: Vec<Ground>,
) -> Vec<Quarter> {
    let mut quarters: Vec<Quarter> = grounds
        .into_iter()
        .map(|ground| {
            let key = place_key(&ground.ring);
            let kind = natural_kind(seed, country, &ground, key);
            let Ground { ring, centre, ratio, .. } = ground;
            Quarter { ring, centre, ratio, kind, natural: kind, key, name: "" }
        })
        .collect();
    place_specials(seed, growth, &mut quarters);
    settle_villages(seed, country, buildings, &mut quarters);
    quarters
}

fn natural_kind(seed: u64, country: &Country, ground: &Ground, key: u64) -> Kind {
    let p = ground.centre;
    let (s, t) = (dot(p, COASTWISE), dot(p, SEAWARD));
    let inland = country.shore(s) - t;
    let (middle, half) = country.lagoon(s);
    let height = country.ground(p);
    let chance = unit(seed ^ 0x51, key);
    if ground.beach {
        return Kind::Beach;
    }
    if (0.0..520.0).contains(&inland) {
        let resort = (s - 900.0).abs() < 2600.0 && inland < 470.0;
        return if resort && chance < 0.72 { Kind::Resort } else { Kind::Dunes };
    }
    let in_town = ground.ratio < 1.12 && height < 30.0;
    if in_town {
        return match ground.ratio {
            r if r < 0.42 => {
                if chance < 0.86 {
                    Kind::Old
                } else {
                    Kind::Urban
                }
            }
            r if r < 0.8 => {
                if chance < 0.8 {
                    Kind::Urban
                } else {
                    Kind::New
                }
            }
            r if r < 1.0 => {
                if noise(seed ^ 0x52, p.x / 900.0, p.y / 900.0) > -0.1 {
                    Kind::New
                } else {
                    Kind::Suburb
                }
            }
            _ => Kind::Suburb,
        };
    }
    let to_lagoon = (t - middle).abs() - half;
    match () {
        () if to_lagoon < 430.0 && chance < 0.62 => Kind::Ponds,
        () if t > middle => {
            if chance < 0.55 {
                Kind::Dunes
            } else {
                Kind::Gardens
            }
        }
        () if height > 20.0 => Kind::Hills,
        () if height > 9.5 || chance < 0.1 => Kind::Gardens,
        () => Kind::Fields,
    }
}

/// Things a town has one or a few of, each in the quarter nearest to its place.
fn place_specials(seed: u64, growth: &Growth, quarters: &mut [Quarter]) {
    let r = growth.radius;
    let near = |s: f64, t: f64| at_coast(s, t);
    let wanted: Vec<(Kind, &'static str, Point, f64)> = vec![
        (Kind::Civic, "Khu hành chính", near(r * 0.30, r * 0.22), 3.0),
        (Kind::Park, "Công viên Trung tâm", pt(720.0, 560.0), 2.0),
        (Kind::Park, "Công viên 24 tháng 3", near(-r * 0.25, r * 0.1), 2.0),
        (
            Kind::Industry,
            "Khu công nghiệp Thuận Yên (giả định)",
            near(r * 1.1 + 900.0, -1900.0),
            20.0,
        ),
        (
            Kind::Industry,
            "Khu công nghiệp Thuận Yên (giả định)",
            near(r * 1.1 + 1500.0, -1900.0),
            20.0,
        ),
        (
            Kind::Industry,
            "Cụm công nghiệp Trường Xuân (giả định)",
            near(-r * 0.9 - 700.0, -2300.0),
            20.0,
        ),
        (Kind::Defence, "Đất quốc phòng (giả định)", near(300.0, -r * 0.55 - 1500.0), 12.0),
        (Kind::Defence, "Đất quốc phòng (giả định)", near(3900.0, 8200.0), 12.0),
        (Kind::Cemetery, "Nghĩa trang Gò Trầu (giả định)", near(-r * 0.5 - 1200.0, -3300.0), 12.0),
        (Kind::Cemetery, "Nghĩa trang Bàn Thạch (giả định)", near(r * 0.6 + 2100.0, 3300.0), 12.0),
        (Kind::Cemetery, "Nghĩa trang Tam Thanh (giả định)", near(-1700.0, 8300.0), 12.0),
    ];
    let mut taken = vec![false; quarters.len()];
    for (kind, name, place, least_ha) in wanted {
        let place = place
            + pt(
                120.0 * noise(seed ^ 0x53, place.x, 0.3),
                120.0 * noise(seed ^ 0x54, place.y, 0.3),
            );
        let free = |i: usize, q: &Quarter| {
            !taken[i]
                && area(&q.ring)
                    > least_ha
                        * 10_000.0
                        * if kind.is_urban() && least_ha < 5.0 { 1.0 } else { 0.5 }
                && !matches!(q.kind, Kind::Hills | Kind::Resort | Kind::Ponds | Kind::Beach)
        };
        let nearest = (0..quarters.len()).filter(|&i| free(i, &quarters[i])).min_by(|&a, &b| {
            distance(quarters[a].centre, place).total_cmp(&distance(quarters[b].centre, place))
        });
        if let Some(i) = nearest {
            taken[i] = true;
            quarters[i].kind = kind;
            quarters[i].name = name;
        }
    }
}

/// Turns fields into villages, best places first, until they can house the country people.
fn settle_villages(seed: u64, country: &Country, buildings: u64, quarters: &mut [Quarter]) {
    let mut places: Vec<(f64, usize)> = quarters
        .iter()
        .enumerate()
        .filter(|(_, q)| matches!(q.kind, Kind::Fields | Kind::Gardens | Kind::Dunes))
        .filter(|(_, q)| area(&q.ring) > 60_000.0)
        .map(|(i, q)| {
            let low = (3.0 - country.ground(q.centre)).max(0.0) * 0.25;
            let wet = country.to_river(q.centre).is_some_and(|d| d < 200.0);
            let dune = if q.kind == Kind::Dunes { 0.5 } else { 0.0 };
            let rank = unit(seed ^ 0x55, q.key)
                + 0.06 * q.ratio.min(12.0)
                + low
                + dune
                + if wet { 0.4 } else { 0.0 };
            (rank, i)
        })
        .collect();
    places.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let mut homeless = 0.42 * buildings as f64;
    // At least a quarter of the places stay open land, however many people there are.
    let most = places.len() * 4 / 5;
    for (_, i) in places.into_iter().take(most) {
        if homeless <= 0.0 {
            break;
        }
        quarters[i].kind = Kind::Village;
        homeless -= 1.25 * area(&quarters[i].ring).sqrt() / 10.0;
    }
}
