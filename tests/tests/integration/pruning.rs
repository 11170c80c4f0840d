//! A question about a month reads the files and row groups of that month.

use query::answer::Cell;
use tests::lakes::{self, TestClock, TestRun};
use tests::sites::on_every_site;

/// Reads the counters of the scan of `test_results` out of an analyzed plan.
fn counter(plan: &str, name: &str) -> Vec<(u64, u64)> {
    let mut found = Vec::new();
    for line in plan.lines().filter(|line| line.contains("tables/test_results/")) {
        for part in line.split(&format!("{name}=")).skip(1) {
            let total = part
                .split_whitespace()
                .next()
                .and_then(|n| n.trim_end_matches(',').parse().ok());
            let matched = part
                .split("→ ")
                .nth(1)
                .and_then(|rest| rest.split([' ', ',', ']']).next()?.parse().ok());
            found.extend(total.zip(matched.or(total)));
        }
    }
    found
}

#[tokio::test]
async fn a_scan_of_one_month_reads_the_files_and_row_groups_of_that_month() {
    on_every_site(async |site| {
        const MONTHS: [&str; 12] = [
            "2025-12-10T10:00:00Z",
            "2026-01-10T10:00:00Z",
            "2026-02-10T10:00:00Z",
            "2026-03-10T10:00:00Z",
            "2026-04-10T10:00:00Z",
            "2026-05-10T10:00:00Z",
            "2026-06-10T10:00:00Z",
            "2026-07-10T10:00:00Z",
            "2026-08-10T10:00:00Z",
            "2026-09-10T10:00:00Z",
            "2026-10-10T10:00:00Z",
            "2026-11-10T10:00:00Z",
        ];
        let store = site.fresh_lake().open();
        let clock = TestClock::at("2026-11-23T10:00:00Z");
        let mut directories = Vec::new();
        for (run_id, month) in (1..).zip(MONTHS) {
            directories.push(TestRun::new(run_id, month, &[("t1", "passed"), ("t2", "passed")]).write(site.folder()));
        }
        lakes::ingest(&store, &clock, &directories).await.unwrap();
        lakes::upkeep(&store, &clock).await.unwrap();
        let statement = "explain analyze select count(*), min(name) from stg.test_results \
        where completed_at >= timestamp '2026-06-01T00:00:00Z' and completed_at < timestamp '2026-07-01T00:00:00Z'";
        let plan = lakes::sql(&store, statement).await.unwrap();
        let lines = plan.rows.iter().flatten().filter_map(|cell| match cell {
            Cell::Text(text) => Some(text.as_str()),
            _ => None,
        });
        let plan = lines.collect::<Vec<_>>().join("\n");
        let scans = plan
            .lines()
            .filter(|line| line.contains("tables/test_results/"))
            .count();
        assert_eq!(scans, 1, "{plan}");
        let files = plan.matches(".parquet").count();
        assert_eq!(files, 1, "of twelve files one holds the month:\n{plan}");
        assert_eq!(
            counter(&plan, "row_groups_pruned_statistics")
                .first()
                .map(|groups| groups.1),
            Some(1),
            "{plan}"
        );
    })
    .await;
}

#[tokio::test]
async fn what_the_bounds_of_files_prove_is_not_evaluated_and_the_rest_is() {
    on_every_site(async |site| {
        let store = site.fresh_lake().open();
        let clock = TestClock::at("2026-11-23T10:00:00Z");
        let runs = [(1, "2026-11-20T10:00:00Z"), (2, "2026-11-21T10:00:00Z")];
        let directories = runs.map(|(run_id, at)| TestRun::new(run_id, at, &[("t1", "passed")]).write(site.folder()));
        lakes::ingest(&store, &clock, &directories).await.unwrap();
        for (as_of, n, is_evaluated) in [
            ("2026-11-22T00:00:00Z", 2, false),
            ("2026-11-21T10:00:00Z", 2, false),
            ("2026-11-21T09:59:59Z", 1, true),
        ] {
            let engine = lakes::engine(&store).unwrap();
            let question = lakes::question(as_of);
            let found = engine
                .sql("select count(*) as n from stg.test_results", &question)
                .await
                .unwrap();
            assert_eq!(found.rows, [[Cell::Integer(n)]], "{as_of}");
            let plan = engine
                .sql("explain select name from stg.test_results", &question)
                .await
                .unwrap();
            let plan = format!("{:?}", plan.rows);
            assert_eq!(plan.contains("predicate=completed_at"), is_evaluated, "{as_of}: {plan}");
        }
    })
    .await;
}
