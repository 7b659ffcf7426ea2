//! Colours out of records, as custom properties of the pages' stylesheet.

use std::fmt;
use std::fmt::Write as _;

use serde_json::Value;

/// A colour, read and checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colour([u8; 4]);

impl Colour {
    /// Reads three, four, six or eight hexadecimal digits, with or without `#`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#').unwrap_or(text);
        let digits: Vec<u8> = digits
            .chars()
            .map(|digit| {
                digit
                    .to_digit(16)
                    .and_then(|digit| u8::try_from(digit).ok())
            })
            .collect::<Option<_>>()?;
        let pairs: Vec<u8> = match digits.len() {
            3 | 4 => digits.iter().map(|digit| digit * 17).collect(),
            6 | 8 => digits
                .chunks_exact(2)
                .map(|pair| pair.iter().fold(0, |sum, digit| sum * 16 + digit))
                .collect(),
            _ => return None,
        };
        match pairs[..] {
            [r, g, b] => Some(Self([r, g, b, 255])),
            [r, g, b, a] => Some(Self([r, g, b, a])),
            _ => None,
        }
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [r, g, b, a] = self.0;
        write!(f, "#{r:02x}{g:02x}{b:02x}{a:02x}")
    }
}

/// The colours of a property in light and in dark.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Pair {
    light: Option<Colour>,
    dark: Option<Colour>,
}

/// Colours for the pages. What is not set has the pages' own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Palette {
    colours: Vec<(&'static str, Pair)>,
    scheme: Option<&'static str>,
}

/// Where managed login's settings have the colour of a property: before and after the mode's name.
const SETTINGS: [(&str, &[&str], &[&str]); 8] = [
    ("ground", &["components", "pageBackground"], &["color"]),
    ("raised", &["components", "form"], &["backgroundColor"]),
    ("ink", &["components", "pageText"], &["headingColor"]),
    (
        "ink-soft",
        &["components", "pageText"],
        &["descriptionColor"],
    ),
    ("line", &["components", "form"], &["borderColor"]),
    (
        "brand",
        &["components", "primaryButton"],
        &["defaults", "backgroundColor"],
    ),
    (
        "brand-hover",
        &["components", "primaryButton"],
        &["hover", "backgroundColor"],
    ),
    (
        "on-brand",
        &["components", "primaryButton"],
        &["defaults", "textColor"],
    ),
];

/// The classes of classic CSS whose colours are of use, with the declaration and the property.
const CLASSES: [(&str, &str, &str); 6] = [
    ("background-customizable", "background-color", "ground"),
    ("submitButton-customizable", "background-color", "brand"),
    ("submitButton-customizable", "color", "on-brand"),
    (
        "submitButton-customizable:hover",
        "background-color",
        "brand-hover",
    ),
    ("textDescription-customizable", "color", "ink"),
    ("legalText-customizable", "color", "ink-soft"),
];

impl Palette {
    /// Out of managed login's settings.
    #[must_use]
    pub fn of_settings(settings: &Value) -> Self {
        let colour = |before: &[&str], mode: &str, after: &[&str]| {
            let mut value = settings;
            for name in before.iter().chain(&[mode]).chain(after) {
                value = value.get(name)?;
            }
            Colour::parse(value.as_str()?)
        };
        let colours = SETTINGS.into_iter().map(|(property, before, after)| {
            let pair = Pair {
                light: colour(before, "lightMode", after),
                dark: colour(before, "darkMode", after),
            };
            (property, pair)
        });
        let mode = settings.pointer("/categories/global/colorSchemeMode");
        Self {
            colours: colours
                .filter(|(_, pair)| *pair != Pair::default())
                .collect(),
            scheme: match mode.and_then(Value::as_str) {
                Some("LIGHT") => Some("light"),
                Some("DARK") => Some("dark"),
                _ => None,
            },
        }
    }

    /// Out of classic CSS, as [`super::classic::rules`] reads it. It knows no dark: the pages are light then.
    #[must_use]
    pub fn of_rules(rules: &[(String, String, String)]) -> Self {
        let mut colours = Vec::new();
        for (class, declaration, property) in CLASSES {
            let said = rules
                .iter()
                .rev()
                .find(|(of, name, _)| of == class && name == declaration);
            if let Some(light) = said.and_then(|(_, _, value)| Colour::parse(value)) {
                let light = Some(light);
                colours.push((property, Pair { light, dark: None }));
            }
        }
        let scheme = (!colours.is_empty()).then_some("light");
        Self { colours, scheme }
    }

    /// Whether it says nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The stylesheet: custom properties and nothing else.
    #[must_use]
    pub fn css(&self) -> String {
        let mut css = String::from(":root {\n");
        if let Some(scheme) = self.scheme {
            // Writing to a text does not fail.
            let _ = writeln!(css, "  color-scheme: {scheme};");
        }
        for (property, pair) in &self.colours {
            // A colour for one of the two alone counts for both.
            if let (Some(light), Some(dark)) = (pair.light.or(pair.dark), pair.dark.or(pair.light))
            {
                let _ = writeln!(css, "  --{property}: light-dark({light}, {dark});");
            }
        }
        css.push_str("}\n");
        css
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_colour_is_hexadecimal_digits_and_nothing_else() {
        for (text, expected) in [
            ("#abc", "#aabbccff"),
            ("0972d3ff", "#0972d3ff"),
            ("#0972D3", "#0972d3ff"),
            ("abcd", "#aabbccdd"),
        ] {
            assert_eq!(Colour::parse(text).unwrap().to_string(), expected);
        }
        for wrong in [
            "",
            "#",
            "red",
            "#ggg",
            "12345",
            "url(x)",
            "#fff;}",
            "#ääää",
            "#fff ",
        ] {
            assert_eq!(Colour::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn only_colours_of_settings_reach_the_stylesheet() {
        let settings = json!({
            "categories": { "global": { "colorSchemeMode": "DARK" } },
            "components": {
                "primaryButton": {
                    "lightMode": { "defaults": { "backgroundColor": "7a1fa2ff", "textColor": "red;}" } },
                    "darkMode": { "defaults": { "backgroundColor": "ce93d8ff" } },
                },
                "pageBackground": { "lightMode": { "color": "ffffffff" } },
            },
        });
        assert_eq!(
            Palette::of_settings(&settings).css(),
            ":root {\n  color-scheme: dark;\n  --ground: light-dark(#ffffffff, #ffffffff);\n  \
             --brand: light-dark(#7a1fa2ff, #ce93d8ff);\n}\n"
        );
        assert!(Palette::of_settings(&json!({ "components": [] })).is_empty());
    }
}
