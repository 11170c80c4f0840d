#![doc = include_str!("../README.md")]

pub mod answer;
pub mod catalog;
mod control;
pub mod controls;
pub mod csv;
mod decode;
pub mod definition;
pub mod engine;
pub mod error;
mod evidence;
mod functions;
mod header;
mod kept;
mod keys;
mod months;
pub mod prose;
pub mod render;
pub mod render_controls;
mod scan;
mod session;
mod shelf;
pub mod trend;
mod verdict;
