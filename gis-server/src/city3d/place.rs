//! Places on the WGS 84 ellipsoid, and frames that stand upright on it.

use city::Bbox;

const A_M: f64 = 6_378_137.0;
const E2: f64 = 6.694_379_990_141_316e-3;

/// Earth-centred coordinates (EPSG:4978), m, of a longitude and latitude in degrees and a height above the
/// ellipsoid (EPSG:9602; Torge & Müller, *Geodesy*, 4th ed., eq. 4.27).
pub fn to_earth(lon_deg: f64, lat_deg: f64, height_m: f64) -> [f64; 3] {
    let (sin_lat, cos_lat) = lat_deg.to_radians().sin_cos();
    let (sin_lon, cos_lon) = lon_deg.to_radians().sin_cos();
    let vertical = A_M / (1.0 - E2 * sin_lat * sin_lat).sqrt();
    let around = (vertical + height_m) * cos_lat;
    [around * cos_lon, around * sin_lon, (vertical * (1.0 - E2) + height_m) * sin_lat]
}

/// A frame of metres east, north and up from a place on the ellipsoid.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Upright {
    origin: [f64; 3],
    /// East, north, up in earth-centred coordinates.
    axes: [[f64; 3]; 3],
}

impl Upright {
    /// The frame at a longitude and latitude in degrees and a height, m.
    pub fn at(lon_deg: f64, lat_deg: f64, height_m: f64) -> Self {
        let (sin_lat, cos_lat) = lat_deg.to_radians().sin_cos();
        let (sin_lon, cos_lon) = lon_deg.to_radians().sin_cos();
        Self {
            origin: to_earth(lon_deg, lat_deg, height_m),
            axes: [
                [-sin_lon, cos_lon, 0.0],
                [-sin_lat * cos_lon, -sin_lat * sin_lon, cos_lat],
                [cos_lat * cos_lon, cos_lat * sin_lon, sin_lat],
            ],
        }
    }

    /// Metres east, north and up of a place.
    pub fn see(&self, lon_deg: f64, lat_deg: f64, height_m: f64) -> [f64; 3] {
        let at = to_earth(lon_deg, lat_deg, height_m);
        let away = [at[0] - self.origin[0], at[1] - self.origin[1], at[2] - self.origin[2]];
        self.axes.map(|axis| dot(axis, away))
    }

    /// What takes this frame's coordinates to the earth's, column by column as 3D Tiles and glTF write a matrix.
    pub fn to_earth(&self) -> [f64; 16] {
        columns(self.axes, self.origin)
    }

    /// What takes this frame's coordinates to those of another.
    pub fn within(&self, other: &Self) -> [f64; 16] {
        let turned = self.axes.map(|axis| other.axes.map(|theirs| dot(theirs, axis)));
        let away = [0, 1, 2].map(|k| self.origin[k] - other.origin[k]);
        columns(turned, other.axes.map(|theirs| dot(theirs, away)))
    }
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

fn columns([x, y, z]: [[f64; 3]; 3], o: [f64; 3]) -> [f64; 16] {
    [x[0], x[1], x[2], 0.0, y[0], y[1], y[2], 0.0, z[0], z[1], z[2], 0.0, o[0], o[1], o[2], 1.0]
}

/// A box on the ellipsoid: edges in degrees, heights in m.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Region {
    /// Its edges.
    pub edges: Bbox,
    /// Its lowest height.
    pub low_m: f64,
    /// Its highest.
    pub high_m: f64,
}

impl Region {
    /// The smallest region that holds both.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self {
            edges: self.edges.union(&other.edges),
            low_m: self.low_m.min(other.low_m),
            high_m: self.high_m.max(other.high_m),
        }
    }

    /// As 3D Tiles writes it: west, south, east, north in radians, lowest and highest; heights lifted by so many
    /// metres.
    pub fn written(&self, lift_m: f64) -> [f64; 6] {
        let Bbox { min_x, min_y, max_x, max_y } = self.edges;
        let [west, south, east, north] = [min_x, min_y, max_x, max_y].map(f64::to_radians);
        [west, south, east, north, self.low_m + lift_m, self.high_m + lift_m]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn on_the_axes_of_the_earth_coordinates_are_its_half_axes() {
        // On the axes, where the coordinates are the ellipsoid's own half axes and the height.
        for (place, told) in [
            ((0.0, 0.0, 0.0), [6_378_137.0, 0.0, 0.0]),
            ((90.0, 0.0, 10.0), [0.0, 6_378_147.0, 0.0]),
            ((0.0, 90.0, -5.0), [0.0, 0.0, 6_356_747.314_245]),
        ] {
            let found = to_earth(place.0, place.1, place.2);
            assert!(found.iter().zip(told).all(|(a, b)| (a - b).abs() < 1e-5), "{found:?}");
        }
    }

    #[test]
    fn a_frame_sees_what_lies_east_north_and_up_of_it() {
        let frame = Upright::at(108.474, 15.5736, 0.0);
        let [east, north, up] = frame.see(108.475, 15.5736, 7.0);
        // 0.001° of longitude here are 107.26 m; the ground falls off by 1 mm on the way.
        assert!((east - 107.26).abs() < 0.05 && north.abs() < 0.01 && (up - 7.0).abs() < 2e-3);
        assert!(frame.see(108.474, 15.5736, 0.0).iter().all(|part| part.abs() < 1e-9));
    }

    #[test]
    fn one_frame_within_another_leads_to_the_same_place() {
        let (outer, inner) = (Upright::at(108.4, 15.5, -8.0), Upright::at(108.6, 15.7, -8.0));
        let m = inner.within(&outer);
        let p = inner.see(108.61, 15.69, 30.0);
        let seen = [0, 1, 2].map(|k| m[k] * p[0] + m[4 + k] * p[1] + m[8 + k] * p[2] + m[12 + k]);
        let direct = outer.see(108.61, 15.69, 30.0);
        assert!(seen.iter().zip(direct).all(|(a, b)| (a - b).abs() < 1e-6), "{seen:?} {direct:?}");
    }
}
