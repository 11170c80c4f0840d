//! The grammar of the headers in `sql/`, and what a file says by it.

use std::collections::BTreeMap;

use crate::definition::{ControlHeader, Definition, Kind, Materialize};
use crate::error::{Error, Result};

/// The lines of a header by key, each with its number.
type Keys<'a> = BTreeMap<&'a str, Vec<(usize, &'a str)>>;

impl Kind {
    /// Keys that a header must have, and those that it may have.
    fn keys(self) -> (&'static [&'static str], &'static [&'static str]) {
        match self {
            Self::Stg => (&["kind", "grain"], &["spec", "materialize"]),
            Self::Mart => (&["kind", "grain"], &["spec", "columns", "materialize"]),
            Self::Kpi => (
                &["kind", "spec", "owner", "grain", "unit", "target", "since"],
                &["window", "list", "n_min"],
            ),
            Self::Control => (
                &[
                    "kind",
                    "spec",
                    "control",
                    "grain",
                    "severity",
                    "remediation",
                    "lifecycle",
                ],
                &["adr", "window"],
            ),
            Self::List => (&["kind", "grain", "columns"], &["spec", "window", "arguments"]),
            Self::Audit => (&["kind", "grain", "severity"], &["spec", "window"]),
        }
    }
}

/// Reads a file of `sql/` by its path there.
pub(crate) fn parse_definition(path: &str, text: &str) -> Result<Definition> {
    let wrong = |line: usize, reason: String| Error::Catalog {
        path: path.to_owned(),
        line,
        reason,
    };
    let (folder, file) = path.split_once('/').unwrap_or_default();
    let id = file.strip_suffix(".sql").unwrap_or_default();
    let kind = Kind::parse(folder).ok_or_else(|| wrong(1, format!("`{folder}` is no layer")))?;
    let header: Vec<&str> = text
        .lines()
        .map_while(|line| line.strip_prefix("--"))
        .map(|line| line.strip_prefix(' ').unwrap_or(line))
        .collect();
    let title = header.first().copied().unwrap_or_default().trim();
    if title.is_empty() {
        return Err(wrong(1, "the first line is `-- Title`".to_owned()));
    }
    if !header.get(1).is_some_and(|line| line.is_empty()) {
        return Err(wrong(2, "the second line is `--`".to_owned()));
    }
    let mut keys: Keys<'_> = BTreeMap::new();
    let mut end = header.len();
    for (index, line) in header.iter().enumerate().skip(2) {
        if line.is_empty() {
            end = index;
            break;
        }
        let Some((key, value)) = line.split_once(": ") else {
            return Err(wrong(index + 1, format!("`{line}` is not `key: value`")));
        };
        keys.entry(key).or_default().push((index + 1, value.trim()));
    }
    let (required, optional) = kind.keys();
    for (key, values) in &keys {
        if !required.contains(key) && !optional.contains(key) {
            return Err(wrong(values[0].0, format!("a {folder} has no key `{key}`")));
        }
        if values.len() > 1 && *key != "columns" {
            return Err(wrong(values[1].0, format!("the key `{key}` stands twice")));
        }
    }
    for key in required {
        if !keys.contains_key(key) {
            return Err(wrong(header.len(), format!("the key `{key}` is missing")));
        }
    }
    let value = |key: &str| keys.get(key).map_or("", |values| values[0].1).to_owned();
    let optional_value = |key: &str| keys.get(key).map(|values| values[0].1.to_owned());
    if value("kind") != folder {
        return Err(wrong(
            keys["kind"][0].0,
            format!("the kind is the folder's name, `{folder}`"),
        ));
    }
    let target = match keys.get("target").map(|values| values[0]) {
        None => None,
        Some((line, target)) => match target.split_once(' ') {
            Some((sign, name)) if domain::kpi::Comparison::parse(sign).is_some() && is_policy(name) => {
                Some((sign.to_owned(), name.to_owned()))
            }
            _ => {
                return Err(wrong(
                    line,
                    format!("`{target}` is not a sign and the name of a policy"),
                ));
            }
        },
    };
    let since = value("since");
    let since = if since.is_empty() { Ok(1) } else { since.parse() };
    let since = since.map_err(|_| wrong(keys["since"][0].0, "a version is a number from 1".to_owned()))?;
    let mut columns = Vec::new();
    for (line, column) in keys.get("columns").into_iter().flatten() {
        let Some((name, doc)) = column.split_once(": ") else {
            return Err(wrong(*line, format!("`{column}` is not `name: meaning`")));
        };
        columns.push((name.to_owned(), doc.to_owned()));
    }
    let severities: &[&str] = match kind {
        Kind::Control => &["critical", "high", "medium", "low"],
        _ => &["fail", "warn"],
    };
    for (key, allowed) in [
        ("severity", severities),
        ("materialize", Materialize::WORDS),
        ("lifecycle", &["trial", "active", "retired"][..]),
    ] {
        if let Some(values) = keys.get(key)
            && !allowed.contains(&values[0].1)
        {
            return Err(wrong(values[0].0, format!("`{key}` is one of: {}", allowed.join(", "))));
        }
    }
    for key in ["window", "n_min"] {
        if let Some(values) = keys.get(key)
            && !is_policy(values[0].1)
        {
            return Err(wrong(values[0].0, format!("there is no policy `{}`", values[0].1)));
        }
    }
    let control = match kind {
        Kind::Control => Some(control_header(path, id, &keys)?),
        _ => None,
    };
    let prose = header.get(end + 1..).unwrap_or_default().join("\n").trim().to_owned();
    if prose.is_empty() {
        return Err(wrong(
            end + 1,
            "the header ends with prose: what it means, then its limits".to_owned(),
        ));
    }
    Ok(Definition {
        id: id.to_owned(),
        kind,
        path: path.to_owned(),
        title: title.to_owned(),
        spec: value("spec"),
        owner: value("owner"),
        grain: value("grain"),
        unit: value("unit"),
        target,
        n_min: optional_value("n_min"),
        since,
        window: optional_value("window"),
        list: optional_value("list"),
        severity: optional_value("severity"),
        control,
        materialize: Materialize::parse(&value("materialize")),
        arguments: optional_value("arguments")
            .map_or_else(Vec::new, |names| names.split(", ").map(str::to_owned).collect()),
        columns,
        prose,
        sql: text.to_owned(),
    })
}

/// What only a control has. Its file is named after its id: `c07_03_coverage.sql` is that of `cicl-07.03`.
fn control_header(path: &str, stem: &str, keys: &Keys<'_>) -> Result<ControlHeader> {
    let value = |key: &str| keys.get(key).map_or("", |values| values[0].1);
    let id = value("control");
    let number = id.strip_prefix("cicl-").unwrap_or_default().replace('.', "_");
    if number.is_empty() || !stem.starts_with(&format!("c{number}_")) {
        let line = keys.get("control").map_or(1, |values| values[0].0);
        return Err(Error::Catalog {
            path: path.to_owned(),
            line,
            reason: format!("the file of the control `{id}` is named `c{number}_…`"),
        });
    }
    Ok(ControlHeader {
        id: id.to_owned(),
        adr: match value("adr") {
            "" => Vec::new(),
            adr => adr.split(", ").map(str::to_owned).collect(),
        },
        remediation: value("remediation").to_owned(),
        lifecycle: value("lifecycle").to_owned(),
    })
}

fn is_policy(name: &str) -> bool {
    domain::policy::Policy::default()
        .rules()
        .iter()
        .any(|rule| rule.name == name)
}

#[cfg(test)]
mod tests {
    use crate::catalog::Catalog;

    #[test]
    fn a_wrong_header_is_named_with_file_and_line() {
        let good = "-- T\n--\n-- kind: stg\n-- grain: a\n--\n-- Prose.\nselect 1 as a\n";
        assert!(Catalog::parse([("stg/a.sql".to_owned(), good.to_owned())]).is_ok());
        for (from, to, says) in [
            ("-- T\n", "--\n", "sql/stg/a.sql:1: the first line"),
            ("-- kind: stg", "-- kind: mart", "sql/stg/a.sql:3: the kind is"),
            (
                "-- grain: a",
                "-- grains: a",
                "sql/stg/a.sql:4: a stg has no key `grains`",
            ),
            ("-- grain: a\n", "", "the key `grain` is missing"),
            (
                "-- grain: a",
                "-- grain: a\n-- grain: b",
                "sql/stg/a.sql:5: the key `grain` stands twice",
            ),
            ("-- Prose.\n", "", "prose"),
            (
                "select 1 as a",
                "select a from mart.b",
                "sql/stg/a.sql:7: a stg may not read `mart.b`",
            ),
            (
                "select 1 as a",
                "select a from raw.b",
                "sql/stg/a.sql:7: there is no `raw.b`",
            ),
        ] {
            let error = Catalog::parse([("stg/a.sql".to_owned(), good.replace(from, to))])
                .unwrap_err()
                .to_string();
            assert!(error.contains(says), "{error}");
        }
    }
}
