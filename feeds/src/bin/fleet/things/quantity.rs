//! What a datastream observes, recognised by the words of its observed property.

/// What kind of device a Thing is, by the role of the layer that its feature stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum DeviceKind {
    Gauge,
    RainGauge,
    Reservoir,
    Station,
    Lamp,
    Cabinet,
    Detector,
    Camera,
    Signal,
    Vehicle,
    Other,
}

impl DeviceKind {
    /// The kind that a role means.
    pub(crate) fn of_role(role: &str) -> Self {
        match role {
            "gauges" => Self::Gauge,
            "rain-gauges" => Self::RainGauge,
            "reservoirs" => Self::Reservoir,
            "stations" => Self::Station,
            "lamps" => Self::Lamp,
            "lighting-cabinets" => Self::Cabinet,
            "detectors" | "traffic-detectors" => Self::Detector,
            "cameras" => Self::Camera,
            "signals" => Self::Signal,
            "vehicles" | "buses" | "bus-lines" => Self::Vehicle,
            _ => Self::Other,
        }
    }
}

/// What is observed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Quantity {
    Level,
    Discharge,
    Tide,
    Rain,
    RainRate,
    Inflow,
    Outflow,
    Volume,
    Gate,
    Pm25,
    Pm10,
    No2,
    O3,
    Co,
    So2,
    Temperature,
    Humidity,
    Pressure,
    WindSpeed,
    WindDirection,
    Noise,
    WaterTemperature,
    Ph,
    Oxygen,
    Turbidity,
    Salinity,
    Conductivity,
    Ammonium,
    Cod,
    Dim,
    IsOn,
    Power,
    Energy,
    BurningHours,
    Failure,
    Current,
    Voltage,
    Count,
    Speed,
    Occupancy,
    Position,
    Heading,
    Phase,
    Battery,
    /// Nothing that is known.
    Other,
}

/// Words in English, Vietnamese and in formulas, for things in general; the first that is met wins.
const WORDS: &[(Quantity, &[&str])] = &[
    (Quantity::Pm25, &["pm25", "pm2 5", "pm2p5"]),
    (Quantity::Pm10, &["pm10"]),
    (Quantity::No2, &["no2", "nitrogen dioxide"]),
    (Quantity::So2, &["so2", "sulfur dioxide", "sulphur dioxide"]),
    (Quantity::O3, &["o3", "ozone", "ozon"]),
    (Quantity::Co, &["co", "carbon monoxide"]),
    (Quantity::Ammonium, &["nh4", "ammonium", "amoni"]),
    (Quantity::Cod, &["cod", "chemical oxygen demand"]),
    (Quantity::Oxygen, &["do", "dissolved oxygen", "oxy hòa tan", "oxygen"]),
    (Quantity::Ph, &["ph", "acidity", "độ ph"]),
    (Quantity::Turbidity, &["turbidity", "độ đục"]),
    (Quantity::Salinity, &["salinity", "độ mặn"]),
    (Quantity::Conductivity, &["ec", "conductivity", "độ dẫn điện"]),
    (Quantity::WaterTemperature, &["water temperature", "nhiệt độ nước"]),
    (Quantity::Temperature, &["temperature", "nhiệt độ"]),
    (Quantity::Humidity, &["humidity", "độ ẩm"]),
    (Quantity::Noise, &["noise", "laeq", "tiếng ồn", "sound level", "sound"]),
    (Quantity::WindDirection, &["wind direction", "wind from direction", "hướng gió"]),
    (Quantity::WindSpeed, &["wind speed", "wind", "tốc độ gió", "gió"]),
    (Quantity::RainRate, &["rain intensity", "rain rate", "rainfall intensity", "cường độ mưa"]),
    (Quantity::Rain, &["rain", "rainfall", "precipitation", "lượng mưa", "mưa"]),
    (Quantity::Tide, &["tide", "sea level", "triều", "thủy triều"]),
    (Quantity::Inflow, &["inflow", "lưu lượng đến", "lưu lượng vào"]),
    (Quantity::Outflow, &["outflow", "release", "spill", "lưu lượng xả", "lưu lượng về hạ du"]),
    (Quantity::Gate, &["gate", "gate opening", "độ mở cửa", "cửa xả"]),
    (Quantity::Volume, &["storage", "volume stored", "stored volume", "dung tích"]),
    (
        Quantity::BurningHours,
        &["burning hours", "operating hours", "giờ cháy", "giờ sáng", "số giờ"],
    ),
    (Quantity::Failure, &["failure", "fault", "lamp failure", "hỏng", "sự cố", "lỗi", "status"]),
    (
        Quantity::Dim,
        &["dim", "dimming", "dim level", "light level", "tiết giảm", "mức sáng", "mức chiếu sáng"],
    ),
    (Quantity::IsOn, &["switch", "is on", "on off", "switch state", "bật tắt", "đóng cắt"]),
    (Quantity::Energy, &["energy", "điện năng"]),
    (Quantity::Power, &["power", "công suất"]),
    (Quantity::Voltage, &["voltage", "điện áp"]),
    (Quantity::Current, &["current", "dòng điện"]),
    (Quantity::Position, &["position", "location", "vị trí", "coordinates"]),
    (Quantity::Heading, &["heading", "bearing", "course", "hướng"]),
    (Quantity::Speed, &["speed", "tốc độ", "vận tốc"]),
    (
        Quantity::Occupancy,
        &["occupancy", "độ chiếm", "mức chiếm", "số khách", "passengers", "hành khách", "khách"],
    ),
    (
        Quantity::Count,
        &[
            "vehicle count",
            "traffic volume",
            "traffic flow",
            "vehicles",
            "số xe",
            "lưu lượng xe",
            "lượng xe",
            "count",
        ],
    ),
    (Quantity::Phase, &["phase", "signal state", "pha", "trạng thái đèn"]),
    (Quantity::Battery, &["battery", "pin", "ắc quy"]),
    (Quantity::Discharge, &["discharge", "flow", "lưu lượng", "water volume transport"]),
    (
        Quantity::Level,
        &["level", "water level", "stage", "mực nước", "mức nước", "water surface height"],
    ),
    (Quantity::Pressure, &["pressure", "áp suất", "khí áp"]),
    (Quantity::Volume, &["volume"]),
];

impl Quantity {
    /// What a datastream of a kind of device observes, from its texts: the definition of its
    /// observed property, that one's name, the datastream's name.
    pub(crate) fn of(kind: DeviceKind, texts: &[&str]) -> Self {
        let found = texts.iter().find_map(|text| {
            let words = words_of(text.rsplit(['/', '#', ':']).find(|it| !it.is_empty())?);
            WORDS.iter().find(|(_, keys)| keys.iter().any(|key| has(&words, key))).map(|it| it.0)
        });
        let found = found.unwrap_or(Self::Other);
        // What the same word means at another device.
        match (kind, found) {
            (DeviceKind::Detector | DeviceKind::Camera, Self::Discharge | Self::Volume) => {
                Self::Count
            }
            (DeviceKind::Lamp, Self::Level) => Self::Dim,
            (DeviceKind::Vehicle, Self::Count) => Self::Occupancy,
            (_, found) => found,
        }
    }

    /// Digits after the point that an instrument tells.
    pub(crate) fn decimals(self) -> i32 {
        match self {
            Self::Level | Self::Tide | Self::Ph | Self::Oxygen | Self::Co | Self::Salinity => 2,
            Self::Ammonium => 2,
            Self::Energy => 3,
            Self::Volume
            | Self::Count
            | Self::WindDirection
            | Self::Dim
            | Self::Heading
            | Self::Conductivity => 0,
            _ => 1,
        }
    }

    /// Seconds between two observations, where the datastream does not say.
    pub(crate) fn usual_interval_s(self, kind: DeviceKind) -> f64 {
        match kind {
            DeviceKind::Vehicle => 10.0,
            DeviceKind::Signal | DeviceKind::Camera => 60.0,
            DeviceKind::Lamp | DeviceKind::Cabinet => 900.0,
            DeviceKind::Reservoir => 900.0,
            DeviceKind::Gauge | DeviceKind::RainGauge => 600.0,
            DeviceKind::Station | DeviceKind::Detector | DeviceKind::Other => 300.0,
        }
    }
}

/// Lower-case words between single spaces, with one at each end: `PM₂.₅`, `waterLevel` and
/// `water-level` become ` pm2 5 ` and ` water level `.
fn words_of(text: &str) -> String {
    let mut words = String::from(" ");
    let mut was_lower = false;
    for c in text.chars() {
        let c = match c {
            '₀'..='₉' => char::from_digit(c as u32 - '₀' as u32, 10).unwrap_or(c),
            c => c,
        };
        if !c.is_alphanumeric() {
            if !words.ends_with(' ') {
                words.push(' ');
            }
        } else {
            if c.is_uppercase() && was_lower {
                words.push(' ');
            }
            words.extend(c.to_lowercase());
        }
        was_lower = c.is_lowercase();
    }
    if !words.ends_with(' ') {
        words.push(' ');
    }
    words
}

fn has(words: &str, key: &str) -> bool {
    words
        .match_indices(key)
        .any(|(at, _)| words[..at].ends_with(' ') && words[at + key.len()..].starts_with(' '))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn observed_properties_are_recognised_in_words_of_both_languages() {
        let check = |kind, text: &str, expected| {
            assert_eq!(Quantity::of(kind, &[text]), expected, "{text}")
        };
        use DeviceKind::*;
        check(Gauge, "https://dothi.example/def/water-level", Quantity::Level);
        check(Gauge, "Mực nước", Quantity::Level);
        check(Gauge, "waterLevel", Quantity::Level);
        check(Gauge, "Lưu lượng", Quantity::Discharge);
        check(Gauge, "tide", Quantity::Tide);
        check(RainGauge, "Lượng mưa", Quantity::Rain);
        check(RainGauge, "rainfall-intensity", Quantity::RainRate);
        check(Reservoir, "Lưu lượng đến hồ", Quantity::Inflow);
        check(Reservoir, "outflow", Quantity::Outflow);
        check(Reservoir, "Dung tích", Quantity::Volume);
        check(Station, "PM₂.₅", Quantity::Pm25);
        check(Station, "PM2.5", Quantity::Pm25);
        check(Station, "http://x.example/def#PM10", Quantity::Pm10);
        check(Station, "NO₂", Quantity::No2);
        check(Station, "CO", Quantity::Co);
        check(Station, "COD", Quantity::Cod);
        check(Station, "Nhiệt độ nước", Quantity::WaterTemperature);
        check(Station, "Nhiệt độ không khí", Quantity::Temperature);
        check(Station, "Độ đục", Quantity::Turbidity);
        check(Station, "Tiếng ồn LAeq", Quantity::Noise);
        check(Lamp, "dimLevel", Quantity::Dim);
        check(Lamp, "Công suất", Quantity::Power);
        check(Lamp, "Điện năng", Quantity::Energy);
        check(Lamp, "burning-hours", Quantity::BurningHours);
        check(Lamp, "lamp-failure", Quantity::Failure);
        check(Cabinet, "Dòng điện pha A", Quantity::Current);
        check(Detector, "Lưu lượng xe", Quantity::Count);
        check(Detector, "volume", Quantity::Count);
        check(Detector, "Tốc độ trung bình", Quantity::Speed);
        check(Detector, "occupancy", Quantity::Occupancy);
        check(Vehicle, "Vị trí", Quantity::Position);
        check(Vehicle, "passengers", Quantity::Occupancy);
        check(Other, "Độ nhớt", Quantity::Other);
        let cf = "http://vocab.nerc.ac.uk/standard_name/";
        for (kind, name, expected) in [
            (Gauge, "water_surface_height_above_reference_datum", Quantity::Level),
            (Gauge, "water_volume_transport_in_river_channel", Quantity::Discharge),
            (RainGauge, "thickness_of_rainfall_amount", Quantity::Rain),
            (
                Station,
                "mass_concentration_of_pm2p5_ambient_aerosol_particles_in_air",
                Quantity::Pm25,
            ),
            (Station, "mass_concentration_of_carbon_monoxide_in_air", Quantity::Co),
            (Station, "air_temperature", Quantity::Temperature),
            (Station, "wind_from_direction", Quantity::WindDirection),
            (Station, "wind_speed", Quantity::WindSpeed),
        ] {
            check(kind, &format!("{cf}{name}/"), expected);
        }
        check(Lamp, "urn:dothi:observed-property:lamp-active-power", Quantity::Power);
        check(Cabinet, "urn:dothi:observed-property:cabinet-door-open", Quantity::Other);
        check(Station, "urn:dothi:observed-property:chemical-oxygen-demand", Quantity::Cod);
        check(Reservoir, "urn:dothi:observed-property:reservoir-release", Quantity::Outflow);
    }

    #[test]
    fn the_definition_is_asked_before_the_names() {
        let texts = ["http://x.example/unknown", "Độ mặn", "Trạm đo mưa"];
        assert_eq!(Quantity::of(DeviceKind::Station, &texts), Quantity::Salinity);
    }
}
