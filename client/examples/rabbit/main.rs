//! Signs in and lists the accounts and the overview of every broker.
//!
//! What telemetry's clients know by `OS_…` variables is known here too, those
//! of the v2.0 sign-in among them.

mod options;
mod report;

use std::process::ExitCode;

use clap::Parser;
use client::{Client, ClientError, HttpTransport, Session};

use options::Options;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(&Options::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("rabbit: {error}");
            ExitCode::FAILURE
        }
    }
}

/// What failed, and why.
#[derive(Debug, thiserror::Error)]
#[error("{what}: {why}")]
struct Failure {
    what: String,
    why: ClientError,
}

impl Failure {
    fn during(what: impl Into<String>) -> impl FnOnce(ClientError) -> Self {
        move |why| Self {
            what: what.into(),
            why,
        }
    }
}

async fn run(options: &Options) -> Result<(), Failure> {
    let transport = HttpTransport::new()
        .map_err(ClientError::from)
        .map_err(Failure::during("no HTTP client"))?;
    let client = Client::new(transport, options.endpoints());
    let what = format!("cannot sign in at {}", options.identity());
    let signed_in = client
        .sign_in(&options.credentials())
        .await
        .map_err(Failure::during(what))?;
    let result = report(&signed_in.session, options).await;
    // The token ends by itself too; a failure to end it now changes nothing of what was read.
    signed_in.session.revoke().await.ok();
    result
}

async fn report(session: &Session, options: &Options) -> Result<(), Failure> {
    let brokers = session
        .brokers()
        .await
        .map_err(Failure::during("cannot list the brokers"))?;
    let wanted = |name: &str| options.broker.as_deref().is_none_or(|only| only == name);
    let mut found = false;
    for broker in brokers.iter().filter(|broker| wanted(&broker.name)) {
        found = true;
        let name = &broker.name;
        print!("{}", report::broker(broker));
        let overview = session
            .overview(name)
            .await
            .map_err(Failure::during(format!("the overview of {name}")))?;
        print!("{}", report::overview(&overview));
        match session.users(name).await {
            Ok(users) => print!("{}", report::users(&users)),
            Err(why @ ClientError::Forbidden { .. }) => println!("  users: {why}"),
            Err(why) => return Err(Failure::during(format!("the users of {name}"))(why)),
        }
    }
    if let Some(name) = options.broker.as_ref().filter(|_| !found) {
        let names: Vec<_> = brokers.iter().map(|broker| &*broker.name).collect();
        let message = format!("there are {}", names.join(", "));
        return Err(Failure::during(format!("no broker {name}"))(
            ClientError::NotFound { message },
        ));
    }
    Ok(())
}
