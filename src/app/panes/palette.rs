//! The command palette: every command by a part of its name.

use eframe::egui::{Align2, Context, Id, Key, Modifiers, RichText, ScrollArea, TextEdit, Window, vec2};

use super::super::action::Action;
use super::super::command::{Command, commands};
use super::super::state::State;
use super::super::widgets::Row;
use super::Cx;

/// How many commands are listed at most.
const MOST: usize = 12;

/// The height of the list, as high as it needs to be for all of them.
const HEIGHT: f32 = 380.0;

/// Shows the palette when it is open.
pub fn show(ctx: &Context, cx: &mut Cx<'_>) {
    let Some(palette) = cx.state.palette.clone() else { return };
    let typed = palette.typed;
    let found = search(&typed, cx.state);
    let mut chosen = palette.chosen.min(found.len().saturating_sub(1));
    if let Some(by) = arrows(ctx).filter(|_| !found.is_empty()) {
        chosen = (chosen as i32 + by).rem_euclid(found.len() as i32) as usize;
        cx.actions.push(Action::ChooseInPalette(chosen));
    }
    let mut open = true;
    let window = Window::new("Command palette").id(Id::unique("palette")).title_bar(false).resizable(false);
    let shown = window.anchor(Align2::CENTER_TOP, vec2(0.0, 80.0)).fixed_size(vec2(460.0, 0.0)).show(ctx, |ui| {
        let mut text = typed.clone();
        let field = TextEdit::singleline(&mut text).hint_text("Type a part of a command's name").desired_width(460.0);
        let response = ui.add(field).accessible_name("Command palette");
        response.request_focus();
        if text != typed {
            cx.actions.push(Action::SearchPalette(text));
        }
        if found.is_empty() {
            ui.label(RichText::new("No command has such a name.").color(cx.theme.secondary));
        }
        ScrollArea::vertical().max_height(HEIGHT).min_scrolled_height(HEIGHT).show(ui, |ui| {
            for (i, command) in found.iter().enumerate() {
                let possible = (command.possible)(cx.state);
                let detail = match possible {
                    true => cx.state.settings.shortcuts.of(command).map(|keys| keys.to_string()).unwrap_or_default(),
                    false => command.why_not(cx.state).unwrap_or_else(|| "not now".to_owned()),
                };
                let name = command.name_now(cx.state);
                let row = Row {
                    icon: command.icon,
                    mark: cx.theme.secondary,
                    name: &name,
                    detail: &detail,
                    active: i == chosen,
                    tip: command.tip,
                };
                let response = ui.add_enabled_ui(possible, |ui| row.show(ui, cx.theme)).inner;
                if response.clicked() {
                    cx.actions.extend([Action::TogglePalette, command.action.clone()]);
                }
            }
        });
    });
    if ctx.input(|input| input.key_pressed(Key::Enter))
        && let Some(command) = found.get(chosen).filter(|command| (command.possible)(cx.state))
    {
        cx.actions.extend([Action::TogglePalette, command.action.clone()]);
        return;
    }
    if let Some(shown) = shown {
        open = !shown.response.clicked_elsewhere();
    }
    if !open || ctx.input(|input| input.key_pressed(Key::Escape)) {
        cx.actions.push(Action::TogglePalette);
    }
}

/// How many lines further the arrow keys of this frame go; they are no longer there for the text field.
fn arrows(ctx: &Context) -> Option<i32> {
    let by = ctx.input_mut(|input| {
        let down = input.count_and_consume_key(Modifiers::NONE, Key::ArrowDown) as i32;
        down - input.count_and_consume_key(Modifiers::NONE, Key::ArrowUp) as i32
    });
    (by != 0).then_some(by)
}

/// The commands that can be done now, the best match first; behind them those that cannot.
fn search(typed: &str, state: &State) -> Vec<&'static Command> {
    let mut found: Vec<(bool, u32, &Command)> = commands()
        .filter_map(|command| {
            let named = rank(typed, command.name, command.tip);
            let words = command.words().split(", ").filter(|_| !typed.trim().is_empty());
            let called = words.filter_map(|word| score(typed, word)).min();
            Some((!(command.possible)(state), [named, called].into_iter().flatten().min()?, command))
        })
        .collect();
    found.sort_by_key(|(impossible, score, _)| (*impossible, *score));
    found.into_iter().take(MOST).map(|(.., command)| command).collect()
}

/// How well what was typed matches a command, 0 the best.
fn rank(typed: &str, name: &str, tip: &str) -> Option<u32> {
    [score(typed, name), told(typed, tip)].into_iter().flatten().min()
}

/// How well what was typed matches a name, 0 the best: its letters in order, the fewer in between the better, best at the
/// beginnings of words. None when they are not all there.
fn score(typed: &str, name: &str) -> Option<u32> {
    let name: Vec<char> = name.to_lowercase().chars().collect();
    let (mut at, mut score) = (0, 0);
    for letter in typed.to_lowercase().chars().filter(|letter| !letter.is_whitespace()) {
        let found = (at..name.len()).find(|i| name[*i] == letter)?;
        let begins = found == 0 || !name[found - 1].is_alphanumeric();
        score += if begins { 0 } else { 2 * (found - at) as u32 };
        at = found + 1;
    }
    Some(score * 100 + name.len() as u32)
}

/// A sentence that has what was typed stands before a name over which its letters are scattered.
fn told(typed: &str, tip: &str) -> Option<u32> {
    let typed = typed.trim().to_lowercase();
    (typed.len() > 2 && tip.to_lowercase().contains(&typed)).then(|| 200 * typed.chars().count() as u32)
}

#[cfg(test)]
mod tests {
    use super::super::super::command::CommandId;
    use super::super::super::persist::Settings;
    use super::*;

    #[test]
    fn commands_are_found_by_other_words_and_the_impossible_ones_last() {
        let state = State::new(Settings::default());
        let ids = |typed: &str| search(typed, &state).into_iter().map(|command| command.id).collect::<Vec<_>>();
        assert_eq!(ids("zoom in")[0], CommandId::ZoomIn);
        assert_eq!(ids("dark mode")[..2], [CommandId::Theme, CommandId::ThemeDark]);
        assert!(ids("export image").contains(&CommandId::BoardPng));
        // Nothing is on the blank Sudoku that could be locked.
        let locks = ids("givens");
        assert!(locks.contains(&CommandId::Lock) && locks.contains(&CommandId::Unlock));
        let possible: Vec<bool> = search("s", &state).iter().map(|command| (command.possible)(&state)).collect();
        assert!(possible.is_sorted_by(|a, b| a >= b));
    }

    #[test]
    fn letters_in_order_are_found_the_nearest_first() {
        assert_eq!(score("xyz", "Undo"), None);
        assert!(score("un", "Undo") < score("un", "Turn left"));
        assert!(score("mb", "Maze board") < score("mb", "Next theme").or(Some(u32::MAX)));
        assert!(score("", "Undo").is_some());
        assert!(told("Shortest", "a shortest path").is_some() && told("a", "a shortest path").is_none());
        assert!(rank("light", "Colours", "the light ones") < rank("light", "Mirror left and right", ""));
        assert!(rank("undo", "Undo", "") < rank("undo", "Redo", "what undo took back"));
    }
}
