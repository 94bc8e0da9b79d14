//! The dashboard with a real Keystone: signing in at it, switching projects, tokens that end, and a
//! Keystone that is frozen or gone.

mod cloud;
#[path = "../common/mod.rs"]
mod common;
mod tls;
#[path = "../../../api/tests/it/support/tls_listener.rs"]
mod tls_listener;

use std::time::{Duration, Instant};

use cloud::{Cloud, seen, session, sign_in, switch, until, viewer};
use common::{Broker, Running, header, session_cookie};
use http::StatusCode;
use serde_json::Value;
use test_brokers::KeystoneOptions;

/// For how long the metering API believes what the Keystone said.
const CACHE: Duration = Duration::from_secs(1);

#[tokio::test]
async fn accounts_of_the_keystone_sign_in_and_see_what_their_project_sees() {
    let Some(cloud) = Cloud::start(KeystoneOptions::default()).await else {
        return;
    };
    let running = cloud.both().await;
    let prod = || vec!["prod".to_owned()];
    for (user, project, seen_as) in [
        ("anna", "ops", "ops"),
        ("anna", "dev", "dev"),
        // The first by name that opens something.
        ("anna", "", "dev"),
        ("root", "", "dev"),
    ] {
        let cookie = session(&running, user, project).await;
        let expected = (seen_as.to_owned(), prod());
        assert_eq!(seen(&running, &cookie).await, expected, "{user}@{project}");
    }
    for (user, password, project, reason) in [
        ("anna", "wrong", "ops", "credentials"),
        ("anna", "wrong", "", "credentials"),
        ("nobody", "secret", "", "credentials"),
        ("anna", "secret", "prod", "project"),
        ("anna", "secret", "lab", "role"),
        ("carl", "secret", "", "role"),
        ("nora", "secret", "", "no-project"),
    ] {
        let answer = sign_in(&running, user, password, project).await;
        let location = header(answer.headers(), "location");
        let expected = format!("/sign-in?error={reason}&");
        assert!(
            location.starts_with(&expected),
            "{user}@{project}: {location}"
        );
        assert!(location.contains("&domain=Default"), "{location}");
        assert!(
            !location.contains(user),
            "a name may be a mistyped password"
        );
        assert_eq!(session_cookie(answer.headers()), "", "{user}@{project}");
    }
    // An account of another domain than the form names at first.
    let form = "user=anna&password=secret&domain=Nowhere&project=ops";
    let answer = running.post("/fn/sign_in", form).send().await;
    let answer = answer.expect("an answer");
    assert!(header(answer.headers(), "location").contains("error=credentials"));
    drop(cloud);
}

#[tokio::test]
async fn projects_are_switched_and_no_token_outlives_its_use() {
    let Some(cloud) = Cloud::start(KeystoneOptions::default()).await else {
        return;
    };
    let running = cloud.both().await;
    let cookie = session(&running, "anna", "ops").await;
    let listed = running.read("/fn/projects").header("cookie", &cookie);
    let listed: Value = listed
        .send()
        .await
        .expect("an answer")
        .json()
        .await
        .expect("JSON");
    let names = listed.as_array().expect("a list").iter();
    let names: Vec<_> = names
        .map(|project| (project["name"].as_str(), project["current"].as_bool()))
        .collect();
    assert_eq!(
        names,
        [
            (Some("dev"), Some(false)),
            (Some("lab"), Some(false)),
            (Some("ops"), Some(true)),
        ]
    );
    assert_eq!(cloud.keystone.revocations().expect("its log"), 0);

    let to = "%2Fbrokers%2Fprod%3Frange%3D1h";
    let location = switch(&running, &cookie, &cloud.dev, to).await;
    assert_eq!(location, "/brokers/prod?range=1h");
    assert_eq!(seen(&running, &cookie).await.0, "dev");
    cloud.has_revoked(1, "the token of the project left").await;
    // And back, from a page of a broker that this project does not see.
    let location = switch(&running, &cookie, &cloud.ops, "%2Fbrokers%2Ftest").await;
    assert_eq!(location, "/");
    cloud.has_revoked(2, "the other project's token").await;

    for (project, reason) in [
        (cloud.lab.as_str(), "role"),
        ("0123456789abcdef0123456789abcdef", "project"),
    ] {
        let location = switch(&running, &cookie, project, "%2Flog").await;
        assert_eq!(location, format!("/projects?error={reason}&next=%2Flog"));
        assert_eq!(
            seen(&running, &cookie).await.0,
            "ops",
            "it stays where it was"
        );
    }
    cloud
        .has_revoked(3, "the token of the project that did not open")
        .await;

    let out = running.post("/fn/sign_out", "").header("cookie", &cookie);
    let out = out.send().await.expect("an answer");
    assert_eq!(header(out.headers(), "location"), "/sign-in");
    cloud
        .has_revoked(5, "the project's token, and the one for nothing")
        .await;
    let answer = viewer(&running, &cookie).await;
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn revoked_token_leads_to_the_form_and_back_to_the_same_page() {
    let options = KeystoneOptions {
        token_lifetime: Duration::from_secs(20),
    };
    let Some(cloud) = Cloud::start(options).await else {
        return;
    };
    let running = cloud.both().await;
    let cookie = session(&running, "anna", "ops").await;
    until(&running, &cookie, StatusCode::UNAUTHORIZED).await;
    let page = running
        .get("/brokers/prod?range=1h")
        .header("cookie", &cookie);
    let page = page.send().await.expect("an answer");
    assert_eq!(page.status(), StatusCode::FOUND);
    let form = header(page.headers(), "location");
    assert_eq!(form, "/sign-in?next=%2Fbrokers%2Fprod%3Frange%3D1h");
    let location = switch(&running, &cookie, &cloud.dev, "%2Flog").await;
    assert_eq!(location, "/sign-in?next=%2Flog");
    let again = "user=anna&password=secret&domain=Default&project=ops\
                 &next=%2Fbrokers%2Fprod%3Frange%3D1h";
    let again = running.post("/fn/sign_in", again).header("cookie", &cookie);
    let again = again.send().await.expect("an answer");
    assert_eq!(
        header(again.headers(), "location"),
        "/brokers/prod?range=1h"
    );

    // An account that is disabled is out within the time that answers are believed.
    let cookie = session(&running, "anna", "ops").await;
    let anna = cloud.anna.clone();
    let cloud = cloud
        .with(move |keystone| keystone.disable(&anna).expect("disabled"))
        .await;
    let took = until(&running, &cookie, StatusCode::UNAUTHORIZED).await;
    assert!(took < CACHE + Duration::from_secs(2), "{took:?}");
    drop(cloud);
}

#[tokio::test]
async fn frozen_or_absent_keystone_refuses_sign_in_and_recovers() {
    let Some(cloud) = Cloud::start(KeystoneOptions::default()).await else {
        return;
    };
    let running = cloud.both().await;
    let cookie = session(&running, "anna", "ops").await;
    let cloud = cloud
        .with(|keystone| keystone.freeze().expect("frozen"))
        .await;
    let start = Instant::now();
    for password in ["secret", "wrong"] {
        let answer = sign_in(&running, "anna", password, "ops").await;
        let location = header(answer.headers(), "location");
        assert!(
            location.starts_with("/sign-in?error=unavailable"),
            "{location}"
        );
        assert_eq!(session_cookie(answer.headers()), "");
    }
    assert!(
        start.elapsed() < Duration::from_secs(20),
        "{:?}",
        start.elapsed()
    );
    until(&running, &cookie, StatusCode::SERVICE_UNAVAILABLE).await;
    let location = switch(&running, &cookie, &cloud.dev, "%2Flog").await;
    assert_eq!(location, "/projects?error=unavailable&next=%2Flog");
    let cloud = cloud
        .with(|keystone| keystone.thaw().expect("thawed"))
        .await;
    until(&running, &cookie, StatusCode::OK).await;

    let cloud = cloud
        .with(|keystone| keystone.kill().expect("killed"))
        .await;
    let answer = sign_in(&running, "anna", "secret", "ops").await;
    let location = header(answer.headers(), "location");
    assert!(
        location.starts_with("/sign-in?error=unavailable"),
        "{location}"
    );
    until(&running, &cookie, StatusCode::SERVICE_UNAVAILABLE).await;
    let cloud = cloud
        .with(|keystone| keystone.restart().expect("back"))
        .await;
    until(&running, &cookie, StatusCode::OK).await;
    session(&running, "anna", "dev").await;
    drop(cloud);
}

#[tokio::test]
async fn the_dashboard_alone_signs_in_at_the_keystone_too_and_roles_are_the_operators() {
    let Some(cloud) = Cloud::start(KeystoneOptions::default()).await else {
        return;
    };
    let mut flags = cloud.api_flags();
    flags.extend(
        [
            "--keystone-admin-role",
            "heat_stack_owner",
            "--keystone-member-role",
            "auditor",
        ]
        .map(str::to_owned),
    );
    let flags: Vec<_> = flags.iter().map(String::as_str).collect();
    let api = Running::with_broker(Broker::start().await, &flags).await;
    let url = cloud.keystone.url();
    let flags = [
        "--identity",
        "keystone",
        "--keystone-url",
        &url,
        "--keystone-domain",
        "Default",
    ];
    let web = Running::web_only_with(&api.metering(), &flags).await;
    // The role that sees all here is another one than usual.
    let cookie = session(&web, "carl", "").await;
    let expected = ("lab".to_owned(), vec!["prod".to_owned()]);
    assert_eq!(seen(&web, &cookie).await, expected);
    let cookie = session(&web, "anna", "lab").await;
    assert_eq!(seen(&web, &cookie).await.0, "lab");
    // Nor is the one that lets members in the usual one.
    for (user, project) in [("anna", "ops"), ("root", "dev")] {
        let answer = sign_in(&web, user, "secret", project).await;
        let location = header(answer.headers(), "location");
        assert!(
            location.starts_with("/sign-in?error=role"),
            "{user}: {location}"
        );
    }
    drop(cloud);
}

#[tokio::test]
async fn the_form_asks_for_what_a_keystone_needs() {
    let flags = [
        "--identity",
        "keystone",
        "--keystone-url",
        "http://127.0.0.1:9/v3",
        "--keystone-domain",
        "Lab",
    ];
    let web = Running::web_only_with("http://127.0.0.1:9", &flags).await;
    let page = web
        .get("/sign-in?error=unavailable&project=ops")
        .send()
        .await;
    let page = page.expect("an answer").text().await.expect("a page");
    for part in [
        "name=\"domain\"",
        "value=\"Lab\"",
        "name=\"project\"",
        "value=\"ops\"",
        "The identity service does not answer",
    ] {
        assert!(page.contains(part), "{part} is missing in {page}");
    }
    let plain = Running::start(&[]).await;
    let page = plain.get("/sign-in").send().await.expect("an answer");
    let page = page.text().await.expect("a page");
    assert!(!page.contains("name=\"domain\""), "{page}");
}

#[tokio::test]
async fn each_of_thirty_projects_is_on_the_page_and_can_be_chosen() {
    let Some(cloud) = Cloud::start(KeystoneOptions::default()).await else {
        return;
    };
    let made = tokio::task::spawn_blocking(move || {
        let mona = cloud.keystone.add_user("mona", "secret").expect("a user");
        let projects: Vec<_> = (0..30)
            .map(|number| {
                let name = format!("p{number:02}");
                let id = cloud.keystone.add_project(&name).expect("a project");
                cloud.keystone.assign(&mona, &id, "member").expect("a role");
                (name, id)
            })
            .collect();
        (cloud, projects)
    });
    let (cloud, projects) = made.await.expect("no panic");
    let (last, last_id) = projects.last().expect("thirty");
    let mut flags = cloud.api_flags();
    flags.extend(["--broker-project", last_id].map(str::to_owned));
    let flags: Vec<_> = flags.iter().map(String::as_str).collect();
    let running = Running::with_broker(Broker::start().await, &flags).await;
    // Of all these only the last one sees a broker.
    let cookie = session(&running, "mona", "").await;
    let expected = (last.clone(), vec!["prod".to_owned()]);
    assert_eq!(seen(&running, &cookie).await, expected);

    let page = running.get("/projects").header("cookie", &cookie);
    let page = page.send().await.expect("an answer");
    let page = page.text().await.expect("a page");
    for (name, id) in &projects {
        assert!(page.contains(name), "{name} is missing in {page}");
        let is_choice = page.contains(&format!("value=\"{id}\""));
        assert_eq!(is_choice, id != last_id, "{name}");
    }
    for (name, id) in &projects {
        assert_eq!(switch(&running, &cookie, id, "%2F").await, "/", "{name}");
        assert_eq!(seen(&running, &cookie).await.0, *name);
    }
    drop(cloud);
}
