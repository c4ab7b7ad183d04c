//! Roughness, runoff and soils by what covers the ground: defaults, where nothing better is known.

use super::Soil;

/// Numbers for a kind of land cover.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cover {
    /// Its code in the list `land-cover`.
    pub code: &'static str,
    /// Manning's n of the ground, s/m^⅓, where buildings are in the model by themselves.
    pub manning: f64,
    /// Manning's n where they are not: it stands for them too.
    pub manning_with_buildings: f64,
    /// Where n comes from, and its range there.
    pub source: &'static str,
    /// Curve numbers of the hydrologic soil groups A to D, average moisture (USDA NEH part 630,
    /// chapter 9; urban covers by TR-55, table 2-2).
    pub curve_numbers: [f64; 4],
}

/// How soils are grouped by what they take in (USDA NEH part 630, chapter 7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SoilGroup {
    /// Sand: more than 7.6 mm/h when wet.
    A,
    /// Loam: 3.8 to 7.6 mm/h.
    B,
    /// Clayey loam: 1.3 to 3.8 mm/h.
    C,
    /// Clay, or water near the surface: less. Most of a delta.
    D,
}

const fn cover(
    code: &'static str,
    (manning, manning_with_buildings): (f64, f64),
    source: &'static str,
    curve_numbers: [f64; 4],
) -> Cover {
    Cover { code, manning, manning_with_buildings, source, curve_numbers }
}

/// The covers of the list `land-cover`. Chow: *Open-Channel Hydraulics* (1959), table 5-6. ARR:
/// *Australian Rainfall & Runoff, Project 15* (2012), table 10-1.
pub const COVERS: [Cover; 14] = [
    cover(
        "built-dense",
        (0.03, 0.35),
        "ARR: paved 0.02–0.03; residential, high density 0.2–0.5",
        [89.0, 92.0, 94.0, 95.0],
    ),
    cover(
        "built-open",
        (0.05, 0.15),
        "ARR: open pervious 0.03–0.05; residential, low density 0.1–0.2",
        [61.0, 75.0, 83.0, 87.0],
    ),
    cover(
        "industrial",
        (0.03, 0.3),
        "ARR: paved 0.02–0.03; industrial and commercial 0.2–0.5",
        [81.0, 88.0, 91.0, 93.0],
    ),
    cover(
        "village",
        (0.07, 0.12),
        "ARR: open pervious, thick vegetation 0.07–0.12; residential, low density 0.1–0.2",
        [59.0, 74.0, 82.0, 86.0],
    ),
    cover(
        "rice",
        (0.04, 0.04),
        "Chow D-2b3: mature field crops 0.03–0.05",
        [59.0, 70.0, 78.0, 81.0],
    ),
    cover(
        "crops",
        (0.06, 0.06),
        "Chow D-2c3: light brush and trees 0.04–0.08",
        [67.0, 78.0, 85.0, 89.0],
    ),
    cover(
        "forest",
        (0.1, 0.1),
        "Chow D-2d4: heavy stand of timber 0.08–0.12",
        [30.0, 55.0, 70.0, 77.0],
    ),
    cover(
        "casuarina",
        (0.08, 0.08),
        "Chow D-2d4: heavy stand of timber, little undergrowth, 0.08–0.12",
        [36.0, 60.0, 73.0, 79.0],
    ),
    cover(
        "beach",
        (0.025, 0.025),
        "Arcement & Schneider (1989), USGS WSP 2339, table 1: sand 0.012–0.026",
        [30.0, 30.0, 30.0, 30.0],
    ),
    cover(
        "ponds",
        (0.03, 0.03),
        "ARR: lakes without emergent vegetation 0.015–0.035",
        [100.0, 100.0, 100.0, 100.0],
    ),
    cover("grass", (0.03, 0.03), "Chow D-2a1: short grass 0.025–0.035", [39.0, 61.0, 74.0, 80.0]),
    cover(
        "cemetery",
        (0.05, 0.05),
        "ARR: open pervious, moderate vegetation 0.05–0.07",
        [49.0, 69.0, 79.0, 84.0],
    ),
    cover("road", (0.02, 0.02), "ARR: paved roads 0.02–0.03", [98.0, 98.0, 98.0, 98.0]),
    cover(
        "water",
        (0.03, 0.03),
        "Chow D-1a1: clean, straight, full stage 0.025–0.033; ARR: estuaries 0.02–0.04",
        [100.0, 100.0, 100.0, 100.0],
    ),
];

impl Cover {
    /// The cover of a code of `land-cover`.
    ///
    /// ```
    /// use sim::flood::cover::Cover;
    /// assert_eq!(Cover::of("rice").map(|cover| cover.manning), Some(0.04));
    /// assert!(Cover::of("moon").is_none());
    /// ```
    #[must_use]
    pub fn of(code: &str) -> Option<&'static Self> {
        COVERS.iter().find(|cover| cover.code == code)
    }

    /// The cover that land of a code of `land-use` mostly has. A code that is not here: try its parent.
    #[must_use]
    pub fn of_land_use(code: &str) -> Option<&'static Self> {
        let cover = match code {
            "LUA" | "LUC" | "LUK" | "LUN" => "rice",
            "NNP" | "SXN" | "CHN" | "HNK" | "BHK" | "NHK" | "CLN" | "NKH" | "CNT" => "crops",
            "LNP" | "RSX" | "RPH" | "RDD" | "MVR" | "KBT" => "forest",
            "NTS" | "LMU" | "MVT" => "ponds",
            "ONT" | "DNT" => "village",
            "ODT" | "KDT" | "DCH" | "TMD" => "built-dense",
            "PNN" | "OCT" | "OTC" | "CDG" | "TSC" | "CQP" | "CAN" | "DSN" | "TON" | "TIN"
            | "PNK" => "built-open",
            "CSK" | "SKK" | "SKN" | "SKT" | "SKC" | "SCC" | "CNC" | "DNL" => "industrial",
            "DGT" => "road",
            "DKV" | "COC" | "CSD" | "BCS" | "DCS" | "CGT" | "SKS" | "SKX" | "DRA" | "DTT" => {
                "grass"
            }
            "NTD" => "cemetery",
            "SON" | "MNC" | "SMN" | "TVC" | "MCS" | "DTL" | "MVB" | "MVK" => "water",
            _ => return None,
        };
        Self::of(cover)
    }

    /// The soil under it by curve number.
    #[must_use]
    pub fn soil(&self, group: SoilGroup) -> Soil {
        Soil::CurveNumber { number: self.curve_numbers[group as usize] }
    }
}

/// Textures of soil.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Texture {
    /// Sand (cát).
    Sand,
    /// Loamy sand (cát pha thịt).
    LoamySand,
    /// Sandy loam (thịt pha cát).
    SandyLoam,
    /// Loam (thịt).
    Loam,
    /// Silt loam (thịt pha bụi).
    SiltLoam,
    /// Sandy clay loam (thịt pha sét và cát).
    SandyClayLoam,
    /// Clay loam (thịt pha sét).
    ClayLoam,
    /// Silty clay loam (thịt pha sét và bụi).
    SiltyClayLoam,
    /// Sandy clay (sét pha cát).
    SandyClay,
    /// Silty clay (sét pha bụi).
    SiltyClay,
    /// Clay (sét).
    Clay,
}

/// Effective porosity, suction in cm and conductivity in cm/h by texture (Rawls, Brakensiek & Miller
/// 1983, J. Hydraul. Eng. 109).
const GREEN_AMPT: [[f64; 3]; 11] = [
    [0.417, 4.95, 11.78],
    [0.401, 6.13, 2.99],
    [0.412, 11.01, 1.09],
    [0.434, 8.89, 0.34],
    [0.486, 16.68, 0.65],
    [0.330, 21.85, 0.15],
    [0.309, 20.88, 0.10],
    [0.432, 27.30, 0.10],
    [0.321, 23.90, 0.06],
    [0.423, 29.22, 0.05],
    [0.385, 31.63, 0.03],
];

impl Texture {
    /// Green and Ampt's soil, with the part of its effective pores that is filled already (0 dry, 1
    /// full: it then takes what its conductivity lets through).
    #[must_use]
    pub fn green_ampt(self, saturation: f64) -> Soil {
        let [porosity, suction_cm, cm_per_h] = GREEN_AMPT[self as usize];
        Soil::GreenAmpt {
            conductivity_m_s: cm_per_h / 360_000.0,
            suction_m: 0.01 * suction_cm,
            moisture_deficit: porosity * (1.0 - saturation.clamp(0.0, 1.0)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flood::Ground;

    #[test]
    fn every_cover_and_texture_makes_a_ground_that_is_accepted() {
        for cover in &COVERS {
            assert!(cover.manning > 0.01 && cover.manning <= cover.manning_with_buildings);
            assert!(
                cover.curve_numbers.is_sorted(),
                "{}: clay lets no more in than sand",
                cover.code
            );
            let ground =
                Ground::new(1, 1, 1.0, vec![0.0]).and_then(|g| g.with_manning(vec![cover.manning]));
            let soils = vec![cover.soil(SoilGroup::D), Texture::Clay.green_ampt(0.5)];
            assert!(ground.and_then(|g| g.with_soils(soils, vec![1])).is_ok(), "{}", cover.code);
        }
    }

    #[test]
    fn a_clay_and_a_sand_have_rawls_numbers() {
        let Soil::GreenAmpt { conductivity_m_s, suction_m, moisture_deficit } =
            Texture::SandyLoam.green_ampt(0.25)
        else {
            panic!("it is Green and Ampt's");
        };
        assert!((conductivity_m_s * 3.6e6 - 10.9).abs() < 1e-9);
        assert!((suction_m - 0.1101).abs() < 1e-12 && (moisture_deficit - 0.309).abs() < 1e-12);
    }
}
