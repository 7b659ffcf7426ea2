//! People of the demo user pool, and the demo identity pool.

use serde_json::{Value, json};

use crate::support::Backend;

pub(crate) const POOL: &str = "local:00000000-0000-4000-8000-000000000001";
pub(crate) const PROVIDER: &str = "cognito-idp.local.amazonaws.com/local_demo";
const PASSWORD: &str = "Passw0rd!";

/// Somebody who is signed in.
pub(crate) struct Person {
    pub(crate) email: String,
    pub(crate) id_token: String,
    pub(crate) access_token: String,
}

impl Person {
    pub(crate) async fn new(backend: &Backend, name: &str) -> Self {
        let email = format!("{name}@example.com");
        let mut user = json!({ "UserPoolId": "local_demo", "Username": email });
        user["UserAttributes"] = json!([
            { "Name": "email", "Value": email },
            { "Name": "email_verified", "Value": "true" },
        ]);
        user["MessageAction"] = json!("SUPPRESS");
        backend.admin("AdminCreateUser", user).await.ok();
        let password = json!({
            "UserPoolId": "local_demo", "Username": email, "Password": PASSWORD, "Permanent": true,
        });
        backend.admin("AdminSetUserPassword", password).await.ok();
        Self::again(backend, &email).await
    }

    /// Another sign-in of the same person.
    pub(crate) async fn again(backend: &Backend, email: &str) -> Self {
        let answer = backend
            .call(
                "InitiateAuth",
                json!({
                    "AuthFlow": "USER_PASSWORD_AUTH", "ClientId": "demowebclient",
                    "AuthParameters": { "USERNAME": email, "PASSWORD": PASSWORD },
                }),
            )
            .await
            .ok();
        let token = |name: &str| {
            answer["AuthenticationResult"][name]
                .as_str()
                .unwrap()
                .to_owned()
        };
        Self {
            email: email.to_owned(),
            id_token: token("IdToken"),
            access_token: token("AccessToken"),
        }
    }

    /// The login of this person.
    pub(crate) fn logins(&self) -> Value {
        json!({ PROVIDER: self.id_token })
    }
}

/// The identity of these logins in the demo pool.
pub(crate) async fn get_id(backend: &Backend, logins: Value) -> String {
    let request = json!({ "IdentityPoolId": POOL, "Logins": logins });
    let answer = backend.call_identity("GetId", request).await.ok();
    answer["IdentityId"].as_str().unwrap().to_owned()
}
