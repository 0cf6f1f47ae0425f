//! Small painted parts that several panes share.

pub mod chart;
pub mod colour_bar;
pub mod dial;
pub mod drawing;
pub mod heatmap;
pub mod lattice;
pub mod plot;
pub mod scale;
pub mod thumbnail;
pub mod tokens;

use std::sync::Arc;

use eframe::egui::{
    Align, Align2, Button, Color32, FontId, Galley, Layout, Painter, Pos2, Rect, Response, RichText, Role, Sense,
    TextFormat, Ui, UiBuilder, WidgetInfo, containers::menu, pos2, text::LayoutJob, text::TextWrapping, vec2,
};

use super::command::{Command, CommandId, command};
use super::explain::{Span, Tone};
use super::panes::Cx;
use super::theme::{self, RADIUS, ROW, Theme};

/// Text on one line, cut with an ellipsis where the room ends.
pub fn fitted(painter: &Painter, text: &str, font: FontId, color: Color32, width: f32) -> Arc<Galley> {
    let mut job = LayoutJob::simple_singleline(text.to_owned(), font, color);
    job.wrap = TextWrapping::truncate_at_width(width.max(1.0));
    painter.layout_job(job)
}

/// Paints text at an anchor, cut where the room ends; returns where it stands.
pub fn text_at(
    painter: &Painter,
    at: Pos2,
    anchor: Align2,
    text: &str,
    font: FontId,
    color: Color32,
    width: f32,
) -> Rect {
    let galley = fitted(painter, text, font, color, width);
    let rect = anchor.anchor_size(at, galley.size());
    painter.galley(rect.min, galley, color);
    rect
}

/// Text in one colour, wrapped.
pub fn wrapped(painter: &Painter, text: &str, font: FontId, color: Color32, width: f32) -> Arc<Galley> {
    painter.layout(text.to_owned(), font, color, width.max(1.0))
}

/// Spans as wrapped text.
pub fn spans(painter: &Painter, theme: &Theme, spans: &[Span], size: f32, width: f32) -> Arc<Galley> {
    let mut job = LayoutJob::default();
    job.wrap.max_width = width;
    for Span(tone, text) in spans {
        let (font, color) = match tone {
            Tone::Plain => (theme::text(size), theme.text),
            Tone::Strong => (theme::bold(size), theme.text),
            Tone::Of(module) => (theme::bold(size), theme.module(*module)),
            Tone::Right => (theme::text(size), theme.right),
            Tone::Wrong => (theme::text(size), theme.wrong),
        };
        job.append(text, 0.0, TextFormat { line_height: Some(size + 6.0), ..TextFormat::simple(font, color) });
    }
    painter.layout_job(job)
}

/// The title row of a pane: the title at the left, `tools` at the right; what is between moves the pane. Returns
/// whether the pane begins to be dragged.
pub fn header(ui: &mut Ui, title: &str, subtitle: &str, theme: &Theme, tools: impl FnOnce(&mut Ui)) -> bool {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 30.0), Sense::hover());
    let tools = at_right(ui, title, rect, tools);
    let room = tools.left() - rect.left() - 12.0;
    // Not below the tools: what is pressed there would begin to move the pane.
    let handle = drag_handle(ui, rect.with_max_x(rect.left() + room.max(0.0)), title);
    let painter = ui.painter();
    let y = rect.center().y;
    let at = text_at(painter, pos2(rect.left(), y), Align2::LEFT_CENTER, title, theme::bold(13.0), theme.text, room);
    let left = room - at.width() - 12.0;
    if left > 40.0 && !subtitle.is_empty() {
        let start = pos2(at.right() + 12.0, y);
        text_at(painter, start, Align2::LEFT_CENTER, subtitle, theme::text(13.0), theme.secondary, left);
    }
    handle
}

/// Sets things side by side so that the last ends where `rect` ends; returns the place they take. They are added from the
/// left, which is the way that Tab goes; their width is known from the pass before.
pub fn at_right(ui: &mut Ui, name: &str, rect: Rect, add: impl FnOnce(&mut Ui)) -> Rect {
    let id = ui.scope_id().with(("at right", name));
    let known = ui.data(|data| data.get_temp(id)).unwrap_or(0.0);
    let place = rect.translate(vec2(rect.width() - known, 0.0));
    let mut child = ui.new_child(UiBuilder::new().max_rect(place).layout(Layout::left_to_right(Align::Center)));
    add(&mut child);
    let taken = child.min_rect();
    if (taken.width() - known).abs() > 0.5 {
        ui.data_mut(|data| data.insert_temp(id, taken.width()));
        ui.request_discard("what stands at the right has another width");
    }
    taken
}

/// Makes a strip move its pane.
pub fn drag_handle(ui: &Ui, rect: Rect, title: &str) -> bool {
    let handle = ui.interact(rect, ui.scope_id().with("handle"), Sense::drag());
    handle.widget_info(|| WidgetInfo::labeled(Role::TitleBar, true, format!("Move the pane {title}")));
    handle.on_hover_cursor(eframe::egui::CursorIcon::Grab).drag_started()
}

/// A button with a command's icon.
pub fn command_button(ui: &mut Ui, cx: &mut Cx<'_>, id: CommandId) -> Response {
    let command = command(id);
    let button = Button::new(theme::icon(command.icon, 15.0)).min_size(vec2(32.0, 28.0));
    finish(ui, cx, command, button)
}

/// What the keyboard comes to must be seen.
fn come_into_view(response: &Response) {
    if response.gained_focus() {
        response.scroll_to_me(None);
    }
}

/// Adds a button that does a command.
pub fn finish(ui: &mut Ui, cx: &mut Cx<'_>, command: &Command, button: Button<'_>) -> Response {
    let possible = (command.possible)(cx.state);
    let response = ui.add_enabled(possible, button);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, possible, command.name));
    come_into_view(&response);
    let tip = command.tooltip(cx.state);
    let response = response.on_hover_text(&tip).on_disabled_hover_text(&tip);
    if response.clicked() {
        cx.actions.push(command.action.clone());
    }
    response
}

/// Says which scale residuals have, and changes it; so many points high.
pub fn scale_button(ui: &mut Ui, cx: &mut Cx<'_>, height: f32) -> Response {
    let name = if cx.state.settings.linear { "linear" } else { "log" };
    let face = RichText::new(name).font(theme::text(12.0)).color(cx.theme.secondary);
    finish(ui, cx, command(CommandId::Linear), Button::new(face).small().min_size(vec2(0.0, height)))
}

/// A menu's entry for a command.
pub fn menu_item(ui: &mut Ui, cx: &mut Cx<'_>, id: CommandId) {
    let command = command(id);
    let name = command.name_now(cx.state);
    let icon = if command.is_on(cx.state) { lucide_icons::Icon::Check } else { command.icon };
    let mut button = Button::new((theme::icon(icon, 14.0), RichText::new(&name))).min_size(vec2(0.0, 26.0));
    if let Some(keys) = cx.state.settings.shortcuts.of(command) {
        button = button.shortcut_text(RichText::new(keys.to_string()).color(cx.theme.secondary));
    }
    let possible = (command.possible)(cx.state);
    let response = ui.add_enabled(possible, button);
    response.widget_info(|| WidgetInfo::labeled(Role::MenuItem, possible, &name));
    if response.on_hover_text(command.tip).clicked() {
        cx.actions.push(command.action.clone());
        ui.close();
    }
}

/// A menu that chooses what a pane shows, without a frame; what is not as usual stands out.
pub fn chooser<'a>(name: &'a str, usual: bool, theme: &Theme) -> menu::MenuButton<'a> {
    let ink = if usual { theme.secondary } else { theme.text };
    let chevron = theme::icon(lucide_icons::Icon::ChevronDown, 12.0).color(theme.secondary);
    let button = Button::new((RichText::new(name).color(ink), chevron)).frame(false);
    menu::MenuButton::from_button(button.min_size(vec2(0.0, 26.0)))
}

/// The button that opens a menu of what can be saved as files.
pub fn export_menu(ui: &mut Ui, cx: &mut Cx<'_>, name: &str, commands: &[CommandId]) {
    let face = theme::icon(lucide_icons::Icon::Download, 15.0).color(cx.theme.secondary);
    let button = Button::new(face).min_size(vec2(28.0, 26.0));
    let (response, _) = menu::MenuButton::from_button(button).ui(ui, |ui| {
        ui.set_min_width(240.0);
        commands.iter().for_each(|id| menu_item(ui, cx, *id));
    });
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, name));
    response.on_hover_text(name);
}

/// A row of a list.
pub struct Row<'a> {
    /// The mark before the name.
    pub icon: lucide_icons::Icon,
    /// The mark's colour.
    pub mark: Color32,
    /// The name.
    pub name: &'a str,
    /// At the right, in grey.
    pub detail: &'a str,
    /// It is the chosen one.
    pub active: bool,
    /// What a click does.
    pub tip: &'a str,
}

impl Row<'_> {
    /// Shows it over the whole width.
    pub fn show(&self, ui: &mut Ui, theme: &Theme) -> Response {
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
        response.widget_info(|| WidgetInfo::selected(Role::Button, true, self.active, self.name));
        let painter = ui.painter();
        if self.active || response.hovered() || response.has_focus() {
            let fill = if self.active { theme.raised_more } else { theme.raised };
            painter.rect_filled(rect, RADIUS, fill);
        }
        let y = rect.center().y;
        let mark = char::from(self.icon).to_string();
        painter.text(pos2(rect.left() + 15.0, y), Align2::CENTER_CENTER, mark, theme::icons(14.0), self.mark);
        if self.active {
            // The chosen one's mark is filled.
            painter.circle_filled(pos2(rect.left() + 15.0, y), 3.0, self.mark);
        }
        // The name comes first; of the detail a part is seen.
        let name = fitted(painter, self.name, theme::text(13.0), theme.text, f32::INFINITY).size().x;
        let least = rect.width() * 0.2;
        let behind = (rect.width() - 46.0 - name).clamp(least, rect.width() * 0.45);
        let detail = text_at(
            painter,
            pos2(rect.right() - 8.0, y),
            Align2::RIGHT_CENTER,
            self.detail,
            theme::text(12.0),
            theme.secondary,
            behind,
        );
        let room = detail.left() - rect.left() - 38.0;
        text_at(
            painter,
            pos2(rect.left() + 30.0, y),
            Align2::LEFT_CENTER,
            self.name,
            theme::text(13.0),
            theme.text,
            room,
        );
        come_into_view(&response);
        response.on_hover_text(self.tip).on_hover_cursor(eframe::egui::CursorIcon::PointingHand)
    }
}

/// A large figure with what it is below it. Returns the height it took.
pub fn figure(painter: &Painter, theme: &Theme, at: Pos2, value: &str, rest: &str, what: &str, color: Color32) -> f32 {
    let large = painter.text(at, Align2::LEFT_TOP, value, theme::bold(24.0), color);
    if !rest.is_empty() {
        painter.text(
            pos2(large.right() + 6.0, large.bottom() - 4.0),
            Align2::LEFT_BOTTOM,
            rest,
            theme::bold(13.0),
            theme.secondary,
        );
    }
    let below = pos2(at.x, large.bottom() - 1.0);
    let caption = painter.text(below, Align2::LEFT_TOP, what, theme::text(12.0), theme.secondary);
    caption.bottom() - at.y
}
