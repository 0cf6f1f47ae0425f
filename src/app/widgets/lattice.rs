//! Cells of equal size in rows and columns.

use eframe::egui::{Pos2, Rect, Role, Sense, Ui, WidgetInfo, vec2};

use super::super::heat::View;

/// Where the cells of a grid stand.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lattice {
    /// Around all cells.
    pub rect: Rect,
    /// Rows of cells.
    pub rows: usize,
    /// Columns of cells.
    pub cols: usize,
    /// The side of one cell, points.
    pub size: f32,
}

impl Lattice {
    /// As large as fits into a room, in whole points, at its top and in its middle.
    pub fn fit(room: Rect, rows: usize, cols: usize) -> Self {
        let (rows, cols) = (rows.max(1), cols.max(1));
        let most = (room.width() / cols as f32).min(room.height() / rows as f32);
        let size = if most >= 2.0 { most.floor() } else { most.max(0.1) };
        let whole = vec2(size * cols as f32, size * rows as f32);
        // On whole points, so that the spaces across look like those down.
        let corner = room.min + vec2(((room.width() - whole.x) / 2.0).max(0.0), 0.0);
        Self { rect: Rect::from_min_size(corner.ceil(), whole), rows, cols, size }
    }

    /// The least share of a side that is worth a closer look: three cells.
    pub fn least(&self) -> f32 {
        (3.0 / self.rows.max(self.cols) as f32).min(1.0)
    }

    /// Where the cells stand when a part of the board fills the room of the whole.
    pub fn seen(self, view: View) -> Self {
        let factor = 1.0 / (view.x[1] - view.x[0]).max(self.least());
        let whole = self.rect.size() * factor;
        let corner = self.rect.min - vec2(view.x[0], view.y[0]) * whole;
        Self { rect: Rect::from_min_size(corner, whole), size: self.size * factor, ..self }
    }

    /// The place of a cell, counted from 0 row by row.
    pub fn cell(&self, cell: usize) -> Rect {
        let corner = self.rect.min + vec2((cell % self.cols) as f32, (cell / self.cols) as f32) * self.size;
        Rect::from_min_size(corner, vec2(self.size, self.size))
    }

    /// The cell under a point; one outside finds the nearest, so that a stroke may leave the board.
    pub fn nearest(&self, at: Pos2) -> usize {
        let index = |offset: f32, count: usize| ((offset / self.size).max(0.0) as usize).min(count - 1);
        let offset = at - self.rect.min;
        index(offset.y, self.rows) * self.cols + index(offset.x, self.cols)
    }

    /// The space between cells: none between small ones.
    pub fn gap(&self) -> f32 {
        match self.size {
            size if size >= 14.0 => 1.0,
            size if size >= 5.0 => 0.5,
            _ => 0.0,
        }
    }

    /// Names every cell for screen readers and tests, when somebody asks.
    pub fn name_cells(&self, ui: &Ui, salt: &str, selected: Option<usize>, name: impl Fn(usize) -> String) {
        if ui.ctx().accesskit_node_builder(ui.unique_id(), |_| ()).is_none() {
            return;
        }
        for cell in 0..self.rows * self.cols {
            let response = ui.interact(self.cell(cell), ui.scope_id().with((salt, cell)), Sense::hover());
            response.widget_info(|| WidgetInfo::selected(Role::GridCell, true, selected == Some(cell), name(cell)));
        }
    }
}

#[cfg(test)]
mod tests {
    use eframe::egui::pos2;

    use super::*;

    #[test]
    fn cells_are_found_where_they_are_drawn() {
        let room = Rect::from_min_max(pos2(10.0, 20.0), pos2(140.0, 90.0));
        let lattice = Lattice::fit(room, 5, 7);
        assert!(room.contains_rect(lattice.rect) && lattice.size == 14.0);
        for cell in 0..35 {
            assert_eq!(lattice.nearest(lattice.cell(cell).center()), cell);
        }
        assert_eq!((lattice.nearest(pos2(-9.0, -9.0)), lattice.nearest(pos2(999.0, 999.0))), (0, 34));
    }

    #[test]
    fn a_part_fills_the_room_of_the_whole() {
        let room = Rect::from_min_max(pos2(10.0, 20.0), pos2(110.0, 120.0));
        let whole = Lattice::fit(room, 10, 10);
        assert_eq!(whole.seen(View::default()), whole);
        let near = whole.seen(View { x: [0.5, 1.0], y: [0.25, 0.75] });
        assert_eq!((near.size, near.nearest(room.min + vec2(1.0, 1.0))), (20.0, 25));
        assert_eq!(near.nearest(room.max - vec2(1.0, 1.0)), 79);
        // Fewer than three cells are never seen.
        assert!((whole.seen(View { x: [0.0, 0.1], y: [0.0, 0.1] }).size - 100.0 / 3.0).abs() < 1e-3);
    }
}
