//! Payloads of each format through a real service.

mod city;
mod formats;
mod models;
mod refused;
