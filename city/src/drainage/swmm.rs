//! SWMM 5 input files (`.inp`) to networks of drains.
//!
//! [`read`] takes the text and gives a [`Model`]: the network with its inflows in SI units, the options of
//! its run, and what of the file it left out, by section. Formats: Storm Water Management Model
//! User's Manual 5.2 (EPA/600/R-22/030), appendix D.

mod error;
mod inflows;
mod links;
mod nodes;
mod options;
mod sections;
mod shapes;
mod times;
mod units;

use crate::drainage::Network;

pub use error::{Error, LeftOut};
pub use options::{Damping, NormalFlow, Options};

use sections::Sections;

/// What a SWMM 5 file says.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// Its title, line by line.
    pub title: Vec<String>,
    /// Nodes, links and what comes in.
    pub network: Network,
    /// How it is to be run.
    pub options: Options,
    /// What was not read and changes the result.
    pub left_out: Vec<LeftOut>,
}

/// Sections that change the hydraulics and are not read.
const UNREAD: &[(&str, &str)] = &[
    ("SUBCATCHMENTS", "runoff: give it as inflows"),
    ("RDII", "infiltration into sewers: give it as inflows"),
    ("HYDROGRAPHS", "infiltration into sewers: give it as inflows"),
    ("GROUNDWATER", "groundwater: give it as inflows"),
    ("INLETS", "street inlets of HEC-22: couple with a flood instead"),
    ("INLET_USAGE", "street inlets of HEC-22: couple with a flood instead"),
    ("DIVIDERS", "flow dividers: a dynamic wave divides by itself; make them junctions"),
    ("FILES", "files beside the model, such as hot starts"),
    ("EVENTS", "the run goes through all hours"),
];

/// Reads a SWMM 5 input file.
///
/// # Errors
/// Where a line cannot be understood, names something that is not there, or asks for something that
/// the drains cannot do: with section and line.
///
/// ```
/// let text = "\
/// [OPTIONS]
/// FLOW_UNITS CMS
/// END_TIME 01:00
/// [JUNCTIONS]
/// MH1 1.0 1.5
/// [OUTFALLS]
/// OUT 0.5 FREE
/// [CONDUITS]
/// P1 MH1 OUT 100 0.013
/// [XSECTIONS]
/// P1 CIRCULAR 0.6
/// [INFLOWS]
/// MH1 FLOW \"\" FLOW 1.0 1.0 0.2
/// ";
/// let model = city::drainage::swmm::read(text)?;
/// assert_eq!(model.network.links.len(), 1);
/// assert_eq!(model.network.inflows[0].discharge_m3_s[0].1, 0.2);
/// # Ok::<(), city::drainage::swmm::Error>(())
/// ```
pub fn read(text: &str) -> Result<Model, Error> {
    let sections = Sections::split(text)?;
    let (options, frame) = options::read(&sections)?;
    let mut left_out: Vec<LeftOut> = UNREAD
        .iter()
        .filter(|(section, _)| !sections.lines(section).is_empty())
        .map(|(section, why)| LeftOut { section: (*section).to_owned(), why: (*why).to_owned() })
        .collect();
    let tables = times::Tables::read(&sections, &frame)?;
    let nodes = nodes::read(&sections, &frame, &tables, options.duration_s)?;
    let (links, rules) = links::read(&sections, &frame, &tables, &nodes)?;
    left_out.extend(rules);
    let inflows = inflows::read(&sections, &frame, &tables, options.duration_s)?;
    Ok(Model {
        title: sections.title(),
        network: Network { nodes, links, inflows },
        options,
        left_out,
    })
}

#[cfg(test)]
mod tests;
