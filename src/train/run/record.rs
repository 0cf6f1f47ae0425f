//! What a run writes down: reports, evaluations, the live board, its saves and its status.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::time::Instant;

use serde_json::{Value, json};

use super::super::evaluate::{self, Evaluation, evaluate};
use super::super::folder::{Best, Phase, Status, now};
use super::super::trainer::{StepReport, TrainError};
use super::{News, RunError, Window, Work};
use crate::checkpoint;
use crate::files;
use crate::model::{Halting, Limits};
use crate::task::Boards;

/// How many of the newest checkpoints a run folder keeps.
pub(super) const KEPT: usize = 3;
/// The most puzzle ids whose names stand in every checkpoint; those of more stand in the run folder alone.
pub(super) const NAMED: usize = 4096;

impl Work {
    /// Measures the averaged weights on the held-out puzzles, halting adaptively, writes that down and saves.
    pub(super) fn evaluate(&mut self) -> Result<Evaluation, RunError> {
        let (step, batch) = (self.trainer.step, self.config.train.batch);
        let boards = Boards::of(self.config.model.seq_len, self.config.model.vocab);
        let mut watch = |_| ControlFlow::Continue(());
        let found = evaluate(self.trainer.best(), boards, &self.held_out, self.limits(), batch, &mut watch);
        let evaluation = found.map_err(|e| TrainError::Device { step, why: format!("{e:?}") })?;
        self.folder.add_line("metrics.jsonl", &json!({"step": step, "held_out": evaluation}))?;
        self.measured(Best { step, exact: evaluation.exact });
        self.save()?;
        Ok(evaluation)
    }

    /// Takes note of an evaluation.
    pub(super) fn measured(&mut self, found: Best) {
        self.measured_at = Some(found.step);
        if self.best.is_none_or(|best| found.exact > best.exact) {
            self.best = Some(found);
        }
    }

    pub(super) fn limits(&self) -> Limits {
        Limits { halting: Halting::Adaptive, max_segments: self.trainer.max_segments() }
    }

    /// Answers the first held-out puzzle with the weights of this moment; gives up when the run is asked to end.
    pub(super) fn live(&mut self) -> Result<(), RunError> {
        let Some(example) = self.held_out.first() else { return Ok(()) };
        let (step, begun) = (self.trainer.step, Instant::now());
        let request = self.folder.file("request");
        let mut watch = |_| if request.exists() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
        let answer = evaluate::answer(self.trainer.best(), example, self.limits(), &mut watch)
            .map_err(|e| TrainError::Device { step, why: format!("{e:?}") })?;
        self.live_took = Some(begun.elapsed());
        let Some(answer) = answer else { return Ok(()) };
        let mut line = json!({
            "step": step, "at": now(), "answer": answer.tokens, "segments": answer.segments,
            "right": answer.right, "cells": answer.counted,
        });
        if !self.folder.file("live.jsonl").exists() {
            line["inputs"] = json!(example.inputs);
            line["labels"] = json!(example.labels);
        }
        Ok(self.folder.add_line("live.jsonl", &line)?)
    }

    /// Writes everything that a resumed run needs, and a checkpoint; nothing when this step is saved already.
    pub(super) fn save(&mut self) -> Result<(), RunError> {
        let step = self.trainer.step;
        let state = self.folder.file(&format!("resume/step_{step}.safetensors"));
        let checkpoint = self.folder.file(&format!("checkpoints/step_{step}.safetensors"));
        let begun = Instant::now();
        if !(state.exists() && checkpoint.exists() && self.saved.is_some_and(|(saved, _)| saved == step)) {
            let mut metadata = HashMap::new();
            metadata.insert("hrmscope.step".to_owned(), step.to_string());
            metadata.insert("hrmscope.data".to_owned(), self.config.data.to_string());
            if let Some(names) = &self.identifiers {
                metadata.insert(checkpoint::IDENTIFIERS_KEY.to_owned(), names.clone());
            }
            checkpoint::save(self.trainer.best(), &checkpoint, metadata).map_err(TrainError::from)?;
            self.trainer.save(&state, &self.drawn)?;
            self.folder.prune(KEPT, self.best.map(|best| best.step), self.config.keep_every);
            self.saving_took = begun.elapsed();
            (self.status.saved_at, self.status.bytes) = (now(), self.folder.bytes());
        }
        self.saved = Some((step, Instant::now()));
        self.status.saved_step = step;
        Ok(())
    }

    /// Adds a step to the window and writes a line when it is full.
    pub(super) fn note(&mut self, report: &StepReport) -> Result<News, RunError> {
        self.since.steps += 1;
        self.since.sums += report.metrics;
        let (sums, steps) = (self.since.sums, self.since.steps);
        let rows = (steps * self.config.train.batch as u64) as f64;
        let halted = |sum: f64| (sums.count > 0).then(|| sum / sums.count as f64);
        let (lm_loss, exact) = (sums.lm_loss / rows, halted(sums.exact as f64));
        if report.step.is_multiple_of(self.config.report_every.max(1)) {
            let line = json!({
                "step": report.step, "lm_loss": lm_loss, "q_halt_loss": sums.q_halt_loss / rows,
                "q_continue_loss": sums.q_continue_loss / rows, "accuracy": halted(sums.accuracy), "exact": exact,
                "segments_mean": halted(sums.segments as f64), "lr": report.rate,
                "steps_per_s": steps as f64 / self.since.start.elapsed().as_secs_f64(),
            });
            self.folder.add_line("metrics.jsonl", &line)?;
            self.since = Window::new();
        }
        Ok(News::Step { step: report.step, lm_loss, exact })
    }

    /// Writes down that something happened.
    pub(super) fn event(&self, what: &str) -> Result<(), RunError> {
        let line = json!({"step": self.trainer.step, "event": what, "at": now()});
        Ok(self.folder.add_line("metrics.jsonl", &line)?)
    }

    pub(super) fn tell(&mut self, state: Phase) {
        let left = self.status.steps.saturating_sub(self.trainer.step) as f64;
        let speed = self.status.steps_per_s;
        self.status = Status {
            state,
            step: self.trainer.step,
            eta_s: (speed > 0.0 && state == Phase::Training).then(|| left / speed),
            at: now(),
            best: self.best,
            ..self.status.clone()
        };
        self.folder.tell(&self.status);
        self.status_told = Instant::now();
    }

    /// The evaluations in the metrics, in their order.
    pub(super) fn evaluations(&self) -> Result<Vec<Best>, RunError> {
        let path = self.folder.file("metrics.jsonl");
        let text = if path.exists() { files::read_text(&path)? } else { String::new() };
        let of = |line: &str| {
            let line: Value = serde_json::from_str(line).ok()?;
            Some(Best { step: line.get("step")?.as_u64()?, exact: line.get("held_out")?.get("exact")?.as_f64()? })
        };
        Ok(text.lines().filter_map(of).collect())
    }
}
