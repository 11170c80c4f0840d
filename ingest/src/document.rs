//! Formats that have tables of their own: documents that say neither how tests went nor what a scanner found nor how
//! much was covered.

use std::io::{self, BufRead};

use domain::attestation::AttestedSubject;
use domain::code_owners::CodeOwnersRule;
use domain::dockerfile::DockerfileImage;
use domain::makefile::MakefileCommand;
use domain::pre_commit::PreCommitHook;
use domain::sbom::{Package, Sbom};
use domain::source::{SourceStatus, Warnings};
use domain::workflow::{Workflow, WorkflowJob, WorkflowStep};

/// What a document gives; each kind goes into the table of its name.
#[derive(Debug, Clone, PartialEq)]
pub enum Row {
    /// A rule of code owners.
    CodeOwnersRule(CodeOwnersRule),
    /// An image that a Dockerfile names.
    DockerfileImage(Box<DockerfileImage>),
    /// A command of a target of a Makefile.
    MakefileCommand(Box<MakefileCommand>),
    /// A hook that runs before a commit.
    PreCommitHook(PreCommitHook),
    /// A workflow file, behind its jobs.
    Workflow(Box<Workflow>),
    /// A job of a workflow file.
    WorkflowJob(Box<WorkflowJob>),
    /// A step of a job.
    WorkflowStep(Box<WorkflowStep>),
    /// A package of a bill of materials.
    Package(Box<Package>),
    /// A bill of materials, behind its packages.
    Sbom(Box<Sbom>),
    /// An attestation about one artifact.
    Attestation(Box<AttestedSubject>),
}

impl Row {
    /// The attestation that it is, if it is one.
    pub fn attestation(self) -> Option<AttestedSubject> {
        match self {
            Self::Attestation(row) => Some(*row),
            _ => None,
        }
    }
}

/// What became of one document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline {
    /// Which of the format's versions or producers it is.
    pub dialect: Option<String>,
    /// How far it was read.
    pub status: SourceStatus,
    /// Why it is partial or refused: a stable slug, a colon, prose.
    pub reason: Option<String>,
    /// Rows given out.
    pub n_rows: i64,
    /// What was mended or lost.
    pub warnings: Warnings,
}

/// Reads one document and gives out its rows. Fails only where the input or the receiver does.
pub type Read = fn(&mut dyn BufRead, &mut dyn FnMut(Row) -> io::Result<()>) -> io::Result<Outline>;
