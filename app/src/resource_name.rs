//! The ids of resources as viewers read them.

use std::borrow::Cow;

use metering::series::queue_of_path;

/// The meters that Warren collects itself begin so; of these it is known what an id is made of.
const COLLECTED: &str = "rabbit.";

/// A resource of a meter: `prod · / · orders` for the id `prod/%2F/orders` of a queue that was
/// collected. The ids of posted samples are whatever their sender made them, and stay as they are.
pub fn readable<'a>(meter: &str, id: &'a str) -> Cow<'a, str> {
    let Some((broker, path)) = id.split_once('/').filter(|_| meter.starts_with(COLLECTED)) else {
        return Cow::Borrowed(id);
    };
    Cow::Owned(match queue_of_path(path) {
        Some((vhost, "")) => format!("{broker} · {vhost}"),
        Some((vhost, queue)) => format!("{broker} · {vhost} · {queue}"),
        None => format!("{broker} · {path}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn collected_resources_are_written_without_escapes() {
        let names = [
            ("demo", "demo"),
            ("demo/rabbit@host", "demo · rabbit@host"),
            ("demo/%2F/", "demo · /"),
            ("demo/%2F/orders.new", "demo · / · orders.new"),
            ("demo/a%2Fb/c%d/e", "demo · a/b · c%d/e"),
        ];
        for (id, name) in names {
            assert_eq!(readable("rabbit.messages", id), name);
        }
    }

    #[test]
    fn posted_resources_stay_as_they_are() {
        assert_eq!(readable("cpu.util", "rack/%2F/1"), "rack/%2F/1");
    }
}
