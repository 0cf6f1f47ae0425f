//! Training in the window as a person and the watcher use it, without a window.

use std::path::Path;
use std::sync::Arc;

use super::super::super::persist::Settings;
use super::*;
use crate::train::watch::{Reader, RunView};

fn run(folder: &Path, life: Life) -> Arc<RunView> {
    let view = Reader::new(folder.to_owned()).view().clone();
    Arc::new(RunView { life, ..view })
}

fn state(runs: &[Arc<RunView>]) -> (State, Vec<Effect>) {
    let (mut state, mut effects) = (State::new(Settings::default()), Vec::new());
    state.train.root = Some("/runs".into());
    hear(&mut state, Told::Runs(runs.to_vec()), &mut effects);
    (state, effects)
}

fn does(state: &mut State, action: TrainAction) -> Vec<Effect> {
    let mut effects = Vec::new();
    apply(state, action, &mut effects);
    effects
}

fn orders(effects: &[Effect]) -> Vec<&Order> {
    effects.iter().filter_map(|effect| if let Effect::Runs(order) = effect { Some(order) } else { None }).collect()
}

#[test]
fn the_first_run_is_selected_and_its_board_is_read() {
    let [a, b] = ["/runs/a", "/runs/b"].map(|folder| run(Path::new(folder), Life::Training));
    let (mut state, effects) = state(&[a.clone(), b.clone()]);
    assert_eq!(state.train.current().unwrap().folder, a.folder);
    assert_eq!(orders(&effects), [&Order::Focus(Some(a.folder.clone()))]);
    state.train.view = Some((1.0, 2.0));
    let effects = does(&mut state, TrainAction::Select(b.folder.clone()));
    assert_eq!(orders(&effects), [&Order::Focus(Some(b.folder.clone()))]);
    assert_eq!(state.train.view, None);
    assert!(does(&mut state, TrainAction::Select(b.folder.clone())).is_empty());
    does(&mut state, TrainAction::Compare(a.folder.clone()));
    assert_eq!(state.train.plotted().len(), 2);
    does(&mut state, TrainAction::Compare(a.folder.clone()));
    assert_eq!(state.train.plotted().len(), 1);
    does(&mut state, TrainAction::Search("B train".into()));
    assert_eq!(state.train.found().len(), 1);
}

#[test]
fn a_run_that_ends_is_told_with_what_to_do() {
    let folder = Path::new("/runs/a");
    let (mut state, mut effects) = state(&[run(folder, Life::Training)]);
    hear(&mut state, Told::Runs(vec![run(folder, Life::Killed)]), &mut effects);
    assert!(state.toasts[0].error && state.toasts[0].text.contains("interrupted"));
    let resume = TrainAction::Resume(folder.into());
    assert_eq!(state.toasts[0].remedy, Some(("Resume", Action::Train(resume.clone()))));
    let effects = does(&mut state, resume);
    assert!(
        matches!(orders(&effects)[0], Order::Resume { arguments, .. } if arguments[..3] == ["train", "--resume", "--out"])
    );
}

#[test]
fn the_length_that_was_chosen_is_kept() {
    let folder = Path::new("/runs/a");
    let paused = |step, steps| {
        let setup = crate::train::watch::Setup { steps: 1000, ..Default::default() };
        let mut view = (*run(folder, Life::Paused)).clone();
        (view.setup, view.status.step, view.status.steps) = (Some(Arc::new(setup)), step, steps);
        Arc::new(view)
    };
    let asked = |step, steps| {
        let (mut state, _) = state(&[paused(step, steps)]);
        let effects = does(&mut state, TrainAction::Resume(folder.into()));
        let Order::Resume { arguments, .. } = orders(&effects)[0].clone() else { panic!("no resume") };
        arguments.iter().skip_while(|one| *one != "--steps").nth(1).cloned()
    };
    assert_eq!(asked(113, 400).as_deref(), Some("400"));
    assert_eq!(asked(400, 400), None, "what has ended goes on to the end of its schedule");
    assert_eq!(asked(113, 1000), None);
    assert_eq!(asked(113, 0), None, "nothing is known");
}

#[test]
fn a_run_that_did_not_start_is_duplicated_with_what_was_filled_in() {
    let (mut state, mut effects) = state(&[]);
    does(&mut state, TrainAction::New);
    let draft = state.train.draft.clone().unwrap();
    does(&mut state, TrainAction::Edit(Box::new(Draft { data: "nope.csv".into(), ..draft })));
    does(&mut state, TrainAction::Start);
    let folder = Path::new("/runs/a");
    hear(&mut state, Told::Started(folder.into()), &mut effects);
    hear(
        &mut state,
        Told::Runs(vec![run(folder, Life::Failed), run(Path::new("/runs/b"), Life::Failed)]),
        &mut effects,
    );
    does(&mut state, TrainAction::Duplicate("/runs/b".into()));
    assert!(state.train.draft.is_none(), "nothing is known of it");
    does(&mut state, TrainAction::Duplicate(folder.into()));
    let draft = state.train.draft.as_ref().unwrap();
    assert_eq!((draft.data.as_str(), draft.starting), ("nope.csv", false));
}

#[test]
fn what_works_is_paused_and_what_rests_goes_on() {
    let folder = Path::new("/runs/a");
    for (life, expected) in
        [(Life::Training, "pause"), (Life::Paused, "resume"), (Life::Done, ""), (Life::Starting, "")]
    {
        let (mut state, _) = state(&[run(folder, life)]);
        let effects = does(&mut state, TrainAction::Toggle);
        let found = match orders(&effects)[..] {
            [Order::Ask(_, word)] => *word,
            [Order::Resume { .. }] => "resume",
            _ => "",
        };
        assert_eq!(found, expected, "{life:?}");
    }
}

#[test]
fn a_new_run_is_set_up_started_and_selected() {
    let (mut state, _) = state(&[]);
    let effects = does(&mut state, TrainAction::New);
    assert_eq!(orders(&effects), [&Order::Measure(String::new())]);
    let draft = state.train.draft.clone().unwrap();
    assert_eq!(draft.name, state.train.presets[0].name);
    let other = Draft { preset: state.train.presets[1].name.clone(), ..draft };
    does(&mut state, TrainAction::Edit(Box::new(other)));
    assert_eq!(state.train.draft.as_ref().unwrap().name, state.train.presets[1].name);
    let wrong = Draft { seed: "x".into(), ..state.train.draft.clone().unwrap() };
    does(&mut state, TrainAction::Edit(Box::new(wrong.clone())));
    assert!(does(&mut state, TrainAction::Start).is_empty());
    does(&mut state, TrainAction::Edit(Box::new(Draft { seed: "4".into(), length: Length::Steps, ..wrong })));
    let effects = does(&mut state, TrainAction::Start);
    let Order::Start { folder, arguments } = orders(&effects)[0] else { panic!() };
    assert!(arguments.ends_with(&["--seed".into(), "4".into(), "--steps".into(), "1000".into()]), "{arguments:?}");
    assert!(does(&mut state, TrainAction::Start).is_empty(), "once is enough");
    let mut effects = Vec::new();
    hear(&mut state, Told::Refused(folder.clone(), "the disk `a` is full".into()), &mut effects);
    assert_eq!(state.train.draft.as_ref().unwrap().refused.as_deref(), Some("the disk \"a\" is full."));
    hear(&mut state, Told::Started(folder.clone()), &mut effects);
    assert!(state.train.draft.is_none() && state.train.selected.as_ref() == Some(folder));
    assert_eq!(state.settings.preset.as_ref(), Some(&state.train.presets[1].name));
}

#[test]
fn a_name_follows_the_preset_until_a_person_writes_one() {
    let (mut state, _) = state(&[run(Path::new("/runs/arc-agi-1"), Life::Done)]);
    let named = |state: &State| state.train.draft.as_ref().unwrap().name.clone();
    let choose = |state: &mut State, preset: &str| {
        let draft = Draft { preset: preset.into(), ..state.train.draft.clone().unwrap() };
        does(state, TrainAction::Edit(Box::new(draft)));
    };
    does(&mut state, TrainAction::New);
    for (preset, name) in [("arc-agi-1", "arc-agi-1-2"), ("arc-agi-2", "arc-agi-2"), ("maze-9x9", "maze-9x9")] {
        choose(&mut state, preset);
        assert_eq!(named(&state), name);
    }
    let mine = Draft { name: "maze-9x9-mine".into(), ..state.train.draft.clone().unwrap() };
    does(&mut state, TrainAction::Edit(Box::new(mine)));
    choose(&mut state, "arc-agi-1");
    assert_eq!(named(&state), "maze-9x9-mine");
}

#[test]
fn a_run_is_taken_off_the_list_and_put_back() {
    let folder = Path::new("/elsewhere/a");
    let (mut state, mut effects) = state(&[run(folder, Life::Done)]);
    does(&mut state, TrainAction::Remove(folder.into()));
    assert!(state.train.runs.is_empty() && state.train.selected.is_none());
    hear(&mut state, Told::Runs(vec![run(folder, Life::Done)]), &mut effects);
    assert!(state.train.runs.is_empty());
    let Some((_, Action::Train(back))) = state.toasts[0].remedy.clone() else { panic!() };
    let effects = does(&mut state, back);
    assert_eq!(orders(&effects).last(), Some(&&Order::Focus(Some(folder.into()))));
    assert_eq!(state.settings.runs, [folder]);
    assert!(state.settings.hidden_runs.is_empty());
}

#[test]
fn curves_are_exported_with_a_name() {
    let (mut state, _) = state(&[run(Path::new("/runs/a b"), Life::Done), run(Path::new("/runs/c"), Life::Done)]);
    let name = |effects: &[Effect]| match effects {
        [Effect::AskExport(export)] => export.name.clone(),
        _ => panic!(),
    };
    assert_eq!(name(&does(&mut state, TrainAction::Export(Format::Csv))), "a-b.csv");
    assert!(name(&does(&mut state, TrainAction::Export(Format::TensorBoard))).starts_with("events.out.tfevents."));
    does(&mut state, TrainAction::Compare("/runs/c".into()));
    assert_eq!(name(&does(&mut state, TrainAction::Export(Format::Csv))), "a-b-and-others.csv");
}

#[test]
fn views_and_moments_stay_sane() {
    let (mut state, _) = state(&[run(Path::new("/runs/a"), Life::Training)]);
    does(&mut state, TrainAction::View(Some((f64::NAN, 1.0))));
    assert_eq!(state.train.view, None);
    does(&mut state, TrainAction::View(Some((1.0, 2.0))));
    does(&mut state, TrainAction::SetAxis(super::super::Axis::Time));
    assert_eq!(state.train.view, None, "steps are no seconds");
    does(&mut state, TrainAction::Moment(Some(5)));
    assert_eq!(state.train.moment, None, "the newest stays in view");
    does(&mut state, TrainAction::Smooth(7.0));
    assert_eq!(state.settings.curves.smoothing, 0.99);
}
