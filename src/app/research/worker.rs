//! Studies on a thread of their own: one at a time, with progress, and stopped when asked.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use super::Found;
use crate::analysis::{AnalysisError, Study, StudyError};
use crate::engine::{DeviceInfo, open};

/// How often progress is told.
const TELL_AFTER: Duration = Duration::from_millis(100);

/// A study to be done.
#[derive(Debug, Clone, PartialEq)]
pub enum Order {
    /// Do it; whatever was being done is given up.
    Do {
        /// Names it.
        job: u64,
        /// What.
        study: Box<Study>,
        /// Where.
        device: DeviceInfo,
    },
    /// Give up what is being done.
    Stop,
}

/// What the worker tells.
#[derive(Debug)]
pub enum Told {
    /// The share of a job that is done, 0 to 1.
    Progress(u64, f64),
    /// A job's outcome.
    Done(u64, Arc<Found>),
    /// Why a job has no outcome.
    Failed(u64, String),
}

/// Does studies.
pub struct Researcher {
    sender: Sender<Told>,
    /// Answers come out here.
    pub told: Receiver<Told>,
    /// The job that is wanted; an older one gives up.
    wanted: Arc<AtomicU64>,
    wake: Arc<dyn Fn() + Send + Sync>,
}

impl Researcher {
    /// `wake` is called after every answer.
    pub fn new(wake: impl Fn() + Send + Sync + 'static) -> Self {
        let (sender, told) = channel();
        Self { sender, told, wanted: Arc::default(), wake: Arc::new(wake) }
    }

    /// Takes an order.
    pub fn order(&self, order: Order) {
        let Order::Do { job, study, device } = order else {
            self.wanted.store(0, Ordering::Relaxed);
            return;
        };
        self.wanted.store(job, Ordering::Relaxed);
        let (sender, wanted, wake) = (self.sender.clone(), self.wanted.clone(), self.wake.clone());
        let work = move || {
            let tell = |told: Told| {
                // Nobody listens once the window is closed.
                let _ = sender.send(told);
                wake();
            };
            let mut told_at = Instant::now();
            let device = match open(&device) {
                Ok(device) => device,
                Err(error) => return tell(Told::Failed(job, error.to_string())),
            };
            let outcome = study.perform(&device, &mut |done| {
                if wanted.load(Ordering::Relaxed) != job {
                    return ControlFlow::Break(());
                }
                if told_at.elapsed() > TELL_AFTER {
                    told_at = Instant::now();
                    tell(Told::Progress(job, done));
                }
                ControlFlow::Continue(())
            });
            match outcome {
                Ok(found) => {
                    tell(Told::Done(job, Arc::new(Found { study: *study, figure: found.figure, csv: found.csv })));
                }
                Err(StudyError::Analysis(AnalysisError::BrokenOff)) => {}
                Err(error) => tell(Told::Failed(job, error.to_string())),
            }
        };
        if let Err(error) = std::thread::Builder::new().name("research".into()).spawn(work) {
            let _ = self.sender.send(Told::Failed(job, format!("no thread can be started: {error}")));
        }
    }
}
