//! A signer of AWS Signature Version 4, written apart from the one that checks.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac;
use axum::http::request::Builder;
use time::OffsetDateTime;
use time::macros::format_description;

use super::{HOST, TARGET_PREFIX, request};

/// Everything a signature is made from; tests change one thing at a time.
#[derive(Debug, Clone)]
pub struct Signer {
    pub key: String,
    pub secret: String,
    pub region: String,
    pub service: String,
    /// What stands before the operation in `x-amz-target`.
    pub target_prefix: String,
    /// Seconds since 1970.
    pub time: i64,
    /// Headers signed besides host, x-amz-date and x-amz-target.
    pub more: Vec<(String, String)>,
    /// Names left out of the signature, though sent.
    pub unsigned: Vec<&'static str>,
    pub host: String,
    pub method: &'static str,
    pub path: String,
}

impl Signer {
    pub fn demo(time: i64) -> Self {
        Self {
            key: "test".to_owned(),
            secret: "test".to_owned(),
            region: "us-east-1".to_owned(),
            service: "cognito-idp".to_owned(),
            target_prefix: TARGET_PREFIX.to_owned(),
            time,
            more: Vec::new(),
            unsigned: Vec::new(),
            host: HOST.to_owned(),
            method: "POST",
            path: "/".to_owned(),
        }
    }

    /// A request with a signature of this body. The caller adds the body, or another one.
    pub fn sign(&self, operation: &str, body: &str) -> Builder {
        let time = OffsetDateTime::from_unix_timestamp(self.time).unwrap();
        let stamp = time
            .format(format_description!(
                "[year][month][day]T[hour][minute][second]Z"
            ))
            .unwrap();
        let date = &stamp[..8];
        let mut headers = vec![
            (
                "content-type".to_owned(),
                "application/x-amz-json-1.1".to_owned(),
            ),
            ("host".to_owned(), self.host.clone()),
            ("x-amz-date".to_owned(), stamp.clone()),
            (
                "x-amz-target".to_owned(),
                format!("{}{operation}", self.target_prefix),
            ),
        ];
        headers.extend(self.more.iter().cloned());
        headers.sort();
        let signed: Vec<_> = headers
            .iter()
            .filter(|(name, _)| !self.unsigned.contains(&name.as_str()))
            .collect();
        let names: Vec<_> = signed.iter().map(|(name, _)| name.as_str()).collect();
        let names = names.join(";");
        let lines: String = signed
            .iter()
            .map(|(name, value)| format!("{name}:{}\n", value.trim()))
            .collect();
        let canonical = format!(
            "{}\n{}\n\n{lines}\n{names}\n{}",
            self.method,
            self.path,
            hex(digest(&SHA256, body.as_bytes()).as_ref())
        );
        let scope = format!("{date}/{}/{}/aws4_request", self.region, self.service);
        let to_sign = format!(
            "AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{}",
            hex(digest(&SHA256, canonical.as_bytes()).as_ref())
        );
        let mut key = format!("AWS4{}", self.secret).into_bytes();
        for part in [date, &self.region, &self.service, "aws4_request"] {
            key = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), part.as_bytes())
                .as_ref()
                .to_vec();
        }
        let signature = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), to_sign.as_bytes());
        let mut builder = request(self.method, &self.path);
        builder.headers_mut().unwrap().clear();
        for (name, value) in &headers {
            builder = builder.header(name, value);
        }
        builder.header(
            "authorization",
            format!(
                "AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={names}, Signature={}",
                self.key,
                hex(signature.as_ref())
            ),
        )
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
