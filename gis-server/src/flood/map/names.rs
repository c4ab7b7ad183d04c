//! Names on a map, none over another: who comes first stands.

use super::pen::{Ink, Pen, Writer};

/// What is taken on a picture: west, north, east and south edges, pixels.
#[derive(Default)]
pub(super) struct Names(Vec<[f32; 4]>);

impl Names {
    /// Leaves a rectangle free of names.
    pub(super) fn keep_free(&mut self, (x, y): (f32, f32), (width, height): (f32, f32)) {
        self.0.push([x, y, x + width, y + height]);
    }

    /// Writes a name around a place, unless something stands there.
    pub(super) fn write(
        &mut self,
        pen: &mut Pen,
        writer: &Writer<'_>,
        name: &str,
        (x, y): (f32, f32),
        size_px: f32,
        ink: Ink,
    ) {
        let half = writer.width(name, size_px) / 2.0;
        let own = [x - half, y - size_px * 0.6, x + half, y + size_px * 0.6];
        if self.0.iter().all(|other| are_apart(&own, other)) {
            self.0.push(own);
            writer.centred(pen, name, (x, y), size_px, ink);
        }
    }
}

fn are_apart(one: &[f32; 4], other: &[f32; 4]) -> bool {
    one[2] < other[0] || other[2] < one[0] || one[3] < other[1] || other[3] < one[1]
}

#[cfg(test)]
mod tests {
    use super::are_apart;

    #[test]
    fn rectangles_that_share_a_point_are_not_apart() {
        let one = [0.0, 0.0, 10.0, 10.0];
        assert!(!are_apart(&one, &[5.0, 5.0, 15.0, 15.0]));
        assert!(!are_apart(&one, &[2.0, 2.0, 3.0, 3.0]));
        assert!(are_apart(&one, &[11.0, 0.0, 15.0, 10.0]));
        assert!(are_apart(&one, &[0.0, 11.0, 10.0, 15.0]));
    }
}
