//! Confirming the device that a sign-in offered: `ConfirmDevice`.
//!
//! # Steps
//!
//! 1. The device draws a password of its own, or takes the one that an earlier attempt has left, and keeps it under both names of
//!    the person: what cannot be kept could never be proved, and is not confirmed.
//! 2. The service gets the verifier, once more if there was no answer. Where it refuses, what was kept goes again.
//!
//! It takes an access token and no session: an operation of [`Service`], in a module that is loaded when there is an offer.

use alloc::string::String;

use zeroize::Zeroizing;

use super::{Device, place};
use crate::base64;
use crate::client::Options;
#[cfg(doc)]
use crate::error::ErrorCode;
use crate::error::{Error, Outcome};
use crate::json::Object;
use crate::ports::{DeviceStore, Network, Random, Unavailable};
use crate::secret::{AccessToken, DevicePassword};
use crate::service::Service;
use crate::srp::{identity_hash, pad, private_exponent, verifier};
use crate::transport::Repeat;

/// A device that may be confirmed.
#[derive(Debug, Clone)]
pub struct Offer {
    /// Its key.
    pub key: String,
    /// The key of its group.
    pub group: String,
    /// What the person typed.
    pub typed: String,
    /// The real user name.
    pub username: String,
}

impl<P: Network + DeviceStore> Service<P> {
    /// Confirms a device. Says whether the service leaves it to the person to have it remembered. That there was no
    /// answer is no error: the service may have confirmed it.
    ///
    /// # Errors
    /// [`ErrorCode::StorageBlocked`], after which nothing was sent, those of every operation on the account, and of every call.
    pub async fn confirm_device(
        &self,
        token: &AccessToken,
        offer: &Offer,
        options: &Options<P>,
    ) -> Result<bool, Error> {
        let ports = &self.ports;
        let (typed, real) = (place(&offer.typed), place(&offer.username));
        let known = ports.device(&real, None).await?;
        let known = known.and_then(|record| Device::read(ports, &record).ok());
        let known = known.filter(|device| device.key == offer.key);
        let mut was_tried = known.is_some();
        let device = match known {
            Some(device) => device,
            None => Device::draw(ports, offer)?,
        };
        let record = device.to_json();
        ports.device(&real, Some(&record)).await?;
        ports.device(&typed, Some(&record)).await?;

        let mut call = Object::new();
        call.text("DeviceKey", &device.key)
            .object(
                "DeviceSecretVerifierConfig",
                &device.secret_verifier(ports)?,
            )
            .text_if("DeviceName", ports.device_name().as_deref());
        loop {
            let sent = self.open("ConfirmDevice", Repeat::Never, token, call.clone(), options);
            match sent.await {
                Ok(reply) => {
                    let asks = reply.boolean("UserConfirmationNecessary").ok().flatten();
                    return Ok(asks == Some(true));
                }
                // Once more, with the same verifier: at another endpoint, where there is one.
                Err(error) if error.outcome == Outcome::Unknown && !was_tried => was_tried = true,
                // The earlier attempt may be what is in the way of this one.
                Err(_) if was_tried => return Ok(true),
                Err(error) => {
                    for place in [&real, &typed] {
                        ports.device(place, Some("")).await?;
                    }
                    return Err(error);
                }
            }
        }
    }
}

impl Device {
    fn draw(random: &impl Random, offer: &Offer) -> Result<Self, Unavailable> {
        let mut bytes = Zeroizing::new([0; 40]);
        random.fill(&mut bytes[..])?;
        Ok(Self {
            key: offer.key.clone(),
            group: offer.group.clone(),
            password: DevicePassword::new(base64::encode(&bytes[..])),
        })
    }

    /// `DeviceSecretVerifierConfig`, with a new salt.
    fn secret_verifier(&self, random: &impl Random) -> Result<Object, Unavailable> {
        let mut salt = [0; 16];
        random.fill(&mut salt)?;
        let inner = identity_hash(&self.group, &self.key, self.password.secret());
        let v = verifier(&private_exponent(&salt, &inner));
        let mut config = Object::new();
        config
            .text("PasswordVerifier", &base64::encode(&pad(&v)))
            .text("Salt", &base64::encode(&pad(&salt)));
        Ok(config)
    }
}
