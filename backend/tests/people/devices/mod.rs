//! Devices: how one is confirmed, proves itself, is listed and forgotten, and everything that it is not
//! good for.

mod account;
mod client;
mod refusals;
mod second_factor;
mod sessions;
mod sign_in;
