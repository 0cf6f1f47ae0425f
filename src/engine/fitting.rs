//! A fit that goes on between other requests, and what it tells.

use std::ops::ControlFlow;
use std::sync::Arc;

use super::worker::Outbox;
use super::{Event, JobId, ModelInfo};
use crate::board::arc::Task;
use crate::model::Hrm;
use crate::train::{Fit, FitError, FitPlan};

/// A fit, and whose it is.
pub(super) struct Fitting {
    /// The request that it answers.
    pub job: JobId,
    fit: Fit,
    before: Arc<ModelInfo>,
}

impl Fitting {
    /// Begins one.
    pub fn begin(
        job: JobId,
        model: &Hrm,
        info: &Arc<ModelInfo>,
        name: &str,
        task: &Task,
        plan: FitPlan,
    ) -> Result<Self, FitError> {
        Ok(Self { job, fit: Fit::new(model, name, task, plan)?, before: info.clone() })
    }

    /// Makes a step.
    pub fn step(&mut self) -> Result<(), FitError> {
        self.fit.step().map(drop)
    }

    /// Tells how far it is.
    pub fn tell(&self, outbox: &Outbox) -> ControlFlow<()> {
        outbox.send(Event::FitStep { job: self.job, progress: self.fit.progress() })
    }

    /// The fitted model and what is known of it, after the last step.
    pub fn result(&self) -> Option<(Hrm, Arc<ModelInfo>)> {
        let fitted = self.fit.progress().is_done().then(|| self.fit.fitted())?;
        let identifiers = fitted.identifiers(&self.before.identifiers);
        let parameters = fitted.model.parameters();
        Some((fitted.model, Arc::new(ModelInfo { identifiers, parameters, ..(*self.before).clone() })))
    }
}
