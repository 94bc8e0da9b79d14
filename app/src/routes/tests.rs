use super::*;
use leptos::prelude::Owner;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

#[test]
fn every_name_has_an_address_that_leads_to_it() {
    let owner = Owner::new();
    owner.with(|| {
        for name in ["..", ".", "~..", "a/b", "%2E%2E", "50 %", "ü", "?#"] {
            let path = object("prod", "queues", &["/", name]);
            assert!(!path.ends_with("/..") && !path.ends_with("/."), "{path}");
            assert_eq!(parts(&path), ["prod", "queues", "/", name]);
            // As a vhost, and as what stands alone.
            let path = object("prod", "policies", &[name, name]);
            let is_step = path.split('/').any(|part| matches!(part, "." | ".."));
            assert!(!is_step, "{path}");
            assert_eq!(parts(&path), ["prod", "policies", name, name]);
            for kind in ["vhosts", "users", "nodes", "connections", "channels"] {
                let path = object("prod", kind, &[name]);
                assert!(!path.ends_with("/..") && !path.ends_with("/."), "{path}");
                assert_eq!(parts(&path), ["prod", kind, name]);
            }
        }
    });
}

#[test]
fn path_names_the_broker_and_its_page() {
    assert_eq!(of_path("/brokers/a%2Fb", ""), Some(("a%2Fb", "")));
    assert_eq!(
        of_path("/w/brokers/a/queues/%2F/q", "/w"),
        Some(("a", "queues"))
    );
    for path in ["/brokers", "/brokers/", "/log", "/brokersome/a", "/"] {
        assert_eq!(of_path(path, ""), None, "{path}");
    }
}

#[test]
fn next_is_never_somebody_elses_site() {
    for evil in [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "/\t/evil",
        "/\u{1}",
        "/a\u{7f}",
        "/a\u{85}",
        "/a\0",
        "evil",
        "",
    ] {
        assert_eq!(checked_next(Some(evil)), "/", "{evil:?}");
    }
    assert_eq!(
        checked_next(Some("/brokers/a?range=1h")),
        "/brokers/a?range=1h"
    );
    assert_eq!(
        checked_next(Some("/sign-in?next=/")),
        "/",
        "no way round in circles"
    );
    assert_eq!(checked_here(Some("/sign-in?next=/")), "/sign-in?next=/");
    assert_eq!(checked_here(Some("//evil.example")), "/");
}

#[test]
fn headers_carry_visible_ascii_alone() {
    assert_eq!(visible("/brokers/a%2Fb?x=1"), "/brokers/a%2Fb?x=1");
    assert_eq!(visible("/brokers/é b"), "/brokers/%C3%A9%20b");
    assert!(
        visible("/\u{1}\r\n\0 中")
            .bytes()
            .all(|byte| byte.is_ascii_graphic())
    );
}

#[test]
fn an_address_may_be_about_a_broker() {
    for (address, broker) in [
        ("/brokers/prod", Some("prod")),
        ("/brokers/a%2Fb/queues?page=2", Some("a%2Fb")),
        ("/brokers/prod?range=1h", Some("prod")),
        ("/brokers/", None),
        ("/brokers", None),
        ("/log", None),
    ] {
        assert_eq!(broker_of(address), broker, "{address}");
    }
}

#[test]
fn hostile_names_stay_in_their_part_of_the_path() {
    assert_eq!(overview("a/b?c#d é"), "/brokers/a%2Fb%3Fc%23d%20%C3%A9");
}

#[test]
fn reasons_survive_the_address() {
    use SignInReason as Reason;
    for reason in [
        Reason::Credentials,
        Reason::PasswordExpired,
        Reason::SecondFactor,
        Reason::NoManagementTag,
        Reason::TooManyAttempts(42),
        Reason::Unavailable,
        Reason::NoSuchProject,
        Reason::NoProject,
        Reason::NoRole,
    ] {
        assert_eq!(SignInReason::from_query(&reason.to_query()), Some(reason));
    }
    assert_eq!(SignInReason::from_query("<script>"), None);
}

#[test]
fn projects_are_switched_from_where_one_is() {
    assert_eq!(projects("/", None), "/projects");
    assert_eq!(
        projects("/log?level=error", Some(SignInReason::NoRole)),
        "/projects?error=role&next=%2Flog%3Flevel%3Derror"
    );
}

#[test]
fn the_form_is_led_back_to_with_reason_and_target() {
    assert_eq!(sign_in(None, None), "/sign-in");
    assert_eq!(
        sign_in(Some("/brokers/a"), Some(&SignInReason::Credentials)),
        "/sign-in?error=credentials&next=%2Fbrokers%2Fa"
    );
}
