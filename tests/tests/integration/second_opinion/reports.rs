//! Payloads: reports of tests, whole, broken off, or not to be read.

use super::random_lake::{Attempt, DAY, MINUTE, RandomLake, Row};

/// Class and name. Tags in names come with the bare name that shows when the tag is gone.
const TESTS: [(&str, &str); 8] = [
    ("a.B", "t0"),
    ("a.B", "t1"),
    ("", "t2"),
    ("a.B", "t3 @flaky"),
    ("a.B", "t3"),
    ("", "t4[@flaky]"),
    ("", "t4[]"),
    ("a.C", "t5"),
];

/// What a repository's reports are made of.
struct Habits {
    /// How many of the tests it has.
    n_tests: usize,
    /// Of each test, when it carried the tag as a property.
    tagged: Vec<(i64, i64)>,
    failing_percent: u32,
}

impl RandomLake {
    pub(crate) fn draw_reports(&mut self, repository: &str) {
        let attempts: Vec<_> = self
            .attempts
            .iter()
            .filter(|it| it.repository == repository)
            .cloned()
            .collect();
        let habits = Habits {
            n_tests: self.pick(&[2, 4, 8]),
            tagged: (0..TESTS.len())
                .map(|_| match self.between(0, 3) {
                    0 => {
                        let from = self.moment();
                        (from, self.moment())
                    }
                    1 => (self.moment(), 100 * DAY),
                    _ => (0, 0),
                })
                .collect(),
            failing_percent: self.pick(&[5, 20, 50]),
        };
        for attempt in &attempts {
            for _ in 0..self.pick(&[0, 1, 1, 2]) {
                self.draw_report(attempt, &habits);
            }
            if self.happens(15) {
                self.draw_loss(attempt);
            }
        }
    }

    fn place(&mut self, attempt: &Attempt) -> (Row, i64) {
        let job = if attempt.jobs.is_empty() || self.happens(40) {
            None
        } else {
            Some(self.pick(&attempt.jobs))
        };
        let last = attempt.jobs.iter().map(|job| job.1).max();
        let completed_at = job
            .map(|job| job.1)
            .or(last)
            .unwrap_or(attempt.created_at + 20 * MINUTE);
        let artifact = self.pick(&[
            None,
            Some("junit".to_owned()),
            Some(format!("junit-attempt-{}", attempt.number)),
            Some(format!("junit.attempt{}", attempt.number)),
        ]);
        let row = Row::of(&attempt.repository)
            .with("run_id", attempt.run_id)
            .with("run_attempt", attempt.number)
            .maybe("workflow", attempt.workflow)
            .maybe("job", job.map(|job| job.0))
            .maybe("artifact", artifact)
            .at("completed_at", completed_at);
        (row, completed_at)
    }

    fn draw_report(&mut self, attempt: &Attempt, habits: &Habits) {
        let (place, completed_at) = self.place(attempt);
        let digest = self.digest();
        let known_at = self.known_after(completed_at);
        let place = place.at("known_at", known_at);
        let is_event = self.happens(15);
        let mut n_rows = 0;
        for (number, (class_name, name)) in TESTS[..habits.n_tests].iter().enumerate() {
            if self.happens(25) {
                continue;
            }
            let (from, to) = habits.tagged[number];
            let is_tagged = name.contains("@flaky") || from <= attempt.created_at && attempt.created_at < to;
            for execution in 0..self.pick(&[1, 1, 1, 1, 2]) {
                let failing = if is_event { 80 } else { habits.failing_percent };
                let outcome = if self.happens(failing) {
                    self.pick(&["failed", "failed", "error", "skipped"])
                } else {
                    self.pick(&["passed", "passed", "passed", "passed", "skipped"])
                };
                let is_quarantined = name.contains("@flaky") || is_tagged && self.happens(90);
                let row = place
                    .clone()
                    .with("test_id", format!("{} {class_name} {name}", attempt.repository))
                    .with("class_name", class_name)
                    .with("name", name)
                    .with("execution", execution)
                    .with("outcome", outcome)
                    .with("duration_ms", 10 * number)
                    .with("is_quarantined", is_quarantined)
                    .maybe("ticket", self.perhaps(30, &["#1", "#2"]).filter(|_| is_quarantined));
                self.add_of("test_results", completed_at, &digest, row);
                n_rows += 1;
            }
        }
        if self.happens(25) {
            // Around the fewest tests and the share of an infrastructure event.
            let n = self.pick(&[9, 10, 10, 10, 11]);
            let n_failed = self.pick(&[0, 7, 8, 8, 9]);
            for number in 0..n {
                let row = place
                    .clone()
                    .with("test_id", format!("{} many {number}", attempt.repository))
                    .with("suite", "many")
                    .with("name", number)
                    .with("outcome", if number < n_failed { "failed" } else { "passed" });
                self.add_of("test_results", completed_at, &digest, row);
                n_rows += 1;
            }
        }
        let status = self.pick(&["complete", "complete", "complete", "complete", "complete", "partial"]);
        let row = place
            .with("path", "junit.xml")
            .with("format", "junit")
            .with("status", status)
            .with("n_rows", n_rows);
        self.add_of("sources", completed_at, &digest, row);
    }

    /// A payload that gave no rows of tests.
    fn draw_loss(&mut self, attempt: &Attempt) {
        let (place, completed_at) = self.place(attempt);
        let format = self.pick(&["junit", "zip", "unknown", "cobertura", "sarif", "github_gap"]);
        let row = place
            .with("path", "junit.xml")
            .with("format", format)
            .with("status", self.pick(&["refused", "refused", "partial", "complete"]))
            .with("reason", "broken")
            .with("n_rows", 0);
        self.add("sources", completed_at, row);
    }
}
