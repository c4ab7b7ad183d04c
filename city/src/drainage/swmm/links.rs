//! [CONDUITS], [PUMPS], [ORIFICES], [WEIRS], [OUTLETS], [LOSSES] and what [CONTROLS] say of pumps.

use std::collections::HashMap;

use crate::drainage::{
    Conduit, Gate, Link, LinkKind, Node, Orifice, OrificeSide, Outlet, OutletHead, Pump, PumpCurve,
    Rating, Weir, WeirShape,
};

use super::{
    Error, LeftOut,
    options::Frame,
    sections::{Line, Sections},
    shapes,
    times::Tables,
};

/// What a link needs to know of the others.
struct Reader<'a> {
    sections: &'a Sections<'a>,
    frame: &'a Frame,
    tables: &'a Tables,
    inverts_m: HashMap<&'a str, f64>,
}

/// Links, and the rules that were left out.
pub(super) fn read(
    sections: &Sections,
    frame: &Frame,
    tables: &Tables,
    nodes: &[Node],
) -> Result<(Vec<Link>, Vec<LeftOut>), Error> {
    let inverts_m = nodes.iter().map(|node| (node.name.as_str(), node.invert_m)).collect();
    let reader = Reader { sections, frame, tables, inverts_m };
    let mut links = Vec::new();
    for line in sections.lines("CONDUITS") {
        links.push(link(line, reader.conduit(line)?)?);
    }
    for line in sections.lines("PUMPS") {
        links.push(link(line, reader.pump(line)?)?);
    }
    for line in sections.lines("ORIFICES") {
        links.push(link(line, reader.orifice(line)?)?);
    }
    for line in sections.lines("WEIRS") {
        links.push(link(line, reader.weir(line)?)?);
    }
    for line in sections.lines("OUTLETS") {
        links.push(link(line, reader.outlet(line)?)?);
    }
    let left_out = switch_pumps(sections, frame, &mut links);
    Ok((links, left_out))
}

fn link(line: &Line, kind: impl Into<LinkKind>) -> Result<Link, Error> {
    let (from, to) = (line.needed(1, "the first node")?, line.needed(2, "the second node")?);
    Ok(Link::new(line.words[0], from, to, kind))
}

impl Reader<'_> {
    /// Height over a node's floor: as it stands there, or from a level.
    fn offset_m(&self, line: &Line, at: usize, node: &str) -> Result<f64, Error> {
        let word = line.word(at);
        if word.is_empty() || word == "*" {
            return Ok(0.0);
        }
        let value_m = line.number(at, "the offset")? * self.frame.units.length;
        if !self.frame.by_level {
            return Ok(value_m);
        }
        // Levels a hair below the floor are the floor.
        let over_m = value_m - self.inverts_m.get(node).copied().unwrap_or(value_m);
        Ok(if over_m.abs() < 1e-6 { 0.0 } else { over_m })
    }

    /// name from to length n offset offset initial-flow greatest-flow
    fn conduit(&self, line: &Line) -> Result<Conduit, Error> {
        let name = line.words[0];
        let Some(shape) = self.sections.line_of("XSECTIONS", name) else {
            return Err(line.refuse(format!("'{name}' has no line in [XSECTIONS]: add it")));
        };
        let section = shapes::section(shape, self.sections, self.tables, self.frame)?;
        let surveyed = match &section {
            crate::drainage::Section::Irregular(transect) => Some(transect.channel_manning),
            _ => None,
        };
        let units = self.frame.units;
        let most = line.number_or(8, 0.0, "the greatest flow")? * units.flow;
        let losses = self.sections.line_of("LOSSES", name);
        let loss = |at| losses.map_or(Ok(0.0), |line| line.number_or(at, 0.0, "a loss"));
        Ok(Conduit {
            length_m: line.number(3, "the length")? * units.length,
            manning: surveyed.map_or_else(|| line.number(4, "Manning's n"), Ok)?,
            section,
            barrels: shape.number_or(6, 1.0, "the number of barrels")?.clamp(1.0, 1000.0) as u32,
            from_offset_m: self.offset_m(line, 5, line.word(1))?,
            to_offset_m: self.offset_m(line, 6, line.word(2))?,
            entry_loss: loss(1)?,
            exit_loss: loss(2)?,
            mean_loss: loss(3)?,
            initial_flow_m3_s: line.number_or(7, 0.0, "the initial flow")? * units.flow,
            max_flow_m3_s: (most > 0.0).then_some(most),
            has_flap_gate: losses.is_some_and(|line| line.is_yes(4)),
        })
    }

    /// name from to curve status start stop
    fn pump(&self, line: &Line) -> Result<Pump, Error> {
        let (length, volume, flow) =
            (self.frame.units.length, self.frame.units.volume(), self.frame.units.flow);
        let curve = match line.word(3) {
            "" | "*" => PumpCurve::Ideal,
            name => {
                let (kind, entries) = self.tables.curve(line, name)?;
                let by = |unit: f64| entries.iter().map(|(x, y)| (x * unit, y * flow)).collect();
                match kind {
                    "PUMP1" => PumpCurve::Volume(by(volume)),
                    "PUMP2" => PumpCurve::DepthSteps(by(length)),
                    "PUMP3" => PumpCurve::Head(by(length)),
                    "PUMP4" => PumpCurve::Depth(by(length)),
                    _ => {
                        let what = format!(
                            "'{name}' is a curve of kind {kind}; pumps have PUMP1 to PUMP4"
                        );
                        return Err(line.refuse(what));
                    }
                }
            }
        };
        Ok(Pump {
            curve,
            is_on: !line.word(4).eq_ignore_ascii_case("OFF"),
            start_depth_m: line.number_or(5, 0.0, "the starting depth")? * length,
            stop_depth_m: line.number_or(6, 0.0, "the stopping depth")? * length,
        })
    }

    /// name from to side offset coefficient flap
    fn orifice(&self, line: &Line) -> Result<Orifice, Error> {
        let side = match line.word(3).to_ascii_uppercase().as_str() {
            "SIDE" => OrificeSide::Side,
            "BOTTOM" => OrificeSide::Bottom,
            other => return Err(line.refuse(format!("'{other}' is neither SIDE nor BOTTOM"))),
        };
        let shape = self.shape_of(line)?;
        let length = self.frame.units.length;
        let size = |at| shape.number(at, "a size of the orifice").map(|size| size * length);
        let gate = match shape.word(1).to_ascii_uppercase().as_str() {
            "CIRCULAR" => Gate::Circular { diameter_m: size(2)? },
            "RECT_CLOSED" => Gate::Rect { height_m: size(2)?, width_m: size(3)? },
            other => {
                let what = format!("'{other}' is no shape of an orifice: CIRCULAR or RECT_CLOSED");
                return Err(shape.refuse(what));
            }
        };
        Ok(Orifice {
            side,
            gate,
            coefficient: line.number(5, "the coefficient")?,
            offset_m: self.offset_m(line, 4, line.word(1))?,
            opening: 1.0,
            has_flap_gate: line.is_yes(6),
        })
    }

    /// name from to kind offset coefficient flap contractions flanks surcharge
    fn weir(&self, line: &Line) -> Result<Weir, Error> {
        let shape = self.shape_of(line)?;
        let units = self.frame.units;
        let kind = line.word(3).to_ascii_uppercase();
        // Lengths beside C: L·h^1.5, L·h^(5/3), h^2.5.
        let power = if kind == "SIDEFLOW" { 8.0 / 3.0 } else { 2.5 };
        let height_m = shape.number(2, "the height of the weir")? * units.length;
        let width_m = shape.number_or(3, 0.0, "the length of the weir")? * units.length;
        let flank = line.number_or(8, 0.0, "the coefficient of the flanks")?;
        let form = match kind.as_str() {
            "TRANSVERSE" => WeirShape::Transverse,
            "SIDEFLOW" => WeirShape::Side,
            "V-NOTCH" => WeirShape::Notch { slope: 0.5 * width_m / height_m },
            "TRAPEZOIDAL" => WeirShape::Trapezoidal {
                slope: shape.number(4, "the slope of the flanks")?,
                flank_coefficient: flank * units.coefficient(2.5),
            },
            _ => {
                let known = "TRANSVERSE, SIDEFLOW, V-NOTCH or TRAPEZOIDAL";
                return Err(line.refuse(format!("'{kind}' is no kind of weir here: {known}")));
            }
        };
        Ok(Weir {
            shape: form,
            coefficient: line.number(5, "the coefficient")? * units.coefficient(power),
            offset_m: self.offset_m(line, 4, line.word(1))?,
            height_m,
            length_m: width_m,
            contractions: line.number_or(7, 0.0, "the number of contractions")?,
            can_surcharge: !line.word(9).eq_ignore_ascii_case("NO"),
            has_flap_gate: line.is_yes(6),
        })
    }

    /// name from to offset kind curve | coefficient exponent, flap
    fn outlet(&self, line: &Line) -> Result<Outlet, Error> {
        let (length, flow) = (self.frame.units.length, self.frame.units.flow);
        let kind = line.needed(4, "the kind of rating")?.to_ascii_uppercase();
        let head = if kind.ends_with("/HEAD") { OutletHead::Head } else { OutletHead::Depth };
        let (rating, next) = if kind.starts_with("TABULAR") {
            let (_, entries) = self.tables.curve(line, line.needed(5, "the rating curve")?)?;
            (Rating::Table(entries.iter().map(|(x, y)| (x * length, y * flow)).collect()), 6)
        } else {
            let exponent = line.number(6, "the exponent")?;
            let coefficient = line.number(5, "the coefficient")? * flow / length.powf(exponent);
            (Rating::Power { coefficient, exponent }, 7)
        };
        Ok(Outlet {
            offset_m: self.offset_m(line, 3, line.word(1))?,
            head,
            rating,
            has_flap_gate: line.is_yes(next),
        })
    }

    fn shape_of(&self, line: &Line) -> Result<&Line<'_>, Error> {
        let name = line.words[0];
        let missing = || line.refuse(format!("'{name}' has no line in [XSECTIONS]: add it"));
        self.sections.line_of("XSECTIONS", name).ok_or_else(missing)
    }
}

/// Rules of the form IF NODE n DEPTH ≥ x THEN PUMP p STATUS = ON (or ≤, OFF), n being the pump's first
/// node, become its starting and stopping depths. All others are left out, and named.
fn switch_pumps(sections: &Sections, frame: &Frame, links: &mut [Link]) -> Vec<LeftOut> {
    let mut left_out = Vec::new();
    let lines = sections.lines("CONTROLS");
    let is_rule = |line: &Line| line.words[0].eq_ignore_ascii_case("RULE");
    let starts: Vec<usize> = (0..lines.len()).filter(|at| is_rule(&lines[*at])).collect();
    for (i, start) in starts.iter().enumerate() {
        let end = starts.get(i + 1).copied().unwrap_or(lines.len());
        let rule = &lines[*start..end];
        if switch_pump(&rule[1..], frame, links).is_none() {
            let why = format!(
                "the rule '{}': only pumps switched by the depth at their first node are read",
                rule[0].word(1)
            );
            left_out.push(LeftOut { section: "CONTROLS".to_owned(), why });
        }
    }
    left_out
}

fn switch_pump(rule: &[Line], frame: &Frame, links: &mut [Link]) -> Option<()> {
    // That a pump is off before it is switched on says nothing new.
    let says_nothing = |line: &Line| {
        line.words[0].eq_ignore_ascii_case("PRIORITY")
            || line.words[0].eq_ignore_ascii_case("AND")
                && line.word(1).eq_ignore_ascii_case("PUMP")
                && line.word(3).eq_ignore_ascii_case("STATUS")
                && rule.last().is_some_and(|then| then.word(2) == line.word(2))
    };
    let told: Vec<_> = rule.iter().filter(|line| !says_nothing(line)).collect();
    let [when, then] = told.as_slice() else { return None };
    let upper = |line: &Line| -> Vec<String> {
        line.words.iter().map(|word| word.to_ascii_uppercase()).collect()
    };
    let (condition, action) = (upper(when), upper(then));
    let condition: Vec<&str> = condition.iter().map(String::as_str).collect();
    let action: Vec<&str> = action.iter().map(String::as_str).collect();
    let (["IF", "NODE", _, "DEPTH", relation, depth], ["THEN", "PUMP", _, "STATUS", "=", status]) =
        (condition.as_slice(), action.as_slice())
    else {
        return None;
    };
    let depth_m = depth.parse::<f64>().ok()? * frame.units.length;
    let link = links.iter_mut().find(|link| link.name == then.word(2))?;
    let LinkKind::Pump(pump) = &mut link.kind else { return None };
    if link.from != when.word(2) {
        return None;
    }
    match (*relation, *status) {
        (">" | ">=", "ON") => pump.start_depth_m = depth_m,
        ("<" | "<=", "OFF") => pump.stop_depth_m = depth_m,
        _ => return None,
    }
    Some(())
}
