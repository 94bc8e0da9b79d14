//! The command line, made from the table of keys.

use std::path::PathBuf;

use clap::{Arg, ArgAction, Command, value_parser};

use crate::config::keys;

const EXAMPLES: &str = "\
Examples:
  Watch the RabbitMQ of this machine:
    warren serve

  Watch another, its password from a file:
    warren serve --broker prod=https://monitor@mq.example.com:15671 \\
                 --broker-password-file prod=/run/secrets/monitor

  Behind a reverse proxy on this machine, below a path:
    warren serve --base-path /warren --trusted-proxy 127.0.0.1 \\
                 --public-url https://portal.example.com/warren

  With accounts of an OpenStack's Keystone; members of the project see the vhost /shop:
    warren serve --broker prod=http://monitor@10.0.0.9:15672 --broker-password-file prod=… \\
                 --identity keystone --keystone-url https://keystone.example.com/v3 \\
                 --keystone-user warren --keystone-password-file /run/secrets/warren \\
                 --broker-project prod=0123456789abcdef0123456789abcdef:/shop

  The two parts on two machines:
    warren serve --only api --api-listen 10.0.0.5:8777 --broker prod=http://monitor@10.0.0.9:15672 …
    warren serve --only web --metering-url http://10.0.0.5:8777

A flag wins over its variable, the variable over warren.toml, the file over the default.
In the file a key is written with underscores, and brokers as tables:
  tick = \"5s\"
  [[broker]]
  name = \"prod\"
  url = \"https://mq.example.com:15671\"
  username = \"monitor\"
  password_file = \"/run/secrets/monitor\"
  description = \"The shop's orders\"
Portals that show panels in pages of their own are tables too, read again on SIGHUP:
  [[portal]]
  name = \"shop\"
  origins = [\"https://shop.example.com\"]
  key_file = \"/run/secrets/shop-key\"
  panels = [\"queued-messages\", \"message-rates\"]
  brokers = [\"prod\"]
  vhosts = [\"/orders\"]
  rate_limit = 600";

/// The program's command line.
pub fn command() -> Command {
    let serve = Command::new("serve")
        .about("Watch brokers, answer clients and serve the dashboard")
        .after_help(EXAMPLES)
        .next_line_help(true)
        .arg(
            Arg::new("config")
                .long("config")
                .value_name("PATH")
                .value_parser(value_parser!(PathBuf))
                .help(
                    "Configuration file [variable: WARREN_CONFIG] \
                     [default: warren.toml in the working directory, if it is there]",
                ),
        )
        .args(keys::ALL.iter().map(|key| argument(key)));
    Command::new("warren")
        .about("Live RabbitMQ dashboards for any portal")
        .version(env!("CARGO_PKG_VERSION"))
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(serve)
}

fn argument(key: &'static keys::Key) -> Arg {
    let repeats = if key.repeats { " Can be repeated." } else { "" };
    let help = format!(
        "{}.{repeats} [variable: {}] [default: {}]",
        key.help,
        key.variable(),
        key.default
    );
    Arg::new(key.name)
        .long(key.long())
        .value_name(key.placeholder)
        .action(if key.repeats {
            ArgAction::Append
        } else {
            ArgAction::Set
        })
        // `--base-path ""` takes back what the file says.
        .value_parser(value_parser!(String))
        .help(help)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_command_line_is_sound() {
        super::command().debug_assert();
    }
}
