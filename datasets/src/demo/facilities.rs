//! Public facilities: schools, clinics, markets, halls.

use std::collections::{BTreeMap, BTreeSet};

use city::Role;

use super::{
    land::lower_first,
    plane::{Point, area, centroid},
    purpose::Purpose,
    row::Row,
    seed::unit,
    town::Town,
};
use crate::Feature;

/// A public facility.
pub(super) struct Facility {
    pub(super) name: String,
    pub(super) kind: &'static str,
    pub(super) place: Point,
    pub(super) capacity: i64,
    pub(super) shelter: bool,
}

/// Public facilities, from the blocks that were given to them.
pub(super) fn facilities_of(town: &Town) -> Vec<Facility> {
    let mut facilities = Vec::new();
    let mut named: BTreeMap<String, u32> = BTreeMap::new();
    // A commune has one committee; further offices in it are others'.
    let mut seated = BTreeSet::new();
    for (quarter, block) in town.all_blocks() {
        let place = centroid(&block.ring);
        let chance = unit(town.seed ^ 0xA2, block.key);
        let commune = &town.places.communes[town.places.commune_at(place)];
        let village = &town.places.villages[town.places.village_at(place)];
        let own = village.own_name();
        let size = area(&block.ring);
        let (kind, name, m2_a_person) = match block.purpose {
            Purpose::School => {
                let level = if chance < 0.5 {
                    "Tiểu học"
                } else if chance < 0.85 {
                    "THCS"
                } else {
                    "THPT"
                };
                ("school", format!("Trường {level} {own}"), 9.0)
            }
            Purpose::Kindergarten => ("kindergarten", format!("Trường Mẫu giáo {own}"), 12.0),
            Purpose::Market => ("market", format!("Chợ {own}"), 8.0),
            Purpose::Health => ("clinic", format!("Trạm Y tế {own}"), 30.0),
            Purpose::Hospital => {
                ("hospital", "Bệnh viện Đa khoa Tam Kỳ (giả định)".to_owned(), 25.0)
            }
            Purpose::Committee => {
                let first = seated.insert(commune.code);
                let name = if first {
                    format!("Ủy ban nhân dân {}", lower_first(commune.name))
                } else {
                    format!("Trụ sở đoàn thể {own}")
                };
                ("government", name, 30.0)
            }
            Purpose::CityHall => {
                ("government", "Trung tâm hành chính Tam Kỳ (giả định)".to_owned(), 30.0)
            }
            Purpose::Hall => ("culture", format!("Nhà văn hóa {}", village.name), 14.0),
            Purpose::Pagoda => ("temple", format!("Chùa {own}"), 20.0),
            Purpose::Park => (
                "park",
                match town.quarters[quarter].name {
                    "" => format!("Công viên {own}"),
                    name => name.to_owned(),
                },
                15.0,
            ),
            Purpose::Square => ("park", "Quảng trường Trung tâm".to_owned(), 4.0),
            _ => continue,
        };
        let shelter = matches!(kind, "school" | "government" | "culture" | "hospital")
            && town.height(place) > 3.2;
        let times = named.entry(name.clone()).or_insert(0);
        *times += 1;
        let name = if *times > 1 { format!("{name} {times}") } else { name };
        let capacity = (size / m2_a_person).round() as i64;
        facilities.push(Facility { name, kind, place, capacity, shelter });
    }
    facilities
}

pub(super) fn facilities(town: &Town) -> Vec<Feature> {
    let each = facilities_of(town).into_iter().enumerate().map(|(i, facility)| {
        let street = town
            .address(facility.place)
            .map_or_else(String::new, |(street, number)| format!("{number} {street}, "));
        let locality = town.locality(facility.place);
        Row::new(Role::Facilities)
            .set("code", format!("CC{:04}", i + 1))
            .set("name", facility.name)
            .set("kind", facility.kind)
            .set("address", format!("{street}{locality}"))
            .set("capacity", facility.capacity)
            .set("shelter", facility.shelter)
            .point(i as u64 + 1, facility.place)
    });
    each.collect()
}
