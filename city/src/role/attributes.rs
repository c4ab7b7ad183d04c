//! The standard attributes of each role.
//!
//! Names of planning attributes follow the fields of Circular 16/2025/TT-BXD, Appendix II, in
//! English; land attributes follow the parcel of Vietnam's cadastral database (LADM, ISO 19152).

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
        Role::Buildings => {
            const {
                &[
                    CODE,
                    NAME,
                    real("height", U::Metre, "Chiều cao", "Height"),
                    plain("height_assumed", T::Bool, "Chiều cao giả định", "Height is assumed"),
                    whole("storeys", U::One, "Số tầng", "Storeys"),
                    code("use", "building-use", "Công năng", "Use"),
                    code("roof", "roof-form", "Dạng mái", "Roof form"),
                    text("address", "Địa chỉ", "Address"),
                    text("parcel", "Thửa đất", "Parcel"),
                    GROUND,
                    HOUSEHOLDS,
                    PEOPLE,
                    COMMUNE,
                    VILLAGE,
                    LAID,
                ]
            }
        }
        Role::Roads => {
            const {
                &[
                    CODE,
                    NAME,
                    code("class", "road-class", "Cấp đường", "Class"),
                    real("width", U::Metre, "Bề rộng mặt đường", "Carriageway width"),
                    whole("lanes", U::One, "Số làn", "Lanes"),
                    plain("oneway", T::Bool, "Một chiều", "One-way"),
                    plain("bridge", T::Bool, "Trên cầu", "On a bridge"),
                    real("max_speed", U::KilometrePerHour, "Tốc độ tối đa", "Speed limit"),
                    text("surface", "Kết cấu mặt đường", "Surface"),
                    real("planned_width", U::Metre, "Lộ giới", "Right of way"),
                ]
            }
        }
        Role::Bridges => {
            const {
                &[
                    CODE,
                    NAME,
                    ROAD,
                    LENGTH,
                    real("width", U::Metre, "Bề rộng", "Width"),
                    real("deck", U::Metre, "Cao độ mặt cầu", "Deck elevation"),
                ]
            }
        }
        Role::Parcels => {
            const {
                &[
                    COMMUNE,
                    text("sheet", "Số hiệu tờ bản đồ", "Map sheet"),
                    text("parcel", "Số thứ tự thửa", "Parcel number"),
                    AREA,
                    real("legal_area", U::SquareMetre, "Diện tích pháp lý", "Legal area"),
                    USE,
                    text("address", "Địa chỉ thửa đất", "Address"),
                    personal(text("owner_name", "Chủ sử dụng", "Owner")),
                    personal(text("certificate", "Số hiệu GCN", "Certificate number")),
                    text("old_sheet", "Tờ bản đồ cũ", "Former map sheet"),
                    text("old_parcel", "Thửa cũ", "Former parcel number"),
                    VALID_FROM,
                    VALID_TO,
                ]
            }
        }
        Role::PlanningBoundaries => {
            const {
                &[
                    PLAN,
                    NAME,
                    PLAN_LEVEL,
                    PLAN_STATUS,
                    text("scale", "Tỷ lệ", "Scale"),
                    DECISION,
                    DECISION_DATE,
                    real("area_ha", U::Hectare, "Diện tích", "Area"),
                    VALID_FROM,
                    VALID_TO,
                ]
            }
        }
        Role::PlanningZones => {
            const {
                &[
                    PLAN,
                    text("lot", "Ký hiệu lô đất", "Lot"),
                    NAME,
                    USE,
                    code("function", "planning-function", "Chức năng", "Function"),
                    AREA,
                    real("density", U::Percent, "Mật độ xây dựng", "Building density"),
                    whole("max_storeys", U::One, "Tầng cao tối đa", "Maximum storeys"),
                    plain("floor_area_ratio", T::Real, "Hệ số sử dụng đất", "Floor area ratio"),
                    real("setback", U::Metre, "Khoảng lùi", "Setback"),
                    PEOPLE,
                    PLAN_LEVEL,
                    PLAN_STATUS,
                    text("scale", "Tỷ lệ", "Scale"),
                    DECISION,
                    DECISION_DATE,
                    VALID_FROM,
                    VALID_TO,
                ]
            }
        }
        Role::RedLines | Role::BuildingLines => {
            const {
                &[
                    PLAN,
                    ROAD,
                    real("right_of_way", U::Metre, "Lộ giới", "Right of way"),
                    real("setback", U::Metre, "Khoảng lùi", "Setback"),
                    DECISION,
                ]
            }
        }
        Role::BoundaryMarkers => {
            const {
                &[
                    PLAN,
                    CODE,
                    real("northing", U::Metre, "Tọa độ X (Bắc)", "X (north)"),
                    real("easting", U::Metre, "Tọa độ Y (Đông)", "Y (east)"),
                    real("elevation", U::Metre, "Cao độ", "Elevation"),
                ]
            }
        }
        Role::ProtectionCorridors => {
            const {
                &[
                    CODE,
                    NAME,
                    code("kind", "corridor-kind", "Loại hành lang", "Kind"),
                    real("width", U::Metre, "Bề rộng", "Width"),
                    DECISION,
                ]
            }
        }
        Role::LandUse | Role::LandUsePlans => {
            const { &[USE, NAME, AREA, COMMUNE, VALID_FROM, VALID_TO] }
        }
        Role::LandCover => {
            const { &[CODE, NAME, plain("manning", T::Real, "Hệ số nhám Manning", "Manning's n")] }
        }
        Role::Water => {
            const {
                &[
                    NAME,
                    code("kind", "water-kind", "Loại", "Kind"),
                    real("level", U::Metre, "Mực nước", "Water level"),
                ]
            }
        }
        Role::Watercourses => {
            const {
                &[
                    NAME,
                    code("kind", "water-kind", "Loại", "Kind"),
                    real("width", U::Metre, "Bề rộng", "Width"),
                ]
            }
        }
        Role::Dikes => {
            const {
                &[CODE, NAME, real("crest", U::Metre, "Cao trình đỉnh", "Crest elevation"), STATUS]
            }
        }
        Role::Communes => {
            const {
                &[
                    CODE,
                    NAME,
                    text("kind", "Loại đơn vị", "Kind"),
                    text("province", "Tỉnh, thành phố", "Province"),
                    real("area_km2", U::SquareKilometre, "Diện tích", "Area"),
                    PEOPLE,
                    HOUSEHOLDS,
                    VALID_FROM,
                    VALID_TO,
                ]
            }
        }
        Role::Villages => {
            const {
                &[
                    CODE,
                    NAME,
                    COMMUNE,
                    HOUSEHOLDS,
                    PEOPLE,
                    whole("vulnerable", U::Person, "Người dễ bị tổn thương", "Vulnerable people"),
                ]
            }
        }
        Role::Blocks => const { &[CODE, USE, AREA] },
        Role::WaterSupply => const { &[CODE, DIAMETER, MATERIAL, LENGTH, ROAD, LAID, STATUS] },
        Role::Drains => {
            const {
                &[
                    CODE,
                    code("shape", "conduit-shape", "Loại cống", "Shape"),
                    DIAMETER,
                    real("width", U::Metre, "Chiều rộng", "Width"),
                    real("depth", U::Metre, "Chiều sâu", "Depth"),
                    MATERIAL,
                    text("from_node", "Nút đầu", "From node"),
                    text("to_node", "Nút cuối", "To node"),
                    real("invert_from", U::Metre, "Cao độ đáy đầu", "Invert at the start"),
                    real("invert_to", U::Metre, "Cao độ đáy cuối", "Invert at the end"),
                    real("slope", U::Percent, "Độ dốc", "Slope"),
                    LENGTH,
                    plain("manning", T::Real, "Hệ số nhám Manning", "Manning's n"),
                    ROAD,
                    STATUS,
                ]
            }
        }
        Role::Manholes => {
            const {
                &[
                    CODE,
                    code("kind", "manhole-kind", "Loại", "Kind"),
                    GROUND,
                    real("invert", U::Metre, "Cao độ đáy", "Invert"),
                    real("depth", U::Metre, "Chiều sâu", "Depth"),
                    ROAD,
                    STATUS,
                ]
            }
        }
        Role::Outfalls => {
            const {
                &[
                    CODE,
                    NAME,
                    real("invert", U::Metre, "Cao độ đáy", "Invert"),
                    text("receives", "Nguồn tiếp nhận", "Receiving water"),
                ]
            }
        }
        Role::Sewers => {
            const {
                &[
                    CODE,
                    DIAMETER,
                    MATERIAL,
                    real("invert_from", U::Metre, "Cao độ đáy đầu", "Invert at the start"),
                    real("invert_to", U::Metre, "Cao độ đáy cuối", "Invert at the end"),
                    LENGTH,
                    ROAD,
                    STATUS,
                ]
            }
        }
        Role::PowerLines => {
            const {
                &[
                    CODE,
                    real("voltage", U::Kilovolt, "Cấp điện áp", "Voltage"),
                    plain("underground", T::Bool, "Đi ngầm", "Underground"),
                    LENGTH,
                    STATUS,
                ]
            }
        }
        Role::Substations => {
            const {
                &[
                    CODE,
                    NAME,
                    real("capacity", U::KilovoltAmpere, "Công suất", "Capacity"),
                    real("voltage", U::Kilovolt, "Cấp điện áp", "Voltage"),
                    STATUS,
                ]
            }
        }
        Role::Telecom => {
            const {
                &[
                    CODE,
                    text("operator", "Nhà mạng", "Operator"),
                    plain("underground", T::Bool, "Đi ngầm", "Underground"),
                    LENGTH,
                ]
            }
        }
        Role::LightingCabinets => {
            const { &[CODE, NAME, ROAD, whole("feeders", U::One, "Số lộ", "Feeders"), POWER, STATUS] }
        }
        Role::LightingFeeders => const { &[CODE, CABINET, ROAD, LENGTH] },
        Role::Lamps => {
            const {
                &[
                    CODE,
                    CABINET,
                    text("feeder", "Lộ", "Feeder"),
                    ROAD,
                    code("luminaire", "luminaire-kind", "Loại đèn", "Luminaire"),
                    POWER,
                    HEIGHT,
                    real("azimuth", U::Degree, "Hướng tay đèn", "Azimuth of the arm"),
                    real("arm", U::Metre, "Chiều dài tay đèn", "Arm length"),
                    real("colour_temperature", U::Kelvin, "Nhiệt độ màu", "Colour temperature"),
                    STATUS,
                ]
            }
        }
        Role::Trees => {
            const {
                &[
                    CODE,
                    text("species", "Loài", "Species"),
                    HEIGHT,
                    real("crown", U::Metre, "Đường kính tán", "Crown diameter"),
                    ROAD,
                ]
            }
        }
        Role::Gauges => {
            const {
                &[
                    CODE,
                    NAME,
                    text("river", "Sông", "River"),
                    real("zero", U::Metre, "Cao độ số 0", "Gauge zero"),
                    DATUM,
                    real("alarm_1", U::Metre, "Báo động I", "Alarm level I"),
                    real("alarm_2", U::Metre, "Báo động II", "Alarm level II"),
                    real("alarm_3", U::Metre, "Báo động III", "Alarm level III"),
                    text("alarm_source", "Nguồn mức báo động", "Source of the alarm levels"),
                ]
            }
        }
        Role::RainGauges => {
            const { &[CODE, NAME, GROUND, text("operator", "Đơn vị vận hành", "Operator")] }
        }
        Role::Reservoirs => {
            const {
                &[
                    CODE,
                    NAME,
                    text("river", "Sông", "River"),
                    real("normal_level", U::Metre, "Mực nước dâng bình thường", "Normal level"),
                    real("dead_level", U::Metre, "Mực nước chết", "Dead level"),
                    real("capacity", U::CubicMetre, "Dung tích", "Capacity"),
                    real(
                        "max_release",
                        U::CubicMetrePerSecond,
                        "Lưu lượng xả tối đa",
                        "Largest release",
                    ),
                ]
            }
        }
        Role::FloodMarks => {
            const {
                &[
                    CODE,
                    text("event", "Trận lũ", "Flood"),
                    plain("date", T::Date, "Ngày", "Date"),
                    real("level", U::Metre, "Cao độ vết lũ", "Level"),
                    real("depth", U::Metre, "Độ sâu ngập", "Depth"),
                    DATUM,
                ]
            }
        }
        Role::Stations => {
            const {
                &[
                    CODE,
                    NAME,
                    code("kind", "station-kind", "Loại trạm", "Kind"),
                    text("parameters", "Thông số đo", "Parameters"),
                    text("operator", "Đơn vị vận hành", "Operator"),
                ]
            }
        }
        Role::Cameras => {
            const { &[CODE, NAME, ROAD, real("azimuth", U::Degree, "Hướng nhìn", "Azimuth"), HEIGHT] }
        }
        Role::TrafficDetectors => {
            const {
                &[
                    CODE,
                    NAME,
                    ROAD,
                    text("technology", "Công nghệ", "Technology"),
                    whole("lanes", U::One, "Số làn", "Lanes"),
                ]
            }
        }
        Role::Signals => {
            const {
                &[
                    CODE,
                    NAME,
                    real("cycle", U::Second, "Chu kỳ", "Cycle"),
                    whole("phases", U::One, "Số pha", "Phases"),
                ]
            }
        }
        Role::BusLines => {
            const {
                &[
                    CODE,
                    NAME,
                    text("operator", "Đơn vị vận hành", "Operator"),
                    real("headway", U::Second, "Giãn cách", "Headway"),
                    LENGTH,
                ]
            }
        }
        Role::BusStops => {
            const {
                &[
                    CODE,
                    NAME,
                    text("lines", "Tuyến", "Lines"),
                    plain("shelter", T::Bool, "Nhà chờ", "Shelter"),
                ]
            }
        }
        Role::Facilities => {
            const {
                &[
                    CODE,
                    NAME,
                    code("kind", "facility-kind", "Loại", "Kind"),
                    text("address", "Địa chỉ", "Address"),
                    whole("capacity", U::Person, "Sức chứa", "Capacity"),
                    plain("shelter", T::Bool, "Nơi sơ tán", "Place to evacuate to"),
                ]
            }
        }
        Role::PlaceNames => {
            const {
                &[
                    NAME,
                    text("name_en", "Tên tiếng Anh", "English name"),
                    text("kind", "Loại", "Kind"),
                    whole("rank", U::One, "Bậc", "Rank"),
                ]
            }
        }
        Role::Terrain | Role::Imagery => &[],
        Role::Other => const { &[CODE, NAME] },
    }
}
