//! A real private Keystone, from the library.

mod common;

use std::time::Duration;

use common::eventually;
use test_brokers::{Error, KeystoneOptions, PrivateKeystone};
use ureq::Agent;

#[test]
fn gives_tokens_is_silent_while_frozen_and_keeps_its_data_over_a_kill() {
    if !PrivateKeystone::installed() {
        eprintln!("skipped: no keystone is installed");
        return;
    }
    let mut keystone = PrivateKeystone::start(KeystoneOptions::default()).expect("it starts");
    let project = keystone.add_project("ops").expect("a project");
    let user = keystone.add_user("anna", "secret").expect("a user");
    keystone.assign(&user, &project, "member").expect("a role");
    keystone
        .add_service("metering", "http://127.0.0.1:8777")
        .expect("a service");
    let token = keystone
        .sign_in("anna", "secret", Some("ops"))
        .expect("a token");
    keystone.revoke(&token).expect("revoked");
    let refused = keystone.sign_in("anna", "wrong", Some("ops"));
    assert!(
        matches!(refused, Err(Error::Refused { status: 401, .. })),
        "{refused:?}"
    );
    keystone.freeze().expect("frozen");
    let impatient = Agent::config_builder().timeout_global(Some(Duration::from_secs(1)));
    let impatient = Agent::new_with_config(impatient.proxy(None).build());
    let silent = impatient.get(keystone.url()).call();
    assert!(matches!(silent, Err(ureq::Error::Timeout(_))), "{silent:?}");
    keystone.thaw().expect("thawed");
    eventually("it answers again", || {
        keystone.sign_in("anna", "secret", None).ok()
    });
    keystone.kill().expect("killed");
    let away = keystone.sign_in("anna", "secret", None);
    assert!(matches!(away, Err(Error::Http { .. })), "{away:?}");
    keystone.restart().expect("it comes up again");
    keystone
        .sign_in("anna", "secret", Some("ops"))
        .expect("its data is there");
}
