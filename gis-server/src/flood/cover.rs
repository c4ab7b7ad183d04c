//! What covers the ground of a model.

use city::{Role, Title};

use super::{
    error::FloodError,
    model::{Sources, visit},
    plane::Plane,
};

/// Manning's n where no land cover says another, s/m^⅓ (short grass and scattered brush; Chow 1959,
/// table 5-6).
const MANNING: f64 = 0.035;
/// What covers the ground.
pub(super) struct Cover {
    /// Manning's n of each cell, s/m^⅓.
    pub(super) manning: Vec<f64>,
    /// Cells that take no water in.
    pub(super) is_sealed: Vec<bool>,
}

impl Cover {
    pub(super) fn of(
        plane: &Plane,
        sources: &Sources<'_>,
        assumptions: &mut Vec<Title>,
    ) -> Result<Self, FloodError> {
        let mut cover =
            Self { manning: vec![MANNING; plane.cells()], is_sealed: vec![false; plane.cells()] };
        // Roads lie over quarters and water over both, in whatever order they are stored.
        let mut rank = vec![0u8; plane.cells()];
        let layers = visit(plane, sources, Role::LandCover, |view, feature, geometry| {
            let value = |name| view.attribute(name).map(|column| feature.value(column));
            let code = value("code").and_then(|value| value.as_text()).unwrap_or_default();
            let manning = value("manning").and_then(|value| value.as_number());
            let manning = manning.filter(|n| (0.005..=1.0).contains(n)).unwrap_or(MANNING);
            let own = match code {
                "water" | "ponds" => 3,
                "road" => 2,
                _ => 1,
            };
            let is_sealed =
                matches!(code, "built-dense" | "industrial" | "road" | "water" | "ponds");
            plane.burn(geometry, |cell| {
                if own >= rank[cell] {
                    rank[cell] = own;
                    cover.manning[cell] = manning;
                    cover.is_sealed[cell] = is_sealed;
                }
            });
        })?;
        let bare = rank.iter().filter(|rank| **rank == 0).count() as f64 / rank.len() as f64;
        if layers == 0 || bare > 0.01 {
            assumptions.push(Title::new(
                format!(
                    "Hệ số nhám Manning n = {MANNING} ở {:.0} % diện tích không có lớp phủ bề mặt.",
                    100.0 * bare
                ),
                format!(
                    "Manning's n = {MANNING} for the {:.0} % of the area without land cover.",
                    100.0 * bare
                ),
            ));
        }
        Ok(cover)
    }
}
