//! Land cover.

use city::Role;

use super::{quarter::Kind, row::Row, town::Town};
use crate::Feature;

/// Land cover with Manning's n (values after Chow, *Open-Channel Hydraulics*, 1959, table 5-6, and
/// Arcement & Schneider, USGS WSP 2339, 1989, for built-up ground).
///
/// The layer is open to everyone and has no row rule, so it must not tell where defence land lies:
/// such a quarter has the cover of the ground it was made on.
pub(super) fn land_cover(town: &Town) -> Vec<Feature> {
    let mut features = Vec::new();
    for quarter in &town.quarters {
        let kind = if quarter.kind == Kind::Defence { quarter.natural } else { quarter.kind };
        let (code, name, manning) = match kind {
            Kind::Old | Kind::Urban | Kind::Civic => {
                ("built-dense", "Khu xây dựng mật độ cao", 0.12)
            }
            Kind::New | Kind::Suburb | Kind::Resort | Kind::Defence => {
                ("built-open", "Khu xây dựng mật độ thấp", 0.08)
            }
            Kind::Industry => ("industrial", "Khu công nghiệp", 0.09),
            Kind::Village => ("village", "Làng xóm, vườn", 0.07),
            Kind::Fields => ("rice", "Lúa nước", 0.045),
            Kind::Gardens => ("crops", "Cây hằng năm, vườn cây", 0.05),
            Kind::Hills => ("forest", "Rừng", 0.12),
            Kind::Dunes => ("casuarina", "Rừng phi lao trên cát", 0.07),
            Kind::Beach => ("beach", "Bãi cát biển", 0.025),
            Kind::Ponds => ("ponds", "Ao nuôi trồng thủy sản", 0.035),
            Kind::Park => ("grass", "Cây xanh, bãi cỏ", 0.04),
            Kind::Cemetery => ("cemetery", "Nghĩa trang", 0.05),
        };
        let row =
            Row::new(Role::LandCover).set("code", code).set("name", name).set("manning", manning);
        features.push(row.ring(features.len() as u64 + 1, &quarter.ring));
    }
    for land in &town.road_land[..town.between] {
        let row = Row::new(Role::LandCover)
            .set("code", "road")
            .set("name", "Đường")
            .set("manning", 0.016);
        features.push(row.polygon(features.len() as u64 + 1, land.clone()));
    }
    for water in &town.country.waters {
        let row = Row::new(Role::LandCover)
            .set("code", "water")
            .set("name", "Mặt nước")
            .set("manning", 0.028);
        features.push(row.polygons(features.len() as u64 + 1, water.shape.clone()));
    }
    features
}
