//! What the answers of the JSON API hold, in the service's own spelling.
//!
//! An answer is one loose [`Reply`], read member by member, instead of a type per operation: which
//! members an operation has is in the service's reference, and the operations of this crate check
//! that what they need is there. A request is an [`Object`](crate::json::Object).

use alloc::string::String;

use crate::device::NewDevice;
use crate::error::{Error, incomplete};
use crate::json::{Array, Object, Value};
use crate::secret::{AccessToken, IdToken, RefreshToken};

pub use crate::json::StringMap;

/// One attribute of a user. Booleans are the strings `true` and `false`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    /// Such as `email`, `custom:team`.
    pub name: String,
    /// Absent or empty deletes the attribute where that is allowed.
    pub value: Option<String>,
}

/// Where a code went.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CodeDelivery {
    /// Masked by the service, such as `j***@e***`.
    pub destination: Option<String>,
    /// `EMAIL` or `SMS`.
    pub delivery_medium: Option<String>,
    /// The attribute that the code verifies, such as `email`.
    pub attribute_name: Option<String>,
}

/// Tokens, at the end of a sign-in or a refresh. A refresh without rotation has no refresh token.
pub(crate) struct Tokens {
    pub(crate) access: Option<AccessToken>,
    pub(crate) id: Option<IdToken>,
    pub(crate) refresh: Option<RefreshToken>,
    /// A device that may be confirmed.
    pub(crate) device: Option<NewDevice>,
}

/// The answer to a call: an object.
pub(crate) struct Reply<V>(pub(crate) V);

impl<V: Value> Reply<V> {
    pub(crate) fn text(&self, name: &str) -> Result<Option<String>, Error> {
        self.read(name, V::text)
    }

    pub(crate) fn boolean(&self, name: &str) -> Result<Option<bool>, Error> {
        self.read(name, V::boolean)
    }

    /// `ChallengeParameters`. What is no string is left out: nothing that is needed is another kind.
    pub(crate) fn parameters(&self) -> Result<StringMap, Error> {
        let mut parameters = StringMap::new();
        let members = self.read("ChallengeParameters", V::members)?;
        for (name, value) in members.unwrap_or_default() {
            if let Some(value) = value.text() {
                parameters.insert(name, value);
            }
        }
        Ok(parameters)
    }

    /// A list of names, as one text.
    pub(crate) fn words(&self, name: &str) -> Result<Option<String>, Error> {
        let Some(names) = self.read(name, |names| names.list(V::text))? else {
            return Ok(None);
        };
        let mut words = String::new();
        for name in names {
            words.push_str(&name);
            words.push(' ');
        }
        Ok(Some(words))
    }

    /// `AuthenticationResult`.
    pub(crate) fn tokens(&self) -> Result<Option<Tokens>, Error> {
        self.read("AuthenticationResult", |result| {
            let token = |name| result.text_at(name).ok();
            Some(Tokens {
                access: token("AccessToken")?.map(AccessToken::new),
                id: token("IdToken")?.map(IdToken::new),
                refresh: token("RefreshToken")?.map(RefreshToken::new),
                device: result
                    .member("NewDeviceMetadata")
                    .and_then(|device| new_device(&device)),
            })
        })
    }

    /// `CodeDeliveryDetails`.
    pub(crate) fn delivery(&self) -> Result<Option<CodeDelivery>, Error> {
        self.read("CodeDeliveryDetails", delivery)
    }

    pub(crate) fn read<T>(
        &self,
        name: &str,
        read: fn(&V) -> Option<T>,
    ) -> Result<Option<T>, Error> {
        self.0.at(name, read).map_err(|_| incomplete())
    }
}

/// `UserAttributes` of a request.
pub(crate) fn attributes_array(attributes: &[Attribute]) -> Array {
    let mut array = Array::new();
    for attribute in attributes {
        let mut object = Object::new();
        object
            .text("Name", &attribute.name)
            .text_if("Value", attribute.value.as_deref());
        array.object(&object);
    }
    array
}

/// What is malformed is no device: no sign-in fails for one.
fn new_device<V: Value>(value: &V) -> Option<NewDevice> {
    Some(NewDevice {
        key: value.text_at("DeviceKey").ok()??,
        group: value.text_at("DeviceGroupKey").ok()??,
    })
}

/// Where a code went, as an answer says it.
pub(crate) fn delivery<V: Value>(value: &V) -> Option<CodeDelivery> {
    Some(CodeDelivery {
        destination: value.text_at("Destination").ok()?,
        delivery_medium: value.text_at("DeliveryMedium").ok()?,
        attribute_name: value.text_at("AttributeName").ok()?,
    })
}

/// A date, in milliseconds since 1970: the service writes seconds, with a fraction.
#[must_use]
pub fn milliseconds(value: &impl Value, name: &str) -> Option<u64> {
    let seconds = value.member(name)?.number()?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "saturates: a date before 1970, or none, is 0"
    )]
    Some((seconds * 1000.0) as u64)
}
