//! The structures of a ground, with their cells looked up.

use super::{
    super::{Error, Ground, Side, tiles::Layout},
    Opening, Structure, Works,
};

/// A cell: where its water is, and its bed.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct Place {
    pub(in super::super) tile: usize,
    pub(in super::super) cell: usize,
    pub(in super::super) bed_m: f64,
    /// The part of its area that holds water.
    pub(in super::super) storage: f64,
}

/// Cells that give and cells that get.
#[derive(Debug, Clone)]
pub(super) struct Link {
    pub(super) from: Vec<Place>,
    /// Empty where that is outside the area.
    pub(super) to: Vec<Place>,
    /// Index of a levee's face.
    pub(super) face: usize,
    /// Where the face begins along the levee, m.
    pub(super) start_m: f64,
}

/// A structure with its cells looked up.
#[derive(Debug, Clone)]
pub(super) struct Laid {
    pub(super) structure: Structure,
    pub(super) links: Vec<Link>,
    /// The cell of a gate's rule.
    pub(super) sensor: Option<Place>,
}

/// The structures of a flood.
#[derive(Debug, Clone, Default)]
pub(in super::super) struct Plan {
    pub(super) laid: Vec<Laid>,
}

impl Plan {
    pub(in super::super) fn new(ground: &Ground, layout: Layout) -> Result<Self, Error> {
        let lay = |structure: &Structure| Laid::new(structure, ground, layout);
        Ok(Self { laid: ground.structures().iter().map(lay).collect::<Result<_, _>>()? })
    }

    /// The structures.
    pub(in super::super) fn structures(&self) -> impl ExactSizeIterator<Item = &Structure> {
        self.laid.iter().map(|laid| &laid.structure)
    }
}

impl Laid {
    fn new(structure: &Structure, ground: &Ground, layout: Layout) -> Result<Self, Error> {
        let find = |cells: &[(usize, usize)]| -> Result<Vec<Place>, Error> {
            cells.iter().map(|cell| place(ground, layout, *cell)).collect()
        };
        let link = |from, to| -> Result<Vec<Link>, Error> {
            Ok(vec![Link { from: find(from)?, to: find(to)?, face: 0, start_m: 0.0 }])
        };
        let mut sensor = None;
        let links = match &structure.works {
            Works::Levee(levee) => {
                let mut start_m = 0.0;
                let mut links = Vec::new();
                for (face, of) in levee.faces.iter().enumerate() {
                    let (near, far) = beside(of.column, of.row, of.side);
                    // A face beside a building or on the edge of the grid passes nothing anyway.
                    if ground.is_open(near.0, near.1) && ground.is_open(far.0, far.1) {
                        links.push(Link { from: find(&[near])?, to: find(&[far])?, face, start_m });
                    }
                    start_m += of.length_m;
                }
                links
            }
            Works::Weir(weir) => link(&weir.between.from, &weir.between.to)?,
            Works::Culvert(culvert) => link(&culvert.between.from, &culvert.between.to)?,
            Works::Gate(gate) => {
                if let Opening::Rule { at, .. } = gate.opening {
                    sensor = Some(place(ground, layout, at)?);
                }
                link(&gate.between.from, &gate.between.to)?
            }
            Works::Pump(pump) => link(&pump.from, &pump.to)?,
        };
        Ok(Self { structure: structure.clone(), links, sensor })
    }
}

/// The cell to the west or south of a face, and that beyond it: positive is eastwards and northwards.
pub(in super::super) fn beside(
    column: usize,
    row: usize,
    side: Side,
) -> ((usize, usize), (usize, usize)) {
    match side {
        Side::West => ((column.wrapping_sub(1), row), (column, row)),
        Side::East => ((column, row), (column + 1, row)),
        Side::South => ((column, row.wrapping_sub(1)), (column, row)),
        Side::North => ((column, row), (column, row + 1)),
    }
}

fn place(ground: &Ground, layout: Layout, (column, row): (usize, usize)) -> Result<Place, Error> {
    if !ground.is_open(column, row) {
        return Err(Error::Place { what: "a structure", column, row });
    }
    let (tile, cell) = layout.place(column + 1, row + 1);
    let at = row * ground.columns() + column;
    Ok(Place { tile, cell, bed_m: ground.bed_m()[at], storage: ground.porosity(at).0 })
}
