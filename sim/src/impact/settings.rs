//! What answers assume where data do not say.

use std::fmt;

use super::{Debris, Error, error::parameter};

/// What answers assume where data do not say, and the edges of classes.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Depth from which a building, parcel or facility counts as affected, m.
    pub affected_from_m: f64,
    /// Lower edges of the classes of depth, m, ascending. The default is that of Vietnamese maps of
    /// flooding: 0.1, 0.3, 0.5, 1, 2 and 3 m.
    pub depth_classes_m: Vec<f64>,
    /// Height of a ground floor over the land around it, where the building does not say, m.
    pub floor_height_m: f64,
    /// Storeys of a dwelling that does not say.
    pub floors: f64,
    /// Floor area for a resident, m², by which residents of a dwelling are estimated where it does not
    /// say. 25 is near the mean of the 2019 census (23.2) and of the housing strategy for 2025 (27;
    /// Decision 2161/QĐ-TTg of 2021): outer dimensions, so on the low side for people.
    pub floor_area_per_person_m2: f64,
    /// People in a household, where only one of the two is known; 3.6 in the 2019 census.
    pub people_per_household: f64,
    /// Debris for the hazard rating.
    pub debris: Debris,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            affected_from_m: 0.1,
            depth_classes_m: vec![0.1, 0.3, 0.5, 1.0, 2.0, 3.0],
            floor_height_m: 0.3,
            floors: 1.0,
            floor_area_per_person_m2: 25.0,
            people_per_household: 3.6,
            debris: Debris::Cautious,
        }
    }
}

impl Settings {
    pub(super) fn check(&self) -> Result<(), Error> {
        let positive = |name, value: f64| {
            parameter(name, value, "positive and finite", value > 0.0 && value.is_finite())
        };
        positive("affected_from_m", self.affected_from_m)?;
        positive("floors", self.floors)?;
        positive("floor_area_per_person_m2", self.floor_area_per_person_m2)?;
        positive("people_per_household", self.people_per_household)?;
        let is_fine = (0.0..=20.0).contains(&self.floor_height_m);
        parameter("floor_height_m", self.floor_height_m, "0 to 20 m", is_fine)?;
        let mut below = 0.0;
        for edge in &self.depth_classes_m {
            let is_fine = *edge > below && edge.is_finite();
            parameter(
                "an edge of depth_classes_m",
                *edge,
                "above 0 and the edge before it",
                is_fine,
            )?;
            below = *edge;
        }
        Ok(())
    }

    /// Class of a depth by its lower edge; none below the first.
    #[must_use]
    pub fn depth_class(&self, depth_m: f64) -> Option<usize> {
        self.depth_classes_m.partition_point(|edge| *edge <= depth_m).checked_sub(1)
    }
}

/// Something an answer rests on that no data said.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Assumption {
    /// Residents of buildings were estimated from floor area.
    Residents {
        /// Of how many buildings.
        buildings: usize,
        /// Floor area for a resident, m².
        floor_area_per_person_m2: f64,
    },
    /// Storeys of buildings were not known.
    Floors {
        /// Of how many buildings.
        buildings: usize,
        /// Storeys that were taken.
        floors: f64,
    },
    /// Heights of ground floors were not known.
    FloorHeight {
        /// Of how many buildings.
        buildings: usize,
        /// Height over the land that was taken, m.
        floor_height_m: f64,
    },
    /// Households were reckoned from people.
    Households {
        /// Of how many buildings.
        buildings: usize,
        /// People in a household.
        people_per_household: f64,
    },
    /// Vulnerable people are known for some buildings only: sums are least numbers.
    Vulnerable {
        /// Inhabited buildings where they are not known.
        buildings: usize,
    },
    /// Residents of administrative units without buildings were taken as spread evenly.
    Spread {
        /// Of how many units.
        units: usize,
    },
}

impl Assumption {
    /// In Vietnamese.
    #[must_use]
    pub fn vi(&self) -> String {
        match self {
            Self::Residents { buildings, floor_area_per_person_m2: area } => format!(
                "Số người ở {buildings} công trình ước tính theo diện tích sàn: {} m²/người",
                vietnamese(*area)
            ),
            Self::Floors { buildings, floors } => {
                format!("{buildings} công trình không rõ số tầng: lấy {} tầng", vietnamese(*floors))
            }
            Self::FloorHeight { buildings, floor_height_m } => format!(
                "{buildings} công trình không rõ cao độ nền nhà: lấy cao hơn mặt đất {} m",
                vietnamese(*floor_height_m)
            ),
            Self::Households { buildings, people_per_household } => format!(
                "Số hộ ở {buildings} công trình tính từ số người: {} người/hộ",
                vietnamese(*people_per_household)
            ),
            Self::Vulnerable { buildings } => format!(
                "{buildings} công trình có người ở không rõ số người dễ bị tổn thương: tổng là số tối thiểu"
            ),
            Self::Spread { units } => format!(
                "{units} đơn vị không có dữ liệu công trình: coi dân cư phân bố đều theo diện tích"
            ),
        }
    }

    /// In English.
    #[must_use]
    pub fn en(&self) -> String {
        match self {
            Self::Residents { buildings, floor_area_per_person_m2: area } => format!(
                "Residents of {buildings} buildings estimated by floor area: {area} m² each"
            ),
            Self::Floors { buildings, floors } => {
                format!("{buildings} buildings do not say their storeys: {floors} taken")
            }
            Self::FloorHeight { buildings, floor_height_m } => format!(
                "{buildings} buildings do not say how high their ground floor is: {floor_height_m} m over the land taken"
            ),
            Self::Households { buildings, people_per_household } => format!(
                "Households of {buildings} buildings reckoned from people: {people_per_household} in each"
            ),
            Self::Vulnerable { buildings } => format!(
                "{buildings} inhabited buildings do not say how many vulnerable people live there: sums are least numbers"
            ),
            Self::Spread { units } => format!(
                "{units} units have no buildings: their residents are taken as spread evenly"
            ),
        }
    }
}

/// A number with the comma that Vietnamese writes.
fn vietnamese(value: f64) -> String {
    value.to_string().replace('.', ",")
}

impl fmt::Display for Assumption {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} / {}", self.vi(), self.en())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depths_fall_into_the_classes_of_their_lower_edges() {
        let settings = Settings::default();
        let of = |depths: [f64; 5]| depths.map(|depth_m| settings.depth_class(depth_m));
        assert_eq!(of([0.0, 0.1, 0.29, 3.0, 9.0]), [None, Some(0), Some(0), Some(5), Some(5)]);
    }

    #[test]
    fn edges_out_of_order_are_refused() {
        let settings = Settings { depth_classes_m: vec![0.5, 0.3], ..Settings::default() };
        assert!(settings.check().is_err());
        assert!(Settings { floor_height_m: f64::NAN, ..Settings::default() }.check().is_err());
    }
}
