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
const CONTRACTS: &[&str] = &["oasdiff", "openapi-diff", "spectral"];
/// Families whose results are style or posture.
const OTHERS: &[&str] = &[
    "actionlint",
    "biome",
    "clippy",
    "eslint",
    "hadolint",
    "inspectcode",
    "mypy",
    "pylint",
    "ruff",
    "scorecard",
    "shellcheck",
    "tflint",
    "yamllint",
];

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
    } else if has_tag("license") || (family == "trivy" && name == "license") {
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
}
