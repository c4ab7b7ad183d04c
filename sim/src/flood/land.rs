//! What does not change during a run, laid out as the tiles want it.

use super::{
    Edge, Error, Forcing, GRAVITY, Ground, Side, Soil,
    buildings::gutters,
    porosity::Porosity,
    subgrid::Tables,
    tiles::{CELLS, FIXED, HALO, Layout, SIDE, SOUTH_CLOSED, VIEW, WEST_CLOSED, WIDE, in_view},
    walls::{Holds, Walls},
};
use crate::Real;

/// A tile's land, with its halo where neighbours matter.
#[derive(Debug, Clone)]
pub(super) struct Land<R> {
    /// Rise of the bed from the cell to the west, m. Steps, not levels: they keep their digits in
    /// `f32` at any height above the sea.
    pub(super) step_x: Box<[R; VIEW]>,
    /// Rise of the bed from the cell to the south, m.
    pub(super) step_y: Box<[R; VIEW]>,
    /// g·n², Manning.
    pub(super) friction: Box<[R; VIEW]>,
    pub(super) flags: Box<[u8; VIEW]>,
    /// What is closed between columns, and between rows.
    pub(super) walls: [Walls; 2],
    /// Cells of the tile that lie outside an open edge.
    pub(super) ghosts: Vec<usize>,
    pub(super) edge_faces: Vec<EdgeFace>,
    /// The pairs of rain zone and soil that occur in the tile.
    pub(super) mix: Vec<(u32, u8)>,
    /// How many cells each pair has.
    pub(super) mix_cells: Vec<u32>,
    /// Index in `mix` of each cell; empty where there is one pair.
    pub(super) mix_of: Vec<u16>,
    /// Whether Green–Ampt goes on here.
    pub(super) soaks: bool,
    /// Cells that get the rain of blocked ones: cell, zone, how many.
    pub(super) roofs: Vec<(usize, u32, f64)>,
    /// Cell, index of the hydrograph, share of it.
    pub(super) inflows: Vec<(usize, usize, f64)>,
    /// Where the tile, or a cell that it sees, has buildings smaller than a cell.
    pub(super) porosity: Option<Box<Porosity<R>>>,
    /// What a coarse run knows of the fine land.
    pub(super) tables: Option<Box<Tables<R>>>,
}

impl<R: Real> Land<R> {
    /// The part of a cell's area that holds water.
    #[inline(always)]
    pub(super) fn storage(&self, cell: usize) -> f64 {
        self.porosity.as_ref().map_or(1.0, |porosity| porosity.storage[in_view(cell)].f64())
    }

    /// The part of a cell's area that so much water wets.
    #[inline(always)]
    pub(super) fn wet_part(&self, cell: usize, depth: R) -> f64 {
        self.tables.as_ref().map_or(1.0, |tables| tables.wet_part(cell, depth))
    }
}

/// A face between a cell and a ghost.
#[derive(Debug, Clone, Copy)]
pub(super) struct EdgeFace {
    /// Place in the view of the cell east (north) of the face.
    pub(super) face: usize,
    pub(super) is_y: bool,
    /// Outwards is towards larger columns (rows).
    pub(super) is_high: bool,
    /// The inner cell is this tile's: the ledger counts the face here.
    pub(super) counts: bool,
    /// Water may only leave.
    pub(super) only_out: bool,
}

impl EdgeFace {
    /// Place in the view of the cell inside.
    #[inline(always)]
    pub(super) fn inner(&self) -> usize {
        match (self.is_high, self.is_y) {
            (false, _) => self.face,
            (true, false) => self.face - 1,
            (true, true) => self.face - WIDE,
        }
    }
}

/// A cell outside an open edge.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ghost {
    pub(super) place: (usize, usize),
    pub(super) inner: (usize, usize),
    pub(super) side: Side,
    pub(super) inner_bed_m: f64,
    /// Which of the forcing's spans.
    pub(super) span: usize,
}

/// The porosities of a cell without buildings.
const OPEN: (f64, f64) = (1.0, 1.0);

/// The padded grid before it is cut.
struct Padded<'a> {
    ground: &'a Ground,
    layout: Layout,
    bed_m: Vec<f64>,
    is_wettable: Vec<bool>,
    ghost_of: Vec<Option<usize>>,
    closed: Vec<u8>,
}

/// Cuts the ground into tiles and finds the ghosts.
pub(super) fn cut<R: Real>(
    ground: &Ground,
    forcing: &Forcing,
    layout: Layout,
) -> Result<(Vec<Land<R>>, Vec<Ghost>), Error> {
    if ground.blocked().iter().all(|is_blocked| *is_blocked) {
        return Err(Error::NothingOpen);
    }
    let mut padded = Padded::new(ground, layout);
    let ghosts = padded.place_ghosts(forcing)?;
    padded.close_faces();
    let mut lands: Vec<Land<R>> =
        (0..layout.tiles()).map(|tile| padded.land(tile, forcing, &ghosts)).collect();
    padded.list_edge_faces(forcing, &ghosts, &mut lands);
    padded.list_inflows(forcing, &mut lands)?;
    if let Some(rain) = &forcing.rain {
        if let Some(cells) = rain.cells() {
            ground.check_length("the zones of the rain", cells)?;
        }
        for (to, zone, cells) in gutters(ground, |from| rain.zone_of(from)) {
            let (tile, cell) = padded.place(to);
            lands[tile].roofs.push((cell, zone, cells));
        }
    }
    Ok((lands, ghosts))
}

impl<'a> Padded<'a> {
    fn new(ground: &'a Ground, layout: Layout) -> Self {
        let cells = layout.columns * layout.rows;
        let mut padded = Self {
            ground,
            layout,
            bed_m: vec![0.0; cells],
            is_wettable: vec![false; cells],
            ghost_of: vec![None; cells],
            closed: vec![0; cells],
        };
        for row in 0..ground.rows() {
            for column in 0..ground.columns() {
                let at = (row + 1) * layout.columns + column + 1;
                padded.bed_m[at] = ground.bed_m()[row * ground.columns() + column];
                padded.is_wettable[at] = ground.is_open(column, row);
            }
        }
        padded
    }

    /// Tile and cell of a cell of the ground.
    fn place(&self, cell: usize) -> (usize, usize) {
        let columns = self.ground.columns();
        self.layout.place(cell % columns + 1, cell / columns + 1)
    }

    fn place_ghosts(&mut self, forcing: &Forcing) -> Result<Vec<Ghost>, Error> {
        let (columns, rows) = (self.ground.columns(), self.ground.rows());
        let mut ghosts = Vec::new();
        for (index, span) in forcing.edges.iter().enumerate() {
            let length = if matches!(span.side, Side::West | Side::East) { rows } else { columns };
            let refuse = || {
                let (from, to) = (span.cells.start, span.cells.end);
                Err(Error::Span { from, to, length })
            };
            if span.cells.is_empty() || span.cells.end > length {
                return refuse();
            }
            for along in span.cells.clone() {
                // Columns and rows of the padded grid: inner cell, ghost.
                let ((ic, ir), (gc, gr)) = match span.side {
                    Side::West => ((1, along + 1), (0, along + 1)),
                    Side::East => ((columns, along + 1), (columns + 1, along + 1)),
                    Side::South => ((along + 1, 1), (along + 1, 0)),
                    Side::North => ((along + 1, rows), (along + 1, rows + 1)),
                };
                let (inner, ghost) = (ir * self.layout.columns + ic, gr * self.layout.columns + gc);
                if !self.is_wettable[inner] {
                    continue;
                }
                if self.ghost_of[ghost].is_some() {
                    return refuse();
                }
                let fall_m = match span.edge {
                    Edge::Open { slope } => slope * self.ground.cell_m(),
                    Edge::Level(_) => 0.0,
                };
                self.bed_m[ghost] = self.bed_m[inner] - fall_m;
                self.ghost_of[ghost] = Some(ghosts.len());
                ghosts.push(Ghost {
                    place: self.layout.place(gc, gr),
                    inner: self.layout.place(ic, ir),
                    side: span.side,
                    inner_bed_m: self.bed_m[inner],
                    span: index,
                });
            }
        }
        Ok(ghosts)
    }

    /// Closes every face but those between wettable cells and between one and its ghost.
    fn close_faces(&mut self) {
        let columns = self.layout.columns;
        let is_open = |padded: &Self, a: usize, b: usize| {
            let (wet, ghost) = (&padded.is_wettable, &padded.ghost_of);
            wet[a] && (wet[b] || ghost[b].is_some()) || wet[b] && ghost[a].is_some()
        };
        for at in 0..self.bed_m.len() {
            if at % columns == 0 || !is_open(self, at, at - 1) {
                self.closed[at] |= WEST_CLOSED;
            }
            if at < columns || !is_open(self, at, at - columns) {
                self.closed[at] |= SOUTH_CLOSED;
            }
        }
        for (column, row, side) in self.ground.walls() {
            let at = (row + 1) * columns + column + 1;
            match side {
                Side::West => self.closed[at] |= WEST_CLOSED,
                Side::East => self.closed[at + 1] |= WEST_CLOSED,
                Side::South => self.closed[at] |= SOUTH_CLOSED,
                Side::North => self.closed[at + columns] |= SOUTH_CLOSED,
            }
        }
    }

    fn land<R: Real>(&self, tile: usize, forcing: &Forcing, ghosts: &[Ghost]) -> Land<R> {
        let mut land = Land {
            step_x: Box::new([R::ZERO; VIEW]),
            step_y: Box::new([R::ZERO; VIEW]),
            friction: Box::new([R::ZERO; VIEW]),
            flags: Box::new([FIXED | WEST_CLOSED | SOUTH_CLOSED; VIEW]),
            walls: Default::default(),
            ghosts: Vec::new(),
            edge_faces: Vec::new(),
            mix: Vec::new(),
            mix_cells: Vec::new(),
            mix_of: Vec::new(),
            soaks: false,
            roofs: Vec::new(),
            inflows: Vec::new(),
            porosity: None,
            tables: None,
        };
        let (first_column, first_row) = self.layout.origin(tile);
        let mut holds = [Holds::Nothing; VIEW];
        for (view, holds) in holds.iter_mut().enumerate() {
            let column = (first_column + view % WIDE).wrapping_sub(HALO);
            let row = (first_row + view / WIDE).wrapping_sub(HALO);
            if column < self.layout.columns && row < self.layout.rows {
                let at = row * self.layout.columns + column;
                self.look(&mut land, view, at);
                *holds = match (self.is_wettable[at], self.ghost_of[at]) {
                    (true, _) => Holds::Water,
                    (false, Some(ghost)) => match forcing.edges[ghosts[ghost].span].edge {
                        Edge::Level(_) => Holds::Level,
                        Edge::Open { .. } => Holds::Open,
                    },
                    (false, None) => Holds::Nothing,
                };
            }
        }
        let is_narrow = |at: usize, stride: usize| {
            let narrows = |porosity: &Porosity<R>| {
                let face = if stride == 1 { &porosity.face_x } else { &porosity.face_y };
                [porosity.storage[at - stride], face[at], porosity.storage[at]] != [R::ONE; 3]
            };
            land.porosity.as_deref().is_some_and(narrows)
        };
        land.walls = [(WEST_CLOSED, 1), (SOUTH_CLOSED, WIDE)].map(|(bit, stride)| {
            Walls::find(&land.flags, &holds, |at| is_narrow(at, stride), bit, stride)
        });
        self.mix(&mut land, tile, forcing);
        land
    }

    /// Fills a place of a tile's view from a cell of the padded grid.
    fn look<R: Real>(&self, land: &mut Land<R>, view: usize, at: usize) {
        let columns = self.layout.columns;
        land.flags[view] = self.closed[at] | if self.is_wettable[at] { 0 } else { FIXED };
        if self.closed[at] & WEST_CLOSED == 0 {
            land.step_x[view] = R::of(self.bed_m[at] - self.bed_m[at - 1]);
        }
        if self.closed[at] & SOUTH_CLOSED == 0 {
            land.step_y[view] = R::of(self.bed_m[at] - self.bed_m[at - columns]);
        }
        // A ghost is as rough as the cell inside of it.
        let column = (at % columns).clamp(1, self.ground.columns()) - 1;
        let row = (at / columns).clamp(1, self.ground.rows()) - 1;
        let n = self.ground.manning()[row * self.ground.columns() + column];
        land.friction[view] = R::of(GRAVITY * n * n);
        let of = |at: usize| {
            let (column, row) = ((at % columns).wrapping_sub(1), (at / columns).wrapping_sub(1));
            let is_inside = column < self.ground.columns() && row < self.ground.rows();
            if is_inside {
                self.ground.porosity(row * self.ground.columns() + column)
            } else {
                OPEN
            }
        };
        let (own, west, south) = (of(at), of(at.wrapping_sub(1)), of(at.wrapping_sub(columns)));
        if [own, west, south] != [OPEN; 3] {
            let porosity = land.porosity.get_or_insert_with(|| Box::new(Porosity::open()));
            porosity.storage[view] = R::of(own.0);
            porosity.face_x[view] = R::of(own.1.min(west.1));
            porosity.face_y[view] = R::of(own.1.min(south.1));
        }
    }

    /// Lists the pairs of rain zone and soil of a tile.
    fn mix<R: Real>(&self, land: &mut Land<R>, tile: usize, forcing: &Forcing) {
        let (first_column, first_row) = self.layout.origin(tile);
        let mut mix_of = vec![0; CELLS];
        for (cell, slot) in mix_of.iter_mut().enumerate() {
            let (column, row) = (first_column + cell % SIDE, first_row + cell / SIDE);
            let inside = (column.wrapping_sub(1), row.wrapping_sub(1));
            if !self.ground.is_open(inside.0, inside.1) {
                continue;
            }
            let at = inside.1 * self.ground.columns() + inside.0;
            let zone = forcing.rain.as_ref().map_or(0, |rain| rain.zone_of(at));
            let pair = (zone, self.ground.soil_of()[at]);
            let found = land.mix.iter().position(|known| *known == pair);
            let index = found.unwrap_or(land.mix.len());
            if found.is_none() {
                land.mix.push(pair);
                land.mix_cells.push(0);
            }
            *slot = index as u16;
            land.mix_cells[index] += 1;
        }
        let soils = self.ground.soils();
        let soaks =
            |(_, soil): &(u32, u8)| matches!(soils[usize::from(*soil)], Soil::GreenAmpt { .. });
        land.soaks = land.mix.iter().any(soaks);
        if land.mix.len() > 1 {
            land.mix_of = mix_of;
        }
    }

    fn list_edge_faces<R: Real>(&self, forcing: &Forcing, ghosts: &[Ghost], lands: &mut [Land<R>]) {
        for ghost in ghosts {
            lands[ghost.place.0].ghosts.push(ghost.place.1);
            let is_high = matches!(ghost.side, Side::East | Side::North);
            let is_y = matches!(ghost.side, Side::South | Side::North);
            let (tile, cell) = if is_high { ghost.place } else { ghost.inner };
            let (column, row) = self.layout.origin(tile);
            let (column, row) = (column + cell % SIDE, row + cell / SIDE);
            let only_out = matches!(forcing.edges[ghost.span].edge, Edge::Open { .. });
            let mut list = |of: usize, counts: bool| {
                let (first_column, first_row) = self.layout.origin(of);
                let face = (row + HALO - first_row) * WIDE + column + HALO - first_column;
                lands[of].edge_faces.push(EdgeFace { face, is_y, is_high, counts, only_out });
            };
            list(ghost.inner.0, true);
            if ghost.place.0 != ghost.inner.0 {
                list(ghost.place.0, false);
            }
        }
    }

    fn list_inflows<R: Real>(&self, forcing: &Forcing, lands: &mut [Land<R>]) -> Result<(), Error> {
        for (index, inflow) in forcing.inflows.iter().enumerate() {
            let share = 1.0 / inflow.cells.len() as f64;
            for &(column, row) in &inflow.cells {
                if !self.ground.is_open(column, row) {
                    return Err(Error::Place { what: "an inflow", column, row });
                }
                let (tile, cell) = self.place(row * self.ground.columns() + column);
                lands[tile].inflows.push((cell, index, share));
            }
        }
        Ok(())
    }
}
