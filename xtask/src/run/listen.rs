//! Where the dashboard and the API listen.

use std::{
    env,
    net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener},
};

use crate::{Error, say};

/// How far from the default we look for a free port.
const NEXT: u16 = 50;

#[derive(Debug)]
pub(crate) struct Listeners {
    pub(crate) web: SocketAddr,
    pub(crate) api: SocketAddr,
    base_path: String,
}

impl Listeners {
    /// As the user wants them, else the default ports or the next free ones.
    pub(crate) fn choose(server_args: &[String]) -> Result<Self, Error> {
        let wanted = |option: &str, variable: &str| {
            option_in(server_args, option).or_else(|| env::var(variable).ok())
        };
        let web = one("dashboard", wanted("--listen", "WARREN_LISTEN"), 8080)?;
        let api = one(
            "metering API",
            wanted("--api-listen", "WARREN_API_LISTEN"),
            8777,
        )?;
        let base_path = wanted("--base-path", "WARREN_BASE_PATH").unwrap_or_default();
        Ok(Self {
            web,
            api,
            base_path: base_path.trim_end_matches('/').to_owned(),
        })
    }

    /// Address of the dashboard as seen from this machine, without a trailing slash.
    pub(crate) fn local(&self) -> String {
        let mut address = self.web;
        if address.ip().is_unspecified() {
            address.set_ip(Ipv4Addr::LOCALHOST.into());
        }
        format!("http://{address}{}", self.base_path)
    }
}

fn one(what: &str, wanted: Option<String>, default: u16) -> Result<SocketAddr, Error> {
    if let Some(wanted) = wanted {
        let address = wanted.parse().map_err(|_| {
            Error::Wrong(format!(
                "{wanted:?} is no address for the {what} to listen on; 127.0.0.1:{default} is one"
            ))
        })?;
        return match TcpListener::bind(address) {
            Ok(_) => Ok(address),
            Err(e) => Err(Error::Wrong(format!(
                "the {what} cannot listen on {address}: {e}"
            ))),
        };
    }
    next_free(default).inspect(|address| {
        if address.port() != default {
            say::note(&format!(
                "port {default} is taken; the {what} listens on {}",
                address.port()
            ));
        }
    })
}

fn next_free(default: u16) -> Result<SocketAddr, Error> {
    (default..default + NEXT)
        .map(|port| SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port))
        .find(|address| TcpListener::bind(address).is_ok())
        .ok_or_else(|| {
            Error::Wrong(format!(
                "no port from {default} to {} is free",
                default + NEXT - 1
            ))
        })
}

/// The value of an option that is meant for the server: `--name value` or `--name=value`.
pub(super) fn option_in(args: &[String], option: &str) -> Option<String> {
    let mut args = args.iter();
    let mut found = None;
    while let Some(arg) = args.next() {
        if arg == option {
            found = args.next().cloned();
        } else if let Some(value) = arg.strip_prefix(option).and_then(|s| s.strip_prefix('=')) {
            found = Some(value.to_owned());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(args: &[&str]) -> Vec<String> {
        args.iter().map(|arg| (*arg).to_owned()).collect()
    }

    #[test]
    fn an_option_is_found_in_both_forms() {
        assert_eq!(
            option_in(&args(&["--tick", "--listen", "a"]), "--listen").as_deref(),
            Some("a")
        );
        assert_eq!(
            option_in(&args(&["--listen=b"]), "--listen").as_deref(),
            Some("b")
        );
    }

    #[test]
    fn an_option_with_a_longer_name_is_another() {
        assert_eq!(
            option_in(&args(&["--listener=b", "--api-listen", "c"]), "--listen"),
            None
        );
    }

    #[test]
    fn a_taken_default_gives_way_to_the_next_port() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let port = taken.local_addr().expect("bound").port();
        assert!(next_free(port).expect("one is free").port() > port);
    }

    #[test]
    fn a_wanted_port_that_is_taken_is_an_error() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let wanted = taken.local_addr().expect("bound").to_string();
        let error = one("dashboard", Some(wanted.clone()), 1).expect_err("it is taken");
        assert!(error.to_string().contains(&wanted), "{error}");
    }
}
