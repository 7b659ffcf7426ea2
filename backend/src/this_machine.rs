//! Which addresses are of this machine: what crosses no network needs no TLS.

use url::{Host, Url};

/// Whether an address is https, or http of this machine.
#[must_use]
pub fn is_private(url: &Url) -> bool {
    match url.scheme() {
        "https" => true,
        "http" => is_host(url),
        _ => false,
    }
}

/// Whether the host of an address is this machine: `localhost`, or an address of the loopback interface.
#[must_use]
pub fn is_host(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_tls_there_is_this_machine_only() {
        for private in [
            "https://example.com/",
            "http://localhost:4100/x",
            "http://127.0.0.1/",
            "http://[::1]:8080/",
        ] {
            assert!(is_private(&Url::parse(private).unwrap()), "{private}");
        }
        for open in [
            "http://example.com/",
            "http://localhost.example.com/",
            "http://localhost@example.com/",
            "http://10.0.0.1/",
            "http://[::2]/",
            "ftp://localhost/",
            "data:text/plain,localhost",
        ] {
            assert!(!is_private(&Url::parse(open).unwrap()), "{open}");
        }
    }
}
