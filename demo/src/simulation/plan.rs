//! Who the organization is: its people and the profile of each repository. Data, no behaviour.

use crate::world::repository::{Producer, Taxonomy};

/// What the simulation needs to know of a repository before time starts.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub(crate) struct Profile {
    pub(crate) name: &'static str,
    pub(crate) taxonomy: Taxonomy,
    pub(crate) description: &'static str,
    pub(crate) language: &'static str,
    pub(crate) is_private: bool,
    /// People who merge past red checks, deploy during freezes, let quarantines run out.
    pub(crate) is_careless: bool,
    pub(crate) producer: Producer,
    /// Folder of its sources; also the root of its classes.
    pub(crate) package: &'static str,
    pub(crate) n_tests: usize,
    /// Matrix legs of the test job; empty: no matrix.
    pub(crate) legs: &'static [&'static str],
    pub(crate) pull_requests_per_week: f64,
    pub(crate) n_flaky: usize,
    /// Median seconds of the test job.
    pub(crate) unit_seconds: i64,
    /// Median seconds of CodeQL.
    pub(crate) codeql_seconds: i64,
    /// `push` to any branch (CI/CL-001 §5) runs CI beside `pull_request`: two runs for each commit.
    pub(crate) runs_on_every_push: bool,
    /// `cancel-in-progress` also hits the default branch.
    pub(crate) cancels_main: bool,
    pub(crate) has_merge_queue: bool,
    /// The nightly run also runs the tests.
    pub(crate) tests_nightly: bool,
    /// Artifact names carry the attempt, as CI/CL-001's example does not.
    pub(crate) names_carry_attempt: bool,
    pub(crate) protection: Protected,
    /// Share of pull requests that come from forks.
    pub(crate) fork_share: f64,
}

/// How the default branch is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protected {
    ByRuleset,
    ByClassicRules,
}

const COMMON: Profile = Profile {
    name: "",
    taxonomy: Taxonomy::Service,
    description: "",
    language: "Python",
    is_private: true,
    is_careless: false,
    producer: Producer::Pytest,
    package: "app",
    n_tests: 300,
    legs: &[],
    pull_requests_per_week: 6.0,
    n_flaky: 4,
    unit_seconds: 240,
    codeql_seconds: 330,
    runs_on_every_push: false,
    cancels_main: false,
    has_merge_queue: false,
    tests_nightly: false,
    names_carry_attempt: false,
    protection: Protected::ByRuleset,
    fork_share: 0.0,
};

/// The repositories. Their order gives their ids.
pub(crate) const PROFILES: &[Profile] = &[
    Profile {
        name: "ingest-api",
        description: "Takes in events of every tenant",
        package: "ingest_api",
        n_tests: 620,
        pull_requests_per_week: 21.0,
        n_flaky: 9,
        runs_on_every_push: true,
        tests_nightly: true,
        ..COMMON
    },
    Profile {
        name: "match-engine",
        description: "Matches signals to cases",
        package: "match_engine",
        producer: Producer::PytestRerunFailures,
        n_tests: 540,
        pull_requests_per_week: 11.0,
        n_flaky: 16,
        unit_seconds: 330,
        is_careless: true,
        cancels_main: true,
        ..COMMON
    },
    Profile {
        name: "audithound-core",
        description: "Evidence model and rules of AuditHound",
        taxonomy: Taxonomy::Library,
        package: "audithound",
        n_tests: 480,
        legs: &["3.11", "3.12"],
        pull_requests_per_week: 9.0,
        n_flaky: 5,
        unit_seconds: 170,
        names_carry_attempt: true,
        tests_nightly: true,
        is_private: false,
        fork_share: 0.22,
        ..COMMON
    },
    Profile {
        name: "audithound-web",
        description: "AuditHound in the browser",
        language: "TypeScript",
        producer: Producer::Jest,
        package: "web",
        n_tests: 410,
        pull_requests_per_week: 10.0,
        n_flaky: 7,
        unit_seconds: 200,
        codeql_seconds: 280,
        has_merge_queue: true,
        ..COMMON
    },
    Profile {
        name: "console-e2e",
        description: "Journeys through the console",
        language: "TypeScript",
        producer: Producer::Playwright,
        package: "journeys",
        n_tests: 90,
        pull_requests_per_week: 4.0,
        n_flaky: 6,
        unit_seconds: 520,
        is_careless: true,
        ..COMMON
    },
    Profile {
        name: "identity-gateway",
        description: "Single sign-on in front of every service",
        language: "Java",
        producer: Producer::Surefire,
        package: "org.neurocipher.gateway",
        n_tests: 430,
        pull_requests_per_week: 7.0,
        n_flaky: 8,
        unit_seconds: 400,
        codeql_seconds: 520,
        is_careless: true,
        protection: Protected::ByClassicRules,
        ..COMMON
    },
    Profile {
        name: "stream-agent",
        description: "Collects events on the hosts of tenants",
        language: "Rust",
        producer: Producer::Nextest,
        package: "stream_agent",
        n_tests: 360,
        pull_requests_per_week: 6.0,
        n_flaky: 5,
        unit_seconds: 300,
        ..COMMON
    },
    Profile {
        name: "iac-platform",
        description: "Terraform of every stack",
        taxonomy: Taxonomy::Infrastructure,
        language: "HCL",
        producer: Producer::Gotestsum,
        package: "github.com/neurocipher/iac-platform",
        n_tests: 120,
        pull_requests_per_week: 6.0,
        n_flaky: 4,
        unit_seconds: 380,
        ..COMMON
    },
    Profile {
        name: "schemas",
        description: "OpenAPI and event contracts",
        taxonomy: Taxonomy::Schemas,
        language: "Python",
        package: "contracts",
        n_tests: 150,
        pull_requests_per_week: 4.0,
        n_flaky: 1,
        unit_seconds: 90,
        codeql_seconds: 150,
        is_private: false,
        ..COMMON
    },
    Profile {
        name: "model-lab",
        description: "Training jobs on the GPU runner",
        package: "model_lab",
        n_tests: 210,
        pull_requests_per_week: 3.5,
        n_flaky: 5,
        unit_seconds: 780,
        is_careless: true,
        ..COMMON
    },
    Profile {
        name: "ops-runbooks",
        description: "Runbooks and dashboards",
        taxonomy: Taxonomy::Operations,
        language: "Shell",
        package: "runbooks",
        n_tests: 60,
        pull_requests_per_week: 2.5,
        n_flaky: 0,
        unit_seconds: 60,
        codeql_seconds: 120,
        protection: Protected::ByClassicRules,
        ..COMMON
    },
];

/// CI/CL-001 §10.
pub(crate) const REQUIRED_CHECKS: [&str; 10] = [
    "lint",
    "types",
    "unit-tests",
    "coverage-threshold",
    "codeql",
    "trivy",
    "gitleaks",
    "iac-scan",
    "contract-checks",
    "sbom-provenance",
];

/// Logins, names and whether each is a bot. The first is who administers the organization.
pub(crate) const PEOPLE: &[(&str, &str, bool)] = &[
    ("mireille-roy", "Mireille Roy", false),
    ("tomasz-k", "Tomasz Kowalski", false),
    ("adaobi-eze", "Adaobi Eze", false),
    ("jlindqvist", "Johan Lindqvist", false),
    ("priya-nair", "Priya Nair", false),
    ("s-okafor", "Samuel Okafor", false),
    ("claire-dubois", "Claire Dubois", false),
    ("hiro-tanaka", "Hiro Tanaka", false),
    ("lena-vogt", "Lena Vogt", false),
    ("rafael-m", "Rafael Moreno", false),
    ("dependabot[bot]", "dependabot", true),
    ("github-actions[bot]", "github-actions", true),
    ("outside-contributor", "Noor Haddad", false),
    ("weekend-patcher", "Ben Whitlock", false),
];
/// Who opens issues and quarantines, and who merges past red: the first of [`PEOPLE`].
pub(crate) const ADMINISTRATOR: usize = 0;
/// Who owns `iac/`, `schemas/` and `security/`.
pub(crate) const CODE_OWNER: usize = 6;
/// Who owns them, too, and reviews what [`CODE_OWNER`] wrote.
pub(crate) const SECOND_CODE_OWNER: usize = 7;
/// Those of [`PEOPLE`] who belong to the organization and write code.
pub(crate) const MEMBERS: std::ops::Range<usize> = 1..10;
/// `dependabot[bot]`.
pub(crate) const DEPENDABOT: usize = 10;
/// `github-actions[bot]`.
pub(crate) const ACTIONS_BOT: usize = 11;
/// Those of [`PEOPLE`] who have forks.
pub(crate) const OUTSIDERS: std::ops::Range<usize> = 12..14;
