//! Which function does which kind of job, and what is said when it cannot be done.

use super::{Claimed, Kind};
use crate::{
    Services, analysis,
    error::{Result, ServiceError},
    resumes,
};

/// Does the job. Idempotent: it may run again after it was done.
pub(super) async fn run(s: &Services, job: &Claimed) -> Result<()> {
    match job.kind {
        Kind::Analysis => analysis::make(s, &job.payload).await,
        Kind::Resumes => resumes::batch::read_all(s, job).await,
        Kind::AnalysisBatch => analysis::wave(s, &job.payload).await,
    }
}

/// The job has failed for good: whoever waits for it is told.
pub(super) async fn gave_up(s: &Services, job: &Claimed, error: &ServiceError) -> Result<()> {
    match job.kind {
        Kind::Analysis => analysis::give_up(s, &job.payload, error).await,
        Kind::Resumes => resumes::batch::give_up(s, job, error).await,
        Kind::AnalysisBatch => analysis::give_up_wave(s, &job.payload).await,
    }
}
