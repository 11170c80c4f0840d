#![doc = include_str!("../README.md")]

pub mod answer;
pub mod catalog;
mod decode;
pub mod definition;
pub mod engine;
pub mod error;
mod evidence;
mod functions;
mod kept;
pub mod render;
mod scan;
mod session;
mod verdict;
