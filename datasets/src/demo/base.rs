//! The base map: water, roads, bridges, dikes, communes, villages, names, public facilities.

use std::collections::BTreeMap;

use city::Role;
use geo::{Contains, Point as GeoPoint};

use super::{
    country::{CENTRE, at_coast},
    line,
    plane::{Point, area, centroid, pt},
    quarter::Kind,
    road::Class,
    row::Row,
    seed::unit,
    streets::Purpose,
    town::Town,
};
use crate::Feature;

pub(super) fn water(town: &Town) -> Vec<Feature> {
    let mut features = Vec::new();
    for water in &town.country.waters {
        for polygon in &water.shape.0 {
            let row = Row::new(Role::Water).set("name", water.name).set("kind", water.kind).number(
                "level",
                water.level,
                2,
            );
            features.push(row.polygon(features.len() as u64 + 1, polygon.clone()));
        }
    }
    let ponds = town.all_blocks().filter(|(_, block)| block.purpose == Purpose::Pond);
    for (_, block) in ponds {
        let row = Row::new(Role::Water)
            .set("name", "Ao nuôi trồng thủy sản")
            .set("kind", "pond")
            .set("level", 0.6);
        features.push(row.ring(features.len() as u64 + 1, &block.ring));
    }
    features
}

pub(super) fn watercourses(town: &Town) -> Vec<Feature> {
    let (low, high) = (town.country.low, town.country.high);
    let inside = |p: &Point| p.x > low.x && p.x < high.x && p.y > low.y && p.y < high.y;
    let mut features = Vec::new();
    let mut add = |name: &str, kind: &str, width: f64, line: &[Point]| {
        for run in line.chunk_by(|a, b| inside(a) == inside(b)) {
            if run.len() > 1 && inside(&run[0]) {
                let row = Row::new(Role::Watercourses)
                    .set("name", name)
                    .set("kind", kind)
                    .number("width", width, 0);
                features.push(row.line(features.len() as u64 + 1, run));
            }
        }
    };
    for river in &town.country.rivers {
        let mean = river.half.iter().sum::<f64>() * 2.0 / river.half.len() as f64;
        add(river.name, "river", mean, &river.line);
    }
    let lagoon: Vec<Point> = (-900..=900)
        .map(|k| f64::from(k) * 60.0)
        .map(|s| at_coast(s, town.country.lagoon(s).0))
        .collect();
    add("Sông Trường Giang", "lagoon", 300.0, &lagoon);
    features
}

/// What water lies at a place.
pub(super) fn water_at(town: &Town, p: Point) -> Option<&'static str> {
    let p = GeoPoint::from(p);
    town.country.waters.iter().find(|water| water.shape.contains(&p)).map(|water| water.name)
}

pub(super) fn roads(town: &Town) -> Vec<Feature> {
    let each = town.streets.edges.iter().enumerate().map(|(i, edge)| {
        let road = &town.streets.roads[edge.road];
        let build = road.class.build();
        let middle = edge.line[edge.line.len() / 2];
        let street = town.is_street(edge);
        let speed = if street { build.speed.min(50.0) } else { build.speed };
        // Streets of the old town are to be widened: their red lines lie in today's lots.
        let widened = road.class == Class::Local && road.row < 11.0;
        let planned = if widened { road.row + 3.0 } else { road.row };
        Row::new(Role::Roads)
            .set("code", format!("D{:06}", i + 1))
            .set("name", town.street_name(edge.road, middle))
            .set("class", build.code)
            .number("width", road.width, 2)
            .set("lanes", road.lanes())
            .set("oneway", false)
            .set("bridge", edge.bridge)
            .set("max_speed", speed)
            .set("surface", build.surface)
            .number("planned_width", planned, 2)
            .line(i as u64 + 1, &edge.line)
    });
    each.collect()
}

pub(super) fn bridges(town: &Town) -> Vec<Feature> {
    let mut spans: BTreeMap<usize, Vec<&super::network::Edge>> = BTreeMap::new();
    for edge in town.streets.edges.iter().filter(|edge| edge.bridge) {
        spans.entry(edge.road).or_default().push(edge);
    }
    let mut numbers: BTreeMap<&str, u32> = BTreeMap::new();
    let mut features = Vec::new();
    for (road, edges) in spans {
        let mut joined: Vec<Vec<Point>> = Vec::new();
        for edge in edges {
            match joined.last_mut() {
                Some(span) if span.last() == edge.line.first() => span.extend(&edge.line[1..]),
                _ => joined.push(edge.line.clone()),
            }
        }
        for span in joined {
            let (middle, _) = line::at(&span, line::length_of(&span) / 2.0);
            let over = water_at(town, middle).unwrap_or("Sông");
            let number = numbers.entry(over).or_insert(0);
            *number += 1;
            let own = over
                .split('(')
                .next()
                .unwrap_or(over)
                .trim()
                .trim_start_matches("Sông ")
                .trim_start_matches("Hồ ");
            let name =
                if *number == 1 { format!("Cầu {own}") } else { format!("Cầu {own} {number}") };
            let id = features.len() as u64 + 1;
            let banks = town.height(span[0]).max(town.height(span[span.len() - 1]));
            let row = Row::new(Role::Bridges)
                .set("code", format!("C{id:03}"))
                .set("name", name)
                .set("road", town.street_name(road, middle))
                .number("length", line::length_of(&span), 1)
                .number("width", town.streets.roads[road].width + 3.0, 1)
                .number("deck", banks.max(3.2) + 1.6, 2);
            features.push(row.line(id, &span));
        }
    }
    features
}

pub(super) fn dikes(town: &Town) -> Vec<Feature> {
    let country = &town.country;
    let bank: Vec<Point> = (-1200..=1200)
        .map(|k| f64::from(k) * 40.0)
        .map(|s| {
            let (middle, half) = country.lagoon(s);
            at_coast(s, middle - half - 16.0)
        })
        .filter(|p| {
            p.x > country.low.x
                && p.x < country.high.x
                && p.y > country.low.y
                && p.y < country.high.y
        })
        .collect();
    let mut lines = vec![("Đê ngăn mặn Trường Giang", 1.9, bank)];
    for (river, side, name) in
        [("Sông Tam Kỳ", 1.0, "Kè sông Tam Kỳ"), ("Sông Bàn Thạch", -1.0, "Kè sông Bàn Thạch")]
    {
        let Some(river) = country.rivers.iter().find(|r| r.name == river) else { continue };
        let beside = line::offset(&river.line, side);
        let bank = river
            .line
            .iter()
            .zip(&beside)
            .enumerate()
            .map(|(i, (&p, &q))| p + (q - p) * (river.half[i] + 9.0))
            .filter(|&p| town.growth.ratio(p) < 1.4)
            .collect();
        lines.push((name, 3.1, bank));
    }
    let mut features = Vec::new();
    for (name, crest, bank) in lines {
        let dry = |p: &Point| !country.is_water(*p);
        for run in bank.chunk_by(|a, b| dry(a) && dry(b) && super::plane::distance(*a, *b) < 90.0) {
            if run.len() < 5 {
                continue;
            }
            let id = features.len() as u64 + 1;
            let row = Row::new(Role::Dikes)
                .set("code", format!("DE{id:03}"))
                .set("name", name)
                .set("crest", crest)
                .set("status", "good");
            features.push(row.line(id, run));
        }
    }
    features
}

/// Land cover with Manning's n (values after Chow, *Open-Channel Hydraulics*, 1959, table 5-6, and
/// Arcement & Schneider, USGS WSP 2339, 1989, for built-up ground).
pub(super) fn land_cover(town: &Town) -> Vec<Feature> {
    let mut features = Vec::new();
    for quarter in &town.quarters {
        let (code, name, manning) = match quarter.kind {
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

pub(super) fn communes(town: &Town, census: &[(i64, i64)]) -> Vec<Feature> {
    let places = &town.places;
    let each = places.communes.iter().enumerate().map(|(i, commune)| {
        let counts = &census[commune.villages.clone()];
        let kind = commune.name.split(' ').next().unwrap_or_default();
        Row::new(Role::Communes)
            .set("code", commune.code)
            .set("name", commune.name)
            .set("kind", kind)
            .set("province", "Thành phố Đà Nẵng")
            .number("area_km2", area(&commune.ring) / 1e6, 2)
            .set("people", counts.iter().map(|c| c.1).sum::<i64>())
            .set("households", counts.iter().map(|c| c.0).sum::<i64>())
            .date("valid_from", jiff::civil::date(2025, 7, 1))
            .ring(i as u64 + 1, &commune.ring)
    });
    each.collect()
}

pub(super) fn villages(town: &Town, census: &[(i64, i64)]) -> Vec<Feature> {
    let each = town.places.villages.iter().zip(census).enumerate().map(|(i, (village, count))| {
        let share = 0.17 + 0.1 * unit(town.seed ^ 0xA1, i as u64);
        Row::new(Role::Villages)
            .set("code", village.code.as_str())
            .set("name", village.name.as_str())
            .set("commune", town.places.communes[village.commune].code)
            .set("households", count.0)
            .set("people", count.1)
            .set("vulnerable", (count.1 as f64 * share).round() as i64)
            .ring(i as u64 + 1, &village.ring)
    });
    each.collect()
}

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
    for (quarter, block) in town.all_blocks() {
        let place = centroid(&block.ring);
        let chance = unit(town.seed ^ 0xA2, block.key);
        let commune = &town.places.communes[town.places.commune_at(place)];
        let village = &town.places.villages[town.places.village_at(place)];
        let own = village.name.trim_start_matches("Khối phố ").trim_start_matches("Thôn ");
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
            Purpose::Committee => (
                "government",
                format!("Ủy ban nhân dân {}", super::land::lower_first(commune.name)),
                30.0,
            ),
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
            Purpose::Plant => continue,
            _ => continue,
        };
        let shelter = matches!(kind, "school" | "government" | "culture" | "hospital")
            && town.height(place) > 3.2;
        let capacity = (size / m2_a_person).round() as i64;
        facilities.push(Facility { name, kind, place, capacity, shelter });
    }
    facilities
}

pub(super) fn facilities(town: &Town) -> Vec<Feature> {
    let each = facilities_of(town).into_iter().enumerate().map(|(i, facility)| {
        let commune = &town.places.communes[town.places.commune_at(facility.place)];
        let street = town
            .address(facility.place)
            .map_or_else(String::new, |(street, number)| format!("{number} {street}, "));
        Row::new(Role::Facilities)
            .set("code", format!("CC{:04}", i + 1))
            .set("name", facility.name)
            .set("kind", facility.kind)
            .set("address", format!("{street}{}", commune.name))
            .set("capacity", facility.capacity)
            .set("shelter", facility.shelter)
            .point(i as u64 + 1, facility.place)
    });
    each.collect()
}

/// Place names; the archipelagos stand at their own place, far out at sea.
pub(super) fn place_names(town: &Town) -> Vec<Feature> {
    let mut names: Vec<(String, &str, &str, i64, Point)> = vec![
        ("Tam Kỳ".into(), "Tam Ky", "town", 2, pt(0.0, 0.0)),
        ("Biển Đông".into(), "East Sea", "sea", 1, at_coast(0.0, 11_800.0)),
        ("Biển Tam Thanh".into(), "Tam Thanh Beach", "beach", 5, at_coast(900.0, 9400.0)),
        (
            "Sông Trường Giang".into(),
            "Truong Giang River",
            "water",
            5,
            at_coast(-1500.0, town.country.lagoon(-1500.0).0),
        ),
        ("Hồ Phú Ninh".into(), "Phu Ninh Reservoir", "water", 4, pt(-3900.0, -10_600.0)),
    ];
    for commune in &town.places.communes {
        let own = commune.name.split_once(' ').map_or(commune.name, |parts| parts.1);
        names.push((own.to_owned(), "", "commune", 4, commune.seat));
    }
    for lake in &town.country.lakes {
        names.push((lake.name.to_owned(), "", "water", 6, centroid(&lake.ring)));
    }
    for village in &town.places.villages {
        names.push((village.name.clone(), "", "village", 7, village.seat));
    }
    let mut seen = std::collections::BTreeSet::new();
    for quarter in town.quarters.iter().filter(|q| !q.name.is_empty() && q.kind != Kind::Defence) {
        if seen.insert(quarter.name) {
            names.push((quarter.name.to_owned(), "", "quarter", 6, quarter.centre));
        }
    }
    let features = names.into_iter().enumerate().map(|(i, (name, en, kind, rank, place))| {
        Row::new(Role::PlaceNames)
            .set("name", name)
            .set("name_en", Some(en).filter(|en| !en.is_empty()))
            .set("kind", kind)
            .set("rank", rank)
            .point(i as u64 + 1, place)
    });
    features.collect()
}

/// The archipelagos, in longitude and latitude.
pub(super) const ARCHIPELAGOS: &[(&str, &str, f64, f64)] = &[
    ("Quần đảo Hoàng Sa (Đà Nẵng)", "Hoang Sa Archipelago (Da Nang)", 112.0, 16.5),
    ("Quần đảo Trường Sa (Khánh Hòa)", "Truong Sa Archipelago (Khanh Hoa)", 114.0, 10.0),
];

/// A place in EPSG:5899.
pub(super) fn to_zone(p: Point) -> Point {
    p + CENTRE
}
