//! JSON without a parser of our own: read through [`Value`]s that the platform parsed, written
//! member by member.
//!
//! Nothing here is generic over a shape. What turns a type into JSON and back is what costs bytes
//! in the browser; a member that is read by its name costs a call.

mod map;
#[cfg(test)]
mod tests;
mod value;
mod write;

pub use map::StringMap;
pub use value::{NotJson, Value};
pub use write::{Array, Object};
