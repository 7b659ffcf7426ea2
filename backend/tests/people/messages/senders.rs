//! `CustomEmailSender` and `CustomSMSSender`, in Node: they open the code as the AWS Encryption SDK would.

use serde_json::{Value, json};

use super::all;
use crate::person::{POOL, Person};
use crate::support::Backend;
use crate::triggers::Handlers;

const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

/// Writes what it is asked to deliver to a file, one JSON a line. The message format is read as it is published,
/// with Node's own cryptography.
const SENDER: &str = r#"
import { createDecipheriv, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { appendFileSync, existsSync } from 'node:fs';

function open(message, key) {
    let at = 0;
    const take = (size) => message.subarray(at, (at += size));
    const number = (size) => take(size).readUIntBE(0, size);
    const gcm = (key, iv, aad, text, tag) => {
        const decipher = createDecipheriv('aes-256-gcm', key, iv).setAuthTag(tag).setAAD(aad);
        return Buffer.concat([decipher.update(text), decipher.final()]);
    };
    if (number(1) !== 2 || number(2) !== 0x0478) throw new Error('another format');
    const id = take(32);
    take(number(2));
    if (number(2) !== 1) throw new Error('several keys');
    if (String(take(number(2))) !== 'cognate') throw new Error('another namespace');
    const info = take(number(2));
    if (String(info.subarray(0, 6)) !== 'sender') throw new Error('another key');
    const iv = info.subarray(info.length - 12);
    const wrapped = take(number(2));
    const dataKey = gcm(key, iv, Buffer.alloc(0), wrapped.subarray(0, 32), wrapped.subarray(32));
    if (number(1) !== 2) throw new Error('no frames');
    number(4);
    const derive = (label) => Buffer.from(hkdfSync('sha512', dataKey, id, label, 32));
    if (!timingSafeEqual(take(32), derive('COMMITKEY'))) throw new Error('another commitment');
    const messageKey = derive(Buffer.concat([Buffer.from([4, 0x78]), Buffer.from('DERIVEKEY')]));
    const header = message.subarray(0, at);
    gcm(messageKey, Buffer.alloc(12), header, Buffer.alloc(0), take(16));
    if (number(4) !== 0xffffffff) throw new Error('more frames');
    const sequence = take(4);
    const frameIv = take(12);
    const length = take(4);
    const content = take(length.readUInt32BE());
    const aad = Buffer.concat([id, Buffer.from('AWSKMSEncryptionClient Final Frame'), sequence, Buffer.alloc(4), length]);
    const opened = gcm(messageKey, frameIv, aad, content, take(16));
    if (at !== message.length) throw new Error('more');
    return String(opened);
}

export const handler = async (event) => {
    const code = open(Buffer.from(event.request.code, 'base64'), Buffer.from(process.env.KEY, 'hex'));
    const seen = { source: event.triggerSource, request: event.request, code };
    appendFileSync(process.env.OUT, JSON.stringify(seen) + '\n');
    if (existsSync(process.env.OUT + '.fails')) throw new Error('the provider is away');
};
"#;

struct Sent {
    backend: Backend,
    _handlers: Handlers,
    out: tempfile::TempDir,
}

impl Sent {
    async fn start() -> Self {
        let out = tempfile::tempdir().unwrap();
        let file = out.path().join("sent");
        let environment = format!("{{ KEY = \"{KEY}\", OUT = \"{}\" }}", file.display());
        let runs = format!("{{ node = \"sender.mjs\", environment = {environment} }}");
        let triggers = format!("custom_email_sender = {runs}\ncustom_sms_sender = {runs}");
        let handlers = Handlers::written(&triggers, &[("sender.mjs", SENDER)]);
        let key_file = out.path().join("sender.key");
        std::fs::write(&key_file, KEY).unwrap();
        let mut config = handlers.config();
        config.keys.sender_key_file = Some(key_file);
        Self {
            backend: Backend::start_with(config).await,
            _handlers: handlers,
            out,
        }
    }

    async fn lines(&self) -> Vec<Value> {
        self.backend.state.messages.flush().await;
        let text = std::fs::read_to_string(self.out.path().join("sent")).unwrap_or_default();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

#[tokio::test]
async fn a_sender_gets_the_code_sealed_and_delivers_in_our_place() {
    let sent = Sent::start().await;
    let backend = &sent.backend;
    let person = Person::stranger();
    let body = person.naming(json!({
        "Password": person.password, "ClientMetadata": { "lang": "de" },
        "UserAttributes": [{ "Name": "email", "Value": person.email }],
    }));
    backend.call("SignUp", body).await.ok();
    let lines = sent.lines().await;
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0]["source"], "CustomEmailSender_SignUp");
    let request = &lines[0]["request"];
    assert_eq!(request["type"], "customEmailSenderRequestV1");
    assert_eq!(request["userAttributes"]["email"], json!(person.email));
    assert_eq!(request["clientMetadata"], json!({ "lang": "de" }));
    let code = lines[0]["code"].as_str().unwrap();
    assert!(!request.to_string().contains(code), "sealed");
    person.confirm(backend, code).await.ok();
    assert!(
        all(backend, &person.email).await.is_empty(),
        "nothing by our own ways"
    );

    backend
        .call("ForgotPassword", person.naming(json!({})))
        .await
        .ok();
    assert_eq!(
        sent.lines().await[1]["source"],
        "CustomEmailSender_ForgotPassword"
    );
    // Nobody is told about somebody who does not exist.
    let stranger = Person::stranger().naming(json!({}));
    backend.call("ForgotPassword", stranger).await.ok();
    assert_eq!(sent.lines().await.len(), 2);
}

#[tokio::test]
async fn a_sender_that_throws_is_asked_again() {
    let sent = Sent::start().await;
    let fails = sent.out.path().join("sent.fails");
    std::fs::write(&fails, "").unwrap();
    let person = Person::signed_up(&sent.backend).await;
    assert_eq!(sent.lines().await.len(), 1);
    std::fs::remove_file(&fails).unwrap();
    assert_eq!(sent.lines().await.len(), 1, "not at once");
    sent.backend.clock.advance(5);
    let lines = sent.lines().await;
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0]["code"], lines[1]["code"]);
    sent.backend.clock.advance(3600);
    assert_eq!(sent.lines().await.len(), 2);
    let code = lines[1]["code"].as_str().unwrap();
    person.confirm(&sent.backend, code).await.ok();
}

#[tokio::test]
async fn a_pool_with_a_sender_names_the_key() {
    let sent = Sent::start().await;
    let described = sent
        .backend
        .admin("DescribeUserPool", json!({ "UserPoolId": POOL }))
        .await
        .ok();
    let config = described["UserPool"]["LambdaConfig"].clone();
    let arn = "arn:aws:lambda:local:000000000000:function:sender.mjs";
    let key = "arn:aws:kms:local:000000000000:key/sender";
    let sender = json!({ "LambdaArn": arn, "LambdaVersion": "V1_0" });
    assert_eq!(
        config,
        json!({ "CustomEmailSender": sender, "CustomSMSSender": sender, "KMSKeyID": key })
    );
    for (refused, why) in [
        (json!({ "CustomEmailSender": sender }), "no key"),
        (
            json!({ "CustomEmailSender": sender, "KMSKeyID": "arn:aws:kms:us-east-1:1:key/a" }),
            "another key",
        ),
        (
            json!({ "CustomEmailSender": { "LambdaArn": arn, "LambdaVersion": "V2_0" }, "KMSKeyID": key }),
            "no such version",
        ),
    ] {
        let body = json!({ "PoolName": "p", "LambdaConfig": refused });
        let answer = sent.backend.admin("CreateUserPool", body).await;
        assert_eq!(answer.error_type(), "InvalidParameterException", "{why}");
    }
}
