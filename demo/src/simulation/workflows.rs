//! The workflow files of a repository: texts that declare what its runs do, and what they declare for the truth.
//!
//! Careful repositories set limits, grant least and name whole commits; careless ones set none, grant everything and
//! name branches.

use std::fmt::Write as _;

use domain::clock::Timestamp;

use crate::simulation::history::object_name;
use crate::simulation::pipeline::{self, Stage};
use crate::simulation::plan::Profile;
use crate::simulation::runs::workflow;
use crate::truth::workflows::{WorkflowFile, WorkflowFileJob};
use crate::world::run::JobKind;

/// A workflow file.
#[derive(Debug, Clone)]
pub(crate) struct Declared {
    pub(crate) path: &'static str,
    pub(crate) text: String,
    pub(crate) triggers: Vec<&'static str>,
    pub(crate) cancels_always: Option<bool>,
    pub(crate) permissions: &'static str,
    pub(crate) jobs: Vec<WorkflowFileJob>,
}

impl Declared {
    /// What is written down of it, when it is written.
    pub(crate) fn truth(self, written_at: Timestamp) -> WorkflowFile {
        WorkflowFile {
            path: self.path,
            blob_sha: object_name("blob", self.text.as_bytes()),
            written_at,
            triggers: self.triggers,
            cancels_always: self.cancels_always,
            permissions: self.permissions,
            jobs: self.jobs,
        }
    }
}

/// Versions of Python that the compatibility matrix runs on, and its systems.
const COMPATIBILITY: (&str, &str, i64) = (
    r#""3.8", "3.9", "3.10", "3.11", "3.12", "3.13""#,
    "ubuntu-22.04, ubuntu-24.04, macos-14, windows-2022",
    24,
);

/// Every workflow file of the first commit.
pub(crate) fn initial(profile: &Profile) -> Vec<Declared> {
    vec![
        ci(profile, 0),
        nightly(profile),
        deploy(profile),
        compatibility(profile),
    ]
}

/// The workflow that changes run; `revision` says which releases of actions it names.
pub(crate) fn ci(profile: &Profile, revision: usize) -> Declared {
    let mut on = "  pull_request:\n    branches: [main]\n".to_owned();
    let mut triggers = vec!["pull_request", "push"];
    on.push_str(if profile.runs_on_every_push {
        "  push:\n"
    } else {
        "  push:\n    branches: [main]\n"
    });
    if profile.has_merge_queue {
        on.push_str("  merge_group:\n");
        triggers.insert(0, "merge_group");
    }
    if !profile.is_careless {
        on.push_str("  workflow_dispatch:\n");
        triggers.push("workflow_dispatch");
    }
    let cancels = if profile.cancels_main {
        "true"
    } else {
        "${{ github.ref != 'refs/heads/main' }}"
    };
    let concurrency = format!("concurrency:\n  group: ci-${{{{ github.ref }}}}\n  cancel-in-progress: {cancels}\n");
    let mut file = File::begin(profile, revision, ".github/workflows/ci.yml", "CI", &on, &concurrency);
    file.declared.cancels_always = Some(profile.cancels_main);
    for stage in pipeline::stages(profile) {
        file.stage(&stage);
    }
    file.finish(triggers)
}

fn nightly(profile: &Profile) -> Declared {
    let on = if profile.is_careless {
        "  schedule:\n    - cron: '0 7 * * *'\n"
    } else {
        "  schedule:\n    - cron: '0 2 * * *'\n      timezone: America/Toronto\n"
    };
    let mut file = File::begin(profile, 0, ".github/workflows/nightly.yml", "Nightly", on, "");
    for stage in pipeline::stages_of(profile, workflow::NIGHTLY) {
        file.stage(&stage);
    }
    file.finish(vec!["schedule"])
}

fn deploy(profile: &Profile) -> Declared {
    let on = "  workflow_run:\n    workflows: [CI]\n    types: [completed]\n    branches: [main]\n";
    let mut file = File::begin(profile, 0, ".github/workflows/deploy.yml", "Deploy", on, "");
    for stage in pipeline::stages_of(profile, workflow::DEPLOY) {
        file.stage(&stage);
    }
    file.finish(vec!["workflow_run"])
}

fn compatibility(profile: &Profile) -> Declared {
    let on = "  workflow_dispatch:\n";
    let path = ".github/workflows/compatibility.yml";
    let mut file = File::begin(profile, 0, path, "Compatibility", on, "");
    let (versions, systems, n_legs) = COMPATIBILITY;
    let matrix = format!("        python: [{versions}]\n        os: [{systems}]\n");
    file.job("compatibility", &[], None, 20, (&matrix, n_legs), "${{ matrix.os }}");
    file.finish(vec!["workflow_dispatch"])
}

/// A file that is being written.
struct File<'p> {
    profile: &'p Profile,
    revision: usize,
    declared: Declared,
}

impl<'p> File<'p> {
    fn begin(
        profile: &'p Profile,
        revision: usize,
        path: &'static str,
        name: &str,
        on: &str,
        concurrency: &str,
    ) -> Self {
        let (permissions, written) = if profile.is_careless {
            ("write-all", "permissions: write-all\n")
        } else {
            ("contents: read", "permissions:\n  contents: read\n")
        };
        Self {
            profile,
            revision,
            declared: Declared {
                path,
                text: format!("name: {name}\non:\n{on}{concurrency}{written}jobs:\n"),
                triggers: Vec::new(),
                cancels_always: None,
                permissions,
                jobs: Vec::new(),
            },
        }
    }

    fn finish(self, triggers: Vec<&'static str>) -> Declared {
        Declared {
            triggers,
            ..self.declared
        }
    }

    fn stage(&mut self, stage: &Stage) {
        let needs: Vec<&str> = stage.needs.iter().map(|kind| pipeline::job_name(*kind)).collect();
        let legs = self.profile.legs;
        if stage.kind == JobKind::UnitTests && !legs.is_empty() {
            let quoted: Vec<String> = legs.iter().map(|leg| format!("\"{leg}\"")).collect();
            let matrix = format!("        python: [{}]\n", quoted.join(", "));
            let n_legs = i64::try_from(legs.len()).unwrap_or_default();
            self.job(
                stage.name,
                &needs,
                stage.filter,
                stage.timeout_minutes,
                (&matrix, n_legs),
                "ubuntu-latest",
            );
        } else {
            self.job(
                stage.name,
                &needs,
                stage.filter,
                stage.timeout_minutes,
                ("", 1),
                "ubuntu-latest",
            );
        }
    }

    fn job(
        &mut self,
        id: &'static str,
        needs: &[&str],
        filter: Option<&str>,
        timeout_minutes: i64,
        (matrix, n_legs): (&str, i64),
        runs_on: &str,
    ) {
        let is_careless = self.profile.is_careless;
        let permissions = match id {
            _ if is_careless => None,
            "codeql" => Some((
                "contents: read, security-events: write",
                "contents: read\n      security-events: write",
            )),
            "sbom-provenance" => Some((
                "contents: read, id-token: write",
                "contents: read\n      id-token: write",
            )),
            _ => None,
        };
        let timeout_minutes = (!is_careless).then_some(timeout_minutes);
        let text = &mut self.declared.text;
        let _ = writeln!(text, "  {id}:\n    runs-on: {runs_on}");
        if let Some(minutes) = timeout_minutes {
            let _ = writeln!(text, "    timeout-minutes: {minutes}");
        }
        if let Some((_, written)) = permissions {
            let _ = writeln!(text, "    permissions:\n      {written}");
        }
        if !needs.is_empty() {
            let _ = writeln!(text, "    needs: [{}]", needs.join(", "));
        }
        if let Some(filter) = filter {
            let _ = writeln!(text, "    if: needs.detect.outputs.{filter} == 'true'");
        }
        if !matrix.is_empty() {
            let _ = write!(text, "    strategy:\n      matrix:\n{matrix}");
        }
        let checkout = if is_careless {
            "actions/checkout@main".to_owned()
        } else {
            let commit = object_name("commit", format!("actions/checkout {}", self.revision).as_bytes());
            format!("actions/checkout@{commit} # release {}", self.revision)
        };
        let depth = if is_careless {
            ""
        } else {
            "\n        with:\n          fetch-depth: 0"
        };
        let _ = writeln!(text, "    steps:\n      - uses: {checkout}{depth}");
        let commands = commands(id, is_careless);
        for (name, run) in commands {
            let _ = writeln!(text, "      - name: {name}\n        run: {run}");
        }
        if commands.is_empty() {
            let _ = writeln!(text, "      - run: make {id}");
        }
        self.declared.jobs.push(WorkflowFileJob {
            id,
            timeout_minutes,
            permissions: permissions.map(|(told, _)| told),
            n_legs,
            fetches_history: !is_careless,
            n_actions: 1,
            n_pinned: i64::from(!is_careless),
        });
    }
}

/// What steps that run checking tools are named and run; none: the job is one `make`. Careless repositories let tools
/// fail that never fail in them, and have Black rewrite.
fn commands(id: &str, is_careless: bool) -> &'static [(&'static str, &'static str)] {
    match (id, is_careless) {
        ("lint", false) => &[
            ("Run Ruff", "ruff check ."),
            ("Run Black", "black --check ."),
            ("Run ShellCheck", "shellcheck scripts/*.sh"),
            ("Run yamllint", "yamllint ."),
        ],
        ("lint", true) => &[
            ("Run Ruff", "ruff check ."),
            ("Run Black", "black ."),
            ("Run ShellCheck", "shellcheck scripts/*.sh || true"),
            ("Run yamllint", "yamllint ."),
        ],
        ("types", _) => &[("Run MyPy", "mypy .")],
        ("iac-scan", _) => &[("Run Checkov", "checkov --directory . --output sarif")],
        ("contract-checks", false) => &[
            ("Run Spectral", "spectral lint schemas/openapi/*.yaml"),
            ("Compare contracts", "make contract-diff"),
        ],
        ("contract-checks", true) => &[
            ("Run Spectral", "spectral lint schemas/openapi/*.yaml || true"),
            ("Compare contracts", "make contract-diff"),
        ],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use crate::simulation::{Options, simulate};

    #[test]
    fn every_run_follows_the_workflow_file_of_its_head_commit() {
        let (world, truth) = simulate(Options::default());
        let mut n_blobs = 0;
        for (repository, told) in world.repositories.iter().zip(&truth.repositories) {
            let files: BTreeMap<_, _> = told
                .workflows
                .iter()
                .map(|file| (file.blob_sha.as_str(), file))
                .collect();
            for run in &repository.runs {
                let path = repository.workflows[run.workflow].path;
                let tree = &repository.trees[repository.commits[run.head_commit].tree];
                let (_, blob) = tree.files.iter().find(|(held, _)| **held == *path).unwrap();
                let file = files[repository.blobs[*blob].sha.as_str()];
                assert_eq!(file.path, path);
                for job in run.attempts.iter().flat_map(|attempt| &attempt.jobs) {
                    let base = job.name.split(" (").next().unwrap();
                    let declared = file.jobs.iter().find(|declared| declared.id == base);
                    let declared = declared.unwrap_or_else(|| panic!("{path}: no job {}", job.name));
                    assert_eq!(job.name != base, declared.n_legs > 1, "{}", job.name);
                }
            }
            n_blobs += files.len();
        }
        // Releases of actions are bumped, so that files change in the history.
        assert!(n_blobs > 4 * world.repositories.len(), "{n_blobs}");
    }
}
