//! Which tool it is, whatever its edition, and what kind of thing its results are.

use domain::finding::FindingClass;

/// Beginnings of drivers' names in lower case, longest first where one begins another; and the family.
const FAMILIES: &[(&str, &str)] = &[
    ("codeql", "codeql"),
    ("owasp dependency-check", "dependency-check"),
    ("semgrep", "semgrep"),
    ("snyk code", "snyk-code"),
    ("snyk container", "snyk-container"),
    ("snyk iac", "snyk-iac"),
    ("snyk open source", "snyk-open-source"),
    ("trivy", "trivy"),
];

/// Families that look for secrets and nothing else.
const SECRETS: &[&str] = &["betterleaks", "detect-secrets", "ggshield", "gitleaks", "trufflehog"];
/// Families that look for vulnerable packages.
const PACKAGES: &[&str] = &[
    "cargo-audit",
    "dependency-check",
    "grype",
    "npm-audit",
    "osv-scanner",
    "pip-audit",
    "snyk-container",
    "snyk-open-source",
];
/// Families that look for misconfigurations.
const CONFIGURATIONS: &[&str] = &["checkov", "kics", "snyk-iac", "terrascan", "tfsec"];
/// Families that check contracts.
const CONTRACTS: &[&str] = &["buf", "oasdiff", "openapi-diff", "spectral"];
/// Families that look for licences.
const LICENSES: &[&str] = &["licensee", "ort"];
/// Families whose results are style and likely mistakes.
const LINTERS: &[&str] = &[
    "actionlint",
    "biome",
    "clippy",
    "eslint",
    "hadolint",
    "inspectcode",
    "pylint",
    "ruff",
    "shellcheck",
    "tflint",
    "yamllint",
];
/// Families that check types.
const TYPES: &[&str] = &["mypy", "pyright"];
/// Families whose results are posture.
const OTHERS: &[&str] = &["scorecard"];

/// The tool's name without version or edition.
pub(crate) fn family(driver: &str) -> String {
    let name = driver.trim().to_lowercase();
    if let Some((_, family)) = FAMILIES.iter().find(|(begin, _)| name.starts_with(begin)) {
        return (*family).to_owned();
    }
    let words = name
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty());
    let name: String = words.collect::<Vec<_>>().join("-").chars().take(64).collect();
    if name.is_empty() { "unknown".to_owned() } else { name }
}

/// Whether every result of a family is about a secret.
pub(crate) fn is_secret_scanner(family: &str) -> bool {
    SECRETS.contains(&family)
}

/// What kind of thing a result is, by its rule's id, name and tags.
pub(crate) fn class(family: &str, rule_id: &str, rule_name: &str, tags: &[String], is_image: bool) -> FindingClass {
    let name = rule_name.to_lowercase();
    let has_tag = |tag: &str| tags.iter().any(|own| own.eq_ignore_ascii_case(tag));
    let is_one_of = |families: &[&str]| families.contains(&family);
    let begins = |begins: &[&str]| begins.iter().any(|begin| rule_id.starts_with(begin));
    if is_one_of(SECRETS) || begins(&["CKV_SECRET_"]) || rule_id.contains(".secrets.") || has_tag("secret") {
        FindingClass::Secret
    } else if has_tag("license") || is_one_of(LICENSES) || (family == "trivy" && name == "license") {
        FindingClass::License
    } else if has_tag("misconfiguration") || is_one_of(CONFIGURATIONS) && !begins(&["CVE-", "GHSA-"]) {
        FindingClass::Iac
    } else if name.replace(' ', "").starts_with("ospackage") {
        FindingClass::Image
    } else if is_one_of(PACKAGES)
        || begins(&["CVE-", "GHSA-", "RUSTSEC-", "PYSEC-", "GO-20", "OSV-", "SNYK-"])
        || (has_tag("vulnerability") && family == "trivy")
    {
        if is_image {
            FindingClass::Image
        } else {
            FindingClass::Sca
        }
    } else if is_one_of(CONTRACTS) {
        FindingClass::Contract
    } else if is_one_of(LINTERS) {
        FindingClass::Lint
    } else if is_one_of(TYPES) {
        FindingClass::Types
    } else if is_one_of(OTHERS) {
        FindingClass::Other
    } else {
        FindingClass::Sast
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn editions_of_one_tool_are_one_family() {
        for (driver, expected) in [
            ("CodeQL", "codeql"),
            ("CodeQL command-line toolchain", "codeql"),
            ("Semgrep OSS", "semgrep"),
            ("semgrep", "semgrep"),
            ("Trivy", "trivy"),
            ("gitleaks", "gitleaks"),
            ("Python Security Analysis", "python-security-analysis"),
            ("Snyk IaC", "snyk-iac"),
            ("", "unknown"),
        ] {
            assert_eq!(family(driver), expected, "{driver}");
        }
    }

    /// What these find has no clock, so that SQL has to leave them out of what is measured of security.
    #[test]
    fn sql_tells_the_same_tools_from_those_of_security() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../sql/stg/scans.sql");
        let sql = std::fs::read_to_string(path).unwrap();
        let list = sql.split("not in (").nth(1).and_then(|rest| rest.split(')').next());
        let found: Vec<_> = list
            .unwrap()
            .split(',')
            .map(|name| name.trim().trim_matches('\''))
            .collect();
        let mut expected = [CONTRACTS, LICENSES, LINTERS, TYPES].concat();
        expected.sort_unstable();
        assert_eq!(found, expected);
    }

    #[test]
    fn results_of_a_tool_are_of_its_class_in_every_format() {
        for (driver, rule_id, expected) in [
            ("ruff", "F401", FindingClass::Lint),
            ("mypy", "name-defined", FindingClass::Types),
            ("ShellCheck", "SC2086", FindingClass::Lint),
            ("yamllint", "colons", FindingClass::Lint),
            ("Spectral", "info-contact", FindingClass::Contract),
            ("openapi-diff", "path.remove", FindingClass::Contract),
            ("oasdiff", "api-removed-without-deprecation", FindingClass::Contract),
            ("Licensee", "MIT", FindingClass::License),
            ("ORT", "COPYLEFT_IN_SOURCE", FindingClass::License),
            ("Scorecard", "BranchProtectionID", FindingClass::Other),
            ("CodeQL", "py/eval", FindingClass::Sast),
            ("Checkov", "CKV_AWS_1", FindingClass::Iac),
        ] {
            assert_eq!(class(&family(driver), rule_id, "", &[], false), expected, "{driver}");
        }
    }
}
