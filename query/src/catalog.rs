//! The catalogue of `sql/`: header grammar, layers, dependencies. Embedded in the program, or read from a folder.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use crate::definition::{Definition, Kind};
use crate::error::{Error, Result};

/// Path under `sql/` and text of every file.
static EMBEDDED: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/catalog.rs"));

/// Every relation of `sql/`.
#[derive(Debug, Clone)]
pub struct Catalog {
    relations: BTreeMap<(Kind, String), Arc<Definition>>,
}

impl Kind {
    /// Every kind, from the lowest layer up.
    pub const ALL: [Self; 5] = [Self::Stg, Self::Mart, Self::Kpi, Self::List, Self::Audit];

    /// The folder and the schema.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stg => "stg",
            Self::Mart => "mart",
            Self::Kpi => "kpi",
            Self::List => "list",
            Self::Audit => "audit",
        }
    }

    /// Reads a folder's name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// Schemas that a relation of this kind may read.
    fn may_read(self) -> &'static [&'static str] {
        match self {
            Self::Stg => &["raw"],
            Self::Mart | Self::Kpi | Self::List => &["stg", "mart"],
            Self::Audit => &["raw", "stg", "mart"],
        }
    }

    /// Keys that a header must have, and those that it may have.
    fn keys(self) -> (&'static [&'static str], &'static [&'static str]) {
        match self {
            Self::Stg => (&["kind", "grain"], &["spec"]),
            Self::Mart => (&["kind", "grain"], &["spec", "columns", "materialize"]),
            Self::Kpi => (
                &["kind", "spec", "owner", "grain", "unit", "target", "since"],
                &["window", "list", "n_min"],
            ),
            Self::List => (&["kind", "grain", "columns"], &["spec", "window", "arguments"]),
            Self::Audit => (&["kind", "grain", "severity"], &["spec", "window"]),
        }
    }
}

impl Definition {
    /// `kind.id`, as SQL names it.
    pub fn name(&self) -> String {
        format!("{}.{}", self.kind.as_str(), self.id)
    }

    /// The relations that the statement reads, by schema and name.
    pub fn reads(&self) -> BTreeSet<(String, String)> {
        references(&self.sql)
    }

    /// Whether the statement reads the parameter `$name`.
    pub(crate) fn mentions(&self, name: &str) -> bool {
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        self.sql
            .split('$')
            .skip(1)
            .any(|rest| rest.strip_prefix(name).is_some_and(|rest| !rest.starts_with(is_word)))
    }
}

impl Catalog {
    /// The catalogue that was built into the program.
    pub fn embedded() -> Result<Self> {
        Self::parse(
            EMBEDDED
                .iter()
                .map(|(path, text)| ((*path).to_owned(), (*text).to_owned())),
        )
    }

    /// Reads a folder with the layout of `sql/`.
    pub fn read(folder: &Path) -> Result<Self> {
        let unreadable = |path: &Path, error: std::io::Error| Error::Catalog {
            path: path.display().to_string(),
            line: 0,
            reason: error.to_string(),
        };
        let mut files = Vec::new();
        for kind in Kind::ALL {
            let layer = folder.join(kind.as_str());
            for entry in std::fs::read_dir(&layer).map_err(|error| unreadable(&layer, error))? {
                let path = entry.map_err(|error| unreadable(&layer, error))?.path();
                if path.extension().is_some_and(|extension| extension == "sql") {
                    let text = std::fs::read_to_string(&path).map_err(|error| unreadable(&path, error))?;
                    let name = path.file_name().unwrap_or_default().to_string_lossy();
                    files.push((format!("{}/{name}", kind.as_str()), text));
                }
            }
        }
        Self::parse(files)
    }

    /// Reads files, each with its path under `sql/`, and checks that layers refer downward only.
    pub fn parse(files: impl IntoIterator<Item = (String, String)>) -> Result<Self> {
        let mut relations = BTreeMap::new();
        for (path, text) in files {
            let definition = parse_definition(&path, &text)?;
            relations.insert((definition.kind, definition.id.clone()), Arc::new(definition));
        }
        let catalog = Self { relations };
        for definition in catalog.relations.values() {
            catalog.check_references(definition)?;
            catalog.in_order(definition)?;
        }
        Ok(catalog)
    }

    /// Finds a relation.
    pub fn get(&self, kind: Kind, id: &str) -> Option<Arc<Definition>> {
        self.relations.get(&(kind, id.to_owned())).map(Arc::clone)
    }

    /// Finds a relation, or tells which ones there are.
    pub fn find(&self, kind: Kind, id: &str) -> Result<Arc<Definition>> {
        self.get(kind, id).ok_or_else(|| Error::Unknown {
            kind: kind.as_str(),
            id: id.to_owned(),
            known: self
                .of_kind(kind)
                .map(|definition| definition.id.clone())
                .collect::<Vec<_>>()
                .join(", "),
        })
    }

    /// The relations of a kind, by name.
    pub fn of_kind(&self, kind: Kind) -> impl Iterator<Item = Arc<Definition>> + '_ {
        self.relations
            .values()
            .filter(move |definition| definition.kind == kind)
            .map(Arc::clone)
    }

    /// A relation with everything below it, lowest first, itself last.
    pub fn in_order(&self, definition: &Arc<Definition>) -> Result<Vec<Arc<Definition>>> {
        let mut ordered = Vec::new();
        self.visit(definition, &mut Vec::new(), &mut ordered)?;
        Ok(ordered)
    }

    /// What a text of free SQL reads, with everything below it, lowest first.
    pub(crate) fn below(&self, sql: &str) -> Result<Vec<Arc<Definition>>> {
        let mut ordered = Vec::new();
        for (schema, id) in references(sql) {
            if let Some(definition) = Kind::parse(&schema).and_then(|kind| self.get(kind, &id)) {
                self.visit(&definition, &mut Vec::new(), &mut ordered)?;
            }
        }
        Ok(ordered)
    }

    fn visit(
        &self,
        definition: &Arc<Definition>,
        above: &mut Vec<String>,
        ordered: &mut Vec<Arc<Definition>>,
    ) -> Result<()> {
        if ordered.iter().any(|other| other.path == definition.path) {
            return Ok(());
        }
        if above.contains(&definition.path) {
            let reason = format!("it reads itself by way of {}", above.join(", "));
            return Err(Error::Catalog {
                path: definition.path.clone(),
                line: 1,
                reason,
            });
        }
        above.push(definition.path.clone());
        for (schema, id) in definition.reads() {
            if let Some(read) = Kind::parse(&schema).and_then(|kind| self.get(kind, &id)) {
                self.visit(&read, above, ordered)?;
            }
        }
        above.pop();
        ordered.push(Arc::clone(definition));
        Ok(())
    }

    fn check_references(&self, definition: &Definition) -> Result<()> {
        let wrong = |name: &str, reason: String| {
            let line = definition
                .sql
                .lines()
                .position(|line| line.contains(name))
                .map_or(1, |line| line + 1);
            Err(Error::Catalog {
                path: definition.path.clone(),
                line,
                reason,
            })
        };
        for (schema, id) in definition.reads() {
            let name = format!("{schema}.{id}");
            if !definition.kind.may_read().contains(&schema.as_str()) {
                return wrong(&name, format!("a {} may not read `{name}`", definition.kind.as_str()));
            }
            let exists = match Kind::parse(&schema) {
                Some(kind) => self.get(kind, &id).is_some(),
                None => lake::tables::ALL.iter().any(|table| table.name == id),
            };
            if !exists {
                return wrong(&name, format!("there is no `{name}`"));
            }
        }
        if let Some(list) = &definition.list
            && self.get(Kind::List, list).is_none()
        {
            return wrong("list:", format!("there is no `list.{list}`"));
        }
        Ok(())
    }
}

/// Finds `schema.name` of our schemas outside comments.
fn references(sql: &str) -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    for line in sql.lines() {
        let line = line.split("--").next().unwrap_or_default();
        let words =
            line.split(|character: char| !(character.is_ascii_alphanumeric() || matches!(character, '_' | '.')));
        for word in words {
            if let Some((schema, name)) = word.split_once('.')
                && (schema == "raw" || Kind::parse(schema).is_some())
                && !name.is_empty()
            {
                found.insert((schema.to_owned(), name.to_owned()));
            }
        }
    }
    found
}

fn parse_definition(path: &str, text: &str) -> Result<Definition> {
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
    let mut keys: BTreeMap<&str, Vec<(usize, &str)>> = BTreeMap::new();
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
    for (key, allowed) in [("severity", &["fail", "warn"][..]), ("materialize", &["yes"][..])] {
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
        materialize: keys.contains_key("materialize"),
        arguments: optional_value("arguments")
            .map_or_else(Vec::new, |names| names.split(", ").map(str::to_owned).collect()),
        columns,
        prose,
        sql: text.to_owned(),
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
    use super::*;

    #[test]
    fn the_embedded_catalogue_holds() {
        let catalog = Catalog::embedded().unwrap();
        let kpi = catalog.get(Kind::Kpi, "flaky_test_rate").unwrap();
        let order = catalog.in_order(&kpi).unwrap();
        assert_eq!(order.last().unwrap().id, "flaky_test_rate");
        assert!(order.iter().any(|definition| definition.name() == "stg.test_results"));
    }

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
