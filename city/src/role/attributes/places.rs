//! What stands and flows in a city, and how it is divided.

use super::{
    AREA, Attribute, CODE, COMMUNE, GROUND, HOUSEHOLDS, LAID, LENGTH, NAME, PEOPLE, ROAD, STATUS,
    T, U, USE, VALID_FROM, VALID_TO, VILLAGE, code, plain, real, text, whole,
};

pub(super) const BUILDINGS: &[Attribute] = &[
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
];

pub(super) const ROADS: &[Attribute] = &[
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
];

pub(super) const BRIDGES: &[Attribute] = &[
    CODE,
    NAME,
    ROAD,
    LENGTH,
    real("width", U::Metre, "Bề rộng", "Width"),
    real("deck", U::Metre, "Cao độ mặt cầu", "Deck elevation"),
];

pub(super) const COMMUNES: &[Attribute] = &[
    CODE,
    NAME,
    text("kind", "Loại đơn vị", "Kind"),
    text("province", "Tỉnh, thành phố", "Province"),
    real("area_km2", U::SquareKilometre, "Diện tích", "Area"),
    PEOPLE,
    HOUSEHOLDS,
    VALID_FROM,
    VALID_TO,
];

pub(super) const VILLAGES: &[Attribute] = &[
    CODE,
    NAME,
    COMMUNE,
    HOUSEHOLDS,
    PEOPLE,
    whole("vulnerable", U::Person, "Người dễ bị tổn thương", "Vulnerable people"),
];

pub(super) const BLOCKS: &[Attribute] = &[CODE, USE, AREA];

pub(super) const FACILITIES: &[Attribute] = &[
    CODE,
    NAME,
    code("kind", "facility-kind", "Loại", "Kind"),
    text("address", "Địa chỉ", "Address"),
    whole("capacity", U::Person, "Sức chứa", "Capacity"),
    plain("shelter", T::Bool, "Nơi sơ tán", "Place to evacuate to"),
];

pub(super) const PLACE_NAMES: &[Attribute] = &[
    NAME,
    text("name_en", "Tên tiếng Anh", "English name"),
    text("kind", "Loại", "Kind"),
    whole("rank", U::One, "Bậc", "Rank"),
];

pub(super) const OTHER: &[Attribute] = &[CODE, NAME];

pub(super) const WATER: &[Attribute] = &[
    NAME,
    code("kind", "water-kind", "Loại", "Kind"),
    real("level", U::Metre, "Mực nước", "Water level"),
];

pub(super) const WATERCOURSES: &[Attribute] = &[
    NAME,
    code("kind", "water-kind", "Loại", "Kind"),
    real("width", U::Metre, "Bề rộng", "Width"),
];

pub(super) const DIKES: &[Attribute] =
    &[CODE, NAME, real("crest", U::Metre, "Cao trình đỉnh", "Crest elevation"), STATUS];

pub(super) const LAND_COVER: &[Attribute] =
    &[CODE, NAME, plain("manning", T::Real, "Hệ số nhám Manning", "Manning's n")];
