use std::ops::Range;
use std::time::Duration;

use lexopt::{Arg, Parser, ValueExt};

pub(crate) const HELP: &str = "\
A private RabbitMQ on loopback, light traffic for it, a private Keystone and a private Horizon.

test-brokers broker [--dir DIR] [--conf LINE]... [--plugin NAME]... [--traffic]
    Starts a broker and prints one line of JSON: management_url, amqp_url, pid, node, user,
    password. Then obeys the commands on standard input, one a line, and answers each with one
    line, {\"ok\":true} (with the new \"pid\" after restart) or {\"error\":\"...\"}:
        freeze | thaw | kill | restart | stop
        add-user NAME PASSWORD TAGS VHOST    (TAGS separated by commas; - for none)
    Ends, and the broker with it, after `stop`, at the end of input, on SIGTERM and SIGINT.

    --dir DIR     keep the broker's files in DIR (default: a temporary folder, removed at the end)
    --conf LINE   a line for rabbitmq.conf, such as 'collect_statistics_interval = 1000'
    --plugin NAME a plugin to enable, such as rabbitmq_shovel_management
    --traffic     make light, steady AMQP traffic on / and a second virtual host, telemetry

test-brokers traffic --amqp URL [--vhost NAME]...
    Makes traffic on another broker until SIGTERM or SIGINT, then removes its queues.

    --amqp URL    such as amqp://guest:guest@127.0.0.1:5672/%2f
    --vhost NAME  spread the queues over these virtual hosts (default: the one of the URL)

test-brokers queues --amqp URL --from N --to N
    Declares many queues, numbered from N on and before N, some of them with messages.

test-brokers keystone [--token-lifetime SECONDS]
    Starts a Keystone and prints one line of JSON: url, user, password (of its administrator). Then
    obeys and ends as `test-brokers broker` does; the commands:
        freeze | thaw | kill | restart | stop
        add-project NAME | add-user NAME PASSWORD        (answered with the new \"id\")
        assign USER_ID PROJECT_ID ROLE | disable USER_ID
        add-service TYPE URL

    --token-lifetime SECONDS  how long its tokens live (default: an hour)

test-brokers horizon --keystone URL --warren URL --plugin DIR
    Starts a Horizon with Warren's panel in it and prints one line of JSON: url. Then obeys and ends
    as `test-brokers broker` does; the commands:
        log (answered with the \"log\" so far) | stop

    --keystone URL  the Keystone's v3 address
    --warren URL    where a browser finds Warren's dashboard
    --plugin DIR    the folder with the plugin's package, warren_horizon
";

pub(crate) enum Command {
    Help,
    Broker {
        options: test_brokers::Options,
        traffic: bool,
    },
    Traffic(test_brokers::traffic::Options),
    Queues(test_brokers::traffic::Options, Range<u32>),
    Keystone(test_brokers::KeystoneOptions),
    Horizon(test_brokers::HorizonOptions),
}

pub(crate) fn parse() -> Result<Command, lexopt::Error> {
    let mut parser = Parser::from_env();
    match parser.next()? {
        Some(Arg::Value(name)) if name == "broker" => broker(&mut parser),
        Some(Arg::Value(name)) if name == "traffic" => traffic(&mut parser),
        Some(Arg::Value(name)) if name == "queues" => queues(&mut parser),
        Some(Arg::Value(name)) if name == "keystone" => keystone(&mut parser),
        Some(Arg::Value(name)) if name == "horizon" => horizon(&mut parser),
        Some(Arg::Long("help") | Arg::Short('h')) => Ok(Command::Help),
        Some(other) => Err(other.unexpected()),
        None => Err("a command is missing: broker, traffic, queues, keystone or horizon".into()),
    }
}

fn broker(parser: &mut Parser) -> Result<Command, lexopt::Error> {
    let mut options = test_brokers::Options::default();
    let mut traffic = false;
    while let Some(arg) = parser.next()? {
        match arg {
            Arg::Long("dir") => options.dir = Some(parser.value()?.into()),
            Arg::Long("conf") => options.conf.push(parser.value()?.string()?),
            Arg::Long("plugin") => options.plugins.push(parser.value()?.string()?),
            Arg::Long("traffic") => traffic = true,
            Arg::Long("help") | Arg::Short('h') => return Ok(Command::Help),
            other => return Err(other.unexpected()),
        }
    }
    Ok(Command::Broker { options, traffic })
}

fn queues(parser: &mut Parser) -> Result<Command, lexopt::Error> {
    let (mut amqp_url, mut from, mut to) = (None, 0, None);
    while let Some(arg) = parser.next()? {
        match arg {
            Arg::Long("amqp") => amqp_url = Some(parser.value()?.string()?),
            Arg::Long("from") => from = parser.value()?.parse()?,
            Arg::Long("to") => to = Some(parser.value()?.parse()?),
            Arg::Long("help") | Arg::Short('h') => return Ok(Command::Help),
            other => return Err(other.unexpected()),
        }
    }
    let options = test_brokers::traffic::Options {
        amqp_url: amqp_url.ok_or("--amqp URL is missing")?,
        vhosts: Vec::new(),
    };
    Ok(Command::Queues(
        options,
        from..to.ok_or("--to N is missing")?,
    ))
}

fn traffic(parser: &mut Parser) -> Result<Command, lexopt::Error> {
    let mut amqp_url = None;
    let mut vhosts = Vec::new();
    while let Some(arg) = parser.next()? {
        match arg {
            Arg::Long("amqp") => amqp_url = Some(parser.value()?.string()?),
            Arg::Long("vhost") => vhosts.push(parser.value()?.string()?),
            Arg::Long("help") | Arg::Short('h') => return Ok(Command::Help),
            other => return Err(other.unexpected()),
        }
    }
    let amqp_url = amqp_url.ok_or("--amqp URL is missing")?;
    Ok(Command::Traffic(test_brokers::traffic::Options {
        amqp_url,
        vhosts,
    }))
}

fn keystone(parser: &mut Parser) -> Result<Command, lexopt::Error> {
    let mut options = test_brokers::KeystoneOptions::default();
    while let Some(arg) = parser.next()? {
        match arg {
            Arg::Long("token-lifetime") => {
                options.token_lifetime = Duration::from_secs(parser.value()?.parse()?);
            }
            Arg::Long("help") | Arg::Short('h') => return Ok(Command::Help),
            other => return Err(other.unexpected()),
        }
    }
    Ok(Command::Keystone(options))
}

fn horizon(parser: &mut Parser) -> Result<Command, lexopt::Error> {
    let (mut keystone_url, mut warren_url, mut plugin) = (None, None, None);
    while let Some(arg) = parser.next()? {
        match arg {
            Arg::Long("keystone") => keystone_url = Some(parser.value()?.string()?),
            Arg::Long("warren") => warren_url = Some(parser.value()?.string()?),
            Arg::Long("plugin") => plugin = Some(parser.value()?.into()),
            Arg::Long("help") | Arg::Short('h') => return Ok(Command::Help),
            other => return Err(other.unexpected()),
        }
    }
    Ok(Command::Horizon(test_brokers::HorizonOptions {
        keystone_url: keystone_url.ok_or("--keystone URL is missing")?,
        warren_url: warren_url.ok_or("--warren URL is missing")?,
        plugin: plugin.ok_or("--plugin DIR is missing")?,
    }))
}
