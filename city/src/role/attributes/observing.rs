//! What measures the city, and what moves in it by timetable.

use super::{
    Attribute, CODE, DATUM, GROUND, HEIGHT, LENGTH, NAME, ROAD, T, U, code, plain, real, text,
    whole,
};

pub(super) const GAUGES: &[Attribute] = &[
    CODE,
    NAME,
    text("river", "Sông", "River"),
    real("zero", U::Metre, "Cao độ số 0", "Gauge zero"),
    DATUM,
    real("alarm_1", U::Metre, "Báo động I", "Alarm level I"),
    real("alarm_2", U::Metre, "Báo động II", "Alarm level II"),
    real("alarm_3", U::Metre, "Báo động III", "Alarm level III"),
    text("alarm_source", "Nguồn mức báo động", "Source of the alarm levels"),
];

pub(super) const RAIN_GAUGES: &[Attribute] =
    &[CODE, NAME, GROUND, text("operator", "Đơn vị vận hành", "Operator")];

pub(super) const RESERVOIRS: &[Attribute] = &[
    CODE,
    NAME,
    text("river", "Sông", "River"),
    real("normal_level", U::Metre, "Mực nước dâng bình thường", "Normal level"),
    real("dead_level", U::Metre, "Mực nước chết", "Dead level"),
    real("capacity", U::CubicMetre, "Dung tích", "Capacity"),
    real("max_release", U::CubicMetrePerSecond, "Lưu lượng xả tối đa", "Largest release"),
];

pub(super) const FLOOD_MARKS: &[Attribute] = &[
    CODE,
    text("event", "Trận lũ", "Flood"),
    plain("date", T::Date, "Ngày", "Date"),
    real("level", U::Metre, "Cao độ vết lũ", "Level"),
    real("depth", U::Metre, "Độ sâu ngập", "Depth"),
    DATUM,
];

pub(super) const STATIONS: &[Attribute] = &[
    CODE,
    NAME,
    code("kind", "station-kind", "Loại trạm", "Kind"),
    text("parameters", "Thông số đo", "Parameters"),
    text("operator", "Đơn vị vận hành", "Operator"),
];

pub(super) const CAMERAS: &[Attribute] =
    &[CODE, NAME, ROAD, real("azimuth", U::Degree, "Hướng nhìn", "Azimuth"), HEIGHT];

pub(super) const TRAFFIC_DETECTORS: &[Attribute] = &[
    CODE,
    NAME,
    ROAD,
    text("technology", "Công nghệ", "Technology"),
    whole("lanes", U::One, "Số làn", "Lanes"),
];

pub(super) const SIGNALS: &[Attribute] = &[
    CODE,
    NAME,
    real("cycle", U::Second, "Chu kỳ", "Cycle"),
    whole("phases", U::One, "Số pha", "Phases"),
];

pub(super) const BUS_LINES: &[Attribute] = &[
    CODE,
    NAME,
    text("operator", "Đơn vị vận hành", "Operator"),
    real("headway", U::Second, "Giãn cách", "Headway"),
    LENGTH,
];

pub(super) const BUS_STOPS: &[Attribute] =
    &[CODE, NAME, text("lines", "Tuyến", "Lines"), plain("shelter", T::Bool, "Nhà chờ", "Shelter")];
