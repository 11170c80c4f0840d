//! What GitHub does not give is a gap, told once, and stops nothing else.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::TimeDelta;
use demo::simulation::{self, simulate};
use domain::identity::RepositoryName;
use query::answer::Cell;
use tests::lakes;

use crate::github_source::{Stage, n, of_repository};

#[tokio::test]
async fn artifacts_that_expired_are_a_loss_that_is_told_once() {
    let stage = Stage::new(3, |options| options.now += TimeDelta::days(100)).await;
    let scope = of_repository("neurocipher/schemas");
    let pulled = stage.pull_all(&scope).await.unwrap();
    let n_artifacts = stage.count("select count(*) from stg.artifacts where is_expired").await;
    assert!(n_artifacts > 0);
    let lost = "select count(*) from stg.gaps where is_open and reason = 'expired' and resource = 'artifact'";
    assert_eq!(stage.count(lost).await, n_artifacts);
    assert_eq!(n(pulled.gaps.len()), n_artifacts);
    assert_eq!(stage.count("select count(*) from stg.test_results").await, 0);
    let second = stage.pull_all(&scope).await.unwrap();
    assert_eq!((second.gaps.len(), second.tally.publications.len()), (0, 0));
}

#[tokio::test]
async fn a_run_that_was_deleted_before_anybody_looked_is_a_gap_by_its_number() {
    let (mut world, truth) = simulate(simulation::Options { seed: 5, days: 3 });
    let repository = world.repositories.iter_mut().find(|of| of.name == "schemas").unwrap();
    let workflow = repository.runs[0].workflow;
    let of_workflow = repository.runs.iter_mut().filter(|run| run.workflow == workflow);
    let deleted = of_workflow.take(2).last().unwrap();
    deleted.deleted_at = Some(deleted.created_at + TimeDelta::hours(1));
    let number = deleted.number;
    let stage = Stage::over((world, truth), |_| {}).await;
    stage.pull_all(&of_repository("neurocipher/schemas")).await.unwrap();
    let holes = "select from_number, to_number, n_runs from mart.run_number_holes";
    let holes = lakes::sql(&stage.store, holes).await.unwrap();
    let expected = [number, number, 1].map(Cell::Integer).to_vec();
    assert_eq!(holes.rows, [expected]);
}

#[tokio::test]
async fn a_repository_that_is_not_there_is_a_gap_and_stops_no_other() {
    let stage = Stage::new(3, |_| {}).await;
    let mut scope = of_repository("neurocipher/schemas");
    scope
        .repositories
        .push(RepositoryName::parse("neurocipher/no-such").unwrap());
    let pulled = stage.pull_all(&scope).await.unwrap();
    assert_eq!(pulled.gaps.len(), 1, "{:?}", pulled.gaps);
    let gap = "select count(*) from stg.gaps where repository = 'neurocipher/no-such' and reason = 'not_found'";
    assert_eq!(stage.count(gap).await, 1);
    assert!(stage.count("select count(*) from stg.runs").await > 0);
}

#[tokio::test]
async fn a_list_of_quarantines_that_cannot_be_read_is_a_gap_and_releases_nobody() {
    let (mut world, truth) = simulate(simulation::Options { seed: 5, days: 27 });
    let repository = world.repositories.iter_mut().find(|of| of.name == "audithound-web");
    let repository = repository.unwrap();
    let is_list = |(path, _): &&(Arc<str>, usize)| &**path == ".quarantine.toml";
    let lists: BTreeSet<usize> = repository
        .trees
        .iter()
        .filter_map(|tree| tree.files.iter().find(is_list).map(|(_, blob)| *blob))
        .collect();
    assert_eq!(lists.len(), 2, "the list and its extension");
    let newest = &mut repository.blobs[*lists.last().unwrap()];
    newest.text = Arc::from(format!("{}\n[[quarantine", newest.text));
    let stage = Stage::over((world, truth), |_| {}).await;
    let scope = of_repository("neurocipher/audithound-web");
    let pulled = stage.pull_all(&scope).await.unwrap();
    assert_eq!(pulled.gaps.len(), 1, "{:?}", pulled.gaps);
    assert!(pulled.gaps[0].subject.contains(".quarantine.toml"), "{:?}", pulled.gaps);
    let entries = "select count(*) from stg.quarantine_entries where ";
    for (which, expected) in [
        ("is_whole and test is not null", 1),
        ("not is_whole and test is null", 1),
    ] {
        assert_eq!(stage.count(&format!("{entries}{which}")).await, expected, "{which}");
    }
    let warned = "select count(*) from stg.sources where n_warnings = 1 and warnings like '%list_unreadable%'";
    assert_eq!(stage.count(warned).await, 1);
    let inside = "select count(*) from mart.quarantines where tagged_by = 'list' and released_at is null";
    assert_eq!(stage.count(inside).await, 1);
    let second = stage.pull_all(&scope).await.unwrap();
    assert_eq!((second.gaps.len(), second.tally.publications.len()), (0, 0));
}
