//! Polygons into triangles.

use geo_types::{Coord, Polygon};

/// The triangles of a polygon with its holes, each counter-clockwise.
pub fn of_polygon(polygon: &Polygon<f64>) -> Vec<[Coord<f64>; 3]> {
    let (corners, triangles) = indexed(polygon);
    triangles.into_iter().map(|three| three.map(|corner| corners[corner as usize])).collect()
}

/// The corners of a polygon with its holes, and its triangles by the positions of their corners, each
/// counter-clockwise.
pub fn indexed(polygon: &Polygon<f64>) -> (Vec<Coord<f64>>, Vec<[u32; 3]>) {
    let mut corners: Vec<Coord<f64>> = Vec::new();
    let mut holes: Vec<u32> = Vec::new();
    for ring in std::iter::once(polygon.exterior()).chain(polygon.interiors()) {
        if !corners.is_empty() {
            holes.push(corners.len() as u32);
        }
        let open = ring.0.len().saturating_sub(usize::from(ring.is_closed()));
        corners.extend_from_slice(&ring.0[..open]);
    }
    let mut indices: Vec<u32> = Vec::new();
    let points = corners.iter().map(|at| [at.x, at.y]);
    earcut::Earcut::new().earcut(points, &holes, &mut indices);
    let upwards = |three: &[u32]| {
        let [a, b, c] = [three[0], three[1], three[2]].map(|corner| corners[corner as usize]);
        let twice = (b.x - a.x) * (c.y - a.y) - (c.x - a.x) * (b.y - a.y);
        if twice >= 0.0 { [three[0], three[1], three[2]] } else { [three[0], three[2], three[1]] }
    };
    let triangles = indices.chunks_exact(3).map(upwards).collect();
    (corners, triangles)
}

#[cfg(test)]
mod tests {
    use geo_types::polygon;

    use super::*;

    #[test]
    fn triangles_cover_a_square_less_its_hole_and_look_up() {
        let square = polygon!(
            exterior: [(x: 0.0, y: 0.0), (x: 10.0, y: 0.0), (x: 10.0, y: 10.0), (x: 0.0, y: 10.0)],
            interiors: [[(x: 2.0, y: 2.0), (x: 2.0, y: 4.0), (x: 4.0, y: 4.0), (x: 4.0, y: 2.0)]],
        );
        let areas = of_polygon(&square)
            .into_iter()
            .map(|[a, b, c]| ((b.x - a.x) * (c.y - a.y) - (c.x - a.x) * (b.y - a.y)) / 2.0);
        let areas: Vec<f64> = areas.collect();
        assert!(areas.iter().all(|area| *area >= 0.0));
        assert!((areas.iter().sum::<f64>() - 96.0).abs() < 1e-9);
    }
}
