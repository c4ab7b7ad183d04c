//! The plane that a flood is reckoned on: square cells of a projected frame, north up.

use city::{
    Bbox, Crs,
    frame::CrsKind,
    raster::{Grid, Raster},
    scenario::{Area, ScenarioError},
};
use datasets::crs::Transformer;
use geo_types::{Coord, Geometry, LineString, Polygon};

use super::error::FloodError;

/// More cells than this are refused: a run of them would not end in a day on this machine.
const MOST_CELLS: f64 = 20e6;

/// A plane of square cells. Cells are numbered row by row from the south, as the kernels do.
pub struct Plane {
    /// Where its cells lie.
    pub grid: Grid,
    to_plane: Transformer,
    to_lon_lat: Transformer,
}

impl Plane {
    /// The plane over an area: in the terrain's frame where that is in metres, else in the VN-2000
    /// zone at hand. Its columns and rows are whole blocks of `block` cells.
    ///
    /// # Errors
    /// [`FloodError::Refused`] where it has too many cells or hardly any.
    pub fn over(
        area: &Area,
        terrain: Crs,
        (cell_m, block): (f64, usize),
    ) -> Result<Self, FloodError> {
        let bbox = area.bbox();
        let crs = match terrain.kind() {
            CrsKind::Projected if terrain != Crs::WEB_MERCATOR => terrain,
            _ => Crs::tm3_zone_at(bbox.centre().0),
        };
        let to_plane = Transformer::between(Crs::CRS84, crs)?;
        let around = to_plane.convert_bbox(&bbox)?;
        let block_m = cell_m * block as f64;
        let down = |value: f64| (value / block_m).floor() * block_m;
        let up = |value: f64| (value / block_m).ceil() * block_m;
        let (west, north) = (down(around.min_x), up(around.max_y));
        let cols = ((up(around.max_x) - west) / cell_m).round();
        let rows = ((north - down(around.min_y)) / cell_m).round();
        if cols * rows > MOST_CELLS {
            let finest_m = cell_m * (cols * rows / MOST_CELLS).sqrt();
            return Err(ScenarioError::new(
                "resolution_m",
                format!("vùng này có {:.0} ô: chọn ô từ {finest_m:.0} m trở lên, hoặc vùng nhỏ hơn", cols * rows),
                format!("the area has {:.0} cells: choose cells of {finest_m:.0} m or more, or a smaller area", cols * rows),
            )
            .into());
        }
        if cols.min(rows) < 3.0 * block as f64 {
            return Err(ScenarioError::new(
                "area",
                "vùng nhỏ hơn ba ô: chọn vùng lớn hơn hoặc ô nhỏ hơn",
                "the area is less than three cells wide: choose a larger one, or smaller cells",
            )
            .into());
        }
        let (cols, rows) = (cols as usize, rows as usize);
        let grid = Grid { crs, west, north, cell_x: cell_m, cell_y: cell_m, cols, rows };
        Ok(Self { grid, to_plane, to_lon_lat: Transformer::between(crs, Crs::CRS84)? })
    }

    /// The plane of its blocks of cells.
    ///
    /// # Errors
    /// [`FloodError::Crs`].
    pub fn of_blocks(&self, block: usize) -> Result<Self, FloodError> {
        let Grid { cell_x, cell_y, cols, rows, .. } = self.grid;
        Self::around(&Grid {
            cell_x: cell_x * block as f64,
            cell_y: cell_y * block as f64,
            cols: cols / block,
            rows: rows / block,
            ..self.grid
        })
    }

    /// The cells of a block of the plane of blocks.
    pub fn within(&self, block: usize, of: usize) -> impl Iterator<Item = usize> {
        let blocks = self.grid.cols / block;
        let (column, row) = (of % blocks * block, of / blocks * block);
        let cols = self.grid.cols;
        (row..row + block)
            .flat_map(move |row| (column..column + block).map(move |column| row * cols + column))
    }

    /// The plane of a raster that was written.
    ///
    /// # Errors
    /// [`FloodError::Crs`].
    pub fn around(grid: &Grid) -> Result<Self, FloodError> {
        Ok(Self {
            grid: *grid,
            to_plane: Transformer::between(Crs::CRS84, grid.crs)?,
            to_lon_lat: Transformer::between(grid.crs, Crs::CRS84)?,
        })
    }

    /// Cells from west to east.
    pub fn columns(&self) -> usize {
        self.grid.cols
    }

    /// Cells from south to north.
    pub fn rows(&self) -> usize {
        self.grid.rows
    }

    /// Cells in all.
    pub fn cells(&self) -> usize {
        self.grid.cols * self.grid.rows
    }

    /// Side of a cell, m.
    pub fn cell_m(&self) -> f64 {
        self.grid.cell_x
    }

    /// The middle of a cell in the plane.
    pub fn centre(&self, cell: usize) -> (f64, f64) {
        let (column, row) = (cell % self.grid.cols, cell / self.grid.cols);
        self.grid.centre_of(column, self.grid.rows - 1 - row)
    }

    /// The middle of a cell in longitude and latitude.
    pub fn lon_lat(&self, cell: usize) -> Option<[f64; 2]> {
        self.to_lon_lat(self.centre(cell).into())
    }

    /// Column and row (from the south) of a place in longitude and latitude.
    pub fn cell_at(&self, lon: f64, lat: f64) -> Option<(usize, usize)> {
        let (x, y) = self.to_plane.convert(lon, lat).ok()?;
        self.cell_of(x, y)
    }

    /// Column and row (from the south) of a place of the plane.
    pub fn cell_of(&self, x: f64, y: f64) -> Option<(usize, usize)> {
        let (column, row) = self.grid.cell_at(x, y)?;
        Some((column, self.grid.rows - 1 - row))
    }

    /// Its outer edges in longitude and latitude.
    ///
    /// # Errors
    /// [`FloodError::Crs`].
    pub fn lon_lat_box(&self) -> Result<Bbox, FloodError> {
        Ok(self.to_lon_lat.convert_bbox(&self.grid.bbox())?)
    }

    /// A geometry in longitude and latitude, in the plane; `None` where it cannot be brought there.
    pub fn project(&self, mut geometry: Geometry<f64>) -> Option<Geometry<f64>> {
        self.to_plane.convert_geometry(&mut geometry).ok().map(|()| geometry)
    }

    /// A geometry of the plane, in longitude and latitude; `None` where it cannot be brought there.
    pub fn unproject(&self, mut geometry: Geometry<f64>) -> Option<Geometry<f64>> {
        self.to_lon_lat.convert_geometry(&mut geometry).ok().map(|()| geometry)
    }

    /// A place in longitude and latitude, in the plane; `None` where it cannot be brought there.
    pub fn to_plane(&self, lon: f64, lat: f64) -> Option<Coord<f64>> {
        self.to_plane.convert(lon, lat).ok().map(|(x, y)| Coord { x, y })
    }

    /// A place of the plane in longitude and latitude.
    pub fn to_lon_lat(&self, at: Coord<f64>) -> Option<[f64; 2]> {
        self.to_lon_lat.convert(at.x, at.y).ok().map(|(lon, lat)| [lon, lat])
    }

    /// Visits the cells whose middle lies in the polygons of a geometry of the plane.
    pub fn burn(&self, geometry: &Geometry<f64>, mut each: impl FnMut(usize)) {
        match geometry {
            Geometry::Polygon(polygon) => self.burn_polygon(polygon, &mut each),
            Geometry::MultiPolygon(all) => {
                all.0.iter().for_each(|polygon| self.burn_polygon(polygon, &mut each));
            }
            _ => {}
        }
    }

    /// Scan lines through the middles of the rows, by the even–odd rule.
    fn burn_polygon(&self, polygon: &Polygon<f64>, each: &mut impl FnMut(usize)) {
        let rings: Vec<&LineString<f64>> =
            std::iter::once(polygon.exterior()).chain(polygon.interiors()).collect();
        let ys = polygon.exterior().0.iter().map(|c| c.y);
        let (low, high) = ys.fold((f64::MAX, f64::MIN), |(a, b), y| (a.min(y), b.max(y)));
        let south = self.grid.bbox().min_y;
        let row_of = |y: f64| ((y - south) / self.cell_m()).floor();
        let first = row_of(low).max(0.0) as usize;
        let last = row_of(high).min(self.grid.rows as f64 - 1.0);
        if last < 0.0 {
            return;
        }
        let mut crossings = Vec::new();
        for row in first..=last as usize {
            let y = south + (row as f64 + 0.5) * self.cell_m();
            crossings.clear();
            for line in rings.iter().flat_map(|ring| ring.lines()) {
                let (a, b) = (line.start, line.end);
                if (a.y <= y) != (b.y <= y) {
                    crossings.push(a.x + (y - a.y) / (b.y - a.y) * (b.x - a.x));
                }
            }
            crossings.sort_unstable_by(f64::total_cmp);
            for pair in crossings.chunks_exact(2) {
                let column = |x: f64| ((x - self.grid.west) / self.cell_m() - 0.5).ceil().max(0.0);
                let (from, to) = (column(pair[0]), column(pair[1]).min(self.grid.cols as f64));
                (from as usize..to as usize).for_each(|column| each(row * self.grid.cols + column));
            }
        }
    }

    /// Whether cells lie outside of an area that is a polygon.
    pub fn outside(&self, area: &Area) -> Vec<bool> {
        let Area::Polygon(ring) = area else { return vec![false; self.cells()] };
        let ring: LineString<f64> = ring.iter().map(|[x, y]| (*x, *y)).collect();
        let polygon = Polygon::new(ring, Vec::new());
        let Some(polygon) = self.project(polygon.into()) else { return vec![false; self.cells()] };
        let mut outside = vec![true; self.cells()];
        self.burn(&polygon, |cell| outside[cell] = false);
        outside
    }

    /// A raster of values of the cells, to be written.
    pub fn raster(&self, value: impl Fn(usize) -> f32) -> Result<Raster, city::Error> {
        let (cols, rows) = (self.grid.cols, self.grid.rows);
        let north_first =
            (0..rows).rev().flat_map(|row| (0..cols).map(move |col| row * cols + col));
        Raster::new(self.grid, north_first.map(value).collect())
    }
}

#[cfg(test)]
mod tests {
    use geo::Contains;
    use geo_types::point;

    use super::*;

    fn plane() -> Plane {
        Plane::over(&Area::Bbox([108.47, 15.56, 108.48, 15.57]), Crs::QUANG_NAM, (10.0, 1)).unwrap()
    }

    #[test]
    fn a_cell_is_found_again_from_its_middle() {
        let plane = plane();
        for cell in [0, 57, plane.cells() - 1] {
            let [lon, lat] = plane.lon_lat(cell).unwrap();
            let (column, row) = plane.cell_at(lon, lat).unwrap();
            assert_eq!(row * plane.columns() + column, cell);
        }
    }

    #[test]
    fn blocks_hold_every_cell_once() {
        let area = Area::Bbox([108.47, 15.56, 108.48, 15.57]);
        let fine = Plane::over(&area, Crs::QUANG_NAM, (10.0, 4)).unwrap();
        let coarse = fine.of_blocks(4).unwrap();
        assert_eq!((coarse.columns() * 4, coarse.rows() * 4), (fine.columns(), fine.rows()));
        let mut seen = vec![0; fine.cells()];
        for block in 0..coarse.cells() {
            let (x, y) = coarse.centre(block);
            for cell in fine.within(4, block) {
                seen[cell] += 1;
                let (fine_x, fine_y) = fine.centre(cell);
                assert!((fine_x - x).abs() < 20.0 && (fine_y - y).abs() < 20.0);
            }
        }
        assert!(seen.iter().all(|times| *times == 1));
    }

    #[test]
    fn a_polygon_burns_the_cells_whose_middle_it_holds() {
        let plane = plane();
        let (x, y) = (plane.grid.west + 203.0, plane.grid.bbox().min_y + 307.0);
        let ring = [(x, y), (x + 251.0, y + 20.0), (x + 130.0, y + 240.0)];
        let hole = [(x + 90.0, y + 60.0), (x + 140.0, y + 60.0), (x + 120.0, y + 120.0)];
        let polygon = Polygon::new(
            ring.into_iter().collect(),
            vec![hole.into_iter().collect::<LineString<f64>>()],
        );
        let mut burnt = Vec::new();
        plane.burn(&polygon.clone().into(), |cell| burnt.push(cell));
        let inside = (0..plane.cells()).filter(|cell| {
            let (x, y) = plane.centre(*cell);
            polygon.contains(&point!(x: x, y: y))
        });
        assert_eq!(burnt, inside.collect::<Vec<_>>());
    }

    #[test]
    fn an_area_of_a_thousand_million_cells_is_refused_with_a_size_that_fits() {
        let area = Area::Bbox([107.0, 15.0, 108.5, 16.5]);
        let error = Plane::over(&area, Crs::QUANG_NAM, (0.5, 1)).err().unwrap().to_string();
        assert!(error.contains("choose cells of 3"), "{error}");
    }
}
