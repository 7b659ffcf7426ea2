//! Every operation on the account over a scripted network: what is sent, by the contract's shapes, and what
//! is made of the answer.

use std::future::Future;

use cognate_core::account::{MfaPreference, MfaSetting, MfaSettings, Page};
use cognate_core::ports::HttpResponse;
use cognate_core::secret::{AccessToken, PasskeyCredential};
use cognate_core::sign_in::Factor;
use cognate_core::{Error, ErrorCode, Service};
use serde_json::{Value, json};

use crate::platform::{Network, Platform, Scripted};
use crate::{code, options, run};

const TOKEN: &str = "header.payload.signature";

/// Runs one operation, whose answer is scripted. Gives what it made of that, and what was sent.
fn asked<T, F: Future<Output = Result<T, Error>>>(
    status: u16,
    answer: &Value,
    call: impl FnOnce(&'static Service<Network>, &'static AccessToken) -> F,
) -> (Result<T, Error>, String, Value) {
    let platform = Platform::new();
    let service = Box::leak(Box::new(crate::account::account_of(&platform)));
    let token = Box::leak(Box::new(AccessToken::new(TOKEN.into())));
    platform.script([Scripted::Answer(HttpResponse {
        status,
        body: answer.to_string(),
        ..HttpResponse::default()
    })]);
    let result = run(call(service, token));
    let sent = platform.calls().pop().unwrap();
    assert_eq!(sent.body["AccessToken"], TOKEN);
    (result, sent.operation, sent.body)
}

#[test]
fn addresses_are_verified_and_attributes_deleted() {
    let (result, operation, sent) = asked(200, &json!({}), |account, token| async move {
        let names = ["nickname".to_owned(), "custom:team".to_owned()];
        account.delete_attributes(token, &names, &options()).await
    });
    result.unwrap();
    assert_eq!(operation, "DeleteUserAttributes");
    assert_eq!(
        sent["UserAttributeNames"],
        json!(["nickname", "custom:team"])
    );

    let answer = json!({"CodeDeliveryDetails": {"AttributeName": "email", "DeliveryMedium": "EMAIL", "Destination": "a***@e***"}});
    let (result, operation, sent) = asked(200, &answer, |account, token| async move {
        account
            .send_attribute_code(token, "email", &options())
            .await
    });
    assert_eq!(result.unwrap().destination.as_deref(), Some("a***@e***"));
    assert_eq!(operation, "GetUserAttributeVerificationCode");
    assert_eq!(sent["AttributeName"], "email");

    let (result, operation, sent) = asked(200, &json!({}), |account, token| async move {
        account
            .confirm_attribute(token, "email", &code("123456"), &options())
            .await
    });
    result.unwrap();
    assert_eq!(operation, "VerifyUserAttribute");
    assert_eq!(
        (&sent["AttributeName"], &sent["Code"]),
        (&json!("email"), &json!("123456"))
    );
}

#[test]
fn factors_are_read_by_their_names_each_once() {
    let answer = json!({"Username": "ana", "ConfiguredUserAuthFactors":
        ["PASSWORD", "WEB_AUTHN", "SOFTWARE_TOKEN", "SMS_OTP", "EMAIL_OTP", "NEW_KIND"]});
    let (result, ..) = asked(200, &answer, |account, token| async move {
        account.auth_factors(token, &options()).await
    });
    use Factor::{Email, Passkey, Password, Sms, Totp};
    assert_eq!(result.unwrap(), [Password, Passkey, Totp, Sms, Email]);

    let answer = json!({"Username": "ana", "UserAttributes": [], "PreferredMfaSetting": "SOFTWARE_TOKEN_MFA",
        "UserMFASettingList": ["SMS_MFA", "SOFTWARE_TOKEN_MFA"]});
    let preference = |answer| {
        asked(200, &answer, |account, token| async move {
            account.mfa_preference(token, &options()).await
        })
        .0
        .unwrap()
    };
    let (enabled, preferred) = (vec![Sms, Totp], Some(Totp));
    assert_eq!(preference(answer), MfaPreference { enabled, preferred });
    let none = json!({"Username": "ana", "UserAttributes": []});
    let (enabled, preferred) = (Vec::new(), None);
    assert_eq!(preference(none), MfaPreference { enabled, preferred });
}

#[test]
fn a_preference_names_only_what_changes() {
    let (result, operation, sent) = asked(200, &json!({}), |account, token| async move {
        let settings = MfaSettings {
            totp: Some(MfaSetting::Preferred),
            email: Some(MfaSetting::Off),
            sms: None,
        };
        account
            .set_mfa_preference(token, settings, &options())
            .await
    });
    result.unwrap();
    assert_eq!(operation, "SetUserMFAPreference");
    assert_eq!(
        sent,
        json!({"AccessToken": TOKEN,
            "SoftwareTokenMfaSettings": {"Enabled": true, "PreferredMfa": true},
            "EmailMfaSettings": {"Enabled": false, "PreferredMfa": false}})
    );
}

#[test]
fn an_authenticator_app_is_associated_and_proved() {
    let answer = json!({"SecretCode": "JBSWY3DPEHPK3PXP"});
    let (result, operation, _) = asked(200, &answer, |account, token| async move {
        account.associate_totp(token, &options()).await
    });
    assert_eq!(result.unwrap().secret(), "JBSWY3DPEHPK3PXP");
    assert_eq!(operation, "AssociateSoftwareToken");
    let verified = |status, answer| {
        asked(status, &answer, |account, token| async move {
            account
                .verify_totp(token, &code("123456"), Some("Phone"), &options())
                .await
        })
    };
    let (result, _, sent) = verified(200, json!({"Status": "SUCCESS"}));
    result.unwrap();
    assert_eq!(sent["FriendlyDeviceName"], "Phone");
    for (status, answer) in [
        (200, json!({"Status": "ERROR"})),
        (400, json!({"__type": "EnableSoftwareTokenMFAException"})),
        (400, json!({"__type": "CodeMismatchException"})),
    ] {
        let error = verified(status, answer).0.unwrap_err();
        assert_eq!(error.code, ErrorCode::CodeMismatch);
    }
}

#[test]
fn devices_are_listed_page_by_page_changed_and_forgotten() {
    let answer = json!({"PaginationToken": "more", "Devices": [
        {"DeviceKey": "eu_1", "DeviceCreateDate": 1_788_228_184.5, "DeviceLastModifiedDate": 1_788_228_185,
         "DeviceAttributes": [{"Name": "device_name", "Value": "Phone"}]},
        {"DeviceKey": "eu_2"}]});
    let (result, operation, sent) = asked(200, &answer, |account, token| async move {
        let (limit, cursor) = (Some(2), Some("before".to_owned()));
        account
            .list_devices(token, &Page { limit, cursor }, &options())
            .await
    });
    let list = result.unwrap();
    assert_eq!(operation, "ListDevices");
    assert_eq!(
        (&sent["Limit"], &sent["PaginationToken"]),
        (&json!(2), &json!("before"))
    );
    assert_eq!(list.cursor.as_deref(), Some("more"));
    assert_eq!(list.devices[0].created_at_ms, Some(1_788_228_184_500));
    assert_eq!(list.devices[0].attributes.get("device_name"), Some("Phone"));
    assert_eq!(
        (list.devices[1].key.as_str(), list.devices[1].used_at_ms),
        ("eu_2", None)
    );

    let key = "us-east-1_3ca9f9a5-2d47-4b35-a1f5-3b2f4d3c5e6f";
    for (remembered, status) in [(true, "remembered"), (false, "not_remembered")] {
        let (result, _, sent) = asked(200, &json!({}), |account, token| async move {
            account
                .update_device(token, key, remembered, &options())
                .await
        });
        result.unwrap();
        assert_eq!(sent["DeviceRememberedStatus"], status);
    }
    // No body at all, as of some operations without output.
    let (result, operation, _) = asked(200, &json!({}), |account, token| async move {
        account.forget_device(token, key, &options()).await
    });
    result.unwrap();
    assert_eq!(operation, "ForgetDevice");
}

#[test]
fn the_json_of_passkeys_passes_unchanged() {
    let creation = json!({"rp": {"id": "localhost", "name": "\u{e4}\"\\"}, "challenge": "AAEC", "timeout": 60000,
        "user": {"id": "AA", "name": "ana", "displayName": "Ana"}, "pubKeyCredParams": [{"type": "public-key", "alg": -7}],
        "excludeCredentials": [], "authenticatorSelection": {"requireResidentKey": true, "hint": null}});
    let answer = json!({"CredentialCreationOptions": creation});
    let (result, operation, _) = asked(200, &answer, |account, token| async move {
        account.start_passkey(token, &options()).await
    });
    assert_eq!(operation, "StartWebAuthnRegistration");
    assert_eq!(
        serde_json::from_str::<Value>(&result.unwrap()).unwrap(),
        creation
    );

    let credential = json!({"id": "AA", "type": "public-key", "response": {"transports": ["internal"], "clientDataJSON": "e30"},
        "clientExtensionResults": {"credProps": {"rk": true}}});
    let text = credential.to_string();
    let (result, operation, sent) = asked(200, &json!({}), |account, token| async move {
        account
            .complete_passkey(token, &PasskeyCredential::new(text), &options())
            .await
    });
    result.unwrap();
    assert_eq!(operation, "CompleteWebAuthnRegistration");
    assert_eq!(sent["Credential"], credential);
}

#[test]
fn options_of_passkeys_that_are_none_are_refused() {
    for answer in [
        json!({}),
        json!({"CredentialCreationOptions": "{}"}),
        json!({"CredentialCreationOptions": {"timeout": 0.5}}),
    ] {
        let (result, ..) = asked(200, &answer, |account, token| async move {
            account.start_passkey(token, &options()).await
        });
        assert_eq!(
            result.unwrap_err().code,
            ErrorCode::InvalidResponse,
            "{answer}"
        );
    }
}

#[test]
fn passkeys_are_listed_and_deleted() {
    let answer = json!({"NextToken": "more", "Credentials": [{"CredentialId": "AA", "FriendlyCredentialName": "Phone",
        "RelyingPartyId": "localhost", "AuthenticatorAttachment": "platform", "AuthenticatorTransports": ["internal", "hybrid"],
        "CreatedAt": 1_788_228_184}]});
    let (result, operation, _) = asked(200, &answer, |account, token| async move {
        account
            .list_passkeys(token, &Page::default(), &options())
            .await
    });
    let list = result.unwrap();
    assert_eq!(
        (operation.as_str(), list.cursor.as_deref()),
        ("ListWebAuthnCredentials", Some("more"))
    );
    let passkey = &list.passkeys[0];
    assert_eq!((passkey.id.as_str(), passkey.transports.len()), ("AA", 2));
    assert_eq!(passkey.created_at_ms, Some(1_788_228_184_000));
    let (result, _, sent) = asked(200, &json!({}), |account, token| async move {
        account.delete_passkey(token, "AA", &options()).await
    });
    result.unwrap();
    assert_eq!(sent["CredentialId"], "AA");
}

#[test]
fn what_the_service_refuses_about_passkeys_has_a_code_of_its_own() {
    for (name, expected) in [
        (
            "WebAuthnRelyingPartyMismatchException",
            ErrorCode::PasskeyRelyingPartyMismatch,
        ),
        (
            "WebAuthnOriginNotAllowedException",
            ErrorCode::PasskeyRelyingPartyMismatch,
        ),
        (
            "WebAuthnCredentialNotSupportedException",
            ErrorCode::PasskeyUnsupported,
        ),
        ("WebAuthnNotEnabledException", ErrorCode::Unsupported),
        (
            "WebAuthnChallengeNotFoundException",
            ErrorCode::ChallengeExpired,
        ),
    ] {
        let (result, ..) = asked(400, &json!({"__type": name}), |account, token| async move {
            account.start_passkey(token, &options()).await
        });
        assert_eq!(result.unwrap_err().code, expected, "{name}");
    }
}

#[test]
fn a_token_without_the_scope_is_said_in_words() {
    let answer = json!({"__type": "NotAuthorizedException", "message": "Access Token does not have required scopes"});
    let (result, ..) = asked(400, &answer, |account, token| async move {
        account.mfa_preference(token, &options()).await
    });
    let error = result.unwrap_err();
    assert_eq!(error.code, ErrorCode::MissingScope);
    assert!(
        error.message.contains("aws.cognito.signin.user.admin"),
        "{}",
        error.message
    );
}
