//! Polygons into triangles.

use geo_types::{Coord, Polygon};

/// The triangles of a polygon with its holes, each counter-clockwise.
pub fn of_polygon(polygon: &Polygon<f64>) -> Vec<[Coord<f64>; 3]> {
    let mut points: Vec<[f64; 2]> = Vec::new();
    let mut holes: Vec<u32> = Vec::new();
    for ring in std::iter::once(polygon.exterior()).chain(polygon.interiors()) {
        if !points.is_empty() {
            holes.push(points.len() as u32);
        }
        let open = ring.0.len().saturating_sub(usize::from(ring.is_closed()));
        points.extend(ring.0[..open].iter().map(|at| [at.x, at.y]));
    }
    let mut indices: Vec<u32> = Vec::new();
    earcut::Earcut::new().earcut(points.iter().copied(), &holes, &mut indices);
    let corner = |index: u32| {
        let [x, y] = points[index as usize];
        Coord { x, y }
    };
    indices
        .chunks_exact(3)
        .map(|three| {
            let [a, b, c] = [corner(three[0]), corner(three[1]), corner(three[2])];
            let twice = (b.x - a.x) * (c.y - a.y) - (c.x - a.x) * (b.y - a.y);
            if twice >= 0.0 { [a, b, c] } else { [a, c, b] }
        })
        .collect()
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
