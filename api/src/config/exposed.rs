//! Passwords that others could read.

/// A password that others than Warren and the broker could read. Found where the configuration is
/// read; a broker's health names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExposedPassword {
    /// The name of the broker that it is for.
    pub broker: String,
    /// In which way.
    pub how: Exposure,
    /// The address, without a login, or the file's path.
    pub place: String,
}

/// How a password is exposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exposure {
    /// It is sent to another machine without TLS.
    PlainHttp,
    /// It stands in a file that others than the owner can read.
    ReadableFile,
}

impl Exposure {
    /// The name in a [`metering::health::Finding`].
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::PlainHttp => "plain_http",
            Self::ReadableFile => "readable_file",
        }
    }
}
