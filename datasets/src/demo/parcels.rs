//! Parcels and their buildings, quarter by quarter.

use std::collections::BTreeMap;

use city::{Role, Value};
use rand::Rng;
use rayon::prelude::*;

use super::{
    Error,
    building::Building,
    land::lower_first,
    lots::Lot,
    names,
    plane::{area, centroid},
    purpose::Purpose,
    row::{Row, date_between},
    seed::{mix, stream},
    streets::Block,
    town::Town,
};
use crate::Feature;

/// How many quarters are in memory at once.
const QUARTERS: usize = 48;

/// A parcel that has no number yet, with its buildings.
struct Parcel {
    feature: Feature,
    buildings: Vec<Feature>,
    /// House number and street, where houses have numbers.
    address: Option<String>,
    /// Village and commune.
    locality: String,
    commune: usize,
    /// The 500 m square of the map sheet it lies on.
    square: (i64, i64),
}

/// Numbers for sheets within communes, and for parcels within sheets.
#[derive(Default)]
struct Numbers {
    sheets: BTreeMap<(usize, i64, i64), u32>,
    last_sheet: BTreeMap<usize, u32>,
    last_parcel: BTreeMap<(usize, u32), u32>,
}

impl Numbers {
    fn next(&mut self, commune: usize, square: (i64, i64)) -> (u32, u32) {
        let last_sheet = &mut self.last_sheet;
        let sheet = *self.sheets.entry((commune, square.0, square.1)).or_insert_with(|| {
            let last = last_sheet.entry(commune).or_insert(0);
            *last += 1;
            *last
        });
        let parcel = self.last_parcel.entry((commune, sheet)).or_insert(0);
        *parcel += 1;
        (sheet, *parcel)
    }
}

/// Parcels and buildings in batches, in the order of quarters.
pub(super) fn parcels_and_buildings(
    town: &Town,
    done: &mut dyn FnMut(usize, usize),
    out: &mut dyn FnMut(Vec<Feature>, Vec<Feature>) -> Result<(), Error>,
) -> Result<(), Error> {
    let column = |role: Role, name: &str| role.attributes().iter().position(|a| a.name == name);
    let of_parcel =
        ["sheet", "parcel", "old_sheet", "old_parcel"].map(|name| column(Role::Parcels, name));
    let of_building = ["code", "parcel", "address"].map(|name| column(Role::Buildings, name));
    let mut numbers = Numbers::default();
    let (mut parcel_id, mut building_id) = (0, 0);
    let all: Vec<usize> = (0..town.quarters.len()).collect();
    for (step, chunk) in all.chunks(QUARTERS).enumerate() {
        let made: Vec<Vec<Parcel>> =
            chunk.par_iter().map(|&quarter| parcels_of(town, quarter)).collect();
        let (mut parcels, mut buildings) = (Vec::new(), Vec::new());
        for mut parcel in made.into_iter().flatten() {
            let (sheet, number) = numbers.next(parcel.commune, parcel.square);
            let old = (sheet / 2 + 1, number + sheet % 7);
            let texts = [sheet, number, old.0, old.1];
            for (at, text) in of_parcel.iter().zip(texts) {
                set(&mut parcel.feature, *at, Value::from(text.to_string()));
            }
            parcel_id += 1;
            parcel.feature.id = city::FeatureId::Number(parcel_id);
            let reference =
                format!("{}/{sheet}/{number}", town.places.communes[parcel.commune].code);
            // Country people give their parcel and village: lanes have no names, houses no numbers.
            let address = parcel.address.unwrap_or_else(|| {
                format!("Thửa {number}, tờ bản đồ {sheet}, {}", parcel.locality)
            });
            for mut building in parcel.buildings {
                building_id += 1;
                building.id = city::FeatureId::Number(building_id);
                let texts = [format!("CT{building_id:07}"), reference.clone(), address.clone()];
                for (at, text) in of_building.iter().zip(texts) {
                    set(&mut building, *at, Value::from(text));
                }
                buildings.push(building);
            }
            parcels.push(parcel.feature);
        }
        out(parcels, buildings)?;
        done((step * QUARTERS + chunk.len()).min(all.len()), all.len());
    }
    Ok(())
}

fn set(feature: &mut Feature, at: Option<usize>, value: Value) {
    if let Some(slot) = at.and_then(|at| feature.values.get_mut(at)) {
        *slot = value;
    }
}

fn parcels_of(town: &Town, quarter: usize) -> Vec<Parcel> {
    town.blocks[quarter]
        .iter()
        .flat_map(|block| {
            let lots = town.lots(quarter, block);
            lots.into_iter()
                .enumerate()
                .map(|(i, lot)| parcel(town, block, i, &lot))
                .collect::<Vec<_>>()
        })
        .collect()
}

fn parcel(town: &Town, block: &Block, i: usize, lot: &Lot) -> Parcel {
    let place = centroid(&lot.ring);
    let commune = town.places.commune_at(place);
    let village = &town.places.villages[town.places.village_at(place)];
    let ward = town.places.communes[commune].name.starts_with("Phường");
    let homes = block.purpose.is_homes();
    let mut rng = stream(town.seed, "owner", mix(block.key) ^ i as u64);
    let size = area(&lot.ring);
    let use_code = match (homes, lot.buildings.is_empty(), block.purpose) {
        (true, true, Purpose::Garden) => "CLN",
        (true, true, _) if rng.random_bool(0.3) => "HNK",
        _ => block.purpose.use_code(ward),
    };
    let commune_name = town.places.communes[commune].name;
    let numbered = town.address(lot.front()).filter(|_| homes || !lot.buildings.is_empty());
    let locality = town.locality(place);
    let address = numbered.map(|(street, number)| format!("{number} {street}, {locality}"));
    // What a certificate says differs from the drawing by a survey's tolerance.
    let legal = size * (1.0 + rng.random_range(-0.012..0.012));
    let mut row = Row::new(Role::Parcels)
        .set("commune", town.places.communes[commune].code)
        .number("area", size, 1)
        .number("legal_area", legal, 1)
        .set("use_code", use_code)
        .set("address", address.as_deref().unwrap_or(&locality))
        .set("owner_name", owner(block.purpose, use_code, commune_name, &mut rng))
        .date("valid_from", date_between(1996, 2024, block.key ^ mix(i as u64)));
    if homes && rng.random_bool(0.93) {
        row = row.set(
            "certificate",
            format!(
                "{}{} {:06}",
                letter(&mut rng),
                letter(&mut rng),
                rng.random_range(100_000..999_999)
            ),
        );
    }
    let buildings = lot
        .buildings
        .iter()
        .enumerate()
        .map(|(k, building)| {
            // The first building of a site bears its name; its wings would only repeat it.
            let name = purpose_name(block.purpose).filter(|_| k == 0);
            house(town, building, name, commune, &village.name)
        })
        .collect();
    let square = ((place.x / 500.0).floor() as i64, (place.y / 500.0).floor() as i64);
    Parcel { feature: row.ring(0, &lot.ring), buildings, address, locality, commune, square }
}

fn letter(rng: &mut rand_chacha::ChaCha8Rng) -> char {
    char::from(b'A' + rng.random_range(0..26u8))
}

fn owner(
    purpose: Purpose,
    use_code: &str,
    commune: &str,
    rng: &mut rand_chacha::ChaCha8Rng,
) -> String {
    match (purpose, use_code) {
        (Purpose::Plant | Purpose::Shops | Purpose::Hotel, _) => {
            format!("Công ty TNHH {} (giả định)", names::person(rng))
        }
        (Purpose::Barracks, _) => "Cơ quan quân sự (giả định)".into(),
        (Purpose::Pagoda, _) => "Cơ sở tôn giáo (giả định)".into(),
        (p, "LUC" | "HNK" | "CLN" | "NTS" | "ODT" | "ONT" | "RSX")
            if p.is_homes() || p >= Purpose::Rice =>
        {
            let first = names::person(rng);
            if rng.random_bool(0.35) {
                format!("{first} và {}", names::person(rng))
            } else {
                first
            }
        }
        _ => format!("Ủy ban nhân dân {}", lower_first(commune)),
    }
}

fn house(
    town: &Town,
    building: &Building,
    name: Option<&'static str>,
    commune: usize,
    village: &str,
) -> Feature {
    let place = centroid(&building.ring);
    Row::new(Role::Buildings)
        .set("name", name)
        .set("height", building.height)
        .set("height_assumed", false)
        .set("storeys", building.storeys)
        .set("use", building.purpose)
        .set("roof", building.roof)
        .number("ground", town.height(place), 2)
        .set("households", building.households)
        .set("people", building.people)
        .set("commune", town.places.communes[commune].code)
        .set("village", village)
        .set("built_year", building.built)
        .ring(0, &building.ring)
}

fn purpose_name(purpose: Purpose) -> Option<&'static str> {
    Some(match purpose {
        Purpose::School => "Trường học",
        Purpose::Kindergarten => "Trường mẫu giáo",
        Purpose::Market => "Chợ",
        Purpose::Health => "Trạm y tế",
        Purpose::Hospital => "Bệnh viện đa khoa",
        Purpose::Committee => "Trụ sở Ủy ban nhân dân",
        Purpose::CityHall => "Trung tâm hành chính",
        Purpose::Hall => "Nhà văn hóa",
        Purpose::Pagoda => "Chùa",
        Purpose::Plant => "Nhà xưởng",
        Purpose::Hotel => "Khách sạn, khu nghỉ dưỡng",
        Purpose::Barracks => "Công trình quốc phòng",
        _ => return None,
    })
}
