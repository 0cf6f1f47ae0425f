//! The votes of a task's variants: small answers, grouped and ranked.

use eframe::egui::{
    Align, Align2, Layout, Rect, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui, UiBuilder, WidgetInfo, pos2, vec2,
};

use super::super::super::action::Action;
use super::super::super::arc::{ArcAction, Asked, many};
use super::super::super::command::CommandId;
use super::super::super::theme;
use super::super::super::widgets::{command_button, text_at};
use super::super::Cx;
use super::arc::paint_grid;
use crate::board::arc::Grid;

/// How high the votes are at least, points.
pub const LEAST: f32 = 108.0;
/// The side of an answer.
const SIDE: f32 = 48.0;
/// From one answer to the next.
const STEP: f32 = SIDE + 4.0;
/// The height of a line of text.
const LINE: f32 = 18.0;

/// The voters that gave one answer.
struct Group {
    title: String,
    answer: Option<Grid>,
    voters: Vec<usize>,
}

/// The answers with their voters, best first; those that show no grid come last.
fn groups(asked: &Asked) -> Vec<Group> {
    let votes = asked.poll.votes();
    let with = |answer: Option<&Grid>| -> Vec<usize> {
        votes.iter().enumerate().filter(|(_, vote)| vote.answer.as_ref() == answer).map(|(at, _)| at).collect()
    };
    let mut all: Vec<Group> = Vec::new();
    for (rank, candidate) in asked.poll.ranked().into_iter().enumerate() {
        let name = match rank {
            0 => "1st guess · ",
            1 => "2nd guess · ",
            _ => "",
        };
        let title = format!("{name}{} · halt {:.2}", many(candidate.votes, "vote"), candidate.halting);
        all.push(Group { title, voters: with(Some(&candidate.answer)), answer: Some(candidate.answer) });
    }
    let none = with(None);
    if !none.is_empty() {
        all.push(Group { title: format!("no grid · {}", many(none.len(), "answer")), answer: None, voters: none });
    }
    all
}

/// Shows them in their room.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, room: Rect) {
    let Some(asked) = &cx.state.arc.asked else { return };
    let right = cx.state.board().arc().and_then(|sheet| sheet.output());
    let theme = cx.theme;
    let head = Rect::from_min_size(room.min, vec2(room.width(), 28.0));
    let stop = if asked.running { 40.0 } else { 0.0 };
    let at = head.left_center();
    let text = asked.text(right);
    text_at(ui.painter(), at, Align2::LEFT_CENTER, &text, theme::text(13.0), theme.text, room.width() - stop);
    let told = ui.interact(head, ui.scope_id().with("votes"), Sense::hover());
    told.widget_info(|| WidgetInfo::labeled(Role::Status, true, &text));
    told.on_hover_text(format!(
        "{text}.\nA variant is asked with its own row of the puzzle table where the model has one, else with the task's."
    ));
    if asked.running {
        let place = Rect::from_min_max(pos2(head.right() - 36.0, head.top()), head.max);
        command_button(&mut ui.new_child(UiBuilder::new().max_rect(place)), cx, CommandId::StopAsking);
    }
    let below = Rect::from_min_max(pos2(room.left(), head.bottom() + 2.0), room.max);
    let mut child = ui.new_child(UiBuilder::new().max_rect(below));
    ScrollArea::vertical().id_salt("votes").auto_shrink(false).show(&mut child, |ui| {
        ui.with_layout(Layout::left_to_right(Align::TOP).with_main_wrap(true), |ui| {
            ui.spacing_mut().item_spacing = vec2(14.0, 4.0);
            for (rank, group) in groups(asked).iter().enumerate() {
                block(ui, cx, asked, group, rank, right);
            }
        });
    });
}

/// The voters of one answer side by side, under what the answer has got.
fn block(ui: &mut Ui, cx: &mut Cx<'_>, asked: &Asked, group: &Group, rank: usize, right: Option<&Grid>) {
    let theme = cx.theme;
    let is_right = right.is_some() && group.answer.as_ref() == right;
    let guess = rank < 2 && group.answer.is_some();
    let color = match (is_right, guess) {
        (true, _) => theme.right,
        (_, true) => theme.text,
        _ => theme.secondary,
    };
    let title = if is_right { format!("{} · right", group.title) } else { group.title.clone() };
    let font = if guess { theme::bold(12.0) } else { theme::text(12.0) };
    let galley = ui.painter().layout_no_wrap(title, font, color);
    let across = ((ui.max_rect().width() / STEP) as usize).clamp(1, group.voters.len().max(1));
    let down = group.voters.len().div_ceil(across);
    let size = vec2((across as f32 * STEP).max(galley.size().x), LINE + down as f32 * STEP);
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    ui.painter().galley(rect.min, galley, color);
    for (i, &voter) in group.voters.iter().enumerate() {
        let corner = rect.min + vec2((i % across) as f32 * STEP, LINE + (i / across) as f32 * STEP);
        let place = Rect::from_min_size(corner, vec2(SIDE, SIDE));
        thumbnail(ui, cx, asked, voter, place, right, guess);
    }
}

fn thumbnail(ui: &Ui, cx: &mut Cx<'_>, asked: &Asked, at: usize, place: Rect, right: Option<&Grid>, guess: bool) {
    let theme = cx.theme;
    let response = ui.interact(place, ui.scope_id().with(("vote", at)), Sense::click());
    let (told, on) = (asked.vote(at, right), asked.shown == Some(at));
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, on, &told));
    match &asked.poll.votes()[at].answer {
        Some(grid) => {
            paint_grid(ui, cx, grid, place.shrink(3.0));
        }
        None => {
            ui.painter().text(place.center(), Align2::CENTER_CENTER, "–", theme::text(16.0), theme.secondary);
        }
    }
    let line = match (on, response.hovered() || response.has_focus(), guess) {
        (true, ..) => Stroke::new(2.0, theme.l),
        (_, true, _) => Stroke::new(1.5, theme.text),
        (_, _, true) => Stroke::new(1.0, theme.secondary),
        _ => Stroke::new(1.0, theme.hairline),
    };
    ui.painter().rect_stroke(place, 4.0, line, StrokeKind::Inside);
    if response.on_hover_text(format!("{told}. A click shows it large.")).clicked() {
        cx.actions.push(Action::Arc(ArcAction::Show((!on).then_some(at))));
    }
}
