//! Layer roles: what a layer is *for*, and the standard attributes that simulations and the twin read.
//!
//! A province's own columns keep their names; the catalogue maps them to these attributes.

mod attributes;

use serde::{Deserialize, Serialize};

use crate::{
    Access, Error, Property, PropertyType, Title, Unit,
    layer::{GeometryKind, Theme},
};

/// A standard attribute of a role.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Attribute {
    /// Its name, in English, with the unit left out.
    pub name: &'static str,
    /// What its values are.
    pub kind: PropertyType,
    /// Unit of its numbers.
    pub unit: Option<Unit>,
    /// The code list that its values come from.
    pub code_list: Option<&'static str>,
    /// Vietnamese name.
    pub vi: &'static str,
    /// English name.
    pub en: &'static str,
    /// Who may see it.
    pub access: Access,
}

impl Attribute {
    /// The attribute as a column of a layer that names it as the role does.
    pub fn to_property(self) -> Property {
        Property {
            name: self.name.into(),
            kind: self.kind,
            title: Title::new(self.vi, self.en),
            unit: self.unit,
            code_list: self.code_list.map(Into::into),
            access: self.access,
        }
    }
}

macro_rules! roles {
    ($($name:literal $role:ident $theme:ident $geometry:tt $zoom:literal $vi:literal / $en:literal;)*) => {
        /// What a layer is for.
        ///
        /// ```
        /// use city::Role;
        /// let lamps = Role::from_name("lamps")?;
        /// assert!(lamps.attributes().iter().any(|a| a.name == "power"));
        /// # Ok::<(), city::Error>(())
        /// ```
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Role {
            $(
                #[doc = $en]
                $role,
            )*
        }

        impl Role {
            /// Every role, in the order in which maps stack them, lowest first.
            pub const ALL: &[Self] = &[$(Self::$role),*];

            /// Its name, which is also the layer id in the demo city.
            pub fn name(self) -> &'static str {
                match self { $(Self::$role => $name,)* }
            }

            /// Its name for people.
            pub fn title(self) -> Title {
                match self { $(Self::$role => Title::new($vi, $en),)* }
            }

            /// The room of the map in which its layers are listed.
            pub fn theme(self) -> Theme {
                match self { $(Self::$role => Theme::$theme,)* }
            }

            /// The shape of its features; `None` for rasters.
            pub fn geometry(self) -> Option<GeometryKind> {
                match self { $(Self::$role => roles!(@geometry $geometry),)* }
            }

            /// First zoom at which a map draws it.
            pub fn min_zoom(self) -> u8 {
                match self { $(Self::$role => $zoom,)* }
            }
        }
    };
    (@geometry raster) => { None };
    (@geometry $kind:ident) => { Some(GeometryKind::$kind) };
}

// Names are contracts: layer ids of the demo city, `--role` of the importer, style documents.
roles! {
    "terrain" Terrain Base raster 0 "Địa hình" / "Terrain";
    "imagery" Imagery Base raster 0 "Ảnh nền" / "Imagery";
    "land-cover" LandCover Environment Polygon 6 "Lớp phủ bề mặt" / "Land cover";
    "land-use" LandUse Land Polygon 8 "Hiện trạng sử dụng đất" / "Present land use";
    "land-use-plans" LandUsePlans Planning Polygon 8 "Quy hoạch sử dụng đất" / "Land-use plans";
    "water" Water Base Polygon 4 "Mặt nước" / "Water bodies";
    "watercourses" Watercourses Base Line 8 "Sông, suối, kênh" / "Watercourses";
    "planning-boundaries" PlanningBoundaries Planning Polygon 8 "Ranh giới quy hoạch" / "Planning boundaries";
    "planning-zones" PlanningZones Planning Polygon 10 "Chức năng sử dụng đất quy hoạch" / "Planning zones";
    "protection-corridors" ProtectionCorridors Planning Polygon 11 "Hành lang bảo vệ" / "Protection corridors";
    "parcels" Parcels Land Polygon 14 "Thửa đất" / "Land parcels";
    "communes" Communes Base Polygon 6 "Xã, phường, đặc khu" / "Communes";
    "villages" Villages Base Polygon 12 "Thôn, tổ dân phố" / "Villages and wards' groups";
    "blocks" Blocks Land Polygon 12 "Ô phố" / "City blocks";
    "buildings" Buildings Base Polygon 13 "Công trình, nhà" / "Buildings";
    "roads" Roads Transport Line 6 "Đường giao thông" / "Roads";
    "bridges" Bridges Transport Line 12 "Cầu" / "Bridges";
    "dikes" Dikes Environment Line 10 "Đê, kè" / "Dikes and embankments";
    "red-lines" RedLines Planning Line 13 "Chỉ giới đường đỏ" / "Red lines";
    "building-lines" BuildingLines Planning Line 14 "Chỉ giới xây dựng" / "Building lines";
    "boundary-markers" BoundaryMarkers Planning Point 14 "Mốc giới quy hoạch" / "Boundary markers";
    "water-supply" WaterSupply Infrastructure Line 13 "Cấp nước" / "Water supply";
    "drains" Drains Infrastructure Line 13 "Thoát nước mưa" / "Rain drains";
    "manholes" Manholes Infrastructure Point 15 "Hố ga" / "Manholes";
    "outfalls" Outfalls Infrastructure Point 13 "Cửa xả" / "Outfalls";
    "sewers" Sewers Infrastructure Line 13 "Thoát nước thải" / "Sewers";
    "power-lines" PowerLines Infrastructure Line 12 "Đường dây điện" / "Power lines";
    "substations" Substations Infrastructure Point 13 "Trạm biến áp" / "Transformer stations";
    "telecom" Telecom Infrastructure Line 13 "Thông tin liên lạc" / "Telecommunication lines";
    "lighting-feeders" LightingFeeders Infrastructure Line 14 "Lộ chiếu sáng" / "Lighting feeders";
    "lighting-cabinets" LightingCabinets Infrastructure Point 14 "Tủ điều khiển chiếu sáng" / "Lighting cabinets";
    "lamps" Lamps Infrastructure Point 15 "Đèn chiếu sáng" / "Street lamps";
    "trees" Trees Environment Point 15 "Cây xanh" / "Trees";
    "gauges" Gauges Environment Point 9 "Trạm thủy văn" / "Water-level gauges";
    "rain-gauges" RainGauges Environment Point 9 "Trạm đo mưa" / "Rain gauges";
    "reservoirs" Reservoirs Environment Point 7 "Hồ chứa" / "Reservoirs";
    "flood-marks" FloodMarks Environment Point 13 "Vết lũ" / "Flood marks";
    "stations" Stations Environment Point 10 "Trạm quan trắc môi trường" / "Environmental stations";
    "cameras" Cameras Transport Point 14 "Camera" / "Cameras";
    "traffic-detectors" TrafficDetectors Transport Point 14 "Thiết bị đếm xe" / "Traffic detectors";
    "signals" Signals Transport Point 14 "Đèn tín hiệu giao thông" / "Traffic signals";
    "bus-lines" BusLines Transport Line 10 "Tuyến xe buýt" / "Bus lines";
    "bus-stops" BusStops Transport Point 13 "Trạm dừng xe buýt" / "Bus stops";
    "facilities" Facilities Base Point 12 "Công trình công cộng" / "Public facilities";
    "place-names" PlaceNames Base Point 4 "Địa danh" / "Place names";
    "other" Other Base Mixed 10 "Lớp khác" / "Other layer";
}

impl Role {
    /// The role with this name.
    ///
    /// # Errors
    /// [`Error::UnknownRole`].
    pub fn from_name(name: &str) -> Result<Self, Error> {
        let found = Self::ALL.iter().find(|role| role.name() == name);
        found.copied().ok_or_else(|| Error::UnknownRole(name.chars().take(80).collect()))
    }

    /// Its standard attributes.
    pub fn attributes(self) -> &'static [Attribute] {
        attributes::of(self)
    }

    /// One of its standard attributes, by name.
    pub fn attribute(self, name: &str) -> Option<&'static Attribute> {
        self.attributes().iter().find(|attribute| attribute.name == name)
    }

    /// Whether its layers are grids of numbers.
    pub fn is_raster(self) -> bool {
        self.geometry().is_none()
    }
}

impl Serialize for Role {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Role {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Self::from_name(&name).map_err(serde::de::Error::custom)
    }
}

impl std::fmt::Display for Role {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_is_found_by_its_name_and_has_distinct_attributes() -> Result<(), Error> {
        for &role in Role::ALL {
            assert_eq!(Role::from_name(role.name())?, role);
            let mut names: Vec<_> = role.attributes().iter().map(|a| a.name).collect();
            names.sort_unstable();
            let count = names.len();
            names.dedup();
            assert_eq!(names.len(), count, "{role} names an attribute twice");
        }
        Ok(())
    }
}
