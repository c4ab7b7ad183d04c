//! Places by which people tell whether coordinates are read as they were meant.

use city::Bbox;

/// Vietnam's mainland and near islands, in longitude and latitude.
pub(crate) const MAINLAND: Bbox = Bbox { min_x: 102.0, min_y: 8.0, max_x: 110.0, max_y: 23.6 };

/// Provincial capitals after 1 July 2025 and large towns: longitude, latitude to 0.01°.
const PLACES: &[(&str, f64, f64)] = &[
    ("Hà Nội", 105.85, 21.03),
    ("Hải Phòng", 106.69, 20.86),
    ("Hạ Long", 107.08, 20.95),
    ("Cao Bằng", 106.26, 22.67),
    ("Lạng Sơn", 106.76, 21.85),
    ("Tuyên Quang", 105.21, 21.82),
    ("Lào Cai", 103.97, 22.48),
    ("Thái Nguyên", 105.84, 21.59),
    ("Điện Biên Phủ", 103.02, 21.39),
    ("Lai Châu", 103.46, 22.39),
    ("Sơn La", 103.91, 21.33),
    ("Việt Trì", 105.40, 21.32),
    ("Bắc Ninh", 106.07, 21.19),
    ("Hưng Yên", 106.05, 20.65),
    ("Ninh Bình", 105.97, 20.25),
    ("Thanh Hóa", 105.78, 19.81),
    ("Vinh", 105.68, 18.68),
    ("Hà Tĩnh", 105.90, 18.34),
    ("Đồng Hới", 106.62, 17.47),
    ("Huế", 107.58, 16.46),
    ("Đà Nẵng", 108.21, 16.06),
    ("Tam Kỳ", 108.47, 15.57),
    ("Quảng Ngãi", 108.79, 15.12),
    ("Kon Tum", 108.00, 14.35),
    ("Quy Nhơn", 109.22, 13.78),
    ("Pleiku", 108.00, 13.98),
    ("Buôn Ma Thuột", 108.04, 12.67),
    ("Nha Trang", 109.19, 12.24),
    ("Gia Nghĩa", 107.69, 12.00),
    ("Đà Lạt", 108.44, 11.94),
    ("Phan Thiết", 108.10, 10.93),
    ("Biên Hòa", 106.82, 10.95),
    ("TP. Hồ Chí Minh", 106.70, 10.78),
    ("Tây Ninh", 106.10, 11.31),
    ("Mỹ Tho", 106.36, 10.36),
    ("Vĩnh Long", 105.97, 10.25),
    ("Cần Thơ", 105.78, 10.03),
    ("Rạch Giá", 105.08, 10.01),
    ("Cà Mau", 105.15, 9.18),
    ("Hà Giang", 104.98, 22.83),
    ("Yên Bái", 104.88, 21.72),
    ("Hòa Bình", 105.34, 20.82),
    ("Móng Cái", 107.97, 21.53),
    ("Thái Bình", 106.34, 20.45),
    ("Đông Hà", 107.10, 16.82),
    ("Tuy Hòa", 109.32, 13.09),
    ("Phan Rang", 108.99, 11.57),
    ("Đồng Xoài", 106.90, 11.53),
    ("Vũng Tàu", 107.08, 10.35),
    ("Cao Lãnh", 105.63, 10.46),
    ("Sóc Trăng", 105.97, 9.60),
    ("Côn Đảo", 106.61, 8.68),
    ("Phú Quốc", 103.96, 10.22),
    ("Lý Sơn", 109.12, 15.38),
];

/// Whether a place is so near to a town of ours that data of Vietnam may well lie there.
pub(crate) fn is_near_home(lon: f64, lat: f64) -> bool {
    MAINLAND.contains(lon, lat) && nearest(lon, lat).is_some_and(|(_, km)| km < 80.0)
}

/// The nearest town and its distance in kilometres.
fn nearest(lon: f64, lat: f64) -> Option<(&'static str, f64)> {
    let frame = city::frame::LocalFrame::at(lon, lat);
    let distances = PLACES.iter().map(|(name, x, y)| {
        let (east, north) = frame.from_lon_lat(*x, *y);
        (*name, east.hypot(north) / 1000.0)
    });
    distances.min_by(|a, b| a.1.total_cmp(&b.1))
}

/// A place in words: longitude, latitude, and the nearest town with its distance.
pub(crate) fn describe(lon: f64, lat: f64) -> String {
    match nearest(lon, lat) {
        Some((name, km)) if km < 400.0 => {
            format!("{lon:.4}°E {lat:.4}°N, cách {name} {km:.0} km / {km:.0} km from {name}")
        }
        _ => format!("{lon:.4}°, {lat:.4}°"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_lies_on_the_mainland_and_near_itself() {
        for (name, lon, lat) in PLACES {
            assert!(MAINLAND.contains(*lon, *lat), "{name}");
            assert!(describe(*lon, *lat).contains(&format!("cách {name} 0 km")));
        }
    }
}
