use http::StatusCode;

use crate::common::{Running, header};

/// A page, as a browser that wishes for languages and has cookies gets it.
async fn page(running: &Running, wishes: &str, cookie: &str) -> String {
    let request = running.get("/sign-in").header("accept-language", wishes);
    let answer = request.header("cookie", cookie).send().await;
    answer.expect("an answer").text().await.expect("a page")
}

const ENGLISH: &str = "<html lang=\"en\"";
const CHINESE: &str = "<html lang=\"zh-CN\"";

#[tokio::test]
async fn page_uses_the_accepted_language() {
    let running = Running::start(&[]).await;
    let english = page(&running, "de, en;q=0.8, zh;q=0.7", "").await;
    assert!(english.contains(ENGLISH) && english.contains("User name"));
    assert!(!english.contains("/pkg/texts-"), "the bundle holds these");
    let chinese = page(&running, "de, en;q=0.7, zh;q=0.8", "").await;
    assert!(chinese.contains(CHINESE) && chinese.contains("用户名"));
    assert!(!chinese.contains("User name"));
}

#[tokio::test]
async fn chosen_language_is_stored_and_leads_back() {
    let running = Running::start(&["--base-path", "/warren"]).await;
    let form = "language=zh&next=%2Fsign-in%3Fnext%3D%252Flog";
    let answer = running.post("/warren/fn/language", form).send().await;
    let answer = answer.expect("an answer");
    assert_eq!(answer.status(), StatusCode::FOUND);
    let headers = answer.headers();
    assert_eq!(header(headers, "location"), "/warren/sign-in?next=%2Flog");
    assert_eq!(
        header(headers, "set-cookie"),
        "warren_language=zh-CN; SameSite=Lax; Path=/warren; Max-Age=31536000"
    );
}

#[tokio::test]
async fn unknown_language_is_not_stored_and_never_redirects_elsewhere() {
    let running = Running::start(&[]).await;
    let form = "language=zz%0D%0Ax%3A+y&next=%2F%2Fevil.example";
    let answer = running.post("/fn/language", form).send().await;
    let answer = answer.expect("an answer");
    assert_eq!(header(answer.headers(), "location"), "/");
    assert!(!answer.headers().contains_key("set-cookie"));
}

#[tokio::test]
async fn chosen_language_wins_over_the_accepted_one() {
    let running = Running::start(&[]).await;
    let page = page(&running, "en", "warren_language=zh-CN").await;
    assert!(page.contains(CHINESE));
}

#[tokio::test]
async fn texts_of_other_languages_are_separate_files() {
    let running = Running::start(&[]).await;
    let page = page(&running, "zh-CN", "").await;
    let at = page.find("/pkg/texts-").expect("the page names the file");
    let name = page[at..].split(['"', '\'']).next().expect("an end");
    let answer = running.get(name).send().await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(
        header(answer.headers(), "cache-control"),
        "public, max-age=31536000, immutable"
    );
    assert_eq!(
        header(answer.headers(), "content-type"),
        "text/plain; charset=utf-8"
    );
    let texts = answer.text().await.expect("texts");
    assert!(texts.lines().any(|line| line == "用户名"));
    assert!(texts.ends_with('\n'), "the end is marked");
}
