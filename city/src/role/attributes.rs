//! The standard attributes of each role.
//!
//! Names of planning attributes follow the fields of Circular 16/2025/TT-BXD, Appendix II, in
//! English; land attributes follow the parcel of Vietnam's cadastral database (LADM, ISO 19152).

mod land;
mod networks;
mod observing;
mod places;

use super::{Access, Attribute, PropertyType as T, Role, Unit as U};

const fn text(name: &'static str, vi: &'static str, en: &'static str) -> Attribute {
    plain(name, T::Text, vi, en)
}

const fn plain(name: &'static str, kind: T, vi: &'static str, en: &'static str) -> Attribute {
    Attribute { name, kind, unit: None, code_list: None, vi, en, access: Access::Public }
}

const fn real(name: &'static str, unit: U, vi: &'static str, en: &'static str) -> Attribute {
    Attribute { unit: Some(unit), ..plain(name, T::Real, vi, en) }
}

const fn whole(name: &'static str, unit: U, vi: &'static str, en: &'static str) -> Attribute {
    Attribute { unit: Some(unit), ..plain(name, T::Integer, vi, en) }
}

const fn code(
    name: &'static str,
    list: &'static str,
    vi: &'static str,
    en: &'static str,
) -> Attribute {
    Attribute { code_list: Some(list), ..plain(name, T::Text, vi, en) }
}

const fn personal(attribute: Attribute) -> Attribute {
    Attribute { access: Access::Personal, ..attribute }
}

const CODE: Attribute = text("code", "Mã", "Code");
const NAME: Attribute = text("name", "Tên", "Name");
const ROAD: Attribute = text("road", "Tuyến đường", "Road");
const STATUS: Attribute = code("status", "asset-status", "Tình trạng", "Condition");
const LAID: Attribute = plain("built_year", T::Integer, "Năm xây dựng", "Year of construction");
const COMMUNE: Attribute = code("commune", "communes", "Xã, phường", "Commune");
const VILLAGE: Attribute = text("village", "Thôn, tổ dân phố", "Village");
const HEIGHT: Attribute = real("height", U::Metre, "Chiều cao", "Height");
const DIAMETER: Attribute = real("diameter", U::Millimetre, "Đường kính", "Diameter");
const MATERIAL: Attribute = code("material", "pipe-material", "Chất liệu", "Material");
const AREA: Attribute = real("area", U::SquareMetre, "Diện tích", "Area");
const LENGTH: Attribute = real("length", U::Metre, "Chiều dài", "Length");
const GROUND: Attribute = real("ground", U::Metre, "Cao độ mặt đất", "Ground elevation");
const USE: Attribute = code("use_code", "land-use", "Loại đất", "Land use");
const HOUSEHOLDS: Attribute = whole("households", U::One, "Số hộ", "Households");
const PEOPLE: Attribute = whole("people", U::Person, "Số người", "People");
const POWER: Attribute = real("power", U::Watt, "Công suất", "Power");
const CABINET: Attribute = text("cabinet", "Tủ điều khiển", "Cabinet");
const VALID_FROM: Attribute = plain("valid_from", T::Date, "Hiệu lực từ", "Valid from");
const VALID_TO: Attribute = plain("valid_to", T::Date, "Hiệu lực đến", "Valid to");
const DATUM: Attribute = text("datum", "Hệ cao độ", "Height datum");
const PLAN: Attribute = text("plan_code", "Mã hồ sơ quy hoạch", "Plan dossier");
const PLAN_STATUS: Attribute =
    code("plan_status", "plan-status", "Trạng thái quy hoạch", "State of the plan");
const PLAN_LEVEL: Attribute = code("plan_level", "plan-level", "Cấp độ quy hoạch", "Plan level");
const DECISION: Attribute = text("decision", "Quyết định", "Decision");
const DECISION_DATE: Attribute =
    plain("decision_date", T::Date, "Ngày quyết định", "Date of decision");

/// The standard attributes of a role.
pub(super) fn of(role: Role) -> &'static [Attribute] {
    match role {
        Role::Buildings => places::BUILDINGS,
        Role::Roads => places::ROADS,
        Role::Bridges => places::BRIDGES,
        Role::Communes => places::COMMUNES,
        Role::Villages => places::VILLAGES,
        Role::Blocks => places::BLOCKS,
        Role::Facilities => places::FACILITIES,
        Role::PlaceNames => places::PLACE_NAMES,
        Role::Other => places::OTHER,
        Role::Water => places::WATER,
        Role::Watercourses => places::WATERCOURSES,
        Role::Dikes => places::DIKES,
        Role::LandCover => places::LAND_COVER,
        Role::Parcels => land::PARCELS,
        Role::PlanningBoundaries => land::PLANNING_BOUNDARIES,
        Role::PlanningZones => land::PLANNING_ZONES,
        Role::RedLines | Role::BuildingLines => land::RED_LINES,
        Role::BoundaryMarkers => land::BOUNDARY_MARKERS,
        Role::ProtectionCorridors => land::PROTECTION_CORRIDORS,
        Role::LandUse | Role::LandUsePlans => land::LAND_USE,
        Role::WaterSupply => networks::WATER_SUPPLY,
        Role::Drains => networks::DRAINS,
        Role::Manholes => networks::MANHOLES,
        Role::Outfalls => networks::OUTFALLS,
        Role::Sewers => networks::SEWERS,
        Role::PowerLines => networks::POWER_LINES,
        Role::Substations => networks::SUBSTATIONS,
        Role::Telecom => networks::TELECOM,
        Role::LightingCabinets => networks::LIGHTING_CABINETS,
        Role::LightingFeeders => networks::LIGHTING_FEEDERS,
        Role::Lamps => networks::LAMPS,
        Role::Trees => networks::TREES,
        Role::Gauges => observing::GAUGES,
        Role::RainGauges => observing::RAIN_GAUGES,
        Role::Reservoirs => observing::RESERVOIRS,
        Role::FloodMarks => observing::FLOOD_MARKS,
        Role::Stations => observing::STATIONS,
        Role::Cameras => observing::CAMERAS,
        Role::TrafficDetectors => observing::TRAFFIC_DETECTORS,
        Role::Signals => observing::SIGNALS,
        Role::BusLines => observing::BUS_LINES,
        Role::BusStops => observing::BUS_STOPS,
        Role::Terrain | Role::Imagery => &[],
    }
}
