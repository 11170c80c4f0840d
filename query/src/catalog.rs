//! The catalogue of `sql/`: layers, dependencies, the list of controls. Embedded in the program, or read from a folder.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use crate::controls::{self, Control, Decision};
use crate::definition::{Definition, Kind, Materialize};
use crate::error::{Error, Result};
use crate::header::parse_definition;
use crate::months::raw_table;

/// Path under `sql/` and text of every file.
static EMBEDDED: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/catalog.rs"));

/// Every relation of `sql/`.
#[derive(Debug, Clone)]
pub struct Catalog {
    relations: BTreeMap<(Kind, String), Arc<Definition>>,
    list: controls::List,
}

impl Kind {
    /// Every kind, from the lowest layer up.
    pub const ALL: [Self; 6] = [Self::Stg, Self::Mart, Self::Kpi, Self::Control, Self::List, Self::Audit];

    /// The folder and the schema.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stg => "stg",
            Self::Mart => "mart",
            Self::Kpi => "kpi",
            Self::Control => "control",
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
            Self::Stg => &["raw", "stg"],
            Self::Mart | Self::Kpi | Self::List => &["stg", "mart"],
            Self::Control => &["stg", "mart", "kpi"],
            Self::Audit => &["raw", "stg", "mart"],
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
        reads_parameter(&self.sql, name)
    }
}

/// Whether SQL reads the parameter `$name`.
pub(crate) fn reads_parameter(sql: &str, name: &str) -> bool {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    sql.split('$')
        .skip(1)
        .any(|rest| rest.strip_prefix(name).is_some_and(|rest| !rest.starts_with(is_word)))
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
        let list = folder.join(controls::FILE);
        if list.exists() {
            let text = std::fs::read_to_string(&list).map_err(|error| unreadable(&list, error))?;
            files.push((controls::FILE.to_owned(), text));
        }
        Self::parse(files)
    }

    /// Reads files, each with its path under `sql/`, and checks that layers refer downward only.
    pub fn parse(files: impl IntoIterator<Item = (String, String)>) -> Result<Self> {
        let mut relations = BTreeMap::new();
        let mut list = String::new();
        for (path, text) in files {
            if path == controls::FILE {
                list = text;
                continue;
            }
            let definition = parse_definition(&path, &text)?;
            relations.insert((definition.kind, definition.id.clone()), Arc::new(definition));
        }
        let computed: Vec<_> = relations
            .values()
            .filter(|definition: &&Arc<Definition>| definition.kind == Kind::Control)
            .map(Arc::clone)
            .collect();
        let catalog = Self {
            relations,
            list: controls::parse(&list, &computed)?,
        };
        for definition in catalog.relations.values() {
            catalog.check_references(definition)?;
            let below = catalog.in_order(definition)?;
            check_months(definition, &below)?;
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

    /// Every control of CI/CL-001, by id: computed, or listed with what it needs.
    pub fn controls(&self) -> &[Arc<Control>] {
        &self.list.controls
    }

    /// Every architecture decision that controls belong to, by id.
    pub fn decisions(&self) -> &[Arc<Decision>] {
        &self.list.decisions
    }

    /// Finds an architecture decision by its id, in any case: `adr-008`.
    pub fn decision(&self, id: &str) -> Result<Arc<Decision>> {
        let found = self
            .decisions()
            .iter()
            .find(|decision| decision.id.eq_ignore_ascii_case(id));
        found.map(Arc::clone).ok_or_else(|| Error::Unknown {
            kind: "report",
            id: id.to_owned(),
            known: self
                .decisions()
                .iter()
                .map(|decision| decision.id.clone())
                .collect::<Vec<_>>()
                .join(", "),
        })
    }

    /// Finds a control by its id (`cicl-07.03`), its number (`07.03`) or its relation (`c07_03_coverage`).
    pub fn control(&self, name: &str) -> Result<Arc<Control>> {
        let found = self.list.controls.iter().find(|control| control.is_called(name));
        found.map(Arc::clone).ok_or_else(|| Error::Unknown {
            kind: Kind::Control.as_str(),
            id: name.to_owned(),
            known: self
                .list
                .controls
                .iter()
                .map(|control| control.id.clone())
                .collect::<Vec<_>>()
                .join(", "),
        })
    }

    /// A relation with everything below it, lowest first, itself last.
    pub fn in_order(&self, definition: &Arc<Definition>) -> Result<Vec<Arc<Definition>>> {
        let mut ordered = Vec::new();
        self.visit(definition, &mut Vec::new(), &mut ordered)?;
        Ok(ordered)
    }

    /// Ids of the computed controls that read one of these raw tables, themselves or by what is below them.
    pub fn controls_over(&self, tables: &[&str]) -> Vec<String> {
        let reads_one = |definition: &Arc<Definition>| {
            let below = self.in_order(definition).unwrap_or_default();
            let mut reads = below.iter().flat_map(|definition| definition.reads());
            reads.any(|(schema, table)| schema == "raw" && tables.contains(&table.as_str()))
        };
        let controls = self.of_kind(Kind::Control).filter(reads_one);
        let ids = controls.filter_map(|definition| Some(definition.control.as_ref()?.id.clone()));
        ids.collect()
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

/// A relation that is computed by month reads one raw table, and no parameter that moves from question to question.
fn check_months(definition: &Definition, below: &[Arc<Definition>]) -> Result<()> {
    if !definition.materialize.is_by_month() {
        return Ok(());
    }
    let moving = ["from", "to", "history_from"]
        .into_iter()
        .find(|name| below.iter().any(|read| read.mentions(name)));
    let mut others = below.iter().filter(|read| read.path != definition.path);
    let reason = if raw_table(below).is_none() {
        "what is computed by month reads one raw table".to_owned()
    } else if let Some(name) = moving {
        format!("what is computed by month does not read `${name}`")
    } else if let Some(read) = others.find(|read| read.materialize != Materialize::No) {
        format!(
            "what is computed by month does not read `{}`, which is computed once itself",
            read.name()
        )
    } else {
        return Ok(());
    };
    Err(Error::Catalog {
        path: definition.path.clone(),
        line: 1,
        reason,
    })
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
    fn what_is_computed_by_month_reads_one_raw_table_and_nothing_that_moves() {
        let file = |path: &str, materialize: &str, statement: &str| {
            let kind = path.split('/').next().unwrap();
            let header = format!("-- T\n--\n-- kind: {kind}\n-- grain: a\n{materialize}--\n-- Prose.\n");
            (path.to_owned(), header + statement + "\n")
        };
        let refusal = |statement: &str| {
            let files = [
                file("stg/jobs.sql", "", "select a from raw.jobs"),
                file("stg/runs.sql", "-- materialize: yes\n", "select a from raw.runs"),
                file("mart/a.sql", "-- materialize: months\n", statement),
            ];
            Catalog::parse(files).err().map(|error| error.to_string())
        };
        assert_eq!(refusal("select a from stg.jobs where b <= $as_of"), None);
        for (statement, says) in [
            ("select jobs.a from stg.jobs, stg.runs", "reads one raw table"),
            ("select 1 as a", "reads one raw table"),
            ("select a from stg.jobs where b < $to", "does not read `$to`"),
            (
                "select a from stg.runs",
                "does not read `stg.runs`, which is computed once itself",
            ),
        ] {
            let refusal = refusal(statement).unwrap_or_default();
            assert!(refusal.contains(says), "{statement}: {refusal}");
        }
    }
}
