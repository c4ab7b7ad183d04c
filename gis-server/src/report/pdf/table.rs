//! Tables: rows down the pages, with the head again on each.

use super::{
    flow::{self, Flow, Setting},
    page::{PartId, Role},
    text::{Line, Span},
};
use crate::report::{
    document::{Align, Cell, Column, Row, Table},
    layout::{self, size},
    number,
};

/// White in a cell beside and above its text, in points.
const PAD: (f32, f32) = (4.0, 2.0);

/// A table with its caption and note.
pub(super) fn set(flow: &mut Flow<'_>, table: &Table, number: usize) {
    let grid = Grid::new(flow, table);
    let head = grid.head(flow, table);
    let rows: Vec<_> = table.rows.iter().map(|row| grid.row(flow, row)).collect();

    let whole = flow.across(Align::Centre);
    let caption = Span::new(layout::table_caption(number, &table.caption), size::MINOR).bold();
    let caption_height = flow::height(&flow.lines(std::slice::from_ref(&caption), &whole))
        + flow::height(&flow.lines(&[Span::new(&table.caption.en, size::MINOR)], &whole));
    let first = rows.first().map_or(0.0, |row| row.height.min(flow.frame.text_height / 2.0));
    flow.gap(8.0);
    flow.need(caption_height + head.height + first + 4.0);

    let part = flow.parts.add(Role::Table);
    let title = flow.parts.add_in(part, Role::Caption);
    flow.set(&[caption], whole, title);
    if !table.caption.en.is_empty() {
        flow.set(&[Span::new(&table.caption.en, size::MINOR).italic()], whole, title);
    }
    flow.y += 3.0;
    let head_part = flow.parts.add_in(part, Role::Row);
    grid.draw(flow, &head, Some((head_part, Role::Head)));
    for row in &rows {
        grid.place(flow, row, &head, part);
    }
    note(flow, table);
    flow.gap(8.0);
}

fn note(flow: &mut Flow<'_>, table: &Table) {
    let left = flow.across(Align::Left);
    if !table.note.vi.is_empty() || !table.note.en.is_empty() {
        flow.gap(3.0);
    }
    if !table.note.vi.is_empty() {
        flow.paragraph(&[Span::new(&table.note.vi, size::FOOT).italic()], left);
    }
    if !table.note.en.is_empty() {
        let part = flow.parts.add(Role::English);
        flow.set(&[Span::new(&table.note.en, size::FOOT).italic()], left, part);
    }
}

/// A row's text, broken into lines for each column.
#[derive(Clone)]
struct Texts {
    cells: Vec<(Vec<Line>, Align)>,
    /// With the white above and below.
    height: f32,
}

impl Texts {
    fn new(cells: Vec<(Vec<Line>, Align)>) -> Self {
        let tallest = cells.iter().map(|(lines, _)| flow::height(lines)).fold(0.0, f32::max);
        Self { cells, height: tallest.max(size::CELL * layout::LEADING) + 2.0 * PAD.1 }
    }

    /// As many lines of each cell as fit in a height, taken off the row; at least one of each.
    fn take(&mut self, height: f32) -> Self {
        let room = height - 2.0 * PAD.1;
        let taken = self.cells.iter_mut().map(|(lines, align)| {
            let mut sum = 0.0;
            let fits = lines.iter().take_while(|line| {
                sum += flow::line_height(line);
                sum <= room
            });
            let count = fits.count().max(1).min(lines.len());
            (lines.drain(..count).collect(), *align)
        });
        let taken = Self::new(taken.collect());
        *self = Self::new(std::mem::take(&mut self.cells));
        taken
    }

    fn is_empty(&self) -> bool {
        self.cells.iter().all(|(lines, _)| lines.is_empty())
    }
}

/// Where the columns stand.
struct Grid {
    /// Left edge and width of each column, in points.
    columns: Vec<(f32, f32)>,
    aligns: Vec<Align>,
}

impl Grid {
    fn new(flow: &Flow<'_>, table: &Table) -> Self {
        let shares: f32 = table.columns.iter().map(|column| column.share).sum();
        let mut x = flow.frame.left;
        let place = |column: &Column| {
            let width = flow.frame.text_width * column.share / shares;
            let left = x;
            x += width;
            (left, width)
        };
        let columns = table.columns.iter().map(place).collect();
        Self { columns, aligns: table.columns.iter().map(|column| column.align).collect() }
    }

    fn head(&self, flow: &Flow<'_>, table: &Table) -> Texts {
        let cells = table.columns.iter().enumerate().map(|(index, column)| {
            let mut spans = vec![Span::new(&column.title.vi, size::CELL).bold()];
            if !column.unit.is_empty() {
                spans.push(Span::new(format!("\n({})", column.unit), size::CELL));
            }
            if !column.title.en.is_empty() {
                spans.push(Span::new(format!("\n{}", column.title.en), size::FOOT).italic());
            }
            (flow.lines(&spans, &self.inside(index, Align::Centre)), Align::Centre)
        });
        Texts::new(cells.collect())
    }

    fn row(&self, flow: &Flow<'_>, row: &Row) -> Texts {
        let cells = row.cells.iter().zip(&self.aligns).enumerate().map(|(index, (cell, align))| {
            let text = match cell {
                Cell::Text(text) => text.clone(),
                Cell::Number { value, decimals } => number::vietnamese(*value, *decimals),
                Cell::Empty => String::new(),
            };
            let mut span = Span::new(text, size::CELL);
            span.look.bold = row.bold;
            (flow.lines(&[span], &self.inside(index, *align)), *align)
        });
        Texts::new(cells.collect())
    }

    /// Where text stands in a column.
    fn inside(&self, column: usize, align: Align) -> Setting {
        let (left, width) = self.columns[column];
        let width = (width - 2.0 * PAD.0).max(1.0);
        Setting { x: left + PAD.0, width, align, justify: false, indent: 0.0 }
    }

    /// Sets a row, on a new page with the head where it does not fit. One that is higher than half
    /// a page is broken between its lines instead.
    fn place(&self, flow: &mut Flow<'_>, row: &Texts, head: &Texts, table: PartId) {
        let part = flow.parts.add_in(table, Role::Row);
        let mut cells: Vec<Option<PartId>> = vec![None; row.cells.len()];
        let half = flow.frame.text_height / 2.0;
        let mut can_wait = row.height <= half;
        let mut rest = row.clone();
        while rest.height > flow.room() {
            let least = size::CELL * layout::LEADING * 3.0 + 2.0 * PAD.1;
            if !can_wait && flow.room() > least {
                let taken = rest.take(flow.room());
                self.draw_into(flow, &taken, part, &mut cells);
                if rest.is_empty() {
                    return;
                }
            }
            flow.new_page();
            // A head that leaves little room stands on the first page alone.
            if head.height <= half {
                self.draw(flow, head, None);
            }
            can_wait = false;
        }
        self.draw_into(flow, &rest, part, &mut cells);
    }

    /// Draws a piece of a row into the cells' parts, made with their first piece.
    fn draw_into(
        &self,
        flow: &mut Flow<'_>,
        row: &Texts,
        part: PartId,
        cells: &mut [Option<PartId>],
    ) {
        for cell in cells.iter_mut() {
            *cell = cell.or_else(|| Some(flow.parts.add_in(part, Role::Cell)));
        }
        self.draw_cells(flow, row, cells);
    }

    /// Draws a row with parts of its own, or as ornament.
    fn draw(&self, flow: &mut Flow<'_>, row: &Texts, part: Option<(PartId, Role)>) {
        let cells: Vec<_> = row
            .cells
            .iter()
            .map(|_| part.as_ref().map(|(part, role)| flow.parts.add_in(*part, role.clone())))
            .collect();
        self.draw_cells(flow, row, &cells);
    }

    fn draw_cells(&self, flow: &mut Flow<'_>, row: &Texts, parts: &[Option<PartId>]) {
        let (top, bottom) = (flow.y, flow.y + row.height);
        for (index, (lines, align)) in row.cells.iter().enumerate() {
            let white = (row.height - flow::height(lines)) / 2.0;
            let mut y = top + white;
            let at = self.inside(index, *align);
            for line in lines {
                flow.draw_line(line.clone(), y, at, parts.get(index).copied().flatten());
                y += flow::line_height(line);
            }
        }
        self.draw_rules(flow, top, bottom);
        flow.y = bottom;
    }

    fn draw_rules(&self, flow: &mut Flow<'_>, top: f32, bottom: f32) {
        let Some((left, _)) = self.columns.first().copied() else { return };
        let right = self.columns.last().map_or(left, |(x, width)| x + width);
        flow.rule((left, top), (right, top));
        flow.rule((left, bottom), (right, bottom));
        flow.rule((left, top), (left, bottom));
        for (x, width) in &self.columns {
            flow.rule((x + width, top), (x + width, bottom));
        }
    }
}
