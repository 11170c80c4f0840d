//! The commands, one file each.

pub mod control;
pub mod demo;
pub mod doctor;
pub mod explain;
pub mod gate;
pub mod github;
pub mod ingest;
pub mod jobs;
pub mod kpi;
pub mod list;
pub mod mirror;
pub mod open;
pub mod publications;
pub mod replay;
pub mod report;
pub mod serve;
pub mod sql;
pub mod upkeep;
pub mod verify;
