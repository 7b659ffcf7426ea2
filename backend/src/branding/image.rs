//! Pictures, known by their first bytes and not by what is said of them.

/// A kind of picture that browsers show and that runs nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// PNG
    Png,
    /// JPEG
    Jpeg,
    /// WebP
    Webp,
}

impl Kind {
    /// What these bytes are.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Option<Self> {
        if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            Some(Self::Png)
        } else if bytes.starts_with(b"\xff\xd8\xff") {
            Some(Self::Jpeg)
        } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
            Some(Self::Webp)
        } else {
            None
        }
    }

    /// Its content type.
    #[must_use]
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Webp => "image/webp",
        }
    }
}

/// Whether bytes are what an asset's `Extension` says.
#[must_use]
pub fn is_of(extension: &str, bytes: &[u8]) -> bool {
    match extension {
        "PNG" => Kind::of(bytes) == Some(Kind::Png),
        "JPEG" => Kind::of(bytes) == Some(Kind::Jpeg),
        "WEBP" => Kind::of(bytes) == Some(Kind::Webp),
        "ICO" => bytes.starts_with(&[0, 0, 1, 0]),
        "SVG" => std::str::from_utf8(bytes).is_ok_and(|text| text.contains("<svg")),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_what_its_bytes_say() {
        let png = b"\x89PNG\r\n\x1a\n....";
        assert_eq!(Kind::of(png), Some(Kind::Png));
        assert_eq!(Kind::of(b"RIFF....WEBPVP8 "), Some(Kind::Webp));
        assert_eq!(Kind::of(b"<svg><script>alert(1)</script></svg>"), None);
        assert!(is_of("PNG", png));
        assert!(!is_of("JPEG", png));
        assert!(!is_of("PNG", b"<svg></svg>"));
    }
}
