#![doc = include_str!("../README.md")]

pub mod api;
pub mod chance;
pub mod files;
pub mod simulation;
pub mod truth;
pub mod world;
