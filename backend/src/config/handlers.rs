//! Handlers of triggers as a configuration file describes them.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use url::Url;

use crate::lambda_config::Version;
use crate::outgoing::Credentials;

/// What handles a trigger: the path of a file alone, which the embedded engine runs, or a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandlerConfig {
    /// What runs it.
    pub runs: Runs,
    /// The version of the event, for triggers that have several. Default `V1_0`.
    pub version: Version,
}

/// What runs a handler.
#[derive(Clone, PartialEq, Eq)]
pub enum Runs {
    /// `file`: a file in the embedded engine.
    Embedded(PathBuf),
    /// `node`: a file in a Node process, with these variables of the environment (`environment`).
    Node(PathBuf, BTreeMap<String, String>),
    /// `function`: a function behind the endpoint of [`FunctionsConfig`], by its name.
    Function(String),
}

/// Variables of the environment may be secrets: not shown.
impl fmt::Debug for Runs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Embedded(file) => f.debug_tuple("Embedded").field(file).finish(),
            Self::Node(file, _) => f.debug_tuple("Node").field(file).finish(),
            Self::Function(name) => f.debug_tuple("Function").field(name).finish(),
        }
    }
}

/// Where functions are that others run.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FunctionsConfig {
    /// The endpoint of the Lambda Invoke API, without the path.
    pub endpoint: Url,
    /// What requests are signed with. Default: they are not.
    pub credentials: Option<Credentials>,
}

impl HandlerConfig {
    /// Takes the path of its file from this folder.
    pub(super) fn in_folder(&mut self, folder: &Path) {
        match &mut self.runs {
            Runs::Embedded(file) | Runs::Node(file, _) => *file = folder.join(&*file),
            Runs::Function(_) => {}
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    file: Option<PathBuf>,
    node: Option<PathBuf>,
    #[serde(default)]
    environment: BTreeMap<String, String>,
    function: Option<String>,
    #[serde(default)]
    version: Version,
}

impl<'de> Deserialize<'de> for HandlerConfig {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PathOrTable)
    }
}

struct PathOrTable;

impl<'de> Visitor<'de> for PathOrTable {
    type Value = HandlerConfig;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the path of a handler file, or a table with `file`, `node` or `function`")
    }

    fn visit_str<E: Error>(self, path: &str) -> Result<HandlerConfig, E> {
        Ok(HandlerConfig {
            runs: Runs::Embedded(PathBuf::from(path)),
            version: Version::default(),
        })
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<HandlerConfig, A::Error> {
        let table = Table::deserialize(MapAccessDeserializer::new(map))?;
        let has_environment = !table.environment.is_empty();
        let runs = match (table.file, table.node, table.function) {
            (Some(file), None, None) if !has_environment => Runs::Embedded(file),
            (None, Some(file), None) => Runs::Node(file, table.environment),
            (None, None, Some(name)) if !has_environment => Runs::Function(name),
            _ => {
                return Err(A::Error::custom(
                    "a handler has one of `file`, `node` and `function`; `environment` goes with `node`",
                ));
            }
        };
        Ok(HandlerConfig {
            runs,
            version: table.version,
        })
    }
}
