//! The look of the pages, terms, and settings that are kept: stored, described, served, refused.

use axum::http::StatusCode;
use base64ct::{Base64, Encoding};
use serde_json::{Value, json};

use crate::support::{Answer, Backend};

const POOL: &str = "local_demo";
const CLIENT: &str = "demowebclient";

fn with(mut body: Value, more: Value) -> Value {
    if let Value::Object(members) = more {
        body.as_object_mut().unwrap().extend(members);
    }
    body
}

fn named(more: Value) -> Value {
    with(json!({ "UserPoolId": POOL, "ClientId": CLIENT }), more)
}

fn png() -> String {
    Base64::encode_string(b"\x89PNG\r\n\x1a\n and the rest")
}

fn settings(colour: &str) -> Value {
    json!({ "components": { "primaryButton": { "lightMode": { "defaults": { "backgroundColor": colour } } } } })
}

async fn brand_file(backend: &Backend, name: &str) -> Answer {
    backend
        .get(&format!("/_cognate/brand/{CLIENT}/1/{name}"))
        .await
}

async fn refused(backend: &Backend, operation: &str, body: Value) -> String {
    backend.admin(operation, body).await.error_type()
}

#[tokio::test]
async fn a_branding_is_described_as_it_was_made_and_its_colours_and_logo_are_served() {
    let backend = Backend::start().await;
    assert_eq!(brand_file(&backend, "style").await.text, ":root {\n}\n");
    let body = named(json!({
        "Settings": settings("7a1fa2ff"),
        "Assets": [{ "Category": "FORM_LOGO", "ColorMode": "LIGHT", "Extension": "PNG", "Bytes": png() }],
    }));
    let made = backend
        .admin("CreateManagedLoginBranding", body.clone())
        .await
        .ok();
    let branding = &made["ManagedLoginBranding"];
    assert_eq!(branding["Settings"], body["Settings"]);
    assert_eq!(branding["Assets"], body["Assets"]);
    // Of an invented version no cache keeps a copy.
    let changed = branding["LastModifiedDate"].as_f64().unwrap();
    for (version, kept) in [
        (format!("{changed:.0}"), "public, max-age=3600"),
        ("1".to_owned(), "no-store"),
    ] {
        let path = format!("/_cognate/brand/{CLIENT}/{version}/style");
        let answer = backend.get(&path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert_eq!(answer.headers["cache-control"], kept, "{path}");
    }
    let by_id =
        json!({ "UserPoolId": POOL, "ManagedLoginBrandingId": branding["ManagedLoginBrandingId"] });
    let found = backend
        .admin("DescribeManagedLoginBranding", by_id.clone())
        .await
        .ok();
    assert_eq!(found, made);
    let found = backend
        .admin("DescribeManagedLoginBrandingByClient", named(json!({})))
        .await
        .ok();
    assert_eq!(found, made);
    let again = refused(&backend, "CreateManagedLoginBranding", body).await;
    assert_eq!(again, "ManagedLoginBrandingExistsException");

    let style = brand_file(&backend, "style").await;
    assert_eq!(
        style.header("content-type"),
        Some("text/css; charset=utf-8")
    );
    assert!(
        style
            .text
            .contains("--brand: light-dark(#7a1fa2ff, #7a1fa2ff);"),
        "{}",
        style.text
    );
    let change = with(
        by_id.clone(),
        json!({ "Settings": settings("red; } body { display: none") }),
    );
    backend
        .admin("UpdateManagedLoginBranding", change)
        .await
        .ok();
    assert_eq!(brand_file(&backend, "style").await.text, ":root {\n}\n");

    backend
        .admin("DeleteManagedLoginBranding", by_id.clone())
        .await
        .ok();
    for operation in ["DescribeManagedLoginBranding", "DeleteManagedLoginBranding"] {
        let gone = refused(&backend, operation, by_id.clone()).await;
        assert_eq!(gone, "ResourceNotFoundException", "{operation}");
    }
}

#[tokio::test]
async fn pictures_are_what_their_bytes_say_and_drawings_with_scripts_are_served_to_nobody() {
    let backend = Backend::start().await;
    let svg = Base64::encode_string(
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
    );
    let asset = |extension: &str, bytes: &str| {
        named(json!({ "Assets": [{
            "Category": "FORM_LOGO", "ColorMode": "LIGHT", "Extension": extension, "Bytes": bytes,
        }] }))
    };
    for wrong in [asset("PNG", &svg), asset("JPEG", &png()), asset("PNG", "!")] {
        let error = refused(&backend, "CreateManagedLoginBranding", wrong).await;
        assert_eq!(error, "InvalidParameterException");
    }
    let both = named(json!({ "UseCognitoProvidedValues": true, "Settings": {} }));
    let both = refused(&backend, "CreateManagedLoginBranding", both).await;
    assert_eq!(both, "InvalidParameterException");
    let drawing = asset("SVG", &svg);
    backend
        .admin("CreateManagedLoginBranding", drawing)
        .await
        .ok();
    let logo = brand_file(&backend, "logo").await;
    assert_eq!(logo.status, StatusCode::NOT_FOUND);
    let unsigned = backend
        .call("CreateManagedLoginBranding", named(json!({})))
        .await;
    assert_eq!(unsigned.error_type(), "MissingAuthenticationTokenException");
    let other = named(json!({ "ClientId": "nobody" }));
    let other = refused(&backend, "CreateManagedLoginBranding", other).await;
    assert_eq!(other, "ResourceNotFoundException");
}

#[tokio::test]
async fn a_classic_customization_is_the_pools_until_a_client_has_its_own() {
    let backend = Backend::start().await;
    let nothing = backend
        .admin("GetUICustomization", named(json!({})))
        .await
        .ok();
    assert_eq!(
        nothing["UICustomization"],
        json!({ "UserPoolId": POOL, "ClientId": CLIENT })
    );
    let css =
        |colour: &str| format!(".submitButton-customizable {{ background-color: {colour}; }}");
    let all = json!({ "UserPoolId": POOL, "CSS": css("#123456") });
    let set = backend.admin("SetUICustomization", all).await.ok();
    assert_eq!(set["UICustomization"]["ClientId"], "ALL");
    assert!(
        brand_file(&backend, "style")
            .await
            .text
            .contains("--brand: light-dark(#123456ff")
    );
    let inherited = backend
        .admin("GetUICustomization", named(json!({})))
        .await
        .ok();
    assert_eq!(inherited["UICustomization"]["CSS"], css("#123456"));
    let own = named(json!({ "CSS": css("#abc"), "ImageFile": png() }));
    let own = backend.admin("SetUICustomization", own).await.ok();
    assert!(
        brand_file(&backend, "style")
            .await
            .text
            .contains("--brand: light-dark(#aabbccff")
    );
    let url = own["UICustomization"]["ImageUrl"].as_str().unwrap();
    assert_eq!(
        url,
        format!(
            "http://localhost:4100/_cognate/brand/{CLIENT}/{}/logo",
            backend.clock.now()
        )
    );
    for wrong in [
        json!({ "CSS": "body { color: red }" }),
        json!({ "CSS": ".logo-customizable { background: url(https://evil.example) }" }),
        json!({ "ImageFile": Base64::encode_string(b"GIF89a") }),
        json!({ "ImageFile": Base64::encode_string(&[b"\xff\xd8\xff".to_vec(), vec![0; 102_400]].concat()) }),
    ] {
        let error = refused(&backend, "SetUICustomization", named(wrong)).await;
        assert_eq!(error, "InvalidParameterException");
    }
}

#[tokio::test]
async fn terms_are_one_of_a_name_for_each_client_with_safe_links() {
    let backend = Backend::start().await;
    let terms = |name: &str, links: Value| {
        named(
            json!({ "TermsName": name, "TermsSource": "LINK", "Enforcement": "NONE", "Links": links }),
        )
    };
    let links = json!({ "cognito:default": "https://a.example/terms", "cognito:german": "https://a.example/agb" });
    let made = backend
        .admin("CreateTerms", terms("terms-of-use", links.clone()))
        .await
        .ok();
    assert_eq!(made["Terms"]["Links"], links);
    let again = refused(
        &backend,
        "CreateTerms",
        terms("terms-of-use", links.clone()),
    )
    .await;
    assert_eq!(again, "TermsExistsException");
    for wrong in [
        json!({ "cognito:german": "https://a.example/" }),
        json!({ "cognito:default": "javascript:alert(1)" }),
        json!({ "cognito:default": "http://a.example/" }),
        json!({ "cognito:default": "data:text/html,x" }),
    ] {
        let error = refused(&backend, "CreateTerms", terms("privacy-policy", wrong)).await;
        assert_eq!(error, "InvalidParameterException");
    }
    let id = json!({ "UserPoolId": POOL, "TermsId": made["Terms"]["TermsId"] });
    let by_client = named(json!({ "TermsName": "terms-of-use" }));
    for (operation, body) in [
        ("DescribeTerms", id.clone()),
        ("DescribeTermsByClient", by_client),
    ] {
        assert_eq!(
            backend.admin(operation, body).await.ok(),
            made,
            "{operation}"
        );
    }
    let privacy = terms(
        "privacy-policy",
        json!({ "cognito:default": "https://a.example/privacy" }),
    );
    backend.admin("CreateTerms", privacy).await.ok();
    let mut seen = Vec::new();
    let mut page = json!({ "UserPoolId": POOL, "MaxResults": 1 });
    loop {
        let listed = backend.admin("ListTerms", page.clone()).await.ok();
        seen.extend(listed["Terms"].as_array().unwrap().clone());
        if listed["NextToken"].is_null() {
            break;
        }
        page["NextToken"] = listed["NextToken"].clone();
    }
    assert_eq!(seen.len(), 2);
    let taken = with(id.clone(), json!({ "TermsName": "privacy-policy" }));
    assert_eq!(
        refused(&backend, "UpdateTerms", taken).await,
        "TermsExistsException"
    );
    let moved = with(
        id.clone(),
        json!({ "Links": { "cognito:default": "https://b.example/" } }),
    );
    let moved = backend.admin("UpdateTerms", moved).await.ok();
    assert_eq!(moved["Terms"]["TermsName"], "terms-of-use");
    backend.admin("DeleteTerms", id.clone()).await.ok();
    assert_eq!(
        refused(&backend, "DescribeTerms", id).await,
        "ResourceNotFoundException"
    );
}

#[tokio::test]
async fn risk_and_log_settings_come_back_as_they_were_given() {
    let backend = Backend::start().await;
    let pool = json!({ "UserPoolId": POOL });
    let risk = named(json!({
        "RiskExceptionConfiguration": { "BlockedIPRangeList": ["192.0.2.0/24", "2001:db8::/32"] },
        "CompromisedCredentialsRiskConfiguration": { "Actions": { "EventAction": "BLOCK" } },
    }));
    let set = backend
        .admin("SetRiskConfiguration", risk.clone())
        .await
        .ok();
    let found = backend
        .admin("DescribeRiskConfiguration", named(json!({})))
        .await
        .ok();
    assert_eq!(found, set);
    assert_eq!(
        found["RiskConfiguration"]["RiskExceptionConfiguration"],
        risk["RiskExceptionConfiguration"]
    );
    let none = backend
        .admin("DescribeRiskConfiguration", pool.clone())
        .await
        .ok();
    assert_eq!(none["RiskConfiguration"], pool);
    let wrong = json!({ "RiskExceptionConfiguration": { "SkippedIPRangeList": ["192.0.2.0/33"] } });
    let wrong = refused(&backend, "SetRiskConfiguration", named(wrong)).await;
    assert_eq!(wrong, "InvalidParameterException");

    let one = json!({
        "EventSource": "userNotification", "LogLevel": "ERROR",
        "S3Configuration": { "BucketArn": "arn:aws:s3:::logs" },
    });
    let logs = |list: Value| json!({ "UserPoolId": POOL, "LogConfigurations": list });
    let set = backend
        .admin("SetLogDeliveryConfiguration", logs(json!([one])))
        .await
        .ok();
    let found = backend
        .admin("GetLogDeliveryConfiguration", pool.clone())
        .await
        .ok();
    assert_eq!(found, set);
    let homeless = json!([{ "EventSource": "userNotification", "LogLevel": "ERROR" }]);
    for wrong in [json!([one, one]), homeless] {
        let error = refused(&backend, "SetLogDeliveryConfiguration", logs(wrong)).await;
        assert_eq!(error, "InvalidParameterException");
    }
}

#[tokio::test]
async fn what_this_service_does_not_have_is_refused_by_name() {
    let backend = Backend::start().await;
    let region = json!({ "UserPoolId": POOL, "RegionName": "eu-west-1" });
    let listed = backend
        .admin("ListUserPoolReplicas", json!({ "UserPoolId": POOL }))
        .await
        .ok();
    assert_eq!(listed["UserPoolReplicas"], json!([]));
    let limit = json!({ "LimitDefinition": { "LimitClass": "API_CATEGORY", "Attributes": {} } });
    for (operation, body, error) in [
        (
            "CreateUserPoolReplica",
            region.clone(),
            "OperationNotEnabledException",
        ),
        (
            "DeleteUserPoolReplica",
            region.clone(),
            "ResourceNotFoundException",
        ),
        (
            "UpdateUserPoolReplica",
            with(region, json!({ "Status": "ACTIVE" })),
            "ResourceNotFoundException",
        ),
        (
            "GetSigningCertificate",
            json!({ "UserPoolId": "local_nowhere" }),
            "ResourceNotFoundException",
        ),
        (
            "GetProvisionedLimit",
            limit.clone(),
            "ResourceNotFoundException",
        ),
        (
            "UpdateProvisionedLimit",
            with(limit, json!({ "RequestedLimitValue": 1 })),
            "ResourceNotFoundException",
        ),
    ] {
        assert_eq!(
            refused(&backend, operation, body).await,
            error,
            "{operation}"
        );
    }
    let feedback = json!({
        "UserPoolId": POOL, "Username": "a", "EventId": "1", "FeedbackToken": "a.b", "FeedbackValue": "Valid",
    });
    let feedback = backend.call("UpdateAuthEventFeedback", feedback).await;
    assert_eq!(feedback.error_type(), "NotAuthorizedException");
}
