//! What a client's pages get of the records: a stylesheet of colours, a logo, links.

use base64ct::{Base64, Encoding};

use super::image::Kind;
use super::palette::Palette;
use super::{classic, managed};
use crate::app::AppState;
use crate::error::ApiError;
use crate::pools::Pool;

/// How a client's pages look.
#[derive(Debug, Default)]
pub struct Look {
    /// Colours.
    pub palette: Palette,
    /// The logo, where it is a picture that may be shown.
    pub logo: Option<(Kind, Vec<u8>)>,
    /// When it last changed, seconds since 1970.
    pub version: i64,
}

/// The client's own branding, else the classic customisation of the client or the pool, else nothing.
///
/// # Errors
/// For no fault of the caller's.
pub async fn of_client(state: &AppState, pool: &Pool, client_id: &str) -> Result<Look, ApiError> {
    if let Some(stored) = managed::of_client(state, pool, client_id).await? {
        let branding = &stored.content;
        let settings = branding.settings.as_ref();
        let is_logo = |asset: &&managed::Asset| {
            matches!(asset.category.as_str(), "FORM_LOGO" | "PAGE_HEADER_LOGO")
        };
        let mut logos = branding.assets.iter().filter(is_logo);
        return Ok(Look {
            palette: settings.map(Palette::of_settings).unwrap_or_default(),
            logo: logos.find_map(|asset| picture(asset.bytes.as_deref()?)),
            version: stored.updated_at,
        });
    }
    let Some(stored) = classic::find(state, pool, Some(client_id)).await? else {
        return Ok(Look::default());
    };
    let customization = stored.content;
    let rules = customization
        .css
        .as_deref()
        .map(classic::rules)
        .transpose()?;
    Ok(Look {
        palette: rules.as_deref().map(Palette::of_rules).unwrap_or_default(),
        logo: customization.image.as_deref().and_then(picture),
        version: stored.updated_at,
    })
}

/// The route of a client's colours.
pub const STYLE: &str = "/_cognate/brand/{client}/{version}/style";
/// The route of a client's logo.
pub const LOGO: &str = "/_cognate/brand/{client}/{version}/logo";

/// Where the colours of a client's pages are, by when they changed.
#[must_use]
pub fn style_path(client_id: &str, version: i64) -> String {
    path(STYLE, client_id, version)
}

/// Where the logo of a client's pages is, by when it changed.
#[must_use]
pub fn logo_path(client_id: &str, version: i64) -> String {
    path(LOGO, client_id, version)
}

fn path(route: &str, client_id: &str, version: i64) -> String {
    let path = route.replace("{client}", client_id);
    path.replace("{version}", &version.to_string())
}

fn picture(base64: &str) -> Option<(Kind, Vec<u8>)> {
    let bytes = Base64::decode_vec(base64).ok()?;
    Some((Kind::of(&bytes)?, bytes))
}
