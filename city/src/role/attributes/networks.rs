//! Pipes, wires, lamps and trees.

use super::{
    Attribute, CABINET, CODE, DIAMETER, GROUND, HEIGHT, LAID, LENGTH, MATERIAL, NAME, POWER, ROAD,
    STATUS, T, U, code, plain, real, text, whole,
};

pub(super) const WATER_SUPPLY: &[Attribute] =
    &[CODE, DIAMETER, MATERIAL, LENGTH, ROAD, LAID, STATUS];

pub(super) const DRAINS: &[Attribute] = &[
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
];

pub(super) const MANHOLES: &[Attribute] = &[
    CODE,
    code("kind", "manhole-kind", "Loại", "Kind"),
    GROUND,
    real("invert", U::Metre, "Cao độ đáy", "Invert"),
    real("depth", U::Metre, "Chiều sâu", "Depth"),
    ROAD,
    STATUS,
];

pub(super) const OUTFALLS: &[Attribute] = &[
    CODE,
    NAME,
    real("invert", U::Metre, "Cao độ đáy", "Invert"),
    text("receives", "Nguồn tiếp nhận", "Receiving water"),
];

pub(super) const SEWERS: &[Attribute] = &[
    CODE,
    DIAMETER,
    MATERIAL,
    real("invert_from", U::Metre, "Cao độ đáy đầu", "Invert at the start"),
    real("invert_to", U::Metre, "Cao độ đáy cuối", "Invert at the end"),
    LENGTH,
    ROAD,
    STATUS,
];

pub(super) const POWER_LINES: &[Attribute] = &[
    CODE,
    real("voltage", U::Kilovolt, "Cấp điện áp", "Voltage"),
    plain("underground", T::Bool, "Đi ngầm", "Underground"),
    LENGTH,
    STATUS,
];

pub(super) const SUBSTATIONS: &[Attribute] = &[
    CODE,
    NAME,
    real("capacity", U::KilovoltAmpere, "Công suất", "Capacity"),
    real("voltage", U::Kilovolt, "Cấp điện áp", "Voltage"),
    STATUS,
];

pub(super) const TELECOM: &[Attribute] = &[
    CODE,
    text("operator", "Nhà mạng", "Operator"),
    plain("underground", T::Bool, "Đi ngầm", "Underground"),
    LENGTH,
];

pub(super) const LIGHTING_CABINETS: &[Attribute] =
    &[CODE, NAME, ROAD, whole("feeders", U::One, "Số lộ", "Feeders"), POWER, STATUS];

pub(super) const LIGHTING_FEEDERS: &[Attribute] = &[CODE, CABINET, ROAD, LENGTH];

pub(super) const LAMPS: &[Attribute] = &[
    CODE,
    CABINET,
    text("feeder", "Lộ", "Feeder"),
    ROAD,
    code("luminaire", "luminaire-kind", "Loại đèn", "Luminaire"),
    POWER,
    real("flux", U::Lumen, "Quang thông", "Luminous flux"),
    code("distribution", "light-distribution", "Phân bố ánh sáng", "Light distribution"),
    HEIGHT,
    real("azimuth", U::Degree, "Hướng tay đèn", "Azimuth of the arm"),
    real("arm", U::Metre, "Chiều dài tay đèn", "Arm length"),
    real("colour_temperature", U::Kelvin, "Nhiệt độ màu", "Colour temperature"),
    STATUS,
];

pub(super) const TREES: &[Attribute] = &[
    CODE,
    text("species", "Loài", "Species"),
    HEIGHT,
    real("crown", U::Metre, "Đường kính tán", "Crown diameter"),
    ROAD,
];
