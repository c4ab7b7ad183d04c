//! Whole geometries.

use std::cell::Cell;

use geo::{CoordsIter, MapCoordsInPlace};
use geo_types::{Coord, Geometry};

use super::{CrsError, Transformer};

impl Transformer {
    /// Transforms a geometry in place. A `Rect` or `Triangle` becomes a polygon, since its edges
    /// turn.
    ///
    /// # Errors
    /// [`CrsError::Outside`]; the geometry is then as it was.
    pub fn convert_geometry(&self, geometry: &mut Geometry<f64>) -> Result<(), CrsError> {
        if self.is_identity() {
            return Ok(());
        }
        without_boxes(geometry);
        let mut points: Vec<(f64, f64)> = geometry.coords_iter().map(|c| (c.x, c.y)).collect();
        self.convert_all(&mut points)?;
        let next = Cell::new(0);
        geometry.map_coords_in_place(|old| {
            let converted = points.get(next.replace(next.get() + 1));
            converted.map_or(old, |&(x, y)| Coord { x, y })
        });
        Ok(())
    }
}

fn without_boxes(geometry: &mut Geometry<f64>) {
    match geometry {
        Geometry::Rect(rect) => *geometry = rect.to_polygon().into(),
        Geometry::Triangle(triangle) => *geometry = triangle.to_polygon().into(),
        Geometry::GeometryCollection(parts) => parts.0.iter_mut().for_each(without_boxes),
        _ => {}
    }
}
