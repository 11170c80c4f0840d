//! Commits, runs with their jobs, checks of other apps, what is required, and pull requests.

use super::random_lake::{Attempt, DAY, HOUR, MINUTE, NULL, RandomLake, Row};

/// Names of jobs and of checks. `test` and `e2e` leave reports of tests.
const CHECKS: [&str; 5] = ["test", "lint", "e2e", "scan", "test"];
/// How a check ends that does not succeed.
const OTHERWISE: [&str; 9] = [
    "failure",
    "failure",
    "failure",
    "failure",
    "timed_out",
    "cancelled",
    "skipped",
    "neutral",
    "startup_failure",
];

/// What a run is of, the same for its attempts.
struct Trigger {
    run_id: i64,
    event: &'static str,
    head_branch: &'static str,
    head_sha: String,
    head_repository: String,
    pull_requests: Option<String>,
    created_at: i64,
}

/// What gaps are of.
const RESOURCES: &[&str] = &[
    "runs",
    "jobs",
    "artifact",
    "artifact",
    "artifacts",
    "attempt",
    "pulls",
    "pull_commits",
    "check_runs",
    "protection",
    "ruleset_history",
    "analyses",
    "secret_alerts",
    "issues",
    "quarantine_lists",
    "repository_files",
    "workflow_files",
];

impl RandomLake {
    pub(crate) fn draw_changes(&mut self, repository: &str) {
        let is_described = self.happens(80);
        if is_described {
            self.describe(repository);
            self.require(repository);
        }
        let commits: Vec<_> = (0..self.between(2, 7)).map(|number| format!("c{number}")).collect();
        let pulls = self.draw_pulls(repository);
        for _ in 0..self.between(6, 16) {
            self.draw_run(repository, &commits, &pulls, is_described);
        }
        for _ in 0..self.between(0, 5) {
            self.draw_check_run(repository, &commits);
        }
        for _ in 0..self.between(0, 4) {
            self.draw_gap(repository);
        }
    }

    fn describe(&mut self, repository: &str) {
        for default_branch in ["trunk", "main"] {
            // The older observation says something else; without the newer one there are other default branches.
            let is_older = default_branch == "trunk";
            if is_older && self.happens(70) || !is_older && self.happens(5) {
                continue;
            }
            let row = Row::of(repository)
                .with("repository_id", 7)
                .with("default_branch", default_branch)
                .at("created_at", -400 * DAY)
                .at("updated_at", if is_older { -300 * DAY } else { -200 * DAY })
                .at("known_at", -100 * DAY);
            self.add("repositories", -100 * DAY, row);
        }
    }

    fn require(&mut self, repository: &str) {
        let mut version_id = 0;
        for ruleset_id in 1..=self.pick(&[0, 0, 1, 1, 2, 3]) {
            let branch = self.pick(&[
                "~DEFAULT_BRANCH",
                "~DEFAULT_BRANCH",
                "main",
                "refs/heads/main",
                "~ALL",
                "release",
            ]);
            let mut effective_at = self.moment() - self.pick(&[0, 0, 100 * DAY]);
            for _ in 0..self.between(1, 4) {
                version_id += 1;
                self.require_set(
                    repository,
                    "ruleset",
                    branch,
                    Some((ruleset_id, version_id)),
                    effective_at,
                );
                effective_at += self.pick(&[1, HOUR, DAY, 3 * DAY, 20 * DAY]);
            }
        }
        for origin in ["protection", "rules"] {
            let n = self.pick(&[0, 1, 2, 3]);
            let mut effective_at = self.moment();
            for _ in 0..n {
                self.require_set(repository, origin, "main", None, effective_at);
                effective_at += self.pick(&[HOUR, 2 * DAY, 10 * DAY]);
            }
        }
    }

    fn require_set(
        &mut self,
        repository: &str,
        origin: &'static str,
        branch: &'static str,
        version: Option<(i64, i64)>,
        effective_at: i64,
    ) {
        let enforcement = if origin == "ruleset" {
            self.pick(&["active", "active", "active", "active", "evaluate", "disabled"])
        } else {
            "active"
        };
        let mut contexts: Vec<_> = CHECKS[..4]
            .iter()
            .filter(|_| self.happens(50))
            .copied()
            .map(Some)
            .collect();
        if contexts.is_empty() {
            contexts.push(None);
        }
        let digest = self.digest();
        let known_at = self.known_after(effective_at);
        for context in contexts {
            // An observation of the active rules names the ruleset of each, and none where there is no rule.
            let observed = self
                .perhaps(100, &[1, 2])
                .filter(|_| origin == "rules" && context.is_some());
            let row = Row::of(repository)
                .with("branch", branch)
                .with("origin", origin)
                .maybe("ruleset_id", version.map(|version| version.0).or(observed))
                .maybe("version_id", version.map(|version| version.1))
                .with("enforcement", enforcement)
                .maybe("context", context)
                // One context names one app all the time: see the second opinion's view `required`.
                .maybe("app_id", context.filter(|context| *context == "scan").map(|_| 15))
                .at("effective_at", effective_at)
                .at("known_at", known_at);
            self.add_of("required_checks", effective_at, &digest, row);
        }
    }

    /// Numbers of pull requests, each with its head commits.
    fn draw_pulls(&mut self, repository: &str) -> Vec<(i64, Vec<String>)> {
        let mut pulls = Vec::new();
        for number in 1..=self.between(0, 4) {
            let heads: Vec<_> = (0..self.between(1, 4))
                .map(|_| format!("h{}", self.between(0, 6)))
                .collect();
            let created_at = self.moment() - DAY;
            let merged_at = self.happens(80).then(|| (created_at + DAY).max(self.moment()));
            let closed_at = merged_at.or_else(|| self.perhaps(50, &[created_at + 3 * DAY]));
            let row = Row::of(repository)
                .with("number", number)
                .with("pull_request_id", 1000 + number)
                .with("title", format!("Change {number}"))
                .with("head_branch", format!("topic{}", self.between(0, 2)))
                .maybe(
                    "head_repository",
                    self.perhaps(90, &[repository.to_owned(), "someone/fork".to_owned()]),
                )
                .at("created_at", created_at);
            if self.happens(50) {
                let opened = row
                    .clone()
                    .with("title", format!("Draft {number}"))
                    .with("state", "open")
                    .with("head_sha", &heads[0])
                    .at("updated_at", created_at);
                self.add("pull_requests", created_at, opened);
            }
            let changed_at = closed_at.unwrap_or(created_at + HOUR);
            let row = row
                .with("state", if closed_at.is_some() { "closed" } else { "open" })
                .with("head_sha", heads.last().unwrap())
                .at("updated_at", changed_at)
                .maybe_at("closed_at", closed_at)
                .maybe_at("merged_at", merged_at);
            self.add("pull_requests", changed_at, row);
            for (nth, head) in (0_i64..).zip(&heads) {
                if self.happens(60) {
                    let row = Row::of(repository)
                        .with("number", number)
                        .with("sha", head)
                        .at("committed_at", created_at - nth * MINUTE);
                    self.add("pull_request_commits", created_at, row);
                }
            }
            pulls.push((number, heads));
        }
        pulls
    }

    fn draw_run(&mut self, repository: &str, commits: &[String], pulls: &[(i64, Vec<String>)], is_described: bool) {
        let event = self.pick(&[
            "push",
            "push",
            "push",
            "push",
            "push",
            "push",
            "pull_request",
            "pull_request",
            "pull_request",
            "pull_request",
            "schedule",
            "schedule",
            "workflow_dispatch",
            "merge_group",
            "pull_request_target",
        ]);
        let is_of_pull = event.starts_with("pull_request") || event == "push" && self.happens(25);
        let pull = if is_of_pull && !pulls.is_empty() {
            Some(self.pick(pulls))
        } else {
            None
        };
        let head_sha = match &pull {
            Some((_, heads)) if self.happens(90) => self.pick(heads),
            _ if is_of_pull => format!("h{}", self.between(0, 6)),
            _ => self.pick(commits),
        };
        let named = [
            None,
            Some("[]".to_owned()),
            pull.as_ref().map(|pull| format!("[{}]", pull.0)),
            pull.as_ref().map(|pull| format!("[{},9]", pull.0)),
        ];
        let run = Trigger {
            run_id: self.id(),
            event,
            head_branch: if is_of_pull {
                self.pick(&["topic0", "topic0", "topic1", "topic1", "main"])
            } else {
                self.pick(&["main", "main", "main", "main", "main", "topic0", "trunk"])
            },
            head_sha,
            head_repository: match self.between(0, 20) {
                0 => "someone/fork".to_owned(),
                1 => NULL.to_owned(),
                _ => repository.to_owned(),
            },
            pull_requests: self.pick(&named),
            created_at: self.moment(),
        };
        let workflow = self.perhaps(90, &["ci", "ci", "nightly"]);
        let workflow_id = if workflow == Some("nightly") { 2 } else { 1 };
        let run_number = self.happens(80).then(|| self.next_run_number(repository, workflow_id));
        let mut ended: Vec<Row> = Vec::new();
        let mut started_at = run.created_at;
        for run_attempt in 1..=self.pick(&[1, 1, 1, 2, 2, 3]) {
            let is_first = run_attempt == 1;
            let tree_sha = self.perhaps(50, &[format!("tree {}", run.head_sha.replace('1', "0"))]);
            let row = Row::of(repository)
                .with("run_id", run.run_id)
                .with("run_attempt", run_attempt)
                .maybe("workflow", workflow)
                .with("workflow_id", workflow_id)
                .maybe("run_number", run_number)
                .with("event", run.event)
                .with("head_branch", run.head_branch)
                .with(
                    "default_branch",
                    if is_described && self.happens(70) { NULL } else { "main" },
                )
                .with("head_sha", &run.head_sha)
                .maybe("tree_sha", tree_sha)
                .with("head_repository", &run.head_repository)
                .at("created_at", run.created_at)
                .at("started_at", started_at);
            if self.happens(25) {
                let under_way = row
                    .clone()
                    .with("status", "in_progress")
                    .at("updated_at", started_at)
                    .maybe("pull_requests", run.pull_requests.clone());
                self.add("runs", run.created_at, under_way);
            }
            let (jobs, ended_at) = self.draw_jobs(repository, &run, workflow, run_attempt, started_at, &mut ended);
            let conclusion = self.pick(&["success", "success", "failure", "cancelled"]);
            let row = row
                .with("status", "completed")
                .with("conclusion", conclusion)
                .at("updated_at", ended_at)
                .maybe(
                    "pull_requests",
                    run.pull_requests.clone().filter(|_| is_first || run.run_id % 2 == 0),
                );
            self.add("runs", ended_at.min(run.created_at + HOUR), row);
            self.attempts.push(Attempt {
                repository: repository.to_owned(),
                run_id: run.run_id,
                number: run_attempt,
                workflow,
                head_sha: run.head_sha.clone(),
                created_at: run.created_at,
                jobs,
            });
            started_at = ended_at + self.pick(&[0, MINUTE, HOUR, 2 * HOUR - 10 * MINUTE, 20 * HOUR]);
        }
    }

    /// The jobs of an attempt and the end of the last one. `ended` are those of the run, which a re-run may repeat.
    fn draw_jobs(
        &mut self,
        repository: &str,
        run: &Trigger,
        workflow: Option<&str>,
        run_attempt: i64,
        started_at: i64,
        ended: &mut Vec<Row>,
    ) -> (Vec<(&'static str, i64)>, i64) {
        let mut jobs = Vec::new();
        let mut last = started_at;
        for copied in std::mem::take(ended) {
            if self.happens(40) {
                let copy = copied
                    .clone()
                    .with("job_id", self.id())
                    .with("run_attempt", run_attempt);
                self.add("jobs", last, copy);
            }
            ended.push(copied);
        }
        for name in &CHECKS[..4] {
            if self.happens(25) {
                continue;
            }
            let job_id = self.id();
            let completed_at = started_at + self.span();
            let row = Row::of(repository)
                .with("job_id", job_id)
                .with("run_id", run.run_id)
                .with("run_attempt", run_attempt)
                .with("name", name)
                .maybe("workflow", workflow)
                .with("head_branch", run.head_branch)
                .with("head_sha", &run.head_sha)
                .at("created_at", started_at);
            let under_way = row.clone().with("status", "in_progress").at("started_at", started_at);
            if self.happens(12) {
                // One that never ends, alone or beside one of its name that does.
                self.add("jobs", started_at, under_way);
                if self.happens(50) {
                    continue;
                }
            } else if self.happens(15) {
                self.add("jobs", started_at, under_way);
            }
            let job_id = if self.happens(90) { job_id } else { self.id() };
            let row = row
                .with("job_id", job_id)
                .with("status", "completed")
                .with("conclusion", self.conclusion())
                .at("started_at", started_at)
                .at("completed_at", completed_at);
            ended.push(row.clone());
            self.add("jobs", completed_at, row);
            self.draw_steps(repository, run, run_attempt, job_id, started_at, completed_at);
            jobs.push((*name, completed_at));
            last = last.max(completed_at);
        }
        self.draw_artifact(repository, run.run_id, run_attempt, last);
        (jobs, last)
    }

    fn conclusion(&mut self) -> &'static str {
        if self.happens(self.success_percent) {
            "success"
        } else {
            self.pick(&OTHERWISE)
        }
    }

    fn draw_steps(&mut self, repository: &str, run: &Trigger, run_attempt: i64, job_id: i64, from: i64, to: i64) {
        for number in 1..=self.between(0, 3) {
            let row = Row::of(repository)
                .with("job_id", job_id)
                .with("number", number)
                .with("run_id", run.run_id)
                .with("run_attempt", run_attempt)
                .with("name", self.pick(&["Checkout", "Run tests"]))
                .at("created_at", from)
                .at("started_at", from);
            if self.happens(20) {
                self.add("steps", from, row.clone().with("status", "in_progress"));
            }
            let conclusion = self.perhaps(95, &["success", "success", "failure", "skipped"]);
            let row = row
                .maybe("conclusion", conclusion)
                .maybe_at("completed_at", conclusion.map(|_| to));
            self.add("steps", to, row);
        }
    }

    fn draw_check_run(&mut self, repository: &str, commits: &[String]) {
        let started_at = self.moment();
        let completed_at = started_at + self.span();
        let row = Row::of(repository)
            .with("check_run_id", self.id())
            .with("name", self.pick(&["scan", "scan", "lint"]))
            .with("head_sha", self.pick(commits))
            .with("app_id", self.pick(&[15, 15, 16]))
            .at("started_at", started_at);
        if self.happens(30) {
            self.add("check_runs", started_at, row.clone().with("status", "in_progress"));
        }
        let row = row
            .with("status", "completed")
            .with("conclusion", self.conclusion())
            .at("completed_at", completed_at);
        self.add("check_runs", completed_at, row);
    }

    /// Numbers are one by one, save where runs are missing.
    fn next_run_number(&mut self, repository: &str, workflow_id: i64) -> i64 {
        let step = self.pick(&[1, 1, 1, 1, 1, 1, 1, 1, 2, 4]);
        let last = self
            .run_numbers
            .entry((repository.to_owned(), workflow_id))
            .or_insert(0);
        *last += step;
        *last
    }

    fn draw_gap(&mut self, repository: &str) {
        let observed_at = self.moment();
        let resource = self.pick(RESOURCES);
        let subject = match self.artifacts.last().copied() {
            Some(id) if resource == "artifact" && self.happens(80) => format!("artifact {id}"),
            _ => format!("subject {}", self.between(0, 3)),
        };
        let row = Row::of(repository)
            .with("resource", resource)
            .with("subject", subject)
            .maybe("run_id", self.perhaps(50, &[7]))
            .with("reason", self.pick(&["not_found", "expired", "forbidden"]))
            .with("is_open", self.happens(70))
            .at("observed_at", observed_at);
        let from_at = self.happens(70).then(|| self.moment());
        let to_at = self.happens(70).then(|| from_at.unwrap_or(observed_at) + self.span());
        self.add(
            "gaps",
            observed_at,
            row.maybe_at("from_at", from_at).maybe_at("to_at", to_at),
        );
    }
}
