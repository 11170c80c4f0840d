//! Reads one Dockerfile to the images that it takes in.

use std::collections::HashMap;
use std::io::{self, BufRead};

use domain::dockerfile::{DockerfileImage, ImageUse};
use domain::source::{SourceStatus, Warnings};

use super::instructions::{Instruction, instructions};
use crate::document::{Outline, Row};
use crate::repository_file::pin::Image;
use crate::repository_file::text::{self, MAX_TEXT, cut};
use crate::yaml::document::shown;

/// Names this reader and its version in the ledger of sources.
pub const PARSER: &str = "dockerfile/1";

const MAX_BYTES: usize = 1 << 20;

/// Ends of names of what is told about a Dockerfile and is none.
const OTHERS: &[&str] = &[
    "dockerignore",
    "html",
    "json",
    "log",
    "md",
    "sarif",
    "txt",
    "xml",
    "zip",
];

/// Whether a path names such a file: `Dockerfile`, `Dockerfile.worker`, `worker.Dockerfile`, `Containerfile`.
pub(crate) fn is_named(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    match name.split_once('.') {
        None => matches!(name.as_str(), "dockerfile" | "containerfile"),
        Some(("dockerfile" | "containerfile", end)) => !OTHERS.iter().any(|other| end.ends_with(other)),
        Some(_) => name.ends_with(".dockerfile"),
    }
}

/// Reads a file and gives out its images. Fails only where `input` is lost or `emit` fails.
pub fn read(input: &mut dyn BufRead, emit: &mut dyn FnMut(Row) -> io::Result<()>) -> io::Result<Outline> {
    let file = match text::read(input, MAX_BYTES)? {
        Ok(file) => file,
        Err(reason) => return Ok(text::refused(reason, Warnings::default())),
    };
    let (found, is_cut) = instructions(&file.content);
    let mut reading = Reading {
        arguments: HashMap::new(),
        stages: Vec::new(),
        position: 0,
        warnings: file.warnings,
    };
    for instruction in &found {
        reading.instruction(instruction, emit)?;
    }
    if reading.stages.is_empty() {
        let reason = file.damage.unwrap_or_else(|| "not a Dockerfile: no `FROM`".to_owned());
        return Ok(text::refused(reason, reading.warnings));
    }
    let truncated = || is_cut.then(|| "truncated: the file ends within an instruction".to_owned());
    let reason = file.damage.or_else(truncated);
    Ok(Outline {
        dialect: None,
        status: if reason.is_some() {
            SourceStatus::Partial
        } else {
            SourceStatus::Complete
        },
        reason,
        n_rows: i64::from(reading.position),
        warnings: reading.warnings,
    })
}

struct Reading {
    /// Defaults of `ARG` before the first stage; null: it has none.
    arguments: HashMap<String, Option<String>>,
    /// Names of the stages so far, in small letters.
    stages: Vec<Option<String>>,
    position: i32,
    warnings: Warnings,
}

impl Reading {
    fn instruction(
        &mut self,
        instruction: &Instruction,
        emit: &mut dyn FnMut(Row) -> io::Result<()>,
    ) -> io::Result<()> {
        let line = instruction.line;
        let words = instruction.arguments.split_whitespace();
        let flag = |name: &'static str| {
            words
                .clone()
                .take_while(|word| word.starts_with("--"))
                .filter_map(move |word| word.strip_prefix(name))
        };
        match instruction.name.as_str() {
            "ARG" if self.stages.is_empty() => {
                for word in words {
                    let (name, default) = word
                        .split_once('=')
                        .map_or((word, None), |(name, value)| (name, Some(value)));
                    let default = default.and_then(|default| self.expand(unquoted(default)));
                    self.arguments.insert(name.to_owned(), default);
                }
            }
            "FROM" => {
                let mut names = words.clone().skip_while(|word| word.starts_with("--"));
                let written = names.next().unwrap_or_default();
                if written.is_empty() {
                    self.warnings.add("from_nothing", || format!("line {line}"));
                }
                let name = names
                    .next()
                    .filter(|word| word.eq_ignore_ascii_case("as"))
                    .and(names.next());
                let platform = flag("--platform=").next().map(|platform| cut(platform, MAX_TEXT));
                let image = self.expand(written);
                let is_stage = image.as_deref().is_some_and(|image| self.is_stage(image));
                self.stages.push(name.map(str::to_lowercase));
                self.image(line, ImageUse::Base, (written, image), is_stage, platform, emit)?;
            }
            _ if self.stages.is_empty() => {
                let name = shown(&instruction.name);
                self.warnings
                    .add("instruction_before_from", || format!("`{name}`, line {line}"));
            }
            "COPY" | "ADD" => {
                for from in flag("--from=") {
                    self.copied(line, from, emit)?;
                }
            }
            "RUN" => {
                for mount in flag("--mount=") {
                    if let Some(from) = mount.split(',').find_map(|option| option.strip_prefix("from=")) {
                        self.copied(line, from, emit)?;
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// What is copied from, unless it is a stage.
    fn copied(&mut self, line: i64, from: &str, emit: &mut dyn FnMut(Row) -> io::Result<()>) -> io::Result<()> {
        let from = unquoted(from);
        let is_number = from.parse::<usize>().is_ok_and(|number| number < self.stages.len());
        if is_number || self.is_stage(from) {
            return Ok(());
        }
        // Arguments are not put in here.
        let image = (!from.contains('$')).then(|| from.to_owned());
        self.image(line, ImageUse::Copy, (from, image), false, None, emit)
    }

    fn image(
        &mut self,
        line: i64,
        image_use: ImageUse,
        (written, image): (&str, Option<String>),
        is_stage: bool,
        platform: Option<String>,
        emit: &mut dyn FnMut(Row) -> io::Result<()>,
    ) -> io::Result<()> {
        let is_external = !is_stage && image.as_deref() != Some("scratch");
        let parts = image.as_deref().filter(|_| is_external).map(Image::parse);
        let row = DockerfileImage {
            position: self.position,
            line,
            stage: i32::try_from(self.stages.len()).unwrap_or(i32::MAX).saturating_sub(1),
            stage_name: self.stages.last().cloned().flatten().map(|name| cut(&name, MAX_TEXT)),
            image_use,
            written: cut(written, MAX_TEXT),
            image: image.as_deref().map(|image| cut(image, MAX_TEXT)),
            tag: parts
                .as_ref()
                .and_then(|parts| Some(cut(parts.tag.as_ref()?, MAX_TEXT))),
            digest: parts
                .as_ref()
                .and_then(|parts| Some(cut(parts.digest.as_ref()?, MAX_TEXT))),
            is_external,
            is_pinned: parts.as_ref().map(Image::is_pinned),
            is_latest: parts.as_ref().map(Image::is_latest),
            platform,
        };
        self.position = self.position.saturating_add(1);
        emit(Row::DockerfileImage(Box::new(row)))
    }

    fn is_stage(&self, name: &str) -> bool {
        let name = name.to_lowercase();
        self.stages.iter().any(|stage| stage.as_deref() == Some(name.as_str()))
    }

    /// Puts in the defaults of arguments: `$A`, `${A}`, `${A:-b}`, `${A:+b}`; nothing where one has none.
    fn expand(&self, text: &str) -> Option<String> {
        let mut expanded = String::new();
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once('$') {
            expanded.push_str(before);
            let (name, otherwise, behind) = if let Some(braced) = behind.strip_prefix('{') {
                let (inside, behind) = braced.split_once('}')?;
                let (name, otherwise) = inside
                    .split_once(':')
                    .map_or((inside, None), |(name, rest)| (name, Some(rest)));
                (name, otherwise, behind)
            } else {
                let end = behind
                    .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                    .unwrap_or(behind.len());
                let (name, behind) = behind.split_at(end);
                (name, None, behind)
            };
            let value = self
                .arguments
                .get(name)
                .cloned()
                .flatten()
                .filter(|value| !value.is_empty());
            let value = match otherwise {
                None => value?,
                Some(otherwise) => match (otherwise.strip_prefix('-'), otherwise.strip_prefix('+')) {
                    (Some(default), _) => value.unwrap_or_else(|| default.to_owned()),
                    (_, Some(instead)) => value.map(|_| instead.to_owned()).unwrap_or_default(),
                    _ => return None,
                },
            };
            expanded.push_str(&value);
            if expanded.len() > MAX_BYTES {
                return None;
            }
            rest = behind;
        }
        expanded.push_str(rest);
        Some(expanded).filter(|expanded| !expanded.is_empty())
    }
}

fn unquoted(text: &str) -> &str {
    text.trim_matches(['"', '\''])
}
