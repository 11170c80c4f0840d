//! Guesses the producer of a report from its names and from the order in which it writes attributes.

/// How sure a sign is; a surer one replaces a weaker one.
type Weight = u8;

/// What has been seen of the producer so far.
#[derive(Debug, Default)]
pub(super) struct Dialect {
    name: Option<&'static str>,
    weight: Weight,
}

/// The order in which pytest writes the attributes of a suite, since 5.
const PYTEST_SUITE: &str = "name errors failures skipped tests time timestamp";

impl Dialect {
    /// The producer, where it shows.
    pub(super) fn name(&self) -> Option<&'static str> {
        self.name
    }

    /// Looks at the root element; `signature` is the names of its attributes in their order.
    pub(super) fn see_root(&mut self, name: &str, signature: &str) {
        match name {
            "jest tests" => self.note("jest", 80),
            "vitest tests" => self.note("vitest", 80),
            "nextest-run" => self.note("nextest", 80),
            "pytest tests" => self.note("pytest", 80),
            "Mocha Tests" => self.note("mocha", 60),
            "AllTests" => self.note("googletest", 50),
            _ if name.ends_with(".xctest") || name.ends_with(".xctestrun") => self.note("xctest", 60),
            _ if name.starts_with("rspec") => self.note("rspec", 60),
            _ => {}
        }
        if signature.starts_with("id name tests failures skipped errors time") {
            self.note("playwright", 70);
        } else if signature.contains("uuid") {
            self.note("nextest", 60);
        }
    }

    /// Looks at a suite.
    pub(super) fn see_suite(&mut self, name: &str, file: &str, schema: &str, signature: &str) {
        match signature {
            _ if is_pytest(name, signature) => self.note("pytest", 80),
            "name tests skipped failures errors timestamp hostname time" => self.note("gradle", 70),
            "name errors failures skipped tests hostname time timestamp" => self.note("catch2", 60),
            "name tests failures disabled skipped hostname time timestamp" => self.note("ctest", 70),
            "name tests failures disabled skipped hostname time" => self.note("ctest", 60),
            "time skipped failures errors name assertions tests timestamp" => self.note("minitest", 70),
            "name time disabled errors tests failures skipped hostname" => self.note("node-test", 70),
            "name package tests disabled skipped errors failures time timestamp" => self.note("ginkgo", 70),
            "name tests errors failures skipped time timestamp hostname" => self.note("behave", 50),
            _ if signature.contains("tests assertions") => self.note("phpunit", 50),
            _ => {}
        }
        if schema.contains("surefire") {
            self.note("surefire", 80);
        }
        if file.contains("cypress") {
            self.note("cypress", 70);
        }
        if name.starts_with("rspec") {
            self.note("rspec", 70);
        }
        if name.starts_with("@setup-script:") {
            self.note("nextest", 70);
        }
    }

    /// Looks at a property of a suite.
    pub(super) fn see_property(&mut self, name: &str, is_gotestsum: bool) {
        match name {
            "go.version" if is_gotestsum => self.note("gotestsum", 75),
            "go.version" => self.note("go-junit-report", 75),
            "random-seed" => self.note("catch2", 65),
            "SuiteSucceeded" => self.note("ginkgo", 75),
            _ if name.starts_with("surefire.") => self.note("surefire", 80),
            _ => {}
        }
    }

    /// Looks at one of the first cases.
    pub(super) fn see_case(&mut self, signature: &str) {
        const GOOGLETEST: [&str; 4] = [
            "status result time",
            "status result timestamp",
            "value_param",
            "type_param",
        ];
        if signature.starts_with("name status duration time") {
            self.note("bazel", 60);
        } else if GOOGLETEST.iter().any(|sign| signature.contains(sign)) {
            self.note("googletest", 60);
        }
    }

    fn note(&mut self, name: &'static str, weight: Weight) {
        if weight > self.weight {
            self.name = Some(name);
            self.weight = weight;
        }
    }
}

/// Tells whether pytest wrote a suite: by its default name, or by the order of its attributes under another one.
pub(super) fn is_pytest(name: &str, signature: &str) -> bool {
    name == "pytest" || signature.starts_with(PYTEST_SUITE)
}

/// Tells gotestsum from go-junit-report, which write the same property, by `%f` and the missing `id`.
pub(super) fn is_gotestsum(signature: &str, time: &str) -> bool {
    let fraction = time.split_once('.').map_or("", |(_, fraction)| fraction);
    fraction.len() == 6 && !signature.contains(" id")
}
