//! Drawing one feature's geometry on a tile.

use super::{
    clip::{self, Overlap, Point, Rect},
    frame::{BUFFER, Frame, wide},
};
use crate::{
    encode::mvt::{self, EXTENT, GeometryEncoder, GeometryType, twice_area},
    store::{
        geometries::{FeatureGeometry, Shape},
        world::{WorldBox, WorldPoint},
    },
};

/// Draws on one tile. It keeps its buffers from feature to feature.
pub struct Pen<'a> {
    frame: &'a Frame,
    zoom: u8,
    fine: Vec<Point>,
    spare: Vec<Point>,
    piece: Vec<Point>,
    snapped: Vec<mvt::Point>,
    /// Whether the polygon drawn last covers the whole tile.
    is_filled: bool,
}

impl<'a> Pen<'a> {
    /// A pen for a tile that shows as much as this zoom of web maps.
    pub fn new(frame: &'a Frame, zoom: u8) -> Self {
        Self {
            frame,
            zoom,
            fine: Vec::new(),
            spare: Vec::new(),
            piece: Vec::new(),
            snapped: Vec::new(),
            is_filled: false,
        }
    }

    /// Whether the feature drawn last is a polygon that covers the whole tile.
    pub fn has_filled(&self) -> bool {
        self.is_filled
    }

    /// Draws a feature; `zooms` says for each of its positions, parts and rings one after the
    /// other, at which zoom it comes in. `None` when nothing of it is to be seen on the tile.
    pub fn draw(
        &mut self,
        feature: FeatureGeometry<'_>,
        zooms: &[u8],
        out: &mut GeometryEncoder,
    ) -> Option<GeometryType> {
        self.is_filled = false;
        let kind = match feature.shape() {
            Shape::Empty => return None,
            Shape::Point | Shape::MultiPoint => self.points(feature, out),
            Shape::Line | Shape::MultiLine => self.lines(feature, zooms, out),
            Shape::Polygon | Shape::MultiPolygon => self.polygons(feature, zooms, out),
        };
        (!out.is_empty()).then_some(kind)
    }

    /// Draws a square of a side in tile units in the middle of a feature's box.
    pub fn dot(
        &mut self,
        bbox: &WorldBox,
        side: u32,
        out: &mut GeometryEncoder,
    ) -> Option<GeometryType> {
        let middle = |a: u32, b: u32| i64::midpoint(i64::from(a), i64::from(b));
        let centre = [middle(bbox.min_x, bbox.max_x), middle(bbox.min_y, bbox.max_y)];
        if self.frame.domain().is_some_and(|domain| !domain.contains(centre)) {
            return None;
        }
        let fine = self.frame.fine(centre);
        if !self.frame.clip().contains(fine) {
            return None;
        }
        let [x, y] = self.frame.snap(fine);
        let near = side as i32 / 2;
        let far = side as i32 - near;
        out.ring(&[
            [x - near, y - near],
            [x + far, y - near],
            [x + far, y + far],
            [x - near, y + far],
        ]);
        Some(GeometryType::Polygon)
    }

    fn points(&mut self, feature: FeatureGeometry<'_>, out: &mut GeometryEncoder) -> GeometryType {
        self.snapped.clear();
        let domain = self.frame.domain();
        for &world in feature.world() {
            let world = wide(world);
            if domain.is_some_and(|domain| !domain.contains(world)) {
                continue;
            }
            let fine = self.frame.fine(world);
            if self.frame.clip().contains(fine) {
                self.snapped.push(self.frame.snap(fine));
            }
        }
        out.points(&self.snapped);
        GeometryType::Point
    }

    fn lines(
        &mut self,
        feature: FeatureGeometry<'_>,
        zooms: &[u8],
        out: &mut GeometryEncoder,
    ) -> GeometryType {
        let whole = self.frame.holds(&feature.world_box());
        let mut rest = zooms;
        for ring in feature.parts().flat_map(|part| part.rings()) {
            let zooms = split_off(&mut rest, ring.world.len());
            match self.frame.domain() {
                None => {
                    self.gather(ring.world, zooms);
                    self.cut_line(whole, out);
                }
                Some(domain) => self.line_on_lattice(ring.world, zooms, &domain, out),
            }
        }
        GeometryType::Line
    }

    /// A line where positions can be mapped only inside a domain: it is cut to that first.
    fn line_on_lattice(
        &mut self,
        world: &[WorldPoint],
        zooms: &[u8],
        domain: &Rect,
        out: &mut GeometryEncoder,
    ) {
        let zoom = self.zoom;
        let seen: Vec<Point> =
            world.iter().zip(zooms).filter(|p| *p.1 <= zoom).map(|p| wide(*p.0)).collect();
        let frame = self.frame;
        let mut spare = std::mem::take(&mut self.spare);
        clip::line(&seen, &mut spare, domain, |piece| {
            self.fine.clear();
            self.fine.extend(piece.iter().map(|&p| frame.fine(p)));
            self.cut_line(false, out);
        });
        self.spare = spare;
    }

    /// Draws the line in `fine`, cut to the tile.
    fn cut_line(&mut self, whole: bool, out: &mut GeometryEncoder) {
        let Self { frame, fine, piece: buffer, snapped, .. } = self;
        let mut draw = |points: &[Point]| {
            snap_run(frame, points, snapped);
            out.line(snapped);
        };
        if whole { draw(fine) } else { clip::line(fine, buffer, frame.clip(), draw) }
    }

    fn polygons(
        &mut self,
        feature: FeatureGeometry<'_>,
        zooms: &[u8],
        out: &mut GeometryEncoder,
    ) -> GeometryType {
        let whole = self.frame.holds(&feature.world_box());
        let mut rest = zooms;
        for part in feature.parts() {
            let mut has_shell = false;
            for (index, ring) in part.rings().enumerate() {
                let zooms = split_off(&mut rest, ring.world.len());
                if index > 0 && !has_shell {
                    continue;
                }
                // The last position repeats the first.
                let open = ring.world.len().saturating_sub(1);
                self.gather(&ring.world[..open], &zooms[..open]);
                let is_drawn = self.ring(whole, index == 0, out);
                has_shell |= is_drawn && index == 0;
            }
        }
        GeometryType::Polygon
    }

    /// Collects the positions of a run that the zoom needs: in fine units, or, where there is a
    /// domain, still in world steps.
    fn gather(&mut self, world: &[WorldPoint], zooms: &[u8]) {
        let Self { frame, zoom, fine, .. } = self;
        fine.clear();
        let seen = world.iter().zip(zooms).filter(|p| *p.1 <= *zoom).map(|p| wide(*p.0));
        if frame.domain().is_some() {
            fine.extend(seen);
        } else {
            fine.extend(seen.map(|p| frame.fine(p)));
        }
    }

    /// Draws the ring in `fine`, cut to the tile, snapped, and wound as its place wants it.
    fn ring(&mut self, whole: bool, is_shell: bool, out: &mut GeometryEncoder) -> bool {
        let Self { frame, fine, spare, snapped, is_filled, .. } = self;
        if let Some(domain) = frame.domain() {
            clip::ring(fine, spare, &domain);
            fine.iter_mut().for_each(|point| *point = frame.fine(*point));
        }
        if !whole {
            match Rect::around(fine).map(|bbox| frame.clip().overlap(&bbox)) {
                None | Some(Overlap::Apart) => return false,
                Some(Overlap::Inside) => {}
                Some(Overlap::Partly) => clip::ring(fine, spare, frame.clip()),
            }
        }
        snap_run(frame, fine, snapped);
        close(snapped);
        let area = twice_area(snapped);
        if snapped.len() < 3 || area == 0 {
            return false;
        }
        if (area > 0) != is_shell {
            snapped.reverse();
        }
        // Twice the area, as rings have it; a hole takes from the tile what its shell had filled.
        const WHOLE: i64 = 2 * (EXTENT as i64 + 2 * BUFFER as i64).pow(2);
        *is_filled = is_shell && area.abs() == WHOLE;
        out.ring(snapped);
        true
    }
}

fn split_off<'z>(rest: &mut &'z [u8], count: usize) -> &'z [u8] {
    let (head, tail) = rest.split_at(count.min(rest.len()));
    *rest = tail;
    head
}

/// Snaps points to tile units and leaves out repeated ones and spikes (there and back again).
fn snap_run(frame: &Frame, fine: &[Point], snapped: &mut Vec<mvt::Point>) {
    snapped.clear();
    for &point in fine {
        push_distinct(snapped, frame.snap(point));
    }
}

fn push_distinct(run: &mut Vec<mvt::Point>, point: mvt::Point) {
    if run.last() != Some(&point) {
        run.push(point);
    }
}

/// Makes a run of distinct points a ring: no point repeated at its end, no spikes.
fn close(ring: &mut Vec<mvt::Point>) {
    let mut kept: usize = 0;
    for index in 0..ring.len() {
        let point = ring[index];
        if kept >= 2 && ring[kept - 2] == point {
            kept -= 1;
        } else if kept == 0 || ring[kept - 1] != point {
            ring[kept] = point;
            kept += 1;
        }
    }
    ring.truncate(kept);
    loop {
        match ring[..] {
            [first, .., last] if first == last => ring.truncate(ring.len() - 1),
            [first, .., before, _] if ring.len() > 2 && before == first => {
                ring.truncate(ring.len() - 1);
            }
            [_, second, .., last] if ring.len() > 2 && second == last => {
                ring.remove(0);
            }
            _ => break,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ring_loses_its_spikes_and_repeated_points() {
        let check = |ring: &[mvt::Point], expected: &[mvt::Point]| {
            let mut ring = ring.to_vec();
            close(&mut ring);
            assert_eq!(ring, expected);
        };
        let square = [[0, 0], [9, 0], [9, 9], [0, 9]];
        check(&square, &square);
        check(&[[0, 0], [9, 0], [20, 0], [9, 0], [9, 9], [0, 9], [0, 0]], &square);
        check(&[[0, 0], [5, 5], [0, 0], [5, 5]], &[[0, 0], [5, 5]]);
        check(&[[0, 0]], &[[0, 0]]);
        check(&[], &[]);
    }
}
