//! Brokers, users and password files that are not accepted.

use crate::given::Given;
use crate::refusals::refuses;

#[test]
fn invalid_brokers() {
    refuses("--broker", "prod", "not an address", "[name=]url");
    refuses(
        "--broker",
        "prod=amqp://host",
        "not an address of HTTP",
        "http:// or https://",
    );
    refuses("--broker", "http://host?x=y", "a query", "[name=]url");
    refuses(
        "--broker",
        "http://mq.example",
        "no user is named",
        "username",
    );
    refuses(
        "--broker",
        "a/b=http://localhost",
        "\"a/b\" cannot be used",
        "without /",
    );
}

#[test]
fn a_name_given_twice() {
    let given = Given::nothing().flags(&["--broker", "http://localhost:1"]);
    let message = given.flags(&["--broker", "http://localhost:2"]).refused();
    assert!(
        message.contains("\"localhost\" is given twice"),
        "{message}"
    );
    assert!(message.contains("a name for each"), "{message}");
}

#[test]
fn a_user_without_a_password() {
    let message = Given::nothing()
        .flags(&["--broker", "http://monitor@mq.example"])
        .refused();
    assert!(message.contains("no password is given"), "{message}");
    assert!(message.contains("--broker-password-file"), "{message}");
}

#[test]
fn a_password_file_that_cannot_be_read() {
    let broker = ["--broker", "prod=http://monitor@mq.example"];
    let missing = Given::nothing()
        .flags(&broker)
        .flags(&["--broker-password-file", "prod=nowhere"]);
    let message = missing.refused();
    assert!(
        message.contains("broker_password_file = \"prod=nowhere\""),
        "{message}"
    );
    assert!(message.contains("No such file"), "{message}");
    let empty = Given::nothing().file("empty", "\n").flags(&broker);
    let message = empty.flags(&["--broker-password-file", "empty"]).refused();
    assert!(message.contains("the file is empty"), "{message}");
}

#[test]
fn a_password_file_of_no_broker() {
    let given = Given::nothing()
        .file("secret", "hunter2")
        .flags(&["--broker", "a=http://u:p@h", "--broker", "b=http://u:p@h"])
        .flags(&["--broker-password-file", "c=secret"]);
    assert!(
        given
            .refused()
            .contains("it names none of the brokers a, b"),
        "{}",
        given.refused()
    );
}
