//! HTTP/1.1 over one kept connection: exactly what these requests need, so that the generator costs little beside the server.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

const TIMEOUT: Duration = Duration::from_secs(30);

/// A connection that stays open between requests.
#[derive(Debug)]
pub(crate) struct Connection {
    address: String,
    reader: BufReader<TcpStream>,
}

impl Connection {
    pub(crate) fn open(address: &str) -> Result<Self, String> {
        let stream = TcpStream::connect(address).map_err(|error| error.to_string())?;
        stream
            .set_nodelay(true)
            .and_then(|()| stream.set_read_timeout(Some(TIMEOUT)))
            .map_err(|error| error.to_string())?;
        Ok(Self {
            address: address.to_owned(),
            reader: BufReader::new(stream),
        })
    }

    /// Calls an operation of the user pools API; anything but 200 is an error that carries the answer.
    pub(crate) fn call(&mut self, operation: &str, body: &Value) -> Result<Value, String> {
        let target = format!("AWSCognitoIdentityProviderService.{operation}");
        let headers = [
            ("Content-Type", "application/x-amz-json-1.1"),
            ("X-Amz-Target", &target),
        ];
        self.send(&headers, &body.to_string())
    }

    /// Sends a request that has its headers, but for `Host` and `Content-Length`.
    pub(crate) fn send(&mut self, headers: &[(&str, &str)], body: &str) -> Result<Value, String> {
        let mut request = format!("POST / HTTP/1.1\r\nHost: {}\r\n", self.address);
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        request.push_str(&format!("Content-Length: {}\r\n\r\n{body}", body.len()));
        self.reader
            .get_mut()
            .write_all(request.as_bytes())
            .map_err(|error| error.to_string())?;
        let (status, length) = self.head()?;
        let mut answer = vec![0; length];
        self.reader
            .read_exact(&mut answer)
            .map_err(|error| error.to_string())?;
        if status != 200 {
            return Err(format!("{status} {}", String::from_utf8_lossy(&answer)));
        }
        serde_json::from_slice(&answer).map_err(|error| error.to_string())
    }

    fn head(&mut self) -> Result<(u16, usize), String> {
        let mut status = None;
        let mut length = None;
        loop {
            let mut line = String::new();
            if self
                .reader
                .read_line(&mut line)
                .map_err(|error| error.to_string())?
                == 0
            {
                return Err("the server closed the connection".to_owned());
            }
            let line = line.trim_end();
            if line.is_empty() {
                break;
            }
            if status.is_none() {
                status = line.split(' ').nth(1).and_then(|code| code.parse().ok());
            } else if let Some((name, value)) = line.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.trim().parse().ok();
            }
        }
        status
            .zip(length)
            .ok_or_else(|| "an answer without status or Content-Length".to_owned())
    }
}
