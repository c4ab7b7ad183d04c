//! Parcels, land use and plans.

use super::{
    AREA, Attribute, CODE, COMMUNE, DECISION, DECISION_DATE, NAME, PEOPLE, PLAN, PLAN_LEVEL,
    PLAN_STATUS, ROAD, T, U, USE, VALID_FROM, VALID_TO, code, personal, plain, real, text, whole,
};

pub(super) const PARCELS: &[Attribute] = &[
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
];

pub(super) const PLANNING_BOUNDARIES: &[Attribute] = &[
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
];

pub(super) const PLANNING_ZONES: &[Attribute] = &[
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
];

pub(super) const RED_LINES: &[Attribute] = &[
    PLAN,
    ROAD,
    real("right_of_way", U::Metre, "Lộ giới", "Right of way"),
    real("setback", U::Metre, "Khoảng lùi", "Setback"),
    DECISION,
];

pub(super) const BOUNDARY_MARKERS: &[Attribute] = &[
    PLAN,
    CODE,
    real("northing", U::Metre, "Tọa độ X (Bắc)", "X (north)"),
    real("easting", U::Metre, "Tọa độ Y (Đông)", "Y (east)"),
    real("elevation", U::Metre, "Cao độ", "Elevation"),
];

pub(super) const PROTECTION_CORRIDORS: &[Attribute] = &[
    CODE,
    NAME,
    code("kind", "corridor-kind", "Loại hành lang", "Kind"),
    real("width", U::Metre, "Bề rộng", "Width"),
    DECISION,
];

pub(super) const LAND_USE: &[Attribute] = &[USE, NAME, AREA, COMMUNE, VALID_FROM, VALID_TO];
