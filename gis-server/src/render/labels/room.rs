//! What of a picture is taken by names.

/// Side of a cell in pixels.
const CELL: f32 = 64.0;

/// A rectangle that a name covers, and the room that it keeps around itself.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Span {
    pub(super) min: [f32; 2],
    pub(super) max: [f32; 2],
    pub(super) padding: f32,
}

impl Span {
    fn grown(&self) -> Self {
        Self {
            min: self.min.map(|v| v - self.padding),
            max: self.max.map(|v| v + self.padding),
            padding: 0.0,
        }
    }

    fn meets(&self, other: &Self) -> bool {
        (0..2).all(|k| self.min[k] < other.max[k] && other.min[k] < self.max[k])
    }
}

/// The spans that are taken, by cell.
pub(super) struct Room {
    size: [f32; 2],
    cols: usize,
    rows: usize,
    cells: Vec<Vec<Span>>,
}

impl Room {
    pub(super) fn new((width, height): (u32, u32)) -> Self {
        let count = |side: u32| (side as f32 / CELL).ceil().max(1.0) as usize;
        let (cols, rows) = (count(width), count(height));
        let cells = vec![Vec::new(); cols * rows];
        Self { size: [width as f32, height as f32], cols, rows, cells }
    }

    /// Whether a span lies inside the picture as a whole.
    pub(super) fn holds(&self, span: &Span) -> bool {
        (0..2).all(|k| span.min[k] >= 0.0 && span.max[k] <= self.size[k])
    }

    /// Whether nothing lies there yet.
    pub(super) fn is_free(&self, spans: &[Span]) -> bool {
        spans.iter().map(Span::grown).all(|span| {
            self.cells_of(&span)
                .all(|cell| !self.cells[cell].iter().any(|other| other.meets(&span)))
        })
    }

    /// Takes spans.
    pub(super) fn take(&mut self, spans: &[Span]) {
        for span in spans.iter().map(Span::grown) {
            let cells: Vec<usize> = self.cells_of(&span).collect();
            cells.into_iter().for_each(|cell| self.cells[cell].push(span));
        }
    }

    fn cells_of(&self, span: &Span) -> impl Iterator<Item = usize> + use<> {
        let range = |k: usize, count: usize| {
            let cell = |v: f32| (v / CELL).clamp(0.0, count as f32 - 1.0) as usize;
            cell(span.min[k])..=cell(span.max[k])
        };
        let (cols, rows, across) = (range(0, self.cols), range(1, self.rows), self.cols);
        rows.flat_map(move |row| cols.clone().map(move |col| row * across + col))
    }
}
