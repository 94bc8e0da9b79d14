//! Pages of objects whose names a URL takes for steps in its path.

use http::StatusCode;

use crate::common::{Running, session_cookie};

#[tokio::test]
async fn vhost_named_like_a_dot_segment_is_linked_from_its_list_and_has_a_page() {
    let running = Running::start(&[]).await;
    let answer = running.sign_in("").send().await.expect("an answer");
    let cookie = session_cookie(answer.headers()).to_owned();
    let cookie = cookie.split(';').next().expect("a pair");
    let page = async |path: &str| {
        let page = running.get(path).header("cookie", cookie).send().await;
        let page = page.expect("an answer");
        assert_eq!(page.status(), StatusCode::OK, "{path}");
        page.text().await.expect("a page")
    };
    let list = page("/brokers/prod/vhosts").await;
    let address = "/brokers/prod/vhosts/~..";
    assert!(list.contains(&format!("href=\"{address}\"")), "{list}");
    let vhost = page(address).await;
    assert!(vhost.contains("<bdi>.."), "{vhost}");
}
