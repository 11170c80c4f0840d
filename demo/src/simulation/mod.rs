//! Time: who does what when. Every act changes the world and writes down the truth in one go.

pub(crate) mod acceptances;
pub(crate) mod caches;
pub(crate) mod contents;
pub(crate) mod history;
pub(crate) mod mainline;
pub(crate) mod merges;
pub(crate) mod notes;
pub(crate) mod pipeline;
pub(crate) mod plan;
pub(crate) mod pull_requests;
pub mod pulls;
pub(crate) mod quarantines;
pub(crate) mod releases;
pub(crate) mod repository;
pub(crate) mod runs;
pub(crate) mod security;
pub(crate) mod suite;
pub(crate) mod uploads;
pub(crate) mod workflows;

use chrono::{NaiveDate, TimeDelta};
use domain::clock::Timestamp;
use domain::policy::Policy;

use crate::chance::Chance;
use crate::simulation::plan::{OUTSIDERS, PEOPLE, PROFILES, Profile, Protected, REQUIRED_CHECKS};
use crate::simulation::repository::{Act, Draft, RepositorySimulation, Theme};
use crate::truth::controls::outages;
use crate::truth::controls::verdicts::Scope;
use crate::truth::recorder::{Limits, Sums};
use crate::truth::{Trap, Truth};
use crate::world::change::Branch;
use crate::world::repository::{Fork, Protection, Repository, Ruleset, Workflow};
use crate::world::run::JobKind;
use crate::world::{Person, World};

/// What a world is made from.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// What every draw derives from.
    pub seed: u64,
    /// How long the timeline is.
    pub days: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self { seed: 1, days: 90 }
    }
}

/// The end of every timeline: the first instant after the first quarter of 2026.
pub fn end() -> Timestamp {
    NaiveDate::from_ymd_opt(2026, 4, 1)
        .unwrap_or_default()
        .and_time(chrono::NaiveTime::MIN)
        .and_utc()
}

/// Lets the timeline happen, and returns it with the truth about it.
pub fn simulate(options: Options) -> (World, Truth) {
    let end = end();
    let from = end - TimeDelta::days(i64::from(options.days));
    let policy = Policy::default();
    let limits = Limits::of(&policy, end);
    let scope = Scope {
        window: end - TimeDelta::days(30)..end,
        pulls: &pulls::instants(end, options.days),
        policy: &policy,
    };
    let mut repositories = Vec::new();
    let mut kpis = Vec::new();
    let mut truths = Vec::new();
    let mut traps = Vec::new();
    let mut all = Sums::default();
    for (index, profile) in PROFILES.iter().enumerate() {
        let mut simulation = begin(profile, index, options.seed, from, end);
        simulation.run();
        simulation.settle_quarantines();
        simulation.settle_caches();
        let full_name = simulation.repository.full_name();
        let (truth, sums, found) = simulation
            .truth
            .settle(&simulation.repository.suites[0], &limits, &scope);
        kpis.extend(sums.kpis(Some(&full_name), end, &limits));
        all.add(&sums);
        truths.push(truth);
        traps.extend(found);
        repositories.push(simulation.repository);
    }
    kpis.extend(all.kpis(None, end, &limits));
    traps.sort_by_key(|trap: &Trap| trap.number);
    // Drawn here and nowhere written in the sources, so that no scanner of ours finds it.
    let canary =
        Chance::of(options.seed, &[&"canary"]).token(b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789", 40);
    let world = World {
        seed: options.seed,
        from,
        end,
        people: PEOPLE
            .iter()
            .enumerate()
            .map(|(index, (login, name, is_bot))| Person {
                id: 9_100_000 + i64::try_from(index).unwrap_or(0) * 7_919,
                login: (*login).to_owned(),
                name: (*name).to_owned(),
                is_bot: *is_bot,
            })
            .collect(),
        repositories,
        canary,
    };
    let truth = Truth {
        seed: options.seed,
        days: options.days,
        from,
        as_of: end,
        controls: outages::organization(&kpis, &scope),
        kpis,
        repositories: truths,
        traps,
    };
    (world, truth)
}

/// Makes a repository and schedules what is known of its time.
fn begin(profile: &'static Profile, index: usize, seed: u64, from: Timestamp, end: Timestamp) -> RepositorySimulation {
    let suite = suite::suite(profile, seed, from, end);
    let flakes = suite::flakes(profile, &suite, seed, from, end);
    let mut simulation =
        RepositorySimulation::new(profile, index, seed, (from, end), empty(profile, index, suite, from));
    simulation.flakes = flakes;
    let first = simulation.found(from);
    simulation.repository.branches.push(Branch {
        name: "main".to_owned(),
        pushes: vec![(from, first)],
        deleted_at: None,
    });
    let careful: Vec<&'static str> = REQUIRED_CHECKS.to_vec();
    let careless: Vec<&'static str> = vec!["lint", "unit-tests", "trivy", "gitleaks", "sbom-provenance"];
    let checks = if profile.is_careless { careless } else { careful.clone() };
    if profile.name == "ingest-api" {
        // The last two checks were required only later.
        simulation.require(&careful[..8]);
        simulation.schedule(
            end - TimeDelta::days(50),
            Act::Require {
                checks: careful.clone(),
            },
        );
    } else {
        simulation.require(&checks);
    }
    let days = (end - from).num_days();
    for day in 0..days {
        let at = from + TimeDelta::days(day);
        simulation.schedule(at, Act::Day(at.date_naive()));
    }
    quarantines::plan(&mut simulation);
    security::plan(&mut simulation);
    releases::plan(&mut simulation);
    stage(&mut simulation);
    simulation
}

/// What has to happen in every world, whatever chance draws.
fn stage(simulation: &mut RepositorySimulation) {
    let end = simulation.end;
    let breaking = |breaks, theme| {
        Act::Open(Draft {
            theme,
            is_urgent: true,
            breaks: Some(breaks),
            fixes: None,
        })
    };
    match simulation.profile.name {
        // Main is red when time ends.
        "match-engine" => {
            let at = end - TimeDelta::hours(7);
            simulation.no_repair_from = Some(at);
            simulation.schedule(at, breaking(JobKind::Lint, Theme::Feature));
        }
        // A change of documentation lands while main is red: its skipped checks clear nothing.
        "identity-gateway" => {
            let at = end - TimeDelta::days(12) + TimeDelta::hours(14);
            simulation.schedule(at, breaking(JobKind::Lint, Theme::Feature));
            for hours in [1, 2] {
                let docs = Draft {
                    theme: Theme::Documentation,
                    is_urgent: true,
                    breaks: None,
                    fixes: None,
                };
                simulation.schedule(at + TimeDelta::minutes(15 + 10 * hours), Act::Open(docs));
            }
        }
        // A red check is taken out of the required set, and put back a week later.
        "stream-agent" => {
            let at = end - TimeDelta::days(20) + TimeDelta::hours(14);
            simulation.schedule(at, breaking(JobKind::ContractChecks, Theme::Schemas));
            let without: Vec<&'static str> = REQUIRED_CHECKS
                .into_iter()
                .filter(|check| *check != "contract-checks")
                .collect();
            simulation.schedule(at + TimeDelta::minutes(50), Act::Require { checks: without });
            simulation.schedule(
                at + TimeDelta::days(7),
                Act::Require {
                    checks: REQUIRED_CHECKS.to_vec(),
                },
            );
        }
        // Nobody looks after its nights for a week.
        "model-lab" => {
            let first = (end - TimeDelta::days(20)).date_naive();
            simulation.nights_off = (0..7).map(|day| first + TimeDelta::days(day)).collect();
        }
        _ => {}
    }
}

fn empty(
    profile: &'static Profile,
    index: usize,
    suite: crate::world::repository::Suite,
    from: Timestamp,
) -> Repository {
    let index = i64::try_from(index).unwrap_or(0);
    let id = 700_100_000 + index * 1_013;
    let made_at = from - TimeDelta::days(700 - index * 31);
    let workflow = |nth: i64, name, path| Workflow {
        id: 40_200_000 + index * 16 + nth,
        name,
        path,
        created_at: made_at,
    };
    let has_forks = profile.fork_share > 0.0;
    Repository {
        id,
        name: profile.name,
        taxonomy: profile.taxonomy,
        description: profile.description,
        language: profile.language,
        is_private: profile.is_private,
        created_at: made_at,
        forks: OUTSIDERS
            .filter(|_| has_forks)
            .map(|owner| Fork {
                id: id + 1 + i64::try_from(owner).unwrap_or(0),
                owner,
                created_at: made_at + TimeDelta::days(90),
            })
            .collect(),
        workflows: vec![
            workflow(0, "CI", ".github/workflows/ci.yml"),
            workflow(1, "Nightly", ".github/workflows/nightly.yml"),
            workflow(2, "Deploy", ".github/workflows/deploy.yml"),
            workflow(3, "Compatibility", ".github/workflows/compatibility.yml"),
        ],
        suites: vec![suite],
        blobs: vec![],
        trees: vec![],
        commits: vec![],
        branches: vec![],
        pull_requests: vec![],
        runs: vec![],
        ruleset: (profile.protection == Protected::ByRuleset).then(|| Ruleset {
            id: 3_300_000 + index,
            name: "main",
            versions: vec![],
        }),
        protection: (profile.protection == Protected::ByClassicRules).then(|| Protection {
            required_checks: vec![],
            exempts_administrators: profile.is_careless,
            required_approvals: 1,
        }),
        findings: vec![],
        analyses: vec![],
        alerts: vec![],
        issues: vec![],
        deployments: vec![],
        cache_retention_days: if profile.is_careless { 30 } else { 7 },
        caches: vec![],
        releases: vec![],
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn json(truth: &Truth) -> String {
        serde_json::to_string(truth).unwrap()
    }

    #[test]
    fn a_seed_gives_one_world_and_another_seed_another() {
        let options = Options { seed: 7, days: 20 };
        let (world, truth) = simulate(options);
        let (again, same) = simulate(options);
        assert_eq!(json(&truth), json(&same));
        assert_eq!(format!("{world:?}"), format!("{again:?}"));
        let others: BTreeSet<String> = (0..20)
            .map(|seed| json(&simulate(Options { seed, days: 10 }).1))
            .collect();
        assert_eq!(others.len(), 20);
    }

    #[test]
    fn the_default_world_is_large_enough_and_holds_every_trap_that_the_timeline_makes() {
        let (world, truth) = simulate(Options::default());
        let sum = |count: fn(&crate::truth::Counts) -> i64| -> i64 {
            truth
                .repositories
                .iter()
                .map(|repository| count(&repository.counts))
                .sum()
        };
        assert!(world.repositories.len() >= 8);
        assert!(
            sum(|counts| counts.attempts) >= 3_000,
            "{}",
            sum(|counts| counts.attempts)
        );
        assert!(
            sum(|counts| counts.test_results) >= 1_000_000,
            "{}",
            sum(|counts| counts.test_results)
        );
        let traps: BTreeSet<u8> = truth.traps.iter().map(|trap| trap.number).collect();
        // 3, 13, 15, 18, 21 and 22 lie in how a reader asks and computes, not in an act.
        let made = [1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 16, 17, 19, 20];
        assert_eq!(traps, BTreeSet::from(made));
        let is_red = |repository: &crate::truth::RepositoryTruth| {
            repository.outages.iter().any(|outage| outage.closed_at.is_none())
        };
        let red = truth.repositories.iter().filter(|repository| is_red(repository));
        let red: Vec<&str> = red.map(|repository| repository.repository.as_str()).collect();
        assert!(red.contains(&"neurocipher/match-engine"), "{red:?}");
    }

    #[test]
    fn every_kind_of_outage_quarantine_episode_gate_and_night_occurs() {
        let (_, truth) = simulate(Options::default());
        let seen = |words: BTreeSet<&str>, wanted: &[&str]| {
            for word in wanted {
                assert!(words.contains(word), "{word} does not occur among {words:?}");
            }
        };
        let repositories = || truth.repositories.iter();
        let checks = repositories()
            .flat_map(|of| &of.outages)
            .flat_map(|outage| &outage.checks);
        seen(
            checks.filter_map(|check| check.cleared_by).collect(),
            &["rerun", "commit", "policy"],
        );
        let quarantines = || repositories().flat_map(|of| &of.quarantines);
        seen(
            quarantines().map(|quarantine| quarantine.state).collect(),
            &["active", "overdue", "released_proven", "released_unproven"],
        );
        seen(
            quarantines().map(|quarantine| quarantine.tagged_by).collect(),
            &["property", "name", "list", "issue"],
        );
        assert!(
            quarantines().any(|quarantine| quarantine.started_at < quarantine.tagged_at),
            "a clock that runs on"
        );
        assert!(quarantines().any(|quarantine| quarantine.is_extended) && quarantines().any(|of| of.ticket.is_none()));
        let episodes = || repositories().flat_map(|of| &of.episodes);
        seen(
            episodes().map(|episode| episode.state).collect(),
            &["met", "late", "breached"],
        );
        assert!(
            episodes().any(|episode| episode.is_continued),
            "a finding that came back"
        );
        let gates = repositories().flat_map(|of| &of.gates);
        seen(
            gates.map(|gate| gate.state).collect(),
            &["PASS", "PASS_AFTER_RERUN", "NOT_APPLICABLE", "VACUOUS", "BYPASSED"],
        );
        let nights = repositories().flat_map(|of| &of.nights);
        seen(
            nights.map(|night| night.state).collect(),
            &["on_time", "late", "missing"],
        );
        // Two runs of one head commit that disagree are rare: one world in three has some.
        let (_, other) = simulate(Options {
            seed: 2,
            ..Options::default()
        });
        let flaky = repositories().chain(&other.repositories).flat_map(|of| &of.flaky);
        seen(flaky.filter_map(|test| test.grade).collect(), &["A", "B", "C"]);
        assert!(repositories().any(|of| !of.frozen_deployments.is_empty()));
    }

    #[test]
    fn a_tag_in_a_name_makes_another_test_from_its_commit_on() {
        let (world, truth) = simulate(Options::default());
        let of = |name: &str| (world.repositories.iter().zip(&truth.repositories)).find(|(of, _)| of.name == name);
        let (repository, truth) = of("audithound-web").unwrap();
        let quarantine = truth.quarantines.iter().find(|of| of.tagged_by == "name").unwrap();
        let before = quarantine.name.strip_suffix(" @flaky").unwrap();
        let named = |name: &str| {
            let mut tests = repository.suites[0].tests.iter();
            let is_it =
                |test: &&crate::world::repository::Test| test.name == name && test.class_name == quarantine.class_name;
            tests.find(is_it).unwrap()
        };
        let at = quarantine.tagged_at;
        let second = TimeDelta::seconds(1);
        let exist = |at| (named(before).exists_at(at), named(&quarantine.name).exists_at(at));
        assert_eq!((exist(at - second), exist(at)), ((true, false), (false, true)));
        assert_eq!((quarantine.state, quarantine.is_breached), ("overdue", true));
    }

    #[test]
    fn in_every_world_time_runs_forward_and_ids_name_one_thing() {
        for seed in 0..12 {
            let (world, truth) = simulate(Options { seed, days: 40 });
            let mut runs = BTreeSet::new();
            let mut jobs = BTreeSet::new();
            let mut shas = BTreeSet::new();
            for repository in &world.repositories {
                assert!(
                    repository.runs.is_sorted_by_key(|run| run.created_at),
                    "{}",
                    repository.name
                );
                for run in &repository.runs {
                    assert!(runs.insert(run.id));
                    assert!(run.attempts.is_sorted_by_key(|attempt| attempt.started_at));
                    for job in run.attempts.iter().flat_map(|attempt| &attempt.jobs) {
                        assert!(jobs.insert(job.id), "job {} of {}", job.id, repository.name);
                        assert!(
                            job.first_step_at
                                .is_none_or(|at| job.completed_at.is_none_or(|end| at <= end))
                        );
                    }
                    for attempt in &run.attempts {
                        let is_inside =
                            |at| at >= attempt.started_at && attempt.completed_at.is_none_or(|end| at <= end);
                        assert!(attempt.artifacts.iter().all(|artifact| is_inside(artifact.created_at)));
                    }
                }
                for commit in &repository.commits {
                    assert!(shas.insert(&commit.sha), "{} of {}", commit.sha, repository.name);
                }
                let numbers: BTreeSet<i64> = (repository.pull_requests.iter().map(|of| of.number))
                    .chain(repository.issues.iter().map(|of| of.number))
                    .collect();
                assert_eq!(numbers.len(), repository.pull_requests.len() + repository.issues.len());
            }
            for repository in &truth.repositories {
                for pair in repository.outages.windows(2) {
                    assert!(
                        pair[0]
                            .closed_at
                            .is_some_and(|closed_at| closed_at <= pair[1].opened_at)
                    );
                }
                for outage in &repository.outages {
                    assert!(outage.closed_at.is_none_or(|closed_at| outage.opened_at <= closed_at));
                }
                for episode in &repository.episodes {
                    assert!(episode.started_at < episode.due_at);
                    assert!(episode.fixed_at.is_none_or(|fixed_at| fixed_at >= episode.started_at));
                }
            }
        }
    }
}
