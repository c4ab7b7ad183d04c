//! Structures of a scenario, on the cells of a plane.

use city::scenario::{self, Breach, Levee, ScenarioError, Section, Works};
use sim::flood::{
    Series,
    structures::{
        self, Barrel, Culvert, Ends, Gate, Growth, Inlet, Opening, Pump, Structure, Trigger, Weir,
    },
};

use super::{error::FloodError, plane::Plane};

const HOUR_S: f64 = 3600.0;
/// Ends of structures that fall on a blocked cell move to an open one within so many cells.
const NEAR: usize = 2;

/// The structures of a scenario for the kernel.
pub(super) fn of(
    asked: &[scenario::Structure],
    plane: &Plane,
    blocked: &[bool],
) -> Result<Vec<Structure>, FloodError> {
    let each = |(number, structure): (usize, &scenario::Structure)| {
        let kind = structure.works.kind();
        let site = Site { plane, blocked, place: format!("structures[{number}].works.{kind}") };
        let works = site.works(&structure.works)?;
        Ok(Structure { name: structure.name.clone(), works })
    };
    asked.iter().enumerate().map(each).collect()
}

/// Where a structure stands.
struct Site<'a> {
    plane: &'a Plane,
    blocked: &'a [bool],
    /// Its place in the scenario.
    place: String,
}

impl Site<'_> {
    fn works(&self, works: &Works) -> Result<structures::Works, FloodError> {
        Ok(match works {
            Works::Levee(levee) => structures::Works::Levee(self.levee(levee)?),
            Works::Weir(weir) => structures::Works::Weir(Weir {
                between: self.ends(weir.from, weir.to)?,
                crest_m: weir.crest_m,
                width_m: weir.width_m,
                coefficient: weir.coefficient,
            }),
            Works::Culvert(culvert) => structures::Works::Culvert(Culvert {
                between: self.ends(culvert.from, culvert.to)?,
                barrel: match culvert.section {
                    Section::Circular { diameter_m } => Barrel::Circular { diameter_m },
                    Section::Box { width_m, height_m } => Barrel::Box { width_m, height_m },
                },
                count: culvert.count,
                length_m: self.distance_m(culvert.from, culvert.to)?,
                manning: culvert.manning,
                entrance_loss: 0.5,
                inlet: match culvert.section {
                    Section::Circular { .. } => Inlet::PIPE_SQUARE_EDGE,
                    Section::Box { .. } => Inlet::BOX_HEADWALL,
                },
                from_invert_m: culvert.from_invert_m,
                to_invert_m: culvert.to_invert_m,
                has_flap: culvert.has_flap,
            }),
            Works::Gate(gate) => {
                let times = gate.times_h.iter().map(|time_h| time_h * HOUR_S);
                let openings = times.zip(gate.opening_m.iter().copied()).collect();
                structures::Works::Gate(Gate {
                    between: self.ends(gate.from, gate.to)?,
                    sill_m: gate.sill_m,
                    width_m: gate.width_m,
                    opening: Opening::Schedule(Series::new("a gate's opening", openings)?),
                    is_one_way: gate.is_one_way,
                })
            }
            Works::Pump(pump) => {
                let from = self.cell("from", pump.from)?;
                let to = pump.to.map(|to| self.cell("to", to)).transpose()?;
                if to == Some(from) {
                    return Err(self.too_near().into());
                }
                structures::Works::Pump(Pump {
                    from: vec![from],
                    to: to.into_iter().collect(),
                    capacity_m3_s: pump.m3_s,
                    starts_at_m: pump.starts_at_m,
                    stops_at_m: pump.stops_at_m,
                })
            }
        })
    }

    fn levee(&self, levee: &Levee) -> Result<structures::Levee, FloodError> {
        let mut points = Vec::with_capacity(levee.line.len());
        for (entry, [lon, lat, crest_m]) in levee.line.iter().enumerate() {
            let [x, y] = self.metres(&format!("line[{entry}]"), [*lon, *lat])?;
            points.push([x, y, *crest_m]);
        }
        let (plane, size) = (self.plane, (self.plane.columns(), self.plane.rows()));
        let mut built = structures::Levee::along(&points, size, plane.cell_m());
        if built.faces.is_empty() {
            return Err(self
                .refuse(
                    "line",
                    "đê không chạm ô nào trong vùng: kéo dài đê, hoặc chọn ô nhỏ hơn",
                    "the levee crosses no cells of the area: make it longer, or cells smaller",
                )
                .into());
        }
        if let Some(breach) = &levee.breach {
            let at = self.metres("breach.at", breach.at)?;
            built.breaches.push(self.breach(breach, &built, along(&points, at))?);
        }
        Ok(built)
    }

    /// A breach that opens evenly, `at_m` along the line.
    fn breach(
        &self,
        breach: &Breach,
        levee: &structures::Levee,
        (at_m, crest_m): (f64, f64),
    ) -> Result<structures::Breach, FloodError> {
        if breach.bottom_m >= crest_m {
            return Err(self
                .refuse(
                    "breach.bottom_m",
                    &format!("đáy chỗ vỡ phải thấp hơn đỉnh đê ({crest_m:.2} m)"),
                    &format!("the bottom of a breach lies below the crest ({crest_m:.2} m)"),
                )
                .into());
        }
        let grown_s = breach.grows_h * HOUR_S;
        let of = |what, from, to| Series::new(what, vec![(0.0, from), (grown_s, to)]);
        let built_m: f64 = levee.faces.iter().map(|face| face.length_m).sum();
        Ok(structures::Breach {
            at_m: at_m.min(built_m),
            trigger: Trigger::At(breach.begins_h * HOUR_S),
            growth: Growth::Given {
                crest_m: of("a breach's bottom", crest_m, breach.bottom_m)?,
                width_m: of("a breach's width", 0.0, breach.width_m)?,
            },
        })
    }

    fn ends(&self, from: [f64; 2], to: [f64; 2]) -> Result<Ends, FloodError> {
        let (from, to) = (self.cell("from", from)?, self.cell("to", to)?);
        if from == to {
            return Err(self.too_near().into());
        }
        Ok(Ends { from: vec![from], to: vec![to] })
    }

    fn too_near(&self) -> ScenarioError {
        let (vi, en) = (
            "hai đầu rơi vào cùng một ô: chọn ô nhỏ hơn, hoặc hai chỗ xa nhau hơn",
            "both ends lie in one cell: make cells smaller, or take places further apart",
        );
        self.refuse("to", vi, en)
    }

    /// The cell of a place, or the nearest open one beside it.
    fn cell(&self, member: &str, [lon, lat]: [f64; 2]) -> Result<(usize, usize), FloodError> {
        let outside = || {
            let (vi, en) = (
                format!("{lon:.5}, {lat:.5} nằm ngoài vùng, hoặc giữa công trình"),
                format!("{lon:.5}, {lat:.5} lies outside of the area, or amid buildings"),
            );
            FloodError::from(self.refuse(member, &vi, &en))
        };
        let (column, row) = self.plane.cell_at(lon, lat).ok_or_else(outside)?;
        let found = nearest_open(self.plane, self.blocked, (column, row), NEAR);
        found.ok_or_else(outside)
    }

    /// Metres from the south-west corner.
    fn metres(&self, member: &str, [lon, lat]: [f64; 2]) -> Result<[f64; 2], FloodError> {
        let at = self.plane.to_plane(lon, lat).ok_or_else(|| {
            let (vi, en) = ("không chiếu được vị trí này", "this position cannot be projected");
            self.refuse(member, vi, en)
        })?;
        let bbox = self.plane.grid.bbox();
        Ok([at.x - bbox.min_x, at.y - bbox.min_y])
    }

    fn distance_m(&self, from: [f64; 2], to: [f64; 2]) -> Result<f64, FloodError> {
        let ([ax, ay], [bx, by]) = (self.metres("from", from)?, self.metres("to", to)?);
        Ok((ax - bx).hypot(ay - by))
    }

    fn refuse(&self, member: &str, vi: &str, en: &str) -> ScenarioError {
        ScenarioError::new(format!("{}.{member}", self.place), vi, en)
    }
}

/// The nearest cell to one that is not blocked, within so many cells.
pub(super) fn nearest_open(
    plane: &Plane,
    blocked: &[bool],
    (column, row): (usize, usize),
    reach: usize,
) -> Option<(usize, usize)> {
    let around = |middle: usize, count: usize| {
        middle.saturating_sub(reach)..=(middle + reach).min(count - 1)
    };
    let cells = around(row, plane.rows())
        .flat_map(|row| around(column, plane.columns()).map(move |column| (column, row)));
    let open = cells.filter(|(column, row)| !blocked[row * plane.columns() + column]);
    open.min_by_key(|(c, r)| c.abs_diff(column).pow(2) + r.abs_diff(row).pow(2))
}

/// How far along a line its point nearest to a place lies, m, and the level there.
fn along(line: &[[f64; 3]], [x, y]: [f64; 2]) -> (f64, f64) {
    let (mut passed_m, mut best) = (0.0, (f64::INFINITY, 0.0, 0.0));
    for pair in line.windows(2) {
        let [a, b] = [pair[0], pair[1]];
        let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
        let length_m = dx.hypot(dy);
        let part = if length_m > 0.0 {
            (((x - a[0]) * dx + (y - a[1]) * dy) / length_m.powi(2)).clamp(0.0, 1.0)
        } else {
            0.0
        };
        let off_m = (x - a[0] - part * dx).hypot(y - a[1] - part * dy);
        if off_m < best.0 {
            best = (off_m, passed_m + part * length_m, a[2] + part * (b[2] - a[2]));
        }
        passed_m += length_m;
    }
    (best.1, best.2)
}

#[cfg(test)]
mod tests {
    use city::{Crs, scenario::Area};

    use super::*;

    fn plane() -> Plane {
        Plane::over(&Area::Bbox([108.47, 15.56, 108.48, 15.57]), Crs::QUANG_NAM, (20.0, 1)).unwrap()
    }

    #[test]
    fn a_place_on_a_line_is_found_with_the_level_there() {
        let line = [[0.0, 0.0, 2.0], [100.0, 0.0, 4.0], [100.0, 50.0, 4.0]];
        assert_eq!(along(&line, [50.0, 7.0]), (50.0, 3.0));
        assert_eq!(along(&line, [120.0, 25.0]), (125.0, 4.0));
        assert_eq!(along(&line, [100.0, 90.0]), (150.0, 4.0));
    }

    #[test]
    fn an_end_amid_buildings_moves_to_the_open_and_one_outside_is_refused_by_name() {
        let plane = plane();
        let mut blocked = vec![false; plane.cells()];
        let (column, row) = plane.cell_at(108.475, 15.565).unwrap();
        blocked[row * plane.columns() + column] = true;
        let site = Site { plane: &plane, blocked: &blocked, place: "structures[0]".into() };
        let found = site.cell("from", [108.475, 15.565]).unwrap();
        assert!(found != (column, row) && found.0.abs_diff(column) + found.1.abs_diff(row) == 1);
        let refused = site.cell("from", [108.5, 15.565]).unwrap_err().to_string();
        assert!(refused.contains("structures[0].from"), "{refused}");
        let same = site.ends([108.475, 15.565], [108.475, 15.565]).unwrap_err().to_string();
        assert!(same.contains("structures[0].to"), "{same}");
    }
}
