//! The files of shapes, one for each service, read once.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Deref;
use std::sync::LazyLock;

use serde::Deserialize;

use super::{Pattern, Service};

static USER_POOLS: LazyLock<Model> = LazyLock::new(|| {
    let mut model = read(include_str!("../../contract/api-shapes-idp.json"));
    if let Some(domain) = model.shapes.get_mut("DomainType") {
        domain.pattern = Some(Pattern::new(HOST_NAME));
    }
    model
});

static IDENTITY_POOLS: LazyLock<Model> =
    LazyLock::new(|| read(include_str!("../../contract/api-shapes-identity.json")));

fn read(file: &'static str) -> Model {
    serde_json::from_str(file).unwrap_or_else(|error| {
        // The files are part of the binary and a test reads them: this cannot happen to a user.
        tracing::error!(
            error = &error as &dyn std::error::Error,
            "the contract cannot be read"
        );
        Model::default()
    })
}

/// The published pattern of a domain has no dots, although a domain of one's own is a host name; clients
/// that do not check patterns send those.
const HOST_NAME: &str =
    r"^[a-z0-9](?:[a-z0-9\-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9\-]{0,61}[a-z0-9])?)*$";

/// Every operation and shape.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Model {
    #[serde(borrow)]
    operations: HashMap<&'static str, OperationShape>,
    #[serde(borrow)]
    shapes: HashMap<&'static str, Shape>,
}

#[derive(Debug, Deserialize)]
struct OperationShape {
    auth: Auth,
    #[serde(default)]
    input: Option<&'static str>,
    #[serde(default)]
    output: Option<&'static str>,
}

/// What a request of an operation must bring.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Auth {
    /// Nothing, or something in the body.
    None,
    /// An administrator's signature.
    SigV4,
}

#[derive(Debug, Deserialize)]
pub(super) struct Shape {
    #[serde(rename = "type")]
    pub(super) kind: ShapeType,
    #[serde(borrow, default)]
    pub(super) required: Box<[Cow<'static, str>]>,
    pub(super) min: Option<i64>,
    pub(super) max: Option<i64>,
    pub(super) pattern: Option<Pattern>,
    #[serde(borrow, default, rename = "enum")]
    pub(super) values: Box<[Cow<'static, str>]>,
    #[serde(default)]
    pub(super) document: bool,
    #[serde(borrow, default)]
    members: HashMap<&'static str, Reference>,
    member: Option<Reference>,
    key: Option<Reference>,
    value: Option<Reference>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum ShapeType {
    Blob,
    Boolean,
    Integer,
    List,
    Long,
    Map,
    String,
    Structure,
    Timestamp,
}

#[derive(Debug, Deserialize)]
struct Reference {
    shape: &'static str,
}

pub(super) fn model(service: Service) -> &'static Model {
    match service {
        Service::UserPools => &USER_POOLS,
        Service::IdentityPools => &IDENTITY_POOLS,
    }
}

/// A shape, and the model that its references lead into.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node {
    model: &'static Model,
    shape: &'static Shape,
}

impl Deref for Node {
    type Target = Shape;

    fn deref(&self) -> &Shape {
        self.shape
    }
}

impl Model {
    pub(super) fn input(&'static self, operation: &str) -> Option<Node> {
        self.node(self.operations.get(operation)?.input?)
    }

    pub(super) fn output(&'static self, operation: &str) -> Option<Node> {
        self.node(self.operations.get(operation)?.output?)
    }

    pub(super) fn operations(&self) -> impl Iterator<Item = (&'static str, Auth)> {
        self.operations
            .iter()
            .map(|(name, operation)| (*name, operation.auth))
    }

    #[cfg(test)]
    pub(super) fn shapes(&self) -> impl Iterator<Item = (&'static str, &Shape)> {
        self.shapes.iter().map(|(name, shape)| (*name, shape))
    }

    fn node(&'static self, name: &str) -> Option<Node> {
        let shape = self.shapes.get(name)?;
        Some(Node { model: self, shape })
    }
}

impl Node {
    pub(super) fn member_named(&self, name: &str) -> Option<Self> {
        self.resolve(self.shape.members.get(name)?)
    }

    pub(super) fn member(&self) -> Option<Self> {
        self.resolve(self.shape.member.as_ref()?)
    }

    pub(super) fn key(&self) -> Option<Self> {
        self.resolve(self.shape.key.as_ref()?)
    }

    pub(super) fn value(&self) -> Option<Self> {
        self.resolve(self.shape.value.as_ref()?)
    }

    fn resolve(&self, reference: &Reference) -> Option<Self> {
        self.model.node(reference.shape)
    }
}
