use super::*;

const ADDRESS: &str = "http://host/v2/rabbit/users";

fn tag(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).expect("a header")
}

/// Stores a number as the answer of an address.
fn store(cache: &Cache, address: &str, etag: &str, value: &str) -> Arc<u64> {
    let known = cache.look_up(address).expect("an address");
    cache
        .parse(address, &known, Some(&tag(etag)), value.as_bytes())
        .expect("a number")
}

fn condition(cache: &Cache) -> Option<String> {
    let known = cache.look_up(ADDRESS).expect("an address");
    known
        .condition
        .map(|value| value.to_str().expect("text").to_owned())
}

#[test]
fn each_validator_has_its_own_value() {
    let cache = Cache::default();
    store(&cache, ADDRESS, "\"admin\"", "1");
    store(&cache, ADDRESS, "\"member\"", "2");
    let known = cache.look_up(ADDRESS).expect("an address");
    let get = |text: &str| known.get::<u64>(Some(&tag(text))).map(|value| *value);
    assert_eq!(get("\"admin\""), Some(1));
    assert_eq!(get("\"member\""), Some(2));
    assert_eq!(get("W/\"member\""), Some(2));
    assert_eq!(get("\"other\""), None);
    assert_eq!(known.get::<u64>(None), None);
}

#[test]
fn all_known_validators_are_sent() {
    let cache = Cache::default();
    assert_eq!(condition(&cache), None);
    store(&cache, ADDRESS, "\"a\"", "1");
    store(&cache, ADDRESS, "W/\"b\"", "2");
    assert_eq!(condition(&cache).as_deref(), Some("\"a\", \"b\""));
}

#[test]
fn the_same_answer_is_parsed_once() {
    let cache = Cache::default();
    let first = store(&cache, ADDRESS, "\"a\"", "1");
    assert!(Arc::ptr_eq(&first, &store(&cache, ADDRESS, "\"a\"", "1")));
}

#[test]
fn a_validator_that_means_another_body_now_is_replaced() {
    let cache = Cache::default();
    store(&cache, ADDRESS, "\"a\"", "1");
    assert_eq!(*store(&cache, ADDRESS, "\"a\"", "22"), 22);
    assert_eq!(condition(&cache).as_deref(), Some("\"a\""));
}

#[test]
fn least_recently_used_entry_is_dropped() {
    let cache = Cache::default();
    let etag = |number: usize| format!("\"{number}\"");
    for number in 0..ANSWERS_AN_ADDRESS {
        store(&cache, ADDRESS, &etag(number), "1");
    }
    let known = cache.look_up(ADDRESS).expect("an address");
    assert!(known.get::<u64>(Some(&tag(&etag(0)))).is_some());
    store(&cache, ADDRESS, &etag(ANSWERS_AN_ADDRESS), "1");
    let condition = condition(&cache).expect("validators");
    assert!(condition.contains(&etag(0)), "{condition}");
    assert!(!condition.contains(&etag(1)), "{condition}");
}

#[test]
fn addresses_are_bounded() {
    let cache = Cache::default();
    store(&cache, ADDRESS, "\"a\"", "1");
    for number in 0..ADDRESSES * 2 {
        store(&cache, &format!("http://host/{number}"), "\"a\"", "1");
        cache.look_up(ADDRESS).expect("an address");
    }
    assert_eq!(cache.lock().addresses.len(), ADDRESSES);
    assert!(
        condition(&cache).is_some(),
        "one that is in use was forgotten"
    );
}

#[test]
fn answers_that_nobody_asks_for_are_forgotten_soon() {
    let cache = Cache::default();
    store(&cache, "http://host/left", "\"a\"", "1");
    store(&cache, ADDRESS, "\"old\"", "1");
    store(&cache, ADDRESS, "\"new\"", "2");
    let known = cache.look_up(ADDRESS).expect("an address");
    let known = Known {
        second: KEPT_FOR,
        ..known
    };
    assert!(known.get::<u64>(Some(&tag("\"new\""))).is_some());
    let mut state = cache.lock();
    state.tidy(KEPT_FOR);
    assert_eq!(state.bytes, 3, "all were used within the time");
    state.tidy(KEPT_FOR + 1);
    assert_eq!((state.addresses.len(), state.bytes), (1, 1));
    drop(state);
    assert_eq!(condition(&cache).as_deref(), Some("\"new\""));
}

#[test]
fn bytes_are_bounded() {
    let cache = Cache::default();
    let long = format!("{}1", " ".repeat(BYTES / 5));
    for number in 0..10 {
        store(&cache, &format!("http://host/{number}"), "\"a\"", &long);
    }
    let state = cache.lock();
    assert!(state.bytes <= BYTES, "{} bytes", state.bytes);
    assert_eq!(
        state.bytes,
        state
            .addresses
            .values()
            .map(|entry| entry.bytes)
            .sum::<usize>()
    );
    assert_eq!(state.addresses.len(), 4);
}

#[test]
fn malformed_responses_are_not_kept() {
    let cache = Cache::default();
    let known = cache.look_up(ADDRESS).expect("an address");
    let parsed = cache.parse::<u64>(ADDRESS, &known, Some(&tag("\"a\"")), b"{\"cut");
    assert!(matches!(parsed, Err(ClientError::Malformed { .. })));
    assert_eq!(condition(&cache), None);
    assert_eq!(cache.lock().bytes, 0);
}

#[test]
fn without_a_validator_nothing_is_kept() {
    let cache = Cache::default();
    let known = cache.look_up(ADDRESS).expect("an address");
    cache
        .parse::<u64>(ADDRESS, &known, None, b"1")
        .expect("a number");
    assert!(cache.lock().addresses.is_empty());
}
