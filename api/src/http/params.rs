//! Query parameters, each of which must be known.

use std::convert::Infallible;
use std::str::FromStr;

use axum::extract::FromRequestParts;
use http::request::Parts;

use crate::http::error::Error;

/// The parameters that were not taken yet, in order.
#[derive(Debug)]
pub(crate) struct Arguments(Vec<(String, String)>);

impl<S: Sync> FromRequestParts<S> for Arguments {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self::parse(parts.uri.query().unwrap_or_default()))
    }
}

impl Arguments {
    pub(crate) fn parse(query: &str) -> Self {
        let pairs = url::form_urlencoded::parse(query.as_bytes());
        Self(
            pairs
                .map(|(name, value)| (name.into_owned(), value.into_owned()))
                .collect(),
        )
    }

    /// Every value of a parameter that may be repeated.
    pub(crate) fn many(&mut self, name: &str) -> Vec<String> {
        self.0
            .extract_if(.., |(found, _)| found == name)
            .map(|(_, value)| value)
            .collect()
    }

    /// The value of a parameter that stands once or not at all.
    pub(crate) fn one(&mut self, name: &str) -> Result<Option<String>, Error> {
        let mut values = self.many(name);
        if values.len() > 1 {
            return Err(Error::BadArgument(format!(
                "Argument \"{name}\" is given {} times, accepted is once",
                values.len()
            )));
        }
        Ok(values.pop())
    }

    /// One value, parsed as a `T`; `accepted` describes the accepted values for the error.
    pub(crate) fn read<T: FromStr>(
        &mut self,
        name: &str,
        accepted: &str,
    ) -> Result<Option<T>, Error> {
        let Some(value) = self.one(name)? else {
            return Ok(None);
        };
        let refuse = || {
            Error::BadArgument(format!(
                "Invalid value {value:?} for \"{name}\": accepted {accepted}"
            ))
        };
        value.trim().parse().map(Some).map_err(|_| refuse())
    }

    /// Refuses what is left: nobody knows it.
    pub(crate) fn finish(self) -> Result<(), Error> {
        match self.0.into_iter().next() {
            None => Ok(()),
            Some((name, _)) => Err(Error::UnknownArgument(name)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unused_arguments_are_refused_by_name() {
        let mut arguments = Arguments::parse("broker=a&foo=1&bar=2");
        assert_eq!(arguments.one("broker").expect("once").as_deref(), Some("a"));
        let error = arguments.finish().expect_err("unknown");
        assert_eq!(error.to_string(), "Unknown argument: \"foo\"");
    }

    #[test]
    fn repeated_ones_keep_their_order() {
        let mut arguments = Arguments::parse("meter=b&x=1&meter=a%20b");
        assert_eq!(arguments.many("meter"), ["b", "a b"]);
        assert!(Arguments::parse("x=1&x=2").one("x").is_err());
    }

    #[test]
    fn numbers_are_read_or_refused() {
        assert_eq!(
            Arguments::parse("points=60")
                .read::<u32>("points", "a number")
                .expect("number"),
            Some(60)
        );
        let error = Arguments::parse("points=x")
            .read::<u32>("points", "is a number")
            .expect_err("none");
        assert_eq!(
            error.to_string(),
            "Invalid value \"x\" for \"points\": accepted is a number"
        );
    }
}
