//! The parameters of a request, from a query or a form (`application/x-www-form-urlencoded`).

use std::fmt;

use super::OAuthError;

/// Names and values in the order they came. Values may be secrets: not printed.
#[derive(Clone, Default)]
pub struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Reads a query or a form.
    #[must_use]
    pub fn parse(encoded: &[u8]) -> Self {
        Self(form_urlencoded::parse(encoded).into_owned().collect())
    }

    /// The value of a parameter; `None` if it is absent or empty (RFC 6749, 3.1).
    ///
    /// # Errors
    /// `invalid_request` if it is there twice: of two values, two readers may believe two.
    pub fn get(&self, name: &str) -> Result<Option<&str>, OAuthError> {
        let mut values = self.0.iter().filter(|(given, _)| given == name);
        let value = values.next().map(|(_, value)| value.as_str());
        if values.next().is_some() {
            return Err(OAuthError::invalid_request(format!(
                "The parameter {name} is there more than once."
            )));
        }
        Ok(value.filter(|value| !value.is_empty()))
    }

    /// The value of a parameter that must be there.
    ///
    /// # Errors
    /// `invalid_request` if it is absent, or there twice.
    pub fn required(&self, name: &str) -> Result<&str, OAuthError> {
        self.get(name)?
            .ok_or_else(|| OAuthError::invalid_request(format!("The parameter {name} is missing.")))
    }

    /// Whether a parameter is there, with whatever value.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(given, _)| given == name)
    }

    /// All of them but one.
    #[must_use]
    pub fn without(&self, name: &str) -> Self {
        let others = self.0.iter().filter(|(given, _)| given != name);
        Self(others.cloned().collect())
    }

    /// All of them, with this value of one.
    #[must_use]
    pub fn with(&self, name: &str, value: &str) -> Self {
        let mut changed = self.without(name);
        changed.0.push((name.to_owned(), value.to_owned()));
        changed
    }

    /// All of them, as a query or a form.
    #[must_use]
    pub fn encoded(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(&self.0);
        query.finish()
    }
}

impl fmt::Debug for Parameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set()
            .entries(self.0.iter().map(|(name, _)| name))
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_parameter_is_absent_and_one_there_twice_is_refused() {
        let given = Parameters::parse(b"a=1&b=&c=1&c=1&d=%2B+%20");
        assert_eq!(given.get("a"), Ok(Some("1")));
        assert_eq!(given.get("b"), Ok(None));
        assert_eq!(given.get("d"), Ok(Some("+  ")));
        assert_eq!(given.get("e"), Ok(None));
        assert!(given.get("c").is_err());
        assert!(given.required("b").is_err());
    }

    #[test]
    fn a_query_without_one_parameter_keeps_the_others_as_they_were() {
        let given = Parameters::parse(b"state=%7B%22a%22%3A1%7D&txn=old&x=%C3%A4");
        assert_eq!(
            given.without("txn").encoded(),
            "state=%7B%22a%22%3A1%7D&x=%C3%A4"
        );
    }
}
